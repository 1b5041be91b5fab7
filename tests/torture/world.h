#ifndef TESTS_TORTURE_WORLD_H
#define TESTS_TORTURE_WORLD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * world: a spool as a whole: put back to how it was, looked at, compared.
 */

struct buf;

/* Folders by path; the copy keeps times and modes. */
void world_remove(const char *dir);
void world_copy(const char *from, const char *to);

/*
 * A line for each file, folder and ledger record, sorted, in which points in
 * time, days, runs and what comes by chance look the same every time.  What
 * owners have taken counts as still in the outbox.
 */
void world_picture(const char *spool, const char *taken, struct buf *);

/*
 * The owners take every instance they can see.  False when one of them was
 * there before; `key` (of NAME_MAX + 1) says which.
 */
bool world_take(const char *spool, const char *taken, char *key);

/* The id under which the ledger knows a package; false: it does not. */
bool world_id(const char *spool, const char *package, struct buf *);

/* What one picture lacks of the other, and has besides. */
struct world_difference {
	size_t lost;			/* files, folders that are not there */
	size_t doubled;			/* that should not be there */
	size_t untrue;			/* ledger lines, too many or missing */
};

void world_compare(const struct buf *want, const struct buf *have,
    struct world_difference *, struct buf *report);

/* Every line of `have` that begins with `with` is one of `want` too. */
bool world_within(const struct buf *want, const struct buf *have,
    const char *with, struct buf *report);

#endif
