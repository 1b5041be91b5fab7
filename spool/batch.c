#include "spool/batch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/original.h"
#include "spool/receipt.h"
#include "spool/recover.h"
#include "spool/spool.h"
#include "spool/tally.h"
#include "spool/wire.h"

enum {
	GROUP = 64,			/* packages of one commit */
	GROUP_BYTES = 64 << 20,		/* of output */
	WATCH_MS = 50,			/* a watcher's first verdict waits */
	NAP_MS = 100,
	GRACE_MS = 1000,
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

struct batch {
	const struct conf *conf;
	enum batch_mode mode;
	struct batch_hooks hooks;
	struct spool spool;
	struct run run;
	bool in_run, noted;		/* begun; said so in the ledger */
	struct books *books;
	struct ledger *ledger;
	struct intake *intake;
	struct commit *commit;
	struct crew *crew;
	struct item *items;		/* by number; slots are used again */
	size_t n_items;			/* slots */
	size_t n_used;
	uint32_t *group;		/* decided, in order */
	size_t n_group;
	uint64_t group_bytes;
	int64_t group_since;
	/* what this pass has before it */
	struct intake_list drops;
	size_t next_drop;
	char (*accepted)[ID_MAX + 1];
	size_t n_accepted, cap_accepted, next_accepted;
	struct batch_result *result;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
note(const struct batch *b, const char *text)
{
	if (b->hooks.note != NULL)
		b->hooks.note(b->hooks.arg, text);
}

static void
on_odd_file(void *arg, const char *shown, const char *what)
{
	struct batch *b = arg;
	struct buf t = { 0 };

	buf_fmt(&t, "incoming/%s: %s", shown, what);
	note(b, t.p);
	buf_free(&t);
}

static bool
takes_in(const struct batch *b)
{
	return b->mode != BATCH_TRANSFORM;
}

static bool
maps(const struct batch *b)
{
	return b->mode != BATCH_INTAKE;
}

/* ------------------------------------------------------------ open, close */

/*
 * Twice what the workers and one group under commit can hold, so that
 * workers go on while the disk syncs.
 */
static size_t
slots(const struct conf *c)
{
	return 2 * (size_t)(c->workers.batch * c->workers.count) + GROUP;
}

static int
open_run(struct batch *b, struct err *e)
{
	if (spool_begin_run(&b->run, &b->spool, e) == -1)
		return -1;
	b->in_run = true;
	b->intake = intake_new(&b->spool, &b->run, b->conf, on_odd_file, b);
	b->commit = commit_new(&b->spool, &b->run, b->ledger, b->books,
	    b->conf->transform.durability == DURABILITY_PACKAGE);
	return 0;
}

/* The SHA-256 of a file, or "" where it cannot be read. */
static void
file_sum(const char *path, char sha256[DIGEST_HEX + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t size;
	struct err e;

	if (fd == -1 || intake_sum(fd, UINT64_MAX, sha256, &size, &e) == -1)
		sha256[0] = '\0';
	if (fd != -1)
		close(fd);
}

/* Who works with what, so that an auditor can tell what a change changed. */
static int
note_start(struct batch *b, struct err *e)
{
	static const char *const modes[] = {
		[BATCH_INTAKE] = "intake", [BATCH_TRANSFORM] = "transform",
		[BATCH_BOTH] = "run",
	};
	char program[DIGEST_HEX + 1], worker[DIGEST_HEX + 1];
	char settings[DIGEST_HEX + 1];
	struct buf path = { 0 };
	int rc;

	buf_fmt(&path, "%s/flerapp.conf", b->conf->dir);
	file_sum("/proc/self/exe", program);
	file_sum(crew_program(b->crew), worker);
	file_sum(path.p, settings);
	rc = ledger_note(b->ledger, e, "started", "run", b->run.id, "mode",
	    modes[b->mode], "version", FLERAPP_VERSION, "program", program,
	    "worker", worker, "settings", settings, "config",
	    crew_config(b->crew), "sandbox",
	    b->conf->workers.sandbox == SANDBOX_ENFORCE ? "enforce" : "open",
	    NULL);
	b->noted = rc == 0;
	buf_free(&path);
	return rc;
}

struct batch *
batch_new(const struct conf *conf, enum batch_mode mode,
    const struct batch_hooks *hooks, struct err *e)
{
	struct batch *b = mem_alloc(sizeof *b);

	b->conf = conf;
	b->mode = mode;
	b->hooks = *hooks;
	b->n_items = slots(conf);
	b->items = mem_alloc(b->n_items * sizeof *b->items);
	b->group = mem_alloc(GROUP * sizeof *b->group);
	b->books = books_new();
	if (spool_open(&b->spool, conf, true, e) == -1) {
		free(b->items);
		free(b->group);
		books_free(b->books);
		free(b);
		return NULL;
	}
	b->ledger = ledger_open(b->spool.dir[PLACE_LEDGER], true, books_feed,
	    b->books, e);
	if (b->ledger == NULL || open_run(b, e) == -1 ||
	    (b->crew = crew_new(conf, b->run.tmp, e)) == NULL ||
	    note_start(b, e) == -1) {
		batch_free(b);
		return NULL;
	}
	return b;
}

void
batch_free(struct batch *b)
{
	struct err e;

	if (b == NULL)
		return;
	crew_free(b->crew);
	commit_free(b->commit);
	intake_free(b->intake);
	if (b->noted && ledger_note(b->ledger, &e, "ended", "run", b->run.id,
	    NULL) == -1)
		note(b, e.text);
	if (b->in_run && spool_end_run(&b->run, &b->spool, &e) == -1)
		note(b, e.text);
	ledger_close(b->ledger);
	spool_close(&b->spool);
	books_free(b->books);
	free(b->accepted);
	free(b->items);
	free(b->group);
	free(b);
}

/* ---------------------------------------------------------------- items */

static struct item *
new_item(struct batch *b)
{
	size_t i = 0;

	while (i < b->n_items && b->items[i].used)
		i++;
	if (i == b->n_items)
		return NULL;
	b->items[i] = (struct item){ .used = true, .fd = -1 };
	b->n_used++;
	return &b->items[i];
}

static void
item_done(struct batch *b, struct item *it)
{
	if (it->drop != NULL) {
		intake_settled(b->intake, it->drop);
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
	b->n_used--;
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
decide(struct batch *b, struct item *it)
{
	const struct answer *a = it->answer;
	enum books_answer known = books_judge(b->books, a->guid, a->sha256,
	    it->drop == NULL ? it->id : NULL);

	it->to = state_of(findings_verdict(&a->findings), maps(b));
	if (it->drop != NULL && known == BOOKS_DUPLICATE) {
		it->to = STATE_DUPLICATE;
	} else if (known != BOOKS_NEW && it->to != STATE_REJECTED) {
		it->to = STATE_HELD;
		findings_add(more_findings(it), F_CONFLICT, NULL, 0, NULL,
		    "the instance was already taken with other bytes");
	}
	books_expect(b->books, a->guid, a->sha256, it->to);
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
tell(struct batch *b, const struct item *it, const struct parcel *p)
{
	struct buf codes = { 0 };
	struct batch_event event = { .id = p->id, .package = it->name,
	    .app = it->answer->app, .state = p->to };

	b->result->taken++;
	b->result->state[p->to]++;
	if (p->to == STATE_PUBLISHED)
		event.instances = it->answer->n_made;
	b->result->instances += event.instances;
	add_codes(&codes, &it->answer->findings);
	add_codes(&codes, &it->more);
	event.codes = buf_text(&codes);
	if (b->hooks.event != NULL)
		b->hooks.event(b->hooks.arg, &event);
	buf_free(&codes);
}

static int
commit_now(struct batch *b, struct err *e)
{
	struct parcel parcels[GROUP];
	size_t n = b->n_group;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct item *it = &b->items[b->group[i]];

		parcels[i] = (struct parcel){ .drop = it->drop,
		    .answer = it->answer, .work = it->work, .to = it->to,
		    .more = it->more.n > 0 ? &it->more : NULL };
		memcpy(parcels[i].id, it->id, sizeof it->id);
	}
	if (commit_group(b->commit, parcels, n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct item *it = &b->items[b->group[i]];

		tell(b, it, &parcels[i]);
		item_done(b, it);
	}
	b->n_group = 0;
	b->group_bytes = 0;
	return 0;
}

static bool
group_due(const struct batch *b)
{
	if (b->n_group == 0)
		return false;
	return b->n_group == GROUP || b->group_bytes >= GROUP_BYTES ||
	    b->conf->transform.durability == DURABILITY_PACKAGE ||
	    (b->mode == BATCH_INTAKE &&
	    now_ms() - b->group_since >= WATCH_MS);
}

static void
add_to_group(struct batch *b, struct item *it)
{
	if (b->n_group == 0)
		b->group_since = now_ms();
	b->group[b->n_group++] = (uint32_t)(it - b->items);
	for (size_t i = 0; i < it->answer->n_made; i++)
		for (size_t k = 0; k < it->answer->made[i].n_files; k++)
			b->group_bytes += it->answer->made[i].files[k].size;
}

static int
take_answer(struct batch *b, const struct crew_answer *a, struct err *e)
{
	struct item *it = &b->items[a->item];

	it->answer = a->answer;
	memcpy(it->work, a->work, sizeof it->work);
	decide(b, it);
	add_to_group(b, it);
	return group_due(b) ? commit_now(b, e) : 0;
}

/* ------------------------------------------------------------- give out */

static void
give(struct batch *b, struct item *it, int fd)
{
	struct crew_job job = { .item = (uint32_t)(it - b->items),
	    .mode = maps(b) ? CREW_MAP : CREW_CHECK, .name = it->name,
	    .fd = fd };

	crew_give(b->crew, &job);
}

/* A file that is larger than we take is refused without being opened. */
static int
refuse_large(struct batch *b, struct item *it, struct err *e)
{
	struct answer *a = mem_alloc(sizeof *a);

	findings_init(&a->findings, &a->arena);
	memcpy(a->sha256, it->drop->sha256, sizeof a->sha256);
	a->size = it->drop->mark.size;
	findings_add(&a->findings, F_PACKAGE_TOO_LARGE, NULL, 0, NULL,
	    "the file is larger than [packages] max-bytes");
	it->answer = a;
	decide(b, it);
	add_to_group(b, it);
	return group_due(b) ? commit_now(b, e) : 0;
}

static void
show_name(struct item *it)
{
	struct buf t = { 0 };

	receipt_shown(&t, it->drop->name);
	it->name = mem_dup(buf_text(&t));
	buf_free(&t);
}

/* The next drop: 1 given out, 0 passed over, -1. */
static int
take_drop(struct batch *b, struct err *e)
{
	struct drop *drop = mem_alloc(sizeof *drop);
	struct item *it;
	bool taken = false;

	if (intake_claim(b->intake, b->drops.names[b->next_drop++], drop,
	    &taken, e) == -1 || !taken) {
		free(drop);
		return taken ? -1 : e->kind != ERR_NONE ? -1 : 0;
	}
	it = new_item(b);
	it->drop = drop;
	show_name(it);
	if (drop->too_large)
		return refuse_large(b, it, e) == -1 ? -1 : 1;
	give(b, it, drop->fd);
	return 1;
}

static int
take_accepted(struct batch *b, struct err *e)
{
	const char *id = b->accepted[b->next_accepted++];
	const struct package *p = books_find(b->books, id);
	struct item *it;
	char path[ORIGINAL_PATH];
	int fd;

	if (p == NULL || p->state != STATE_ACCEPTED)
		return 0;
	original_path(path, p->state, p->id, p->name, p->time);
	fd = openat(b->spool.root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return err_sys(e, "open %s", path);
	it = new_item(b);
	it->fd = fd;
	it->name = mem_dup(p->name);
	memcpy(it->id, p->id, sizeof it->id);
	give(b, it, fd);
	return 1;
}

static bool
stopping(const struct batch *b)
{
	return b->hooks.stop != NULL && b->hooks.stop(b->hooks.arg);
}

static bool
more_to_take(const struct batch *b)
{
	return b->next_drop < b->drops.n || b->next_accepted < b->n_accepted;
}

/* At most a group, so that the workers get theirs while we take on. */
static int
take_some(struct batch *b, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < GROUP && rc != -1 && more_to_take(b) &&
	    b->n_used < b->n_items; i++) {
		if (stopping(b)) {
			b->result->stopped = true;
			b->next_drop = b->drops.n;
			b->next_accepted = b->n_accepted;
			break;
		}
		if (i == 0 && spool_check_space(&b->spool, e) == -1)
			return -1;
		e->kind = ERR_NONE;
		rc = b->next_accepted < b->n_accepted ?
		    take_accepted(b, e) : take_drop(b, e);
	}
	return rc == -1 ? -1 : 0;
}

/* ----------------------------------------------------------------- pass */

static int
list_accepted(void *arg, const struct package *p, struct err *e)
{
	struct batch *b = arg;

	(void)e;
	b->accepted = mem_grow(b->accepted, &b->cap_accepted,
	    b->n_accepted + 1, sizeof *b->accepted);
	memcpy(b->accepted[b->n_accepted++], p->id, sizeof p->id);
	return 0;
}

static int
list_work(struct batch *b, struct err *e)
{
	b->next_drop = b->next_accepted = b->n_accepted = 0;
	if (takes_in(b)) {
		if (intake_scan(b->intake, &b->drops, e) == -1)
			return -1;
		b->result->young = b->drops.young;
		b->result->wait_ms = b->drops.wait_ms;
	}
	return maps(b) ? books_each(b->books, STATE_ACCEPTED, list_accepted,
	    b, e) : 0;
}

static void
progress(const struct batch *b, uint64_t total)
{
	if (b->hooks.progress != NULL)
		b->hooks.progress(b->hooks.arg, b->result->taken, total);
}

static int
work_through(struct batch *b, struct err *e)
{
	uint64_t total = b->result->taken + b->drops.n + b->n_accepted;
	struct crew_answer a;
	bool room;
	int rc;

	for (;;) {
		if (take_some(b, e) == -1)
			return -1;
		progress(b, total);
		if (crew_open(b->crew) == 0 && !more_to_take(b))
			break;
		room = more_to_take(b) && b->n_used < b->n_items;
		rc = crew_next(b->crew, room ? 0 : NAP_MS, &a, e);
		if (rc == -1 || (rc == 1 && take_answer(b, &a, e) == -1))
			return -1;
		if (group_due(b) && commit_now(b, e) == -1)
			return -1;
	}
	if (commit_now(b, e) == -1)
		return -1;
	progress(b, total);
	return 0;
}

/* What was claimed and is not in the ledger goes back where it was. */
static void
give_all_back(struct batch *b)
{
	struct err e;

	for (size_t i = 0; i < b->n_items; i++) {
		struct item *it = &b->items[i];

		if (!it->used)
			continue;
		if (it->drop != NULL && !it->drop->booked &&
		    intake_give_back(b->intake, it->drop, &e) == -1)
			note(b, e.text);
		item_done(b, it);
	}
	b->n_group = 0;
	books_forget(b->books);
}

static int
lock_roles(struct batch *b, bool wait, struct err *e)
{
	if (takes_in(b) &&
	    spool_lock(&b->spool, ROLE_INTAKE, wait, e) == -1)
		return -1;
	if (maps(b) &&
	    spool_lock(&b->spool, ROLE_TRANSFORM, wait, e) == -1) {
		spool_unlock(&b->spool, ROLE_INTAKE);
		return -1;
	}
	return 0;
}

static void
unlock_roles(struct batch *b)
{
	spool_unlock(&b->spool, ROLE_INTAKE);
	spool_unlock(&b->spool, ROLE_TRANSFORM);
}

static int
recover_spool(struct batch *b, struct err *e)
{
	struct recovered r;
	struct buf t = { 0 };

	if (ledger_refresh(b->ledger, e) == -1 ||
	    recover(&b->spool, b->ledger, &r, e) == -1)
		return -1;
	if (r.runs > 0) {
		buf_fmt(&t, "recovered %zu runs that were cut off: %zu "
		    "packages finished, %zu given back", r.runs, r.finished,
		    r.given_back);
		note(b, t.p);
		buf_free(&t);
	}
	return 0;
}

/*
 * When that is wanted, what was too young at first is waited for, but not
 * what comes after it: a busy drop box would never let us go.
 */
static int
passes(struct batch *b, bool wait, struct err *e)
{
	struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };
	int64_t until = now_ms() + (int64_t)b->conf->watch.settle + GRACE_MS;
	int rc;

	for (;;) {
		rc = list_work(b, e);
		if (rc == 0)
			rc = work_through(b, e);
		intake_list_free(&b->drops);
		if (rc == -1 || !wait || b->result->young == 0 ||
		    b->result->stopped || now_ms() >= until)
			return rc;
		if (stopping(b)) {
			b->result->stopped = true;
			return 0;
		}
		nanosleep(&nap, NULL);
	}
}

int
batch_pass(struct batch *b, bool wait, struct batch_result *r, struct err *e)
{
	int rc;

	*r = (struct batch_result){ .taken = 0 };
	b->result = r;
	if (lock_roles(b, wait, e) == -1)
		return -1;
	rc = recover_spool(b, e);
	if (rc == 0)
		rc = passes(b, wait, e);
	if (rc == -1)
		give_all_back(b);
	unlock_roles(b);
	b->result = NULL;
	return rc;
}

int
batch_balance(struct batch *b, struct err *e)
{
	struct tally t;

	if (tally_take(&t, &b->spool, b->ledger, b->books, e) == -1)
		return -1;
	return t.balanced ? 0 :
	    err_set(e, ERR_BOOKS, "the books do not balance: %s", t.why);
}
