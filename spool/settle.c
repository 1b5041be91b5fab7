#include "spool/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/mem.h"
#include "spool/original.h"
#include "spool/receipt.h"
#include "spool/spool.h"

enum { REASON_MAX = 64 << 20 };

void
settle_outbox(char path[SETTLE_PATH], const struct deed_made *m, bool hidden)
{
	const char *key = strrchr(m->path, '/') + 1;

	snprintf(path, SETTLE_PATH, "outbox/%.*s%s%s%s",
	    (int)(key - m->path), m->path, hidden ? "." : "", key,
	    m->zip ? ".zip" : "");
}

/* 1, 0, or -1: nobody can tell, and nothing may follow from that. */
static int
is_there(const struct spool *s, const char *path, struct stat *st,
    struct err *e)
{
	return fsx_look(s->root, path, st, e);
}

/* A power cut may leave one file under two names (btrfs): the later stays. */
static int
one_name(const struct spool *s, const char *from, const char *to,
    struct err *e)
{
	struct stat a, b;
	int there = is_there(s, from, &a, e);

	if (there == 1)
		there = is_there(s, to, &b, e);
	if (there != 1)
		return there == -1 ? -1 :
		    err_set(e, ERR_AGAIN, "%s moved meanwhile", from);
	if (a.st_ino == b.st_ino && !S_ISDIR(a.st_mode))
		return fsx_unlink(s->root, from, e);
	return err_set(e, ERR_BOOKS, "%s and %s are both there; the ledger "
	    "knows the second one: look at them", from, to);
}

/* *moved stays false, and that is no error, when there is nothing to move. */
static int
move(const struct spool *s, const char *from, const char *to, bool *moved,
    struct err *e)
{
	if (fsx_rename_new(s->root, from, s->root, to, e) == -1) {
		if (e->sys == ENOENT)
			return 0;
		if (e->sys != EEXIST || one_name(s, from, to, e) == -1)
			return -1;
	}
	*moved = true;
	return 0;
}

/* ---------------------------------------------------------- the outbox */

static int
make_owner(const struct spool *s, const struct deed_made *m, struct err *e)
{
	char path[SETTLE_PATH];

	snprintf(path, sizeof path, "%.*s",
	    (int)(strrchr(m->path, '/') - m->path), m->path);
	return fsx_make_path(s->dir[PLACE_OUTBOX], path, e);
}

/*
 * From tmp/ to a name in the outbox that no reader looks at.  After a crash,
 * what is not in tmp/ any more was hidden or visible already.
 */
static int
hide(const struct spool *s, const struct deed_made *m, bool again,
    struct err *e)
{
	char from[SETTLE_PATH], hidden[SETTLE_PATH];
	bool moved = false;
	struct stat st;
	int there;

	snprintf(from, sizeof from, "tmp/%s", m->from);
	settle_outbox(hidden, m, true);
	there = again ? is_there(s, from, &st, e) : 1;
	if (there != 1)
		return there;
	if (again && make_owner(s, m, e) == -1)
		return -1;
	if (move(s, from, hidden, &moved, e) == -1)
		return -1;
	if (!moved && !again)
		return err_set(e, ERR_IO, "%s is gone", from);
	return 0;
}

static int
show(const struct spool *s, const struct deed_made *m, bool again,
    struct err *e)
{
	char hidden[SETTLE_PATH], seen[SETTLE_PATH];
	bool moved = false;

	settle_outbox(hidden, m, true);
	settle_outbox(seen, m, false);
	if (move(s, hidden, seen, &moved, e) == -1)
		return -1;
	if (!moved && !again)
		return err_set(e, ERR_IO, "%s is gone", hidden);
	return 0;
}

static int
each_made(const struct spool *s, const struct deed *d, size_t n, bool again,
    int (*fn)(const struct spool *, const struct deed_made *, bool,
    struct err *), struct err *e)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < d[i].n_made; k++)
			if (fn(s, &d[i].made[k], again, e) == -1)
				return -1;
	return 0;
}

/* ---------------------------------------------------------- the original */

/* Bring the package's bytes to a path, from wherever they still are. */
static int
bring(const struct spool *s, const struct deed *d, const char *to,
    struct err *e)
{
	static const enum state before[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };
	char from[SETTLE_PATH];
	bool moved = false;

	if (d->claim[0] != '\0') {
		snprintf(from, sizeof from, "claimed/%s/%s", d->run,
		    d->claim);
		return move(s, from, to, &moved, e);
	}
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		if (before[i] == d->to)
			continue;
		original_path(from, before[i], d->id, d->name, d->time);
		if (move(s, from, to, &moved, e) == -1)
			return -1;
	}
	return 0;
}

