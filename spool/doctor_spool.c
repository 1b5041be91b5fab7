#include "spool/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/finding.h"
#include "spool/fsx.h"
#include "spool/incoming.h"
#include "spool/intake.h"
#include "spool/receipt.h"

enum { MIB = 20, SHOWN = 20, OLD = 24 * 3600 };

/* ----------------------------------------------------------------- folders */

static const char *
user_name(uid_t uid)
{
	const struct passwd *p = getpwuid(uid);

	return p != NULL ? p->pw_name : "a user without a name";
}

static void
check_owner(struct doctor *d, enum place p, const struct stat *st,
    const struct stat *root)
{
	if (st->st_uid != root->st_uid)
		doctor_fault(d, ERR_RIGHTS, "chown it to the spool's owner",
		    "%s/ belongs to uid %ju, the spool to uid %ju",
		    place_name(p), (uintmax_t)st->st_uid,
		    (uintmax_t)root->st_uid);
	if (st->st_dev != root->st_dev)
		doctor_fault(d, ERR_CONFIG, "put it where the spool is",
		    "%s/ is on another file system than the spool: packages "
		    "move by rename", place_name(p));
}

static void
check_mode(struct doctor *d, enum place p, mode_t mode)
{
	if ((mode & S_IWOTH) != 0)
		doctor_fault(d, ERR_RIGHTS, "chmod o-rwx", "anybody can write "
		    "to %s/ (mode %04o)", place_name(p), mode & 07777u);
	else if ((mode & S_IRWXO) != 0)
		doctor_warn(d, "chmod o-rwx", "anybody can look into %s/ "
		    "(mode %04o)", place_name(p), mode & 07777u);
	if (p == PLACE_INCOMING && (mode & S_IWGRP) != 0 &&
	    (mode & S_ISVTX) == 0)
		doctor_warn(d, "chmod +t", "who drops into incoming/ can take "
		    "away what others dropped (mode %04o)", mode & 07777u);
}

/* What the programs need, or, for a guest, what looking needs. */
static void
check_access(struct doctor *d, enum place p)
{
	const int want = d->owner ? R_OK | W_OK | X_OK : R_OK | X_OK;

	if (faccessat(d->spool.root, place_name(p), want, AT_EACCESS) == 0)
		return;
	if (d->owner)
		doctor_fault(d, errno == EROFS ? ERR_IO : ERR_RIGHTS,
		    "ls -ld on it, and mount", "%s/ cannot be written: %s",
		    place_name(p), strerror(errno));
	else
		doctor_warn(d, "ask for the group that may read it",
		    "%s/ cannot be read by this user", place_name(p));
	d->blind = d->blind || !d->owner;
}

static void
check_place(struct doctor *d, int root, const struct stat *top,
    enum place p)
{
	struct stat st;

	if (fstatat(root, place_name(p), &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT)
			doctor_warn(d, "flerapp run", "%s/ is not there yet; "
			    "the next start makes it", place_name(p));
		else
			doctor_fault(d, ERR_RIGHTS, "ls -ld", "%s/: %s",
			    place_name(p), strerror(errno));
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		doctor_fault(d, ERR_SYSTEM, "move it away", "%s is no folder",
		    place_name(p));
		return;
	}
	check_owner(d, p, &st, top);
	check_mode(d, p, st.st_mode);
	if (d->spool.root != -1)
		check_access(d, p);
}

static void
check_places(struct doctor *d, int root, const struct stat *top)
{
	size_t before = d->n;

	if ((top->st_mode & S_IWOTH) != 0)
		doctor_fault(d, ERR_RIGHTS, "chmod o-w", "anybody can write "
		    "to the spool (mode %04o)", top->st_mode & 07777u);
	for (int p = 0; p < PLACE_COUNT; p++)
		check_place(d, root, top, (enum place)p);
	if (d->n == before)
		doctor_ok(d, "%s, all %d of them, of %s, on one file system",
		    d->conf->spool.root, PLACE_COUNT,
		    user_name(top->st_uid));
}

void
doctor_folders(struct doctor *d)
{
	const char *path = d->conf->spool.root;
	struct stat top;
	int root = -1;

	if (*path == '\0') {
		doctor_warn(d, NULL, "not looked at: the settings come first");
		return;
	}
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root == -1 || fstat(root, &top) == -1)
		doctor_fault(d, errno == EACCES ? ERR_RIGHTS : ERR_SYSTEM,
		    "make it, for the user of the service: see [spool] root",
		    "the spool %s: %s", path, strerror(errno));
	else
		check_places(d, root, &top);
	if (root != -1)
		close(root);
}

