#include "transform/prove_parts.h"

#include "schemas/app.h"
#include "schemas/model.h"
#include "transform/convert.h"

/* Whether `a` may be more than `b`, either without bound. */
static bool
exceeds(long a, long b)
{
	return b != MODEL_UNBOUNDED && (a == MODEL_UNBOUNDED || a > b);
}

/* ----------------------------------------------------------------- rows */

/* Several values for a single field: MAP_SOURCE in the night. */
static void
look_at_repeats(struct proof *p, const struct map_row *r)
{
	struct origin_facts f = origin_facts(r->origin);

	if (f.sort != SORT_FIELD || convert_takes_many(r->convert) ||
	    !exceeds(f.most, 1))
		return;
	if (f.least > 1)
		prove_row(p, FAULT_ERROR, r, MAP_SOURCE, "the source always "
		    "has several values (%ld at least), the field takes one; "
		    "use join, first or count", f.least);
	else
		prove_row(p, FAULT_WARNING, r, MAP_SOURCE, "the source may "
		    "have several values, the field takes one; use join, "
		    "first or count, or open a list");
}

static bool
may_lack(const struct map_row *r)
{
	struct origin_facts f;

	if (r->origin == NULL || r->convert == NULL || *r->preset != '\0')
		return false;
	f = origin_facts(r->origin);
	return f.sort == SORT_FIELD && (f.least == 0 || f.nillable);
}

static void
look_at_required(struct proof *p, const struct map_row *r)
{
	if (r->required && may_lack(r))
		prove_row(p, FAULT_WARNING, r, MAP_REQUIRED, "required, but "
		    "the source is optional in A: packages without it are "
		    "refused; a default would let them pass");
}

/* --------------------------------------------------------------- groups */

static bool
fills_nothing(const struct map_group *g)
{
	for (size_t i = 0; i < g->n_groups; i++)
		if (!fills_nothing(g->groups[i]))
			return false;
	return g->n_rows == 0;
}

static void
look_at_bounds(struct proof *p, const struct map_group *g,
    const struct origin_facts *f)
{
	const struct field *to = g->field;

	if (exceeds(f->least, to->max))
		prove_row(p, FAULT_ERROR, g->row, MAP_SOURCE, "the source "
		    "always gives %ld rows at least, B takes %s", f->least,
		    prove_count(p, to->max));
	else if (exceeds(f->most, to->max))
		prove_row(p, FAULT_WARNING, g->row, MAP_SOURCE, "the source "
		    "may give %s, B takes %s: packages with more are refused",
		    prove_count(p, f->most), prove_count(p, to->max));
	if (exceeds(to->min, f->most))
		prove_row(p, FAULT_ERROR, g->row, MAP_SOURCE, "the source "
		    "gives %s, B wants %ld at least",
		    prove_count(p, f->most), to->min);
	else if (f->most == 1)
		prove_row(p, FAULT_WARNING, g->row, MAP_SOURCE, "the source "
		    "cannot repeat in A's schema: this list has one row at "
		    "most");
	else if (f->least > 0 && f->least < to->min)
		prove_row(p, FAULT_WARNING, g->row, MAP_SOURCE, "the source "
		    "may give %ld, B wants %ld at least", f->least, to->min);
}

static void
look_at_group(struct proof *p, const struct map_group *g)
{
	struct origin_facts f;

	for (size_t i = 0; i < g->n_groups; i++)
		look_at_group(p, g->groups[i]);
	if (g->row == NULL)
		return;
	if (fills_nothing(g))
		prove_row(p, FAULT_WARNING, g->row, MAP_TARGET, "no row "
		    "fills anything in this list; it stays empty");
	if (g->nodes == NULL)
		return;
	f = origin_facts(g->nodes);
	if (f.sort != SORT_FIELD)
		return;
	look_at_bounds(p, g, &f);
	if (g->required && f.least == 0)
		prove_row(p, FAULT_WARNING, g->row, MAP_REQUIRED, "required, "
		    "but the source is optional in A: packages without it "
		    "are refused");
}

/* --------------------------------------------------- what B must be given */

static bool
has_fallback(const struct field *f)
{
	return f->nillable || f->fixed != NULL || f->preset != NULL;
}

static void
look_at_must(struct proof *p, const struct map_node *n)
{
	const struct map_row *r = n->group != NULL ? n->group->row : n->row;
	const struct origin *when = n->group != NULL ? n->group->when :
	    r != NULL ? r->when : NULL;
	struct origin_facts f;
	bool lacks;

	if (r == NULL || has_fallback(n->field))
		return;
	if (when != NULL) {
		prove_row(p, FAULT_WARNING, r, MAP_WHEN, "B requires this "
		    "field, but the row may be skipped: packages for which "
		    "it is are refused");
		return;
	}
	lacks = n->group == NULL && !r->required && may_lack(r);
	if (n->group != NULL && n->group->nodes != NULL &&
	    !n->group->required) {
		f = origin_facts(n->group->nodes);
		lacks = f.sort == SORT_FIELD && f.least == 0;
	}
	if (lacks)
		prove_row(p, FAULT_WARNING, r, MAP_SOURCE, "B requires this "
		    "field, but the source is optional in A: packages "
		    "without it are refused%s", n->group == NULL ?
		    "; a default would let them pass" : "");
}

/* `always`: the element stands whenever the group's row does. */
static void
look_at_node(struct proof *p, const struct map_node *n, bool always)
{
	for (size_t i = 0; i < n->n_attributes; i++)
		if (always && n->attributes[i]->field->min > 0)
			look_at_must(p, n->attributes[i]);
	for (size_t i = 0; i < n->n_children; i++) {
		const struct map_node *c = n->children[i];
		bool must = always && model_required(c->field);

		if (must)
			look_at_must(p, c);
		look_at_node(p, c, must || c->group != NULL);
	}
}

/* ------------------------------------------------------------ the route */

static void
look_at_conf(struct proof *p)
{
	const struct route *r = p->route;
	struct csv_place each = prove_conf(p, r->for_each_line, "for-each"),
	    owner = prove_conf(p, r->owner_line, "owner");
	struct origin_facts f;

	if (r->for_each != NULL) {
		f = origin_facts(r->for_each);
		if (f.sort == SORT_FIELD && f.most == 1)
			prove_tell(p, FAULT_WARNING, &each, "%s cannot "
			    "repeat in A's schema: there is one instance at "
			    "most", f.text);
	}
	if (r->owner == NULL)
		return;
	f = origin_facts(r->owner);
	if (f.sort != SORT_FIELD)
		return;
	if (f.least > 1)
		prove_tell(p, FAULT_ERROR, &owner, "%s always has several "
		    "values; the owner is one: use for-each", f.text);
	else if (exceeds(f.most, 1))
		prove_tell(p, FAULT_WARNING, &owner, "%s may have several "
		    "values: such packages are refused as OWNER_AMBIGUOUS; "
		    "use for-each", f.text);
	else if (f.least == 0 || f.nillable)
		prove_tell(p, FAULT_WARNING, &owner, "%s is optional in A: "
		    "packages without it are refused as OWNER_MISSING",
		    f.text);
}

void
prove_counts(struct proof *p)
{
	const struct map *m = p->route->map;

	look_at_conf(p);
	if (m == NULL)
		return;
	look_at_group(p, map_rows(m));
	prove_each_row(p, map_rows(m), look_at_repeats);
	prove_each_row(p, map_rows(m), look_at_required);
	look_at_node(p, map_root(m), true);
}
