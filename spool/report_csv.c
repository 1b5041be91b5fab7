#include "spool/report_csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/json.h"
#include "spool/record.h"
#include "spool/report.h"
#include "spool/sheet.h"

/* ---------------------------------------------------------------- packages */

void
report_packages_head(struct buf *b)
{
	static const char *const names[] = { "seq", "time", "event", "state",
	    "new", "id", "package", "sha256", "size", "app", "instance",
	    "received", "instances", "codes", "run", NULL };

	sheet_head(b, names);
}

void
report_packages_row(struct buf *b, const struct report_event *v)
{
	struct sheet c = { .out = b };

	sheet_num(&c, v->seq);
	sheet_cell(&c, v->time);
	sheet_cell(&c, v->event);
	sheet_cell(&c, state_name(v->to));
	sheet_cell(&c, v->fresh ? "yes" : "no");
	sheet_cell(&c, v->id);
	sheet_cell(&c, v->package);
	sheet_cell(&c, v->sha256);
	sheet_num(&c, v->size);
	sheet_cell(&c, v->app);
	sheet_cell(&c, v->instance);
	sheet_cell(&c, v->received);
	sheet_num(&c, v->instances);
	sheet_cell(&c, v->codes);
	sheet_cell(&c, v->run);
	sheet_end(&c);
}

/* ----------------------------------------------------------------- rejects */

void
report_rejects_head(struct buf *b)
{
	static const char *const names[] = { "time", "state", "id", "package",
	    "app", "code", "message", "file", "line", "path", "action",
	    NULL };

	sheet_head(b, names);
}

static void
refusal_cells(struct sheet *c, const struct report_refusal *x)
{
	sheet_cell(c, x->time);
	sheet_cell(c, state_name(x->to));
	sheet_cell(c, x->id);
	sheet_cell(c, x->package);
	sheet_cell(c, x->app);
}

static void
row_from_code(struct sheet *c, const struct report_refusal *x,
    const char *code)
{
	enum finding_code f;

	refusal_cells(c, x);
	sheet_cell(c, code);
	for (int i = 0; i < 4; i++)
		sheet_cell(c, "");
	sheet_cell(c, finding_lookup(code, &f) ? finding_action(f) : "");
	sheet_end(c);
}

static void
member(struct sheet *c, const char *object, const char *key,
    struct buf *text)
{
	int64_t n;

	buf_reset(text);
	if (json_get_num(object, key, &n))
		sheet_num(c, n);
	else if (json_get_str(object, key, text))
		sheet_cell(c, buf_text(text));
	else
		sheet_cell(c, "");
}

static size_t
rows_from_findings(struct sheet *c, const struct report_refusal *x,
    const char *findings)
{
	static const char *const keys[] =
	    { "code", "message", "file", "line", "path", "action" };
	struct slice list = { findings, strlen(findings) }, object;
	struct buf text = { 0 };
	size_t n = 0;

	while (record_next(&list, &object)) {
		refusal_cells(c, x);
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
			member(c, object.p, keys[i], &text);
		sheet_end(c);
		n++;
	}
	buf_free(&text);
	return n;
}

void
report_rejects_rows(struct buf *b, const struct report_refusal *x,
    const char *findings)
{
	struct sheet c = { .out = b };
	char code[REPORT_CODE];
	const char *p = x->codes;
	size_t n;

	if (findings != NULL && rows_from_findings(&c, x, findings) > 0)
		return;
	if (*p == '\0')
		row_from_code(&c, x, "");
	for (; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		snprintf(code, sizeof code, "%.*s", (int)n, p);
		row_from_code(&c, x, code);
	}
}

/* ----------------------------------------------------------------- balance */

static const char *const measures[] = { "packages", "bytes", "hash total" };

enum { MEASURES = sizeof measures / sizeof *measures };

static void
measure_cell(struct sheet *c, struct report_count n, int measure)
{
	char hash[20];

	snprintf(hash, sizeof hash, "0x%016" PRIx64, n.hash);
	if (measure == 2)
		sheet_cell(c, hash);
	else
		sheet_num(c, measure == 0 ? n.n : n.bytes);
}

static void
balance_row(struct sheet *c, const char *app,
    const struct report_flow *f, int measure)
{
	sheet_cell(c, app);
	sheet_cell(c, measures[measure]);
	measure_cell(c, f->opening[STATE_ACCEPTED], measure);
	measure_cell(c, f->received, measure);
	measure_cell(c, report_net(f, STATE_PUBLISHED), measure);
	measure_cell(c, report_net(f, STATE_REJECTED), measure);
	measure_cell(c, report_net(f, STATE_HELD), measure);
	measure_cell(c, report_net(f, STATE_DUPLICATE), measure);
	measure_cell(c, f->purged[STATE_ACCEPTED], measure);
	measure_cell(c, f->closing[STATE_ACCEPTED], measure);
	measure_cell(c, report_difference(f), measure);
	measure_cell(c, f->opening[STATE_HELD], measure);
	measure_cell(c, f->closing[STATE_HELD], measure);
	measure_cell(c, f->opening[STATE_REJECTED], measure);
	measure_cell(c, f->closing[STATE_REJECTED], measure);
	sheet_num(c, f->instances);
	sheet_end(c);
}

void
report_balance_csv(struct buf *b, const struct report *r)
{
	static const char *const names[] = { "app", "measure",
	    "opening waiting", "received", "published", "rejected", "held",
	    "duplicate", "removed", "closing waiting", "difference",
	    "held before", "held after", "rejected before", "rejected after",
	    "instances made", NULL };
	struct sheet c = { .out = b };
	struct report_flow total;

	sheet_head(b, names);
	report_total(r, &total);
	for (int m = 0; m < MEASURES; m++)
		balance_row(&c, "(all)", &total, m);
	for (size_t i = 0; i < r->apps.n; i++)
		for (int m = 0; m < MEASURES; m++)
			balance_row(&c, r->apps.v[i].name[0] != '\0' ?
			    r->apps.v[i].name : "(unknown)",
			    &r->apps.v[i].flow, m);
}

/* ----------------------------------------------------------------- actions */

void
report_actions_csv(struct buf *b, const struct report *r)
{
	static const char *const names[] = { "seq", "time", "action", "id",
	    "app", "user", "reason", NULL };
	struct sheet c = { .out = b };

	sheet_head(b, names);
	for (size_t i = 0; i < r->acts.n; i++) {
		const struct report_act *a = &r->acts.v[i];

		sheet_num(&c, a->seq);
		sheet_cell(&c, a->time);
		sheet_cell(&c, a->verb);
		sheet_cell(&c, a->id);
		sheet_cell(&c, a->app);
		sheet_cell(&c, a->user);
		sheet_cell(&c, a->reason);
		sheet_end(&c);
	}
}
