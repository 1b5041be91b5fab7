#include "transform/fill.h"

#include <stdbool.h>
#include <string.h>

#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "transform/convert.h"
#include "transform/map.h"

/* A row, and in which place of which list it is worked out. */
struct place {
	const struct fill_job *job;
	const struct origin_env *env;
	const char *within;		/* " in Linje[2]", or "" */
	const struct place *around;	/* the list's, NULL for the outermost */
	size_t number;			/* which row of it, from 1 */
	struct fill_seen *seen;		/* NULL: nobody watches */
};

/* What is wrong with a list; why NULL: nothing. */
struct wrong {
	enum finding_code code;
	const char *why;
};

static const char no_value[] = "required, but the source is empty";
static const char no_source[] = "the source could not be worked out";
static const char no_truth[] = "the condition could not be worked out";

static void
tell(const struct place *p, const struct map_row *r, enum finding_code code,
    const char *what)
{
	if (p->seen != NULL) {
		p->seen->outcome = FILL_FAULT;
		p->seen->code = code;
		p->seen->why = what;
	}
	findings_add(p->job->findings, code, p->job->file, r->line,
	    r->source, "%s%s: %s", r->target, p->within, what);
}

static const char *
preset(const struct place *p, const struct map_row *r)
{
	if (p->seen != NULL)
		p->seen->outcome = FILL_PRESET;
	return r->preset;
}

/* What convert gives, "" when there is nothing; NULL when it was told. */
static const char *
converted(const struct place *p, const struct map_row *r)
{
	struct arena *arena = p->env->arena;
	const char *const *v;
	long n = origin_values(r->origin, p->env, &v);
	struct convert_result c;

	if (n == ORIGIN_FAILED) {
		tell(p, r, F_MAP_SOURCE, no_source);
		return NULL;
	}
	if (p->seen != NULL) {
		p->seen->values = v;
		p->seen->n = (size_t)n;
	}
	c = convert_run(r->convert, v, (size_t)n, p->job->day, arena);
	switch (c.status) {
	case CONVERT_ONE:
		return c.text;
	case CONVERT_SEVERAL:
		tell(p, r, F_MAP_SOURCE, "the source has several values");
		return NULL;
	case CONVERT_FAILED:
		tell(p, r, F_MAP_CONVERT, arena_fmt(arena, "%s: %s",
		    c.step != NULL ? c.step : "convert",
		    c.why != NULL ? c.why : "the value does not fit"));
		return NULL;
	case CONVERT_MISSED:
		if (*r->preset != '\0')
			return preset(p, r);
		tell(p, r, F_MAP_CODE, "the value is not in the code list");
		return NULL;
	}
	return NULL;
}

static const char *
collapsed(struct arena *arena, const char *text)
{
	struct buf b = { 0 };

	value_collapse(text, &b);
	text = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return text;
}

/* In the form that B's simple type has; NULL when it does not fit. */
static const char *
fitted(const struct place *p, const struct map_row *r, const char *text)
{
	const struct simple *s = r->field->type->simple;
	struct arena *arena = p->env->arena;
	struct buf b = { 0 };

	if (!value_fits(s, text)) {
		tell(p, r, F_PREFILL_TYPE, arena_fmt(arena, "the value does "
		    "not fit; the field holds %s%s",
		    value_kind_name(s->kind),
		    s->n_codes > 0 ? " out of a list" : ""));
		return NULL;
	}
	value_write(s, text, &b);
	text = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return text;
}

static const char *
row_value(const struct place *p, const struct map_row *r)
{
	int wanted = r->when != NULL ? origin_truth(r->when, p->env) : 1;
	const char *text;

	if (wanted == ORIGIN_FAILED)
		tell(p, r, F_MAP_SOURCE, no_truth);
	if (wanted == 0 && p->seen != NULL)
		p->seen->outcome = FILL_SKIPPED;
	if (wanted != 1)
		return NULL;
	text = converted(p, r);
	if (text == NULL)
		return NULL;
	if (r->field != NULL && value_collapses(r->field->type->simple))
		text = collapsed(p->env->arena, text);
	if (*text == '\0')
		text = preset(p, r);
	if (*text != '\0' && r->field != NULL)
		text = fitted(p, r, text);
	if (text != NULL && *text == '\0') {
		if (r->required)
			tell(p, r, F_MAP_REQUIRED, no_value);
		text = NULL;
	}
	return text;
}

