#ifndef SPOOL_CREW_H
#define SPOOL_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/answer.h"

/*
 * crew: long-lived workers, as the coordinator sees them.
 *
 * Jobs are handed out in batches, their descriptors with them.  A worker
 * that dies, stalls, talks nonsense, is found to lie (weigh.h) or says that
 * it cannot go on costs at most the package it was on: that one is tried once
 * more, alone, in a fresh worker that is given nothing after it; then we
 * answer for it with WORKER_CRASHED, WORKER_TIMEOUT or WORKER_MEMORY, or,
 * where the worker said that it could not go on, IO_ERROR.  The other
 * packages it had are given out again.
 *
 * A worker is believed in one thing only, before it has read a package: that
 * it cannot start.  Whether disk and space are in trouble we try ourselves.
 */

struct conf;
struct crew;
struct err;

enum crew_mode { CREW_CHECK, CREW_PROBE, CREW_MAP };

struct crew_job {
	uint32_t item;			/* told back with the answer */
	enum crew_mode mode;
	const char *name;		/* as shown; copied */
	int fd;				/* stays the caller's; open until told */
	/* As the ledger has them, copied; NULL or "": not known yet. */
	const char *guid, *app;
	bool replay;			/* or `earlier` is not looked at */
	int earlier;			/* earlier.h; as fd */
};

struct crew_answer {
	uint32_t item;
	struct answer *answer;		/* the taker frees it, and the struct */
	char work[16];			/* where made now lies in tmp/{run} */
};

/*
 * Start one worker and wait until it has the configuration; the others start
 * when there is work.  `tmp` is the folder for their files, -1 when none are
 * written.  A faulty configuration is ERR_CONFIG with an empty text: the
 * worker has printed what is wrong.
 */
struct crew *crew_new(const struct conf *, int tmp, struct err *);
void crew_free(struct crew *);

const char *crew_config(const struct crew *);	/* SHA-256 of it, hex */
const char *crew_program(const struct crew *);	/* the worker's path */

/* What a coordinator must say aloud at its start; NULL: nothing. */
const char *crew_unsafe(const struct conf *);

void crew_give(struct crew *, const struct crew_job *);
size_t crew_open(const struct crew *);		/* given and not answered */

/*
 * The next answer: 1; 0 when nothing is open, or when none came within
 * `wait_ms` (-1: no limit).  -1: the house failed, as we see ourselves, or no
 * worker can be started.
 */
int crew_next(struct crew *, int wait_ms, struct crew_answer *,
    struct err *);

#endif
