#include "spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"

enum { LOCK_MODE = 0640, TRIES = 100 };

static const char *const lock_names[] = {
	[ROLE_INTAKE] = ".intake.lock",
	[ROLE_TRANSFORM] = ".transform.lock",
};

_Static_assert(sizeof lock_names / sizeof *lock_names == ROLE_COUNT,
    "every role needs a lock");

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
nothing_open(struct spool *s)
{
	s->root = -1;
	for (int p = 0; p < PLACE_COUNT; p++)
		s->dir[p] = -1;
	for (int r = 0; r < ROLE_COUNT; r++)
		s->lock[r] = -1;
}

/* A folder that was there keeps the mode its owner gave it. */
static int
make_place(const struct spool *s, enum place p, struct err *e)
{
	unsigned mode = place_mode(p);

	if (mkdirat(s->root, place_name(p), mode & 0777) == -1)
		return errno == EEXIST ? 0 : err_sys(e, "make %s/%s", s->path,
		    place_name(p));
	/* Sticky and group bits, where this user may set them. */
	if (fchmodat(s->root, place_name(p), mode, 0) == -1 && errno != EPERM)
		return err_sys(e, "set the mode of %s/%s", s->path,
		    place_name(p));
	return 0;
}

static int
open_place(struct spool *s, enum place p, bool make, dev_t device,
    struct err *e)
{
	struct stat st;

	if (make && make_place(s, p, e) == -1)
		return -1;
	s->dir[p] = openat(s->root, place_name(p), O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (s->dir[p] == -1) {
		if (!make && (errno == ENOENT || errno == EACCES))
			return 0;
		return err_sys(e, "open %s/%s", s->path, place_name(p));
	}
	if (fstat(s->dir[p], &st) == -1)
		return err_sys(e, "look at %s/%s", s->path, place_name(p));
	if (st.st_dev != device)
		return err_set(e, ERR_CONFIG, "%s/%s is on another file "
		    "system than the spool: packages move by rename", s->path,
		    place_name(p));
	return 0;
}

int
spool_open(struct spool *s, const struct conf *c, bool make, struct err *e)
{
	struct stat st;

	memset(s, 0, sizeof *s);
	nothing_open(s);
	snprintf(s->path, sizeof s->path, "%s", c->spool.root);
	s->min_free_bytes = c->spool.min_free_bytes;
	s->min_free_inodes = c->spool.min_free_inodes;
	if (make && mkdir(s->path, 0750) == -1 && errno != EEXIST)
		return err_sys(e, "make the spool %s", s->path);
	s->root = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root == -1 || fstat(s->root, &st) == -1) {
		err_sys(e, "open the spool %s", s->path);
		goto fail;
	}
	for (int p = 0; p < PLACE_COUNT; p++)
		if (open_place(s, (enum place)p, make, st.st_dev, e) == -1)
			goto fail;
	return 0;
fail:
	spool_close(s);
	return -1;
}

void
spool_close(struct spool *s)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		shut(&s->lock[r]);
	for (int p = 0; p < PLACE_COUNT; p++)
		shut(&s->dir[p]);
	shut(&s->root);
}

int
spool_lock(struct spool *s, enum role r, bool wait, struct err *e)
{
	int fd = openat(s->dir[PLACE_LEDGER], lock_names[r],
	    O_RDWR | O_CREAT | O_CLOEXEC, LOCK_MODE);

	if (fd == -1)
		return err_sys(e, "open %s/ledger/%s", s->path, lock_names[r]);
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) == -1) {
		if (errno == EINTR)
			continue;
		if (errno == EWOULDBLOCK)
			err_set(e, ERR_AGAIN, "another flerapp is at work "
			    "(%s/ledger/%s)", s->path, lock_names[r]);
		else
			err_sys(e, "lock %s", lock_names[r]);
		close(fd);
		return -1;
	}
	s->lock[r] = fd;
	return 0;
}

void
spool_unlock(struct spool *s, enum role r)
{
	shut(&s->lock[r]);
}

