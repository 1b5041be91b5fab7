#include "tests/expect.h"

#include <stdlib.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/ledger.h"
#include "spool/report.h"
#include "spool/report_cells.h"
#include "spool/report_csv.h"
#include "spool/report_page.h"
#include "spool/tally.h"
#include "spool/sheet.h"
#include "spool/verify.h"

#define DAY "2026-03-03"
#define RUN "20260303T011500.000001Z-7"

/* The ledger of a few days, fed as a desk does it. */
struct night {
	struct report *report;
	struct books *books;
	const char *day, *time;		/* of the next line */
	int64_t seq;
	struct buf told;		/* "event id" of what came out */
	struct err e;
};

static int
tell(void *arg, const struct report_event *v, struct err *e)
{
	struct night *n = arg;

	(void)e;
	buf_fmt(&n->told, "%s %.4s%s %s; ", v->event, v->id,
	    v->fresh ? " new" : "", v->codes);
	return 0;
}

static int
begin(void **state)
{
	struct night *n = calloc(1, sizeof *n);

	assert_non_null(n);
	n->report = report_new(DAY, tell, n);
	n->books = books_new();
	n->day = DAY;
	n->time = "01:15:02";
	*state = n;
	return 0;
}

static int
finish(void **state)
{
	struct night *n = *state;

	report_free(n->report);
	books_free(n->books);
	buf_free(&n->told);
	free(n);
	return 0;
}

static void
feed(struct night *n, const char *event, const char *rest)
{
	struct buf b = { 0 };
	struct ledger_line l = { .day = n->day };

	buf_fmt(&b, "{\"seq\":%jd,\"prev\":\"%064d\",\"time\":\"%sT%sZ\","
	    "\"event\":\"%s\"%s}", (intmax_t)++n->seq, 0, n->day, n->time,
	    event, rest);
	l.text = b.p;
	l.len = b.len;
	l.seq = n->seq;
	assert_int_equal(report_feed(n->report, n->books, &l, &n->e), 0);
	assert_int_equal(books_feed(n->books, &l, &n->e), 0);
	buf_free(&b);
}

/* Package k: its id begins with k in four digits, its hash too. */
static void
about(struct night *n, const char *event, int k, const char *more)
{
	char rest[1024];

	snprintf(rest, sizeof rest, ",\"id\":\"%04d0000-0000-4000-8000-"
	    "000000000000-abcdefabcdef\"%s,\"run\":\"" RUN "\",\"group\":1",
	    k, more);
	feed(n, event, rest);
}

static void
receive(struct night *n, int k, const char *app, const char *event,
    const char *more)
{
	char rest[512];

	snprintf(rest, sizeof rest, ",\"package\":\"p%d.zip\",\"sha256\":"
	    "\"%04d%060d\",\"size\":%d,\"instance\":\"%04d0000-0000-4000-8000"
	    "-000000000000\",\"app\":\"%s\"", k, k, 0, 100 + k, k, app);
	about(n, "received", k, rest);
	about(n, event, k, more);
}

#define MADE ",\"instances\":[{\"path\":\"a/b/c/d\"},{\"path\":\"e\"}]"

static struct report_flow
total(struct night *n)
{
	struct report_flow t;

	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	report_total(n->report, &t);
	return t;
}

static void
a_replay_makes_instances_and_moves_no_package(void **state)
{
	struct night *n = *state;
	struct report_flow t;
	char more[512];

	receive(n, 1, "ttd/a", "published", MADE);
	snprintf(more, sizeof more, ",\"package\":\"p1.zip\",\"sha256\":"
	    "\"0001%060d\",\"size\":101,\"instance\":\"00010000-0000-4000-"
	    "8000-000000000000\",\"app\":\"ttd/a\",\"act\":\"replay\","
	    "\"reason\":\"kart\",\"user\":\"kari\",\"instances\":[{\"path\":"
	    "\"a/b/c/d~2\"}],\"unchanged\":[\"e\"],\"gone\":[]", 0);
	about(n, "replayed", 1, more);
	t = total(n);
	assert_int_equal(t.instances, 3);
	assert_int_equal(t.in[STATE_PUBLISHED].n, 1);
	assert_int_equal(n->report->acts.n, 1);
	assert_string_equal(n->report->acts.v[0].verb, "replay");
	assert_string_equal(n->report->acts.v[0].reason, "kart");
	assert_string_equal(n->report->acts.v[0].app, "ttd/a");
	assert_int_equal(n->report->stray, 0);
	assert_string_equal(buf_text(&n->told),
	    "published 0001 new ; replayed 0001 ; ");
}

