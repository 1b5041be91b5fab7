#include <stdlib.h>
#include <string.h>

#include "schemas/dom.h"
#include "schemas/model_read.h"

/*
 * A content model is worked out from the inside: each particle gives the list
 * of its fields, the particle around it joins the lists and multiplies.
 */

/* --------------------------------------------------------------- numbers */

enum { OCCURS_MOST = 1000000000 };	/* so that products stay in a long */

static long
clamp(long n)
{
	return n > OCCURS_MOST ? OCCURS_MOST : n;
}

static long
plus(long a, long b)
{
	if (a == MODEL_UNBOUNDED || b == MODEL_UNBOUNDED)
		return MODEL_UNBOUNDED;
	return clamp(a + b);
}

static long
times(long a, long b)
{
	if (a == 0 || b == 0)
		return 0;
	if (a == MODEL_UNBOUNDED || b == MODEL_UNBOUNDED)
		return MODEL_UNBOUNDED;
	return a > OCCURS_MOST / b ? OCCURS_MOST : a * b;
}

static long
larger(long a, long b)
{
	if (a == MODEL_UNBOUNDED || b == MODEL_UNBOUNDED)
		return MODEL_UNBOUNDED;
	return a > b ? a : b;
}

static long
occurs(struct reader *r, xmlNodePtr n, const char *attribute)
{
	const char *s = dom_token(&r->arena, n, attribute);

	if (s == NULL)
		return 1;
	if (strcmp(s, "unbounded") == 0)
		return MODEL_UNBOUNDED;
	return clamp(strtol(s, NULL, 10));
}

/* ----------------------------------------------------------------- lists */

static void
join_flags(struct fields *to, const struct fields *from)
{
	to->open = to->open || from->open;
	to->any_order = to->any_order || from->any_order;
}

/* One after the other: a name that comes twice comes as often as both. */
static void
join_sequence(struct fields *to, const struct fields *from)
{
	struct field *f;

	for (size_t i = 0; i < from->n; i++) {
		const struct field *g = &from->v[i];

		f = model_find(to, g);
		if (f == NULL) {
			model_append(to, g);
			continue;
		}
		if (f->optional_by_choice == g->optional_by_choice)
			f->min = plus(f->min, g->min);
		else if (f->optional_by_choice)
			f->min = g->min;
		f->optional_by_choice = f->optional_by_choice &&
		    g->optional_by_choice;
		f->max = plus(f->max, g->max);
		f->repeats_with_others = f->repeats_with_others ||
		    g->repeats_with_others;
	}
	join_flags(to, from);
}

/* One or the other: only a name that is in both cannot be left out. */
static void
join_choice(struct fields *to, const struct fields *from)
{
	size_t before = to->n;
	struct field *f;

	for (size_t i = 0; i < before; i++)
		if (model_find(from, &to->v[i]) == NULL)
			to->v[i].optional_by_choice = true;
	for (size_t i = 0; i < from->n; i++) {
		const struct field *g = &from->v[i];

		f = model_find(to, g);
		if (f == NULL) {
			model_append(to, g);
			to->v[to->n - 1].optional_by_choice = true;
			continue;
		}
		f->min = f->min < g->min ? f->min : g->min;
		f->max = larger(f->max, g->max);
		f->optional_by_choice = f->optional_by_choice ||
		    g->optional_by_choice;
		f->repeats_with_others = f->repeats_with_others ||
		    g->repeats_with_others;
	}
	join_flags(to, from);
}

static void
multiply(struct fields *list, long min, long max)
{
	bool mixes = max != 1 && (list->n > 1 || list->open);

	if (max == 0) {
		list->n = 0;
		list->open = false;
	}
	for (size_t i = 0; i < list->n; i++) {
		struct field *f = &list->v[i];

		f->min = times(f->min, min);
		f->max = times(f->max, max);
		f->repeats_with_others = f->repeats_with_others || mixes;
	}
}

/* ------------------------------------------------------------- particles */

static bool take_particle(struct reader *, xmlNodePtr, struct fields *);

