#ifndef SPOOL_PURGE_H
#define SPOOL_PURGE_H

#include <stddef.h>

/*
 * purge: removes what is overdue, in groups, and the ledger says so first.
 *
 * A line for each thing, with hashes and no names, is the intent: once it is
 * there the thing goes, by our hand or by recovery's.  The caller holds both
 * roles, has recovered, and has begun a run.
 */

struct books;
struct due;
struct err;
struct ledger;
struct run;
struct spool;

struct purge {
	const struct spool *spool;
	struct run *run;
	struct ledger *ledger;
	struct books *books;		/* they follow the ledger */
	const char *user;
	const char *reason;		/* as the operator gave it */
	void (*gone)(void *arg, const struct due *);	/* or NULL */
	void *arg;
};

/*
 * What has moved on or was taken meanwhile is left alone.  -1: it had to
 * stop; what the ledger has is finished by recovery.
 */
int purge(const struct purge *, const struct due *, size_t n, struct err *);

#endif