static void
a_day_opens_with_what_waited_and_closes_with_what_waits(void **state)
{
	struct night *n = *state;
	struct report_flow t;

	n->day = "2026-03-02";
	receive(n, 1, "ttd/a", "accepted", "");
	receive(n, 2, "ttd/a", "held", ",\"codes\":[\"NO_ROUTE\"]");
	n->day = DAY;
	about(n, "published", 1, MADE);
	receive(n, 3, "ttd/a", "accepted", "");
	receive(n, 4, "ttd/b", "rejected", ",\"codes\":[\"Xsd\"]");
	receive(n, 1, "ttd/a", "duplicate", "");
	n->day = "2026-03-04";
	about(n, "published", 3, MADE);
	receive(n, 5, "ttd/a", "accepted", "");

	t = total(n);
	assert_int_equal(t.opening[STATE_ACCEPTED].n, 1);
	assert_int_equal(t.opening[STATE_ACCEPTED].bytes, 101);
	assert_int_equal(t.opening[STATE_HELD].n, 1);
	assert_int_equal(t.received.n, 3);
	assert_int_equal(t.in[STATE_PUBLISHED].n, 1);
	assert_int_equal(t.in[STATE_REJECTED].n, 1);
	assert_int_equal(t.in[STATE_DUPLICATE].n, 1);
	assert_int_equal(t.closing[STATE_ACCEPTED].n, 1);
	assert_int_equal(t.instances, 2);
	assert_true(report_meets(&t));
	assert_int_equal(n->report->apps.n, 2);
	assert_string_equal(n->report->apps.v[1].name, "ttd/b");
	assert_int_equal(n->report->held.n, 1);
	assert_int_equal(n->report->hours[1][STATE_PUBLISHED], 1);
	assert_int_equal(n->report->first_seq, 5);
	assert_int_equal(n->report->last_seq, 11);
	assert_string_equal(buf_text(&n->told), "published 0001 ; accepted "
	    "0003 new ; rejected 0004 new Xsd; duplicate 0001 new ; ");
}

static void
what_an_operator_lets_go_on_leaves_its_state(void **state)
{
	struct night *n = *state;
	struct report_flow t;
	const struct report_act *a;

	receive(n, 1, "ttd/a", "held", ",\"codes\":[\"OWNER_UNKNOWN\"]");
	about(n, "released", 1, ",\"act\":\"release\",\"reason\":\"row for "
	    "15867210064 added\",\"user\":\"kari\"");
	about(n, "published", 1, MADE);
	t = total(n);
	assert_int_equal(report_net(&t, STATE_HELD).n, 0);
	assert_int_equal(t.left[STATE_HELD].n, 1);
	assert_int_equal(t.in[STATE_PUBLISHED].n, 1);
	assert_true(report_meets(&t));
	assert_int_equal(n->report->acts.n, 1);
	a = &n->report->acts.v[0];
	assert_string_equal(a->verb, "release");
	assert_string_equal(a->user, "kari");
	assert_string_equal(a->reason, "row for *********** added");
	assert_string_equal(a->app, "ttd/a");
}

static void
a_package_that_is_lost_makes_a_difference(void **state)
{
	struct night *n = *state;
	struct tally balanced = { .balanced = true };
	struct verify_result sound = { .faults = 0 };
	struct report_flow t;
	char why[200] = "";

	receive(n, 1, "ttd/a", "accepted", "");
	about(n, "received", 2, ",\"package\":\"q\",\"sha256\":\"" "0002"
	    "000000000000000000000000000000000000000000000000000000000000"
	    "\",\"size\":5,\"app\":\"ttd/a\"");
	about(n, "published", 1, MADE);		/* and no verdict on 2 */
	t = total(n);
	assert_int_equal(report_difference(&t).n, 1);
	assert_int_equal(report_difference(&t).bytes, 5);
	assert_false(report_meets(&t));
	assert_false(report_sound(n->report, &balanced, &sound, why));
	assert_non_null(strstr(why, "ttd/a"));
}

