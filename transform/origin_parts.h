#ifndef TRANSFORM_ORIGIN_PARTS_H
#define TRANSFORM_ORIGIN_PARTS_H

#include <libxml/xpath.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * origin_parts: what the files of origin share; nobody else includes this.
 */

struct field;
struct field_type;
struct form_type;

enum { ORIGIN_STEPS_MAX = 64 };

enum origin_kind {
	ORIGIN_CONST, ORIGIN_INSTANCE, ORIGIN_OWNER, ORIGIN_PATH, ORIGIN_XPATH
};

struct origin {
	enum origin_kind kind;
	const char *text;		/* behind the prefix */
	size_t column;			/* of owner: */
	const struct form_type *form;
	bool absolute;
	/* ORIGIN_PATH: ".." and names, then maybe an attribute */
	const char *steps[ORIGIN_STEPS_MAX];
	size_t n_steps;
	const char *attribute;
	/* the element it leads to, from the root, when that can be told */
	const char *full[ORIGIN_STEPS_MAX];
	size_t n_full;
	bool full_known;
	size_t n_fixed;			/* of full: one element, whatever */
	bool in_document;		/* starts in a group of the form */
	xmlXPathCompExprPtr xpath;
};

/*
 * origin_facts.c: the fields on the way of a plain path, from the root; how
 * many of n_full the schema knows.
 */
size_t origin_trail(const struct origin *,
    const struct field *trail[ORIGIN_STEPS_MAX]);
const struct field *origin_attribute(const struct field_type *,
    const char *name);			/* or NULL */
bool origin_open(const struct field_type *);	/* may hold what is unlisted */

#endif
