#ifndef TRANSFORM_FILL_H
#define TRANSFORM_FILL_H

#include <stddef.h>

#include "spool/finding.h"
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
struct map_group;
struct map_row;

struct fill_rows {
	struct fill **v;
	size_t n;
};

struct fill {
	const char **values;		/* by slot of the row */
	struct fill_rows *groups;	/* by slot of the group */
};

/* What became of a row, or of the list that one opens, for who watches. */
enum fill_outcome {
	FILL_VALUE,
	FILL_PRESET,			/* the default was used */
	FILL_EMPTY,			/* the source gave nothing */
	FILL_SKIPPED,			/* `when` is false */
	FILL_FAULT,			/* there is a finding */
	FILL_OUTCOMES
};

struct fill_seen {
	const struct map_row *row;	/* NULL: a list, see group */
	const struct map_group *group;
	const size_t *numbers;		/* of the rows around, from 1 */
	size_t depth;			/* so many, the outermost first */
	enum fill_outcome outcome;
	const char *const *values;	/* of the source */
	size_t n;			/* values, or rows of the list */
	const char *result;		/* NULL: none */
	enum finding_code code;		/* of FILL_FAULT, and why */
	const char *why;
};

struct fill_watch {
	void (*row)(void *arg, const struct fill_seen *);
	void *arg;
};

struct fill_job {
	const struct map *map;
	const char *file;		/* the map's, for findings */
	const char *day;		/* of the archived instance */
	struct origin_env env;
	struct findings *findings;
	const struct fill_watch *watch;	/* NULL: nobody */
};

/* Never NULL; what is wrong is in the findings. */
struct fill *fill_map(const struct fill_job *);

#endif