static void
two_packages_that_changed_places_show_in_the_hash_total(void **state)
{
	struct report_flow f = { .instances = 0 };

	(void)state;
	f.received = report_one(10, "00000000000000aa");
	f.in[STATE_PUBLISHED] = report_one(10, "00000000000000bb");
	assert_int_equal(report_difference(&f).n, 0);
	assert_int_equal(report_difference(&f).bytes, 0);
	assert_false(report_meets(&f));
	f.in[STATE_PUBLISHED] = report_one(10, "00000000000000aa");
	assert_true(report_meets(&f));
}

static void
a_line_about_a_package_nobody_knows_is_unsound(void **state)
{
	struct night *n = *state;
	struct tally balanced = { .balanced = true };
	struct verify_result sound = { .faults = 0 };
	char why[200] = "";

	about(n, "published", 9, MADE);
	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	assert_int_equal(n->report->stray, 1);
	assert_false(report_sound(n->report, &balanced, &sound, why));
}

static void
the_folders_and_the_ledger_have_a_say(void **state)
{
	struct night *n = *state;
	struct tally t = { .balanced = true };
	struct verify_result v = { .faults = 0 };
	char why[200] = "";

	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	assert_true(report_sound(n->report, &t, &v, why));
	assert_true(report_sound(n->report, NULL, &v, why));
	t = (struct tally){ .why = "one is nowhere" };
	assert_false(report_sound(n->report, &t, &v, why));
	assert_string_equal(why, "now: one is nowhere");
	t.balanced = true;
	v.faults = 2;
	assert_false(report_sound(n->report, &t, &v, why));
	assert_string_equal(why, "the ledger is damaged in 2 places");
}

static void
what_retention_removed_is_accounted_for(void **state)
{
	struct night *n = *state;
	struct report_flow t;

	n->day = "2026-03-02";
	receive(n, 1, "ttd/a", "rejected", ",\"codes\":[\"Xsd\"]");
	receive(n, 2, "ttd/a", "published", MADE);
	n->day = DAY;
	about(n, "purged", 1, ",\"state\":\"rejected\"");
	about(n, "purged", 2, ",\"state\":\"published\"");
	t = total(n);
	assert_int_equal(t.purged[STATE_REJECTED].n, 1);
	assert_int_equal(t.closing[STATE_REJECTED].n, 0);
	assert_int_equal(n->report->removed[REMOVAL_ORIGINAL], 2);
	assert_true(report_meets(&t));
}

#define STARTED(mode, config) ",\"run\":\"" RUN "\",\"mode\":\"" mode	\
	"\",\"version\":\"1\",\"program\":\"p\",\"worker\":\"w\","	\
	"\"settings\":\"s\",\"config\":\"" config "\",\"sandbox\":\"enforce\""

static void
what_changed_since_the_run_before_is_told(void **state)
{
	struct night *n = *state;
	const struct report_run *r;

	n->day = "2026-03-02";
	feed(n, "started", STARTED("run", "old"));
	feed(n, "ended", ",\"run\":\"" RUN "\"");
	n->day = DAY;
	feed(n, "started", STARTED("transform", "new"));
	receive(n, 1, "ttd/a", "published", MADE);
	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	assert_int_equal(n->report->runs.n, 1);
	r = &n->report->runs.v[0];
	assert_string_equal(r->mode, "transform");
	assert_string_equal(r->ended, "");
	assert_int_equal(r->changed, 1u << REPORT_CONFIG);
	assert_string_equal(r->was[REPORT_CONFIG], "old");
	assert_int_equal(r->received, 1);
	assert_int_equal(r->state[STATE_PUBLISHED], 1);
	assert_int_equal(r->instances, 2);
}

