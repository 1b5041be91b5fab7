#include "transform/propose.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/alike.h"
#include "transform/draft.h"
#include "transform/guess.h"
#include "transform/route.h"

enum { ROWS_MAX = 20000 };

/* A row under way. */
struct row {
	struct draft_row draft;		/* source NULL: none found */
	bool needed;			/* B requires it */
};

struct proposing {
	const struct route *route;
	struct guess *guess;
	struct arena arena;
	struct faults *faults;
	struct row *rows;
	size_t n, cap;
	/* where we are in B's schema */
	const char *names[GUESS_DEPTH_MAX];
	const struct field_type *types[GUESS_DEPTH_MAX];
	size_t depth;
};

/* A part of B whose fields are looked at. */
struct part {
	const char *target;		/* "" for the root */
	const struct guess_node *within;
	bool blind;			/* in a list that has no source */
	bool sure;			/* there in each row, or each form */
};

static void propose_fields(struct proposing *, const struct field_type *,
    const struct part *);

static bool
repeats(const struct field *f)
{
	return f->max == MODEL_UNBOUNDED || f->max > 1;
}

/* A row must fill it wherever what is around it stands. */
static bool
is_needed(const struct field *f)
{
	return model_required(f) && f->preset == NULL && !f->nillable;
}

static void
left_out(struct proposing *p, const char *target, const char *why)
{
	faults_warn(p->faults, p->route->file, 0, 0, "%s is left out: %s",
	    target, why);
}

/* As a step of a target; NULL when the field cannot be named. */
static const char *
step_to(struct proposing *p, const struct field_type *t,
    const struct field *f)
{
	const struct field *found;
	const char *step = f->name;

	if (strchr(step, '.') != NULL)
		return NULL;
	if (f->kind == FIELD_ATTRIBUTE && (model_step(t, step, &found) !=
	    MODEL_ONE || found != f))
		step = arena_fmt(&p->arena, "@%s", step);
	return model_step(t, step, &found) == MODEL_ONE && found == f ?
	    step : NULL;
}

static bool
inside_itself(const struct proposing *p, const struct field_type *t)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->types[i] == t)
			return true;
	return p->depth == GUESS_DEPTH_MAX - 1;
}

static const char *
folded(struct proposing *p, const char *name)
{
	struct buf b = { 0 };
	const char *s;

	alike_fold(&b, name);
	s = arena_dup(&p->arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* ----------------------------------------------------------------- rows */

static struct guess_hit
find(struct proposing *p, const struct field *f, const struct part *at)
{
	struct guess_wish w = { .field = f, .names = p->names,
	    .n_names = p->depth, .within = at->within, .list = repeats(f) };
	struct guess_hit none = { .note = NULL };

	return at->blind ? none : guess_find(p->guess, &w);
}

static struct row *
new_row(struct proposing *p, const char *target, const struct guess_hit *h)
{
	struct row *r;

	p->rows = mem_grow(p->rows, &p->cap, p->n + 1, sizeof *p->rows);
	r = &p->rows[p->n++];
	*r = (struct row){ .draft = { .target = target, .source = h->source,
	    .convert = h->convert, .note = h->note } };
	return r;
}

static void
propose_leaf(struct proposing *p, const struct field *f, const char *target,
    const struct part *at)
{
	struct guess_hit h = find(p, f, at);
	struct row *r;

	/* A default stands there by itself. */
	if (h.node == NULL && f->preset != NULL)
		return;
	r = new_row(p, target, &h);
	r->needed = is_needed(f);
	r->draft.required = r->needed && at->sure && h.always;
}

/* Nothing in it has a source, and B can do without: it asks for nothing. */
static void
do_without(struct proposing *p, size_t from)
{
	for (size_t i = from; i < p->n; i++)
		if (p->rows[i].draft.source != NULL)
			return;
	for (size_t i = from; i < p->n; i++)
		p->rows[i].needed = false;
}

/* A text with its attributes, or other fields. */
static void
propose_part(struct proposing *p, const struct field *f, const char *target,
    const struct part *at)
{
	struct part inner = { .target = target, .within = at->within,
	    .blind = at->blind, .sure = at->sure && model_required(f) };
	size_t from = p->n;

	if (f->type->simple != NULL)
		propose_leaf(p, f, target, at);
	propose_fields(p, f->type, &inner);
	if (!model_required(f))
		do_without(p, from);
}

static void
propose_list(struct proposing *p, const struct field *f, const char *target,
    const struct part *at)
{
	struct guess_hit h = find(p, f, at);
	const char *list = arena_fmt(&p->arena, "%s[]", target);
	struct part inner = { .target = list, .within = h.node,
	    .blind = h.node == NULL, .sure = true };
	size_t from = p->n;

	new_row(p, list, &h)->needed = model_required(f);
	if (f->type->simple == NULL)
		propose_fields(p, f->type, &inner);
	if (!model_required(f))
		do_without(p, from);
}

static void
propose_field(struct proposing *p, const struct field_type *t,
    const struct field *f, const struct part *at)
{
	const char *step = step_to(p, t, f), *target;

	target = arena_fmt(&p->arena, "%s%s%s", at->target,
	    *at->target != '\0' ? "." : "", step != NULL ? step : f->name);
	if (f->fixed != NULL || p->n >= ROWS_MAX)
		return;
	if (step == NULL) {
		left_out(p, target, "a target cannot name it");
		return;
	}
	p->types[p->depth] = t;
	p->names[p->depth++] = folded(p, f->name);
	if (inside_itself(p, f->type) && f->type->simple == NULL)
		left_out(p, target, "it holds itself, or is too deep");
	else if (repeats(f))
		propose_list(p, f, target, at);
	else
		propose_part(p, f, target, at);
	p->depth--;
}

static void
propose_fields(struct proposing *p, const struct field_type *t,
    const struct part *at)
{
	for (size_t i = 0; i < t->n_attributes; i++)
		propose_field(p, t, &t->attributes[i], at);
	for (size_t i = 0; i < t->n_children; i++)
		propose_field(p, t, &t->children[i], at);
}

/* ---------------------------------------------------------------- whole */

static void
write_row(struct proposing *p, const struct row *r, struct buf *csv)
{
	struct draft_row d = r->draft;

	if (d.source == NULL)
		d.note = arena_fmt(&p->arena, "no source found: %s%s%s%s",
		    r->needed ? "fill in" : "optional, fill in or delete the "
		    "row", d.note != NULL ? " (" : "", d.note != NULL ?
		    d.note : "", d.note != NULL ? ")" : "");
	draft_add(csv, &d);
}

void
propose_map(const struct route *r, struct buf *csv, struct faults *f)
{
	struct proposing p = { .route = r, .faults = f };
	struct part root = { .target = "", .sure = true };

	p.guess = guess_new(r, &p.arena);
	root.within = guess_base(p.guess);
	propose_fields(&p, r->target->root->type, &root);
	draft_head(csv);
	for (size_t i = 0; i < p.n; i++)
		write_row(&p, &p.rows[i], csv);
	guess_free(p.guess);
	free(p.rows);
	arena_free(&p.arena);
}
