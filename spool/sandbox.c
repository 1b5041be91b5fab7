#include "spool/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"

enum { DESCRIPTORS = 512 };

static int
limit(int what, uint64_t most, const char *name, struct err *e)
{
	struct rlimit r = { .rlim_cur = most, .rlim_max = most };

	if (setrlimit((__rlimit_resource_t)what, &r) == -1)
		return err_sys(e, "limit a worker's %s", name);
	return 0;
}

/*
 * Under a debugger the sandbox has to be open, and the hard limit stays: the
 * debugger has descriptors of its own beyond it (valgrind).
 */
static int
limit_descriptors(const struct conf *c, struct err *e)
{
	struct rlimit r;

	if (c->workers.sandbox == SANDBOX_ENFORCE)
		return limit(RLIMIT_NOFILE, DESCRIPTORS, "descriptors", e);
	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return err_sys(e, "look at a worker's descriptors");
	if (r.rlim_cur > DESCRIPTORS)
		r.rlim_cur = DESCRIPTORS;
	return setrlimit(RLIMIT_NOFILE, &r) == 0 ? 0 :
	    err_sys(e, "limit a worker's descriptors");
}

static int
set_limits(const struct conf *c, struct err *e)
{
	if (limit(RLIMIT_CORE, 0, "core dumps", e) == -1 ||
	    limit(RLIMIT_FSIZE, c->packages.max_unpacked, "files", e) == -1 ||
	    limit_descriptors(c, e) == -1)
		return -1;
	if (!sandbox_whole())
		return 0;
	if (limit(RLIMIT_NPROC, 0, "processes", e) == -1)
		return -1;
	return limit(RLIMIT_AS, c->workers.memory, "memory", e);
}

/*
 * What they would say comes with the answer; ours are the coordinator's. What
 * they are now may be a terminal, which can be written by each of its numbers.
 */
static int
close_streams(struct err *e)
{
	int nothing, rc = 0;

	if (!sandbox_whole())
		return 0;
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (int fd = STDIN_FILENO; rc == 0 && fd <= STDERR_FILENO; fd++)
		if (nothing == -1 || dup2(nothing, fd) == -1)
			rc = err_sys(e, "close a worker's streams");
	if (nothing > STDERR_FILENO)
		close(nothing);
	return rc;
}

int
sandbox_enter(const struct conf *c, int work, int last, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    close_range((unsigned)last + 1, ~0U, 0) == -1)
		return err_sys(e, "close a worker's sandbox");
	if (set_limits(c, e) == -1)
		return -1;
	if (c->workers.sandbox == SANDBOX_OPEN)
		return 0;
	if (close_streams(e) == -1 || sandbox_files(work, e) == -1)
		return -1;
	return sandbox_whole() ? sandbox_calls(e) : 0;
}

void
sandbox_cpu(uint64_t seconds)
{
	struct timespec used;
	struct rlimit r;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == -1 ||
	    getrlimit(RLIMIT_CPU, &r) == -1)
		return;
	r.rlim_cur = (rlim_t)used.tv_sec + 1 + seconds;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_CPU, &r);
}

#if defined(__SANITIZE_ADDRESS__)
enum { WHOLE = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { WHOLE = 0 };
#else
enum { WHOLE = 1 };
#endif
#else
enum { WHOLE = 1 };
#endif

bool
sandbox_whole(void)
{
	return WHOLE;
}
