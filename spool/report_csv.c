#include "spool/report_csv.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/json.h"
#include "spool/record.h"
#include "spool/report.h"

#define BOM "\xef\xbb\xbf"

/* ------------------------------------------------------------------- cells */

/* A number as people write it: a sign, digits, one comma or point in them. */
static bool
plain_number(const char *s)
{
	size_t n;

	s += *s == '-' || *s == '+';
	n = strspn(s, "0123456789");
	s += n;
	if (n > 0 && (*s == '.' || *s == ',') && isdigit((unsigned char)s[1]))
		s += 1 + strspn(s + 1, "0123456789");
	return n > 0 && *s == '\0';
}

static bool
formula(const char *s)
{
	return *s != '\0' && strchr("=+-@\t\r", *s) != NULL &&
	    !plain_number(s);
}

static bool
needs_quotes(const char *s)
{
	size_t n = strlen(s);

	return strpbrk(s, ";\"\r\n") != NULL ||
	    (n > 0 && (isspace((unsigned char)s[0]) ||
	    isspace((unsigned char)s[n - 1])));
}

void
report_cell(struct report_csv *c, const char *s)
{
	const bool quotes = needs_quotes(s);

	if (c->filled)
		buf_char(c->out, ';');
	c->filled = true;
	if (quotes)
		buf_char(c->out, '"');
	if (formula(s))
		buf_char(c->out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_char(c->out, '"');
		buf_char(c->out, *s);
	}
	if (quotes)
		buf_char(c->out, '"');
}

void
report_cell_num(struct report_csv *c, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, n);
	report_cell(c, text);
}

void
report_row_end(struct report_csv *c)
{
	buf_str(c->out, "\r\n");
	c->filled = false;
}

static void
head(struct buf *b, const char *const *names)
{
	struct report_csv c = { .out = b };

	buf_str(b, BOM);
	for (; *names != NULL; names++)
		report_cell(&c, *names);
	report_row_end(&c);
}

/* ---------------------------------------------------------------- packages */

void
report_packages_head(struct buf *b)
{
	static const char *const names[] = { "seq", "time", "event", "state",
	    "new", "id", "package", "sha256", "size", "app", "instance",
	    "received", "instances", "codes", "run", NULL };

	head(b, names);
}

void
report_packages_row(struct buf *b, const struct report_event *v)
{
	struct report_csv c = { .out = b };

	report_cell_num(&c, v->seq);
	report_cell(&c, v->time);
	report_cell(&c, v->event);
	report_cell(&c, state_name(v->to));
	report_cell(&c, v->fresh ? "yes" : "no");
	report_cell(&c, v->id);
	report_cell(&c, v->package);
	report_cell(&c, v->sha256);
	report_cell_num(&c, v->size);
	report_cell(&c, v->app);
	report_cell(&c, v->instance);
	report_cell(&c, v->received);
	report_cell_num(&c, v->instances);
	report_cell(&c, v->codes);
	report_cell(&c, v->run);
	report_row_end(&c);
}

/* ----------------------------------------------------------------- rejects */

void
report_rejects_head(struct buf *b)
{
	static const char *const names[] = { "time", "state", "id", "package",
	    "app", "code", "message", "file", "line", "path", "action",
	    NULL };

	head(b, names);
}

static void
refusal_cells(struct report_csv *c, const struct report_refusal *x)
{
	report_cell(c, x->time);
	report_cell(c, state_name(x->to));
	report_cell(c, x->id);
	report_cell(c, x->package);
	report_cell(c, x->app);
}

static void
row_from_code(struct report_csv *c, const struct report_refusal *x,
    const char *code)
{
	enum finding_code f;

	refusal_cells(c, x);
	report_cell(c, code);
	for (int i = 0; i < 4; i++)
		report_cell(c, "");
	report_cell(c, finding_lookup(code, &f) ? finding_action(f) : "");
	report_row_end(c);
}

static void
member(struct report_csv *c, const char *object, const char *key,
    struct buf *text)
{
	int64_t n;

	buf_reset(text);
	if (json_get_num(object, key, &n))
		report_cell_num(c, n);
	else if (json_get_str(object, key, text))
		report_cell(c, buf_text(text));
	else
		report_cell(c, "");
}

static size_t
rows_from_findings(struct report_csv *c, const struct report_refusal *x,
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
		report_row_end(c);
		n++;
	}
	buf_free(&text);
	return n;
}

void
report_rejects_rows(struct buf *b, const struct report_refusal *x,
    const char *findings)
{
	struct report_csv c = { .out = b };
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
measure_cell(struct report_csv *c, struct report_count n, int measure)
{
	char hash[20];

	snprintf(hash, sizeof hash, "0x%016" PRIx64, n.hash);
	if (measure == 2)
		report_cell(c, hash);
	else
		report_cell_num(c, measure == 0 ? n.n : n.bytes);
}

static void
balance_row(struct report_csv *c, const char *app,
    const struct report_flow *f, int measure)
{
	report_cell(c, app);
	report_cell(c, measures[measure]);
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
	report_cell_num(c, f->instances);
	report_row_end(c);
}

void
report_balance_csv(struct buf *b, const struct report *r)
{
	static const char *const names[] = { "app", "measure",
	    "opening waiting", "received", "published", "rejected", "held",
	    "duplicate", "removed", "closing waiting", "difference",
	    "held before", "held after", "rejected before", "rejected after",
	    "instances made", NULL };
	struct report_csv c = { .out = b };
	struct report_flow total;

	head(b, names);
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
	struct report_csv c = { .out = b };

	head(b, names);
	for (size_t i = 0; i < r->acts.n; i++) {
		const struct report_act *a = &r->acts.v[i];

		report_cell_num(&c, a->seq);
		report_cell(&c, a->time);
		report_cell(&c, a->verb);
		report_cell(&c, a->id);
		report_cell(&c, a->app);
		report_cell(&c, a->user);
		report_cell(&c, a->reason);
		report_row_end(&c);
	}
}
