#ifndef SPOOL_CREW_PARTS_H
#define SPOOL_CREW_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "spool/answer.h"
#include "spool/crew.h"
#include "spool/jobs.h"
#include "spool/wire.h"
#include "spool/worker.h"

/*
 * crew_parts: what the files of crew share, and nobody else includes.
 *
 * crew.c has the queues and hands out; crew_hear.c takes what workers say;
 * crew_blame.c sees off those that are no good, and answers for their
 * packages.
 */

struct err;
struct pollfd;
struct sum;
struct weigh;

enum {
	CREW_MAX = 256,
	CREW_LEAVE_MS = 5000,		/* for a worker to leave by itself */
};

/* A worker, and what it has to do. */
struct member {
	struct worker worker;
	bool alone;			/* holds a package on its second try */
	bool ready;
	int64_t since;			/* its last sign of life, ms */
	struct jobs jobs;		/* in the order given */
	struct wire_reader reader;
};

struct crew {
	const struct conf *conf;
	int tmp;
	char path[PATH_MAX];		/* of the program */
	char config[DIGEST_HEX + 1];
	struct member members[CREW_MAX];
	size_t n_members;
	unsigned started;		/* so many, for their folders' names */
	struct sum *sum;
	struct weigh *weigh;
	struct jobs waiting, again;	/* again: to be tried alone */
	struct jobs own;		/* answered by us */
	size_t n_open;
};

/* Why a worker is seen off; what it did, for its package's finding. */
struct blame {
	enum finding_code code;
	const char *what, *detail;	/* detail: or NULL */
};

int64_t crew_now(void);		/* ms, monotonic */
int crew_end(struct member *, int grace_ms);	/* its wait status */

/* A package that no worker answers for. */
int crew_sum(struct crew *, struct job *);	/* j->sha256, j->size */
void crew_answer_for(struct crew *, struct job *, enum finding_code,
    const char *text);

/*
 * See a worker off.  The first package it has not answered is the one it was
 * on, and is to blame; the others go back in front of the queue.  Without
 * a blame its end says why.
 */
int crew_bury(struct crew *, struct member *, const struct blame *);
int crew_bury_liar(struct crew *, struct member *, const char *detail);

/*
 * Who has said nothing for too long, and nothing that poll(2) found either,
 * for we may have been away ourselves; -1: not even that it is ready.
 */
int crew_bury_late(struct crew *, const struct pollfd *, struct err *);
int64_t crew_time_of(const struct crew *, const struct member *);
int crew_not_up(const struct crew *, struct err *);

/* What a worker has said: 1 an answer, 0, or -1 as crew_next(). */
int crew_hear(struct crew *, struct member *, struct crew_answer *,
    struct err *);

#endif
