#include "spool/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/stamp.h"

enum { CHUNK = 256 * 1024 };

static const char suffix[] = ".jsonl";

/* {day}.jsonl becomes {day}; false: another file. */
static bool
day_of(char *name)
{
	size_t n = strlen(name);

	if (n != STAMP_DAY + sizeof suffix - 1 ||
	    strcmp(name + STAMP_DAY, suffix) != 0)
		return false;
	name[STAMP_DAY] = '\0';
	return stamp_day_ok(name);
}

int
lines_days(int dir, struct fsx_list *l, struct err *e)
{
	size_t n = 0;

	if (fsx_list(dir, l, e) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (day_of(l->v[i]))
			l->v[n++] = l->v[i];
		else
			free(l->v[i]);
	l->n = n;
	return 0;
}

void
lines_file(char name[LINES_NAME], const char *day)
{
	snprintf(name, LINES_NAME, "%.*s%s", STAMP_DAY, day, suffix);
}

/* Hand on the whole lines in the buffer and keep the rest. */
static int
hand_on(struct buf *b, int64_t *offset, lines_fn *fn, void *arg,
    struct err *e)
{
	char *p = b->p, *end = b->p + b->len, *nl;

	while ((nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		*nl = '\0';
		if (fn(arg, p, (size_t)(nl - p), *offset, e) == -1)
			return -1;
		*offset += nl + 1 - p;
		p = nl + 1;
	}
	b->len = (size_t)(end - p);
	memmove(b->p, p, b->len);
	return 0;
}

int
lines_read(int dir, const char *day, int64_t from, lines_fn *fn, void *arg,
    int64_t *end, int64_t *size, struct err *e)
{
	char name[LINES_NAME];
	struct buf b = { 0 };
	int64_t at = from;
	int fd, rc = -1;
	ssize_t n;

	lines_file(name, day);
	*end = from;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(e, "open ledger/%s", name);
	for (;;) {
		buf_reserve(&b, CHUNK);
		n = pread(fd, b.p + b.len, CHUNK, at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_sys(e, "read ledger/%s", name);
			goto out;
		}
		if (n == 0)
			break;
		at += n;
		b.len += (size_t)n;
		if (hand_on(&b, end, fn, arg, e) == -1)
			goto out;
	}
	*size = at;
	rc = 0;
out:
	buf_free(&b);
	close(fd);
	return rc;
}

bool
lines_torn(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20)
			return true;
	return false;
}
