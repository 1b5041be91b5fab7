/*
 * torture: the programs themselves, struck at every system call and at every
 * allocation; see README.md beside it.
 */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/play.h"

enum { SHOWN_MAX = 40, SHOWN_TEXT = 700, JOBS_MAX = 64, HALVES = 8 };

/* From before the ledger line of a first group to the end of a run. */
#define HALF 40, 90, 110, 130, 150, 170, 190

/* ---------------------------------------------------------------- tables */

#define REASON "--reason because "
#define RUN "flerapp run --progress none"
#define PAST "past "				/* three days ago */
#define OLDER "older "				/* with other maps */
#define BOTH (CODE_OK | CODE_PARTIAL)
/* Asked once more, it says that it is done already. */
#define ONCE (CODE_OK | CODE_DATA)

static const struct play plays[] = {
	{ "run", { NULL }, RUN, BOTH, false },
	{ "run-owners", { NULL }, RUN, BOTH, true },
	{ "watch", { NULL }, "flerapp-watch --once", BOTH, false },
	{ "transform", { "flerapp-watch --once" }, "flerapp-transform", BOTH,
	    true },
	{ "hold", { "flerapp-watch --once" },
	    "flerapp hold " REASON "@i-good.zip", ONCE, false },
	{ "release", { RUN }, "flerapp release " REASON "@c-held.zip", ONCE,
	    false },
	{ "requeue", { RUN }, "flerapp requeue " REASON "@b-wrong.zip", ONCE,
	    false },
	{ "reject", { RUN }, "flerapp reject " REASON "@c-held.zip", ONCE,
	    false },
	{ "purge", { PAST RUN }, "flerapp purge " REASON "--json", CODE_OK,
	    false },
	{ "seal", { RUN }, "flerapp ledger seal", CODE_OK, false },
	{ "replay", { OLDER RUN }, "flerapp replay " REASON "@a-good.zip "
	    "@f-good.tar.gz @g-large.zip", CODE_OK, false },
};

enum sort { KILL, FAULT, ALLOC, ORDER, SORTS };

static const char *const sort_names[] = { "kill", "fault", "alloc",
    "order" };

_Static_assert(sizeof sort_names / sizeof *sort_names == SORTS,
    "every sort needs a name");

/*
 * `step`: every so many calls; they are struck one after the other, again and
 * again from another one, until there is none left to strike.
 */
