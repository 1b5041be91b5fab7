#ifndef TRANSFORM_ORIGIN_H
#define TRANSFORM_ORIGIN_H

#include <libxml/xpath.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * origin: where a value comes from (DESIGN 4, column `source`).
 *
 *	/A/b/c  b/@id  ../x	a path in A's form
 *	any other XPath 1.0	needs the whole form in memory
 *	TYPE!PATH		the same in another form of A
 *	instance:PATH		instance.json, names parted by dots
 *	owner:COLUMN		the row of owners.csv that was matched
 *	const:TEXT
 *
 * Plain paths are known to the form reader beforehand (take), so that only
 * what is read is kept.  Names are local names: A's namespace is the default.
 */

struct app;
struct arena;
struct checked;
struct csv_place;
struct faults;
struct field;
struct form_type;
struct origin;
struct owner_table;
struct take;

/* For each form type what is taken of it. */
struct origin_takes {
	const struct form_type **types;
	struct take **takes;
	size_t n, cap;
};

struct take *origin_take(struct origin_takes *, struct arena *,
    const struct form_type *);
const struct take *origin_taken(const struct origin_takes *,
    const struct form_type *);
void origin_takes_done(struct origin_takes *);

/* What paths are read against. */
struct origin_scope {
	struct arena *arena;		/* of the configuration */
	struct origin_takes *takes;
	const struct app *app;
	const struct form_type *form;	/* NULL: paths must name a type */
	const struct owner_table *owners;	/* NULL: no owner: sources */
	const struct origin *base;	/* relative paths start at its nodes */
	bool base_lost, owners_lost;	/* they have faults of their own */
};

/* Compile; NULL and a fault at the place when it cannot be. */
struct origin *origin_new(const char *text, const struct origin_scope *,
    const struct csv_place *, struct faults *);
void origin_free(struct origin *);

/* Whether it gives nodes (of one form), so that rows can be made of them. */
bool origin_gives_nodes(const struct origin *);
bool origin_needs_tree(const struct origin *);
const char *origin_const(const struct origin *);	/* NULL: no constant */

enum origin_sort {
	SORT_CONST, SORT_INSTANCE, SORT_OWNER,
	SORT_FIELD,			/* a plain path that the schema knows */
	SORT_COMPUTED,			/* any other path */
};

/* What can be told before there is a package. */
struct origin_facts {
	enum origin_sort sort;
	const char *text;		/* behind the prefix */
	size_t column;			/* SORT_OWNER: of the table */
	const struct form_type *form;	/* of a path, else NULL */
	bool expression;		/* more than a plain path */
	/* SORT_FIELD */
	const struct field *field;	/* where it leads */
	long least, most;		/* values; most may be unbounded */
	bool nillable;
};

struct origin_facts origin_facts(const struct origin *);

/* What is there when a package is on the table. */
struct origin_env {
	struct arena *arena;		/* of the package */
	xmlXPathContextPtr xpath;
	const struct checked *checked;
	const struct owner_table *owners;
	size_t owner_row;
	xmlNodePtr node;		/* relative paths; NULL: the document */
};

enum { ORIGIN_FAILED = -1 };

/*
 * The values, or the nodes, in document order, in the arena; their number,
 * or ORIGIN_FAILED when the XPath could not be worked out.
 */
long origin_values(const struct origin *, const struct origin_env *,
    const char *const **);
long origin_nodes(const struct origin *, const struct origin_env *,
    xmlNodePtr **);

/* For the XPath context: a fault is told by us, not by libxml2 on stderr. */
void origin_quiet(void *, xmlErrorPtr);

/*
 * As XPath's boolean(): 1, 0, or ORIGIN_FAILED when it could not be worked
 * out; a missing form is false.
 */
int origin_truth(const struct origin *, const struct origin_env *);

#endif
