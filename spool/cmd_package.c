#include "spool/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/json.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/state.h"
#include "spool/text.h"

enum { CHUNK = 256 * 1024, FILE_MODE = 0640 };

/* One file on its way into incoming/. */
struct dropping {
	int incoming;
	const char *name;		/* raw, as it will be there */
	char *shown;
	char temp[64];			/* a dot name, until it is whole */
	char *bytes;			/* CHUNK of room */
};

static int
copy(struct dropping *d, int from, int to, struct err *e)
{
	ssize_t n;

	do {
		n = read(from, d->bytes, CHUNK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(e, "read %s", d->shown);
		if (fsx_write(to, d->bytes, (size_t)n, e) == -1)
			return -1;
	} while (n != 0);
	return fsx_sync(to, d->shown, e);
}

static int
open_source(const struct dropping *d, const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1) {
		err_sys(e, "open %s", d->shown);
		if (e->sys == ENOENT || e->sys == ENOTDIR)
			e->kind = ERR_NO_INPUT;
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(e, ERR_NO_INPUT, "%s is no plain file", d->shown);
}

static int
publish(const struct dropping *d, struct err *e)
{
	if (fsx_rename_new(d->incoming, d->temp, d->incoming, d->name,
	    e) == 0)
		return fsx_sync(d->incoming, "incoming", e);
	if (e->sys == EEXIST)
		err_set(e, ERR_AGAIN, "%s is in incoming/ already: wait until "
		    "it is taken, or give this one another name", d->shown);
	return -1;
}

static int
drop_file(struct dropping *d, const char *path, struct err *e)
{
	int from, to = -1, rc = -1;
	bool made = false;

	if (!intake_name_ok(d->name))
		return err_set(e, ERR_USAGE, "a file of this name would be "
		    "left alone in incoming/: rename it (%s)", d->shown);
	if ((from = open_source(d, path, e)) == -1)
		return -1;
	to = openat(d->incoming, d->temp, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (to == -1) {
		err_sys(e, "create incoming/%s", d->temp);
		goto out;
	}
	made = true;
	if (copy(d, from, to, e) == -1 || publish(d, e) == -1)
		goto out;
	made = false;
	/*
	 * XFS that was cut off meanwhile lets the sync of a folder succeed,
	 * but not that of a file: so ask once more before we say "dropped".
	 */
	if (fsx_sync(to, d->shown, e) == -1)
		goto out;
	rc = 0;
out:
	close(from);
	if (to != -1)
		close(to);
	if (made)
		unlinkat(d->incoming, d->temp, 0);
	return rc;
}

static void
tell(const struct cmdline *c, const struct dropping *d)
{
	struct buf b = { 0 };
	struct json j;

	if (!c->json) {
		printf("dropped %s\n", d->shown);
		return;
	}
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "package", d->shown);
	json_str(&j, "state", state_name(STATE_INCOMING));
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
}

static int
drop_one(const struct cmdline *c, struct dropping *d, size_t i)
{
	const char *path = c->args[i], *slash = strrchr(path, '/');
	struct buf shown = { 0 };
	struct err e;
	int rc = 0;

	d->name = slash != NULL ? slash + 1 : path;
	receipt_shown(&shown, d->name);
	d->shown = shown.p != NULL ? shown.p : mem_dup("");
	snprintf(d->temp, sizeof d->temp, ".drop-%ld-%zu.part",
	    (long)getpid(), i);
	if (drop_file(d, path, &e) == -1)
		rc = cmd_fail(&e);
	else
		tell(c, d);
	free(d->shown);
	return rc;
}

static int
open_or_make(const char *path, struct err *e)
{
	const unsigned mode = place_mode(PLACE_INCOMING);

	/* As spool_open() makes it, as far as this user may. */
	if (mkdir(path, mode & 0777) == 0)
		(void)chmod(path, mode);
	return fsx_dir(AT_FDCWD, path, e);
}

/* Who drops need not be able to read the configuration. */
static int
open_incoming(const struct cmdline *c, int *fd)
{
	struct conf conf;
	const char *root = c->spool;
	char path[PATH_MAX + 16];
	struct err e;
	int rc;

	if (root == NULL) {
		if ((rc = cmd_conf(c, &conf)) != 0)
			return rc;
		root = conf.spool.root;
	}
	snprintf(path, sizeof path, "%s/%s", root,
	    place_name(PLACE_INCOMING));
	*fd = open_or_make(path, &e);
	return *fd != -1 ? 0 : cmd_fail(&e);
}

int
cmd_drop(const struct cmdline *c)
{
	struct dropping d = { .incoming = -1 };
	int one, rc = open_incoming(c, &d.incoming);

	if (rc != 0)
		return rc;
	d.bytes = mem_alloc(CHUNK);
	for (size_t i = 0; i < c->n_args; i++)
		if ((one = drop_one(c, &d, i)) != 0)
			rc = one;
	free(d.bytes);
	close(d.incoming);
	return rc;
}
