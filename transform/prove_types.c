#include "transform/prove_parts.h"

#include <string.h>

#include "schemas/app.h"
#include "schemas/lexical.h"
#include "schemas/model.h"
#include "transform/convert.h"

#define BIT(kind) (1u << (kind))
#define NUMBERS (BIT(VALUE_DECIMAL) | BIT(VALUE_INTEGER) | BIT(VALUE_FLOAT))

/*
 * Kinds of which some text is a text of the other too: 1 is a number and a
 * boolean, 2026 a number and a gYear, abcd base64.  What is not looked at
 * may be anything.
 */
static const unsigned shares[] = {
	[VALUE_TEXT] = ~0u, [VALUE_TOKEN] = ~0u, [VALUE_LIST] = ~0u,
	[VALUE_ANY] = ~0u, [VALUE_BINARY] = ~0u,
	[VALUE_BOOLEAN] = BIT(VALUE_BOOLEAN) | NUMBERS,
	[VALUE_DECIMAL] = NUMBERS | BIT(VALUE_BOOLEAN) | BIT(VALUE_PART_DATE),
	[VALUE_INTEGER] = NUMBERS | BIT(VALUE_BOOLEAN) | BIT(VALUE_PART_DATE),
	[VALUE_FLOAT] = NUMBERS | BIT(VALUE_BOOLEAN) | BIT(VALUE_PART_DATE),
	[VALUE_DATE] = BIT(VALUE_DATE),
	[VALUE_DATE_TIME] = BIT(VALUE_DATE_TIME),
	[VALUE_TIME] = BIT(VALUE_TIME),
	[VALUE_PART_DATE] = NUMBERS | BIT(VALUE_PART_DATE),
	[VALUE_DURATION] = BIT(VALUE_DURATION),
};

_Static_assert(sizeof shares / sizeof *shares == VALUE_KINDS,
    "every kind needs a row");

/* What to use where a value of another kind comes, or NULL. */
static const char *const remedies[VALUE_KINDS] = {
	[VALUE_BOOLEAN] = "bool", [VALUE_DECIMAL] = "decimal",
	[VALUE_INTEGER] = "int", [VALUE_DATE] = "date",
};

static bool
some_code_fits(const struct simple *codes, const struct simple *other)
{
	for (size_t i = 0; i < codes->n_codes; i++)
		if (value_fits(other, codes->codes[i]))
			return true;
	return false;
}

static bool
ranges_part(const struct simple *a, const struct simple *b)
{
	return a->most != NULL && b->least != NULL &&
	    lexical_compare(a->most, b->least) < 0;
}

/* Whether any text of `from` could fit `to`. */
static bool
may_hold(const struct simple *to, const struct simple *from)
{
	const unsigned text = BIT(VALUE_TEXT) | BIT(VALUE_TOKEN) |
	    BIT(VALUE_LIST) | BIT(VALUE_ANY) | BIT(VALUE_BINARY);

	if (from->n_codes > 0)
		return some_code_fits(from, to);
	if (to->n_codes > 0)
		return some_code_fits(to, from);
	if (((BIT(to->kind) | BIT(from->kind)) & text) != 0)
		return true;
	if ((shares[to->kind] & BIT(from->kind)) == 0)
		return false;
	if (to->kind == VALUE_INTEGER && from->kind == VALUE_INTEGER)
		return !ranges_part(to, from) && !ranges_part(from, to);
	return to->kind != VALUE_PART_DATE || from->kind != to->kind ||
	    strcmp(to->builtin, from->builtin) == 0;
}

static const char *
shown(struct proof *p, const struct simple *s)
{
	if (s->n_codes > 0)
		return "one out of a list";
	return arena_fmt(&p->arena, "xs:%s", s->builtin);
}

static const struct simple *
of_kind(const struct convert_yield *y)
{
	static const char *const builtins[VALUE_KINDS] = {
		[VALUE_BOOLEAN] = "boolean", [VALUE_DECIMAL] = "decimal",
		[VALUE_INTEGER] = "integer", [VALUE_DATE] = "date",
	};
	const char *name = builtins[y->kind];

	if (y->kind == VALUE_INTEGER && y->not_negative)
		name = "nonNegativeInteger";
	return value_builtin(name != NULL ? name : "string");
}

