#ifndef TESTS_TORTURE_ORDER_H
#define TESTS_TORTURE_ORDER_H

#include <stddef.h>

#include "tests/torture/strike.h"

/*
 * order: whether the calls of a run keep the order that COMMIT.md promises,
 * on a file system that does no more than POSIX asks: what was written is on
 * disk only behind a sync of it, a name only behind a sync of its folder.
 * Today's file systems hide a missing sync; this one does not (the idea is
 * that of ALICE, OSDI 2014).
 *
 *   named     a ledger line comes behind a sync of all that it names
 *   before    and of all that the group before has moved
 *   ledger    nothing leaves tmp/ for the outbox, and no drop is removed,
 *             before the line is on disk
 *   copied    no drop is removed before its copy is on disk
 *   hidden    an instance is shown only when it has left tmp/ for good
 *   traces    claimed/{run} and tmp/{run} go only behind a sync of the moves
 *   end       at a good end all is on disk
 *
 * What a sync failed for counts as not on disk ever after, whatever a second
 * sync says.
 */

struct order;

struct order *order_new(const char *spool);
void order_free(struct order *);

strike_hook order_see;			/* with the order as its argument */
void order_end(struct order *, int status);

/* How often a rule was broken; the first time, in words ("" : never). */
size_t order_broken(const struct order *);
const char *order_why(const struct order *);

/* What was seen: a checker that sees nothing finds nothing. */
struct order_seen {
	size_t lines, commits, shown, dropped, syncs, removed;
};

const struct order_seen *order_seen(const struct order *);

#endif
