#ifndef SPOOL_COPY_H
#define SPOOL_COPY_H

/*
 * copy: the private copy of a file that somebody else may be changing.
 */

struct drop_mark;
struct err;

enum copied {
	COPIED,
	COPY_CHANGED,			/* under our hands: not now */
	COPY_UNREADABLE,		/* the source; the disk below it */
	COPY_FAILED,			/* on our side: an err */
};

/* All of `from`, which had this mark before, to the empty file `to`. */
enum copied copy_drop(int from, int to, const struct drop_mark *before,
    struct err *);

#endif
