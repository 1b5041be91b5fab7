#include "spool/report_page.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/report.h"
#include "spool/report_cells.h"

enum { SHOWN = 100, HOUR = 3600, DAY = 24 * HOUR };

const char *
report_rule_name(const char *code)
{
	return *code != '\0' ? code : "by an operator";
}

const char *
report_rule_action(const char *code)
{
	enum finding_code f;

	if (*code == '\0')
		return "See the operator actions for the reason.";
	return finding_lookup(code, &f) ? finding_action(f) : "";
}

static const char *
app_name(const char *app)
{
	return *app != '\0' ? app : "(unknown)";
}

/* Where the rest is when a table shows only the first. */
static void
cut_off(struct buf *b, size_t n, const char *file)
{
	if (n > SHOWN)
		buf_fmt(b, "<p>%zu more are in <code>%s</code>.</p>\n",
		    n - SHOWN, file);
}

/* ------------------------------------------------------------------- rules */

static void
examples(struct buf *b, const struct report_rule *u)
{
	buf_str(b, "<td>");
	for (int i = 0; i < REPORT_EXAMPLES && i < u->n; i++) {
		buf_str(b, i > 0 ? "<br><code>" : "<code>");
		report_escape(b, u->examples[i]);
		buf_str(b, "</code>");
	}
	buf_str(b, "</td>");
}

static void
rules(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Rule", "App", "State",
	    "#Packages", "What to do", "Examples", NULL };

	if (r->rules.n == 0)
		return;
	report_table(b, "By rule and app", heads);
	for (size_t i = 0; i < r->rules.n && i < SHOWN; i++) {
		const struct report_rule *u = &r->rules.v[i];

		report_tr(b, NULL);
		report_th(b, report_rule_name(u->code));
		report_td(b, app_name(u->app));
		report_td(b, state_name(u->to));
		report_td_num(b, u->n);
		report_td(b, report_rule_action(u->code));
		examples(b, u);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
	cut_off(b, r->rules.n, "report.json");
	report_say(b, "Every finding with file, line and path is in "
	    "<code>rejects.csv</code>; <code>flerapp why ID</code> tells of "
	    "one package.");
}

/* -------------------------------------------------------------------- held */

static void
age_text(struct buf *b, int64_t age)
{
	if (age >= 2 * DAY)
		buf_fmt(b, "%" PRId64 " days", age / DAY);
	else if (age >= 2 * HOUR)
		buf_fmt(b, "%" PRId64 " h", age / HOUR);
	else
		buf_fmt(b, "%" PRId64 " min", age / 60);
}

static void
ages(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "For", "#Packages", NULL };
	static const struct {
		const char *name;
		int64_t from;
	} rows[] = {
		{ "30 days and more", 30 * DAY }, { "7 to 30 days", 7 * DAY },
		{ "1 to 7 days", DAY }, { "less than a day", 0 },
	};
	size_t i = 0;

	report_table(b, "Held, by age", heads);
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		int64_t n = 0;

		for (; i < r->held.n && r->held.v[i].age >= rows[k].from; i++)
			n++;
		report_tr(b, NULL);
		report_th(b, rows[k].name);
		report_td_num(b, n);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
}

static void
held_list(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Held for", "Since (UTC)", "App",
	    "Why", "Id", "Package", NULL };

	report_table(b, "Held, the oldest first", heads);
	for (size_t i = 0; i < r->held.n && i < SHOWN; i++) {
		const struct report_held *h = &r->held.v[i];

		report_tr(b, NULL);
		buf_str(b, "<th scope=\"row\">");
		age_text(b, h->age);
		buf_str(b, "</th>");
		report_td_time(b, h->since);
		report_td(b, app_name(h->app));
		report_td(b, h->codes != NULL ? h->codes : "");
		report_td_code(b, h->id);
		report_td(b, h->package);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
	cut_off(b, r->held.n, "report.json");
}

static void
held(struct buf *b, const struct report *r)
{
	report_section(b, "held", "Held: needs a person, or time");
	if (r->held.n == 0) {
		report_say(b, "Nothing was held when the day ended.");
	} else {
		report_say(b, "Look with <code>flerapp why ID</code>; then "
		    "<code>flerapp release --reason TEXT ID</code> or "
		    "<code>flerapp reject --reason TEXT ID</code>.");
		ages(b, r);
		held_list(b, r);
	}
	report_close(b);
}

/* ----------------------------------------------------------------- actions */

static void
acts(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "Time (UTC)", "Action", "User",
	    "Reason", "App", "Id", NULL };

	report_section(b, "actions", "Operator actions");
	if (r->acts.n == 0) {
		report_say(b, "No operator changed anything that day.");
		report_close(b);
		return;
	}
	report_table(b, "What operators moved, and why", heads);
	for (size_t i = 0; i < r->acts.n && i < SHOWN; i++) {
		const struct report_act *a = &r->acts.v[i];

		report_tr(b, NULL);
		report_td_time(b, a->time);
		report_td(b, a->verb);
		report_td(b, a->user);
		report_td(b, a->reason);
		report_td(b, a->id[0] != '\0' ? app_name(a->app) : "");
		report_td_code(b, a->id);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
	cut_off(b, r->acts.n, "actions.csv");
	report_close(b);
}

void
report_items(struct buf *b, const struct report_facts *f)
{
	rules(b, f->report);
	report_close(b);
	held(b, f->report);
	acts(b, f->report);
}