/* ------------------------------------------------------------------- space */

void
doctor_space(struct doctor *d)
{
	struct statvfs v;
	uint64_t bytes;
	struct err e;

	if (spool_check_space(&d->spool, &e) == -1) {
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
		return;
	}
	if (fstatvfs(d->spool.root, &v) == -1)
		return;
	bytes = (uint64_t)v.f_bavail * v.f_frsize;
	if (bytes / 2 < d->spool.min_free_bytes || (v.f_files > 0 &&
	    v.f_favail / 2 < d->spool.min_free_inodes))
		doctor_warn(d, "free some, or set [retention]", "%" PRIu64
		    " MiB and %ju inodes free: less than twice the marks",
		    bytes >> MIB, (uintmax_t)v.f_favail);
	else
		doctor_ok(d, "%" PRIu64 " MiB and %ju inodes free", bytes >>
		    MIB, (uintmax_t)v.f_favail);
}

/* ---------------------------------------------------------------- incoming */

static void
odd_thing(void *arg, const char *shown)
{
	doctor_warn(arg, "remove it", "%s is no file and stays there (%s)",
	    shown, finding_name(F_NOT_A_FILE));
}

static void
count_drop(void *arg, const char *shown)
{
	(void)shown;
	(*(size_t *)arg)++;
}

/* Under a name that says it is not complete, for a day. */
static int
unfinished_drops(struct doctor *d, struct err *e)
{
	const int dir = d->spool.dir[PLACE_INCOMING];
	struct fsx_list names = { 0 };
	struct buf shown = { 0 };
	struct stat st;
	int rc = dir == -1 ? 0 : fsx_list(dir, &names, e), n = 0;

	for (size_t i = 0; rc == 0 && i < names.n && n < SHOWN; i++) {
		if (intake_name_ok(names.v[i]) || fstatat(dir, names.v[i],
		    &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    time(NULL) - st.st_mtime < OLD)
			continue;
		buf_reset(&shown);
		receipt_shown(&shown, names.v[i]);
		doctor_warn(d, "rename it if it is whole, else remove it",
		    "%s has been incomplete for more than a day",
		    buf_text(&shown));
		n++;
	}
	buf_free(&shown);
	fsx_list_free(&names);
	return rc;
}

void
doctor_incoming(struct doctor *d)
{
	size_t waiting = 0;
	struct err e;

	if (incoming_each(&d->spool, true, odd_thing, d, &e) == -1 ||
	    incoming_each(&d->spool, false, count_drop, &waiting, &e) == -1 ||
	    unfinished_drops(d, &e) == -1)
		doctor_warn(d, err_hint(e.kind), "%s", e.text);
	else
		doctor_ok(d, "%zu packages wait to be taken", waiting);
}

/* -------------------------------------------------------------------- runs */

static bool
is_dead(const struct spool *s, const char *run)
{
	char name[RUN_LOCK_MAX + 1];
	bool dead;
	int fd;

	spool_run_lock(name, run);
	fd = openat(s->dir[PLACE_CLAIMED], name, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT;
	dead = flock(fd, LOCK_SH | LOCK_NB) == 0;
	close(fd);
	return dead;
}

static int
dead_runs(struct doctor *d, enum place p, size_t *alive, struct err *e)
{
	const int dir = d->spool.dir[p];
	struct fsx_list names = { 0 };
	int rc = dir == -1 ? 0 : fsx_list(dir, &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (!spool_run_ok(names.v[i]))
			continue;
		if (is_dead(&d->spool, names.v[i]))
			doctor_warn(d, "flerapp run", "the run %s was cut off "
			    "and waits to be put right", names.v[i]);
		else
			*alive += p == PLACE_CLAIMED;
	}
	fsx_list_free(&names);
	return rc;
}

void
doctor_runs(struct doctor *d)
{
	size_t alive = 0, before = d->n;
	struct err e;

	if (dead_runs(d, PLACE_CLAIMED, &alive, &e) == -1 ||
	    dead_runs(d, PLACE_TMP, &alive, &e) == -1)
		doctor_warn(d, err_hint(e.kind), "%s", e.text);
	else if (d->n == before)
		doctor_ok(d, "%zu at work, none was cut off", alive);
}
