#ifndef SPOOL_BATCH_H
#define SPOOL_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/finding.h"
#include "spool/state.h"

/*
 * batch: a coordinator at work: scan, claim, hand out, judge, commit.
 *
 * The loop that flerapp run, flerapp-watch and flerapp-transform share.  It
 * parses nothing: workers read the packages, batch checks what they say and
 * moves them by way of commit.  One process may hold one batch.
 */

struct batch;
struct conf;
struct err;

enum batch_mode {
	BATCH_INTAKE,		/* incoming/ to accepted, held, rejected */
	BATCH_TRANSFORM,	/* accepted/ to done and outbox */
	BATCH_BOTH,		/* both in one pass over each package */
};

/* What became of one package, told once it is true on disk. */
struct batch_event {
	const char *id, *package, *app;	/* package: as shown; app may be "" */
	enum state state;
	const char *codes;		/* "Xsd NOT_ENDED", or "" */
	size_t instances;
};

struct batch_hooks {
	void *arg;
	void (*event)(void *arg, const struct batch_event *);
	/* A line of the log: a fault of the house, an odd file, recovery. */
	void (*note)(void *arg, const char *text);
	/* How far the pass is; total may grow. */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	bool (*stop)(void *arg);	/* asked between packages: finish up */
};

struct batch_result {
	uint64_t taken;			/* packages this pass has settled */
	uint64_t state[STATE_COUNT];	/* of these */
	uint64_t instances;
	uint64_t young;			/* not yet old enough */
	int64_t wait_ms;		/* until the first of these may be */
	bool stopped;			/* by hooks.stop: work remains */
};

/*
 * Open spool and ledger, recover what a crash left, start the workers.  What
 * is wrong with the configuration the worker has printed on stderr: then
 * ERR_CONFIG with an empty text.  Needs the roles of its mode only in
 * batch_pass(), so that a watcher and `flerapp run` can take turns.
 */
struct batch *batch_new(const struct conf *, enum batch_mode,
    const struct batch_hooks *, struct err *);

/*
 * The run's end: 0, or the exit code when it could not be brought to the
 * disk (which is told as a note).  Recovery then has it.
 */
int batch_free(struct batch *);

/*
 * One pass: everything that waits when it begins.  With `wait`, what is too
 * young is waited for, and so is another process that holds a role; without,
 * both are left (ERR_AGAIN for the role).  -1: it had to stop; what it had
 * not settled is given back or left for recovery.  Below the marks of [spool]
 * it first settles what it has in hand.  After ERR_SPACE, as after any other
 * failure but ERR_AGAIN, the batch is good for batch_free() alone.
 */
int batch_pass(struct batch *, bool wait, struct batch_result *,
    struct err *);

/*
 * After batch_pass(): the books balance, and all that has changed since this
 * was last so has the bytes the ledger says (account); -1 and ERR_BOOKS when
 * not.  The run's last line says when it was so.
 */
int batch_balance(struct batch *, struct err *);

#endif
