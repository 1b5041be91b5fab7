#ifndef SPOOL_SEAL_H
#define SPOOL_SEAL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "spool/note.h"
#include "spool/seals.h"
#include "spool/verify.h"

/*
 * seal: signs what the ledger is now, so that nobody can change it later
 * without a trace.
 *
 * The lines up to now, and that every seal before fits them, are proven
 * first: two seals that contradict each other are never signed.  The note
 * is on disk before the `sealed` line tells of it; a crash between them
 * leaves a seal that is good without its line, and the next call adds that
 * when nothing else came.
 */

struct conf;
struct err;
struct key;
struct keys;

struct seal_tools {
	const struct key *key;
	const char *origin;
	const struct keys *keys;	/* that prove the seals before */
	verify_fn *tell;		/* of faults; may be NULL */
	void *arg;
};

struct seal_result {
	bool made;			/* false: nothing new to seal */
	struct note note;		/* the last one there is; size 0: none */
	char name[SEALS_NAME];		/* in ledger/seals/ */
};

/* ERR_BOOKS: the ledger is not what it was; ERR_AGAIN: another one seals. */
int seal_ledger(int ledger, const struct seal_tools *, struct seal_result *,
    struct err *);

/*
 * What the settings say: the file of the private key ("": none; a service's
 * credential `signing-key` goes before), the origin, and the keys that can be
 * read to prove seals with.
 */
void seal_key_file(const struct conf *, char path[PATH_MAX]);
int seal_origin(const struct conf *, char origin[NOTE_ORIGIN + 1],
    struct err *);
int seal_keys(const struct conf *, struct keys *, struct err *);

#endif
