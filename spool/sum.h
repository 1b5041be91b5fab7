#ifndef SPOOL_SUM_H
#define SPOOL_SUM_H

#include <stdint.h>

#include "spool/digest.h"

/*
 * sum: the SHA-256 of files, one after the other, with one buffer.
 */

struct sum;

struct sum *sum_new(void);
void sum_free(struct sum *);

/*
 * Of the first `most` bytes, whatever the offset of fd.  -1, and errno, when
 * the rest cannot be read: then of what could be, and so is *size.
 */
int sum_file(struct sum *, int fd, uint64_t most, char hex[DIGEST_HEX + 1],
    uint64_t *size);

/* Of a text. */
void sum_text(struct sum *, const void *, size_t, char hex[DIGEST_HEX + 1]);

#endif