static const struct sweep {
	const char *name;
	enum sort sort;
	struct strike strike;
	long step;
	/* Behind a kill at one of these changes: recovery is what is struck. */
	long half[HALVES];		/* ends with 0 */
} sweeps[] = {
	{ "order", ORDER, { .how = STRIKE_NOT }, 1, { 0 } },
	{ "order-recovery", ORDER, { .how = STRIKE_KILL_ALL,
	    .changing = true }, 3, { 0 } },
	{ "order-failed-sync", ORDER, { .how = STRIKE_FAIL, .error = EIO,
	    .only = "sync" }, 1, { 0 } },
	{ "kill", KILL, { .how = STRIKE_KILL_ALL }, 1, { 0 } },
	{ "kill-changes", KILL, { .how = STRIKE_KILL_ALL, .changing = true },
	    1, { 0 } },
	{ "kill-worker-calls", KILL, { .how = STRIKE_KILL_ALL,
	    .children = true }, 1, { 0 } },
	{ "kill-worker-changes", KILL, { .how = STRIKE_KILL_ALL,
	    .children = true, .changing = true }, 1, { 0 } },
	{ "kill-worker", KILL, { .how = STRIKE_KILL_ONE, .children = true,
	    .changing = true }, 1, { 0 } },
	{ "kill-recovery", KILL, { .how = STRIKE_KILL_ALL,
	    .changing = true }, 1, { HALF } },
	{ "eio-recovery", FAULT, { .how = STRIKE_FAIL, .error = EIO }, 1,
	    { HALF } },
	{ "enospc-recovery", FAULT, { .how = STRIKE_FAIL, .error = ENOSPC },
	    1, { HALF } },
	{ "enomem-recovery", FAULT, { .how = STRIKE_FAIL, .error = ENOMEM },
	    3, { HALF } },
	{ "eio", FAULT, { .how = STRIKE_FAIL, .error = EIO }, 1, { 0 } },
	{ "eio-worker", FAULT, { .how = STRIKE_FAIL, .error = EIO,
	    .children = true }, 1, { 0 } },
	{ "eio-for-ever", FAULT, { .how = STRIKE_FAIL, .error = EIO,
	    .for_ever = true }, 5, { 0 } },
	{ "eio-worker-for-ever", FAULT, { .how = STRIKE_FAIL, .error = EIO,
	    .children = true, .for_ever = true }, 5, { 0 } },
	{ "enospc", FAULT, { .how = STRIKE_FAIL, .error = ENOSPC }, 1, { 0 } },
	{ "enospc-worker", FAULT, { .how = STRIKE_FAIL, .error = ENOSPC,
	    .children = true }, 1, { 0 } },
	{ "enospc-for-ever", FAULT, { .how = STRIKE_FAIL, .error = ENOSPC,
	    .for_ever = true }, 3, { 0 } },
	{ "edquot", FAULT, { .how = STRIKE_FAIL, .error = EDQUOT }, 2, { 0 } },
	{ "edquot-worker", FAULT, { .how = STRIKE_FAIL, .error = EDQUOT,
	    .children = true }, 2, { 0 } },
	{ "enomem", FAULT, { .how = STRIKE_FAIL, .error = ENOMEM }, 1, { 0 } },
	{ "enomem-worker", FAULT, { .how = STRIKE_FAIL, .error = ENOMEM,
	    .children = true }, 1, { 0 } },
	{ "emfile", FAULT, { .how = STRIKE_FAIL, .error = EMFILE }, 1, { 0 } },
	{ "eintr", FAULT, { .how = STRIKE_FAIL, .error = EINTR }, 1, { 0 } },
	{ "eintr-worker", FAULT, { .how = STRIKE_FAIL, .error = EINTR,
	    .children = true }, 1, { 0 } },
	{ "eintr-for-ever", FAULT, { .how = STRIKE_FAIL, .error = EINTR,
	    .for_ever = true }, 7, { 0 } },
	{ "short", FAULT, { .how = STRIKE_SHORT }, 1, { 0 } },
	{ "short-worker", FAULT, { .how = STRIKE_SHORT, .children = true },
	    1, { 0 } },
	{ "short-for-ever", FAULT, { .how = STRIKE_SHORT, .for_ever = true },
	    7, { 0 } },
	{ "alloc", ALLOC, { .at = 0 }, 1, { 0 } },
	{ "alloc-worker", ALLOC, { .children = true }, 1, { 0 } },
	{ "alloc-for-ever", ALLOC, { .for_ever = true }, 7, { 0 } },
	{ "alloc-worker-for-ever", ALLOC, { .children = true,
	    .for_ever = true }, 31, { 0 } },
};

enum { PLAYS = sizeof plays / sizeof *plays,
	SWEEPS = sizeof sweeps / sizeof *sweeps };

/* ---------------------------------------------------------------- options */

struct options {
	const char *bin, *scene, *dir, *shim, *totals;
	const char *play, *sweep;	/* NULL: each */
	long every;			/* times the step of each sweep */
	int jobs;
	long at;			/* only this point; -1: all */
	long from, to;			/* only points between */
	bool stop;			/* at the first trouble */
};

static bool
chosen(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; p != NULL && *p != '\0';
	    p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == n && strncmp(p, name, n) == 0)
			return true;
	return list == NULL;
}

