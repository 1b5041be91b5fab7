#ifndef SPOOL_TRAY_H
#define SPOOL_TRAY_H

#include <stdbool.h>

#include "spool/batch.h"

/*
 * tray: the packages that a coordinator has in hand: with a worker, answered,
 * decided, in the group that is committed next.
 */

struct books;
struct commit;
struct conf;
struct crew;
struct crew_answer;
struct tray;
struct drop;
struct err;
struct intake;
struct package;

/* What it works with; all stay the caller's. */
struct tray_tools {
	struct books *books;
	struct intake *intake;
	struct commit *commit;
	struct crew *crew;
};

struct tray *tray_new(const struct conf *, enum batch_mode,
    const struct batch_hooks *, const struct tray_tools *);
void tray_free(struct tray *);

/* A pass begins: its result is counted here. */
void tray_begin(struct tray *, struct batch_result *);

bool tray_full(const struct tray *);

/* Take a claimed drop, which is the tray's from now on; not when full. */
int tray_drop(struct tray *, struct drop *, struct err *);

/* Take a package from accepted/, with its open file; not when full. */
void tray_accepted(struct tray *, const struct package *, int fd);

/* An answer has come; the group is committed when it is due. */
int tray_answer(struct tray *, const struct crew_answer *, struct err *);

int tray_commit_due(struct tray *, struct err *);
int tray_commit(struct tray *, struct err *);

/* After a failure: everything that the ledger does not know. */
void tray_give_back(struct tray *);

#endif
