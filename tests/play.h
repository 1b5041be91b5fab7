#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include <stdbool.h>

#include "spool/commit.h"
#include "spool/conf.h"
#include "spool/err.h"

/*
 * play: the smallest coordinator, whose packages say what becomes of them.
 *
 * A package is a text: VERDICT GUID WORDS. The verdicts: `publish` (two
 * instances, as folders), `zip` (one, as a zip), `each` (three, of one
 * route), `accept` (published by the second half), `later` (accepted, then held), `hold`, `refuse`, and
 * `broken` (refused, with no GUID).
 */

/* One run, from recovery to the end: what lies in incoming/ and accepted/. */
int play(const struct conf *, size_t group, struct err *);

/* Only the intake half, as the watcher does it. */
int play_intake(const struct conf *, size_t group, struct err *);

/* As play(); hook is called before each commit, with the run's name. */
typedef void play_hook(void *arg, const char *run);
int play_hooked(const struct conf *, size_t group, play_hook *, void *arg,
    struct err *);
int play_intake_hooked(const struct conf *, size_t group, play_hook *,
    void *arg, struct err *);

/* An operator's move, from recovery to the end. */
int play_move(const struct conf *, enum act, const char *id, struct err *);

/*
 * A replay, from recovery to the end. By the other map the first instance is
 * different, a `publish` makes one more, and an `each` one less.
 */
enum play_map { PLAY_MAP, PLAY_OTHER_MAP, PLAY_MAPS };
int play_replay(const struct conf *, const char *id, enum play_map,
    struct err *);

/* Whether the books balance now, read from outside; and every byte, too. */
bool play_balanced(const struct conf *, char why[160]);
bool play_accounted(const struct conf *, char why[160]);

#endif
