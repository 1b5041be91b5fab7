#include "spool/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/removal.h"
#include "spool/settle.h"
#include "spool/spool.h"
#include "spool/unfinished.h"

static const char lock_name[] = ".recover.lock";
static const char lock_tail[] = ".lock";
enum { LOCK_MODE = 0640 };

struct dead {
	struct last_group group;
	int lock;			/* ours while we put it right, or -1 */
};

struct recovery {
	const struct spool *spool;
	struct ledger *ledger;
	struct recovered *told;
	struct dead *runs;
	size_t n, cap;
};

/* ------------------------------------------------------- dead runs */

static bool
known(const struct recovery *r, const char *run)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->runs[i].group.run, run) == 0)
			return true;
	return false;
}

/* A run is dead when nobody holds its lock; then we hold it. */
static int
add_if_dead(struct recovery *r, const char *run, struct err *e)
{
	char name[RUN_LOCK_MAX + 1];
	struct dead *d;
	int fd, rc;

	if (!spool_run_ok(run) || known(r, run))
		return 0;
	spool_run_lock(name, run);
	fd = openat(r->spool->dir[PLACE_CLAIMED], name, O_RDWR | O_CLOEXEC);
	if (fd == -1 && errno != ENOENT)
		return err_sys(e, "open claimed/%s", name);
	if (fd != -1 && fsx_lock(fd, LOCK_EX | LOCK_NB) == -1) {
		rc = errno == EWOULDBLOCK ? 0 :
		    err_sys(e, "lock claimed/%s", name);
		close(fd);
		return rc;
	}
	r->runs = mem_grow(r->runs, &r->cap, r->n + 1, sizeof *r->runs);
	d = &r->runs[r->n++];
	*d = (struct dead){ .lock = fd };
	snprintf(d->group.run, sizeof d->group.run, "%s", run);
	return 0;
}

/* .{run}.lock becomes {run}: killed before it had its folders. */
static const char *
run_of(char *name)
{
	size_t n = strlen(name), k = sizeof lock_tail - 1;

	if (name[0] != '.' || n <= k + 1 ||
	    strcmp(name + n - k, lock_tail) != 0)
		return name;
	name[n - k] = '\0';
	return name + 1;
}

