#include "tests/killer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_PATH = -1 };

static const struct {
	long nr;
	const char *name;
	int from, to;			/* which argument is a path */
} calls[] = {
	{ SYS_renameat2, "rename", 1, 3 }, { SYS_renameat, "rename", 1, 3 },
	{ SYS_unlinkat, "unlink", 1, NO_PATH },
	{ SYS_mkdirat, "mkdir", 1, NO_PATH },
	{ SYS_write, "write", NO_PATH, NO_PATH },
	{ SYS_pwrite64, "write", NO_PATH, NO_PATH },
	{ SYS_ftruncate, "truncate", NO_PATH, NO_PATH },
	{ SYS_fsync, "fsync", NO_PATH, NO_PATH },
	{ SYS_fdatasync, "fdatasync", NO_PATH, NO_PATH },
	{ SYS_syncfs, "syncfs", NO_PATH, NO_PATH },
	{ SYS_copy_file_range, "copy", NO_PATH, NO_PATH },
	{ SYS_linkat, "link", 1, 3 },
	{ SYS_fchmodat, "chmod", 1, NO_PATH },
	{ SYS_openat, "create", 1, NO_PATH },
#ifdef SYS_rename
	{ SYS_rename, "rename", 0, 1 }, { SYS_unlink, "unlink", 0, NO_PATH },
	{ SYS_mkdir, "mkdir", 0, NO_PATH }, { SYS_rmdir, "unlink", 0, NO_PATH },
#endif
};

/* The row of the call, or -1. */
static int
changes_disk(const struct __ptrace_syscall_info *s)
{
	for (int i = 0; i < (int)(sizeof calls / sizeof *calls); i++) {
		if ((long)s->entry.nr != calls[i].nr)
			continue;
		return s->entry.nr != SYS_openat ||
		    (s->entry.args[2] & O_CREAT) != 0 ? i : -1;
	}
	return -1;
}

static void
child(killer_fn *fn, void *arg)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(fn(arg) == 0 ? 0 : 1);
}

static enum killed
ended(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return KILLED;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ENDED_WELL :
	    ENDED_BADLY;
}

static int
row_of(pid_t pid, struct __ptrace_syscall_info *s)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof *s, s) <= 0 ||
	    s->op != PTRACE_SYSCALL_INFO_ENTRY)
		return -1;
	return changes_disk(s);
}

static bool
is_counted(pid_t pid)
{
	struct __ptrace_syscall_info s;

	return row_of(pid, &s) != -1;
}

/* Started, and stopped before its first call. */
static pid_t
start(killer_fn *fn, void *arg)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(fn, arg);
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	return pid;
}

/* To its next call's beginning or end; false: it has ended. */
static bool
step(pid_t pid, int *status)
{
	int signal = 0;

	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
		if (waitpid(pid, status, 0) == -1 || !WIFSTOPPED(*status))
			return false;
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80))
			return true;
		signal = WSTOPSIG(*status);
	}
}

enum killed
killer_run(killer_fn *fn, void *arg, long n)
{
	pid_t pid = start(fn, arg);
	int status;

	while (step(pid, &status))
		if (is_counted(pid) && n-- == 0)
			kill(pid, SIGKILL);
	return ended(status);
}

/* A byte at a time would be slow, and a block may cross into nothing. */
static void
read_path(pid_t pid, const struct __ptrace_syscall_info *s, int arg,
    char path[256])
{
	struct iovec to = { path, 255 }, from = { .iov_len = 255 };

	path[0] = '\0';
	if (arg == NO_PATH)
		return;
	from.iov_base = (void *)(uintptr_t)s->entry.args[arg];
	for (; from.iov_len > 0; from.iov_len /= 2) {
		ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);

		if (n <= 0)
			continue;
		path[n] = '\0';
		return;
	}
}

enum killed
killer_watch(killer_fn *fn, void *arg, killer_hook *hook, void *hook_arg)
{
	struct killer_call c = { .n = 0 };
	struct __ptrace_syscall_info s;
	pid_t pid = start(fn, arg);
	int status, row;

	while (step(pid, &status)) {
		if ((row = row_of(pid, &s)) == -1)
			continue;
		c.name = calls[row].name;
		read_path(pid, &s, calls[row].from, c.from);
		read_path(pid, &s, calls[row].to, c.to);
		hook(hook_arg, &c);
		c.n++;
	}
	return ended(status);
}

#ifdef __x86_64__

bool
killer_can_fail(void)
{
	return true;
}

/* A call that does not exist is made in its place, and its answer is ours. */
static bool
fail_call(pid_t pid, int error, int *status)
{
	struct user_regs_struct r;

	ptrace(PTRACE_GETREGS, pid, NULL, &r);
	r.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, pid, NULL, &r);
	if (!step(pid, status))
		return false;
	ptrace(PTRACE_GETREGS, pid, NULL, &r);
	r.rax = (unsigned long long)-error;
	ptrace(PTRACE_SETREGS, pid, NULL, &r);
	return true;
}

enum killed
killer_fail(killer_fn *fn, void *arg, long n, int error, bool for_ever,
    bool *reached)
{
	pid_t pid = start(fn, arg);
	int status;

	*reached = false;
	while (step(pid, &status)) {
		if (!is_counted(pid) || n-- > 0)
			continue;
		*reached = true;
		if (!fail_call(pid, error, &status))
			break;
		n = for_ever ? 0 : 1L << 40;
	}
	return ended(status);
}

#else

bool
killer_can_fail(void)
{
	return false;
}

enum killed
killer_fail(killer_fn *fn, void *arg, long n, int error, bool for_ever,
    bool *reached)
{
	(void)n;
	(void)error;
	(void)for_ever;
	*reached = false;
	return killer_run(fn, arg, -1);
}

#endif
