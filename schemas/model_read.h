#ifndef SCHEMAS_MODEL_READ_H
#define SCHEMAS_MODEL_READ_H

#include <libxml/tree.h>
#include <stdint.h>

#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/arena.h"

/*
 * model_read: what the files of the model share while it is read from the
 * DOMs; nobody else includes this.
 *
 * xsd_load() has had libxml2 check the schema, so that reading may trust its
 * form.  A type is made when something first refers to it and filled later
 * from a queue, so that types may refer to themselves.
 */

struct faults;

/* Fields by name: chains of place + 1, in schema order; 0 ends one. */
struct model_index {
	uint32_t mask;
	uint32_t *first, *next;		/* NULL: no fields */
};

/* Whoever holds a field_type of ours holds the beginning of one of these. */
struct model_type {
	struct field_type t;
	struct model_index children, attributes;
};

struct model {
	struct arena arena;
	struct field *roots;
	bool *referred;			/* per root: another refers to it */
	size_t n_roots;
};

struct qname {
	const char *ns, *name;		/* ns NULL: no namespace */
};

enum part_kind { PART_ELEMENT, PART_ATTRIBUTE, PART_TYPE, PART_GROUP,
    PART_ATTRIBUTES };

/* A global component.  One that is redefined lies behind its redefinition. */
struct part {
	enum part_kind kind;
	struct qname name;
	xmlNodePtr node;
	size_t order;
	bool head;			/* others may stand in for it */
	bool referred;			/* by another global element */
};

struct reader {
	struct model *model;
	struct arena arena;		/* forgotten when all is read */
	const struct xsd *xsd;
	const struct xsd_document *docs;
	size_t n_docs;
	struct part *parts;
	size_t n_parts, cap_parts;
	struct made {
		const void *key;	/* node of a type, or its built-in */
		xmlNodePtr node;
		struct model_type *type;
	} *made;
	size_t n_made, cap_made;
	struct model_type *any;
	struct faults *faults;
	size_t depth;
};

/* Fields under way. */
struct fields {
	struct field *v;
	size_t n, cap;
	bool open, any_order, mixed;
};

/* model_part.c */
void model_parts(struct reader *);
struct part *model_part(struct reader *, enum part_kind, xmlNodePtr from,
    struct qname);		/* a fault and NULL when there is none */
struct qname model_qname(struct reader *, xmlNodePtr, const char *attribute);
const char *model_place(struct reader *, const xmlNode *);	/* for faults */
const struct xsd_document *model_document(const struct reader *,
    const xmlNode *);
bool model_enter(struct reader *, const xmlNode *);	/* false: too deep */
void model_leave(struct reader *);

/* model_simple.c */
const struct simple *model_simple(struct reader *, xmlNodePtr simple_type);
const struct simple *model_simple_content(struct reader *,
    xmlNodePtr complex_type);	/* NULL: it has none */

/* model_content.c: what a complex type may hold, its base's first */
void model_content(struct reader *, xmlNodePtr complex_type,
    struct fields *);

/* model_attributes.c */
void model_attributes(struct reader *, xmlNodePtr complex_type,
    struct fields *);

/* model_read.c */
void model_read(struct reader *);
const struct field_type *model_type(struct reader *, xmlNodePtr type);
const struct field_type *model_type_named(struct reader *, xmlNodePtr from,
    const char *attribute);
void model_declare(struct reader *, xmlNodePtr declaration, enum field_kind,
    struct field *);

/* model.c */
void model_index(struct arena *, struct model_index *, const struct field *,
    size_t n);
struct field *model_find(const struct fields *, const struct field *like);
void model_append(struct fields *, const struct field *);

#endif