static void
usage(void)
{
	fputs("usage: torture --bin DIR --scene DIR --dir DIR --shim FILE\n"
	    "    [--totals FILE] [--play NAMES] [--sweep NAMES] [--every N]\n"
	    "    [--jobs N] [--at N] [--from N] [--to N] [--stop]\n", stderr);
	exit(64);
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option rows[] = {
		{ "bin", 1, NULL, 'b' }, { "scene", 1, NULL, 's' },
		{ "dir", 1, NULL, 'd' }, { "shim", 1, NULL, 'm' },
		{ "totals", 1, NULL, 't' }, { "play", 1, NULL, 'p' },
		{ "sweep", 1, NULL, 'w' }, { "every", 1, NULL, 'e' },
		{ "jobs", 1, NULL, 'j' }, { "at", 1, NULL, 'a' },
		{ "stop", 0, NULL, '1' }, { "from", 1, NULL, 'f' },
		{ "to", 1, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .every = 1, .jobs = 1, .at = -1,
	    .to = LONG_MAX };
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1)
		switch (c) {
		case 'b': o->bin = optarg; break;
		case 's': o->scene = optarg; break;
		case 'd': o->dir = optarg; break;
		case 'm': o->shim = optarg; break;
		case 't': o->totals = optarg; break;
		case 'p': o->play = optarg; break;
		case 'w': o->sweep = optarg; break;
		case 'e': o->every = strtol(optarg, NULL, 10); break;
		case 'j': o->jobs = (int)strtol(optarg, NULL, 10); break;
		case 'f': o->from = strtol(optarg, NULL, 10); break;
		case 'o': o->to = strtol(optarg, NULL, 10); break;
		case '1': o->stop = true; break;
		case 'a': o->at = strtol(optarg, NULL, 10); break;
		default: usage();
		}
	if (o->bin == NULL || o->scene == NULL || o->dir == NULL ||
	    o->shim == NULL || o->every < 1 || o->jobs < 1 ||
	    o->jobs > JOBS_MAX)
		usage();
}

/* ---------------------------------------------------------------- a sweep */

/* Shared by the processes that try points side by side. */
struct score {
	long tried[SORTS];
	long lost, doubled, untrue, other, shown;
	double seconds;
};

struct work {
	const struct options *o;
	const struct play *play;
	const struct sweep *sweep;
	struct stage *stages[2];	/* all packages; the plain ones */
	struct score *score;
	int job;
};

static void
tell(const struct work *w, long at, const struct trouble *t)
{
	if (__atomic_add_fetch(&w->score->shown, 1, __ATOMIC_SEQ_CST) >
	    SHOWN_MAX)
		return;
	printf("FAIL %s %s at %ld:\n%.*s\n", w->play->name, w->sweep->name,
	    at, w->o->at >= 0 ? INT_MAX : SHOWN_TEXT, t->text);
	fflush(stdout);
}

static void
count(const struct work *w, long at, const struct trouble *t)
{
	struct score *s = w->score;

	__atomic_add_fetch(&s->tried[w->sweep->sort], 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&s->lost, (long)t->lost, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&s->doubled, (long)t->doubled, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&s->untrue, (long)t->untrue, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&s->other, (long)t->other, __ATOMIC_SEQ_CST);
	if (trouble_any(t))
		tell(w, at, t);
}

/* False: there was nothing to strike. */
static bool
try_one(const struct work *w, long at, long half)
{
	struct strike s = w->sweep->strike, first = { .how = STRIKE_KILL_ALL,
	    .changing = true, .at = half };
	/* A call that fails may change who is the first. */
	struct stage *stage = w->stages[w->sweep->sort == FAULT ||
	    w->sweep->sort == ALLOC || s.how == STRIKE_FAIL];
	struct trouble t;
	bool hit;

	s.at = at;
	switch (w->sweep->sort) {
	case ALLOC:
		hit = stage_starve(stage, s.children, at, s.for_ever, &t);
		break;
	case ORDER:
		hit = stage_order(stage, &s, &t);
		break;
	default:
		hit = half > 0 ? stage_strike(stage, &first, &s, &t) :
		    stage_strike(stage, &s, NULL, &t);
	}
	if (hit)
		count(w, at, &t);
	return hit;
}

