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
 * that dies, stalls or talks nonsense costs at most the package it was on:
 * that one is tried once more, alone, in a fresh worker, then refused with
 * WORKER_CRASHED, WORKER_TIMEOUT or WORKER_MEMORY; the other packages it had
 * are given out again.
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
};

struct crew_answer {
	uint32_t item;
	struct answer *answer;		/* the taker frees it, and the struct */
	char work[16];			/* where made lies, below tmp/{run} */
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
 * `wait_ms` (-1: no limit).  -1: the house failed (the worker said so, or no
 * worker can be started).
 */
int crew_next(struct crew *, int wait_ms, struct crew_answer *,
    struct err *);

#endif
