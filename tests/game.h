#ifndef TESTS_GAME_H
#define TESTS_GAME_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/conf.h"
#include "tests/scratch.h"

/*
 * game: a spool with a package of every kind, played to its end, and what
 * must be so whatever happened on the way. `row` names the try that failed.
 */

struct buf;

struct game {
	struct scratch *scratch;
	size_t group;
};

/* An instance's GUID. */
#define G(n) "6513270e-0000-4000-8000-00000000000" n

void game_deal(struct game *, enum conf_claim, size_t group);
int game_play(void *game);			/* a killer_fn */
int game_play_quietly(void *game);

/* The tree of a game that nothing disturbed; `take`: owners took it all. */
void game_undisturbed(struct buf *tree, enum conf_claim, size_t group,
    bool take);

void game_expect_sound_ledger(const struct scratch *, long row);
void game_expect_balanced(const struct scratch *, const char *when,
    long row);
void game_expect_same_tree(const struct buf *want, const struct buf *have,
    long row);

#endif
