#ifndef SPOOL_MADE_H
#define SPOOL_MADE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * made: what a worker says it has made, held against what lies there.
 */

struct answer;
struct err;
struct spool;

/*
 * *wrong: NULL when each folder in dir (a worker's) holds exactly the files
 * that were named, regular and of the size said, and no place or folder is
 * named twice; else what is not so.  -1: it cannot be looked at.
 */
int made_check(int dir, const struct answer *, const char **wrong,
    struct err *);

/*
 * Make the owners' folders in the outbox and see that they can be written.
 * *taken: NULL, or the path of an instance that is there already.
 */
int made_outbox(const struct spool *, const struct answer *,
    const char **taken, struct err *);

#endif
