#include "spool/house.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/spool.h"

enum { FILE_MODE = 0640 };

static const char name[] = "try";

/* What has no room kept for it can still be written, where there is room. */
static int
reserve(int fd, uint64_t bytes, struct err *e)
{
	while (fallocate(fd, 0, 0, (off_t)bytes) == -1) {
		if (errno == EINTR)
			continue;
		if (errno == EOPNOTSUPP || errno == ENOSYS)
			return 0;
		return err_sys(e, "keep %ju KiB in tmp/",
		    (uintmax_t)bytes >> 10);
	}
	return 0;
}

static int
try_writing(int tmp, uint64_t bytes, struct err *e)
{
	int rc, fd = openat(tmp, name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (fd == -1)
		return err_sys(e, "create tmp/%s", name);
	rc = reserve(fd, bytes, e);
	if (rc == 0)
		rc = fsx_write(fd, name, sizeof name, e);
	if (close(fd) == -1 && rc == 0)
		rc = err_sys(e, "close tmp/%s", name);
	unlinkat(tmp, name, 0);
	return rc;
}

int
house_check(const struct conf *c, int tmp, uint64_t bytes, struct err *e)
{
	if (spool_space(tmp, c->spool.root, c->spool.min_free_bytes,
	    c->spool.min_free_inodes, e) == -1)
		return -1;
	return try_writing(tmp, bytes, e);
}
