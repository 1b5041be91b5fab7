#include "spool/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/desk.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/key.h"
#include "spool/log.h"
#include "spool/mem.h"
#include "spool/record.h"
#include "spool/report.h"
#include "spool/report_csv.h"
#include "spool/report_page.h"
#include "spool/reread.h"
#include "spool/seal.h"
#include "spool/tally.h"
#include "spool/verify.h"
#include "spool/whole.h"

struct reporting {
	struct desk desk;
	struct report *report;
	struct tally now;
	struct verify_result ledger;
	struct report_facts facts;
	char why[200];
	bool writes;
	int dir;			/* reports/{day}, or -1 */
	struct whole packages;
};

/* ------------------------------------------------------------------ the day */

/* ---------------------------------------------------------------- the files */

/* One report of a day at a time; the lock goes with the descriptor. */
static int
open_folder(struct reporting *g, struct err *e)
{
	int reports = fsx_open_dir(g->desk.spool.root,
	    place_name(PLACE_REPORTS), e);

	if (reports == -1)
		return -1;
	g->dir = fsx_open_dir(reports, g->report->day, e);
	close(reports);
	if (g->dir == -1)
		return -1;
	if (fsx_lock(g->dir, LOCK_EX) == -1)
		return err_sys(e, "lock reports/%s", g->report->day);
	if (whole_open(&g->packages, g->dir, "packages.csv", e) == -1)
		return -1;
	report_packages_head(&g->packages.text);
	return 0;
}

static int
tell_package(void *arg, const struct report_event *v, struct err *e)
{
	struct reporting *g = arg;

	if (!g->writes)
		return 0;
	if (g->dir == -1 && open_folder(g, e) == -1)
		return -1;
	report_packages_row(&g->packages.text, v);
	return whole_flush(&g->packages, e);
}

/* The findings, while the package still lies where this verdict put it. */
static void
refusal_rows(const struct reporting *g, struct buf *out,
    const struct report_refusal *x)
{
	const struct package *p = books_find(g->desk.books, x->id);
	struct buf reason = { 0 }, list = { 0 };
	const char *raw;
	struct err e;
	size_t n;

	if (p != NULL && p->state == x->to &&
	    strcmp(p->time, x->time) == 0 && reread_reason(
	    g->desk.spool.root, x->to, x->id, &reason, &e) == 0 &&
	    json_get_raw(buf_text(&reason), "findings", &raw, &n))
		buf_add(&list, raw, n);
	report_rejects_rows(out, x, list.len > 0 ? list.p : NULL);
	buf_free(&reason);
	buf_free(&list);
}

static int
write_rejects(struct reporting *g, struct err *e)
{
	struct whole w;
	int rc = whole_open(&w, g->dir, "rejects.csv", e);

	if (rc == 0)
		report_rejects_head(&w.text);
	for (size_t i = 0; rc == 0 && i < g->report->refusals.n; i++) {
		refusal_rows(g, &w.text, &g->report->refusals.v[i]);
		rc = whole_flush(&w, e);
	}
	if (rc == 0)
		rc = whole_show(&w, e);
	whole_close(&w);
	return rc;
}

static void
balance_csv(struct buf *b, const struct report_facts *f)
{
	report_balance_csv(b, f->report);
}

static void
actions_csv(struct buf *b, const struct report_facts *f)
{
	report_actions_csv(b, f->report);
}

static void
json(struct buf *b, const struct report_facts *f)
{
	report_json(b, f, true);
}

static const struct {
	const char *name;
	void (*write)(struct buf *, const struct report_facts *);
} files[] = {
	{ "balance.csv", balance_csv },
	{ "actions.csv", actions_csv },
	{ "report.json", json },
	{ "report.html", report_html },
};

static int
write_files(struct reporting *g, struct err *e)
{
	struct whole w;
	int rc;

	if ((g->dir == -1 && open_folder(g, e) == -1) ||
	    whole_show(&g->packages, e) == -1 || write_rejects(g, e) == -1)
		return -1;
	rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof files / sizeof *files; i++) {
		rc = whole_open(&w, g->dir, files[i].name, e);
		if (rc == 0) {
			files[i].write(&w.text, &g->facts);
			rc = whole_show(&w, e);
		}
		whole_close(&w);
	}
	return rc == 0 ? fsx_sync(g->dir, "reports/", e) : -1;
}

/* ---------------------------------------------------------------- the facts */

