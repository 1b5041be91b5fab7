#ifndef SPOOL_UNFINISHED_H
#define SPOOL_UNFINISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/arena.h"
#include "spool/removal.h"
#include "spool/settle.h"
#include "spool/spool.h"

/*
 * unfinished: what the ledger says the last group of some runs was.
 *
 * All groups before it are wholly on disk: the barrier before a group's
 * ledger line covers all that went before.  So only this one may have parts
 * that are not done, or were undone by a power cut.
 */

struct err;

struct last_group {
	char run[RUN_MAX + 1];
	int64_t group;			/* 0: the ledger has none */
	struct arena arena;		/* holds the deeds' strings */
	struct deed *deeds;
	size_t n, cap;
	struct removal *gone;		/* a purge's group has only these */
	size_t n_gone, cap_gone;
};

/* `run` is filled in by the caller, the rest is zero; free each after it. */
int unfinished_read(int ledger, struct last_group *, size_t n, struct err *);
void unfinished_free(struct last_group *);

/* The deed of a claim's number, or NULL. */
struct deed *unfinished_claim(const struct last_group *, int64_t number);

/* Whether it is to be removed, by its path below the spool. */
bool unfinished_gone(const struct last_group *, const char *path);

#endif
