#ifndef SPOOL_VERIFY_H
#define SPOOL_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/stamp.h"

/*
 * verify: proves that a ledger was only ever appended to.
 *
 * Checks each line's form, its seq, its prev, and the order of days.  A tail
 * that was cut off whole leaves no trace in the chain: the seals find it.
 */

struct err;

struct verify_fault {
	char day[STAMP_DAY + 1];	/* file {day}.jsonl */
	int64_t line;			/* counted from 1 */
	const char *what;
};

typedef void verify_fn(void *arg, const struct verify_fault *);

struct verify_result {
	int64_t lines, days, faults;
	int64_t seq;			/* of the last line */
	char head[DIGEST_HEX + 1];	/* its hash */
	size_t torn;			/* bytes of a torn tail; not a fault */
};

/* -1 only when it cannot be read; faults are told one by one and counted. */
int verify_ledger(int dir, struct verify_result *, verify_fn *, void *arg,
    struct err *);

#endif
