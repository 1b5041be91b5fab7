#include "spool/report_page.h"

#include <inttypes.h>
#include <stddef.h>

#include "spool/buf.h"
#include "spool/report.h"

enum { SHOWN = 10, HOUR = 3600 };

static void
sums(struct buf *b, const struct report_flow *t)
{
	buf_fmt(b, "opening %" PRId64 " + received %" PRId64 " = published %"
	    PRId64 " + rejected %" PRId64 " + held %" PRId64 " + duplicate %"
	    PRId64, t->opening[STATE_ACCEPTED].n, t->received.n,
	    report_net(t, STATE_PUBLISHED).n, report_net(t, STATE_REJECTED).n,
	    report_net(t, STATE_HELD).n, report_net(t, STATE_DUPLICATE).n);
	if (t->purged[STATE_ACCEPTED].n != 0)
		buf_fmt(b, " + removed %" PRId64,
		    t->purged[STATE_ACCEPTED].n);
	buf_fmt(b, " + closing %" PRId64 "; difference %" PRId64 "\n",
	    t->closing[STATE_ACCEPTED].n, report_difference(t).n);
	buf_fmt(b, "instances made: %" PRId64 "\n", t->instances);
}

static void
rules(struct buf *b, const struct report *r)
{
	for (size_t i = 0; i < r->rules.n && i < SHOWN; i++) {
		const struct report_rule *u = &r->rules.v[i];

		buf_fmt(b, "%-8s %6" PRId64 "  %s%s%s, e.g. %s\n",
		    state_name(u->to), u->n, report_rule_name(u->code),
		    u->app[0] != '\0' ? "  " : "", u->app, u->examples[0]);
	}
	if (r->rules.n > SHOWN)
		buf_fmt(b, "and %zu rules more\n", r->rules.n - SHOWN);
}

static void
held(struct buf *b, const struct report *r)
{
	if (r->held.n > 0)
		buf_fmt(b, "held: %zu, the oldest for %" PRId64 " h; try: "
		    "flerapp list --state held\n", r->held.n,
		    r->held.v[0].age / HOUR);
}

static void
changes(struct buf *b, const struct report *r)
{
	for (size_t i = 0; i < r->runs.n; i++)
		for (int k = 0; k < REPORT_FACTS; k++)
			if ((r->runs.v[i].changed >> k & 1) != 0)
				buf_fmt(b, "changed: %s, from the run of %s "
				    "on\n", report_fact_name(
				    (enum report_fact)k),
				    r->runs.v[i].started);
}

void
report_text(struct buf *b, const struct report_facts *f)
{
	const struct report *r = f->report;
	struct report_flow total;

	report_total(r, &total);
	buf_fmt(b, "%s (UTC%s): %s\n", r->day, f->past ? "" : ", not over yet",
	    f->sound ? "the books balance" : "THE BOOKS DO NOT BALANCE");
	if (!f->sound)
		buf_fmt(b, "not balanced: %s; try: flerapp ledger verify\n",
		    f->why);
	if (f->now == NULL)
		buf_str(b, "the folders were not looked at: no right to read "
		    "all of them\n");
	sums(b, &total);
	rules(b, r);
	held(b, r);
	changes(b, r);
	if (r->acts.n > 0)
		buf_fmt(b, "operator actions: %zu\n", r->acts.n);
	if (r->removed[REMOVAL_ORIGINAL] > 0 || r->removed[REMOVAL_INSTANCE] > 0)
		buf_fmt(b, "removed by retention: %" PRId64 " originals, %"
		    PRId64 " instances\n", r->removed[REMOVAL_ORIGINAL],
		    r->removed[REMOVAL_INSTANCE]);
	if (f->head[0] != '\0')
		buf_fmt(b, "last line of the day: %" PRId64 ", sha256 %s\n",
		    r->last_seq, f->head);
}
