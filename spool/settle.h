#ifndef SPOOL_SETTLE_H
#define SPOOL_SETTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/id.h"
#include "spool/marks.h"
#include "spool/stamp.h"
#include "spool/state.h"

/*
 * settle: makes the disk say what the ledger says, after the ledger line.
 *
 * Commit and recovery do the same here.  Every step can be done again: what
 * has been moved already is where it should be.  COMMIT.md has the order.
 */

struct err;
struct findings;
struct spool;

struct deed_made {
	const char *path;		/* org/app/owner/key */
	const char *from;		/* {run}/w0/…, below tmp/ */
	const char *sha256;
	bool zip;
	const char *content;		/* NULL: not told; answer_content() */
	const char *replaces;		/* path of the one before, or NULL */
};

struct deed_paths {
	const char **v;
	size_t n;
};

/* One package and what the ledger says became of it. */
struct deed {
	char id[ID_MAX + 1];
	enum state to;
	const char *name;		/* as shown */
	const char *sha256, *guid, *app;	/* guid, app: "" unknown */
	bool named;			/* by this verdict, at last */
	uint64_t size;
	char time[STAMP_LEN + 1];	/* of the ledger line */

	const char *run;		/* whose group it is in */
	int64_t n;			/* of the claim, or 0 */
	const char *claim;		/* its name in claimed/{run}, or "" */
	bool copied;			/* the drop is still in incoming/ */
	const char *drop_name;		/* raw; NULL: not known any more */
	struct drop_mark mark;

	struct deed_made *made;
	size_t n_made;

	/*
	 * A replay: the original stays where it is, made comes beside what
	 * was made before and stands.
	 */
	bool replay;
	struct deed_paths unchanged, gone;

	bool told;			/* what follows is known */
	const struct findings *findings, *more;
	const char *findings_json, *note;
	const char *reason_time;	/* of reason.json and its receipt */

	bool superseded;		/* a later group moved it on */
};

/* `again`: in recovery, where a part may have been done already. */
int settle(const struct spool *, struct deed *, size_t n, bool again,
    struct err *);

/* The deed's receipt, also used for its reason.json. */
struct receipt;
size_t settle_instances(const struct deed *);	/* so many stand */
void settle_receipt(struct receipt *, const struct deed *,
    const char **instances);

/* outbox/{org}/{app}/{owner}/{key}, with .zip; hidden: the key's dot name. */
enum { SETTLE_PATH = 1024 };
void settle_outbox(char path[SETTLE_PATH], const struct deed_made *,
    bool hidden);

#endif
