#include "spool/books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"
#include "spool/seen.h"

enum { FREE = -1, GONE = -2, FIRST = 64, AGAIN_MAX = 999999 };

struct expected {
	char guid[ID_GUID + 1], sha256[DIGEST_HEX + 1];
	enum state state;
};

struct books {
	struct totals totals;
	char checked[STAMP_LEN + 1];
	struct seen seen;		/* accepted and published */
	struct package **waiting;	/* in order of receipt; NULL: left */
	size_t n, cap;
	int64_t *index;			/* by id, into waiting */
	size_t slots, used;		/* used: slots that are not free */
	unsigned walkers;		/* while above 0, waiting keeps still */
	struct package *just;		/* received, its verdict comes next */
	struct expected *expected;
	size_t n_expected, cap_expected;
	struct buf text;
};

/* ------------------------------------------------------ the waiting, by id */

static size_t
slot_of(const char *id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 29);
}

static size_t
find_slot(const struct books *b, const char *id)
{
	size_t i = slot_of(id) & (b->slots - 1);

	while (b->index[i] != FREE && (b->index[i] == GONE ||
	    strcmp(b->waiting[b->index[i]]->id, id) != 0))
		i = (i + 1) & (b->slots - 1);
	return i;
}

static struct package *
find(const struct books *b, const char *id)
{
	int64_t at;

	if (b->slots == 0)
		return NULL;
	at = b->index[find_slot(b, id)];
	return at >= 0 ? b->waiting[at] : NULL;
}

static void
close_gaps(struct books *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->waiting[i] != NULL)
			b->waiting[n++] = b->waiting[i];
	b->n = n;
}

static void
make_room(struct books *b)
{
	if (b->slots > 0 && (b->used + 1) * 2 <= b->slots)
		return;
	if (b->walkers == 0)
		close_gaps(b);
	if (b->slots == 0 || b->n * 4 > b->slots)
		b->slots = b->slots > 0 ? b->slots * 2 : FIRST;
	free(b->index);
	b->index = mem_alloc(b->slots * sizeof *b->index);
	for (size_t i = 0; i < b->slots; i++)
		b->index[i] = FREE;
	b->used = 0;
	for (size_t i = 0; i < b->n; i++) {
		if (b->waiting[i] == NULL)
			continue;
		b->index[find_slot(b, b->waiting[i]->id)] = (int64_t)i;
		b->used++;
	}
}

static void
insert(struct books *b, struct package *p)
{
	size_t at;

	b->waiting = mem_grow(b->waiting, &b->cap, b->n + 1,
	    sizeof *b->waiting);
	make_room(b);
	at = find_slot(b, p->id);
	if (b->index[at] == FREE)
		b->used++;
	b->index[at] = (int64_t)b->n;
	b->waiting[b->n++] = p;
}

static void
free_package(struct package *p)
{
	if (p != NULL)
		free(p->name);
	free(p);
}

static void
leave(struct books *b, struct package *p)
{
	size_t at = find_slot(b, p->id);

	b->waiting[b->index[at]] = NULL;
	b->index[at] = GONE;
	free_package(p);
	while (b->n > 0 && b->waiting[b->n - 1] == NULL)
		b->n--;
}

/* ------------------------------------------------------- reading the lines */

static struct package *
package_of(struct books *b, const struct record *r, const char *line)
{
	struct package *p = mem_alloc(sizeof *p);

	record_copy(p->id, sizeof p->id, r->id);
	record_copy(p->sha256, sizeof p->sha256, r->sha256);
	record_copy(p->guid, sizeof p->guid, r->instance);
	record_copy(p->app, sizeof p->app, r->app);
	record_copy(p->received, sizeof p->received, r->time);
	memcpy(p->time, p->received, sizeof p->time);
	p->state = STATE_CLAIMED;
	p->size = (uint64_t)r->size;
	record_text(line, "package", &b->text);
	p->name = mem_dup(buf_text(&b->text));
	buf_reset(&b->text);
	return p;
}

/* A damaged line must not become a path or a wild read. */
static bool
package_ok(const struct package *p)
{
	return id_ok(p->id) && id_hex_ok(p->sha256, DIGEST_HEX) &&
	    (p->guid[0] == '\0' || id_guid_ok(p->guid));
}

static void
drop_expected(struct books *b, const struct package *p)
{
	for (size_t i = 0; i < b->n_expected; i++) {
		const struct expected *x = &b->expected[i];

		if (strcmp(x->sha256, p->sha256) != 0)
			continue;
		b->expected[i] = b->expected[--b->n_expected];
		return;
	}
}

