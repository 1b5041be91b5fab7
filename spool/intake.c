#include "spool/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/copy.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/spool.h"
#include "spool/sum.h"
#include "spool/text.h"

enum {
	FILE_MODE = 0640,
	NUMBER_ROOM = 21,		/* "{n}." before a name */
	CUT_NAME = 180,
	BACK_MAX = 10000,		/* names tried when giving back */
};

#define MS INT64_C(1000000)

struct intake {
	const struct spool *spool;
	struct run *run;
	const struct conf *conf;
	intake_note_fn *note;
	void *arg;
	struct marks marks;
};

struct intake *
intake_new(const struct spool *s, struct run *r, const struct conf *c,
    intake_note_fn *note, void *arg)
{
	struct intake *in = mem_alloc(sizeof *in);

	in->spool = s;
	in->run = r;
	in->conf = c;
	in->note = note;
	in->arg = arg;
	signal(SIGIO, SIG_IGN);
	return in;
}

void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	marks_free(&in->marks);
	free(in);
}

/* ------------------------------------------------------------- the scan */

bool
intake_name_ok(const char *name)
{
	static const char *const unfinished[] =
	    { ".part", ".tmp", ".filepart" };
	size_t n = strlen(name);

	if (n == 0 || name[0] == '.')
		return false;
	for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
		size_t k = strlen(unfinished[i]);

		if (n >= k && strcmp(name + n - k, unfinished[i]) == 0)
			return false;
	}
	return true;
}

static int64_t
now_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
note(const struct intake *in, const char *name, const char *what)
{
	struct buf shown = { 0 };

	if (in->note == NULL)
		return;
	receipt_shown(&shown, name);
	in->note(in->arg, buf_text(&shown), what);
	buf_free(&shown);
}

static void
note_once(struct intake *in, const struct drop_mark *m, const char *name,
    const char *what)
{
	if (marks_find(&in->marks, m) != NULL)
		return;
	marks_add(&in->marks, m, MARK_NOTED, 0);
	note(in, name, what);
}

/*
 * How long nothing was done to the file, in nanoseconds.  A write time in the
 * future is the dropper's fancy.  A change time in the future means that the
 * clock was set back: then it counts from when we first met the file so.
 */
static int64_t
age_of(struct intake *in, const struct drop_mark *m)
{
	int64_t now = now_of(CLOCK_REALTIME), since;
	struct mark_row *row;

	if (m->ctime <= now) {
		since = m->mtime <= now && m->mtime > m->ctime ? m->mtime :
		    m->ctime;
		return now - since;
	}
	now = now_of(CLOCK_MONOTONIC);
	row = marks_find(&in->marks, m);
	if (row == NULL) {
		marks_add(&in->marks, m, MARK_FUTURE, now);
		return 0;
	}
	return now - row->since;
}

static void
list_name(struct intake_list *l, const char *name)
{
	l->names = mem_grow(l->names, &l->cap, l->n + 1, sizeof *l->names);
	l->names[l->n++] = mem_dup(name);
}

static void
look_at(struct intake *in, const char *name, struct intake_list *l)
{
	int64_t settle = (int64_t)in->conf->watch.settle * MS, age;
	struct drop_mark m;
	struct mark_row *row;
	struct stat st;
	struct err e;
	int there = fsx_look(in->spool->dir[PLACE_INCOMING], name, &st, &e);

	if (there == -1)
		note(in, name, "cannot be looked at");
	if (there != 1)
		return;			/* gone, or left for the next scan */
	mark_of(&m, &st);
	if (!S_ISREG(st.st_mode)) {
		note_once(in, &m, name, "NOT_A_FILE");
		return;
	}
	row = marks_find(&in->marks, &m);
	if (row != NULL && row->kind == MARK_CLAIMED)
		return;
	age = settle > 0 ? age_of(in, &m) : 0;
	if (age >= settle) {
		list_name(l, name);
		return;
	}
	age = (settle - age) / MS + 1;
	if (l->young++ == 0 || age < l->wait_ms)
		l->wait_ms = age;
}

int
intake_scan(struct intake *in, struct intake_list *l, struct err *e)
{
	struct fsx_list names = { 0 };

	*l = (struct intake_list){ .n = 0 };
	if (fsx_list(in->spool->dir[PLACE_INCOMING], &names, e) == -1) {
		fsx_list_free(&names);
		return -1;
	}
	marks_next_scan(&in->marks);
	for (size_t i = 0; i < names.n; i++)
		if (intake_name_ok(names.v[i]))
			look_at(in, names.v[i], l);
	fsx_list_free(&names);
	return 0;
}

