#include "spool/tray.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/arena.h"
#include "spool/books.h"
#include "spool/buf.h"
#include "spool/commit.h"
#include "spool/conf.h"
#include "spool/crew.h"
#include "spool/err.h"
#include "spool/intake.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/stamp.h"

enum {
	GROUP = 64,			/* packages of one commit */
	GROUP_BYTES = 64 << 20,		/* of output */
	WATCH_MS = 50,			/* a watcher's first verdict waits */
};

/* A package on its way through. */
struct item {
	bool used;
	struct drop *drop;		/* NULL: from accepted/ */
	char id[ID_MAX + 1];		/* accepted/{id} */
	char *name;			/* as shown */
	int fd;				/* of an accepted one */
	struct answer *answer;		/* NULL: still with a worker */
	char work[16];
	struct arena arena;		/* of `more` */
	struct findings more;
	enum state to;
};

struct tray {
	const struct conf *conf;
	enum batch_mode mode;
	const struct batch_hooks *hooks;
	struct tray_tools tools;
	struct batch_result *result;
	struct item *items;		/* by number; slots are used again */
	size_t n_items;			/* slots */
	size_t n_used;
	uint32_t group[GROUP];		/* decided, in order */
	size_t n_group;
	uint64_t group_bytes;
	int64_t group_since;
};

/*
 * Twice what the workers and one group under commit can hold, so that
 * workers go on while the disk syncs.
 */
static size_t
slots(const struct conf *c)
{
	return 2 * (size_t)(c->workers.batch * c->workers.count) + GROUP;
}

struct tray *
tray_new(const struct conf *conf, enum batch_mode mode,
    const struct batch_hooks *hooks, const struct tray_tools *tools)
{
	struct tray *y = mem_alloc(sizeof *y);

	y->conf = conf;
	y->mode = mode;
	y->hooks = hooks;
	y->tools = *tools;
	y->n_items = slots(conf);
	y->items = mem_alloc(y->n_items * sizeof *y->items);
	return y;
}

void
tray_free(struct tray *y)
{
	if (y == NULL)
		return;
	free(y->items);
	free(y);
}

void
tray_begin(struct tray *y, struct batch_result *r)
{
	y->result = r;
}

static bool
maps(const struct tray *y)
{
	return y->mode != BATCH_INTAKE;
}

bool
tray_full(const struct tray *y)
{
	return y->n_used == y->n_items;
}

/* ---------------------------------------------------------------- items */

static struct item *
new_item(struct tray *y)
{
	size_t i = 0;

	while (i < y->n_items && y->items[i].used)
		i++;
	if (i == y->n_items)
		abort();		/* nobody gives to a full tray */
	y->items[i] = (struct item){ .used = true, .fd = -1 };
	y->n_used++;
	return &y->items[i];
}

static void
item_done(struct tray *y, struct item *it)
{
	if (it->drop != NULL) {
		intake_settled(y->tools.intake, it->drop);
		free(it->drop);
	}
	if (it->fd != -1)
		close(it->fd);
	if (it->answer != NULL) {
		answer_free(it->answer);
		free(it->answer);
	}
	arena_free(&it->arena);
	free(it->name);
	*it = (struct item){ .used = false };
	y->n_used--;
}

static struct findings *
more_findings(struct item *it)
{
	if (it->more.arena == NULL)
		findings_init(&it->more, &it->arena);
	return &it->more;
}

/* --------------------------------------------------------------- verdict */

static enum state
state_of(enum verdict v, bool mapped)
{
	static const enum state states[] = {
		[VERDICT_ACCEPTED] = STATE_ACCEPTED,
		[VERDICT_HELD] = STATE_HELD,
		[VERDICT_REJECTED] = STATE_REJECTED,
	};

	return v == VERDICT_ACCEPTED && mapped ? STATE_PUBLISHED : states[v];
}

/* Against what came before; only a sound package can be a repetition. */
static void
decide(struct tray *y, struct item *it)
{
	const struct answer *a = it->answer;
	enum books_answer known = books_judge(y->tools.books, a->guid,
	    a->sha256, it->drop == NULL ? it->id : NULL);

	it->to = state_of(findings_verdict(&a->findings), maps(y));
	if (it->drop != NULL && known == BOOKS_DUPLICATE) {
		it->to = STATE_DUPLICATE;
	} else if (known != BOOKS_NEW && it->to != STATE_REJECTED) {
		it->to = STATE_HELD;
		findings_add(more_findings(it), F_CONFLICT, NULL, 0, NULL,
		    "the instance was already taken with other bytes");
	}
	books_expect(y->tools.books, a->guid, a->sha256, it->to);
}

/* ---------------------------------------------------------------- commit */

static void
add_codes(struct buf *t, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *name = finding_name(f->v[i].code);

		if (t->p == NULL || strstr(t->p, name) == NULL)
			buf_fmt(t, "%s%s", t->len > 0 ? " " : "", name);
	}
}

