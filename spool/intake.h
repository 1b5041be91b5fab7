#ifndef SPOOL_INTAKE_H
#define SPOOL_INTAKE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/marks.h"

/*
 * intake: what lies in incoming/, and taking it.
 *
 * A scan is a snapshot of names, sorted.  A claim gives a package a number
 * and a place in claimed/{run}/: `{n}`, a private copy, while the drop stays
 * where it is until the ledger has it; or `{n}.{name}`, the drop itself.
 */

struct conf;
struct err;
struct intake;
struct run;
struct spool;

struct drop {
	char name[NAME_MAX + 1];	/* raw: never show it */
	char claim[NAME_MAX + 1];	/* its name in claimed/{run} */
	struct drop_mark mark;
	int64_t n;			/* the number of the claim */
	bool renamed;			/* claim is the drop, not a copy */
	bool too_large;			/* than max-bytes: do not open it */
	char sha256[DIGEST_HEX + 1];	/* only when too_large */
	uint64_t summed;		/* bytes that it is of, from the first */
	bool booked;			/* the ledger has it: it stays */
	int fd;				/* to read it, offset 0; -1 when none */
};

struct intake_list {
	char **names;			/* raw, sorted, old enough */
	size_t n, cap;
	size_t young;			/* not yet old enough */
	int64_t wait_ms;		/* until the first of these may be */
};

/* Something that stays in incoming/, told once: NOT_A_FILE or its like. */
typedef void intake_note_fn(void *arg, const char *shown, const char *what);

/*
 * SIGIO is ignored from here on: a lease that is broken by a writer must
 * not end the process.
 */
struct intake *intake_new(const struct spool *, struct run *,
    const struct conf *, intake_note_fn *, void *arg);
void intake_free(struct intake *);

bool intake_name_ok(const char *raw);	/* no dot first, no .part and so on */

/* What is claimed and not yet settled is not listed again. */
int intake_scan(struct intake *, struct intake_list *, struct err *);
void intake_list_free(struct intake_list *);

/*
 * *taken is false, and that is no error, when the file is gone, is still
 * being written, changed under the copy, or cannot be read (noted): a later
 * scan finds it again.
 */
int intake_claim(struct intake *, const char *name, struct drop *,
    bool *taken, struct err *);

/* Undo a claim that the ledger does not know; a booked one is left alone. */
int intake_give_back(struct intake *, struct drop *, struct err *);

/* Closes the descriptor and forgets the drop; after commit or give-back. */
void intake_settled(struct intake *, struct drop *);

/*
 * SHA-256 and size of a file, at most the first `most` bytes of it.  What is
 * larger than max-bytes is known by its first INTAKE_SUM_MAX bytes (its
 * message says so): a hole costs its dropper nothing, and all of it would
 * cost us days.
 */
#define INTAKE_SUM_MAX ((uint64_t)1 << 30)
int intake_sum(int fd, uint64_t most, char sha256[DIGEST_HEX + 1],
    uint64_t *size, struct err *);

/* `{n}.{name}`; the name masked and cut where it may not be seen there. */
void intake_drop_name(char claim[NAME_MAX + 1], int64_t n, const char *name);

/*
 * Undo one claim by its name in claimed/{run}: a copy is removed, a drop goes
 * back to incoming/, under {k}-{name} when its name is taken.
 */
int intake_undo(int claimed, const char *claim, int incoming, struct err *);

#endif
