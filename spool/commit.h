#ifndef SPOOL_COMMIT_H
#define SPOOL_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/id.h"
#include "spool/state.h"

/*
 * commit: makes the verdicts on a group of packages true, all at once.
 *
 * The order, and why a crash at any point loses, doubles and splits nothing,
 * is in COMMIT.md.  Whatever fails before the ledger line leaves everything
 * as it was (drops are not `booked`: give them back); what fails after it is
 * finished by recovery.  Either way the program must stop.
 */

struct answer;
struct books;
struct commit;
struct drop;
struct err;
struct findings;
struct ledger;
struct replay;
struct run;
struct spool;

struct parcel {
	struct drop *drop;		/* dropped; NULL: it was accepted */
	char id[ID_MAX + 1];		/* accepted/{id}; else set by commit */
	const struct answer *answer;
	const struct findings *more;	/* beside the answer's, or NULL */
	const char *work;		/* "w0": where made lies in tmp/{run} */
	enum state to;			/* ACCEPTED PUBLISHED HELD REJECTED
					 * DUPLICATE; commit may turn PUBLISHED
					 * into HELD when the outbox already
					 * holds such an instance (CONFLICT) */
};

/* `single`: durability = package, each parcel by itself. */
struct commit *commit_new(const struct spool *, struct run *, struct ledger *,
    struct books *, bool single);
void commit_free(struct commit *);
int commit_group(struct commit *, struct parcel *, size_t n, struct err *);

/*
 * An operator's move of a package that waits: hold, release, requeue, reject.
 * The caller holds the role of transform.  ERR_NO_INPUT: no such package;
 * ERR_DATA: not from that state.
 */
enum act { ACT_HOLD, ACT_RELEASE, ACT_REQUEUE, ACT_REJECT, ACT_COUNT };

struct move {
	const char *id;
	enum act act;
	const char *reason, *user;
};

/* Whether it would be lawful; what commit_move() asks first. */
int commit_may_move(const struct books *, const struct move *, struct err *);
int commit_move(struct commit *, const struct move *, struct err *);

/*
 * What a replay found different, beside what was published; a line in the
 * ledger also where that is nothing.  The caller holds the role of transform.
 * ERR_DATA: what a worker made cannot go into the outbox; nothing was done.
 */
int commit_replay(struct commit *, const struct replay *, const char *reason,
    const char *user, struct err *);

#endif
