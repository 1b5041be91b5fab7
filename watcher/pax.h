#ifndef WATCHER_PAX_H
#define WATCHER_PAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/finding.h"

/*
 * pax: an extended header of a tar.
 *
 * Keys that change what an entry is or how long it is are taken (path, size),
 * those that cannot are passed over, and any other is refused.
 */

struct pax {
	const char *path;		/* in the header; NULL when not given */
	size_t path_len;
	bool has_size;
	uint64_t size;
};

/* A global header may only comment.  NULL, or why it is refused, as `code`. */
const char *pax_parse(struct pax *, const char *, size_t n, bool global,
    enum finding_code *);

#endif
