#ifndef SPOOL_STORED_H
#define SPOOL_STORED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * stored: the zips of our own making (output = zip), read back.
 *
 * No general reader: without compression, encryption, comment or 64-bit
 * fields, which is what flerapp-worker writes; anything else is not found.
 */

/* The member's bytes, inside the zip. */
bool stored_find(const void *zip, size_t size, const char *name,
    const void **data, size_t *n);

#endif
