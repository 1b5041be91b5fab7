#ifndef WATCHER_TARCHECK_H
#define WATCHER_TARCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * tarcheck: the headers of a tar, watched as its bytes go by.
 *
 * libarchive unpacks the tar; tarcheck sees the same bytes a moment before
 * and lists the members, with the names that are really there (libarchive
 * ends them at a NUL).  v7, ustar, pax and GNU long names are taken.
 * Refused is what could mean two things or more than plain files: sparse
 * files, volumes, unknown types and pax keys, global pax headers that do
 * more than comment, and anything but zero bytes after the end.
 */

struct findings;
struct members;
struct tarcheck;

enum { TAR_BLOCK = 512 };		/* of a header, and of content */

struct tarcheck *tarcheck_new(uint64_t max_entries, struct members *,
    struct findings *);
void tarcheck_free(struct tarcheck *);

/* -1 when the tar is not to be read on: a finding says why. */
int tarcheck_feed(struct tarcheck *, const void *, size_t);
int tarcheck_end(struct tarcheck *);		/* no bytes will follow */

/* Is this block a header, by its sum? */
bool tarcheck_sum_ok(const void *block);

#endif
