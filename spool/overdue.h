#ifndef SPOOL_OVERDUE_H
#define SPOOL_OVERDUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/removal.h"
#include "spool/state.h"

/*
 * overdue: what [retention] says is to go, from the ledger and the folders.
 *
 * Days are whole UTC days, counted from a package's last event: with 90, what
 * happened 90 days before today stays, what is older goes.  Published
 * packages and instances count from their publication, receipts from when
 * they were written, reports from their day.
 */

struct books;
struct conf;
struct err;
struct ledger_line;
struct spool;

struct due {
	enum removal_kind kind;
	enum place place;		/* the key of [retention] */
	const char *id;			/* NULL: receipts, reports */
	const char *path;		/* below the spool; NULL likewise */
	const char *sha256;		/* of the original, or as published */
	uint64_t bytes;
	uint64_t count;			/* 1; receipts and reports: of files */
	char day[STAMP_DAY + 1];	/* of the event; else: all before it */
};

/*
 * Zeroed, then the first four are the caller's.  overdue_feed() is given each
 * line before the books are, overdue_end() all of them behind.
 */
struct overdue {
	const struct conf *conf;
	const struct spool *spool;
	time_t now;
	unsigned places;		/* bit set of those that are asked for */

	struct due *v;
	size_t n, cap;

	struct arena arena;
	bool ready;
	char before[PLACE_COUNT][STAMP_DAY + 1];	/* "": kept */
	char no_day[STAMP_DAY + 1];	/* of done/ that is not there */
	struct buf just, text;		/* just: the last `received` line */
};

int overdue_feed(struct overdue *, const struct books *,
    const struct ledger_line *, struct err *);
int overdue_end(struct overdue *, struct books *, struct err *);
void overdue_free(struct overdue *);

/* The places that retention can be set for: their names are its keys. */
bool overdue_place(const char *name, enum place *);
bool overdue_kept(const struct conf *);		/* it is set for none */

/* Whether a package's bytes are to go in this state and place. */
enum state overdue_state(enum place);

#endif
