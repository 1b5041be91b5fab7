#ifndef TRANSFORM_MAP_PARTS_H
#define TRANSFORM_MAP_PARTS_H

#include "transform/csv.h"
#include "transform/map.h"

/*
 * map_parts: what the files of map share; nobody else includes this.
 */

struct field;

enum { MAP_DEPTH_MAX = 64 };

struct map {
	struct csv csv;
	struct arena *arena;
	struct map_row *rows;		/* one for each row of the file */
	size_t n_rows;
	struct map_group top;
	struct map_node *root;
	struct map_row **data_rows;
	size_t n_data_rows, cap_data_rows;
	bool flat;
};

/* What is being bound. */
struct map_binding {
	struct map *map;
	const struct map_scope *scope;
	struct faults *faults;
	size_t row;			/* of the file */
};

/*
 * A target path under way.  Its nodes are made when it has proved right, so
 * that a wrong one does not ask for what its parents require.
 */
struct map_target {
	const struct field *trail[MAP_DEPTH_MAX];
	size_t n_trail;
	struct map_node *node;		/* of the last, NULL: not made yet */
	struct map_group *group;	/* of the innermost target[] so far */
	bool opens;			/* the path ends in [] */
};

/* map.c */
struct csv_place map_at(const struct map_binding *, enum map_column);
const char *map_cell(const struct map_binding *, enum map_column);
void map_wrong(const struct map_binding *, const char *text);
void *map_grow(void *list, size_t *cap, size_t n);

/* map_nodes.c */
struct map_node *map_find_node(const struct map_node *above,
    const struct field *);		/* or NULL */
struct map_node *map_child_node(struct map *, struct map_node *above,
    const struct field *);
void map_free_node(struct map_node *);
bool map_repeats(const struct field *);

/*
 * What must stand in an element once it is there, and no row fills: fixed and
 * default values, nil, empty parents; else it is a fault.
 */
void map_complete(const struct map_binding *, struct map_node *, int depth);

/* map_target.c: the target of the row; false and a fault. */
bool map_resolve(const struct map_binding *, struct map_target *);

#endif
