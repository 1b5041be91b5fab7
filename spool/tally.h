#ifndef SPOOL_TALLY_H
#define SPOOL_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/books.h"
#include "spool/state.h"

/*
 * tally: what lies in the folders, held against what the ledger says.
 *
 * A dropped file that the ledger does not know counts once as received and
 * waiting, whether it was claimed or not.  What the ledger knows counts in
 * the state it says, if the bytes are in that folder or in one from where
 * commit or recovery will move them there.
 */

struct err;
struct ledger;
struct spool;

struct tally {
	uint64_t state[STATE_COUNT];	/* packages by where they are */
	uint64_t received;		/* the ledger's, and what waits in */
					/* incoming/ and is not in it yet */
	uint64_t odd;			/* in incoming/, but no files */
	struct totals totals;		/* the ledger's */
	bool balanced;
	char why[160];			/* the first thing that does not fit */
};

/*
 * Count.  Where the numbers do not fit while a coordinator is at work, the
 * ledger is read on and they are taken again, for two seconds at most.
 */
int tally_take(struct tally *, const struct spool *, struct ledger *,
    struct books *, struct err *);

/* Each original in done/, newest day last; path is below the spool. */
typedef int tally_done_fn(void *arg, const char *id, const char *path,
    struct err *);
int tally_each_done(const struct spool *, tally_done_fn *, void *arg,
    struct err *);

#endif
