#ifndef SPOOL_BASE64_H
#define SPOOL_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/*
 * base64: RFC 4648 with padding, and only its one spelling of each text.
 */

struct buf;

void base64_write(struct buf *, const void *, size_t);

/*
 * Exactly n bytes; false: the text is of another length, has other characters,
 * or bits that no encoder sets.
 */
bool base64_read(unsigned char *, size_t n, const char *text, size_t len);

#endif
