#include "transform/guess.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/mem.h"
#include "transform/alike.h"
#include "transform/route.h"

/* How alike: the name itself, then what is around it. */
enum { NAME = 100, JOINED = 60, AROUND = 20, FARTHER = 5, SAME_ROW = 10 };

struct guess_node {
	const struct field *field;
	const struct guess_node *above;	/* NULL: a root */
	const struct guess_node *list;	/* whose rows it is in; NULL: none */
	const char *form;		/* "" or "TYPE!" */
	const char *path;		/* from the root, with a slash first */
	const char *name;		/* folded */
	size_t depth;
	bool always;			/* in each row, or each form */
};

struct guess {
	struct arena *arena;
	struct guess_node **v;		/* a parent before its children */
	size_t n, cap;
	const char *each;		/* for-each, as a plain path, or NULL */
	const struct guess_node *base;
};

/* ---------------------------------------------------------- A's fields */

static bool
repeats(const struct field *f)
{
	return f->max == MODEL_UNBOUNDED || f->max > 1;
}

static const char *
folded(struct arena *arena, const char *name)
{
	struct buf b = { 0 };
	const char *s;

	alike_fold(&b, name);
	s = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* A node whose rows are looped over: repeated, or that of for-each. */
static bool
has_rows(const struct guess *g, const struct guess_node *n)
{
	return repeats(n->field) || n == g->base;
}

static struct guess_node *
add_node(struct guess *g, const struct field *f,
    const struct guess_node *above, const char *form)
{
	struct guess_node *n = arena_zero(g->arena, sizeof *n);

	n->field = f;
	n->above = above;
	n->form = form;
	n->path = arena_fmt(g->arena, "%s/%s%s", above != NULL ? above->path :
	    "", f->kind == FIELD_ATTRIBUTE ? "@" : "", f->name);
	n->name = folded(g->arena, f->name);
	n->depth = above != NULL ? above->depth + 1 : 1;
	n->always = above == NULL || (model_required(f) &&
	    (has_rows(g, above) || above->always));
	if (above != NULL)
		n->list = has_rows(g, above) ? above : above->list;
	if (g->each != NULL && strcmp(n->path, g->each) == 0)
		g->base = n;
	g->v = mem_grow(g->v, &g->cap, g->n + 1, sizeof(void *));
	g->v[g->n++] = n;
	return n;
}

/* Types may hold themselves: each is entered once on the way down. */
static bool
may_enter(const struct guess_node *n)
{
	if (n->depth >= GUESS_DEPTH_MAX)
		return false;
	for (const struct guess_node *up = n->above; up != NULL;
	    up = up->above)
		if (up->field->type == n->field->type)
			return false;
	return true;
}

static void
add_below(struct guess *g, const struct guess_node *n)
{
	const struct field_type *t = n->field->type;

	if (!may_enter(n))
		return;
	for (size_t i = 0; i < t->n_attributes; i++)
		if (t->attributes[i].fixed == NULL &&
		    g->n < GUESS_NODES_MAX)
			add_node(g, &t->attributes[i], n, n->form);
	for (size_t i = 0; i < t->n_children; i++)
		if (g->n < GUESS_NODES_MAX)
			add_below(g, add_node(g, &t->children[i], n,
			    n->form));
}

static void
add_form(struct guess *g, const struct route *r, const struct form_type *t)
{
	const struct field *roots = t->root;
	size_t n = 1;

	if (t->model == NULL)
		return;
	if (roots == NULL)
		n = model_roots(t->model, &roots);
	for (size_t i = 0; i < n; i++)
		add_below(g, add_node(g, &roots[i], NULL, t == r->form ? "" :
		    arena_fmt(g->arena, "%s!", t->type->id)));
}

/* for-each without its form and its conditions. */
static const char *
plain_each(struct arena *arena, const char *text)
{
	const char *sign = text != NULL ? strchr(text, '!') : NULL;
	struct buf b = { 0 };
	size_t depth = 0;
	const char *s;

	if (text == NULL)
		return NULL;
	if (sign != NULL && sign[1] == '/')
		text = sign + 1;
	for (; *text != '\0'; text++) {
		depth += *text == '[' ? 1 : 0;
		if (depth == 0)
			buf_char(&b, *text);
		depth -= *text == ']' && depth > 0 ? 1 : 0;
	}
	s = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return s;
}

struct guess *
guess_new(const struct route *r, struct arena *arena)
{
	struct guess *g = mem_alloc(sizeof *g);

	g->arena = arena;
	g->each = plain_each(arena, r->for_each_text);
	if (r->form != NULL)
		add_form(g, r, r->form);
	for (size_t i = 0; r->form == NULL && i < r->from->n_forms; i++)
		add_form(g, r, &r->from->forms[i]);
	return g;
}

void
guess_free(struct guess *g)
{
	if (g == NULL)
		return;
	free(g->v);
	free(g);
}

const struct guess_node *
guess_base(const struct guess *g)
{
	return g->base;
}

/* ---------------------------------------------------------------- types */

#define BIT(kind) (1u << VALUE_ ## kind)
#define ANY_TEXT (BIT(TEXT) | BIT(TOKEN) | BIT(ANY))

static const struct {
	enum value_kind to;
	unsigned from;
	const char *convert;
} conversions[] = {
	{ VALUE_DATE, ANY_TEXT | BIT(DATE_TIME), "date" },
	{ VALUE_INTEGER, ANY_TEXT | BIT(INTEGER) | BIT(DECIMAL), "int" },
	{ VALUE_DECIMAL, ANY_TEXT | BIT(FLOAT), "decimal" },
	{ VALUE_BOOLEAN, ANY_TEXT | BIT(INTEGER), "bool" },
};

const char *
guess_convert(const struct simple *to, const struct simple *from)
{
	if (from == NULL)
		from = value_builtin("string");
	if (value_holds(to, from))
		return "";
	for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
		if (conversions[i].to == to->kind && to->n_codes == 0 &&
		    (conversions[i].from & 1u << from->kind) != 0)
			return conversions[i].convert;
	return NULL;
}

/* ------------------------------------------------------------- matching */

/* One name is the other with that of what is around it before it. */
static bool
joined(const char *whole, const char *around, const char *name)
{
	size_t n = strlen(around);

	return n > 0 && strncmp(whole, around, n) == 0 &&
	    strcmp(whole + n, name) == 0;
}

static int
score_name(const struct guess_node *n, const struct guess_wish *w)
{
	const char *name = w->names[w->n_names - 1];
	const char *around = w->n_names > 1 ? w->names[w->n_names - 2] : "";

	if (strcmp(n->name, name) == 0)
		return NAME;
	if (joined(n->name, around, name) || (n->above != NULL &&
	    n->above->above != NULL && joined(name, n->above->name, n->name)))
		return JOINED;
	return 0;
}

static int
score(const struct guess_node *n, const struct guess_wish *w)
{
	const struct guess_node *up = n->above;
	size_t k = w->n_names - 1;
	int s = score_name(n, w), more = AROUND;

	if (s == 0)
		return 0;
	for (; up != NULL && k > 0 && strcmp(up->name, w->names[k - 1]) == 0;
	    up = up->above, k--) {
		s += more;
		more = FARTHER;
	}
	return s + (n->list == w->within ? SAME_ROW : 0);
}

/* Whether it gives one value, or one list, for each row at hand. */
static bool
in_reach(const struct guess_node *n, const struct guess_wish *w)
{
	const struct guess_node *at = w->within;

	while (at != NULL && at != n->list)
		at = at->list;
	return at == n->list && repeats(n->field) == w->list;
}

/* NULL: B's field cannot take what A's holds. */
static const char *
fits(const struct guess_node *n, const struct guess_wish *w)
{
	const struct simple *to = w->field->type->simple;
	const struct simple *from = n->field->type->simple;

	if (to == NULL || from == NULL)
		return w->list && to == NULL && from == NULL ? "" : NULL;
	return guess_convert(to, from);
}

/* From the row at hand to the node. */
static const char *
path_to(const struct guess *g, const struct guess_node *n,
    const struct guess_wish *w)
{
	struct buf b = { 0 };
	const char *s;

	if (n->list == NULL)
		return arena_fmt(g->arena, "%s%s", n->form, n->path);
	for (size_t up = w->within->depth - n->list->depth; up > 0; up--)
		buf_str(&b, "../");
	s = arena_fmt(g->arena, "%s%s%s", n->form, buf_text(&b), n->path +
	    strlen(n->list->path) + 1);
	buf_free(&b);
	return s;
}

/* The best of those that can be used, and of those that cannot. */
struct found {
	const struct guess_node *node, *also, *useless;
	int score, useless_score;
};

static void
look_at(struct found *f, const struct guess_node *n,
    const struct guess_wish *w)
{
	bool simple = n->field->type->simple != NULL;
	int s = simple || w->list ? score(n, w) : 0;

	if (s == 0)
		return;
	if (!in_reach(n, w) || fits(n, w) == NULL) {
		if (simple == (w->field->type->simple != NULL) &&
		    s > f->useless_score) {
			f->useless = n;
			f->useless_score = s;
		}
	} else if (s > f->score) {
		f->node = n;
		f->also = NULL;
		f->score = s;
	} else if (s == f->score && f->also == NULL) {
		f->also = n;
	}
}

static const char *
why_useless(const struct guess *g, const struct guess_node *n,
    const struct guess_wish *w)
{
	const char *why = "its type does not fit";

	if (!in_reach(n, w))
		why = repeats(n->field) || n->list != NULL ? "it repeats: "
		    "take first, join or a list" : "it does not repeat";
	else if (w->field->type->simple != NULL &&
	    w->field->type->simple->n_codes > 0)
		why = "the codes differ: a code list can help";
	return arena_fmt(g->arena, "%s%s has the name but %s", n->form,
	    n->path, why);
}

struct guess_hit
guess_find(const struct guess *g, const struct guess_wish *w)
{
	struct guess_hit hit = { .note = NULL };
	struct found f = { .score = 0 };
	const struct guess_node *n;

	for (size_t i = 0; i < g->n; i++)
		look_at(&f, g->v[i], w);
	n = f.node;
	if (n == NULL) {
		if (f.useless != NULL)
			hit.note = why_useless(g, f.useless, w);
		return hit;
	}
	hit.node = n;
	hit.source = path_to(g, n, w);
	hit.convert = fits(n, w);
	hit.always = n->always && n->list == w->within;
	hit.note = f.score < NAME ? "name matches with the one around it" :
	    f.score >= NAME + AROUND ? "name matches, and the one around it" :
	    "name matches";
	if (f.also != NULL)
		hit.note = arena_fmt(g->arena, "%s, and so does %s%s", hit.note,
		    f.also->form, f.also->path);
	return hit;
}
