/* explain_text: for people, the rows of an instance as a table. */

#include <string.h>

#include "schemas/app.h"
#include "spool/answer.h"
#include "spool/mem.h"
#include "spool/text.h"
#include "transform/explain_parts.h"
#include "transform/owner.h"
#include "transform/route.h"

enum { LINE, TARGET, SOURCE, VALUE, CONVERT, RESULT, COLUMNS };
enum { CUT = 40, GAP = 2 };

static const char *const heads[COLUMNS] = {
	[LINE] = "line", [TARGET] = "target", [SOURCE] = "source",
	[VALUE] = "value", [CONVERT] = "convert", [RESULT] = "result",
};

struct cells {
	const char *text[COLUMNS];
};

static void
condition(struct buf *b, struct explain *x, const char *name,
    const char *text)
{
	if (text != NULL)
		buf_fmt(b, " (%s = %s)", name, explain_show(x, text));
}

/* Why a route applies, or not. */
static void
tell_route(struct explain *x, enum plan_applies how, size_t instances)
{
	const struct route *r = x->route;
	struct buf *b = &x->out;

	buf_fmt(b, "\n%s: %s -> %s\n", r->name, r->from->name, r->to->name);
	switch (how) {
	case PLAN_APPLIES:
		buf_fmt(b, "  applies: %s", r->when_text != NULL ?
		    "when is true" : "there is no when");
		condition(b, x, "when", r->when_text);
		buf_fmt(b, "; %zu instance%s", instances, instances == 1 ?
		    "" : "s");
		condition(b, x, "for-each", r->for_each_text);
		break;
	case PLAN_WHEN_FALSE:
		buf_str(b, "  does not apply: when is false");
		condition(b, x, "when", r->when_text);
		break;
	case PLAN_NO_NODES:
		buf_str(b, "  does not apply: for-each gives no nodes");
		condition(b, x, "for-each", r->for_each_text);
		break;
	case PLAN_FAILED:
		buf_str(b, "  cannot be told: see the findings");
		break;
	}
	buf_char(b, '\n');
}

static void
tell_instance(struct explain *x, const struct plan_instance *p)
{
	buf_fmt(&x->out, "  instance %zu of %zu: ", x->index, x->of);
	if (x->owner != NULL)
		buf_fmt(&x->out, "owner %s, %s\n",
		    owner_kind_name(p->owner.kind), x->owner);
	else
		buf_str(&x->out, "no owner, so its map is not filled: see the "
		    "findings\n");
}

/* ---------------------------------------------------------------- table */

static const char *
line_text(struct explain *x, const struct explain_row *r)
{
	return arena_fmt(&x->arena, "%ld", r->line);
}

