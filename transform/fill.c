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
};

static const char no_source[] = "the source could not be worked out";
static const char no_truth[] = "the condition could not be worked out";

static void
tell(const struct place *p, const struct map_row *r, enum finding_code code,
    const char *what)
{
	findings_add(p->job->findings, code, p->job->file, r->line,
	    r->source, "%s%s: %s", r->target, p->within, what);
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
			return r->preset;
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
	if (wanted != 1)
		return NULL;
	text = converted(p, r);
	if (text == NULL)
		return NULL;
	if (r->field != NULL && value_collapses(r->field->type->simple))
		text = collapsed(p->env->arena, text);
	if (*text == '\0')
		text = r->preset;
	if (*text != '\0' && r->field != NULL)
		text = fitted(p, r, text);
	if (text != NULL && *text == '\0') {
		if (r->required)
			tell(p, r, F_MAP_REQUIRED, "required, but the source "
			    "is empty");
		text = NULL;
	}
	return text;
}

static struct fill *fill_group(const struct fill_job *,
    const struct origin_env *, const struct map_group *, const char *within);

static void
fill_rows(const struct place *p, const struct map_group *g,
    struct fill_rows *rows)
{
	struct arena *arena = p->env->arena;
	struct origin_env env = *p->env;
	xmlNodePtr *nodes;
	int wanted = g->when != NULL ? origin_truth(g->when, p->env) : 1;
	const char *within;
	long n = 0;

	if (wanted == 1)
		n = origin_nodes(g->nodes, p->env, &nodes);
	if (wanted == ORIGIN_FAILED || n == ORIGIN_FAILED) {
		findings_add(p->job->findings, F_MAP_SOURCE, p->job->file,
		    g->line, NULL, "%s%s: %s", g->target, p->within,
		    wanted == ORIGIN_FAILED ? no_truth : no_source);
		return;
	}
	if (g->required && wanted == 1 && n == 0)
		findings_add(p->job->findings, F_MAP_REQUIRED, p->job->file,
		    g->line, NULL, "%s%s: required, but the source is empty",
		    g->target, p->within);
	rows->v = arena_zero(arena, ((size_t)n + 1) * sizeof *rows->v);
	for (long i = 0; i < n; i++) {
		env.node = nodes[i];
		within = arena_fmt(arena, "%s in row %ld of %s", p->within,
		    i + 1, g->target);
		rows->v[rows->n++] = fill_group(p->job, &env, g, within);
	}
}

static struct fill *
fill_group(const struct fill_job *job, const struct origin_env *env,
    const struct map_group *g, const char *within)
{
	struct fill *f = arena_zero(env->arena, sizeof *f);
	struct place p = { .job = job, .env = env, .within = within };

	f->values = arena_zero(env->arena, (g->n_rows + 1) *
	    sizeof *f->values);
	f->groups = arena_zero(env->arena, (g->n_groups + 1) *
	    sizeof *f->groups);
	for (size_t i = 0; i < g->n_rows; i++)
		f->values[i] = row_value(&p, g->rows[i]);
	for (size_t i = 0; i < g->n_groups; i++)
		fill_rows(&p, g->groups[i], &f->groups[i]);
	return f;
}

struct fill *
fill_map(const struct fill_job *job)
{
	return fill_group(job, &job->env, map_rows(job->map), "");
}
