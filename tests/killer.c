#include "tests/killer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
changes_disk(const struct __ptrace_syscall_info *s)
{
	static const long calls[] = {
		SYS_renameat2, SYS_renameat, SYS_rename, SYS_unlinkat,
		SYS_unlink, SYS_mkdirat, SYS_mkdir, SYS_rmdir, SYS_write,
		SYS_pwrite64, SYS_ftruncate, SYS_fsync, SYS_fdatasync,
		SYS_syncfs, SYS_copy_file_range, SYS_linkat, SYS_fchmodat,
	};

	if (s->entry.nr == SYS_openat)
		return (s->entry.args[2] & O_CREAT) != 0;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if ((long)s->entry.nr == calls[i])
			return true;
	return false;
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

static bool
is_counted(pid_t pid)
{
	struct __ptrace_syscall_info s;

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid,
	    (void *)sizeof s, &s) > 0 && s.op == PTRACE_SYSCALL_INFO_ENTRY &&
	    changes_disk(&s);
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
