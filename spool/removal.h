#ifndef SPOOL_REMOVAL_H
#define SPOOL_REMOVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/stamp.h"
#include "spool/state.h"

/*
 * removal: takes away what the ledger says retention has removed.
 *
 * purge and recovery do the same here, and may do it again: what is gone is
 * gone.  A folder leaves by one rename, so that no reader sees half of it.
 */

struct err;
struct spool;

enum removal_kind {
	REMOVAL_ORIGINAL,		/* a package's own bytes */
	REMOVAL_RETURNED,		/* the same, once more: from a backup */
	REMOVAL_INSTANCE,		/* of app B, that no owner took */
	REMOVAL_RECEIPTS,		/* all of the days before one */
	REMOVAL_REPORTS,		/* likewise */
	REMOVAL_COUNT
};

struct removal {
	enum removal_kind kind;
	const char *path;		/* below the spool; NULL: all before */
	char before[STAMP_DAY + 1];
};

const char *removal_name(enum removal_kind);	/* "original" */
bool removal_lookup(const char *name, enum removal_kind *);

/* accepted/x, held/x, rejected/x, done/DAY/x or outbox/org/app/owner/x. */
bool removal_path_ok(const char *path);

/* A receipt's day is that on which it was last written. */
typedef int removal_fn(void *arg, const char *path, size_t bytes,
    struct err *);
int removal_each_before(const struct spool *, enum removal_kind,
    const char *before, removal_fn *, void *arg, struct err *);

/* All of a group; `run` is whose tmp/{run}/ folders go through. */
int removal_do(const struct spool *, const char *run, const struct removal *,
    size_t n, struct err *);

#endif