bool
spool_busy(const struct spool *s, enum role r)
{
	bool busy;
	int fd;

	if (s->dir[PLACE_LEDGER] == -1 || s->lock[r] != -1)
		return false;
	fd = openat(s->dir[PLACE_LEDGER], lock_names[r],
	    O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	busy = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	close(fd);
	return busy;
}

int
spool_space(int dir, const char *path, uint64_t bytes, uint64_t inodes,
    struct err *e)
{
	struct statvfs v;

	if (fstatvfs(dir, &v) == -1)
		return err_sys(e, "look at the disk of %s", path);
	if ((uint64_t)v.f_bavail * v.f_frsize < bytes)
		return err_set(e, ERR_SPACE, "%ju MiB free in %s, fewer than "
		    "[spool] min-free-bytes",
		    (uintmax_t)v.f_bavail * v.f_frsize >> 20, path);
	/* btrfs counts no inodes and says 0 of 0. */
	if (v.f_files > 0 && v.f_favail < inodes)
		return err_set(e, ERR_SPACE, "%ju inodes free in %s, fewer "
		    "than [spool] min-free-inodes", (uintmax_t)v.f_favail,
		    path);
	return 0;
}

int
spool_check_space(const struct spool *s, struct err *e)
{
	return spool_space(s->root, s->path, s->min_free_bytes,
	    s->min_free_inodes, e);
}

bool
spool_run_ok(const char *s)
{
	size_t n = strnlen(s, RUN_MAX + 1);

	return n > 0 && n <= RUN_MAX && s[0] != '.' &&
	    strspn(s, "0123456789TZ.-") == n;
}

static void
run_name(char id[RUN_MAX + 1])
{
	struct timespec now;
	struct tm tm;
	char second[20];

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL ||
	    strftime(second, sizeof second, "%Y%m%dT%H%M%S", &tm) == 0)
		memcpy(second, "19700101T000000", 16);
	snprintf(id, RUN_MAX + 1, "%s.%06ldZ-%ld", second,
	    now.tv_nsec / 1000 % 1000000, (long)getpid());
}

void
spool_run_lock(char name[RUN_LOCK_MAX + 1], const char *run)
{
	snprintf(name, RUN_LOCK_MAX + 1, ".%.*s.lock", RUN_MAX, run);
}

/*
 * The lock is held before the folders are there: recovery takes a folder
 * without a held lock for one that a crash left, and may at any moment
 * remove a lock file that nobody holds.
 */
static int
take_run(struct run *r, const struct spool *s, struct err *e)
{
	const int claimed = s->dir[PLACE_CLAIMED];
	char name[RUN_LOCK_MAX + 1];
	struct stat mine, there;

	for (int i = 0; i < TRIES; i++) {
		run_name(r->id);
		spool_run_lock(name, r->id);
		r->lock = openat(claimed, name, O_RDWR | O_CREAT | O_EXCL |
		    O_CLOEXEC, LOCK_MODE);
		if (r->lock == -1 && errno == EEXIST)
			continue;
		if (r->lock == -1)
			return err_sys(e, "make claimed/%s", name);
		if (flock(r->lock, LOCK_EX | LOCK_NB) == 0 &&
		    fstat(r->lock, &mine) == 0 &&
		    fstatat(claimed, name, &there, 0) == 0 &&
		    mine.st_ino == there.st_ino)
			return 0;
		shut(&r->lock);
	}
	return err_set(e, ERR_SYSTEM, "no name for a run is free");
}

int
spool_begin_run(struct run *r, const struct spool *s, struct err *e)
{
	*r = (struct run){ .lock = -1, .claimed = -1, .tmp = -1 };
	if (take_run(r, s, e) == -1)
		return -1;
	r->claimed = fsx_open_dir(s->dir[PLACE_CLAIMED], r->id, e);
	if (r->claimed != -1)
		r->tmp = fsx_open_dir(s->dir[PLACE_TMP], r->id, e);
	if (r->tmp == -1) {
		spool_abandon_run(r);
		return -1;
	}
	return 0;
}

int
spool_sync(const struct spool *s, struct run *r, struct err *e)
{
	if (fsx_sync_fs(s->root, s->path, e) == 0)
		return 0;
	r->broken = true;
	return -1;
}

void
spool_abandon_run(struct run *r)
{
	shut(&r->claimed);
	shut(&r->tmp);
	shut(&r->lock);
}

int
spool_end_run(struct run *r, const struct spool *s, struct err *e)
{
	char name[RUN_LOCK_MAX + 1];
	int rc = -1;

	if (r->lock == -1)
		return 0;
	if (r->broken) {
		rc = 0;
		goto out;
	}
	/* The last group's moves, before what could tell of them is gone. */
	if (fsx_sync_fs(s->root, s->path, e) == -1)
		goto out;
	if (unlinkat(s->dir[PLACE_CLAIMED], r->id, AT_REMOVEDIR) == -1) {
		rc = errno == ENOTEMPTY ? 0 :
		    err_sys(e, "remove claimed/%s", r->id);
		goto out;
	}
	spool_run_lock(name, r->id);
	if (fsx_remove_tree(s->dir[PLACE_TMP], r->id, e) == -1 ||
	    fsx_unlink(s->dir[PLACE_CLAIMED], name, e) == -1)
		goto out;
	rc = 0;
out:
	spool_abandon_run(r);
	return rc;
}
