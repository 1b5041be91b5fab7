#include "spool/batch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spool/account.h"
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
#include "spool/recover.h"
#include "spool/spool.h"
#include "spool/stamp.h"
#include "spool/tally.h"
#include "spool/tray.h"
#include "spool/working.h"

enum {
	TAKE = 64,			/* drops between two looks at workers */
	NAP_MS = 100,
	GRACE_MS = 1000,
	FAULTS_TOLD = 20,
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
	struct tray *tray;
	/* what this pass has before it */
	struct intake_list drops;
	size_t next_drop;
	char (*accepted)[ID_MAX + 1];
	size_t n_accepted, cap_accepted, next_accepted;
	struct batch_result *result;
	struct err no_space;		/* kind ERR_NONE: there is enough */
	struct timespec passed[2];	/* when the last pass began and ended */
	unsigned told;			/* faults of bytes */
	char checked[STAMP_LEN + 1];	/* "" until batch_balance() is content */
};

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

static void
open_tray(struct batch *b)
{
	struct tray_tools tools = { .books = b->books, .intake = b->intake,
	    .commit = b->commit, .crew = b->crew };

	b->tray = tray_new(b->conf, b->mode, &b->hooks, &tools);
}

static int
note_start(struct batch *b, struct err *e)
{
	static const char *const modes[] = {
		[BATCH_INTAKE] = "intake", [BATCH_TRANSFORM] = "transform",
		[BATCH_BOTH] = "run",
	};

	b->noted = working_began(&b->spool, b->ledger, b->conf, b->crew,
	    &b->run, modes[b->mode], e) == 0;
	if (crew_unsafe(b->conf) != NULL)
		note(b, crew_unsafe(b->conf));
	return b->noted ? 0 : -1;
}

