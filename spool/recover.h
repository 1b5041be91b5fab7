#ifndef SPOOL_RECOVER_H
#define SPOOL_RECOVER_H

#include <stddef.h>

/*
 * recover: puts right what a crash left (COMMIT.md has the rules).
 *
 * Called at start under a role, before anything else.  What the ledger says
 * is finished, what it does not know is given back.  Doing it twice, or being
 * killed in it and doing it again, gives the same.
 */

struct err;
struct ledger;
struct spool;

struct recovered {
	size_t runs;			/* dead ones found */
	size_t finished;		/* packages the ledger knew, removals */
	size_t given_back;		/* packages it did not */
};

/* The ledger must be open for writing (so that its torn tail is cut). */
int recover(const struct spool *, struct ledger *, struct recovered *,
    struct err *);

#endif
