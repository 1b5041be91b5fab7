#ifndef SPOOL_LISTING_H
#define SPOOL_LISTING_H

#include "spool/digest.h"

/*
 * listing: what a configuration was, as one SHA-256 (DESIGN 6): of the lines
 * "hex  path" of every file below some folders, paths relative to the
 * configuration folder, sorted by bytes.
 */

struct buf;
struct faults;

/* The lines of all that apps and routes are made of: below apps/, routes/. */
int listing_config(const char *dir, struct buf *lines, struct faults *);

/* -1 and a fault when something cannot be read. */
int listing_hash(const char *dir, const char *const *folders, size_t n,
    char sha256[DIGEST_HEX + 1], struct faults *);

#endif
