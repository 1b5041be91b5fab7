#ifndef SPOOL_BOOKS_H
#define SPOOL_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/id.h"
#include "spool/stamp.h"
#include "spool/state.h"

/*
 * books: what the ledger says, in memory, fed line by line.
 *
 * What waits (accepted, held, rejected) is known with name and all; what is
 * published is 32 bytes: its GUID, half of its hash.  books_feed() is the
 * `follow` of a ledger, so that the books are never behind it.
 */

struct err;
struct ledger_line;
struct books;

struct package {
	char id[ID_MAX + 1];
	enum state state;
	bool purged;			/* only its id is still known */
	char *name;			/* as shown */
	char sha256[DIGEST_HEX + 1];
	uint64_t size;
	char guid[ID_GUID + 1];		/* "" where it could not be read */
	char app[ID_APP_MAX + 1];	/* "" likewise */
	char received[STAMP_LEN + 1];
	char time[STAMP_LEN + 1];	/* of its last event */
};

/*
 * What the ledger counts.  state: how many are in it now, with those whose
 * bytes retention has removed since, which purged counts once more.
 */
struct totals {
	uint64_t received, instances;
	uint64_t state[STATE_COUNT], purged[STATE_COUNT];
	uint64_t stray;			/* lines about unknown packages */
};

enum books_answer { BOOKS_NEW, BOOKS_DUPLICATE, BOOKS_CONFLICT };

struct books *books_new(void);
void books_free(struct books *);
int books_feed(void *books, const struct ledger_line *, struct err *);

/*
 * What a package is to those before it.  DUPLICATE: the same bytes are
 * accepted, published or held.  CONFLICT: other bytes of the same instance
 * are accepted or published.  What was refused does not count.  A package
 * that is itself accepted gives its own id (else NULL) and meets only what is
 * published.  guid may be "".
 */
enum books_answer books_judge(const struct books *, const char *guid,
    const char *sha256, const char *own_id);

/*
 * A verdict that is decided but not yet in the ledger: books_judge() sees it
 * from now on.  Its ledger line takes it away, books_forget() all of them.
 */
void books_expect(struct books *, const char *guid, const char *sha256,
    enum state);
void books_forget(struct books *);

/* A fresh id: {id}, or {id}.2, {id}.3 … where that was used before. */
void books_new_id(const struct books *, const char *guid, const char *sha256,
    char id[ID_MAX + 1]);

/* Only what waits: accepted, held, rejected; NULL: not known, or published. */
const struct package *books_find(const struct books *, const char *id);

/*
 * In the order of receipt; a function that returns -1 ends it.  It may feed
 * the books; a package is gone when that takes it out of what waits.
 */
typedef int books_fn(void *arg, const struct package *, struct err *);
int books_each(struct books *, enum state, books_fn *, void *arg,
    struct err *);

const struct totals *books_totals(const struct books *);

/* When a run last found all bytes as the ledger says (account); "": never. */
const char *books_checked(const struct books *);

#endif
