#include "spool/unfinished.h"

#include <stdlib.h>
#include <string.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"

struct reading {
	struct last_group *groups;
	size_t n;
	struct books *books;		/* one line behind: who is this? */
	struct deed just;		/* received; strings in the arena */
	struct arena arena;
	struct buf text;
};

static char *
dup_slice(struct arena *a, struct slice s)
{
	return arena_dupn(a, s.n > 0 ? s.p : "", s.n);
}

static int64_t
claim_number(struct slice claim)
{
	size_t i = claim.n;

	while (i > 0 && claim.p[i - 1] != '/')
		i--;
	return i > 0 ? strtoll(claim.p + i, NULL, 10) : 0;
}

static void
receive(struct reading *g, const struct record *r, const char *line)
{
	char mark[MARK_TEXT];
	struct deed *d = &g->just;

	arena_reset(&g->arena);
	*d = (struct deed){ .n = claim_number(r->claim) };
	record_copy(d->id, sizeof d->id, r->id);
	record_text(line, "package", &g->text);
	d->name = arena_dup(&g->arena, buf_text(&g->text));
	d->sha256 = dup_slice(&g->arena, r->sha256);
	d->guid = dup_slice(&g->arena, r->instance);
	d->app = dup_slice(&g->arena, r->app);
	d->size = (uint64_t)r->size;
	d->copied = record_is(r->taken, "copy");
	record_copy(mark, sizeof mark, r->drop);
	if (!mark_read(&d->mark, mark))
		d->n = 0;
}

/* Who it is about: what was just received, or one the books know. */
static bool
identify(const struct reading *g, struct deed *d, const char *id)
{
	const struct package *p;

	if (strcmp(g->just.id, id) == 0) {
		*d = g->just;
		return true;
	}
	p = books_find(g->books, id);
	if (p == NULL)
		return false;
	*d = (struct deed){ .size = p->size };
	memcpy(d->id, p->id, sizeof d->id);
	d->name = p->name;
	d->sha256 = p->sha256;
	d->guid = p->guid;
	d->app = p->app;
	return true;
}

static struct last_group *
group_of(const struct reading *g, const struct record *r)
{
	for (size_t i = 0; i < g->n; i++)
		if (record_is(r->run, g->groups[i].run))
			return &g->groups[i];
	return NULL;
}

static void
supersede(const struct reading *g, const char *id)
{
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->groups[i].n; k++) {
			struct deed *d = &g->groups[i].deeds[k];

			if (d->to != STATE_DUPLICATE &&
			    strcmp(d->id, id) == 0)
				d->superseded = true;
		}
}

static const char *
member(struct reading *g, struct arena *a, const char *object,
    const char *key)
{
	buf_reset(&g->text);
	record_text(object, key, &g->text);
	return arena_dup(a, buf_text(&g->text));
}

/* Paths that are not such as we write are not followed. */
static bool
path_ok(const char *path, int parts)
{
	int n = 1;

	if (*path == '\0' || *path == '/' || *path == '.')
		return false;
	for (; *path != '\0'; path++)
		if (*path == '/') {
			n++;
			if (path[1] == '.' || path[1] == '/' ||
			    path[1] == '\0')
				return false;
		}
	return n == parts;
}

static void
read_made(struct reading *g, struct last_group *l, struct deed *d,
    const struct record *r)
{
	struct slice at = r->instances, object;
	struct deed_made *m;
	char *text;

	d->made = arena_zero(&l->arena, (r->n_instances + 1) * sizeof *m);
	while (d->n_made < r->n_instances && record_next(&at, &object)) {
		m = &d->made[d->n_made];
		text = dup_slice(&l->arena, object);
		m->path = member(g, &l->arena, text, "path");
		m->from = member(g, &l->arena, text, "from");
		m->sha256 = member(g, &l->arena, text, "sha256");
		m->zip = strstr(text, "\"zip\":true") != NULL;
		if (path_ok(m->path, 4) && path_ok(m->from, 3))
			d->n_made++;
	}
}

static void
turn_page(struct last_group *l, const struct record *r)
{
	if (r->group <= l->group)
		return;
	arena_reset(&l->arena);
	l->n = l->n_gone = 0;
	l->group = r->group;
}

/* The deed outlives the line, the books and what was just received. */
static void
keep(struct reading *g, struct last_group *l, const struct deed *from,
    enum state to, const struct record *r)
{
	struct deed *d;

	turn_page(l, r);
	l->deeds = mem_grow(l->deeds, &l->cap, l->n + 1, sizeof *l->deeds);
	d = &l->deeds[l->n++];
	*d = *from;
	d->name = arena_dup(&l->arena, from->name);
	d->sha256 = arena_dup(&l->arena, from->sha256);
	/* It may have got its names only now. */
	d->guid = r->instance.n > 0 ? dup_slice(&l->arena, r->instance) :
	    arena_dup(&l->arena, from->guid);
	d->app = r->app.n > 0 ? dup_slice(&l->arena, r->app) :
	    arena_dup(&l->arena, from->app);
	d->to = to;
	d->run = arena_dup(&l->arena, l->run);
	d->claim = "";
	record_copy(d->time, sizeof d->time, r->time);
	if (to == STATE_PUBLISHED)
		read_made(g, l, d, r);
}