/* What would make more of the values fit, or at least say why not. */
static const char *
remedy(struct proof *p, const struct simple *to, const struct simple *from)
{
	bool text = from->kind == VALUE_TEXT || from->kind == VALUE_TOKEN;
	bool day = to->kind == VALUE_DATE && from->kind == VALUE_DATE_TIME;

	if (to->n_codes > 0)
		return "; use code(list)";
	return remedies[to->kind] == NULL || (!text && !day) ? "" :
	    arena_fmt(&p->arena, "; use %s", remedies[to->kind]);
}

/* Nobody could do more about it: text made by hand, a number by int. */
static bool
tried_all(const struct simple *to, const struct simple *from)
{
	return to->n_codes == 0 && (from->kind == VALUE_TEXT ||
	    (from->kind == VALUE_INTEGER && to->kind == VALUE_INTEGER));
}

/* An end of the range matters when A's may lie beyond it, but not far. */
static bool
too_narrow(const char *to, const char *from, const char *far, int side)
{
	return to != NULL && lexical_compare(to, far) * side < 0 &&
	    (from == NULL || lexical_compare(from, to) * side > 0);
}

/* Whole numbers of which only those beyond 32 bits do not fit. */
static bool
wide_enough(const struct simple *to, const struct simple *from)
{
	return to->kind == VALUE_INTEGER && from->kind == VALUE_INTEGER &&
	    to->n_codes == 0 && from->n_codes == 0 &&
	    !too_narrow(to->least, from->least, "-2147483648", -1) &&
	    !too_narrow(to->most, from->most, "2147483647", 1);
}

static void
compare(struct proof *p, const struct map_row *r, const struct simple *from,
    const struct convert_yield *y)
{
	const struct simple *to = r->field->type->simple;
	bool converted = y->origin == YIELD_KIND;
	enum map_column column = converted ? MAP_CONVERT : MAP_SOURCE;

	if (value_holds(to, from))
		return;
	if (!may_hold(to, from))
		prove_row(p, FAULT_ERROR, r, column, "the field holds %s, %s "
		    "%s: no value could ever fit%s", shown(p, to),
		    converted ? "convert gives" : "the source", shown(p, from),
		    converted ? "" : remedy(p, to, from));
	else if (!wide_enough(to, from) &&
	    (!converted || !tried_all(to, from)))
		prove_row(p, FAULT_WARNING, r, column, "the field holds %s, "
		    "%s %s: some values may not fit%s", shown(p, to),
		    converted ? "convert gives" : "the source", shown(p, from),
		    converted ? "" : remedy(p, to, from));
}

/* The simple type of A's field; NULL where it cannot be told. */
static const struct simple *
source_type(struct proof *p, const struct map_row *r)
{
	struct origin_facts f = origin_facts(r->origin);

	if (f.sort != SORT_FIELD || convert_takes_many(r->convert))
		return NULL;
	if (f.field->type->simple == NULL && !f.field->type->mixed &&
	    !f.field->type->open)
		prove_row(p, FAULT_WARNING, r, MAP_SOURCE, "%s holds other "
		    "fields, not a text; all their texts run together",
		    r->source);
	return f.field->type->simple;
}

/* A function that none of A's values could pass. */
static void
look_at_wants(struct proof *p, const struct map_row *r,
    const struct simple *from)
{
	struct convert_yield wants;
	bool day;

	if (from == NULL || !convert_wants(r->convert, &wants) ||
	    wants.origin != YIELD_KIND)
		return;
	day = wants.kind == VALUE_DATE && from->kind == VALUE_DATE_TIME;
	if (!day && !may_hold(of_kind(&wants), from))
		prove_row(p, FAULT_ERROR, r, MAP_CONVERT, "the source holds "
		    "%s: none of its values could be converted to %s",
		    shown(p, from), value_kind_name(wants.kind));
}

static void
look_at_row(struct proof *p, const struct map_row *r)
{
	struct convert_yield y = convert_yields(r->convert);
	const struct simple *from = source_type(p, r);

	look_at_wants(p, r, from);
	if (r->field == NULL || r->field->type->simple == NULL ||
	    origin_const(r->origin) != NULL)
		return;
	if (y.origin == YIELD_KIND)
		compare(p, r, of_kind(&y), &y);
	else if (y.origin == YIELD_SOURCE && from != NULL)
		compare(p, r, from, &y);
}

void
prove_types(struct proof *p)
{
	prove_each_row(p, map_rows(p->route->map), look_at_row);
}