/* The folders that a package of this id has left. */
static int
leave_folders(const struct spool *s, const struct deed *d, struct err *e)
{
	static const enum state with_folder[] = { STATE_HELD, STATE_REJECTED };

	if (d->n != 0)
		return 0;		/* it was in none */
	for (size_t i = 0; i < 2; i++)
		if (with_folder[i] != d->to &&
		    fsx_remove_tree(s->dir[state_place(with_folder[i])],
		    d->id, e) == -1)
			return -1;
	return 0;
}

/*
 * held/{id} or rejected/{id}: the package joins its reasons in tmp/, then the
 * folder appears as a whole.
 */
static int
place_folder(const struct spool *s, const struct deed *d, struct err *e)
{
	const char *top = place_name(state_place(d->to));
	const char *ext = original_extension(d->name);
	char ready[SETTLE_PATH], folder[SETTLE_PATH], package[SETTLE_PATH + 16];
	bool moved = false;
	struct stat st;
	int there;

	snprintf(ready, sizeof ready, "tmp/%s/%s", d->run, d->id);
	snprintf(folder, sizeof folder, "%s/%s", top, d->id);
	there = is_there(s, ready, &st, e);
	if (there == -1)
		return -1;
	if (there == 1) {
		snprintf(package, sizeof package, "%s/package%s", ready, ext);
		if (bring(s, d, package, e) == -1 ||
		    move(s, ready, folder, &moved, e) == -1)
			return -1;
	}
	/* After a power cut the folder may have come without its package. */
	there = moved ? 0 : is_there(s, folder, &st, e);
	if (there == -1)
		return -1;
	if (there == 1) {
		snprintf(package, sizeof package, "%s/package%s", folder,
		    ext);
		if (bring(s, d, package, e) == -1)
			return -1;
	}
	return leave_folders(s, d, e);
}

static int
place_file(const struct spool *s, const struct deed *d, struct err *e)
{
	char to[ORIGINAL_PATH], day[STAMP_DAY + 1];

	original_path(to, d->to, d->id, d->name, d->time);
	if (d->to == STATE_PUBLISHED) {
		stamp_day(day, d->time);
		if (fsx_make_dir(s->dir[PLACE_DONE], day, e) == -1)
			return -1;
	}
	if (bring(s, d, to, e) == -1)
		return -1;
	return leave_folders(s, d, e);
}

static int
forget_copy(const struct spool *s, const struct deed *d, struct err *e)
{
	char path[SETTLE_PATH];

	snprintf(path, sizeof path, "claimed/%s/%s", d->run, d->claim);
	return d->claim[0] != '\0' ? fsx_unlink(s->root, path, e) : 0;
}

static int
place(const struct spool *s, const struct deed *d, struct err *e)
{
	if (d->replay)
		return 0;
	if (d->to == STATE_DUPLICATE)
		return forget_copy(s, d, e);
	if (d->to == STATE_HELD || d->to == STATE_REJECTED)
		return place_folder(s, d, e);
	return place_file(s, d, e);
}

/* -------------------------------------------------------------- the drop */

/*
 * Remove the drop a copy was made of.  Between a look and unlink(2) the
 * dropper may put another file there under the same name: so it is taken away
 * first, looked at where nobody else can reach it, and given back if it is
 * not the one.
 */
static int
remove_drop(const struct spool *s, const struct deed *d, const char *name,
    struct err *e)
{
	char claim[NAME_MAX + 1], path[SETTLE_PATH];
	struct drop_mark m;
	struct stat st;
	int claimed, rc;

