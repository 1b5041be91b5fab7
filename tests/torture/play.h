#ifndef TESTS_TORTURE_PLAY_H
#define TESTS_TORTURE_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/torture/strike.h"

/*
 * play: one program's work on one spool, disturbed, then carried on, and held
 * against the same work undisturbed.
 */

enum { BEFORE_MAX = 3 };

/* Commands; @NAME stands for the id of that package. */
struct play {
	const char *name;
	const char *before[BEFORE_MAX];	/* makes the spool it starts from */
	const char *act;		/* is disturbed, then given again */
	unsigned codes;			/* bits: what it may exit with then */
	bool takes;			/* owners take what they see */
};

enum { CODE_OK = 1, CODE_PARTIAL = 2, CODE_DATA = 4 };	/* 0, 3, 65 */

struct trouble {
	size_t lost, doubled, untrue;	/* as in world.h */
	size_t other;			/* hung, crashed, books, exit codes */
	char text[8192];
};

bool trouble_any(const struct trouble *);

/* Where it is played; each process has its own. */
struct stage;

struct stage_set {
	const char *bin;		/* the programs */
	const char *scene;		/* config/ and packages/ */
	const char *dir;		/* is made, and gone afterwards */
	const char *shim;		/* starve.so, or NULL */
	const struct play *play;
	/* Without the packages of which the first to come counts. */
	bool plain;
};

struct stage *stage_new(const struct stage_set *);
void stage_free(struct stage *);

/*
 * Strike `act`, with `again` (or NULL) also its second start, which
 * recovers.  False: there was no such call, in the one or in the other.
 */
bool stage_strike(struct stage *, const struct strike *,
    const struct strike *again, struct trouble *);

/* One allocation fails, or all from then on. */
bool stage_starve(struct stage *, bool worker, long at, bool for_ever,
    struct trouble *);

/*
 * The order of calls: of `act` itself, of an `act` of which a call fails, or
 * of the second start behind one that was killed.
 */
bool stage_order(struct stage *, const struct strike *, struct trouble *);

#endif
