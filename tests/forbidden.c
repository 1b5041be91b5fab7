#include "tests/forbidden.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/attempt.h"

static _Alignas(4096) char page[4096];
static char top[64];
static char outside[80];		/* a path beside the worker's folder */
static char beside[80];			/* a file that is another's */
static const struct iovec somewhere = { page, 8 };
static const struct open_how reading = { .flags = O_RDONLY },
    rooted = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
static const struct rlimit no_limit = { RLIM_INFINITY, RLIM_INFINITY };

#define STR(s) (intptr_t)(s)
#define AT AT_FDCWD
#define READ_ONLY (O_RDONLY | O_CLOEXEC)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
	CLONE_THREAD)

/* What landlock leaves to seccomp: a call that no worker needs. */
#define NEEDLESS(what, ...) { what, OPEN, DIES, __VA_ARGS__ }

/* PARENT and SELF stand for process ids. */
enum { PARENT = -1001, SELF = -1002, PUSH_INPUT = 0x5412 };

static const struct forbidden rows[] = {
	{ "read /etc/passwd", EACCES, EACCES, SYS_openat,
	    { AT, STR("/etc/passwd"), READ_ONLY } },
	{ "read its own output", EACCES, EACCES, SYS_openat,
	    { WORK, STR("old"), READ_ONLY } },
	{ "list its own folder", EACCES, EACCES, SYS_openat,
	    { WORK, STR("."), READ_ONLY | O_DIRECTORY } },
	{ "read /proc/self/environ", EACCES, EACCES, SYS_openat,
	    { AT, STR("/proc/self/environ"), READ_ONLY } },
	{ "open /proc/self/mem", EACCES, DIES, SYS_openat,
	    { AT, STR("/proc/self/mem"), O_RDWR } },
	{ "make ../new", EACCES, OPEN, SYS_openat,
	    { WORK, STR("../new"), NEW, 0640 } },
	{ "make a file outside", EACCES, OPEN, SYS_openat,
	    { AT, STR(outside), NEW, 0640 } },
	{ "write to /dev/null", EACCES, DIES, SYS_openat,
	    { AT, STR("/dev/null"), O_WRONLY } },
	{ "write to its output again", OPEN, DIES, SYS_openat,
	    { WORK, STR("old"), O_WRONLY } },
	{ "cut its output", OPEN, DIES, SYS_openat,
	    { WORK, STR("old"), O_WRONLY | O_TRUNC } },
	{ "make ../folder", EACCES, OPEN, SYS_mkdirat,
	    { WORK, STR("../folder"), 0750 } },
	{ "make a folder outside", EACCES, OPEN, SYS_mkdirat,
	    { AT, STR(outside), 0750 } },
	{ "make a symbolic link", EACCES, DIES, SYS_symlinkat,
	    { STR("/etc/passwd"), WORK, STR("link") } },
	{ "make a FIFO", EACCES, DIES, SYS_mknodat,
	    { WORK, STR("fifo"), S_IFIFO | 0640 } },
	{ "link a file from outside", EXDEV, DIES, SYS_linkat,
	    { WORK, STR("../beside"), WORK, STR("linked") } },
	{ "link its output outside", EACCES, DIES, SYS_linkat,
	    { WORK, STR("old"), WORK, STR("../linked") } },
	{ "link its output", OPEN, DIES, SYS_linkat,
	    { WORK, STR("old"), WORK, STR("linked") } },
	{ "rename its output", EACCES, DIES, SYS_renameat2,
	    { WORK, STR("old"), WORK, STR("renamed") } },
	{ "rename its output away", EACCES, DIES, SYS_renameat2,
	    { WORK, STR("old"), WORK, STR("../renamed") } },
	{ "unlink its output", EACCES, DIES, SYS_unlinkat,
	    { WORK, STR("old") } },
	{ "remove its folder", EACCES, DIES, SYS_unlinkat,
	    { WORK, STR("folder"), AT_REMOVEDIR } },
	{ "change a mode", OPEN, DIES, SYS_fchmodat,
	    { WORK, STR("old"), 0777 } },
	{ "list by its descriptor", OPEN, DIES, SYS_getdents64,
	    { WORK, STR(page), sizeof page } },
	{ "look at /etc/passwd", OPEN, EACCES, SYS_newfstatat,
	    { AT, STR("/etc/passwd"), STR(page) } },
	{ "use a descriptor from before", OPEN, OPEN, SYS_fstat,
	    { WORK + 1, STR(page) } },
	{ "say a word on stderr", OPEN, OPEN, SYS_write,
	    { STDERR_FILENO, STR(""), 1 } },
	{ "run a program", EACCES, DIES, SYS_execve, { STR("/bin/true") } },
	{ "fork", OPEN, DIES, SYS_clone, { SIGCHLD } },
	{ "fork and wait", OPEN, DIES, SYS_clone,
	    { CLONE_VFORK | SIGCHLD } },
	{ "start a thread", OPEN, DIES, SYS_clone, { THREAD } },
	{ "trace its parent", EPERM, DIES, SYS_ptrace,
	    { PTRACE_ATTACH, PARENT } },
	{ "signal its parent", OPEN, DIES, SYS_kill, { PARENT } },
	{ "signal everybody", OPEN, DIES, SYS_kill, { -1 } },
	{ "abort its parent", OPEN, DIES, SYS_tgkill,
	    { PARENT, PARENT, SIGABRT } },
	{ "signal itself", OPEN, DIES, SYS_tgkill,
	    { SELF, SELF, SIGWINCH } },
	{ "limit its parent", OPEN, DIES, SYS_prlimit64,
	    { PARENT, RLIMIT_CPU } },
	{ "ask for another limit", OPEN, DIES, SYS_prlimit64,
	    { 0, RLIMIT_NOFILE } },
	{ "become dumpable", OPEN, DIES, SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "become root", OPEN, DIES, SYS_setuid, { 0 } },
	{ "change its root", OPEN, DIES, SYS_chroot, { STR(top) } },
	{ "mount", EPERM, DIES, SYS_mount,
	    { STR("none"), STR(top), STR("tmpfs") } },
	{ "make a namespace", OPEN, DIES, SYS_unshare, { CLONE_NEWUSER } },
	{ "make a socket", OPEN, DIES, SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "make an internet socket", OPEN, DIES, SYS_socket,
	    { AF_INET, SOCK_STREAM } },
	{ "make a pair of sockets", OPEN, DIES, SYS_socketpair,
	    { AF_UNIX, SOCK_STREAM, 0, STR(page) } },
	{ "connect", OPEN, DIES, SYS_connect, { SOCKET, STR(page), 2 } },
	{ "make a pipe", OPEN, DIES, SYS_pipe2, { STR(page) } },
	{ "map executable memory", OPEN, DIES, SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_EXEC, ANONYMOUS, -1 } },
	{ "make memory executable", OPEN, DIES, SYS_mprotect,
	    { STR(page), 4096, PROT_READ | PROT_EXEC } },
	{ "push input to a terminal", OPEN, ENOTTY, SYS_ioctl,
	    { 0, PUSH_INPUT, STR("") } },
	{ "call as another machine", OPEN, DIES, 0x40000000 + SYS_getuid,
	    { 0 } },
	/* other ways to open, and flags that a filter could overlook */
	{ "openat2 /etc/passwd", EACCES, DIES, SYS_openat2,
	    { AT, STR("/etc/passwd"), STR(&reading), sizeof reading } },
	{ "openat2 with another root", EACCES, DIES, SYS_openat2,
	    { WORK, STR("/old"), STR(&rooted), sizeof rooted } },
	{ "open as of old", EACCES, DIES, SYS_open,
	    { STR("/etc/passwd"), O_RDONLY } },
	{ "creat as of old", EACCES, DIES, SYS_creat,
	    { STR(outside), 0640 } },
	{ "open with bits above the flags", EACCES, EACCES, SYS_openat,
	    { WORK, STR("old"), READ_ONLY | (intptr_t)1 << 40 } },
	NEEDLESS("append to its output", SYS_openat,
	    { WORK, STR("old"), O_WRONLY | O_APPEND }),
	NEEDLESS("make what may be there", SYS_openat,
	    { WORK, STR("old"), NEW & ~O_EXCL, 0640 }),
	NEEDLESS("make a file without a name", SYS_openat,
	    { WORK, STR("."), O_TMPFILE | O_WRONLY, 0640 }),
	NEEDLESS("open by handle", SYS_open_by_handle_at,
	    { WORK, STR(page), O_RDONLY }),
	NEEDLESS("cut another's file", SYS_truncate, { STR(beside), 0 }),
	NEEDLESS("cut by descriptor", SYS_ftruncate, { WORK, 0 }),
	NEEDLESS("copy without reading", SYS_copy_file_range,
	    { WORK, 0, WORK, 0, 1 }),
	NEEDLESS("follow a link", SYS_readlink,
	    { STR("/proc/self/exe"), STR(page), sizeof page }),
	NEEDLESS("go elsewhere", SYS_fchdir, { WORK }),
	NEEDLESS("give its output away", SYS_fchownat,
	    { WORK, STR("old"), 1, 1 }),
	NEEDLESS("set a time", SYS_utimensat, { WORK, STR("old") }),
	NEEDLESS("set an attribute", SYS_fsetxattr,
	    { WORK, STR("user.a"), STR("a"), 1 }),
	NEEDLESS("change a descriptor", SYS_fcntl, { SOCKET, F_SETFL }),
	NEEDLESS("watch a folder", SYS_inotify_init1, { 0 }),
	NEEDLESS("watch a file system", SYS_fanotify_init, { 0 }),
	/* other programs and processes */
	{ "run by descriptor", EACCES, DIES, SYS_execveat,
	    { AT, STR("/bin/true") } },
	{ "read its parent's memory", EPERM, DIES, SYS_process_vm_readv,
	    { PARENT, STR(&somewhere), 1, STR(&somewhere), 1 } },
	{ "write its parent's memory", EPERM, DIES, SYS_process_vm_writev,
	    { PARENT, STR(&somewhere), 1, STR(&somewhere), 1 } },
	NEEDLESS("fork as of old", SYS_fork, { 0 }),
	NEEDLESS("fork as of late", SYS_clone3, { STR(page), 64 }),
	NEEDLESS("be traced", SYS_ptrace, { PTRACE_TRACEME }),
	NEEDLESS("hold its parent", SYS_pidfd_open, { PARENT }),
	NEEDLESS("take its parent's descriptor", SYS_pidfd_getfd, { WORK }),
	NEEDLESS("compare with its parent", SYS_kcmp, { SELF, PARENT }),
	NEEDLESS("catch what ends it", SYS_rt_sigaction,
	    { SIGSYS, 0, STR(page), 8 }),
	NEEDLESS("queue a signal", SYS_rt_sigqueueinfo,
	    { PARENT, SIGWINCH, STR(page) }),
	NEEDLESS("set a timer", SYS_timer_create, { CLOCK_REALTIME, 0, 0 }),
	NEEDLESS("lift its limit of memory", SYS_prlimit64,
	    { 0, RLIMIT_AS, STR(&no_limit) }),
	NEEDLESS("lift a limit as of old", SYS_setrlimit,
	    { RLIMIT_NOFILE, STR(&no_limit) }),
	NEEDLESS("limit its parent's time", SYS_prlimit64,
	    { PARENT, RLIMIT_CPU, STR(&no_limit) }),
	/* other memory */
	NEEDLESS("make a file in memory", SYS_memfd_create, { STR("a"), 0 }),
	NEEDLESS("make memory executable with a key", SYS_pkey_mprotect,
	    { STR(page), 4096, PROT_READ | PROT_EXEC, -1 }),
	NEEDLESS("share memory", SYS_shmget, { 1, 1, 0 }),
	NEEDLESS("handle its own faults", SYS_userfaultfd, { 0 }),
	NEEDLESS("map beyond its pages", SYS_remap_file_pages,
	    { STR(page), 4096 }),
	/* sockets, and what passes for them */
	NEEDLESS("listen", SYS_listen, { SOCKET, 1 }),
	NEEDLESS("bind", SYS_bind, { SOCKET, STR(page), 2 }),
	NEEDLESS("accept", SYS_accept4, { SOCKET }),
	NEEDLESS("send another way", SYS_sendto, { SOCKET, STR(page), 1 }),
	NEEDLESS("send many", SYS_sendmmsg, { SOCKET, STR(page), 1 }),
	NEEDLESS("set up a socket", SYS_setsockopt, { SOCKET, SOL_SOCKET }),
	NEEDLESS("queue messages", SYS_msgget, { 1, 0 }),
	NEEDLESS("open a queue", SYS_mq_open, { STR("a"), O_RDONLY }),
	/* ways around a filter, and doors of the kernel's own */
	NEEDLESS("set up io_uring", SYS_io_uring_setup, { 1, STR(page) }),
	NEEDLESS("enter io_uring", SYS_io_uring_enter, { WORK, 1 }),
	NEEDLESS("set up old asynchronous I/O", SYS_io_setup,
	    { 1, STR(page) }),
	NEEDLESS("load a program into the kernel", SYS_bpf,
	    { 0, STR(page), sizeof page }),
	NEEDLESS("count events", SYS_perf_event_open,
	    { STR(page), 0, -1, -1, 0 }),
	NEEDLESS("look for a key", SYS_keyctl,
	    { KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0 }),
	NEEDLESS("add a key", SYS_add_key, { STR("user"), STR("a"), 0, 0 }),
	NEEDLESS("ask for a key", SYS_request_key,
	    { STR("user"), STR("a"), 0, 0 }),
	NEEDLESS("add a filter", SYS_seccomp, { 2, 0, STR(page) }),
	NEEDLESS("add rules for files", SYS_landlock_create_ruleset,
	    { 0, 0, 1 }),
	NEEDLESS("take back its promise", SYS_prctl,
	    { PR_SET_NO_NEW_PRIVS, 0 }),
	NEEDLESS("be another machine", SYS_personality, { 0xffffffff }),
	NEEDLESS("write to ports", SYS_iopl, { 3 }),
	NEEDLESS("change its segments", SYS_modify_ldt, { 0 }),
	NEEDLESS("load a module", SYS_finit_module, { WORK, STR(""), 0 }),
	NEEDLESS("start another kernel", SYS_kexec_load, { 0, 0, 0, -1 }),
	NEEDLESS("start again", SYS_reboot, { 0, 0, 0, 0 }),
	NEEDLESS("read the kernel's log", SYS_syslog, { 10 }),
	NEEDLESS("set the clock", SYS_clock_settime,
	    { CLOCK_MONOTONIC, STR(page) }),
	NEEDLESS("become others", SYS_setgroups, { 0, STR(page) }),
	NEEDLESS("gain capabilities", SYS_capset, { STR(page), 0 }),
	/* namespaces and mounts */
	NEEDLESS("join a namespace", SYS_setns, { WORK, 0 }),
	NEEDLESS("make a network", SYS_unshare, { CLONE_NEWNET }),
	NEEDLESS("take the root's place", SYS_pivot_root,
	    { STR(top), STR(top) }),
	NEEDLESS("unmount", SYS_umount2, { STR(top), 0 }),
	NEEDLESS("open a tree", SYS_open_tree, { AT, STR("/"), 0 }),
	NEEDLESS("move a mount", SYS_move_mount,
	    { WORK, STR(""), WORK, STR("folder") }),
	NEEDLESS("open a file system", SYS_fsopen, { STR("tmpfs"), 0 }),
};

size_t
forbidden(const struct forbidden **v)
{
	*v = rows;
	return sizeof rows / sizeof *rows;
}

void
forbidden_begin(const char *folder)
{
	snprintf(top, sizeof top, "%s", folder);
	snprintf(outside, sizeof outside, "%s/new", top);
	snprintf(beside, sizeof beside, "%s/beside", top);
}

static intptr_t
actual(intptr_t arg)
{
	return arg == PARENT ? getppid() : arg == SELF ? getpid() : arg;
}

int
forbidden_try(const void *row)
{
	const struct forbidden *r = row;
	long rc;
	intptr_t a[6];

	for (size_t i = 0; i < 6; i++)
		a[i] = actual(r->arg[i]);
	rc = syscall(r->call, a[0], a[1], a[2], a[3], a[4], a[5]);
	return rc == -1 ? errno : 0;
}
