#ifndef SPOOL_RECORD_H
#define SPOOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/id.h"
#include "spool/stamp.h"
#include "spool/state.h"

/*
 * record: one line of the ledger, taken apart in one pass.
 *
 * Reads the compact lines that ledger.c writes and nothing else.  A slice
 * points into the line; what is not there has n 0.
 */

struct buf;
struct ledger_line;

struct slice {
	const char *p;
	size_t n;
};

enum { RECORD_EVENT = 24 };

struct record {
	int64_t seq, size, group;
	struct slice prev, time, event, id, sha256, instance, app;
	struct slice package;		/* still escaped: record_text() */
	struct slice claim, taken, drop, run, act, state, checked;
	struct slice what, path;	/* of `purged` */
	struct slice instances;		/* the list, brackets and all */
	size_t n_instances;
};

/* False when the line is none of ours. */
bool record_parse(struct record *, const char *line, size_t len);

bool record_is(struct slice, const char *text);
void record_copy(char *to, size_t room, struct slice);	/* cut to fit */

/* The value of a string member, unescaped. */
bool record_text(const char *line, const char *key, struct buf *);

/* The state the event leaves a package in; false: it is about none. */
bool record_state(const struct record *, enum state *);

/* `purged`, of a package's own bytes; the state it was in. */
bool record_purged(const struct record *, enum state *);

/*
 * All members in turn, their values as they stand (a string with its
 * quotes); *at begins as the whole line.
 */
bool record_member(struct slice *at, struct slice *key, struct slice *raw);

/* The objects of a list in turn; *at begins as the list's slice. */
bool record_next(struct slice *at, struct slice *object);

#endif
