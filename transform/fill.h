#ifndef TRANSFORM_FILL_H
#define TRANSFORM_FILL_H

#include <stddef.h>

#include "transform/origin.h"

/*
 * fill: the values of a map for one B instance.
 *
 * As the map's groups: the outermost fill holds the scalar values, and for
 * each group the fills of its rows.  A value is NULL when there is none; all
 * of them fit their target's simple type and are in the form of contract 5.3.
 */

struct fill;
struct findings;
struct map;

struct fill_rows {
	struct fill **v;
	size_t n;
};

struct fill {
	const char **values;		/* by slot of the row */
	struct fill_rows *groups;	/* by slot of the group */
};

struct fill_job {
	const struct map *map;
	const char *file;		/* the map's, for findings */
	const char *day;		/* of the archived instance */
	struct origin_env env;
	struct findings *findings;
};

/* Never NULL; what is wrong is in the findings. */
struct fill *fill_map(const struct fill_job *);

#endif