/* The points of this process: every jobs-th of those that are taken. */
static void
points(const struct work *w, long half)
{
	long step = w->sweep->step * w->o->every;
	long at = w->o->from + (step / 2 + half) % step + w->job * step;

	if (w->o->at >= 0) {
		if (w->job == 0)
			try_one(w, w->o->at, half);
		return;
	}
	while (at <= w->o->to && !(w->o->stop && w->score->shown > 0) &&
	    try_one(w, at, half))
		at += step * w->o->jobs;
}

static void
order_once(const struct work *w)
{
	if (w->job == 0)
		try_one(w, 0, 0);
}

static void
each_half(const struct work *w)
{
	size_t i = 0;

	do
		points(w, w->sweep->half[i]);
	while (w->sweep->half[i] != 0 && w->sweep->half[++i] != 0);
}

static void
sweep_all(struct work *w)
{
	for (size_t i = 0; i < SWEEPS; i++) {
		w->sweep = &sweeps[i];
		if (!chosen(w->o->sweep, w->sweep->name) ||
		    (w->sweep->sort == FAULT && !strike_can_fail()))
			continue;
		if (w->sweep->strike.how == STRIKE_NOT &&
		    w->sweep->sort == ORDER)
			order_once(w);
		else
			each_half(w);
	}
}

/* One process: all sweeps of a play, on a stage of its own. */
static int
job(struct work *w)
{
	char dirs[2][256];
	struct stage_set set = { .bin = w->o->bin, .scene = w->o->scene,
	    .shim = w->o->shim, .play = w->play };

	for (int i = 0; i < 2; i++) {
		set.plain = i == 1;
		snprintf(dirs[i], sizeof dirs[i], "%s/job%d.%d", w->o->dir,
		    w->job, i);
		set.dir = dirs[i];
		w->stages[i] = stage_new(&set);
	}
	sweep_all(w);
	/* A single point is there to be looked at. */
	for (int i = 0; i < 2 && w->o->at < 0; i++)
		stage_free(w->stages[i]);
	return 0;
}

static bool
side_by_side(const struct options *o, const struct play *p, struct score *s)
{
	struct work w = { .o = o, .play = p, .score = s };
	bool fine = true;
	int status;

	fflush(NULL);
	for (w.job = 0; w.job < o->jobs; w.job++)
		switch (fork()) {
		case -1:
			perror("fork");
			return false;
		case 0:
			exit(job(&w));
		default:
			break;
		}
	for (int i = 0; i < o->jobs; i++)
		if (wait(&status) == -1 || !WIFEXITED(status) ||
		    WEXITSTATUS(status) != 0)
			fine = false;
	return fine;
}

/* ------------------------------------------------------------------ main */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
sum_up(const struct options *o, const struct play *p, const struct score *s,
    double seconds)
{
	FILE *f;

	printf("%-10s", p->name);
	for (int i = 0; i < SORTS; i++)
		printf(" %ld %s,", s->tried[i], sort_names[i]);
	printf(" lost %ld, doubled %ld, false ledger lines %ld, other %ld "
	    "(%.0f s)\n", s->lost, s->doubled, s->untrue, s->other, seconds);
	fflush(stdout);
	if (o->totals == NULL || (f = fopen(o->totals, "ae")) == NULL)
		return;
	for (int i = 0; i < SORTS; i++)
		fprintf(f, "%ld ", s->tried[i]);
	fprintf(f, "%ld %ld %ld %ld\n", s->lost, s->doubled, s->untrue,
	    s->other);
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct score *s;
	bool fine = true;
	double began;
	long tried = 0;

	read_options(&o, argc, argv);
	mkdir(o.dir, 0755);
	s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return 71;
	for (size_t i = 0; i < PLAYS; i++) {
		if (!chosen(o.play, plays[i].name))
			continue;
		memset(s, 0, sizeof *s);
		began = now();
		fine = side_by_side(&o, &plays[i], s) && fine;
		sum_up(&o, &plays[i], s, now() - began);
		fine = fine && s->lost + s->doubled + s->untrue + s->other ==
		    0;
		for (int k = 0; k < SORTS; k++)
			tried += s->tried[k];
	}
	if (tried == 0)
		fputs("nothing was tried\n", stderr);
	return fine && tried > 0 ? 0 : 1;
}