static void
verdict(struct reading *g, const struct record *r, enum state to)
{
	struct last_group *l = group_of(g, r);
	char id[ID_MAX + 1];
	struct deed d;

	record_copy(id, sizeof id, r->id);
	if (to != STATE_DUPLICATE)
		supersede(g, id);
	if (l != NULL && r->group >= l->group && id_ok(id) &&
	    identify(g, &d, id))
		keep(g, l, &d, to, r);
	g->just.id[0] = '\0';
}

/* Removed by retention; a run that moved the package before is past. */
static void
removed(struct reading *g, const struct record *r, const char *line)
{
	struct last_group *l = group_of(g, r);
	char id[ID_MAX + 1], what[RECORD_EVENT];
	struct removal v = { .path = NULL };
	enum state s;

	record_copy(id, sizeof id, r->id);
	if (record_purged(r, &s))
		supersede(g, id);
	record_copy(what, sizeof what, r->what);
	if (l == NULL || r->group < l->group ||
	    !removal_lookup(what, &v.kind))
		return;
	turn_page(l, r);
	if (v.kind == REMOVAL_RECEIPTS || v.kind == REMOVAL_REPORTS) {
		buf_reset(&g->text);
		record_text(line, "before", &g->text);
		if (!stamp_day_ok(buf_text(&g->text)))
			return;
		stamp_day(v.before, buf_text(&g->text));
	} else {
		v.path = dup_slice(&l->arena, r->path);
		if (!removal_path_ok(v.path))
			return;
	}
	l->gone = mem_grow(l->gone, &l->cap_gone, l->n_gone + 1,
	    sizeof *l->gone);
	l->gone[l->n_gone++] = v;
}

/* Any list of texts that need no escapes; others are not followed. */
static void
read_paths(struct last_group *l, struct deed_paths *p, const char *line,
    const char *name)
{
	const char *raw, *end, *to;
	size_t n, most = 1;

	if (!json_get_raw(line, name, &raw, &n))
		return;
	end = raw + n;
	for (const char *c = raw; c < end; c++)
		most += *c == ',';
	p->v = arena_zero(&l->arena, most * sizeof *p->v);
	while (p->n < most && (raw = memchr(raw, '"', (size_t)(end - raw))) !=
	    NULL && (to = memchr(raw + 1, '"', (size_t)(end - raw - 1))) !=
	    NULL) {
		p->v[p->n] = arena_dupn(&l->arena, raw + 1,
		    (size_t)(to - raw - 1));
		if (path_ok(p->v[p->n], 4))
			p->n++;
		raw = to + 1;
	}
}

/* Its line says all of it: the books have forgotten what is published. */
static void
replay(struct reading *g, const struct record *r, const char *line)
{
	struct last_group *l = group_of(g, r);
	struct arena a = { 0 };
	struct deed d = { .size = (uint64_t)r->size, .replay = true };

	record_copy(d.id, sizeof d.id, r->id);
	supersede(g, d.id);
	buf_reset(&g->text);
	record_text(line, "package", &g->text);
	d.name = arena_dup(&a, buf_text(&g->text));
	d.sha256 = dup_slice(&a, r->sha256);
	d.guid = dup_slice(&a, r->instance);
	d.app = dup_slice(&a, r->app);
	if (l != NULL && r->group >= l->group && id_ok(d.id) &&
	    id_hex_ok(d.sha256, DIGEST_HEX)) {
		keep(g, l, &d, STATE_PUBLISHED, r);
		read_paths(l, &l->deeds[l->n - 1].unchanged, line,
		    "unchanged");
		read_paths(l, &l->deeds[l->n - 1].gone, line, "gone");
	}
	arena_free(&a);
}

static int
read_line(void *arg, const struct ledger_line *l, struct err *e)
{
	struct reading *g = arg;
	struct record r;
	enum state to;

	if (!record_parse(&r, l->text, l->len))
		return 0;
	if (record_is(r.event, "received"))
		receive(g, &r, l->text);
	else if (record_is(r.event, "purged"))
		removed(g, &r, l->text);
	else if (record_is(r.event, "replayed"))
		replay(g, &r, l->text);
	else if (record_state(&r, &to))
		verdict(g, &r, to);
	return books_feed(g->books, l, e);
}

int
unfinished_read(int ledger, struct last_group *groups, size_t n,
    struct err *e)
{
	struct reading g = { .groups = groups, .n = n };
	int rc;

	g.books = books_new();
	rc = ledger_scan(ledger, read_line, &g, e);
	books_free(g.books);
	arena_free(&g.arena);
	buf_free(&g.text);
	return rc;
}

void
unfinished_free(struct last_group *l)
{
	arena_free(&l->arena);
	free(l->deeds);
	free(l->gone);
	*l = (struct last_group){ .n = 0 };
}

struct deed *
unfinished_claim(const struct last_group *l, int64_t number)
{
	for (size_t i = 0; number > 0 && i < l->n; i++)
		if (l->deeds[i].n == number)
			return &l->deeds[i];
	return NULL;
}

bool
unfinished_gone(const struct last_group *l, const char *path)
{
	for (size_t i = 0; i < l->n_gone; i++)
		if (l->gone[i].path != NULL &&
		    strcmp(l->gone[i].path, path) == 0)
			return true;
	return false;
}
