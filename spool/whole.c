#include "spool/whole.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"

enum { FILE_MODE = 0640, MUCH = 256 * 1024 };

int
whole_open(struct whole *w, int dir, const char *name, struct err *e)
{
	*w = (struct whole){ .dir = dir, .fd = -1 };
	snprintf(w->name, sizeof w->name, "%s", name);
	snprintf(w->temp, sizeof w->temp, ".%.*s", NAME_MAX - 1, name);
	if (fsx_unlink(dir, w->temp, e) == -1)
		return -1;
	w->fd = openat(dir, w->temp, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	return w->fd == -1 ? err_sys(e, "create %s", w->temp) : 0;
}

static int
drain(struct whole *w, struct err *e)
{
	int rc = fsx_write(w->fd, buf_text(&w->text), w->text.len, e);

	buf_reset(&w->text);
	return rc;
}

int
whole_flush(struct whole *w, struct err *e)
{
	return w->text.len < MUCH ? 0 : drain(w, e);
}

int
whole_show(struct whole *w, struct err *e)
{
	if (drain(w, e) == -1 || fsx_sync(w->fd, w->name, e) == -1 ||
	    fsx_rename(w->dir, w->temp, w->dir, w->name, e) == -1)
		return -1;
	close(w->fd);
	w->fd = -1;
	return 0;
}

void
whole_close(struct whole *w)
{
	struct err e;

	if (w->fd != -1) {
		close(w->fd);
		(void)fsx_unlink(w->dir, w->temp, &e);
	}
	w->fd = -1;
	buf_free(&w->text);
}