static void
add_code(struct buf *b, const char *code)
{
	if (b->len == 0 || strstr(buf_text(b), code) == NULL)
		buf_fmt(b, "%s%s", b->len > 0 ? ", " : "", code);
}

/* Why it is held; where it has moved on since, nobody can tell any more. */
static void
held_codes(struct reporting *g, struct report_held *h)
{
	struct buf reason = { 0 }, code = { 0 }, codes = { 0 };
	struct slice list, object;
	struct err e;

	if (reread_reason(g->desk.spool.root, STATE_HELD, h->id, &reason,
	    &e) == 0 && json_get_raw(buf_text(&reason), "findings", &list.p,
	    &list.n))
		while (record_next(&list, &object))
			if (json_get_str(object.p, "code", &code))
				add_code(&codes, buf_text(&code));
	h->codes = mem_dup(buf_text(&codes));
	buf_free(&reason);
	buf_free(&code);
	buf_free(&codes);
}

/* An auditor may be let into some folders only. */
static bool
sees_all(const struct spool *s)
{
	for (int p = 0; p < PLACE_COUNT; p++)
		if (faccessat(s->root, place_name((enum place)p), R_OK | X_OK,
		    AT_EACCESS) == -1 && errno == EACCES)
			return false;
	return true;
}

static int
gather(struct reporting *g, struct err *e)
{
	struct report *r = g->report;
	struct report_facts *f = &g->facts;
	struct keys keys = { .n = 0 };

	if (tally_take(&g->now, &g->desk.spool, g->desk.ledger,
	    g->desk.books, e) == -1 ||
	    report_end(r, g->desk.books, e) == -1 ||
	    seal_keys(&g->desk.conf, &keys, e) == -1 ||
	    verify_ledger(g->desk.spool.dir[PLACE_LEDGER], &keys, &g->ledger,
	    NULL, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < r->held.n; i++)
		held_codes(g, &r->held.v[i]);
	*f = (struct report_facts){ .report = r,
	    .now = sees_all(&g->desk.spool) ? &g->now : NULL,
	    .ledger = &g->ledger, .spool = g->desk.spool.path,
	    .environment = g->desk.conf.spool.environment == CONF_TEST ?
	    "test" : "prod", .why = g->why,
	    .past = strncmp(r->day, r->made, STAMP_DAY) < 0 };
	f->sound = report_sound(r, f->now, &g->ledger, g->why);
	if (r->last_line.len > 0)
		digest_hex_of(r->last_line.p, r->last_line.len, f->head);
	return 0;
}

static void
tell_all(const struct reporting *g, bool as_json)
{
	struct buf b = { 0 };

	if (as_json) {
		report_json(&b, &g->facts, false);
		buf_char(&b, '\n');
	} else {
		report_text(&b, &g->facts);
		if (g->writes)
			buf_fmt(&b, "written: %s/reports/%s/report.html\n",
			    g->facts.spool, g->report->day);
	}
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

static int
feed(void *arg, const struct ledger_line *l, struct err *e)
{
	struct reporting *g = arg;

	return report_feed(g->report, g->desk.books, l, e);
}

static int
report(struct reporting *g, const struct cmdline *c)
{
	struct err e;
	int rc;

	g->desk.first = feed;
	g->desk.arg = g;
	if ((rc = desk_open(&g->desk, c, false)) != 0)
		return rc;
	if (gather(g, &e) == -1 || (g->writes && write_files(g, &e) == -1))
		return cmd_fail(&e);
	tell_all(g, c->json);
	if (g->facts.sound)
		return 0;
	log_line(LEVEL_CRITICAL, "the books of %s do not balance: %s; try: "
	    "flerapp ledger verify", g->report->day, g->why);
	return ERR_BOOKS;
}

int
cmd_report(const struct cmdline *c)
{
	struct reporting g = { .writes = !c->dry_run, .dir = -1,
	    .packages.fd = -1 };
	char day[STAMP_DAY + 1], today[STAMP_DAY + 1];
	int rc;

	cmd_day(NULL, today);
	if (!cmd_day(c->date, day))
		return cmd_usage(c, "--date is a day as 2026-03-03, today or "
		    "yesterday (%s)", c->date);
	if (strcmp(day, today) > 0)
		return cmd_usage(c, "--date is in the future (%s)", day);
	g.report = report_new(day, tell_package, &g);
	rc = report(&g, c);
	whole_close(&g.packages);
	if (g.dir != -1)
		close(g.dir);
	report_free(g.report);
	desk_close(&g.desk);
	return rc;
}
