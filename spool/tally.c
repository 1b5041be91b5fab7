#include "spool/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/original.h"
#include "spool/spool.h"
#include "spool/unfinished.h"

enum { WAIT_MS = 50, TRIES = 40 };

struct counting {
	struct tally *tally;
	const struct spool *spool;
	struct books *books;
	struct last_group *runs;	/* those in claimed/ that may matter */
	size_t n, cap;
	uint64_t known_in_claimed;	/* published, on their way to done/ */
};

static void __attribute__((format(printf, 2, 3)))
odd_thing(struct counting *c, const char *fmt, ...)
{
	va_list ap;

	if (!c->tally->balanced)
		return;			/* the first one is told */
	c->tally->balanced = false;
	va_start(ap, fmt);
	vsnprintf(c->tally->why, sizeof c->tally->why, fmt, ap);
	va_end(ap);
}

/* A folder that is not there, or not ours to read, is empty. */
static int
names_in(int dir, struct fsx_list *l, struct err *e)
{
	if (dir == -1)
		return 0;
	if (fsx_list(dir, l, e) == 0)
		return 0;
	return e->sys == EACCES || e->sys == ENOENT ? 0 : -1;
}

/* ------------------------------------------------------------ the claimed */

static bool
run_is_dead(const struct spool *s, const char *run)
{
	char name[RUN_LOCK_MAX + 1];
	bool dead;
	int fd;

	spool_run_lock(name, run);
	fd = openat(s->dir[PLACE_CLAIMED], name, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT;
	dead = flock(fd, LOCK_SH | LOCK_NB) == 0;
	close(fd);
	return dead;
}

static int
claims_of(const struct counting *c, const char *run, struct fsx_list *l,
    struct err *e)
{
	int rc, fd = openat(c->spool->dir[PLACE_CLAIMED], run, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return errno == ENOENT || errno == EACCES ? 0 :
		    err_sys(e, "open claimed/%s", run);
	rc = names_in(fd, l, e);
	close(fd);
	return rc;
}

/* The runs whose last group may be under way, or was left so by a crash. */
static int
find_runs(struct counting *c, struct err *e)
{
	struct fsx_list runs = { 0 }, claims = { 0 };
	int rc = names_in(c->spool->dir[PLACE_CLAIMED], &runs, e);

	for (size_t i = 0; rc == 0 && i < runs.n; i++) {
		if (!spool_run_ok(runs.v[i]))
			continue;
		rc = claims_of(c, runs.v[i], &claims, e);
		if (claims.n > 0 || run_is_dead(c->spool, runs.v[i])) {
			c->runs = mem_grow(c->runs, &c->cap, c->n + 1,
			    sizeof *c->runs);
			c->runs[c->n] = (struct last_group){ .n = 0 };
			snprintf(c->runs[c->n++].run, RUN_MAX + 1, "%s",
			    runs.v[i]);
		}
		fsx_list_free(&claims);
	}
	fsx_list_free(&runs);
	if (rc == 0 && c->n > 0)
		rc = unfinished_read(c->spool->dir[PLACE_LEDGER], c->runs,
		    c->n, e);
	return rc;
}

/* A copy counts with its drop; a drop that was renamed counts here. */
static void
count_claim(struct counting *c, struct last_group *g, const char *name)
{
	struct deed *d = unfinished_claim(g, strtoll(name, NULL, 10));
	bool copy = strchr(name, '.') == NULL;

	if (d == NULL && !copy)
		c->tally->state[STATE_CLAIMED]++;
	if (d == NULL || d->copied != copy)
		return;
	d->claim = arena_dup(&g->arena, name);
	if (d->to == STATE_PUBLISHED)
		c->known_in_claimed++;
}

static int
count_claimed(struct counting *c, struct err *e)
{
	struct fsx_list claims = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n; i++) {
		rc = claims_of(c, c->runs[i].run, &claims, e);
		for (size_t k = 0; k < claims.n; k++)
			count_claim(c, &c->runs[i], claims.v[k]);
		fsx_list_free(&claims);
	}
	return rc;
}

/* --------------------------------------------------------------- the drops */

static bool
is_booked(const struct counting *c, const struct drop_mark *m)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->runs[i].n; k++)
			if (c->runs[i].deeds[k].n > 0 &&
			    mark_same(&c->runs[i].deeds[k].mark, m))
				return true;
	return false;
}