static const char *
value_text(struct explain *x, const struct explain_row *r)
{
	struct buf b = { 0 };
	const char *s;

	if (r->list)
		return r->of_values == 0 ? "" : arena_fmt(&x->arena,
		    "%zu row%s", r->of_values, r->of_values == 1 ? "" : "s");
	for (size_t i = 0; i < r->n_values; i++)
		buf_fmt(&b, "%s\"%s\"", i > 0 ? " " : "", r->values[i]);
	if (r->of_values > r->n_values)
		buf_fmt(&b, " and %zu more", r->of_values - r->n_values);
	s = arena_dup(&x->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* What came, or why nothing did. */
static const char *
result_text(struct explain *x, const struct explain_row *r)
{
	switch (r->outcome) {
	case FILL_VALUE:
		return r->list ? "" : arena_fmt(&x->arena, "\"%s\"",
		    r->result);
	case FILL_PRESET:
		return arena_fmt(&x->arena, "\"%s\" (default)", r->result);
	case FILL_SKIPPED:
		return arena_fmt(&x->arena, "- (when is false: %s)",
		    r->condition);
	case FILL_FAULT:
		return arena_fmt(&x->arena, "%s: %s", r->code, r->why);
	case FILL_EMPTY:
	case FILL_OUTCOMES:
		break;
	}
	return r->of_values == 0 ? "- (the source is not there)" :
	    "- (the source is empty)";
}

static size_t
width_of(const char *s)
{
	size_t width = 0;

	for (; *s != '\0'; s++)
		width += ((unsigned char)*s & 0xc0) != 0x80 ? 1 : 0;
	return width;
}

static void
print_line(struct buf *b, const char *const *text, const size_t *widths)
{
	size_t last = COLUMNS - 1;

	while (last > 0 && *text[last] == '\0')
		last--;
	for (size_t i = 0; i <= last; i++) {
		size_t fill = widths[i] - width_of(text[i]);

		buf_fmt(b, "%*s", GAP, "");
		if (i == LINE)
			buf_fmt(b, "%*s%s", (int)fill, "", text[i]);
		else if (i == last)
			buf_str(b, text[i]);
		else
			buf_fmt(b, "%s%*s", text[i], (int)fill, "");
	}
	buf_char(b, '\n');
}

/* Rows wait until all of the instance are there. */
static void
keep_row(struct explain *x, const struct explain_row *r)
{
	x->rows = mem_grow(x->rows, &x->cap_rows, x->n_rows + 1,
	    sizeof *x->rows);
	x->rows[x->n_rows++] = *r;
}

static void
print_rows(struct explain *x)
{
	struct cells *v = arena_take(&x->arena, (x->n_rows + 1) * sizeof *v);
	size_t widths[COLUMNS] = { 0 };

	if (x->n_rows == 0)
		return;
	memcpy(v[0].text, heads, sizeof heads);
	for (size_t i = 0; i < x->n_rows; i++) {
		const struct explain_row *r = &x->rows[i];

		v[i + 1] = (struct cells){ .text = {
		    line_text(x, r), r->target, r->source, value_text(x, r),
		    r->convert, result_text(x, r) } };
	}
	for (size_t i = 0; i <= x->n_rows; i++)
		for (size_t k = 0; k < COLUMNS; k++)
			if (width_of(v[i].text[k]) > widths[k])
				widths[k] = width_of(v[i].text[k]);
	for (size_t i = 0; i <= x->n_rows; i++)
		print_line(&x->out, v[i].text, widths);
}

/* ------------------------------------------------------------- findings */

static void
print_finding(struct buf *b, const struct finding *f)
{
	buf_fmt(b, "  %s: ", finding_name(f->code));
	text_show(b, f->message, strlen(f->message));
	if (f->file != NULL || f->path != NULL)
		buf_str(b, "\n    in ");
	if (f->file != NULL)
		text_show(b, f->file, strlen(f->file));
	if (f->line > 0)
		buf_fmt(b, ":%ld", f->line);
	if (f->path != NULL) {
		buf_str(b, f->file != NULL ? ", " : "");
		text_show(b, f->path, strlen(f->path));
	}
	buf_fmt(b, "\n    %s\n", finding_action(f->code));
}

static void
print_end(struct explain *x, const struct answer *a)
{
	struct buf *b = &x->out;

	if (x->route == NULL)
		buf_str(b, "No route was looked at.\n");
	buf_fmt(b, "\n%s: ", x->package);
	if (*a->guid != '\0')
		buf_fmt(b, "instance %s", a->guid);
	if (*a->app != '\0')
		buf_fmt(b, " of %s", a->app);
	buf_fmt(b, "%s%s\n", *a->guid != '\0' ? ", " : "",
	    a->findings.n == 0 ? "no findings" : "findings:");
	for (size_t i = 0; i < a->findings.n; i++)
		print_finding(b, &a->findings.v[i]);
	if (a->findings.left_out > 0)
		buf_fmt(b, "  and %zu more\n", a->findings.left_out);
}

const struct explain_writer *
explain_text(void)
{
	static const struct explain_writer writer = { .cut = CUT,
	    .route = tell_route, .instance = tell_instance, .row = keep_row,
	    .rows_end = print_rows, .end = print_end };

	return &writer;
}