	rc = fsx_look(s->dir[PLACE_INCOMING], name, &st, e);
	if (rc != 1)
		return rc;
	mark_of(&m, &st);
	if (!mark_same(&m, &d->mark))
		return 0;
	intake_drop_name(claim, d->n, name);
	snprintf(path, sizeof path, "claimed/%s/%s", d->run, claim);
	if (fsx_rename_new(s->dir[PLACE_INCOMING], name, s->root, path,
	    e) == -1)
		return e->sys == ENOENT ? 0 : -1;
	if (fstatat(s->root, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return err_sys(e, "look at %s", path);
	mark_of(&m, &st);
	if (mark_same_bytes(&m, &d->mark))
		return fsx_unlink(s->root, path, e);
	path[strlen(path) - strlen(claim)] = '\0';
	claimed = fsx_dir(s->root, path, e);
	if (claimed == -1)
		return -1;
	rc = intake_undo(claimed, claim, s->dir[PLACE_INCOMING], e);
	close(claimed);
	return rc;
}

static int
remove_known(const struct spool *s, const struct deed *d, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (d[i].copied && d[i].drop_name != NULL &&
		    remove_drop(s, &d[i], d[i].drop_name, e) == -1)
			return -1;
	return 0;
}

/*
 * After a crash the raw name is not known: look for the marks.  A drop that
 * was claimed by rename can only be here as a second name (btrfs).
 */
static int
remove_marked(const struct spool *s, const struct deed *d, size_t n,
    struct err *e)
{
	struct fsx_list names = { 0 };
	struct drop_mark m;
	struct stat st;
	int rc = fsx_list(s->dir[PLACE_INCOMING], &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		int there = fsx_look(s->dir[PLACE_INCOMING], names.v[i], &st,
		    e);

		if (there == -1)
			rc = -1;
		if (there != 1 || !S_ISREG(st.st_mode))
			continue;
		mark_of(&m, &st);
		for (size_t k = 0; rc == 0 && k < n; k++) {
			if (d[k].n == 0 || !mark_same_bytes(&m, &d[k].mark))
				continue;
			if (d[k].copied)
				rc = remove_drop(s, &d[k], names.v[i], e);
			else if (st.st_nlink > 1)
				rc = fsx_unlink(s->dir[PLACE_INCOMING],
				    names.v[i], e);
		}
	}
	fsx_list_free(&names);
	return rc;
}

/* ----------------------------------------------------------- the receipt */

size_t
settle_instances(const struct deed *d)
{
	return d->unchanged.n + d->gone.n + d->n_made;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * What no map makes any more was made all the same, and its owner has it.
 * One more replay, that finds nothing new, gives the same receipt.
 */
static void
list_instances(const struct deed *d, const char **v)
{
	size_t n = 0;

	for (size_t i = 0; i < d->unchanged.n; i++)
		v[n++] = d->unchanged.v[i];
	for (size_t i = 0; i < d->gone.n; i++)
		v[n++] = d->gone.v[i];
	for (size_t i = 0; i < d->n_made; i++)
		v[n++] = d->made[i].path;
	if (d->replay && n > 1)
		qsort(v, n, sizeof *v, by_text);
}

void
settle_receipt(struct receipt *r, const struct deed *d,
    const char **instances)
{
	bool reason = d->to == STATE_HELD || d->to == STATE_REJECTED;

	list_instances(d, instances);
	*r = (struct receipt){
		.package = d->name, .sha256 = d->sha256, .id = d->id,
		.time = reason && d->reason_time != NULL ? d->reason_time :
		    d->time,
		.instance = d->guid, .app = d->app, .state = d->to,
		.findings = d->findings, .more = d->more,
		.findings_json = d->findings_json, .note = d->note,
		.instances = instances, .n_instances = settle_instances(d),
	};
}

/* reason.json is the receipt too; after a crash it is all that is left. */
static int
copy_reason(const struct spool *s, const struct deed *d, struct err *e)
{
	char path[SETTLE_PATH], name[NAME_MAX + 1];
	struct buf text = { 0 };
	struct stat st;
	int rc;

	snprintf(path, sizeof path, "%s/%s/reason.json",
	    place_name(state_place(d->to)), d->id);
	rc = is_there(s, path, &st, e);
	if (rc != 1)
		return rc;
	receipt_name(name, d->name, d->sha256);
	rc = fsx_read(s->root, path, REASON_MAX, &text, e);
	if (rc == 0)
		rc = fsx_replace(s->dir[PLACE_RECEIPTS], name, text.p,
		    text.len, e);
	buf_free(&text);
	return rc;
}

static int
write_receipt(const struct spool *s, const struct deed *d, struct err *e)
{
	bool reason = d->to == STATE_HELD || d->to == STATE_REJECTED;
	const char **instances;
	struct receipt r;
	int rc;

	if (reason && !d->told)
		return copy_reason(s, d, e);
	instances = mem_alloc((settle_instances(d) + 1) * sizeof *instances);
	settle_receipt(&r, d, instances);
	rc = receipt_write(s->dir[PLACE_RECEIPTS], &r, e);
	free(instances);
	return rc;
}

/* ------------------------------------------------------------- the order */

/*
 * held/ and rejected/ with their folders; before the barrier, so that they
 * may be as sure as the outbox.
 */
static int
place_where(const struct spool *s, const struct deed *d, size_t n,
    bool folders, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		bool folder = d[i].to == STATE_HELD ||
		    d[i].to == STATE_REJECTED;

		if (folder == folders && !d[i].superseded &&
		    place(s, &d[i], e) == -1)
			return -1;
	}
	return 0;
}

static bool
any_made(const struct deed *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (d[i].n_made > 0)
			return true;
	return false;
}

int
settle(const struct spool *s, struct deed *d, size_t n, bool again,
    struct err *e)
{
	if (each_made(s, d, n, again, hide, e) == -1 ||
	    place_where(s, d, n, true, e) == -1)
		return -1;
	if ((again ? remove_marked : remove_known)(s, d, n, e) == -1)
		return -1;
	/*
	 * Gone from tmp/ for good before an owner can see it: else a power
	 * cut could bring back what the owner has taken already.
	 */
	if (any_made(d, n) && fsx_sync_fs(s->root, s->path, e) == -1)
		return -1;
	if (each_made(s, d, n, again, show, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!d[i].superseded && write_receipt(s, &d[i], e) == -1)
			return -1;
	return place_where(s, d, n, false, e);
}
