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
struct sum;

#define MADE_FOLDER "made"		/* in tmp/{run}, out of reach */

/*
 * Move what was made from the worker's folder to tmp/{run}/made/{number}, and
 * name it so: a worker can make files below its own folder and nowhere else,
 * so that from here on nothing can be added to what is then looked at.
 * *wrong: NULL, or that it is not there.  -1: the house failed.
 */
int made_take(int tmp, const char *work, struct answer *, unsigned *number,
    const char **wrong, struct err *);

/*
 * *wrong: NULL when each folder in dir holds exactly the files that were
 * named, regular, with one name, of the size said and with no more rights
 * than ours have, and no place or folder is named twice; else what is not
 * so.  With `sum` also: nobody can write to them any more, their bytes have
 * the hashes said, and SHA256SUMS is the list said.  -1: they cannot be
 * looked at.
 */
int made_check(int dir, const struct answer *, struct sum *,
    const char **wrong, struct err *);

/*
 * Make the owners' folders in the outbox and see that they can be written.
 * *taken: NULL, or the path of an instance that is there already.
 */
int made_outbox(const struct spool *, const struct answer *,
    const char **taken, struct err *);

#endif