static void
rules_are_counted_by_app_with_examples(void **state)
{
	struct night *n = *state;
	const struct report_rule *u;

	for (int k = 1; k <= 5; k++)
		receive(n, k, "ttd/a", "rejected",
		    ",\"codes\":[\"Xsd\",\"PDF_MISSING\"]");
	receive(n, 6, "ttd/b", "rejected", ",\"codes\":[\"Xsd\"]");
	receive(n, 7, "ttd/b", "held", "");
	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	assert_int_equal(n->report->refusals.n, 7);
	assert_int_equal(n->report->rules.n, 4);
	u = &n->report->rules.v[1];
	assert_string_equal(u->code, "Xsd");
	assert_string_equal(u->app, "ttd/a");
	assert_int_equal(u->n, 5);
	assert_memory_equal(u->examples[2], "0003", 4);
}

/* --------------------------------------------------------------------- CSV */

static void
a_cell_is_quoted_where_it_must_and_is_no_formula(void **state)
{
	static const struct {
		const char *text, *cell;
	} rows[] = {
		{ "plain", "plain" }, { "", "" },
		{ "a;b", "\"a;b\"" }, { "a\"b", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"" }, { " a", "\" a\"" },
		{ "a,b", "a,b" },
		{ "=1+1", "'=1+1" }, { "@x", "'@x" }, { "+47 22", "'+47 22" },
		{ "-x", "'-x" }, { "\tx", "\"'\tx\"" }, { "\rx", "\"'\rx\"" },
		{ "=a;b", "\"'=a;b\"" }, { "-", "'-" }, { "-1e5", "'-1e5" },
		{ "-1", "-1" }, { "+12", "+12" }, { "-1,5", "-1,5" },
		{ "-1.25", "-1.25" }, { "-1.", "'-1." }, { "-1.2.3", "'-1.2.3" },
		{ "a=b", "a=b" }, { "\xc3\xa6", "\xc3\xa6" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = { 0 };
		struct sheet c = { .out = &b };

		sheet_cell(&c, rows[i].text);
		if (strcmp(buf_text(&b), rows[i].cell) != 0)
			fail_msg("%s: %s, not %s", rows[i].text, buf_text(&b),
			    rows[i].cell);
		buf_free(&b);
	}
}

static void
a_row_keeps_its_empty_cells(void **state)
{
	struct buf b = { 0 };
	struct sheet c = { .out = &b };

	(void)state;
	sheet_cell(&c, "");
	sheet_cell(&c, "");
	sheet_num(&c, -7);
	sheet_end(&c);
	sheet_cell(&c, "x");
	sheet_end(&c);
	assert_string_equal(buf_text(&b), ";;-7\r\nx\r\n");
	buf_free(&b);
}

static void
a_refusal_is_told_by_its_findings_or_by_its_codes(void **state)
{
	struct report_refusal x = { .id = "i", .time = "t", .app = "a/b",
	    .to = STATE_REJECTED, .package = (char *)"=p",
	    .codes = (char *)"Xsd NO_SUCH" };
	struct buf b = { 0 };

	(void)state;
	report_rejects_rows(&b, &x, "[{\"code\":\"Xsd\",\"message\":\"m;n\","
	    "\"line\":12},{\"code\":\"Y\",\"file\":\"f\",\"action\":\"do\"}]");
	assert_string_equal(buf_text(&b),
	    "t;rejected;i;'=p;a/b;Xsd;\"m;n\";;12;;\r\n"
	    "t;rejected;i;'=p;a/b;Y;;f;;;do\r\n");
	buf_reset(&b);
	report_rejects_rows(&b, &x, NULL);
	assert_non_null(strstr(b.p, "a/b;Xsd;;;;;correct the form"));
	assert_non_null(strstr(b.p, "a/b;NO_SUCH;;;;;\r\n"));
	buf_free(&b);
}

/* -------------------------------------------------------------------- HTML */

static void
text_in_a_page_is_only_text(void **state)
{
	struct buf b = { 0 };

	(void)state;
	report_escape(&b, "<b a=\"1\" c='2'>&amp; \xc3\xa6</b>");
	assert_string_equal(buf_text(&b), "&lt;b a=&quot;1&quot; c=&#39;2&#39;"
	    "&gt;&amp;amp; \xc3\xa6&lt;/b&gt;");
	buf_free(&b);
}

static void
numbers_are_grouped_by_three(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1\u202f000" },
		{ -12345, "−12\u202f345" },
		{ INT64_MIN, "−9\u202f223\u202f372\u202f036\u202f854\u202f775"
		    "\u202f808" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = { 0 };

		report_num(&b, rows[i].n);
		assert_string_equal(buf_text(&b), rows[i].text);
		buf_free(&b);
	}
}

static void
the_page_shows_a_strangers_text_and_runs_nothing(void **state)
{
	struct night *n = *state;
	struct tally t = { .balanced = true };
	struct verify_result v = { .faults = 0 };
	struct report_facts f = { .report = n->report, .now = &t,
	    .ledger = &v, .spool = "/s<x>", .environment = "test",
	    .sound = true, .why = "" };
	struct buf b = { 0 };

	receive(n, 1, "ttd/<script>", "held", ",\"codes\":[\"<i>\"]");
	about(n, "rejected", 1, ",\"act\":\"reject\",\"reason\":\"<script>"
	    "alert('15867210064')</script>\",\"user\":\"<u>\"");
	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	report_html(&b, &f);
	assert_null(strstr(b.p, "<script"));
	assert_null(strstr(b.p, "<i>"));
	assert_null(strstr(b.p, "<u>"));
	assert_null(strstr(b.p, "/s<x>"));
	assert_null(strstr(b.p, "15867210064"));
	assert_null(strstr(b.p, "://"));
	assert_null(strstr(b.p, "style=\""));
	assert_non_null(strstr(b.p, "&lt;script&gt;alert(&#39;***********"));
	assert_non_null(strstr(b.p, "default-src 'none'; style-src 'sha256-"));
	buf_free(&b);
}

static void
an_empty_day_is_a_page_too(void **state)
{
	struct night *n = *state;
	struct verify_result v = { .faults = 0 };
	struct report_facts f = { .report = n->report, .ledger = &v,
	    .spool = "/s", .environment = "prod", .why = "x" };
	struct buf b = { 0 };

	assert_int_equal(report_end(n->report, n->books, &n->e), 0);
	report_html(&b, &f);
	assert_non_null(strstr(b.p, "The books do not balance"));
	assert_non_null(strstr(b.p, "No package was received"));
	buf_reset(&b);
	report_json(&b, &f, false);
	assert_non_null(strstr(b.p, "\"exit\":4,\"why\":\"x\""));
	buf_reset(&b);
	report_text(&b, &f);
	assert_non_null(strstr(b.p, "DO NOT BALANCE"));
	assert_non_null(strstr(b.p, "not looked at"));
	buf_free(&b);
}

#define NIGHT(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT(a_day_opens_with_what_waited_and_closes_with_what_waits),
		NIGHT(a_replay_makes_instances_and_moves_no_package),
		NIGHT(what_an_operator_lets_go_on_leaves_its_state),
		NIGHT(a_package_that_is_lost_makes_a_difference),
		cmocka_unit_test(
		    two_packages_that_changed_places_show_in_the_hash_total),
		NIGHT(a_line_about_a_package_nobody_knows_is_unsound),
		NIGHT(the_folders_and_the_ledger_have_a_say),
		NIGHT(what_retention_removed_is_accounted_for),
		NIGHT(what_changed_since_the_run_before_is_told),
		NIGHT(rules_are_counted_by_app_with_examples),
		cmocka_unit_test(
		    a_cell_is_quoted_where_it_must_and_is_no_formula),
		cmocka_unit_test(a_row_keeps_its_empty_cells),
		cmocka_unit_test(
		    a_refusal_is_told_by_its_findings_or_by_its_codes),
		cmocka_unit_test(text_in_a_page_is_only_text),
		cmocka_unit_test(numbers_are_grouped_by_three),
		NIGHT(the_page_shows_a_strangers_text_and_runs_nothing),
		NIGHT(an_empty_day_is_a_page_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
