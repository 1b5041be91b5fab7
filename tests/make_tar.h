#ifndef TESTS_MAKE_TAR_H
#define TESTS_MAKE_TAR_H

#include <stddef.h>
#include <stdint.h>

/*
 * make_tar: tars header by header.  A zeroed field means the usual.
 */

struct buf;

struct tar_part {
	const char *name;
	const char *data;
	size_t len;			/* 0: a string */
	char flag;			/* 0: a file */
	const char *link, *prefix;
	const char *magic;		/* "ustar  " is GNU's, "" is V7 */
	uint64_t size;			/* instead of the truth */
	int spoil;			/* added to the sum */
};

enum { TAR_UNIT = 512, TAR_FLAG_V7 = -1 };

void make_tar(struct buf *, const struct tar_part *, size_t n);
void tar_member(struct buf *, const struct tar_part *);
void tar_end(struct buf *);		/* two blocks of zeros */

/* One record of a pax header: "LENGTH KEY=VALUE\n". */
void pax_record(struct buf *, const char *key, const char *value, size_t n);

/* A pax header that gives the next member one key. */
void tar_pax(struct buf *, char flag, const char *key, const char *value,
    size_t n);

#endif
