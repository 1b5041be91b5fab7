#ifndef WATCHER_TARSTREAM_H
#define WATCHER_TARSTREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * tarstream: the bytes of a tar, taken out of its one filter by libarchive
 * and past tarcheck.
 *
 * Counted on the way, so that a filter cannot make more of them than the
 * limits allow, not even behind the tar's end.
 */

struct container;
struct findings;
struct members;
struct package_limits;
struct source;
struct tarstream;

/* What is passed in is borrowed.  NULL: a finding says why, or the source. */
struct tarstream *tarstream_open(struct source *, const struct container *,
    const struct package_limits *, struct members *, struct findings *);
void tarstream_free(struct tarstream *);

/*
 * The next bytes: how many, 0 at the end, or -1 as above, and so on every
 * call from then on.  Good until the next call.
 */
ssize_t tarstream_block(struct tarstream *, const void **);
bool tarstream_dead(const struct tarstream *);

/* Bytes of the file that the filter has used so far; 0 without a filter. */
uint64_t tarstream_packed(const struct tarstream *);

#endif
