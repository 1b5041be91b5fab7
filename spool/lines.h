#ifndef SPOOL_LINES_H
#define SPOOL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * lines: the day files of the ledger, read line by line, whatever their size.
 */

struct err;
struct fsx_list;

/* The days that have a file, in order; other files may lie there too. */
int lines_days(int dir, struct fsx_list *, struct err *);

enum { LINES_NAME = 32 };

void lines_file(char name[LINES_NAME], const char *day);  /* {day}.jsonl */

/*
 * Each line that is whole, from an offset on; text has a NUL in place of its
 * newline.  *end is the offset behind the last whole line, *size the file's.
 */
typedef int lines_fn(void *arg, const char *text, size_t len, int64_t offset,
    struct err *);
int lines_read(int dir, const char *day, int64_t from, lines_fn *, void *arg,
    int64_t *end, int64_t *size, struct err *);

/* Whether it has bytes that no line has: a write that did not get through. */
bool lines_torn(const char *text, size_t len);

#endif
