/*
 * What it costs to hand a package to a sandboxed worker and to take its
 * answer, all processes' CPU time told: the whole way through crew and wire,
 * in batches of 64, with a worker (tests/liar.c) that closes the real sandbox
 * and answers at once.  The cost of starting and ending a crew is measured in
 * the same round, with one batch, and taken off.  Then what it costs to look
 * at what was made: an instance as large as the example's, moved out of reach
 * and held byte by byte against its list.
 *
 * usage: bench_handoff [ROUNDS [BYTES]]: the median of 9 rounds, packages of
 * 1 byte.
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/crew.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/made.h"
#include "spool/sum.h"
#include "tests/scratch.h"

enum { BATCH = 64, BATCHES = 400, ROUNDS = 9, ROUNDS_MAX = 99 };

struct cost {
	double us, ours;		/* per package; the coordinator's */
};

static void
die(const char *what)
{
	fprintf(stderr, "bench_handoff: %s\n", what);
	exit(1);
}

static double
cpu(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
settings(struct conf *conf, const struct scratch *s)
{
	struct faults faults = { 0 };
	char dir[128];

	scratch_put(s, "config/flerapp.conf", "[spool]\nenvironment = test\n"
	    "[workers]\ncount = 1\nbatch = 64\nsandbox = enforce\n");
	scratch_path(s, dir, sizeof dir, "config");
	if (conf_load(conf, dir, s->dir, &faults) == -1)
		die("its settings are not well");
	faults_free(&faults);
}

static void
take(struct crew *crew)
{
	struct crew_answer a;
	struct err e;

	if (crew_next(crew, -1, &a, &e) != 1)
		die(e.text);
	if (a.answer->findings.n > 0)
		die(a.answer->findings.v[0].message);
	answer_free(a.answer);
	free(a.answer);
}

/* A crew's whole life with so many batches. */
static struct cost
live(const struct conf *conf, int fd, unsigned batches)
{
	struct crew_job job = { .mode = CREW_CHECK, .name = "50012345_"
	    "6513270e-269e-4a8b-8f3c-1d2a3b4c41b5.sann.zip",
	    .fd = fd };
	double ours = cpu(RUSAGE_SELF), theirs = cpu(RUSAGE_CHILDREN);
	struct crew *crew;
	struct err e;

	crew = crew_new(conf, -1, &e);
	if (crew == NULL)
		die(e.text);
	for (unsigned i = 0; i < batches * BATCH; i++) {
		job.item = i;
		crew_give(crew, &job);
		while (crew_open(crew) >= 2 * BATCH)
			take(crew);
	}
	while (crew_open(crew) > 0)
		take(crew);
	crew_free(crew);
	ours = cpu(RUSAGE_SELF) - ours;
	theirs = cpu(RUSAGE_CHILDREN) - theirs;
	return (struct cost){ ours + theirs, ours };
}

static int
by_cost(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return (x->us > y->us) - (x->us < y->us);
}

/* -------------------------------------------------------- what was made */

enum { FILES = 6, FILE_MAX = 2048, TIMES = 2000 };

static void
put_file(int dir, struct made_file *f, const char *name, const char *text)
{
	struct err e;

	f->name = name;
	f->size = strlen(text);
	digest_hex_of(text, f->size, f->sha256);
	if (fsx_put(dir, name, text, f->size, &e) == -1)
		die(e.text);
}

static void
make_instance(int dir, struct made *m)
{
	static const struct {
		const char *name;
		size_t size;
	} rows[FILES - 1] = {
		{ "instance.json", 199 }, { "kommunesak.xml", 467 },
		{ "kart-1.pdf", 156 }, { "kvittering-1.pdf", 159 },
		{ "manifest.json", 1381 },
	};
	char text[FILE_MAX];
	struct buf sums = { 0 };

	for (size_t i = 0; i + 1 < FILES; i++) {
		memset(text, 'x', rows[i].size);
		text[rows[i].size] = '\0';
		put_file(dir, &m->files[i], rows[i].name, text);
		buf_fmt(&sums, "%s  %s\n", m->files[i].sha256,
		    rows[i].name);
	}
	put_file(dir, &m->files[FILES - 1], "SHA256SUMS", sums.p);
	buf_free(&sums);
}

/* In the order of weigh_answer(): taken, then looked at. */
static double
look(int tmp, int done, struct answer *a, struct sum *sum)
{
	const char *wrong = NULL;
	double before = cpu(RUSAGE_SELF);
	unsigned number = 0;
	char name[16];
	struct err e;

	for (int i = 0; i < TIMES; i++) {
		if (made_take(tmp, "w0", a, &number, &wrong, &e) == -1 ||
		    wrong != NULL || made_check(done, a, sum, &wrong,
		    &e) == -1 || wrong != NULL)
			die(wrong != NULL ? wrong : e.text);
		snprintf(name, sizeof name, "made/%s", a->made[0].from);
		if (fsx_rename(tmp, name, tmp, "w0/x", &e) == -1)
			die(e.text);
		a->made[0].from = "x";
	}
	return (cpu(RUSAGE_SELF) - before) / TIMES;
}

static void
look_at_made(const struct scratch *s, int rounds)
{
	struct made_file files[FILES];
	struct made m = { .app = "ttd/b", .owner = "org-310000027",
	    .key = "6513270e-269e-4a8b-8f3c-1d2a3b4c41b5.rute", .from = "x",
	    .files = files, .n_files = FILES };
	struct answer a = { .made = &m, .n_made = 1 };
	struct sum *sum = sum_new();
	struct cost v[ROUNDS_MAX] = { 0 };
	struct err e;
	int tmp = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int work = fsx_open_dir(tmp, "w0", &e), dir, done;

	done = fsx_open_dir(tmp, MADE_FOLDER, &e);
	dir = fsx_open_dir(work, "x", &e);
	if (tmp == -1 || work == -1 || done == -1 || dir == -1)
		die(e.text);
	make_instance(dir, &m);
	for (int i = 0; i < rounds; i++)
		v[i].us = look(tmp, done, &a, sum);
	qsort(v, (size_t)rounds, sizeof *v, by_cost);
	printf("to look at an instance of %d files: %.1f us CPU (%.1f to "
	    "%.1f)\n", FILES, v[rounds / 2].us, v[0].us, v[rounds - 1].us);
	sum_free(sum);
	answer_free(&a);
	close(dir);
	close(done);
	close(work);
	close(tmp);
}

static int
a_package(const struct scratch *s, size_t bytes)
{
	char *text = malloc(bytes + 1), path[128];
	int fd;

	if (text == NULL)
		die("no memory");
	memset(text, 'x', bytes);
	text[bytes] = '\0';
	scratch_put(s, "package", text);
	free(text);
	scratch_path(s, path, sizeof path, "package");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		die("no package");
	return fd;
}

static void
find_worker(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 8);

	if (n == -1)
		die("no path");
	path[n] = '\0';
	memcpy(strrchr(path, '/'), "/liar", sizeof "/liar");
	setenv("FLERAPP_LIBEXEC", path, 1);
}

int
main(int argc, char **argv)
{
	const double n = (double)(BATCHES - 1) * BATCH;
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
	size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct scratch *s = scratch_new();
	static struct conf conf;
	struct cost v[ROUNDS_MAX];
	int fd;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		die("1 to 99 rounds");
	find_worker();
	settings(&conf, s);
	fd = a_package(s, bytes);
	for (int i = 0; i < rounds; i++) {
		struct cost one = live(&conf, fd, 1);
		struct cost all = live(&conf, fd, BATCHES);

		v[i].us = (all.us - one.us) / n;
		v[i].ours = (all.ours - one.ours) / n;
	}
	qsort(v, (size_t)rounds, sizeof *v, by_cost);
	printf("hand-off of a package of %zu bytes, sandbox enforced, batches "
	    "of %d: %.1f us CPU (%.1f to %.1f), %.1f of it the "
	    "coordinator's; median of %d rounds of %d packages\n", bytes,
	    BATCH, v[rounds / 2].us, v[0].us, v[rounds - 1].us,
	    v[rounds / 2].ours, rounds, BATCHES * BATCH);
	look_at_made(s, rounds);
	close(fd);
	scratch_free(s);
	return 0;
}
