#include "spool/report_page.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/report.h"
#include "spool/report_cells.h"
#include "spool/tally.h"

enum { SHOWN = 200 };

/* ----------------------------------------------------------------- the top */

static void
masthead(struct buf *b, const struct report_facts *f)
{
	const struct report *r = f->report;

	buf_fmt(b, "<header>\n<p class=\"brand\">flerapp</p>\n<h1>The night's "
	    "report <span>%s</span></h1>\n<p class=\"where\">", r->day);
	report_escape(b, f->spool);
	buf_fmt(b, " · %s · all times UTC · made %.10s %.8s%s</p>\n</header>\n",
	    f->environment, r->made, r->made + 11,
	    f->past ? "" : " · the day is not over");
}

static void
verdict(struct buf *b, const struct report_facts *f)
{
	if (f->sound) {
		buf_str(b, "<p class=\"verdict ok\" role=\"status\"><b>✓ The "
		    "books balance.</b> Every package that came in is "
		    "accounted for. <span>Exit code 0</span></p>\n");
		return;
	}
	buf_str(b, "<p class=\"verdict bad\" role=\"alert\"><b>✗ The books do "
	    "not balance.</b> ");
	report_escape(b, f->why);
	buf_str(b, "; try: <code>flerapp ledger verify</code> <span>Exit code "
	    "4</span></p>\n");
}

static void
figure(struct buf *b, const char *kind, const char *name, int64_t n)
{
	buf_fmt(b, "<div class=\"%s\"><dt>%s</dt><dd>", n != 0 ? kind : "zero",
	    name);
	report_num(b, n);
	buf_str(b, "</dd></div>\n");
}

static void
figures(struct buf *b, const struct report_flow *t)
{
	buf_str(b, "<dl class=\"figures\">\n");
	figure(b, "plain", "received", t->received.n);
	figure(b, "k-published", "published",
	    report_net(t, STATE_PUBLISHED).n);
	figure(b, "plain", "instances made", t->instances);
	figure(b, "k-rejected", "rejected", t->in[STATE_REJECTED].n);
	figure(b, "k-held", "held now", t->closing[STATE_HELD].n);
	figure(b, "k-accepted", "waiting", t->closing[STATE_ACCEPTED].n);
	buf_str(b, "</dl>\n");
}

/* ----------------------------------------------------------------- balance */

static void
balance_row(struct buf *b, const char *name, const struct report_flow *f,
    const char *kind)
{
	const bool meets = report_meets(f);

	report_tr(b, meets ? kind : "bad");
	report_th(b, *name != '\0' ? name : "(unknown)");
	report_td_num(b, f->opening[STATE_ACCEPTED].n);
	report_td_num(b, f->received.n);
	report_td_num(b, report_net(f, STATE_PUBLISHED).n);
	report_td_num(b, report_net(f, STATE_REJECTED).n);
	report_td_num(b, report_net(f, STATE_HELD).n);
	report_td_num(b, report_net(f, STATE_DUPLICATE).n);
	report_td_num(b, f->purged[STATE_ACCEPTED].n);
	report_td_num(b, f->closing[STATE_ACCEPTED].n);
	report_td_num(b, report_difference(f).n);
	buf_str(b, meets ? "<td>✓</td></tr>\n" : "<td>✗</td></tr>\n");
}

static void
balance(struct buf *b, const struct report *r, const struct report_flow *t)
{
	static const char *const heads[] = { "App", "#Opening", "#Received",
	    "#Published", "#Rejected", "#Held", "#Duplicate", "#Removed",
	    "#Closing", "#Difference", "Meets", NULL };

	report_section(b, "balance", "Balance");
	report_table(b, "What came in, and what became of it", heads);
	balance_row(b, "All apps", t, "all");
	for (size_t i = 0; i < r->apps.n && i < SHOWN; i++)
		balance_row(b, r->apps.v[i].name, &r->apps.v[i].flow, NULL);
	report_table_end(b);
	report_say(b, "Opening + received − published − rejected − held − "
	    "duplicate − removed − closing = difference, which must be 0. "
	    "Opening and closing are the accepted packages that wait to be "
	    "published; rejected and held are those that came in less those "
	    "that an operator let go on; removed is by retention.");
	report_close(b);
}

