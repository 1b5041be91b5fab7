#ifndef SPOOL_SEALS_H
#define SPOOL_SEALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/note.h"

/*
 * seals: the signed checkpoints that a ledger is held against.
 *
 * ledger/seals/{lines, 12 digits}.note lie beside the days; others were kept
 * elsewhere, where who changed this ledger could not reach them.
 */

struct err;

struct seal {
	struct note note;
	char *file;			/* as shown: ledger/seals/… or a path */
	const char *bad;		/* no seal, and why; NULL */
	bool kept;			/* in ledger/seals/ */
	/* What verify found: */
	bool proven;			/* its signature */
	bool reached, fits;		/* so many lines; and these */
	char place[64];			/* of the last: ledger/DAY.jsonl:LINE */
};

struct seals {
	struct seal *v;
	size_t n, cap;
};

enum { SEALS_NAME = 32 };

void seals_name(char name[SEALS_NAME], int64_t size);

/* Those beside the days; without the folder there are none. */
int seals_load(struct seals *, int ledger, struct err *);

/* One that was kept elsewhere. */
int seals_take(struct seals *, const char *path, struct err *);

void seals_sort(struct seals *);	/* by size, the bad ones first */
void seals_free(struct seals *);

/* The one in ledger/seals/ of so many lines, or NULL. */
const struct seal *seals_find(const struct seals *, int64_t size);

/* The smallest one in ledger/seals/, else of all; NULL: there is none. */
const struct seal *seals_first(const struct seals *);

/* The largest one in ledger/seals/, or NULL. */
const struct seal *seals_last(const struct seals *);

#endif