/* -------------------------------------------------------------- watching */

static void
show(const struct place *p, struct fill_seen *seen)
{
	const struct fill_watch *w = p->job->watch;
	const struct place *at;
	size_t *numbers, i = 0;

	for (at = p; at->around != NULL; at = at->around)
		i++;
	seen->depth = i;
	numbers = arena_take(p->env->arena, (i + 1) * sizeof *numbers);
	for (at = p; at->around != NULL; at = at->around)
		numbers[--i] = at->number;
	seen->numbers = numbers;
	w->row(w->arg, seen);
}

static const char *
shown_value(const struct place *p, const struct map_group *g,
    const struct map_row *r)
{
	struct fill_seen seen = { .row = r, .group = g,
	    .outcome = FILL_VALUE };
	struct place at = *p;

	at.seen = &seen;
	seen.result = row_value(&at, r);
	if (seen.result == NULL && (seen.outcome == FILL_VALUE ||
	    seen.outcome == FILL_PRESET))
		seen.outcome = FILL_EMPTY;
	show(p, &seen);
	return seen.result;
}

static void
show_list(const struct place *p, const struct map_group *g, int wanted,
    size_t rows, const struct wrong *x)
{
	struct fill_seen seen = { .group = g, .n = rows,
	    .outcome = x->why != NULL ? FILL_FAULT : wanted == 0 ?
	    FILL_SKIPPED : rows == 0 ? FILL_EMPTY : FILL_VALUE,
	    .code = x->code, .why = x->why };

	if (p->job->watch != NULL)
		show(p, &seen);
}

/* ---------------------------------------------------------------- groups */

static struct wrong
wrong_list(const struct map_group *g, int wanted, long n)
{
	if (wanted == ORIGIN_FAILED)
		return (struct wrong){ F_MAP_SOURCE, no_truth };
	if (n == ORIGIN_FAILED)
		return (struct wrong){ F_MAP_SOURCE, no_source };
	if (g->required && wanted == 1 && n == 0)
		return (struct wrong){ F_MAP_REQUIRED, no_value };
	return (struct wrong){ .why = NULL };
}

static struct fill *fill_group(const struct place *,
    const struct map_group *);

static void
fill_rows(const struct place *p, const struct map_group *g,
    struct fill_rows *rows)
{
	struct arena *arena = p->env->arena;
	struct origin_env env = *p->env;
	xmlNodePtr *nodes = NULL;
	int wanted = g->when != NULL ? origin_truth(g->when, p->env) : 1;
	struct wrong x;
	long n = 0;

	if (wanted == 1)
		n = origin_nodes(g->nodes, p->env, &nodes);
	x = wrong_list(g, wanted, n);
	if (x.why != NULL)
		findings_add(p->job->findings, x.code, p->job->file, g->line,
		    NULL, "%s%s: %s", g->target, p->within, x.why);
	if (n == ORIGIN_FAILED)
		n = 0;
	show_list(p, g, wanted, (size_t)n, &x);
	rows->v = arena_zero(arena, ((size_t)n + 1) * sizeof *rows->v);
	for (long i = 0; i < n; i++) {
		struct place at = { .job = p->job, .env = &env, .around = p,
		    .number = (size_t)i + 1 };

		env.node = nodes[i];
		at.within = arena_fmt(arena, "%s in row %ld of %s",
		    p->within, i + 1, g->target);
		rows->v[rows->n++] = fill_group(&at, g);
	}
}

static struct fill *
fill_group(const struct place *p, const struct map_group *g)
{
	struct arena *arena = p->env->arena;
	struct fill *f = arena_zero(arena, sizeof *f);

	f->values = arena_zero(arena, (g->n_rows + 1) * sizeof *f->values);
	f->groups = arena_zero(arena, (g->n_groups + 1) *
	    sizeof *f->groups);
	for (size_t i = 0; i < g->n_rows; i++)
		f->values[i] = p->job->watch != NULL ?
		    shown_value(p, g, g->rows[i]) : row_value(p, g->rows[i]);
	for (size_t i = 0; i < g->n_groups; i++)
		fill_rows(p, g->groups[i], &f->groups[i]);
	return f;
}

struct fill *
fill_map(const struct fill_job *job)
{
	struct place p = { .job = job, .env = &job->env, .within = "" };

	return fill_group(&p, map_rows(job->map));
}
