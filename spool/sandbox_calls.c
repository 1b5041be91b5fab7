#include "spool/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spool/err.h"

enum { FAST = 2 };			/* a filter that is a binary tree */

/* Whatever their arguments. */
static const int free_calls[] = {
	/* the package, the answer, the files that are made */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close), SCMP_SYS(mkdirat),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	/* clocks and what else the libraries ask; all tell, none changes */
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(futex),
	/* the end, also abort(3)'s */
	SCMP_SYS(exit_group), SCMP_SYS(exit), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(getpid), SCMP_SYS(gettid),
};

enum {
	NEW_FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	A_FOLDER = O_PATH | O_DIRECTORY | O_CLOEXEC,
};

/*
 * Only with these arguments: (argument & mask) == value.  A second test is
 * left out where its mask is 0.  An errno stands for calls that a library
 * may try by itself and can do without; no two rows for a call may overlap.
 */
static const struct {
	int call, error;		/* error 0: allowed */
	struct {
		unsigned arg;
		uint64_t mask, value;
	} test[2];
} tested_calls[] = {
	{ SCMP_SYS(openat), 0, { { 2, UINT32_MAX, NEW_FILE } } },
	{ SCMP_SYS(openat), 0, { { 2, UINT32_MAX, A_FOLDER } } },
	{ SCMP_SYS(openat), EACCES, { { 2, O_ACCMODE | O_PATH, O_RDONLY } } },
	{ SCMP_SYS(newfstatat), 0,
	    { { 3, AT_EMPTY_PATH, AT_EMPTY_PATH } } },
	{ SCMP_SYS(newfstatat), EACCES, { { 3, AT_EMPTY_PATH, 0 } } },
	{ SCMP_SYS(ioctl), ENOTTY, { { 0, 0, 0 } } },
	{ SCMP_SYS(mmap), 0, { { 2, PROT_EXEC, 0 } } },
	{ SCMP_SYS(mprotect), 0, { { 2, PROT_EXEC, 0 } } },
	{ SCMP_SYS(prlimit64), 0, { { 0, UINT32_MAX, 0 },
	    { 1, UINT32_MAX, RLIMIT_CPU } } },
};

static struct scmp_arg_cmp
test(unsigned arg, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_MASKED_EQ,
	    .datum_a = mask, .datum_b = value };
}

static int
add_tested(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 &&
	    i < sizeof tested_calls / sizeof *tested_calls; i++) {
		uint32_t action = tested_calls[i].error == 0 ?
		    SCMP_ACT_ALLOW :
		    SCMP_ACT_ERRNO((uint32_t)tested_calls[i].error);
		struct scmp_arg_cmp v[2];
		unsigned n = 0;

		for (; n < 2 && tested_calls[i].test[n].mask != 0; n++)
			v[n] = test(tested_calls[i].test[n].arg,
			    tested_calls[i].test[n].mask,
			    tested_calls[i].test[n].value);
		rc = seccomp_rule_add_array(ctx, action,
		    tested_calls[i].call, n, v);
	}
	return rc;
}

/* abort(3), so that it is told from a forbidden call. */
static int
add_abort(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp v[] = { test(0, UINT32_MAX, (uint64_t)getpid()),
	    test(2, UINT32_MAX, SIGABRT) };

	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
	    2, v);
}

static int
add_rules(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 &&
	    i < sizeof free_calls / sizeof *free_calls; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, free_calls[i], 0);
	if (rc == 0)
		rc = add_tested(ctx);
	return rc != 0 ? rc : add_abort(ctx);
}

/* libseccomp would only say that something could not be allocated. */
static bool
kernel_can_kill(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int
sandbox_calls(struct err *e)
{
	scmp_filter_ctx ctx;
	int rc;

	if (!kernel_can_kill())
		return err_set(e, ERR_SYSTEM, "this kernel has no seccomp, so "
		    "workers have no sandbox (Linux 4.14 or later, with "
		    "CONFIG_SECCOMP_FILTER; or [workers] sandbox = open)");
	ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	rc = ctx == NULL ? -ENOMEM : 0;
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
		    SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, FAST);
	if (rc == 0)
		rc = add_rules(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	if (rc == 0)
		return 0;
	errno = -rc;
	return err_sys(e, "close a worker's system calls (seccomp)");
}
