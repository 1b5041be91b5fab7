#ifndef TRANSFORM_DRAFT_H
#define TRANSFORM_DRAFT_H

#include <stdbool.h>

/*
 * draft: rows of a map.csv that is written for somebody to go on with.
 */

struct buf;

struct draft_row {
	const char *target, *source, *convert, *note;	/* NULL is "" */
	bool required;
};

void draft_head(struct buf *);
void draft_add(struct buf *, const struct draft_row *);

#endif