static void
take_each(struct reader *r, xmlNodePtr parent, struct fields *list,
    void (*join)(struct fields *, const struct fields *))
{
	bool first = true;

	for (xmlNodePtr n = dom_first(parent); n != NULL; n = dom_next(n)) {
		struct fields one = { 0 };

		if (take_particle(r, n, &one)) {
			(first ? join_sequence : join)(list, &one);
			first = false;
		}
		free(one.v);
	}
}

static void
take_sequence(struct reader *r, xmlNodePtr n, struct fields *list)
{
	take_each(r, n, list, join_sequence);
}

static void
take_choice(struct reader *r, xmlNodePtr n, struct fields *list)
{
	take_each(r, n, list, join_choice);
}

static void
take_every(struct reader *r, xmlNodePtr n, struct fields *list)
{
	take_each(r, n, list, join_sequence);
	list->any_order = true;
}

static void
take_group(struct reader *r, xmlNodePtr n, struct fields *list)
{
	struct part *p = model_part(r, PART_GROUP, n,
	    model_qname(r, n, "ref"));

	if (p != NULL)
		take_each(r, p->node, list, join_sequence);
}

static void
take_any(struct reader *r, xmlNodePtr n, struct fields *list)
{
	(void)r;
	(void)n;
	list->open = true;
}

/* The global element that the node is in or is. */
static const xmlNode *
global_around(const xmlNode *n)
{
	while (n->parent != NULL && !dom_is(n->parent, "schema"))
		n = n->parent;
	return n;
}

static void
take_element(struct reader *r, xmlNodePtr n, struct fields *list)
{
	struct qname ref = model_qname(r, n, "ref");
	struct field f = { 0 };
	struct part *p;

	if (ref.name != NULL) {
		p = model_part(r, PART_ELEMENT, n, ref);
		if (p == NULL)
			return;
		list->open = p->head;
		if (global_around(n) != p->node)
			p->referred = true;
		n = p->node;
	}
	model_declare(r, n, FIELD_ELEMENT, &f);
	model_append(list, &f);
}

static const struct {
	const char *element;
	void (*take)(struct reader *, xmlNodePtr, struct fields *);
} particles[] = {
	{ "element", take_element },
	{ "sequence", take_sequence },
	{ "choice", take_choice },
	{ "all", take_every },
	{ "group", take_group },
	{ "any", take_any },
};

enum { N_PARTICLES = sizeof particles / sizeof *particles };

/* Whether the node is a particle; its fields, occurs applied, go to a list. */
static bool
take_particle(struct reader *r, xmlNodePtr n, struct fields *list)
{
	size_t i;

	for (i = 0; i < N_PARTICLES && !dom_is(n, particles[i].element); i++)
		;
	if (i == N_PARTICLES || !model_enter(r, n))
		return false;
	particles[i].take(r, n, list);
	multiply(list, occurs(r, n, "minOccurs"), occurs(r, n, "maxOccurs"));
	model_leave(r);
	return true;
}

/* ----------------------------------------------------------------- types */

static void
take_base(struct reader *r, xmlNodePtr extension, struct fields *list)
{
	struct qname base = model_qname(r, extension, "base");
	struct part *p;

	if (dom_same(base.ns, DOM_XSD_NS)) {
		list->open = true;
		return;
	}
	p = model_part(r, PART_TYPE, extension, base);
	if (p != NULL)
		model_content(r, p->node, list);
}

void
model_content(struct reader *r, xmlNodePtr type, struct fields *list)
{
	xmlNodePtr content = dom_child(type, "complexContent"), body = type;
	xmlNodePtr extension = NULL;

	if (content != NULL) {
		extension = dom_child(content, "extension");
		body = extension != NULL ? extension :
		    dom_child(content, "restriction");
	}
	if (body == NULL || !model_enter(r, type))
		return;
	list->mixed = list->mixed || dom_true(type, "mixed") ||
	    (content != NULL && dom_true(content, "mixed"));
	if (extension != NULL)
		take_base(r, extension, list);
	take_each(r, body, list, join_sequence);
	model_leave(r);
}
