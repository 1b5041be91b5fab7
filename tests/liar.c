/*
 * A flerapp-worker for tests that parses nothing and does not tell the truth.
 *
 * A package called X.LIE.zip is answered with that lie (tests/lies.c); any
 * other as an honest worker would: one instance of ttd/mottak-b by the route
 * `rute`, its GUID made of the package's hash.  The file `liar` of the
 * configuration, when there is one, names a lie for the start.  Unless the
 * sandbox is closed, each package is written to `liar.log` there, with the
 * process that had it.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/listing.h"
#include "spool/mem.h"
#include "spool/sandbox.h"
#include "spool/wire.h"
#include "tests/lies.h"

enum { FILES = 4, LOG_FD = 5 };

static void
put(struct tale *t, size_t at, const char *name, const char *text)
{
	struct made_file *f = &t->a.made[0].files[at];
	struct err e;

	f->name = arena_dup(&t->a.arena, name);
	f->size = strlen(text);
	digest_hex_of(text, strlen(text), f->sha256);
	lies_must(fsx_put(t->dir, name, text, strlen(text), &e));
}

static void
make_files(struct tale *t)
{
	struct made *m = &t->a.made[0];
	struct buf sums = { 0 };

	put(t, 0, "instance.json", "{}\n");
	put(t, 1, "mottak.xml", m->key);
	put(t, 2, "manifest.json", "{ \"format\": 1 }\n");
	for (size_t i = 0; i + 1 < FILES; i++)
		buf_fmt(&sums, "%s  %s\n", m->files[i].sha256,
		    m->files[i].name);
	put(t, 3, "SHA256SUMS", sums.p);
	buf_free(&sums);
}

static void
tell_honestly(struct tale *t)
{
	struct answer *a = &t->a;
	const char *s = t->job->sha256;
	struct stat st;
	struct made *m;

	findings_init(&a->findings, &a->arena);
	lies_must(fstat(t->job->fd, &st));
	a->size = (uint64_t)st.st_size;
	snprintf(a->sha256, sizeof a->sha256, "%s", s);
	snprintf(a->guid, sizeof a->guid, "%.8s-%.4s-%.4s-%.4s-%.12s", s,
	    s + 8, s + 12, s + 16, s + 20);
	snprintf(a->app, sizeof a->app, "ttd/sender-a");
	if (t->job->mode != 2)		/* it is only to be checked */
		return;
	a->n_made = 1;
	a->made = m = arena_zero(&a->arena, 2 * sizeof *m);
	m->app = "ttd/mottak-b";
	m->owner = "org-310000027";
	m->key = arena_fmt(&a->arena, "%s.rute", a->guid);
	m->from = arena_fmt(&a->arena, "%u.%s", t->job->item, m->key);
	m->files = arena_zero(&a->arena, FILES * sizeof *m->files);
	m->n_files = FILES;
	lies_must(mkdirat(WIRE_WORK, m->from, 0750));
	t->dir = openat(WIRE_WORK, m->from, O_PATH | O_DIRECTORY | O_CLOEXEC);
	lies_must(t->dir);
	make_files(t);
}

/* What a kept folder is good for, when its instance is on its way. */
static void
write_on(int kept)
{
	if (kept != -1)
		close(openat(kept, "ekstra.xml", O_WRONLY | O_CREAT |
		    O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
}

static void
work_on(struct tale *t, const struct wire_job *job)
{
	dprintf(LOG_FD, "%d %s\n", (int)getpid(), job->name);
	write_on(t->kept);
	t->job = job;
	t->dir = -1;
	t->quiet = false;
	tell_honestly(t);
	lies_tell(t);
	if (!t->quiet)
		lies_say(t, job->item);
	memcpy(t->last_sum, t->a.sha256, sizeof t->last_sum);
	memcpy(t->last_guid, t->a.guid, sizeof t->last_guid);
	t->last_size = t->a.size;
	if (t->dir != -1)
		close(t->dir);
	answer_free(&t->a);
}

/* The second to start has another configuration, where that is the lie. */
static void
config_sum(const char *conf, int dir, char sum[DIGEST_HEX + 1])
{
	int fd = openat(dir, "started", O_WRONLY | O_CREAT | O_EXCL, 0600);
	struct faults f = { 0 };
	struct buf lines = { 0 };

	lies_must(listing_config(conf, &lines, &f));
	digest_hex_of(buf_text(&lines), lines.len, sum);
	if (fd == -1 && faccessat(dir, "lie-config", F_OK, 0) == 0)
		memset(sum, '0', DIGEST_HEX);
	else
		close(fd);
	buf_free(&lines);
	faults_free(&f);
}

/* "never", "trouble", "garbage", "exit": before it is ready. */
static void
lie_at_start(int dir)
{
	struct buf b = { 0 };
	struct err e;

	if (fsx_read(dir, "liar", 4096, &b, &e) == -1)
		return;
	if (strncmp(b.p, "never", 5) == 0)
		lies_sleep();
	if (strncmp(b.p, "trouble", 7) == 0)
		lies_trouble(ERR_RIGHTS, "close a worker's sandbox: no");
	if (strncmp(b.p, "garbage", 7) == 0)
		lies_garbage();
	_exit(1);
}

int
main(int argc, char **argv)
{
	const bool writes = argc < 4 || strcmp(argv[3], "--no-output") != 0;
	struct wire_job *jobs = mem_alloc(WIRE_JOBS_MAX * sizeof *jobs);
	struct conf *conf = mem_alloc(sizeof *conf);
	struct faults faults = { 0 };
	struct tale t = { .kept = -1 };
	char sum[DIGEST_HEX + 1];
	struct err e;
	int n, dir, log;

	if (argc < 3 || conf_load(conf, argv[2], NULL, &faults) == -1)
		return ERR_CONFIG;
	dir = open(argv[2], O_PATH | O_DIRECTORY);
	lie_at_start(dir);
	config_sum(argv[2], dir, sum);
	log = openat(dir, "liar.log", O_WRONLY | O_APPEND | O_CREAT, 0600);
	lies_must(dup2(log, LOG_FD));
	if (conf->workers.sandbox == SANDBOX_ENFORCE)
		lies_must(sandbox_enter(conf, writes ? WIRE_WORK : -1, WIRE_WORK,
		    &e));
	lies_must(wire_send_ready(WIRE_SOCKET, sum, &e));
	while ((n = wire_recv_jobs(WIRE_SOCKET, jobs, &e)) > 0)
		for (int i = 0; i < n; i++) {
			work_on(&t, &jobs[i]);
			close(jobs[i].fd);
		}
	free(jobs);
	free(conf);
	return 0;
}
