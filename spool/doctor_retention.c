#include "spool/doctor.h"

#include <inttypes.h>
#include <time.h>

#include "spool/books.h"
#include "spool/ledger.h"
#include "spool/overdue.h"

struct looking {
	struct overdue overdue;
	struct books *books;
};

static int
follow(void *arg, const struct ledger_line *l, struct err *e)
{
	struct looking *g = arg;

	if (overdue_feed(&g->overdue, g->books, l, e) == -1)
		return -1;
	return books_feed(g->books, l, e);
}

/* Of a place: how much, and since when; 0: nothing. */
static uint64_t
tell_place(struct doctor *d, const struct overdue *o, enum place p)
{
	uint64_t count = 0, bytes = 0;
	const char *first = NULL;

	for (size_t i = 0; i < o->n; i++) {
		if (o->v[i].place != p)
			continue;
		if (first == NULL)
			first = o->v[i].day;
		count += o->v[i].count;
		bytes += o->v[i].bytes;
	}
	if (count > 0)
		doctor_warn(d, "flerapp purge --dry-run; flerapp purge "
		    "--reason TEXT", "%" PRIu64 " in %s/ should be removed by "
		    "now, %" PRIu64 " bytes (the oldest of %s)", count,
		    place_name(p), bytes, first);
	return count;
}

void
doctor_retention(struct doctor *d)
{
	struct looking g = { .overdue = { .conf = d->conf,
	    .spool = &d->spool, .now = time(NULL), .places = ~0u } };
	struct ledger *l;
	uint64_t n = 0;
	struct err e;

	if (overdue_kept(d->conf)) {
		doctor_ok(d, "everything is kept");
		return;
	}
	if (d->blind) {
		doctor_warn(d, NULL, "not looked at: no right to read all of "
		    "the folders");
		return;
	}
	g.books = books_new();
	l = ledger_open(d->spool.dir[PLACE_LEDGER], false, follow, &g, &e);
	if (l == NULL || overdue_end(&g.overdue, g.books, &e) == -1) {
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
	} else {
		for (int p = 0; p < PLACE_COUNT; p++)
			n += tell_place(d, &g.overdue, (enum place)p);
		if (n == 0)
			doctor_ok(d, "nothing is older than it says");
	}
	ledger_close(l);
	overdue_free(&g.overdue);
	books_free(g.books);
}
