#ifndef TRANSFORM_EXPLAIN_PARTS_H
#define TRANSFORM_EXPLAIN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "transform/fill.h"
#include "transform/plan.h"

/*
 * explain_parts: what the files of explain share; nobody else includes this.
 *
 * explain.c hears what happens and makes it showable, a writer lays it out.
 */

struct answer;
struct route;

/* A row of a map, all texts showable; "" where there is none. */
struct explain_row {
	long line;
	const char *target;		/* rows of lists numbered: Linje[2].a */
	const char *source, *convert;
	const char *const *values;	/* at most EXPLAIN_VALUES of them */
	size_t n_values, of_values;	/* of_values: how many there are */
	bool list;			/* opens one; of_values are its rows */
	enum fill_outcome outcome;
	const char *result;		/* of FILL_VALUE and FILL_PRESET */
	const char *condition;		/* of FILL_SKIPPED */
	const char *code, *why;		/* of FILL_FAULT */
};

enum { EXPLAIN_VALUES = 8 };

struct explain_writer;

struct explain {
	const struct explain_writer *writer;
	const char *package;		/* its name as shown */
	const struct route *route;	/* under way; NULL: none yet */
	size_t index, of;		/* the instance, of so many */
	const char *owner;		/* its tag; NULL: not found */
	struct arena arena;		/* of the instance */
	struct buf out;
	/* of the writer: rows that wait until the columns' widths are known */
	struct explain_row *rows;
	size_t n_rows, cap_rows;
};

struct explain_writer {
	size_t cut;			/* characters shown of a text */
	void (*route)(struct explain *, enum plan_applies, size_t instances);
	void (*instance)(struct explain *, const struct plan_instance *);
	void (*row)(struct explain *, const struct explain_row *);
	void (*rows_end)(struct explain *);	/* of the instance */
	void (*end)(struct explain *, const struct answer *);	/* findings */
};

const struct explain_writer *explain_text(void);	/* for people */
const struct explain_writer *explain_json(void);	/* a line per row */

/* Showable, and cut after so many characters; in the arena. */
const char *explain_show(struct explain *, const char *);

#endif
