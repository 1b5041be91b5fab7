#ifndef SPOOL_MULTIPART_H
#define SPOOL_MULTIPART_H

#include <stddef.h>

/*
 * multipart: the body of POST /instances (contract 4.3), byte for byte.
 */

struct buf;
struct err;

struct part {
	const char *name, *type;	/* of the form field; its media type */
	const char *filename;		/* UTF-8, or NULL */
	const void *data;
	size_t size;
	void (*rest)(void *arg);	/* after each MULTIPART_CHUNK that */
	void *arg;			/* was looked at; NULL: not called */
};

enum { MULTIPART_CHUNK = 4 << 20 };
enum { MULTIPART_BOUNDARY = 70 };	/* the most that RFC 2046 allows */

/*
 * A boundary that follows from the seed and stands in none of the parts: it
 * grows, then changes, until that is so.
 */
void multipart_boundary(char boundary[MULTIPART_BOUNDARY + 1],
    const char *seed, const struct part *, size_t n);

/* Content-Type: multipart/form-data; boundary="…", without an end of line. */
void multipart_type(struct buf *, const char *boundary);

int multipart_write(int fd, const char *boundary, const struct part *,
    size_t n, struct err *);

#endif
