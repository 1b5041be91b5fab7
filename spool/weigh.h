#ifndef SPOOL_WEIGH_H
#define SPOOL_WEIGH_H

/*
 * weigh: what a worker's answer is worth.
 *
 * A worker that was taken over by a package may say anything of that package
 * and of those it is given after it.  What the coordinator can see for
 * itself it never takes from a worker:
 *
 *   - the package's SHA-256 and size: hashed before it is handed out, and
 *     told to the worker, which then need not hash it.  So the ledger's sums
 *     are true, and no package can be passed off as one that is kept already
 *     (a duplicate is what is removed; everything else is kept);
 *   - of a package that was accepted: its instance and its app;
 *   - a key: its instance, its route as route.conf has it (from this app to
 *     that one), and an owner number with the right check digit;
 *   - the findings: none that only the coordinator can know of;
 *   - what was made: moved out of the worker's reach, then held against the
 *     list, byte by byte.
 *
 * What is left to be believed is what only a reader of the package can know:
 * which instance it is, what is wrong with it, what its instances hold.  A
 * lie about these is about packages that one worker had; their bytes are
 * kept, so that they can be judged again.
 */

struct answer;
struct conf;
struct err;
struct job;
struct sum;
struct weigh;

/* `tmp` is the run's, -1 where nothing is made.  The sum stays the caller's. */
struct weigh *weigh_new(const struct conf *, int tmp, struct sum *,
    struct err *);
void weigh_free(struct weigh *);

/*
 * *wrong: NULL when it is sound; else what is not, a few words.  What was
 * made then lies in tmp/made, and the answer names it there.  -1: the house
 * failed.
 */
int weigh_answer(struct weigh *, const struct job *, const char *work,
    struct answer *, const char **wrong, struct err *);

#endif
