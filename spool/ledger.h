#ifndef SPOOL_LEDGER_H
#define SPOOL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/stamp.h"

/*
 * ledger: the append-only record of everything that happened.
 *
 * ledger/YYYY-MM-DD.jsonl, one compact JSON object per line: seq, prev (the
 * SHA-256 of the line before, its newline included; zeros for the very
 * first), time, event, then the event's own members.  The chain runs across
 * the days.  Several processes may append, one at a time (flock).
 *
 * A `received` line and the verdict behind it are written together: the one
 * without the other, like a line without its end, is a torn tail that was
 * never acknowledged.  It is cut by the next writer, which records its length
 * and hash (`recovered`), and never shown to a reader.
 */

struct err;
struct json;
struct ledger;

struct ledger_line {
	const char *text;		/* without the newline, NUL behind */
	size_t len;
	int64_t seq;
	const char *day;
};

typedef int ledger_fn(void *arg, const struct ledger_line *, struct err *);

/*
 * `follow` is called once for each line, in order: in ledger_open for those
 * that are there, later for those that others (ledger_begin, ledger_refresh)
 * or we ourselves (ledger_commit) add.  NULL: lines are not read one by one.
 * `write`: a torn tail is cut at once.  Without it nothing is changed, and a
 * missing folder (dir -1) is an empty ledger.
 */
struct ledger *ledger_open(int dir, bool write, ledger_fn *follow, void *arg,
    struct err *);
void ledger_close(struct ledger *);

/* Read what others have added. */
int ledger_refresh(struct ledger *, struct err *);

/*
 * Append a group: begin (waits for other writers), add lines, commit (one
 * write, synced).  What fails before or in the write leaves the ledger as it
 * was.  After a sync that failed every call fails: the program must stop.
 */
int ledger_begin(struct ledger *, struct err *);
struct json *ledger_add(struct ledger *, const char *event);
void ledger_end(struct ledger *);		/* of this line */
int ledger_commit(struct ledger *, struct err *);
void ledger_abort(struct ledger *);		/* forget what was added */
const char *ledger_time(const struct ledger *);	/* of the group begun */

/* A single line whose only members are these texts; ends in NULL. */
int ledger_note(struct ledger *, struct err *, const char *event, ...)
    __attribute__((sentinel));

int64_t ledger_seq(const struct ledger *);	/* of the last line; 0: none */
bool ledger_broken(const struct ledger *);	/* a sync failed: stop */
size_t ledger_unread(const struct ledger *);	/* lines that are no record */

/* Each line of all days, in order, without keeping anything; no chain check. */
int ledger_scan(int dir, ledger_fn *, void *arg, struct err *);

#endif