static int
count_incoming(struct counting *c, struct err *e)
{
	const int dir = c->spool->dir[PLACE_INCOMING];
	struct fsx_list names = { 0 };
	struct drop_mark m;
	struct stat st;
	int rc = names_in(dir, &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (!intake_name_ok(names.v[i]) || fstatat(dir, names.v[i],
		    &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		mark_of(&m, &st);
		if (!S_ISREG(st.st_mode))
			c->tally->odd++;
		else if (!is_booked(c, &m))
			c->tally->state[STATE_INCOMING]++;
	}
	fsx_list_free(&names);
	return rc;
}

/* ------------------------------------------------------- in the ledger */

static bool
has_bytes(const struct counting *c, const char *path)
{
	struct stat st;

	return fstatat(c->spool->root, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode);
}

/* Still in claimed/, or beside its reasons in tmp/: on its way. */
static bool
under_way(const struct counting *c, const struct package *p)
{
	char path[SETTLE_PATH];

	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->runs[i].n; k++) {
			const struct deed *d = &c->runs[i].deeds[k];

			if (strcmp(d->id, p->id) != 0 ||
			    d->to == STATE_DUPLICATE)
				continue;
			if (d->claim[0] != '\0')
				return true;
			snprintf(path, sizeof path, "tmp/%s/%s/package%s",
			    c->runs[i].run, p->id,
			    original_extension(p->name));
			return has_bytes(c, path);
		}
	return false;
}

static bool
somewhere(const struct counting *c, const struct package *p)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };
	char path[ORIGINAL_PATH];

	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		original_path(path, states[i], p->id, p->name, p->time);
		if (has_bytes(c, path))
			return true;
	}
	return under_way(c, p);
}

static int
count_package(void *arg, const struct package *p, struct err *e)
{
	struct counting *c = arg;

	(void)e;
	if (somewhere(c, p))
		c->tally->state[p->state]++;
	else
		odd_thing(c, "%s is %s, but its bytes are nowhere", p->id,
		    state_name(p->state));
	return 0;
}

static int
count_waiting(struct counting *c, struct err *e)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (books_each(c->books, states[i], count_package, c, e) == -1)
			return -1;
	return 0;
}

/* An accepted package that was published is on its way to done/. */
static bool
published_now(struct counting *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->runs[i].n; k++)
			if (c->runs[i].deeds[k].to == STATE_PUBLISHED &&
			    strcmp(c->runs[i].deeds[k].id, id) == 0)
				return true;
	return false;
}

/* Nothing lies there that the ledger does not know. */
static int
check_folder(struct counting *c, enum state s, struct err *e)
{
	const enum place p = state_place(s);
	struct fsx_list names = { 0 };
	char id[ID_MAX + 1];
	int rc = names_in(c->spool->dir[p], &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (original_id(id, names.v[i]) &&
		    books_find(c->books, id) != NULL)
			continue;
		if (s == STATE_ACCEPTED && published_now(c, id))
			c->known_in_claimed++;
		else if (names.v[i][0] != '.')
			odd_thing(c, "%s/%.90s is not in the ledger",
			    place_name(p), names.v[i]);
	}
	fsx_list_free(&names);
	return rc;
}

/* ------------------------------------------------------------------ done/ */

static int
each_of_day(const struct spool *s, const char *day, tally_done_fn *fn,
    void *arg, struct err *e)
{
	struct fsx_list names = { 0 };
	char id[ID_MAX + 1], path[ORIGINAL_PATH];
	int rc, fd;

	fd = openat(s->dir[PLACE_DONE], day, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == EACCES || errno == ENOENT ? 0 :
		    err_sys(e, "open done/%s", day);
	rc = fsx_list(fd, &names, e);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (!original_id(id, names.v[i]))
			continue;
		snprintf(path, sizeof path, "done/%s/%s", day, names.v[i]);
		rc = fn(arg, id, path, e);
	}
	fsx_list_free(&names);
	close(fd);
	return rc;
}

