#include "spool/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "spool/account.h"
#include "spool/books.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/key.h"
#include "spool/ledger.h"
#include "spool/record.h"
#include "spool/seal.h"
#include "spool/tally.h"
#include "spool/verify.h"

enum { SHOWN = 20, SLACK = 60, SEAL_AGE = 2 * 24 * 3600 };

static const char ledger_hint[] =
    "change nothing; compare the ledger with the last backup";
static const char seal_hint[] =
    "flerapp ledger seal; systemctl enable --now flerapp-seal.timer";

/* ------------------------------------------------------------------ ledger */

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	struct doctor *d = arg;
	size_t told = 0;

	for (size_t i = 0; i < d->n; i++)
		told += d->rows[i].check == d->check;
	if (told < SHOWN)
		doctor_fault(d, ERR_BOOKS, ledger_hint, "%s (%s:%" PRId64 ")",
		    f->what, f->file, f->line);
}

/* Only a seal finds a tail that was cut off: one a day, and no older. */
static void
check_seals(struct doctor *d, const struct verify_result *r)
{
	char before[STAMP_LEN + 1];

	if (d->conf->ledger.signing_key[0] == '\0' || r->faults > 0)
		return;
	stamp_of(before, time(NULL) - SEAL_AGE);
	if (r->lines > 0 && r->sealed == 0 &&
	    strcmp(r->first_time, before) < 0)
		doctor_warn(d, seal_hint, "it has never been sealed, and its "
		    "first line is of %s", r->first_time);
	else if (r->sealed > 0 && strcmp(r->sealed_time, before) < 0 &&
	    r->told == 0)
		doctor_warn(d, seal_hint, "the last seal is of %s, and there "
		    "are %" PRId64 " lines behind it", r->sealed_time,
		    r->lines - r->sealed);
	else if (r->sealed > 0)
		doctor_ok(d, "sealed up to line %" PRId64 "%s", r->sealed,
		    r->signatures ? "" : "; signatures not checked: no "
		    "public key");
}

void
doctor_ledger(struct doctor *d)
{
	const int dir = d->spool.dir[PLACE_LEDGER];
	struct verify_result r = { 0 };
	struct keys keys = { .n = 0 };
	struct err e;

	if (dir == -1 && d->blind) {
		doctor_warn(d, NULL, "not looked at: no right to read it");
		return;
	}
	if (seal_keys(d->conf, &keys, &e) == -1 ||
	    verify_ledger(dir, &keys, &r, tell_fault, d, &e) == -1) {
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
		return;
	}
	if (r.torn > 0)
		doctor_warn(d, "flerapp run", "a torn tail of %zu bytes, never "
		    "acknowledged; the next run cuts and records it", r.torn);
	if (r.faults > SHOWN)
		doctor_fault(d, ERR_BOOKS, "flerapp ledger verify", "%" PRId64
		    " places in all are damaged", r.faults);
	if (r.faults == 0)
		doctor_ok(d, "%" PRId64 " lines of %" PRId64 " days, every "
		    "one as it was written", r.lines, r.days);
	check_seals(d, &r);
}

/* ------------------------------------------------------------------- books */

struct reading {
	struct books *books;
	char last[STAMP_LEN + 1];	/* the time of the last line */
};

static int
follow(void *arg, const struct ledger_line *line, struct err *e)
{
	static const char key[] = "\"time\":\"";
	struct reading *g = arg;
	const char *at = strstr(line->text, key);

	if (at != NULL)
		snprintf(g->last, sizeof g->last, "%.*s", STAMP_LEN,
		    at + sizeof key - 1);
	return books_feed(g->books, line, e);
}

static void
check_time(struct doctor *d, const struct reading *g)
{
	char soon[STAMP_LEN + 1];

	stamp_of(soon, time(NULL) + SLACK);
	if (strcmp(g->last, soon) > 0)
		doctor_warn(d, "timedatectl", "the ledger's last line is of "
		    "%s: the clock was set back since", g->last);
}

static void
tell_tally(struct doctor *d, const struct tally *t)
{
	const uint64_t *n = t->totals.state;

	if (!t->balanced)
		doctor_fault(d, ERR_BOOKS, "flerapp status; flerapp report",
		    "they do not balance: %s", t->why);
	else
		doctor_ok(d, "received %" PRIu64 " = published %" PRIu64
		    " + rejected %" PRIu64 " + held %" PRIu64 " + duplicate %"
		    PRIu64 " + waiting %" PRIu64, t->received,
		    n[STATE_PUBLISHED], n[STATE_REJECTED], n[STATE_HELD],
		    n[STATE_DUPLICATE], t->received - n[STATE_PUBLISHED] -
		    n[STATE_REJECTED] - n[STATE_HELD] - n[STATE_DUPLICATE]);
}

static void
tell_bytes(void *arg, const char *path, const char *what)
{
	struct doctor *d = arg;

	if (++d->told <= SHOWN)
		doctor_fault(d, ERR_BOOKS, "flerapp trace PATH; take the file "
		    "from a backup", "%s (%s)", what, path);
}

/* Not only what has changed lately: all of it is read. */
static void
check_bytes(struct doctor *d, struct books *b)
{
	struct account a = { .spool = &d->spool, .books = b,
	    .tell = tell_bytes, .arg = d };
	struct err e;

	d->check = "bytes";
	d->told = 0;
	if (account_take(&a, &e) == -1)
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
	else if (a.faults > SHOWN)
		doctor_fault(d, ERR_BOOKS, NULL, "%" PRIu64 " files in all",
		    a.faults);
	else if (a.faults == 0)
		doctor_ok(d, "%" PRIu64 " originals and %" PRIu64 " instances "
		    "in outbox/, every byte as the ledger says", a.originals,
		    a.instances);
}

void
doctor_books(struct doctor *d)
{
	struct reading g = { .last = "" };
	struct ledger *l = NULL;
	struct tally t;
	struct err e;

	if (d->blind) {
		doctor_warn(d, NULL, "not looked at: no right to read all of "
		    "the folders");
		return;
	}
	g.books = books_new();
	l = ledger_open(d->spool.dir[PLACE_LEDGER], false, follow, &g, &e);
	if (l == NULL || tally_take(&t, &d->spool, l, g.books, &e) == -1) {
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
	} else {
		check_time(d, &g);
		tell_tally(d, &t);
		check_bytes(d, g.books);
	}
	ledger_close(l);
	books_free(g.books);
}
