#ifndef WATCHER_CONTAINER_H
#define WATCHER_CONTAINER_H

#include <stdbool.h>

/*
 * container: what a file is, told by its first bytes and not by its name.
 */

struct archive;
struct findings;
struct source;

struct container {
	bool zip;			/* else a tar */
	bool gzip;			/* the filter is this one */
	int (*filter)(struct archive *); /* of a tar; NULL when there is none */
};

/* -1 when we do not take it: a finding says why, or the source's fault. */
int container_of(struct source *, struct container *, struct findings *);

#endif
