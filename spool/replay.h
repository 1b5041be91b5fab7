#ifndef SPOOL_REPLAY_H
#define SPOOL_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/answer.h"
#include "spool/settle.h"

/*
 * replay: what the routes make of a published package now, held against what
 * was made of it before.
 *
 * Compared is the content (answer_content()) of the newest generation of each
 * key, and the app it is for: not manifest.json, which changes with every
 * change of a map.  Where the ledger has no content, what lies in the outbox
 * is looked at; what cannot be known counts as different.
 */

struct dossier;
struct err;

/* The newest generation of a key. */
struct replay_before {
	const char *path;		/* org/app/owner/key */
	char content[DIGEST_HEX + 1];	/* "": not known */
	bool met;			/* it is made now, too */
};

struct replay {
	const struct dossier *x;	/* the package; the caller's */
	struct arena arena;
	struct replay_before *before;	/* by key */
	size_t n_before;

	/* after replay_compare() */
	const char *work;		/* where made lies in tmp/{run} */
	struct answer made;		/* what is new of the answer, its own */
	const char **replaces;		/* by made; NULL: nothing */
	bool *blind;			/* by made: could not be compared */
	struct deed_paths unchanged, gone;
};

/* From the dossier, and from the outbox (-1: there is none to be seen). */
int replay_init(struct replay *, const struct dossier *, int outbox,
    struct err *);
void replay_free(struct replay *);

/* What a worker is to be told; earlier_write(). */
int replay_tell(const struct replay *, struct err *);

/*
 * An answer without findings, which must outlive the replay.  *wrong: NULL,
 * or what no sound worker says.
 */
void replay_compare(struct replay *, const struct answer *, const char *work,
    const char **wrong);

#endif
