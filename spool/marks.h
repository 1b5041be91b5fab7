#ifndef SPOOL_MARKS_H
#define SPOOL_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat;

/*
 * marks: which files of incoming/ were met before.
 *
 * A mark is the same only while all of it is the same.  The change time
 * cannot be set by whoever dropped the file, so that a mark is not forged.
 */

struct drop_mark {
	uint64_t ino, size;
	int64_t mtime, ctime;		/* nanoseconds */
};

enum { MARK_TEXT = 84 };

void mark_of(struct drop_mark *, const struct stat *);
bool mark_same(const struct drop_mark *, const struct drop_mark *);

/* But for the change time, which a rename of the file alters. */
bool mark_same_bytes(const struct drop_mark *, const struct drop_mark *);

/* As the ledger writes it: ino-size-mtime-ctime. */
void mark_write(char text[MARK_TEXT], const struct drop_mark *);
bool mark_read(struct drop_mark *, const char *text);

enum mark_kind { MARK_FREE, MARK_CLAIMED, MARK_NOTED, MARK_FUTURE };

struct mark_row {
	struct drop_mark mark;
	enum mark_kind kind;
	int64_t since;			/* monotonic, for the caller */
	uint64_t scan;			/* when it was last met */
};

struct marks {
	struct mark_row *rows;
	size_t cap, n;
	uint64_t scan;
};

/* NULL when it is not there; meeting it in this scan keeps it. */
struct mark_row *marks_find(struct marks *, const struct drop_mark *);
void marks_add(struct marks *, const struct drop_mark *, enum mark_kind,
    int64_t since);
void marks_remove(struct marks *, const struct drop_mark *);

/* Between scans: all but the claimed go that were not met in the last. */
void marks_next_scan(struct marks *);
void marks_free(struct marks *);

#endif
