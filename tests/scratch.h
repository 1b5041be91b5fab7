#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/spool.h"

/*
 * scratch: a spool in a folder of its own that is gone afterwards.
 */

struct buf;

struct scratch {
	char dir[64];
	struct conf conf;
};

struct scratch *scratch_new(void);
void scratch_free(struct scratch *);

/* Files by their path below the scratch folder. */
void scratch_put(const struct scratch *, const char *path, const char *text);
void scratch_read(const struct scratch *, const char *path, struct buf *);
bool scratch_has(const struct scratch *, const char *path);
void scratch_path(const struct scratch *, char *to, size_t room,
    const char *path);

/*
 * Every file with its content, sorted, but for locks and what is below the
 * ledger; points in time, days and runs look the same every time.
 */
void scratch_tree(const struct scratch *, struct buf *);

/*
 * The owners move every instance they can see to taken/; a second one of the
 * same key ends the test.
 */
void scratch_take_outbox(const struct scratch *);

#endif