/* The instance's entry; what is published stays, whatever comes later. */
static void
note_seen(struct books *b, const struct package *p, enum state to)
{
	enum state have;
	bool same, there;

	if (p->guid[0] == '\0')
		return;
	there = seen_get(&b->seen, p->guid, p->sha256, &have, &same);
	if (to == STATE_PUBLISHED)
		seen_set(&b->seen, p->guid, p->sha256, to);
	else if (to == STATE_ACCEPTED && !there)
		seen_set(&b->seen, p->guid, p->sha256, to);
	else if (to != STATE_ACCEPTED && there && have == STATE_ACCEPTED)
		seen_remove(&b->seen, p->guid, p->sha256);
}

/* A package that could not be read when it came has its names from later. */
static void
take_names(struct package *p, const struct record *r)
{
	record_copy(p->guid, sizeof p->guid, r->instance);
	record_copy(p->app, sizeof p->app, r->app);
	if (!id_guid_ok(p->guid))
		p->guid[0] = p->app[0] = '\0';
}

static void
move(struct books *b, struct package *p, enum state to,
    const struct record *r)
{
	if (p->guid[0] == '\0' && r->instance.n > 0)
		take_names(p, r);
	p->state = to;
	record_copy(p->time, sizeof p->time, r->time);
	b->totals.state[to]++;
	note_seen(b, p, to);
	drop_expected(b, p);
	if (to == STATE_PUBLISHED)
		b->totals.instances += r->n_instances;
}

/* The verdict on what was just received. */
static void
first_verdict(struct books *b, enum state to, const struct record *r)
{
	struct package *p = b->just;

	b->just = NULL;
	b->totals.received++;
	if (to == STATE_DUPLICATE) {
		b->totals.state[to]++;
		drop_expected(b, p);
		free_package(p);
		return;
	}
	if (find(b, p->id) != NULL)
		b->totals.stray++;
	move(b, p, to, r);
	if (to == STATE_PUBLISHED)
		free_package(p);
	else
		insert(b, p);
}

static void
next_verdict(struct books *b, const char *id, enum state to,
    const struct record *r)
{
	struct package *p = find(b, id);

	if (p == NULL || p->purged || to == STATE_DUPLICATE ||
	    !state_may_move(p->state, to)) {
		b->totals.stray++;
		return;
	}
	b->totals.state[p->state]--;
	move(b, p, to, r);
	if (to == STATE_PUBLISHED)
		leave(b, p);
}

/*
 * What was published stays known, so that it is not made again.  What never
 * was may come again: nothing else is left of it.
 */
static void
purge(struct books *b, const char *id, enum state s)
{
	struct package *p = find(b, id);

	if (s != STATE_PUBLISHED &&
	    (p == NULL || p->purged || p->state != s)) {
		b->totals.stray++;
		return;
	}
	b->totals.purged[s]++;
	if (p == NULL)
		return;
	p->purged = true;
	if (s == STATE_ACCEPTED)
		note_seen(b, p, STATE_REJECTED);
}

/* Only what is published can be; that is known by its instance. */
static void
replay(struct books *b, const struct record *r)
{
	char guid[ID_GUID + 1], sha256[DIGEST_HEX + 1];
	bool same = false;
	enum state have;

	record_copy(guid, sizeof guid, r->instance);
	record_copy(sha256, sizeof sha256, r->sha256);
	if (id_guid_ok(guid) && id_hex_ok(sha256, DIGEST_HEX) &&
	    seen_get(&b->seen, guid, sha256, &have, &same) && same &&
	    have == STATE_PUBLISHED)
		b->totals.instances += r->n_instances;
	else
		b->totals.stray++;
}

static void
receive(struct books *b, const struct record *r, const char *line)
{
	free_package(b->just);
	b->just = package_of(b, r, line);
	if (!package_ok(b->just)) {
		b->totals.stray++;
		free_package(b->just);
		b->just = NULL;
	}
}

/* The latest, by what it says: two runs may end in another order. */
static void
note_checked(struct books *b, const struct record *r)
{
	char checked[STAMP_LEN + 1];

	record_copy(checked, sizeof checked, r->checked);
	if (strcmp(checked, b->checked) > 0)
		memcpy(b->checked, checked, sizeof checked);
}

