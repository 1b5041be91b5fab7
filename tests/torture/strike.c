#include "tests/torture/strike.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/torture/calls.h"

enum { PROCESSES = 64, PATIENCE_S = 60, CALLS_MAX = 64 };

/* What a process is in the middle of. */
struct process {
	pid_t pid;			/* 0: a free row */
	bool inside;			/* of a call */
	bool spare;			/* the next of this kind goes well */
	const struct call *row;
	struct strike_call call;
	enum strike_how how;		/* STRIKE_NOT, or what befell the call */
#ifdef __x86_64__
	struct user_regs_struct before;
#endif
};

struct tree {
	const struct strike *plan;
	struct strike_result *result;
	strike_hook *hook;
	void *arg;
	pid_t root;
	bool few;			/* not every call stops */
	struct process v[PROCESSES];
};

/* ------------------------------------------------------------ the process */

static struct process *
process_of(struct tree *t, pid_t pid)
{
	struct process *free_row = NULL;

	for (size_t i = 0; i < PROCESSES; i++) {
		if (t->v[i].pid == pid)
			return &t->v[i];
		if (t->v[i].pid == 0 && free_row == NULL)
			free_row = &t->v[i];
	}
	if (free_row == NULL)
		abort();
	*free_row = (struct process){ .pid = pid };
	return free_row;
}

/*
 * Only the calls that count need to stop: a filter of seccomp(2) picks them,
 * which is many times faster than a stop at each.  False: all must stop.
 */
static bool
few_calls(const struct strike *s)
{
	return s->how == STRIKE_FAIL || s->how == STRIKE_SHORT ||
	    (s->how != STRIKE_NOT && s->changing);
}

static bool
is_wanted(const struct strike *s, const struct call *c)
{
	return call_might(c, s->how == STRIKE_FAIL ? s->error :
	    s->how == STRIKE_SHORT ? 0 : -1);
}

static void
stop_at_few(const struct strike *s)
{
	struct sock_filter code[2 * CALLS_MAX + 2];
	struct sock_fprog program = { .filter = code };
	const struct call *c;
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (size_t i = 0; (c = call_row(i)) != NULL; i++) {
		if (!is_wanted(s, c) || n + 3 > 2 * CALLS_MAX)
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, (unsigned)c->nr, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_TRACE);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1 &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1))
		_exit(125);
}

static void
child(char *const argv[], const char *log, const struct strike *few)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int null = open("/dev/null", O_RDONLY);

	dup2(null, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	close(null);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (few != NULL)
		stop_at_few(few);
	execv(argv[0], argv);
	_exit(126);
}

static pid_t
start(char *const argv[], const char *log, const struct strike *few)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(argv, log, few);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		abort();
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD |
	    PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
	    PTRACE_O_TRACESECCOMP));
	return pid;
}

static void
kill_all(struct tree *t)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (t->v[i].pid != 0)
			kill(t->v[i].pid, SIGKILL);
}

/* -------------------------------------------------------------- the strike */

static bool
may_befall(const struct strike *s, const struct call *row,
    const struct strike_call *c)
{
	if (s->only != NULL && (row == NULL ||
	    strstr(row->name, s->only) == NULL))
		return false;
	switch (s->how) {
	case STRIKE_FAIL:
		return call_may_fail(row, c->args, s->error);
	case STRIKE_SHORT:
		return call_may_be_short(row, c->args);
	case STRIKE_NOT:
	case STRIKE_KILL_ALL:
	case STRIKE_KILL_ONE:
		break;
	}
	return !s->changing || call_changes(row, c->args);
}

/*
 * An interrupted call is made once more, and then must get through; so of
 * two calls of a kind in a row only one is interrupted.
 */
static bool
spared(const struct strike *s, struct process *p)
{
	bool spare = p->spare;

	p->spare = s->error == EINTR && !spare;
	return s->error == EINTR && spare;
}

static bool
is_struck(struct tree *t, struct process *p)
{
	const struct strike *s = t->plan;
	struct strike_result *r = t->result;
	long n;

	if ((p->pid != t->root) != s->children ||
	    !may_befall(s, p->row, &p->call))
		return false;
	n = r->counted++;
	if (s->how == STRIKE_NOT || n < s->at ||
	    (n > s->at && (!s->for_ever || spared(s, p))))
		return false;
	if (!r->hit)
		snprintf(r->what, sizeof r->what, "%s", p->call.name);
	r->hit = true;
	return true;
}

#ifdef __x86_64__

bool
strike_can_fail(void)
{
	return true;
}

static unsigned long long *
argument(struct user_regs_struct *r, int i)
{
	unsigned long long *const regs[] = { &r->rdi, &r->rsi, &r->rdx,
	    &r->r10, &r->r8, &r->r9 };

	return regs[i];
}

/*
 * A read from no file is made in the call's place, which every sandbox of
 * ours allows; at its end the result is ours.  close(2) is really done.
 */
static void
begin_fault(struct process *p, const struct strike *s)
{
	struct user_regs_struct r;

	ptrace(PTRACE_GETREGS, p->pid, NULL, &r);
	p->before = r;
	p->how = s->how;
	if (s->how == STRIKE_SHORT) {
		*argument(&r, p->row->length) /= 2;
	} else if (p->row->nr == SYS_brk) {
		r.rdi = 0;		/* tells where it is, and moves it not */
	} else if (!p->row->done_all_the_same) {
		r.orig_rax = SYS_read;
		r.rdi = (unsigned long long)-1;
		r.rsi = r.rdx = 0;
	}
	ptrace(PTRACE_SETREGS, p->pid, NULL, &r);
}

