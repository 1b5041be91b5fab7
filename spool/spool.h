#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "spool/state.h"

/*
 * spool: the tree on disk, who works on it, and the runs.
 *
 * A role is held by one process at a time (flock).  A run is one process's
 * own place below claimed/ and tmp/; it is alive as long as its lock is
 * held, so that a run left by a crash can be told from a working one.
 */

struct conf;
struct err;

enum role { ROLE_INTAKE, ROLE_TRANSFORM, ROLE_COUNT };

struct spool {
	char path[PATH_MAX];
	int root;
	int dir[PLACE_COUNT];		/* -1: missing, when only read */
	int lock[ROLE_COUNT];		/* -1: not held by us */
	uint64_t min_free_bytes, min_free_inodes;
};

enum { RUN_MAX = 40 };			/* 20260303T011502.123456Z-4711 */

struct run {
	char id[RUN_MAX + 1];
	int lock;
	int claimed, tmp;		/* claimed/{id}/ and tmp/{id}/ */
	int64_t last;			/* the last claim number given out */
	int64_t group;			/* the last group committed */
	bool broken;			/* a commit stopped half-way */
};

/*
 * With `make`, missing folders are made; without it nothing is written and
 * missing ones are tolerated.  All folders must be on one file system.
 * spool_close() also lets go of the roles.
 */
int spool_open(struct spool *, const struct conf *, bool make, struct err *);
void spool_close(struct spool *);

/* Without `wait` a role that another process holds is ERR_AGAIN. */
int spool_lock(struct spool *, enum role, bool wait, struct err *);
void spool_unlock(struct spool *, enum role);

/* Whether another process holds the role now. */
bool spool_busy(const struct spool *, enum role);

/* ERR_SPACE when less is free than [spool] min-free-* wants. */
int spool_check_space(const struct spool *, struct err *);

/* The same of a folder, which messages call `path`. */
int spool_space(int dir, const char *path, uint64_t bytes, uint64_t inodes,
    struct err *);

/*
 * Begin a run, with empty folders; end it: everything is synced, then the
 * folders are removed.  Where something was left in claimed/{run}, or a
 * commit stopped half-way, they stay for recovery, and the run is let go.
 */
int spool_begin_run(struct run *, const struct spool *, struct err *);
int spool_end_run(struct run *, const struct spool *, struct err *);
bool spool_run_ok(const char *);

/*
 * The barrier before the ledger lines of a group.  When it fails, moves of the
 * group before may be lost, and no later sync would say so: the run is broken
 * and stays, for recovery to do them again.
 */
int spool_sync(const struct spool *, struct run *, struct err *);

/* The run's lock in claimed/: .{run}.lock */
enum { RUN_LOCK_MAX = RUN_MAX + 6 };
void spool_run_lock(char name[RUN_LOCK_MAX + 1], const char *run);

/* Let go of a run without tidying up, as a crash would. */
void spool_abandon_run(struct run *);

#endif
