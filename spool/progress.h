#ifndef SPOOL_PROGRESS_H
#define SPOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/cmd.h"

/*
 * progress: how far long work is, on stderr: a bar on a terminal, elsewhere a
 * plain line every ten seconds.
 */

struct progress {
	bool bar, plain, drawn;
	int64_t began, told;		/* milliseconds */
};

void progress_start(struct progress *, enum cmd_progress);
void progress_show(struct progress *, uint64_t done, uint64_t total);
void progress_clear(struct progress *);	/* before other output */
double progress_seconds(const struct progress *);

#endif
