#include "spool/overdue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/books.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/original.h"
#include "spool/record.h"
#include "spool/spool.h"

enum { DAY = 24 * 3600 };

static const struct {
	enum place place;
	enum state state;		/* STATE_COUNT: no package's */
	size_t days;			/* where in struct conf */
} rows[] = {
	{ PLACE_ACCEPTED, STATE_ACCEPTED,
	    offsetof(struct conf, retention.accepted) },
	{ PLACE_HELD, STATE_HELD, offsetof(struct conf, retention.held) },
	{ PLACE_REJECTED, STATE_REJECTED,
	    offsetof(struct conf, retention.rejected) },
	{ PLACE_DONE, STATE_PUBLISHED,
	    offsetof(struct conf, retention.done) },
	{ PLACE_OUTBOX, STATE_COUNT,
	    offsetof(struct conf, retention.outbox) },
	{ PLACE_RECEIPTS, STATE_COUNT,
	    offsetof(struct conf, retention.receipts) },
	{ PLACE_REPORTS, STATE_COUNT,
	    offsetof(struct conf, retention.reports) },
};

enum { ROWS = sizeof rows / sizeof *rows };

static int64_t
days_of(const struct conf *c, size_t row)
{
	int64_t n;

	memcpy(&n, (const char *)c + rows[row].days, sizeof n);
	return n;
}

bool
overdue_place(const char *name, enum place *p)
{
	if (strcmp(name, state_name(STATE_PUBLISHED)) == 0)
		name = place_name(PLACE_DONE);
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(place_name(rows[i].place), name) == 0) {
			*p = rows[i].place;
			return true;
		}
	return false;
}

bool
overdue_kept(const struct conf *c)
{
	for (size_t i = 0; i < ROWS; i++)
		if (days_of(c, i) != CONF_KEEP)
			return false;
	return true;
}

enum state
overdue_state(enum place p)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].place == p)
			return rows[i].state;
	return STATE_COUNT;
}

/* The settings are known only when the first line is there. */
static void
prepare(struct overdue *o)
{
	char time[STAMP_LEN + 1];

	for (size_t i = 0; i < ROWS && !o->ready; i++) {
		int64_t days = days_of(o->conf, i);
		char *before = o->before[rows[i].place];

		if (days == CONF_KEEP || (o->places >> rows[i].place & 1) == 0)
			continue;
		stamp_of(time, o->now - (time_t)days * DAY);
		stamp_day(before, time);
	}
	o->ready = true;
}

static bool
is_due(const struct overdue *o, enum place p, const char *time)
{
	return strncmp(time, o->before[p], STAMP_DAY) < 0;
}

static struct due *
add(struct overdue *o, enum removal_kind kind, enum place p, const char *day)
{
	struct due *d;

	o->v = mem_grow(o->v, &o->cap, o->n + 1, sizeof *o->v);
	d = &o->v[o->n++];
	*d = (struct due){ .kind = kind, .place = p, .count = 1 };
	stamp_day(d->day, day);
	return d;
}

