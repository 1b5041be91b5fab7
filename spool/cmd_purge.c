#include "spool/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "spool/buf.h"
#include "spool/desk.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/overdue.h"
#include "spool/purge.h"
#include "spool/recover.h"

struct sum {
	uint64_t things, bytes;
};

struct purging {
	const struct cmdline *line;
	struct desk desk;
	struct overdue overdue;
	struct sum sums[PLACE_COUNT];
	char user[CMD_USER_MAX];
};

static int
feed(void *arg, const struct ledger_line *l, struct err *e)
{
	struct purging *p = arg;

	return overdue_feed(&p->overdue, p->desk.books, l, e);
}

/* ------------------------------------------------------------ what is said */

static void
print_json(const struct due *d, bool done)
{
	const enum state s = overdue_state(d->place);
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "what", removal_name(d->kind));
	json_str(&j, "id", d->id);
	json_str(&j, "state", s != STATE_COUNT ? state_name(s) : NULL);
	json_str(&j, "path", d->path);
	json_str(&j, d->path != NULL ? "day" : "before", d->day);
	json_num(&j, "count", (int64_t)d->count);
	json_str(&j, "sha256", d->sha256);
	json_num(&j, "size", (int64_t)d->bytes);
	json_bool(&j, "done", done);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
}

static void
print_text(const struct due *d)
{
	if (d->path == NULL)
		printf("%-8s  before %s  %" PRIu64 " file%s or folder%s\n",
		    place_name(d->place), d->day, d->count,
		    d->count == 1 ? "" : "s", d->count == 1 ? "" : "s");
	else
		printf("%-8s  %s  %10" PRIu64 "  %s%s\n",
		    place_name(d->place), d->day, d->bytes, d->path,
		    d->kind == REMOVAL_RETURNED ?
		    "  (removed before; it came back)" : "");
}

/* A timer's mail should hold a few lines, whatever was removed. */
static void
tell(struct purging *p, const struct due *d)
{
	p->sums[d->place].things += d->count;
	p->sums[d->place].bytes += d->bytes;
	if (p->line->json)
		print_json(d, !p->line->dry_run);
	else if (p->line->dry_run)
		print_text(d);
}

static void
on_gone(void *arg, const struct due *d)
{
	tell(arg, d);
}

static void
summary(const struct purging *p)
{
	const char *verb = p->line->dry_run ? "would remove" : "removed";
	uint64_t things = 0;

	if (p->line->json)
		return;
	for (int i = 0; i < PLACE_COUNT; i++) {
		const struct sum *s = &p->sums[i];

		things += s->things;
		if (s->things > 0)
			printf("%s %" PRIu64 " from %s/, %" PRIu64 " bytes\n",
			    verb, s->things, place_name((enum place)i),
			    s->bytes);
	}
	if (things == 0)
		puts(overdue_kept(&p->desk.conf) ?
		    "nothing to remove: [retention] keeps everything" :
		    "nothing to remove: nothing is older than [retention] "
		    "says");
}

/* ------------------------------------------------------------- what is done */

static int
in_run(struct purging *p, struct err *e)
{
	struct spool *s = &p->desk.spool;
	struct err at_end;
	struct run run;
	int rc;

	if (spool_begin_run(&run, s, e) == -1)
		return -1;
	rc = purge(&(struct purge){ .spool = s, .run = &run,
	    .ledger = p->desk.ledger, .books = p->desk.books,
	    .user = p->user, .reason = p->line->reason, .gone = on_gone,
	    .arg = p }, p->overdue.v, p->overdue.n, e);
	if (spool_end_run(&run, s, &at_end) == -1 && rc == 0) {
		*e = at_end;
		rc = -1;
	}
	return rc;
}

/*
 * Both roles: what is held or accepted must not be taken for a repetition
 * while it goes.  A watcher's turn is short and waited for; who holds the
 * other role may take all night, and might wait for ours.
 */
static int
lock_roles(struct spool *s, struct err *e)
{
	if (spool_busy(s, ROLE_TRANSFORM))
		return err_set(e, ERR_AGAIN, "another flerapp is at work "
		    "(%s/ledger)", s->path);
	if (spool_lock(s, ROLE_INTAKE, true, e) == -1)
		return -1;
	return spool_lock(s, ROLE_TRANSFORM, false, e);
}

static int
really(struct purging *p)
{
	struct spool *s = &p->desk.spool;
	struct recovered r;
	struct err e;
	int rc = 0;

	if (lock_roles(s, &e) == -1 ||
	    ledger_refresh(p->desk.ledger, &e) == -1 ||
	    recover(s, p->desk.ledger, &r, &e) == -1 ||
	    overdue_end(&p->overdue, p->desk.books, &e) == -1 ||
	    (p->overdue.n > 0 && in_run(p, &e) == -1))
		rc = cmd_fail(&e);
	spool_unlock(s, ROLE_TRANSFORM);
	spool_unlock(s, ROLE_INTAKE);
	return rc;
}

static int
only_say(struct purging *p)
{
	struct err e;

	if (overdue_end(&p->overdue, p->desk.books, &e) == -1)
		return cmd_fail(&e);
	for (size_t i = 0; i < p->overdue.n; i++)
		tell(p, &p->overdue.v[i]);
	return 0;
}

int
cmd_purge(const struct cmdline *c)
{
	struct purging p = { .line = c };
	enum place only;
	int rc;

	if ((rc = cmd_reason(c)) != 0)
		return rc;
	p.overdue = (struct overdue){ .conf = &p.desk.conf,
	    .spool = &p.desk.spool, .now = time(NULL), .places = ~0u };
	if (c->state != NULL && !overdue_place(c->state, &only))
		return cmd_usage(c, "--state is accepted, held, rejected, "
		    "done, outbox, receipts or reports (%s)", c->state);
	if (c->state != NULL)
		p.overdue.places = 1u << only;
	cmd_user(p.user);
	p.desk.first = feed;
	p.desk.arg = &p;
	rc = desk_open(&p.desk, c, !c->dry_run);
	if (rc == 0)
		rc = c->dry_run ? only_say(&p) : really(&p);
	summary(&p);
	desk_close(&p.desk);
	overdue_free(&p.overdue);
	return rc;
}