static void
tell(struct tray *y, const struct item *it, const struct parcel *p)
{
	struct buf codes = { 0 };
	struct batch_event event = { .id = p->id, .package = it->name,
	    .app = it->answer->app, .state = p->to };

	y->result->taken++;
	y->result->state[p->to]++;
	if (p->to == STATE_PUBLISHED)
		event.instances = it->answer->n_made;
	y->result->instances += event.instances;
	add_codes(&codes, &it->answer->findings);
	add_codes(&codes, &it->more);
	event.codes = buf_text(&codes);
	if (y->hooks->event != NULL)
		y->hooks->event(y->hooks->arg, &event);
	buf_free(&codes);
}

int
tray_commit(struct tray *y, struct err *e)
{
	struct parcel parcels[GROUP];
	size_t n = y->n_group;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct item *it = &y->items[y->group[i]];

		parcels[i] = (struct parcel){ .drop = it->drop,
		    .answer = it->answer, .work = it->work, .to = it->to,
		    .more = it->more.n > 0 ? &it->more : NULL };
		memcpy(parcels[i].id, it->id, sizeof it->id);
	}
	if (commit_group(y->tools.commit, parcels, n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct item *it = &y->items[y->group[i]];

		tell(y, it, &parcels[i]);
		item_done(y, it);
	}
	y->n_group = 0;
	y->group_bytes = 0;
	return 0;
}

static bool
group_due(const struct tray *y)
{
	if (y->n_group == 0)
		return false;
	return y->n_group == GROUP || y->group_bytes >= GROUP_BYTES ||
	    y->conf->transform.durability == DURABILITY_PACKAGE ||
	    (y->mode == BATCH_INTAKE &&
	    stamp_ticks() - y->group_since >= WATCH_MS);
}

int
tray_commit_due(struct tray *y, struct err *e)
{
	return group_due(y) ? tray_commit(y, e) : 0;
}

static void
add_to_group(struct tray *y, struct item *it)
{
	if (y->n_group == 0)
		y->group_since = stamp_ticks();
	y->group[y->n_group++] = (uint32_t)(it - y->items);
	for (size_t i = 0; i < it->answer->n_made; i++)
		for (size_t k = 0; k < it->answer->made[i].n_files; k++)
			y->group_bytes += it->answer->made[i].files[k].size;
}

int
tray_answer(struct tray *y, const struct crew_answer *a, struct err *e)
{
	struct item *it = &y->items[a->item];

	it->answer = a->answer;
	memcpy(it->work, a->work, sizeof it->work);
	/* Without a hash it cannot be booked; it goes back as it came. */
	if (it->drop != NULL && a->answer->sha256[0] == '\0')
		return err_set(e, ERR_IO, "incoming/%s cannot be read",
		    it->name);
	decide(y, it);
	add_to_group(y, it);
	return tray_commit_due(y, e);
}

/* ------------------------------------------------------------- give out */

static void
give(struct tray *y, struct item *it, int fd, const struct package *p)
{
	struct crew_job job = { .item = (uint32_t)(it - y->items),
	    .mode = maps(y) ? CREW_MAP : CREW_CHECK, .name = it->name,
	    .fd = fd };

	if (p != NULL) {
		job.guid = p->guid;
		job.app = p->app;
	}
	crew_give(y->tools.crew, &job);
}

/* A file that is larger than we take is refused without being opened. */
static int
refuse_large(struct tray *y, struct item *it, struct err *e)
{
	struct answer *a = mem_alloc(sizeof *a);
	char part[80] = "";

	findings_init(&a->findings, &a->arena);
	memcpy(a->sha256, it->drop->sha256, sizeof a->sha256);
	a->size = it->drop->mark.size;
	if (it->drop->summed < a->size)
		snprintf(part, sizeof part, "; the SHA-256 is that of its "
		    "first %" PRIu64 " bytes", it->drop->summed);
	findings_add(&a->findings, F_PACKAGE_TOO_LARGE, NULL, 0, NULL,
	    "the file has %" PRIu64 " bytes and is larger than [packages] "
	    "max-bytes%s", a->size, part);
	it->answer = a;
	decide(y, it);
	add_to_group(y, it);
	return tray_commit_due(y, e);
}

static void
show_name(struct item *it)
{
	struct buf t = { 0 };

	receipt_shown(&t, it->drop->name);
	it->name = mem_dup(buf_text(&t));
	buf_free(&t);
}

int
tray_drop(struct tray *y, struct drop *drop, struct err *e)
{
	struct item *it = new_item(y);

	it->drop = drop;
	show_name(it);
	if (drop->too_large)
		return refuse_large(y, it, e);
	give(y, it, drop->fd, NULL);
	return 0;
}

void
tray_accepted(struct tray *y, const struct package *p, int fd)
{
	struct item *it = new_item(y);

	it->fd = fd;
	it->name = mem_dup(p->name);
	memcpy(it->id, p->id, sizeof it->id);
	give(y, it, fd, p);
}

/* What was claimed and is not in the ledger goes back where it was. */
void
tray_give_back(struct tray *y)
{
	struct err e;

	for (size_t i = 0; i < y->n_items; i++) {
		struct item *it = &y->items[i];

		if (!it->used)
			continue;
		if (it->drop != NULL && !it->drop->booked &&
		    intake_give_back(y->tools.intake, it->drop, &e) == -1 &&
		    y->hooks->note != NULL)
			y->hooks->note(y->hooks->arg, e.text);
		item_done(y, it);
	}
	y->n_group = 0;
	books_forget(y->tools.books);
}
