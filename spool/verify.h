#ifndef SPOOL_VERIFY_H
#define SPOOL_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/stamp.h"

/*
 * verify: proves that a ledger was only ever appended to.
 *
 * One pass over the bytes checks each line's form, its seq, its prev, the
 * order of days, and the tree hash against every seal that reaches so far.
 * The chain finds what was changed within it; a chain that was made anew, a
 * tail that was cut off whole or a day that is gone are found by the seals.
 * What was changed behind the last seal and chained anew is not found.
 */

struct err;
struct keys;
struct seals;

struct verify_fault {
	const char *file;		/* ledger/2026-03-03.jsonl */
	int64_t line;			/* counted from 1; 0: the file */
	const char *what;
};

typedef void verify_fn(void *arg, const struct verify_fault *);

struct verify_with {
	struct seals *seals;		/* sorted; their outcome is noted */
	const struct keys *keys;	/* NULL or none: signatures are not */
	int64_t most;			/* lines; 0: all of them */
};

struct verify_result {
	int64_t lines, days, faults;
	int64_t seq;			/* of the last line */
	char head[DIGEST_HEX + 1];	/* its hash */
	char first_time[STAMP_LEN + 1];	/* of the first line; "" */
	size_t torn;			/* bytes of a torn tail; not a fault */
	unsigned char root[DIGEST_SIZE];	/* the tree hash of all lines */
	int64_t sealed;			/* lines that the last good seal has */
	int64_t told;			/* the last line is `sealed`, of these */
	char sealed_time[STAMP_LEN + 1];	/* of the last `sealed` line */
	bool signatures;		/* checked */
};

/* -1 only when it cannot be read; faults are told one by one and counted. */
int verify_against(int dir, const struct verify_with *,
    struct verify_result *, verify_fn *, void *arg, struct err *);

/* The same against the seals beside the days, all lines; keys may be NULL. */
int verify_ledger(int dir, const struct keys *, struct verify_result *,
    verify_fn *, void *arg, struct err *);

#endif
