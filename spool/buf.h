#ifndef SPOOL_BUF_H
#define SPOOL_BUF_H

#include <stdarg.h>
#include <stddef.h>

/*
 * buf: bytes that grow.
 *
 * `p` always ends in a NUL that `len` does not count (NULL while nothing was
 * added).  A zeroed struct is an empty buffer.
 */

struct buf {
	char *p;
	size_t len, cap;
};

void buf_add(struct buf *, const void *, size_t);
void buf_str(struct buf *, const char *);
void buf_char(struct buf *, char);
void buf_fmt(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));
void buf_reserve(struct buf *, size_t more);
void buf_reset(struct buf *);			/* empty, keeps its memory */
void buf_free(struct buf *);
const char *buf_text(const struct buf *);	/* never NULL */

#endif