static int
find_dead(struct recovery *r, enum place p, struct err *e)
{
	struct fsx_list names = { 0 };
	int rc = fsx_list(r->spool->dir[p], &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = add_if_dead(r, run_of(names.v[i]), e);
	fsx_list_free(&names);
	return rc;
}

/* ------------------------------------------------------------ putting right */

/* 1 when the file of this name is the one with the mark. */
static int
same_file(int dir, const char *name, const struct drop_mark *m,
    struct err *e)
{
	struct drop_mark now;
	struct stat st;
	int there = fsx_look(dir, name, &st, e);

	if (there != 1)
		return there;
	mark_of(&now, &st);
	return mark_same_bytes(&now, m) ? 1 : 0;
}

/* Its name in claimed/{run}: the number, and for a drop its own name. */
static void
find_claims(struct last_group *g, const struct fsx_list *names)
{
	for (size_t i = 0; i < names->n; i++) {
		bool copy = strchr(names->v[i], '.') == NULL;
		struct deed *d = unfinished_claim(g,
		    strtoll(names->v[i], NULL, 10));

		if (d != NULL && d->copied == copy)
			d->claim = arena_dup(&g->arena, names->v[i]);
	}
}

/*
 * What is left in claimed/{run}: a drop that was on its way out, or a claim
 * that the ledger does not know.
 */
static int
undo_claim(struct recovery *r, const struct last_group *g, int dir,
    const char *name, struct err *e)
{
	const struct deed *d = unfinished_claim(g, strtoll(name, NULL, 10));
	int same = 0;

	if (d != NULL && d->copied && strchr(name, '.') != NULL)
		same = same_file(dir, name, &d->mark, e);
	if (same != 0)
		return same == -1 ? -1 : fsx_unlink(dir, name, e);
	if (d != NULL && strcmp(name, d->claim) == 0)
		return 0;		/* superseded: stays to be looked at */
	r->told->given_back++;
	return intake_undo(dir, name, r->spool->dir[PLACE_INCOMING], e);
}

static int
with_claimed(struct recovery *r, struct last_group *g, int dir,
    struct err *e)
{
	struct fsx_list names = { 0 };
	int rc = -1;

	if (dir != -1 && fsx_list(dir, &names, e) == -1)
		goto out;
	find_claims(g, &names);
	if (settle(r->spool, g->deeds, g->n, true, e) == -1 ||
	    removal_do(r->spool, g->run, g->gone, g->n_gone, e) == -1)
		goto out;
	r->told->finished += g->n + g->n_gone;
	fsx_list_free(&names);
	if (dir != -1 && fsx_list(dir, &names, e) == -1)
		goto out;
	for (size_t i = 0; i < names.n; i++)
		if (undo_claim(r, g, dir, names.v[i], e) == -1)
			goto out;
	rc = 0;
out:
	fsx_list_free(&names);
	return rc;
}

static int
put_right(struct recovery *r, struct last_group *g, struct err *e)
{
	int dir, rc;

	dir = openat(r->spool->dir[PLACE_CLAIMED], g->run, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);
	if (dir == -1 && errno != ENOENT)
		return err_sys(e, "open claimed/%s", g->run);
	rc = with_claimed(r, g, dir, e);
	if (dir != -1)
		close(dir);
	return rc;
}

static int
remove_run(const struct spool *s, const char *run, struct err *e)
{
	char name[RUN_LOCK_MAX + 1];

	if (unlinkat(s->dir[PLACE_CLAIMED], run, AT_REMOVEDIR) == -1 &&
	    errno != ENOENT)
		return errno == ENOTEMPTY ? 0 :
		    err_sys(e, "remove claimed/%s", run);
	if (fsx_remove_tree(s->dir[PLACE_TMP], run, e) == -1)
		return -1;
	spool_run_lock(name, run);
	return fsx_unlink(s->dir[PLACE_CLAIMED], name, e);
}

/* Into the ledger, where there was anything to do. */
static int
tell(struct recovery *r, struct err *e)
{
	struct json *j;

	if (r->told->finished == 0 && r->told->given_back == 0)
		return 0;
	if (ledger_begin(r->ledger, e) == -1)
		return -1;
	j = ledger_add(r->ledger, "repaired");
	json_open(j, "runs", '[');
	for (size_t i = 0; i < r->n; i++)
		json_str(j, NULL, r->runs[i].group.run);
	json_close(j, ']');
	json_num(j, "looked", (int64_t)r->told->finished);
	json_num(j, "back", (int64_t)r->told->given_back);
	ledger_end(r->ledger);
	return ledger_commit(r->ledger, e);
}

static int
read_groups(struct recovery *r, struct err *e)
{
	struct last_group *g = mem_alloc((r->n + 1) * sizeof *g);
	int rc;

	for (size_t i = 0; i < r->n; i++)
		g[i] = r->runs[i].group;
	rc = unfinished_read(r->spool->dir[PLACE_LEDGER], g, r->n, e);
	for (size_t i = 0; i < r->n; i++)
		r->runs[i].group = g[i];
	free(g);
	return rc;
}

/* Everything, and only when all of that is on disk the traces go. */
static int
all_runs(struct recovery *r, struct err *e)
{
	if (r->n == 0)
		return 0;
	if (read_groups(r, e) == -1)
		return -1;
	for (size_t i = 0; i < r->n; i++)
		if (put_right(r, &r->runs[i].group, e) == -1)
			return -1;
	if (tell(r, e) == -1 ||
	    fsx_sync_fs(r->spool->root, r->spool->path, e) == -1)
		return -1;
	for (size_t i = 0; i < r->n; i++)
		if (remove_run(r->spool, r->runs[i].group.run, e) == -1)
			return -1;
	return 0;
}

/* One process recovers at a time; the next finds nothing left to do. */
static int
lock_recovery(const struct spool *s, struct err *e)
{
	int fd = openat(s->dir[PLACE_LEDGER], lock_name, O_RDWR | O_CREAT |
	    O_CLOEXEC, LOCK_MODE);

	if (fd == -1)
		return err_sys(e, "open ledger/%s", lock_name);
	while (flock(fd, LOCK_EX) == -1)
		if (errno != EINTR) {
			err_sys(e, "lock ledger/%s", lock_name);
			close(fd);
			return -1;
		}
	return fd;
}

int
recover(const struct spool *s, struct ledger *l, struct recovered *told,
    struct err *e)
{
	struct recovery r = { .spool = s, .ledger = l, .told = told };
	int fd, rc = -1;

	*told = (struct recovered){ .runs = 0 };
	fd = lock_recovery(s, e);
	if (fd == -1)
		return -1;
	if (find_dead(&r, PLACE_CLAIMED, e) == 0 &&
	    find_dead(&r, PLACE_TMP, e) == 0)
		rc = all_runs(&r, e);
	told->runs = r.n;
	for (size_t i = 0; i < r.n; i++) {
		unfinished_free(&r.runs[i].group);
		if (r.runs[i].lock != -1)
			close(r.runs[i].lock);
	}
	free(r.runs);
	close(fd);
	return rc;
}
