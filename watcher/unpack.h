#ifndef WATCHER_UNPACK_H
#define WATCHER_UNPACK_H

#include <stddef.h>

/*
 * unpack: the members of a container, one after the other, by libarchive.
 *
 * The container is known by its first bytes, and libarchive gets only the
 * one format and the one filter these call for.  It only inflates: what a
 * member is called, its type and its length come from zipcheck or tarcheck,
 * and libarchive must see the same.  All it warns of is refused.
 */

struct findings;
struct member;
struct members;
struct package_limits;
struct source;
struct unpack;

/*
 * NULL when it is no container we take: a finding says why, or the source
 * has a fault.  What is passed in is borrowed; the members are filled at
 * once for a zip, and as they come for a tar.
 */
struct unpack *unpack_open(struct source *, const struct package_limits *,
    struct members *, struct findings *);
void unpack_free(struct unpack *);

/* 1 with the next member of the list, 0 at the end, -1 as above. */
int unpack_next(struct unpack *, const struct member **);

/* Its next bytes: 1, 0 at its end, -1 as above. */
int unpack_read(struct unpack *, const void **, size_t *);

/* From the first member again; -1 as above. */
int unpack_rewind(struct unpack *);

#endif
