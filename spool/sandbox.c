#include "spool/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"

enum { DESCRIPTORS = 512 };

/* AddressSanitizer reserves terabytes of address space for itself. */
#if defined(__SANITIZE_ADDRESS__)
enum { LIMIT_MEMORY = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { LIMIT_MEMORY = 0 };
#else
enum { LIMIT_MEMORY = 1 };
#endif
#else
enum { LIMIT_MEMORY = 1 };
#endif

static int
limit(int what, uint64_t most, const char *name, struct err *e)
{
	struct rlimit r = { .rlim_cur = most, .rlim_max = most };

	if (setrlimit((__rlimit_resource_t)what, &r) == -1)
		return err_sys(e, "limit a worker's %s", name);
	return 0;
}

int
sandbox_enter(const struct conf *c, int last, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    close_range((unsigned)last + 1, ~0U, 0) == -1)
		return err_sys(e, "close a worker's sandbox");
	if (limit(RLIMIT_CORE, 0, "core dumps", e) == -1 ||
	    limit(RLIMIT_FSIZE, c->packages.max_unpacked, "files", e) == -1 ||
	    limit(RLIMIT_NOFILE, DESCRIPTORS, "descriptors", e) == -1)
		return -1;
	if (!LIMIT_MEMORY)
		return 0;
	return limit(RLIMIT_AS, c->workers.memory, "memory", e);
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
