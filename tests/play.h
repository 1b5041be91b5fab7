#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include <stdbool.h>

#include "spool/conf.h"
#include "spool/err.h"

/*
 * play: the smallest coordinator, whose packages say what becomes of them.
 *
 * A package is a text: VERDICT GUID WORDS. The verdicts: `publish` (two
 * instances, as folders), `zip` (one, as a zip), `accept` (published by the
 * second half), `later` (accepted, then held), `hold`, `refuse`, and
 * `broken` (refused, with no GUID).
 */

/* One run, from recovery to the end: what lies in incoming/ and accepted/. */
int play(const struct conf *, size_t group, struct err *);

/* Only the intake half, as the watcher does it. */
int play_intake(const struct conf *, size_t group, struct err *);

/* Whether the books balance now, read from outside. */
bool play_balanced(const struct conf *, char why[160]);

#endif
