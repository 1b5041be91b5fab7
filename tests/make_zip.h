#ifndef TESTS_MAKE_ZIP_H
#define TESTS_MAKE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * make_zip: zips as no honest program writes them.
 *
 * A zeroed field means the truth; any other value is written in its place.
 */

struct buf;

struct zip_part {
	const char *name;
	size_t name_len;		/* 0: a string */
	const char *data;
	size_t len;			/* 0: a string */
	unsigned method;		/* 8 is deflate with stored blocks, */
	bool raw;			/* unless the data is deflated already */
	unsigned flags;
	uint32_t attributes;
	uint32_t crc, packed, size;
	uint32_t local_crc, local_size;
	unsigned local_method, local_flags;
	const char *local_name;
	uint32_t at;			/* 1 + the place */
	bool only_local, only_central;
	const char *extra;		/* of both headers */
	size_t extra_len;
	const char *comment;
	unsigned descriptor;		/* its length: 0, 12 or 16 */
	uint32_t descriptor_crc;
	const char *gap;		/* bytes behind it */
};

enum { ZIP_END = 22 };

void make_zip(struct buf *, const struct zip_part *, size_t n);

/* The end record, to be spoilt. */
unsigned char *zip_end(struct buf *);

uint32_t make_crc(const char *, size_t n);

#endif
