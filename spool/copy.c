#include "spool/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/marks.h"
#include "spool/mem.h"

enum { CHUNK = 256 * 1024 };

static enum copied
copy_by_hand(int from, int to, uint64_t most, struct err *e)
{
	char *chunk = mem_alloc(CHUNK);
	enum copied how = COPIED;
	ssize_t n;

	for (uint64_t done = 0; done < most; done += (uint64_t)n) {
		n = read(from, chunk, CHUNK);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n == -1)
			how = COPY_UNREADABLE;
		else if (fsx_write(to, chunk, (size_t)n, e) == -1)
			how = COPY_FAILED;
		if (how != COPIED)
			break;
	}
	free(chunk);
	return how;
}

/* Both offsets move along, so that the second way goes on from the first. */
static enum copied
copy_bytes(int from, int to, uint64_t size, struct err *e)
{
	uint64_t left = size;
	ssize_t n = 1;

	while (left > 0 && n > 0) {
		n = copy_file_range(from, NULL, to, NULL,
		    left < (1 << 30) ? (size_t)left : 1 << 30, 0);
		if (n == -1 && errno == EINTR)
			n = 1;
		else if (n == -1 && (errno == ENOSPC || errno == EDQUOT)) {
			err_sys(e, "copy a package");
			return COPY_FAILED;
		} else if (n > 0)
			left -= (uint64_t)n;
	}
	return left > 0 ? copy_by_hand(from, to, left, e) : COPIED;
}

enum copied
copy_drop(int from, int to, const struct drop_mark *before, struct err *e)
{
	enum copied how = copy_bytes(from, to, before->size, e);
	struct stat source, copy;
	struct drop_mark after;

	if (how != COPIED)
		return how;
	if (fstat(from, &source) == -1 || fstat(to, &copy) == -1) {
		err_sys(e, "look at a copy");
		return COPY_FAILED;
	}
	mark_of(&after, &source);
	if (!mark_same(before, &after) || copy.st_size != source.st_size)
		return COPY_CHANGED;
	return COPIED;
}
