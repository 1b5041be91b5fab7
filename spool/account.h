#ifndef SPOOL_ACCOUNT_H
#define SPOOL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "spool/digest.h"

/*
 * account: every original and every file of the outbox, held by its hash
 * against the ledger.
 *
 * The tally counts; this reads.  An original in accepted/, held/, rejected/
 * or done/ must have the bytes it was received with.  An instance must hold
 * exactly the files its SHA256SUMS names, and that file (a zip: all of it)
 * must have the hash the ledger gives for this place.  What an owner has
 * taken is not there and not missed.
 *
 * `since` spares what was read before: whoever changes a file also sets its
 * change time, and only who sets the clock can choose that.  `ours` spares
 * what the caller has made meanwhile: it was held against its hash before it
 * was committed.
 */

struct books;
struct err;
struct spool;

typedef void account_fn(void *arg, const char *path, const char *what);

struct account {
	const struct spool *spool;	/* the caller's, as the next four */
	struct books *books;		/* fed with the ledger as it is now */
	time_t since;			/* 0: everything is read */
	struct timespec ours[2];	/* changed between these: by us */
	account_fn *tell;		/* once for each fault */
	void *arg;

	uint64_t originals, instances;	/* read */
	uint64_t faults;
};

/* -1: it cannot be done; faults are told and counted. */
int account_take(struct account *, struct err *);

/* -------------------------------------------------- for account_outbox.c */

int account_outbox(struct account *, struct err *);
void account_fault(struct account *, const char *path, const char *what);
bool account_changed(const struct account *, const struct stat *);

/*
 * The SHA-256 of a plain file, and what it was when it was read.  GONE is no
 * fault: owners take, operators move.
 */
enum account_file { ACCOUNT_READ, ACCOUNT_GONE, ACCOUNT_UNREADABLE };

enum account_file account_sum(int dir, const char *name,
    char hex[DIGEST_HEX + 1]);

#endif