int
tally_each_done(const struct spool *s, tally_done_fn *fn, void *arg,
    struct err *e)
{
	struct fsx_list days = { 0 };
	int rc = names_in(s->dir[PLACE_DONE], &days, e);

	for (size_t i = 0; rc == 0 && i < days.n; i++)
		if (stamp_day_ok(days.v[i]))
			rc = each_of_day(s, days.v[i], fn, arg, e);
	fsx_list_free(&days);
	return rc;
}

/* What a purge that was cut off has yet to remove counts as removed. */
static int
count_one(void *arg, const char *id, const char *path, struct err *e)
{
	struct counting *c = arg;
	bool gone = false;

	(void)id;
	(void)e;
	for (size_t i = 0; i < c->n && !gone; i++)
		gone = unfinished_gone(&c->runs[i], path);
	c->tally->state[STATE_PUBLISHED] += !gone;
	return 0;
}

/* --------------------------------------------------------------- the whole */

static void
compare(struct counting *c, size_t unread)
{
	struct tally *t = c->tally;
	const struct totals *b = books_totals(c->books);
	uint64_t published = b->state[STATE_PUBLISHED];
	uint64_t sum = 0;

	t->totals = *b;
	t->received = b->received + t->state[STATE_INCOMING] +
	    t->state[STATE_CLAIMED];
	t->state[STATE_DUPLICATE] = b->state[STATE_DUPLICATE];
	t->state[STATE_PUBLISHED] += c->known_in_claimed;
	if (t->state[STATE_PUBLISHED] + b->purged[STATE_PUBLISHED] !=
	    published)
		odd_thing(c, "%ju published, but %ju originals in done/",
		    (uintmax_t)published,
		    (uintmax_t)t->state[STATE_PUBLISHED]);
	for (int s = 0; s < STATE_COUNT; s++)
		sum += t->state[s] + b->purged[s];
	if (sum != t->received)
		odd_thing(c, "%ju received, but %ju accounted for",
		    (uintmax_t)t->received, (uintmax_t)sum);
	if (b->stray > 0 || unread > 0)
		odd_thing(c, "the ledger has %ju lines that make no sense",
		    (uintmax_t)(b->stray + unread));
}

static int
count_all(struct counting *c, struct err *e)
{
	if (find_runs(c, e) == -1 || count_claimed(c, e) == -1 ||
	    count_incoming(c, e) == -1 || count_waiting(c, e) == -1 ||
	    check_folder(c, STATE_ACCEPTED, e) == -1 ||
	    check_folder(c, STATE_HELD, e) == -1 ||
	    check_folder(c, STATE_REJECTED, e) == -1)
		return -1;
	return tally_each_done(c->spool, count_one, c, e);
}

static int
take_once(struct tally *t, const struct spool *s, struct ledger *l,
    struct books *b, struct err *e)
{
	struct counting c = { .tally = t, .spool = s, .books = b };
	int rc;

	*t = (struct tally){ .balanced = true };
	rc = ledger_refresh(l, e);
	if (rc == 0)
		rc = count_all(&c, e);
	if (rc == 0)
		compare(&c, ledger_unread(l));
	for (size_t i = 0; i < c.n; i++)
		unfinished_free(&c.runs[i]);
	free(c.runs);
	return rc;
}

int
tally_take(struct tally *t, const struct spool *s, struct ledger *l,
    struct books *b, struct err *e)
{
	const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };

	for (int i = 0; i < TRIES; i++) {
		if (take_once(t, s, l, b, e) == -1)
			return -1;
		if (t->balanced || (!spool_busy(s, ROLE_INTAKE) &&
		    !spool_busy(s, ROLE_TRANSFORM)))
			break;
		nanosleep(&pause, NULL);
	}
	return 0;
}
