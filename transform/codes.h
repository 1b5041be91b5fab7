#ifndef TRANSFORM_CODES_H
#define TRANSFORM_CODES_H

#include <stddef.h>

/*
 * codes: the code lists of a route, codes/{list}.csv.
 *
 * Columns from;to and, if wanted, valid_from;valid_to;note.  A code is found
 * by exact match; the row must hold on the day asked about.
 */

struct codes;				/* one list */
struct codes_set;			/* all lists of a route */
struct csv_place;
struct faults;

/* NULL when there is any fault; all of them go to the list. */
struct codes *codes_read(const char *label, const char *bytes, size_t n,
    struct faults *);
struct codes *codes_load(const char *label, const char *path,
    struct faults *);
void codes_free(struct codes *);

/* What the code stands for on that day (YYYY-MM-DD), or NULL. */
const char *codes_find(const struct codes *, const char *from,
    const char *day);

/* What the list may give: one for each row, so they can repeat. */
size_t codes_count(const struct codes *);
const char *codes_output(const struct codes *, size_t i);

/* What a row stands for, and where its output is written. */
const char *codes_input(const struct codes *, size_t i);
struct csv_place codes_place(const struct codes *, size_t i);

/*
 * Every codes/{list}.csv below the route's folder; `label` is the folder's
 * name in faults.  Without the folder the set is empty.  Never NULL: a list
 * with faults is in the set as a name, so that a map that uses it is not
 * blamed as well.
 */
struct codes_set *codes_set_load(const char *label, const char *folder,
    struct faults *);
void codes_set_free(struct codes_set *);

struct codes_set *codes_set_new(void);	/* an empty one */

/* Take a list into the set, which owns it from now on; NULL has faults. */
void codes_set_add(struct codes_set *, const char *name, struct codes *);

enum codes_known { CODES_UNKNOWN, CODES_FAULTY, CODES_KNOWN };

enum codes_known codes_set_find(const struct codes_set *, const char *name,
    const struct codes **);

#endif