void
intake_list_free(struct intake_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	*l = (struct intake_list){ .n = 0 };
}

/* ------------------------------------------------------------- the claim */

/*
 * A read lease is refused while anybody has the file open for writing.  Where
 * we may not ask, `settle` has to do.
 */
static bool
being_written(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		return false;
	}
	return errno == EAGAIN;
}

/* What open(2) may say of a drop; anything else is noted: it stays unread. */
enum unopened { UNREADABLE, NOT_NOW, OUR_FAULT };

static enum unopened
unopened(int error)
{
	static const struct { int error; enum unopened is; } table[] = {
		{ ENOENT, NOT_NOW },		/* gone */
		{ ELOOP, NOT_NOW },		/* no file any more: the */
		{ ENXIO, NOT_NOW },		/* next scan names it */
		{ EWOULDBLOCK, NOT_NOW },	/* a lease to write in it */
		{ EMFILE, OUR_FAULT },
		{ ENFILE, OUR_FAULT },
		{ ENOMEM, OUR_FAULT },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].error == error)
			return table[i].is;
	return UNREADABLE;
}

static void
note_unreadable(struct intake *in, const char *name)
{
	struct drop_mark m;
	struct stat st;

	if (fstatat(in->spool->dir[PLACE_INCOMING], name, &st,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return;
	mark_of(&m, &st);
	note_once(in, &m, name, "cannot be read");
}

/* errno says why it cannot be opened; whether that is an error of ours. */
static bool
failed_to_open(struct intake *in, const char *name, struct err *e)
{
	enum unopened why = unopened(errno);

	if (why == OUR_FAULT)
		err_sys(e, "open a file in %s/incoming", in->spool->path);
	if (why == UNREADABLE)
		note_unreadable(in, name);
	return why == OUR_FAULT;
}

/* -1: not now, and *fault says whether that is an error of ours. */
static int
open_drop(struct intake *in, const char *name, struct stat *st, bool *fault,
    struct err *e)
{
	int fd = openat(in->spool->dir[PLACE_INCOMING], name, O_RDONLY |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*fault = fd == -1 && failed_to_open(in, name, e);
	if (fd == -1)
		return -1;
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode) ||
	    being_written(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The private copy, then a descriptor that can only read it. */
static int
take_copy(struct intake *in, int from, struct drop *d, bool *taken,
    struct err *e)
{
	const int dir = in->run->claimed;
	enum copied how;
	int to, rc = -1;

	snprintf(d->claim, sizeof d->claim, "%" PRId64, d->n);
	to = openat(dir, d->claim, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, FILE_MODE);
	if (to == -1)
		return err_sys(e, "create claimed/%s/%s", in->run->id,
		    d->claim);
	how = copy_drop(from, to, &d->mark, e);
	close(to);
	if (how == COPY_UNREADABLE)
		note_once(in, &d->mark, d->name, "cannot be read");
	if (how == COPIED) {
		d->fd = openat(dir, d->claim, O_RDONLY | O_CLOEXEC);
		if (d->fd == -1) {
			err_sys(e, "open claimed/%s/%s", in->run->id,
			    d->claim);
			how = COPY_FAILED;
		}
	}
	if (how != COPIED)
		unlinkat(dir, d->claim, 0);
	*taken = how == COPIED;
	rc = how == COPY_FAILED ? -1 : 0;
	return rc;
}

/* Whether the raw name can stand behind the number, and may be seen there. */
static bool
name_travels(const char *name)
{
	return strlen(name) + NUMBER_ROOM <= NAME_MAX &&
	    !text_has_person(name, strlen(name));
}

void
intake_drop_name(char claim[NAME_MAX + 1], int64_t number, const char *name)
{
	struct buf shown = { 0 };
	size_t n = 0, k;

	if (name_travels(name)) {
		buf_str(&shown, name);
		n = shown.len;
	} else {
		receipt_shown(&shown, name);
		while ((k = text_utf8(shown.p + n, shown.len - n)) > 0 &&
		    n + k <= CUT_NAME)
			n += k;
	}
	snprintf(claim, NAME_MAX + 1, "%" PRId64 ".%.*s", number, (int)n,
	    buf_text(&shown));
	buf_free(&shown);
}

enum taken { TAKEN, GONE, NOT_OURS, FAILED };

/*
 * Take the drop itself.  What was put there in its place since we opened it
 * goes back.
 */
static enum taken
take_drop(struct intake *in, int fd, struct drop *d, struct err *e)
{
	const int incoming = in->spool->dir[PLACE_INCOMING];
	struct stat st;

	intake_drop_name(d->claim, d->n, d->name);
	if (fsx_rename_new(incoming, d->name, in->run->claimed, d->claim,
	    e) == -1) {
		if (e->sys == ENOENT)
			return GONE;
		return e->kind == ERR_RIGHTS ? NOT_OURS : FAILED;
	}
	if (fstatat(in->run->claimed, d->claim, &st, AT_SYMLINK_NOFOLLOW) == -1
	    || st.st_ino != d->mark.ino || !S_ISREG(st.st_mode))
		return intake_undo(in->run->claimed, d->claim, incoming,
		    e) == -1 ? FAILED : GONE;
	d->renamed = true;
	d->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (d->fd == -1)
		err_sys(e, "open a package");
	return d->fd == -1 ? FAILED : TAKEN;
}

static int
take_large(struct intake *in, int fd, struct drop *d, bool *taken,
    struct err *e)
{
	enum taken how;

	d->too_large = true;
	if (intake_sum(fd, INTAKE_SUM_MAX, d->sha256, &d->summed, e) == -1)
		return -1;
	how = take_drop(in, fd, d, e);
	if (how == NOT_OURS)
		note_once(in, &d->mark, d->name, "is too large, and may not "
		    "be moved away");
	*taken = how == TAKEN;
	return how == FAILED ? -1 : 0;
}

static int
take(struct intake *in, int fd, const struct stat *st, struct drop *d,
    bool *taken, struct err *e)
{
	enum taken how = NOT_OURS;

	if (d->mark.size > in->conf->packages.max_bytes)
		return take_large(in, fd, d, taken, e);
	if (in->conf->watch.claim == CLAIM_RENAME && st->st_nlink == 1 &&
	    name_travels(d->name))
		how = take_drop(in, fd, d, e);
	if (how == NOT_OURS)
		return take_copy(in, fd, d, taken, e);
	*taken = how == TAKEN;
	return how == FAILED ? -1 : 0;
}

int
intake_claim(struct intake *in, const char *name, struct drop *d,
    bool *taken, struct err *e)
{
	struct stat st;
	bool fault;
	int fd, rc = -1;

	*taken = false;
	*d = (struct drop){ .fd = -1 };
	fd = open_drop(in, name, &st, &fault, e);
	if (fd == -1)
		return fault ? -1 : 0;
	snprintf(d->name, sizeof d->name, "%s", name);
	mark_of(&d->mark, &st);
	d->n = ++in->run->last;
	rc = take(in, fd, &st, d, taken, e);
	close(fd);
	if (rc == 0 && *taken)
		marks_add(&in->marks, &d->mark, MARK_CLAIMED, 0);
	return rc;
}

/* -------------------------------------------------------------- the end */

int
intake_undo(int claimed, const char *claim, int incoming, struct err *e)
{
	const char *name = claim + strspn(claim, "0123456789");
	char other[NAME_MAX + 1];
	struct stat a, b;

	if (*name == '\0')
		return fsx_unlink(claimed, claim, e);
	snprintf(other, sizeof other, "%s", *name == '.' ? name + 1 : name);
	for (int k = 2; k < BACK_MAX; k++) {
		if (fsx_rename_new(claimed, claim, incoming, other, e) == 0)
			return 0;
		if (e->sys == ENOENT)
			return 0;
		if (e->sys != EEXIST)
			return -1;
		/* After a power cut one file may have both names (btrfs). */
		if (fstatat(claimed, claim, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
		    fstatat(incoming, other, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
		    a.st_ino == b.st_ino)
			return fsx_unlink(claimed, claim, e);
		snprintf(other, sizeof other, "%d-%.*s", k,
		    (int)(NAME_MAX - 8), name + 1);
	}
	return -1;
}

int
intake_give_back(struct intake *in, struct drop *d, struct err *e)
{
	int rc = 0;

	if (!d->booked && d->claim[0] != '\0')
		rc = intake_undo(in->run->claimed, d->claim,
		    in->spool->dir[PLACE_INCOMING], e);
	intake_settled(in, d);
	return rc;
}

void
intake_settled(struct intake *in, struct drop *d)
{
	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
	marks_remove(&in->marks, &d->mark);
}

int
intake_sum(int fd, uint64_t most, char sha256[DIGEST_HEX + 1],
    uint64_t *size, struct err *e)
{
	struct sum *s = sum_new();
	int rc = sum_file(s, fd, most, sha256, size);

	if (rc == -1)
		err_sys(e, "read a package");
	sum_free(s);
	return rc;
}
