#include "spool/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/fsx.h"
#include "spool/stamp.h"
#include "spool/worker.h"

enum { MIB = 20, DESCRIPTORS = 1024, CLOCK_FAULT = 60, CLOCK_WARNING = 2 };

/* A day before this program was written: the clock was never set. */
static const time_t long_ago = 1735689600;	/* 2025-01-01 */

/* ------------------------------------------------------------------ worker */

void
doctor_worker(struct doctor *d)
{
	char path[PATH_MAX];
	struct stat st;
	struct err e;

	if (worker_find(path, &e) == -1)
		doctor_fault(d, e.kind, "install it, or set FLERAPP_LIBEXEC",
		    "%s", e.text);
	else if (stat(path, &st) == 0 && (st.st_mode & 022) != 0)
		doctor_fault(d, ERR_RIGHTS, "chmod go-w", "others than its "
		    "owner can change it (%s, mode %04o)", path,
		    st.st_mode & 07777u);
	else
		doctor_ok(d, "%s", path);
}

/* ------------------------------------------------------------------ memory */

static void
check_limit(struct doctor *d, int what, uint64_t want, const char *name)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) == 0 &&
	    r.rlim_max != RLIM_INFINITY && r.rlim_max < want)
		doctor_fault(d, ERR_SYSTEM, "raise the limits of the service",
		    "a worker needs %" PRIu64 " %s, the limit here is %ju",
		    want, name, (uintmax_t)r.rlim_max);
}

void
doctor_memory(struct doctor *d)
{
	const uint64_t each = d->conf->workers.memory;
	const uint64_t n = d->conf->workers.count;
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long size = sysconf(_SC_PAGESIZE);
	uint64_t all = 0;

	if (pages > 0 && size > 0)
		all = (uint64_t)pages * (uint64_t)size;
	check_limit(d, RLIMIT_AS, each, "bytes of memory");
	check_limit(d, RLIMIT_NOFILE, DESCRIPTORS, "open files");
	if (all > 0 && each > all / n)
		doctor_warn(d, "lower [workers] count or memory",
		    "%" PRIu64 " workers may take %" PRIu64 " MiB each, the "
		    "machine has %" PRIu64, n, each >> MIB, all >> MIB);
	else
		doctor_ok(d, "%" PRIu64 " workers of at most %" PRIu64
		    " MiB, %" PRIu64 " MiB in the machine", n, each >> MIB,
		    all >> MIB);
}

/* ------------------------------------------------------------------ kernel */

static void
missing(struct doctor *d, const char *what)
{
	if (d->conf->workers.sandbox == SANDBOX_ENFORCE)
		doctor_fault(d, ERR_SYSTEM, "a newer kernel, or at your own "
		    "risk [workers] sandbox = open", "no %s: %s", what,
		    strerror(errno));
	else
		doctor_warn(d, NULL, "no %s: %s; [workers] sandbox is open",
		    what, strerror(errno));
}

static void
check_sandbox(struct doctor *d)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;
	struct utsname u;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 1)
		missing(d, "Landlock");
	else if (uname(&u) == 0)
		doctor_ok(d, "%s %s, Landlock ABI %ld", u.sysname, u.release,
		    abi);
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == -1)
		missing(d, "seccomp filters");
}

static bool
read_number(const char *path, int64_t *n)
{
	struct buf b = { 0 };
	struct err e;
	bool ok = fsx_read(AT_FDCWD, path, 64, &b, &e) == 0;

	if (ok)
		*n = strtoll(buf_text(&b), NULL, 10);
	buf_free(&b);
	return ok;
}

static void
check_inotify(struct doctor *d)
{
	static const struct {
		const char *name;
		int64_t least;
	} limits[] = {
		{ "max_user_watches", 1024 }, { "max_user_instances", 16 },
		{ "max_queued_events", 4096 },
	};
	struct buf path = { 0 };
	int64_t n;

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		buf_reset(&path);
		buf_fmt(&path, "/proc/sys/fs/inotify/%s", limits[i].name);
		if (!read_number(path.p, &n))
			doctor_warn(d, "set [watch] poll = yes", "inotify is "
			    "not there: drops are found by looking only");
		else if (n < limits[i].least)
			doctor_warn(d, "sysctl -w", "fs.inotify.%s is %" PRId64
			    ", want %" PRId64 " or more", limits[i].name, n,
			    limits[i].least);
	}
	buf_free(&path);
}

void
doctor_kernel(struct doctor *d)
{
	check_sandbox(d);
	check_inotify(d);
}

/* ------------------------------------------------------------------- clock */

/* What the file system thinks the time is, by a file without a name. */
static bool
file_time(const struct doctor *d, time_t *t)
{
	struct stat st;
	bool ok = false;
	int fd = -1;

	if (d->spool.root != -1 && d->spool.dir[PLACE_TMP] != -1)
		fd = openat(d->spool.dir[PLACE_TMP], ".", O_TMPFILE | O_WRONLY |
		    O_CLOEXEC, 0600);
	if (fd != -1 && write(fd, "", 1) == 1 && fstat(fd, &st) == 0) {
		*t = st.st_mtime;
		ok = true;
	}
	if (fd != -1)
		close(fd);
	return ok;
}

static void
check_file_time(struct doctor *d)
{
	time_t theirs;
	long long apart;

	if (!file_time(d, &theirs)) {
		doctor_warn(d, NULL, "the file system's time cannot be seen: "
		    "no file can be made in tmp/");
		return;
	}
	apart = llabs((long long)theirs - (long long)time(NULL));
	if (apart > CLOCK_FAULT)
		doctor_fault(d, ERR_SYSTEM, "timedatectl, here and on the file "
		    "server", "the file system's clock is %lld s off", apart);
	else if (apart > CLOCK_WARNING)
		doctor_warn(d, "timedatectl, here and on the file server",
		    "the file system's clock is %lld s off", apart);
}

void
doctor_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	char now[STAMP_LEN + 1];

	stamp_now(now);
	if (time(NULL) < long_ago)
		doctor_fault(d, ERR_SYSTEM, "timedatectl", "it is not %s", now);
	else if (adjtimex(&t) == TIME_ERROR)
		doctor_warn(d, "timedatectl", "%s, but nothing keeps the "
		    "clock right (NTP)", now);
	else
		doctor_ok(d, "%s, kept right by NTP", now);
	if (d->spool.root != -1)
		check_file_time(d);
}
