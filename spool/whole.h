#ifndef SPOOL_WHOLE_H
#define SPOOL_WHOLE_H

#include <limits.h>

#include "spool/buf.h"

/*
 * whole: a file that grows under a hidden name and shows only when complete.
 */

struct err;

struct whole {
	int dir, fd;			/* fd -1: not open */
	char name[NAME_MAX + 1], temp[NAME_MAX + 1];
	struct buf text;		/* what is not written yet */
};

/* In a folder that stays the caller's.  One writer at a time. */
int whole_open(struct whole *, int dir, const char *name, struct err *);

/* To be called now and then while text grows: writes it when it is much. */
int whole_flush(struct whole *, struct err *);

/* Write, sync and show it in place of an older one. */
int whole_show(struct whole *, struct err *);

/* Free it; what was not shown is removed.  A zeroed fd -1 one is fine. */
void whole_close(struct whole *);

#endif
