#ifndef TRANSFORM_DATED_H
#define TRANSFORM_DATED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * dated: rows of a table that are known by a key and hold from day to day.
 *
 * Days are YYYY-MM-DD, both ends included; an empty one is open.  The day
 * asked about is that of the archived instance, never of the clock.
 */

struct csv;
struct faults;

enum { DATED_DAY = 10 };

enum dated_answer { DATED_UNKNOWN, DATED_OUT_OF_DATE, DATED_FOUND };

/* Which columns of the table's format hold what. */
struct dated_columns {
	size_t key, from, to;
};

struct dated {
	struct dated_row *rows;		/* by key, then by first day */
	size_t n_rows;
	size_t *slots;			/* hash of the key: row + 1, or 0 */
	size_t n_slots;			/* a power of two */
};

/*
 * Faults: empty keys, bad days, a last day before the first, rows of one key
 * that overlap.  -1 when there is any; dated_done() either way.  The table
 * must outlive it.  No fault shows a key.
 */
int dated_init(struct dated *, const struct csv *,
    const struct dated_columns *, struct faults *);
void dated_done(struct dated *);

enum dated_answer dated_find(const struct dated *, const char *key,
    const char *day, size_t *row);

/* Whether the first DATED_DAY bytes are a day of the calendar. */
bool dated_day_ok(const char *);

#endif
