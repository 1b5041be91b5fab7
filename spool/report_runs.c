#include "spool/report_page.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/report.h"
#include "spool/report_cells.h"
#include "spool/tally.h"
#include "spool/verify.h"

enum { SHOWN = 100 };

/* -------------------------------------------------------------------- runs */

static const char *
or_none(const char *s)
{
	return *s != '\0' ? s : "none";
}

static size_t
changes(struct buf *b, const struct report_run *u)
{
	size_t n = 0;

	for (int i = 0; i < REPORT_FACTS; i++) {
		const char *name = report_fact_name((enum report_fact)i);

		if ((u->changed >> i & 1) == 0)
			continue;
		report_tr(b, "changed");
		report_td_time(b, u->started);
		report_td(b, u->mode);
		report_td(b, name);
		report_td_code(b, or_none(u->was[i]));
		buf_str(b, "<td><code>");
		report_escape(b, or_none(u->facts[i]));
		buf_str(b, "</code></td></tr>\n");
		n++;
	}
	return n;
}

static void
what_changed(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Run of (UTC)", "Mode",
	    "Changed", "Before", "Now", NULL };
	size_t before = b->len, n = 0;

	report_table(b, "Changed since the run before", heads);
	for (size_t i = 0; i < r->runs.n; i++)
		n += changes(b, &r->runs.v[i]);
	report_table_end(b);
	if (n > 0)
		return;
	b->len = before;
	b->p[before] = '\0';
	report_say(b, r->runs.n > 0 && r->runs.v[0].first ?
	    "The first run of all is of this day; nothing changed since." :
	    "Nothing changed: every run worked with the same program, worker, "
	    "settings and configuration as the run before it.");
}

static void
hashes(struct buf *b, const struct report_run *u)
{
	buf_str(b, "<td><details><summary>hashes</summary><dl>");
	for (int i = 0; i < REPORT_FACTS; i++) {
		buf_fmt(b, "<dt>%s</dt><dd><code>",
		    report_fact_name((enum report_fact)i));
		report_escape(b, or_none(u->facts[i]));
		buf_str(b, "</code></dd>");
	}
	buf_str(b, "<dt>run</dt><dd><code>");
	report_escape(b, u->id);
	buf_str(b, "</code></dd></dl></details></td>");
}

static void
run_row(struct buf *b, const struct report_run *u)
{
	static const enum state states[] = { STATE_PUBLISHED, STATE_ACCEPTED,
	    STATE_REJECTED, STATE_HELD, STATE_DUPLICATE };

	report_tr(b, NULL);
	report_td_time(b, u->started);
	if (u->ended[0] != '\0')
		report_td_time(b, u->ended);
	else
		report_td(b, "not ended");
	report_td(b, u->mode);
	report_td_num(b, u->received);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		report_td_num(b, u->state[states[i]]);
	report_td_num(b, u->instances);
	hashes(b, u);
	buf_str(b, "</tr>\n");
}

static void
runs(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Started (UTC)", "Ended",
	    "Mode", "#Received", "#Published", "#Accepted", "#Rejected",
	    "#Held", "#Duplicate", "#Instances", "Worked with", NULL };

	report_section(b, "runs", "Runs, and what changed");
	if (r->runs.n == 0) {
		report_say(b, "No run had part in this day.");
		report_close(b);
		return;
	}
	what_changed(b, r);
	report_table(b, "Runs", heads);
	for (size_t i = 0; i < r->runs.n && i < SHOWN; i++)
		run_row(b, &r->runs.v[i]);
	report_table_end(b);
	if (r->runs.n > SHOWN)
		buf_fmt(b, "<p>%zu more are in <code>report.json</code>.</p>\n",
		    r->runs.n - SHOWN);
	report_say(b, "The numbers are those of this day. A run that has not "
	    "ended is at work, or was cut off; the next one puts that right.");
	report_close(b);
}

/* --------------------------------------------------------------- integrity */

static const struct {
	const char *event, *means;
} meanings[] = {
	{ "recovered", "a torn end, never acknowledged, was cut off" },
	{ "repaired", "a run that was cut off was put right" },
	{ "sealed", "the ledger was sealed" },
};