static bool
is_there(const struct overdue *o, const char *path, struct stat *st)
{
	return fstatat(o->spool->root, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ------------------------------------------------------------- in the ledger */

/* Who was just received, or waits: what is published next. */
static bool
subject(struct overdue *o, const struct books *b, const char *id,
    struct due *d)
{
	const struct package *p = books_find(b, id);
	char sha256[DIGEST_HEX + 1];
	struct record r;

	buf_reset(&o->text);
	if (record_parse(&r, buf_text(&o->just), o->just.len) &&
	    record_is(r.id, id)) {
		record_text(buf_text(&o->just), "package", &o->text);
		record_copy(sha256, sizeof sha256, r.sha256);
		d->bytes = (uint64_t)r.size;
	} else if (p != NULL) {
		buf_str(&o->text, p->name);
		memcpy(sha256, p->sha256, sizeof sha256);
		d->bytes = p->size;
	} else {
		return false;
	}
	d->sha256 = arena_dup(&o->arena, sha256);
	return true;
}

/* A day whose folder is gone has nothing left: many lines, one look. */
static bool
day_is_gone(struct overdue *o, const char *day)
{
	char path[ORIGINAL_PATH];
	struct stat st;

	if (strncmp(o->no_day, day, STAMP_DAY) == 0)
		return true;
	snprintf(path, sizeof path, "%s/%.*s", place_name(PLACE_DONE),
	    STAMP_DAY, day);
	if (is_there(o, path, &st))
		return false;
	stamp_day(o->no_day, day);
	return true;
}

static void
look_at_original(struct overdue *o, const struct books *b, const char *id,
    const char *time)
{
	struct due d = { .count = 1 };
	char path[ORIGINAL_PATH];
	struct stat st;

	if (!is_due(o, PLACE_DONE, time) || day_is_gone(o, time) ||
	    !id_ok(id) || !subject(o, b, id, &d))
		return;
	original_path(path, STATE_PUBLISHED, id, buf_text(&o->text), time);
	if (!is_there(o, path, &st))
		return;
	d.kind = REMOVAL_ORIGINAL;
	d.place = PLACE_DONE;
	d.id = arena_dup(&o->arena, id);
	d.path = arena_dup(&o->arena, path);
	stamp_day(d.day, time);
	*add(o, d.kind, d.place, time) = d;
}

static int
size_below(const struct overdue *o, const char *path, const struct stat *st,
    uint64_t *bytes, struct err *e)
{
	struct fsx_list l = { 0 };
	struct stat file;
	int rc, dir;

	*bytes = (uint64_t)st->st_size;
	if (!S_ISDIR(st->st_mode))
		return 0;
	*bytes = 0;
	dir = openat(o->spool->root, path, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1)
		return errno == ENOENT ? 0 : err_sys(e, "open %s", path);
	rc = fsx_list(dir, &l, e);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		switch (fsx_look(dir, l.v[i], &file, e)) {
		case 1:
			*bytes += (uint64_t)file.st_size;
			break;
		case -1:		/* the ledger would tell a wrong size */
			rc = -1;
		}
	fsx_list_free(&l);
	close(dir);
	return rc;
}

static int
look_at_instance(struct overdue *o, const char *id, const char *time,
    const char *made, struct err *e)
{
	const bool zip = strstr(made, "\"zip\":true") != NULL;
	struct buf path = { 0 };
	struct stat st;
	struct due *d;
	int rc = 0;

	buf_fmt(&path, "%s/", place_name(PLACE_OUTBOX));
	if (!json_get_str(made, "path", &o->text))
		goto out;
	buf_fmt(&path, "%s%s", buf_text(&o->text), zip ? ".zip" : "");
	if (!removal_path_ok(path.p) || !is_there(o, path.p, &st))
		goto out;
	d = add(o, REMOVAL_INSTANCE, PLACE_OUTBOX, time);
	d->id = arena_dup(&o->arena, id);
	d->path = arena_dup(&o->arena, path.p);
	if (json_get_str(made, "sha256", &o->text))
		d->sha256 = arena_dup(&o->arena, buf_text(&o->text));
	rc = size_below(o, path.p, &st, &d->bytes, e);
out:
	buf_free(&path);
	return rc;
}

static int
look_at_made(struct overdue *o, const struct record *r, const char *id,
    const char *time, struct err *e)
{
	struct slice list = r->instances, object;
	char *made;
	int rc = 0;

	if (!is_due(o, PLACE_OUTBOX, time))
		return 0;
	while (rc == 0 && record_next(&list, &object)) {
		made = mem_dupn(object.p, object.n);
		rc = look_at_instance(o, id, time, made, e);
		free(made);
	}
	return rc;
}

/*
 * What was removed before and lies there again, as from a backup, goes once
 * more, whatever its age is now.
 */
static void
look_for_returned(struct overdue *o, const struct record *r, enum place p)
{
	char path[ORIGINAL_PATH], id[ID_MAX + 1], sha256[DIGEST_HEX + 1];
	struct stat st;
	struct due *d = NULL;

	record_copy(path, sizeof path, r->path);
	record_copy(id, sizeof id, r->id);
	record_copy(sha256, sizeof sha256, r->sha256);
	if (!removal_path_ok(path) || !is_there(o, path, &st))
		return;
	for (size_t i = o->n; i > 0 && d == NULL; i--)
		if (o->v[i - 1].path != NULL &&
		    strcmp(o->v[i - 1].path, path) == 0)
			d = &o->v[i - 1];
	if (d == NULL)
		d = add(o, REMOVAL_RETURNED, p, r->time.p);
	d->kind = REMOVAL_RETURNED;
	d->id = arena_dup(&o->arena, id);
	d->path = arena_dup(&o->arena, path);
	d->sha256 = arena_dup(&o->arena, sha256);
	d->bytes = (uint64_t)r->size;
}

int
overdue_feed(struct overdue *o, const struct books *b,
    const struct ledger_line *l, struct err *e)
{
	char id[ID_MAX + 1], time[STAMP_LEN + 1];
	struct record r;
	enum state s;

	prepare(o);
	if (!record_parse(&r, l->text, l->len))
		return 0;
	record_copy(id, sizeof id, r.id);
	record_copy(time, sizeof time, r.time);
	if (record_is(r.event, "received")) {
		buf_reset(&o->just);
		buf_add(&o->just, l->text, l->len);
	} else if (record_purged(&r, &s)) {
		if (o->before[state_place(s)][0] != '\0')
			look_for_returned(o, &r, state_place(s));
	} else if (record_is(r.event, "published")) {
		look_at_original(o, b, id, time);
		return look_at_made(o, &r, id, time, e);
	}
	return 0;
}

/* ------------------------------------------------------------ in the folders */

static int
look_at_waiting(void *arg, const struct package *p, struct err *e)
{
	struct overdue *o = arg;
	char path[ORIGINAL_PATH];
	struct stat st;
	struct due *d;

	(void)e;
	if (!is_due(o, state_place(p->state), p->time))
		return 0;
	original_path(path, p->state, p->id, p->name, p->time);
	if (!is_there(o, path, &st))
		return 0;		/* the tally tells of it */
	if (p->state != STATE_ACCEPTED)
		*strrchr(path, '/') = '\0';
	d = add(o, REMOVAL_ORIGINAL, state_place(p->state), p->time);
	d->id = arena_dup(&o->arena, p->id);
	d->path = arena_dup(&o->arena, path);
	d->sha256 = arena_dup(&o->arena, p->sha256);
	d->bytes = p->size;
	return 0;
}

struct counting {
	uint64_t count, bytes;
};

static int
count_file(void *arg, const char *path, size_t bytes, struct err *e)
{
	struct counting *c = arg;

	(void)path;
	(void)e;
	c->count++;
	c->bytes += bytes;
	return 0;
}

static int
look_before(struct overdue *o, enum removal_kind kind, enum place p,
    struct err *e)
{
	struct counting c = { .count = 0 };
	struct due *d;

	if (o->before[p][0] == '\0')
		return 0;
	if (removal_each_before(o->spool, kind, o->before[p], count_file, &c,
	    e) == -1)
		return -1;
	if (c.count == 0)
		return 0;
	d = add(o, kind, p, o->before[p]);
	d->count = c.count;
	d->bytes = c.bytes;
	return 0;
}

/* As they stand in the settings; within a place, by age. */
static int
in_order(const void *a, const void *b)
{
	const struct due *x = a, *y = b;
	int order;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	order = strcmp(x->day, y->day);
	if (order == 0 && x->path != NULL && y->path != NULL)
		order = strcmp(x->path, y->path);
	return order;
}

int
overdue_end(struct overdue *o, struct books *b, struct err *e)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };

	prepare(o);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (books_each(b, states[i], look_at_waiting, o, e) == -1)
			return -1;
	if (look_before(o, REMOVAL_RECEIPTS, PLACE_RECEIPTS, e) == -1 ||
	    look_before(o, REMOVAL_REPORTS, PLACE_REPORTS, e) == -1)
		return -1;
	if (o->n > 1)
		qsort(o->v, o->n, sizeof *o->v, in_order);
	return 0;
}

void
overdue_free(struct overdue *o)
{
	arena_free(&o->arena);
	buf_free(&o->just);
	buf_free(&o->text);
	free(o->v);
}
