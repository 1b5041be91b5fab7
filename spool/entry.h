#ifndef SPOOL_ENTRY_H
#define SPOOL_ENTRY_H

#include <stdint.h>

/*
 * entry: what the ledger says of a deed, for people and for recovery.
 */

struct deed;
struct ledger;

/* Its verdict, behind a `received` line when it was dropped. */
void entry_write(struct ledger *, const struct deed *, int64_t group);

/* An operator's move; the deed's note is the reason. */
struct entry_act {
	const char *event, *verb, *user;
};

void entry_move(struct ledger *, const struct deed *, int64_t group,
    const struct entry_act *);

/* A replay, with all that recovery needs: the books forget the published. */
void entry_replay(struct ledger *, const struct deed *, int64_t group,
    const struct entry_act *);

#endif