static const char *
meaning(const char *event)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (strcmp(meanings[i].event, event) == 0)
			return meanings[i].means;
	return "";
}

static void
notes(struct buf *b, const struct report *r)
{
	static const char *const heads[] =
	    { "Time (UTC)", "Event", "Means", "Details", NULL };

	if (r->notes.n == 0)
		return;
	report_table(b, "Events of the ledger itself", heads);
	for (size_t i = 0; i < r->notes.n && i < SHOWN; i++) {
		const struct report_note *n = &r->notes.v[i];

		report_tr(b, NULL);
		report_td_time(b, n->time);
		report_td(b, n->event);
		report_td(b, meaning(n->event));
		report_td_code(b, n->details);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
}

static void
row(struct buf *b, const char *name, const char *value, bool code)
{
	report_tr(b, NULL);
	report_th(b, name);
	(code ? report_td_code : report_td)(b, value);
	buf_str(b, "</tr>\n");
}

static void
proof_rows(struct buf *b, const struct report_facts *f)
{
	const struct verify_result *v = f->ledger;
	const struct report *r = f->report;
	char text[120];

	snprintf(text, sizeof text, "%" PRId64 " to %" PRId64, r->first_seq,
	    r->last_seq);
	row(b, "Lines of this day", r->first_seq > 0 ? text : "none", false);
	row(b, "Hash of the day's last line", or_none(f->head), true);
	snprintf(text, sizeof text, "%" PRId64 " lines of %" PRId64
	    " days: %s", v->lines, v->days, v->faults == 0 ?
	    "every line is as it was written" : "DAMAGED");
	row(b, "The whole ledger, verified", text, false);
	snprintf(text, sizeof text, "%" PRId64, v->seq);
	row(b, "Last line now", v->lines > 0 ? text : "none", false);
	row(b, "Hash of the last line now", v->lines > 0 ? v->head : "none",
	    true);
	snprintf(text, sizeof text, "%" PRId64 " lines, last told of at %s%s",
	    v->sealed, or_none(v->sealed_time), v->signatures ? "" :
	    "; the signatures were not checked: no public key");
	row(b, "Sealed", v->sealed > 0 ? text : "never", false);
}

static void
removed_rows(struct buf *b, const struct report *r)
{
	static const char *const what[] = {
		[REMOVAL_ORIGINAL] = "Originals removed by retention",
		[REMOVAL_RETURNED] = "Originals removed once more",
		[REMOVAL_INSTANCE] = "Instances that nobody took, removed",
		[REMOVAL_RECEIPTS] = "Receipts removed by retention",
		[REMOVAL_REPORTS] = "Reports removed by retention",
	};
	char text[24];

	for (int i = 0; i < REMOVAL_COUNT; i++) {
		if (r->removed[i] == 0 && i != REMOVAL_ORIGINAL)
			continue;
		snprintf(text, sizeof text, "%" PRId64, r->removed[i]);
		row(b, what[i], text, false);
	}
}

static void
folder_rows(struct buf *b, const struct tally *now)
{
	char text[24];

	if (now == NULL) {
		row(b, "Folders against ledger, now",
		    "not looked at: no right to read all of them", false);
		return;
	}
	row(b, "Folders against ledger, now", now->balanced ?
	    "they agree" : now->why, false);
	snprintf(text, sizeof text, "%" PRIu64, now->state[STATE_INCOMING] +
	    now->state[STATE_CLAIMED]);
	row(b, "Dropped, not in the ledger yet", text, false);
}

static void
integrity(struct buf *b, const struct report_facts *f)
{
	static const char *const heads[] = { "What", "Found", NULL };

	report_section(b, "integrity", "Integrity");
	report_table(b, "Ledger and folders", heads);
	proof_rows(b, f);
	removed_rows(b, f->report);
	folder_rows(b, f->now);
	report_table_end(b);
	report_say(b, "Check it yourself: <code>flerapp ledger verify</code> "
	    "reads every line and must end with the hash above, as long as "
	    "nothing was added since. Write the hash down elsewhere: it "
	    "proves later that no line of this day was taken away.");
	notes(b, f->report);
	report_close(b);
}

void
report_runs(struct buf *b, const struct report_facts *f)
{
	runs(b, f->report);
	integrity(b, f);
}