struct batch *
batch_new(const struct conf *conf, enum batch_mode mode,
    const struct batch_hooks *hooks, struct err *e)
{
	struct batch *b = mem_alloc(sizeof *b);

	b->conf = conf;
	b->mode = mode;
	b->hooks = *hooks;
	b->books = books_new();
	if (spool_open(&b->spool, conf, true, e) == -1) {
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
	open_tray(b);
	return b;
}

static int
not_ended(const struct batch *b, const struct err *e)
{
	note(b, e->text);
	return (int)e->kind;
}

int
batch_free(struct batch *b)
{
	struct err e;
	int rc = 0;

	if (b == NULL)
		return 0;
	tray_free(b->tray);
	crew_free(b->crew);
	commit_free(b->commit);
	intake_free(b->intake);
	if (b->noted && working_ended(b->ledger, &b->run, b->checked,
	    &e) == -1)
		rc = not_ended(b, &e);
	if (b->in_run && spool_end_run(&b->run, &b->spool, &e) == -1)
		rc = not_ended(b, &e);
	ledger_close(b->ledger);
	spool_close(&b->spool);
	books_free(b->books);
	free(b->accepted);
	free(b);
	return rc;
}

static int
take_drop(struct batch *b, struct err *e)
{
	struct drop *drop = mem_alloc(sizeof *drop);
	bool taken = false;

	if (intake_claim(b->intake, b->drops.names[b->next_drop++], drop,
	    &taken, e) == -1 || !taken) {
		free(drop);
		return taken ? -1 : e->kind != ERR_NONE ? -1 : 0;
	}
	return tray_drop(b->tray, drop, e);
}

static int
take_accepted(struct batch *b, struct err *e)
{
	const char *id = b->accepted[b->next_accepted++];
	const struct package *p = books_find(b->books, id);
	char path[ORIGINAL_PATH];
	int fd;

	if (p == NULL || p->state != STATE_ACCEPTED)
		return 0;
	original_path(path, p->state, p->id, p->name, p->time);
	fd = openat(b->spool.root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return err_sys(e, "open %s", path);
	tray_accepted(b->tray, p, fd);
	return 0;
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

static void
take_no_more(struct batch *b)
{
	b->next_drop = b->drops.n;
	b->next_accepted = b->n_accepted;
}

/* Below the marks nothing more is taken; what is in hand is settled. */
static int
look_at_space(struct batch *b, struct err *e)
{
	if (spool_check_space(&b->spool, e) == 0)
		return 0;
	if (e->kind != ERR_SPACE)
		return -1;
	b->no_space = *e;
	take_no_more(b);
	return 0;
}

/* At most a group, so that the workers get theirs while we take on. */
static int
take_some(struct batch *b, struct err *e)
{
	int rc = 0;

	if (more_to_take(b) && look_at_space(b, e) == -1)
		return -1;
	for (size_t i = 0; i < TAKE && rc == 0 && more_to_take(b) &&
	    !tray_full(b->tray); i++) {
		if (stopping(b)) {
			b->result->stopped = true;
			take_no_more(b);
			break;
		}
		e->kind = ERR_NONE;
		rc = b->next_accepted < b->n_accepted ?
		    take_accepted(b, e) : take_drop(b, e);
	}
	return rc;
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
		room = more_to_take(b) && !tray_full(b->tray);
		rc = crew_next(b->crew, room ? 0 : NAP_MS, &a, e);
		if (rc == -1 || (rc == 1 &&
		    tray_answer(b->tray, &a, e) == -1) ||
		    tray_commit_due(b->tray, e) == -1)
			return -1;
	}
	if (tray_commit(b->tray, e) == -1)
		return -1;
	progress(b, total);
	return 0;
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
	int64_t until = stamp_ticks() + (int64_t)b->conf->watch.settle + GRACE_MS;
	int rc;

	for (;;) {
		rc = list_work(b, e);
		if (rc == 0)
			rc = work_through(b, e);
		intake_list_free(&b->drops);
		if (rc == 0 && b->no_space.kind != ERR_NONE) {
			*e = b->no_space;
			return -1;
		}
		if (rc == -1 || !wait || b->result->young == 0 ||
		    b->result->stopped || stamp_ticks() >= until)
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
	b->no_space.kind = ERR_NONE;
	clock_gettime(CLOCK_REALTIME_COARSE, &b->passed[0]);
	tray_begin(b->tray, r);
	if (lock_roles(b, wait, e) == -1)
		return -1;
	rc = recover_spool(b, e);
	if (rc == 0)
		rc = passes(b, wait, e);
	if (rc == -1)
		tray_give_back(b->tray);
	unlock_roles(b);
	clock_gettime(CLOCK_REALTIME, &b->passed[1]);
	b->result = NULL;
	return rc;
}

static void
on_fault(void *arg, const char *path, const char *what)
{
	struct batch *b = arg;
	struct buf t = { 0 };

	if (++b->told > FAULTS_TOLD)
		return;
	buf_fmt(&t, "%s: %s", path, what);
	note(b, t.p);
	buf_free(&t);
}

/*
 * What has changed since the last run that was content; after a clock that
 * was set back, all of it.
 */
static time_t
since_last(const struct batch *b)
{
	time_t since;

	if (!stamp_read(books_checked(b->books), &since) ||
	    since > time(NULL))
		return 0;
	return since - 1;		/* the kernel's clock ticks coarsely */
}

static int
check_bytes(struct batch *b, struct err *e)
{
	struct account a = { .spool = &b->spool, .books = b->books,
	    .since = since_last(b), .ours = { b->passed[0], b->passed[1] },
	    .tell = on_fault, .arg = b };

	if (account_take(&a, e) == -1)
		return -1;
	return a.faults == 0 ? 0 :
	    err_set(e, ERR_BOOKS, "%ju files are not as the ledger says",
	    (uintmax_t)a.faults);
}

int
batch_balance(struct batch *b, struct err *e)
{
	char now[STAMP_LEN + 1];
	struct tally t;

	stamp_now(now);
	if (tally_take(&t, &b->spool, b->ledger, b->books, e) == -1)
		return -1;
	if (!t.balanced)
		return err_set(e, ERR_BOOKS, "the books do not balance: %s",
		    t.why);
	if (check_bytes(b, e) == -1)
		return -1;
	memcpy(b->checked, now, sizeof now);
	return 0;
}
