#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/dom.h"
#include "schemas/model_read.h"

static const struct {
	const char *facet;
	int inside;		/* from the facet's number to the range's end */
	bool least;
} ends[] = {
	{ "minInclusive", 0, true },
	{ "minExclusive", 1, true },
	{ "maxInclusive", 0, false },
	{ "maxExclusive", -1, false },
};

enum { N_ENDS = sizeof ends / sizeof *ends };

/* NULL for numbers too long to count with: the base's end then holds. */
static const char *
moved(struct arena *a, const char *number, int by)
{
	char *end;
	long long n;

	if (by == 0)
		return arena_dup(a, number);
	errno = 0;
	n = strtoll(number, &end, 10);
	if (errno != 0 || *end != '\0' || n < -INT64_MAX || n == INT64_MAX)
		return NULL;
	return arena_fmt(a, "%lld", n + by);
}

static void
take_range(struct reader *r, xmlNodePtr restriction, struct simple *s)
{
	const char *value;
	xmlNodePtr n;

	for (size_t i = 0; i < N_ENDS; i++) {
		n = dom_child(restriction, ends[i].facet);
		value = n != NULL ? dom_token(&r->arena, n, "value") : NULL;
		if (value != NULL)
			value = moved(&r->model->arena, value,
			    ends[i].inside);
		if (value != NULL && ends[i].least)
			s->least = value;
		else if (value != NULL)
			s->most = value;
	}
}

static size_t
count(xmlNodePtr parent, const char *name)
{
	size_t n = 0;

	for (xmlNodePtr c = dom_first(parent); c != NULL; c = dom_next(c))
		n += dom_is(c, name) ? 1 : 0;
	return n;
}

static void
take_codes(struct reader *r, xmlNodePtr restriction, struct simple *s)
{
	struct arena *a = &r->model->arena;
	size_t n = count(restriction, "enumeration"), i = 0;
	const char **codes;
	xmlNodePtr c;

	if (n == 0)
		return;
	codes = arena_take(a, n * sizeof *codes);
	for (c = dom_first(restriction); c != NULL; c = dom_next(c)) {
		if (!dom_is(c, "enumeration"))
			continue;
		codes[i] = value_collapses(s) ? dom_token(a, c, "value") :
		    dom_text(a, c, "value");
		if (codes[i] != NULL)
			i++;
	}
	s->codes = codes;
	s->n_codes = i;
}

static void
take_facets(struct reader *r, xmlNodePtr restriction, struct simple *s)
{
	xmlNodePtr space = dom_child(restriction, "whiteSpace");

	if (space != NULL && s->kind == VALUE_TEXT && dom_same("collapse",
	    dom_token(&r->arena, space, "value")))
		s->kind = VALUE_TOKEN;
	if (s->kind == VALUE_INTEGER)
		take_range(r, restriction, s);
	take_codes(r, restriction, s);
}

/* Anything at all, for what a map cannot know. */
static const struct simple *
anything(void)
{
	return value_builtin("anySimpleType");
}

static const struct simple *
simple_of_part(struct reader *r, xmlNodePtr n)
{
	const struct simple *s;

	if (dom_is(n, "simpleType"))
		return model_type(r, n)->simple;
	s = model_simple_content(r, n);
	return s != NULL ? s : anything();
}

static const struct simple *
simple_named(struct reader *r, xmlNodePtr from, const char *attribute)
{
	struct qname q = model_qname(r, from, attribute);
	const struct simple *s = NULL;
	struct part *p;

	if (q.name == NULL)
		return anything();
	if (dom_same(q.ns, DOM_XSD_NS)) {
		s = value_builtin(q.name);
		return s != NULL ? s : anything();
	}
	p = model_part(r, PART_TYPE, from, q);
	return p != NULL ? simple_of_part(r, p->node) : anything();
}

/* Facets on top of a base that is named or stands inside. */
static const struct simple *
restricted(struct reader *r, xmlNodePtr restriction)
{
	xmlNodePtr inner = dom_child(restriction, "simpleType");
	struct simple *s = arena_take(&r->model->arena, sizeof *s);

	*s = inner != NULL ? *model_type(r, inner)->simple :
	    *simple_named(r, restriction, "base");
	take_facets(r, restriction, s);
	return s;
}

const struct simple *
model_simple(struct reader *r, xmlNodePtr type)
{
	xmlNodePtr restriction = dom_child(type, "restriction");
	const struct simple *s = anything();

	if (!model_enter(r, type))
		return s;
	if (restriction != NULL)
		s = restricted(r, restriction);
	else if (dom_child(type, "list") != NULL)
		s = value_builtin("NMTOKENS");
	model_leave(r);
	return s;
}

const struct simple *
model_simple_content(struct reader *r, xmlNodePtr type)
{
	xmlNodePtr content = dom_child(type, "simpleContent"), n;
	const struct simple *s = anything();

	if (content == NULL)
		return NULL;
	if (!model_enter(r, type))
		return s;
	if ((n = dom_child(content, "restriction")) != NULL)
		s = restricted(r, n);
	else if ((n = dom_child(content, "extension")) != NULL)
		s = simple_named(r, n, "base");
	model_leave(r);
	return s;
}
