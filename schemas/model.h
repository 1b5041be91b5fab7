#ifndef SCHEMAS_MODEL_H
#define SCHEMAS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/value.h"

/*
 * model: the fields of a form, read from its XSD.
 *
 * Map paths are resolved against it, B's document is built from it in schema
 * order, and map check proves things with it.  Content models are flattened:
 * each type lists its child elements once, in the order in which the schema
 * lets them come, with their occurs worked out through sequences, choices,
 * groups, extensions and xs:all.  Types may refer to themselves, so a model
 * is a graph: whoever walks it counts the depth.  The model owns everything
 * and does not need its xsd any more.
 */

struct faults;
struct xsd;
struct model;
struct field_type;

enum { MODEL_UNBOUNDED = -1 };

enum field_kind { FIELD_ELEMENT, FIELD_ATTRIBUTE };

struct field {
	enum field_kind kind;
	const char *name;
	const char *ns;			/* NULL: in no namespace */
	long min, max;			/* max may be MODEL_UNBOUNDED */
	bool optional_by_choice;	/* a branch of a choice may leave it */
	bool repeats_with_others;	/* (a,b)+ : rows cannot be told apart */
	bool nillable;
	const char *fixed, *preset;	/* fixed=, default=; NULL is none */
	const struct field_type *type;
	const char *file;		/* where it is declared */
	long line;
};

/*
 * A type: simple (`simple` set, no children; attributes make it simple
 * content, of which SERES leaves are the case), or complex.  A complex type
 * with `mixed` or `open` (xs:any, xs:anyType) may hold what is not listed.
 */
struct field_type {
	const char *name;		/* NULL: anonymous */
	const struct simple *simple;
	struct field *children;
	size_t n_children;
	struct field *attributes;
	size_t n_attributes;
	bool mixed, open;
	bool any_order;			/* xs:all */
};

/* Build it; NULL and a fault for what a map could not be trusted with. */
struct model *model_new(const struct xsd *, struct faults *);
void model_free(struct model *);

/* Global elements of the main document and what it includes, in order. */
size_t model_roots(const struct model *, const struct field **);
const struct field *model_root(const struct model *, const char *name,
    const char *ns);		/* exact; ns NULL is no namespace */

/*
 * B's root when the configuration names none (DESIGN 4): the global element
 * called like one of the wanted names (NULLs are skipped; without case), else
 * the only one that no other element refers to, else NULL.
 */
const struct field *model_pick_root(const struct model *, const char *wanted,
    const char *also);

/* The child element or attribute of exactly that name, or NULL. */
const struct field *model_child(const struct field_type *, const char *name,
    const char *ns);
const struct field *model_attribute(const struct field_type *,
    const char *name, const char *ns);

enum model_match { MODEL_NONE, MODEL_ONE, MODEL_SEVERAL };

/*
 * One step of a map path as Altinn reads it (contract 5.2): hyphens and case
 * do not count.  "@name" means an attribute; without the @ an attribute is
 * found when no element is called so.
 */
enum model_match model_step(const struct field_type *, const char *step,
    const struct field **);
bool model_same_name(const char *, const char *);	/* the rule above */

/* Must be there whenever its parent is: min > 0 and in no choice. */
bool model_required(const struct field *);

#endif