/* The kernel changes no argument's register, so nor do we. */
static void
end_fault(struct process *p, const struct strike *s)
{
	struct user_regs_struct r;

	ptrace(PTRACE_GETREGS, p->pid, NULL, &r);
	for (int i = 0; i < 6; i++)
		*argument(&r, i) = *argument(&p->before, i);
	if (p->how == STRIKE_FAIL && p->row->nr != SYS_brk)
		r.rax = (unsigned long long)-s->error;
	ptrace(PTRACE_SETREGS, p->pid, NULL, &r);
	p->how = STRIKE_NOT;
}

#else

bool
strike_can_fail(void)
{
	return false;
}

static void
begin_fault(struct process *p, const struct strike *s)
{
	(void)p;
	(void)s;
}

static void
end_fault(struct process *p, const struct strike *s)
{
	(void)p;
	(void)s;
}

#endif

/* ---------------------------------------------------------------- the calls */

static void
at_entry(struct tree *t, struct process *p, uint64_t nr,
    const uint64_t args[6])
{
	p->inside = true;
	p->call = (struct strike_call){ .pid = p->pid, .nr = (long)nr };
	memcpy(p->call.args, args, sizeof p->call.args);
	p->row = call_find(p->call.nr);
	p->call.name = p->row != NULL ? p->row->name : "";
	if (t->hook != NULL)
		t->hook(t->arg, &p->call);
	if (!is_struck(t, p))
		return;
	if (t->plan->how == STRIKE_KILL_ALL)
		kill_all(t);
	else if (t->plan->how == STRIKE_KILL_ONE)
		kill(p->pid, SIGKILL);
	else
		begin_fault(p, t->plan);
}

static void
at_exit(struct tree *t, struct process *p)
{
	struct __ptrace_syscall_info s;

	p->inside = false;
	if (p->how != STRIKE_NOT)
		end_fault(p, t->plan);
	if (t->hook == NULL || ptrace(PTRACE_GET_SYSCALL_INFO, p->pid,
	    (void *)sizeof s, &s) <= 0)
		return;
	p->call.done = true;
	p->call.result = s.exit.rval;
	t->hook(t->arg, &p->call);
}

static void
at_call(struct tree *t, pid_t pid)
{
	struct process *p = process_of(t, pid);
	struct __ptrace_syscall_info s;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof s, &s) <= 0)
		return;			/* killed meanwhile */
	if (s.op == PTRACE_SYSCALL_INFO_SECCOMP)
		at_entry(t, p, s.seccomp.nr, (uint64_t *)s.seccomp.args);
	else if (s.op == PTRACE_SYSCALL_INFO_ENTRY && !t->few)
		at_entry(t, p, s.entry.nr, (uint64_t *)s.entry.args);
	else if (s.op == PTRACE_SYSCALL_INFO_EXIT && p->inside)
		at_exit(t, p);
}

/* The signal to hand on to a process that stopped. */
static int
stopped(struct tree *t, pid_t pid, int status)
{
	int sig = WSTOPSIG(status);

	process_of(t, pid);
	if (sig == (SIGTRAP | 0x80) ||
	    status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		at_call(t, pid);
		return 0;
	}
	/* Our own news: an exec, a child, or a child's first stop. */
	return sig == SIGTRAP || sig == SIGSTOP ? 0 : sig;
}

static void
ended(struct tree *t, pid_t pid, int status)
{
	if (pid == t->root)
		t->result->status = status;
	process_of(t, pid)->pid = 0;
}

/* A call that was made to fail stops once more, at its end. */
static void
go_on(struct tree *t, pid_t pid, int sig)
{
	bool to_end = process_of(t, pid)->how != STRIKE_NOT;

	ptrace(t->few && !to_end ? PTRACE_CONT : PTRACE_SYSCALL, pid, NULL,
	    (void *)(long)sig);
}

static volatile sig_atomic_t late;

static void
on_alarm(int sig)
{
	(void)sig;
	late = 1;
}

void
strike_run(char *const argv[], const char *log, const struct strike *plan,
    struct strike_result *r, strike_hook *hook, void *arg)
{
	struct tree t = { .plan = plan, .result = r, .hook = hook,
	    .arg = arg };
	struct sigaction action = { .sa_handler = on_alarm };
	int status, sig;
	pid_t pid;

	*r = (struct strike_result){ .status = -1 };
	late = 0;
	sigaction(SIGALRM, &action, NULL);
	t.few = hook == NULL && few_calls(plan);
	t.root = start(argv, log, t.few ? plan : NULL);
	process_of(&t, t.root);
	alarm(PATIENCE_S);
	go_on(&t, t.root, 0);
	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid == -1 && errno == EINTR && late) {
			r->hung = true;
			kill_all(&t);
			late = 0;
			continue;
		}
		if (pid == -1 && errno == ECHILD)
			break;
		if (pid == -1)
			continue;
		if (!WIFSTOPPED(status)) {
			ended(&t, pid, status);
			continue;
		}
		sig = stopped(&t, pid, status);
		go_on(&t, pid, sig);
	}
	alarm(0);
}