static void
state_row(struct buf *b, const struct report_flow *t, enum state s)
{
	report_tr(b, report_none(report_gap(t, s)) ? NULL : "bad");
	report_th(b, state_name(s));
	report_td_num(b, t->opening[s].n);
	report_td_num(b, t->in[s].n);
	report_td_num(b, t->left[s].n);
	report_td_num(b, t->purged[s].n);
	report_td_num(b, t->closing[s].n);
	report_td_num(b, report_gap(t, s).n);
	buf_str(b, "</tr>\n");
}

static void
hash_row(struct buf *b, const char *name, struct report_count c)
{
	char hash[20];

	snprintf(hash, sizeof hash, "%016" PRIx64, c.hash);
	report_tr(b, NULL);
	report_th(b, name);
	report_td_num(b, c.n);
	report_td_num(b, c.bytes);
	report_td_code(b, hash);
	buf_str(b, "</tr>\n");
}

static void
hash_totals(struct buf *b, const struct report_flow *t)
{
	static const char *const heads[] =
	    { "Total", "#Packages", "#Bytes", "Hash total", NULL };

	report_table(b, "Bytes and hash totals", heads);
	hash_row(b, "opening", t->opening[STATE_ACCEPTED]);
	hash_row(b, "received", t->received);
	hash_row(b, "published", report_net(t, STATE_PUBLISHED));
	hash_row(b, "rejected", report_net(t, STATE_REJECTED));
	hash_row(b, "held", report_net(t, STATE_HELD));
	hash_row(b, "duplicate", report_net(t, STATE_DUPLICATE));
	hash_row(b, "removed", t->purged[STATE_ACCEPTED]);
	hash_row(b, "closing", t->closing[STATE_ACCEPTED]);
	hash_row(b, "difference", report_difference(t));
	report_table_end(b);
}

static void
totals(struct buf *b, const struct report_flow *t)
{
	static const char *const heads[] = { "State", "#Before", "#Came",
	    "#Left", "#Removed", "#After", "#Difference", NULL };

	report_section(b, "states", "Movements and control totals");
	report_table(b, "By state: before + came − left − removed = after",
	    heads);
	state_row(b, t, STATE_ACCEPTED);
	state_row(b, t, STATE_HELD);
	state_row(b, t, STATE_REJECTED);
	report_table_end(b);
	buf_str(b, "<details><summary>Bytes and hash totals</summary>\n");
	report_say(b, "A hash total is the sum of the first 64 bits of each "
	    "package's SHA-256: it meets only when they are the very same "
	    "packages.");
	hash_totals(b, t);
	buf_str(b, "</details>\n");
	report_close(b);
}

/* -------------------------------------------------------------------- apps */

static void
apps(struct buf *b, const struct report *r)
{
	static const char *const heads[] = { "App", "#Received",
	    "#Bytes received", "#Published", "#Instances made", "#Held after",
	    "#Rejected after", NULL };

	report_section(b, "apps", "Apps");
	report_table(b, "Totals per app", heads);
	for (size_t i = 0; i < r->apps.n && i < SHOWN; i++) {
		const struct report_flow *f = &r->apps.v[i].flow;
		const char *name = r->apps.v[i].name;

		report_tr(b, NULL);
		report_th(b, *name != '\0' ? name : "(unknown)");
		report_td_num(b, f->received.n);
		report_td_num(b, f->received.bytes);
		report_td_num(b, f->in[STATE_PUBLISHED].n);
		report_td_num(b, f->instances);
		report_td_num(b, f->closing[STATE_HELD].n);
		report_td_num(b, f->closing[STATE_REJECTED].n);
		buf_str(b, "</tr>\n");
	}
	report_table_end(b);
	report_close(b);
}

void
report_html(struct buf *b, const struct report_facts *f)
{
	const struct report *r = f->report;
	struct report_flow total;
	char title[80];

	report_total(r, &total);
	snprintf(title, sizeof title, "flerapp report %s: %s", r->day,
	    f->sound ? "balanced" : "NOT BALANCED");
	report_head(b, title);
	masthead(b, f);
	buf_str(b, "<main>\n");
	verdict(b, f);
	figures(b, &total);
	balance(b, r, &total);
	report_charts(b, r);
	report_items(b, f);
	apps(b, r);
	report_runs(b, f);
	totals(b, &total);
	buf_str(b, "</main>\n<footer>The same facts lie beside this page: "
	    "<code>report.json</code>, <code>packages.csv</code>, "
	    "<code>rejects.csv</code>, <code>balance.csv</code>, "
	    "<code>actions.csv</code>. flerapp " FLERAPP_VERSION
	    "</footer>\n</body>\n</html>\n");
}
