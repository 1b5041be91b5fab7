#ifndef SPOOL_REREAD_H
#define SPOOL_REREAD_H

#include <stddef.h>

#include "spool/state.h"

/*
 * reread: our own documents (reason.json, manifest.json), read back.
 *
 * Squeezed to one line they can be taken apart with json_get_*() and
 * record_next(), which stop at the end of the object they are given.
 */

struct buf;
struct err;

/* Append without the blanks outside strings. */
void reread_squeeze(struct buf *, const char *text, size_t n);

/* A whole file below dir, squeezed.  A missing one is ERR_NO_INPUT. */
int reread_file(int dir, const char *path, struct buf *, struct err *);

/* reason.json of a held or rejected package; for others "" and 0. */
int reread_reason(int root, enum state, const char *id, struct buf *,
    struct err *);

#endif
