#ifndef TRANSFORM_MAP_H
#define TRANSFORM_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "transform/origin.h"

/*
 * map: map.csv, read, bound to both schemas and proven (DESIGN 4).
 *
 * Rows become two trees.  Groups (map_group) follow the repetition of rows:
 * the outermost one holds the scalar rows, each target[] opens another.
 * Nodes (map_node) follow B's schema: the elements and attributes that a row
 * fills, and those that must stand there besides, in schema order.
 */

struct codes_set;
struct convert;
struct csv_place;
struct field;
struct form_type;
struct map;
struct simple;

enum map_column {
	MAP_TARGET, MAP_SOURCE, MAP_CONVERT, MAP_REQUIRED, MAP_DEFAULT,
	MAP_WHEN, MAP_NOTE, MAP_COLUMNS
};

struct map_row {
	const char *target, *source;	/* as written, as are these: */
	const char *conversion, *condition;	/* convert and when */
	long line;
	struct origin *origin, *when;	/* when: NULL is always */
	struct convert *convert;
	bool required;
	const char *preset;		/* column default; "" is none */
	const struct field *field;	/* NULL: a data value */
	const char *data_value;		/* its name, NULL: a field */
	size_t slot;			/* its place in the group's values */
};

struct map_group {
	const char *target;		/* "" for the outermost */
	long line;
	const struct map_row *row;	/* that opens it; NULL likewise */
	const struct field *field;	/* that repeats; NULL likewise */
	struct origin *nodes, *when;	/* NULL for the outermost */
	bool required;			/* no node refuses the package */
	struct map_row **rows;
	size_t n_rows, cap_rows;
	struct map_group **groups;
	size_t n_groups, cap_groups;
	size_t slot;			/* its place in the group around it */
	struct map_group *parent;
};

struct map_node {
	const struct field *field;
	const struct map_row *row;	/* its value, or NULL */
	const struct map_group *group;	/* it is repeated, or NULL */
	const char *constant;		/* a fixed or default value, or NULL */
	bool nil;			/* must be there, and may be nil */
	bool must;			/* stands even when nothing is in it */
	bool dot_value;			/* a SERES leaf: create.json .value */
	const char *path;		/* as a key of create.json */
	struct map_node **children;	/* in schema order */
	size_t n_children, cap_children;
	struct map_node **attributes;
	size_t n_attributes, cap_attributes;
};

struct map_scope {
	struct origin_scope origins;	/* base: the for-each, or NULL */
	const struct form_type *target;
	const struct codes_set *codes;
};

/*
 * `label` is the file's name in faults.  NULL when there is any; all of them
 * are told, with line and column.
 */
struct map *map_load(const char *label, const char *path,
    const struct map_scope *, struct faults *);

/*
 * The same, but with faults it holds what could be bound, for further proofs:
 * rows may be without field, origin or convert.  NULL: no table at all.
 */
struct map *map_bind(const char *label, const char *path,
    const struct map_scope *, struct faults *);
void map_free(struct map *);

const struct map_group *map_rows(const struct map *);
const struct map_node *map_root(const struct map *);

struct csv_place map_place(const struct map *, const struct map_row *,
    enum map_column);

/* The rows that set data values, in the order of the file. */
size_t map_data_values(const struct map *, struct map_row *const **);

/* Whether a dictionary could say the same: no group, no attribute twice. */
bool map_is_flat(const struct map *);

#endif