int
books_feed(void *books, const struct ledger_line *l, struct err *e)
{
	struct books *b = books;
	char id[ID_MAX + 1];
	struct record r;
	enum state to;

	(void)e;
	if (!record_parse(&r, l->text, l->len))
		return 0;
	record_copy(id, sizeof id, r.id);
	if (record_is(r.event, "received"))
		receive(b, &r, l->text);
	else if (record_purged(&r, &to))
		purge(b, id, to);
	else if (record_is(r.event, "ended"))
		note_checked(b, &r);
	else if (record_is(r.event, "replayed"))
		replay(b, &r);
	else if (!record_state(&r, &to))
		return 0;
	else if (b->just != NULL && strcmp(b->just->id, id) == 0)
		first_verdict(b, to, &r);
	else
		next_verdict(b, id, to, &r);
	return 0;
}

/* ------------------------------------------------------------- questions */

struct books *
books_new(void)
{
	return mem_alloc(sizeof(struct books));
}

void
books_free(struct books *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		free_package(b->waiting[i]);
	free_package(b->just);
	free(b->waiting);
	free(b->index);
	free(b->expected);
	buf_free(&b->text);
	seen_free(&b->seen);
	free(b);
}

/* An id, its number k behind when it is not the first. */
static void
numbered(char id[ID_MAX + 1], const char *base, int k)
{
	if (k == 1)
		snprintf(id, ID_MAX + 1, "%s", base);
	else
		snprintf(id, ID_MAX + 1, "%.*s.%d", ID_MAX - 8, base, k);
}

static bool
is_held(const struct books *b, const char *guid, const char *sha256)
{
	char base[ID_MAX + 1], id[ID_MAX + 1];
	const struct package *p;

	id_make(base, guid, sha256);
	for (int k = 1; k < AGAIN_MAX; k++) {
		numbered(id, base, k);
		if ((p = find(b, id)) == NULL)
			return false;
		if (p->state == STATE_HELD && !p->purged &&
		    strcmp(p->sha256, sha256) == 0)
			return true;
	}
	return false;
}

static enum books_answer
judge_expected(const struct books *b, const char *guid, const char *sha256,
    bool published_only)
{
	enum books_answer a = BOOKS_NEW;

	for (size_t i = 0; i < b->n_expected; i++) {
		const struct expected *x = &b->expected[i];
		bool same = strcmp(x->sha256, sha256) == 0;

		if (x->state == STATE_REJECTED || x->state == STATE_DUPLICATE ||
		    (published_only && x->state != STATE_PUBLISHED))
			continue;
		if (same)
			return BOOKS_DUPLICATE;
		if (x->state != STATE_HELD && guid[0] != '\0' &&
		    strcmp(x->guid, guid) == 0)
			a = BOOKS_CONFLICT;
	}
	return a;
}

enum books_answer
books_judge(const struct books *b, const char *guid, const char *sha256,
    const char *own_id)
{
	bool same = false, waits = own_id != NULL;
	enum state have;

	if (guid[0] != '\0' &&
	    seen_get(&b->seen, guid, sha256, &have, &same) &&
	    (!waits || have == STATE_PUBLISHED))
		return same ? BOOKS_DUPLICATE : BOOKS_CONFLICT;
	if (!waits && is_held(b, guid, sha256))
		return BOOKS_DUPLICATE;
	return judge_expected(b, guid, sha256, waits);
}

void
books_expect(struct books *b, const char *guid, const char *sha256,
    enum state to)
{
	struct expected x = { .state = to };

	snprintf(x.guid, sizeof x.guid, "%s", guid);
	snprintf(x.sha256, sizeof x.sha256, "%s", sha256);
	b->expected = mem_grow(b->expected, &b->cap_expected,
	    b->n_expected + 1, sizeof x);
	b->expected[b->n_expected++] = x;
}

void
books_forget(struct books *b)
{
	b->n_expected = 0;
}

void
books_new_id(const struct books *b, const char *guid, const char *sha256,
    char id[ID_MAX + 1])
{
	char base[ID_MAX + 1];
	int k = 1;

	id_make(base, guid, sha256);
	do
		numbered(id, base, k);
	while (find(b, id) != NULL && k++ < AGAIN_MAX);
}

const struct package *
books_find(const struct books *b, const char *id)
{
	return find(b, id);
}

int
books_each(struct books *b, enum state s, books_fn *fn, void *arg,
    struct err *e)
{
	int rc = 0;

	b->walkers++;
	for (size_t i = 0; rc == 0 && i < b->n; i++) {
		const struct package *p = b->waiting[i];

		if (p != NULL && p->state == s && !p->purged)
			rc = fn(arg, p, e);
	}
	b->walkers--;
	return rc;
}

const struct totals *
books_totals(const struct books *b)
{
	return &b->totals;
}

const char *
books_checked(const struct books *b)
{
	return b->checked;
}
