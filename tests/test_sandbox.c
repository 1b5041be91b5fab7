#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/sandbox.h"

/*
 * Each attempt is made in a child of its own that has just entered the
 * sandbox, with the descriptors a worker has: 3 the socket, 4 its folder.
 * An attempt gives 0 when it came through, else errno.
 */
typedef int attempt_fn(const void *arg);

enum {
	SOCKET = 3, WORK = 4,
	NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	/* what may also come of an attempt: killed by SIGSYS, by another */
	DIES = -2, SIGNAL = 1000, BROKEN = 255,
};

static char top[] = "/tmp/test_sandbox.XXXXXX";
static char outside[64];		/* a path beside the worker's folder */
static struct conf conf;

static int
result(long rc)
{
	return rc == -1 ? errno : 0;
}

/* ------------------------------------------------------------ the child */

static void
must(bool ok)
{
	if (!ok)
		_exit(BROKEN);
}

static void
sit_down(int sock)
{
	int dir = open(top, O_RDONLY | O_DIRECTORY);
	int work = openat(dir, "w0", O_RDONLY | O_DIRECTORY);

	must(dup2(sock, 60) == 60 && dup2(work, 61) == 61);
	must(dup2(60, SOCKET) == SOCKET && dup2(61, WORK) == WORK);
	must(dup2(WORK, WORK + 1) == WORK + 1);
}

enum doors { NONE, BOTH, LANDLOCK_ONLY, SECCOMP_ONLY };

static void
shut(enum doors doors, int work)
{
	struct err e;

	if (doors == BOTH)
		must(sandbox_enter(&conf, work, WORK, &e) == 0);
	else
		must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (doors == LANDLOCK_ONLY)
		must(sandbox_files(work, &e) == 0);
	if (doors == SECCOMP_ONLY)
		must(sandbox_calls(&e) == 0);
}

/* A job, with the package's descriptor. */
static void
give_package(int sock)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = "" };
	struct iovec io = { "job", 3 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	char path[64];
	int fd;

	snprintf(path, sizeof path, "%s/package", top);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	assert_int_equal(sendmsg(sock, &m, 0), 3);
	close(fd);
}

static int
attempt(attempt_fn *fn, const void *arg, enum doors doors, int work)
{
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC,
	    0, pair), 0);
	give_package(pair[0]);
	pid = fork();
	if (pid == 0) {
		sit_down(pair[1]);
		if (doors != NONE)
			shut(doors, work);
		syscall(SYS_exit_group, fn(arg));
	}
	close(pair[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? DIES : SIGNAL +
		    WTERMSIG(status);
	assert_int_not_equal(WEXITSTATUS(status), BROKEN);
	return WEXITSTATUS(status);
}

/* ------------------------------------------------------- what must fail */

static _Alignas(4096) char page[4096];

#define STR(s) (intptr_t)(s)
#define AT AT_FDCWD
#define READ_ONLY (O_RDONLY | O_CLOEXEC)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
	CLONE_THREAD)

/*
 * What each door says when it stands alone: an errno, DIES, or OPEN for what
 * is the other one's business.  PARENT and SELF stand for process ids.
 */
enum { OPEN = 0, PARENT = -1001, SELF = -1002, PUSH_INPUT = 0x5412 };

static const struct row {
	const char *what;
	int landlock, seccomp;
	long call;
	intptr_t arg[6];
} rows[] = {
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
};

static intptr_t
actual(intptr_t arg)
{
	return arg == PARENT ? getppid() : arg == SELF ? getpid() : arg;
}

static int
make_call(const void *arg)
{
	const struct row *r = arg;
	intptr_t a[6];

	for (size_t i = 0; i < 6; i++)
		a[i] = actual(r->arg[i]);
	return result(syscall(r->call, a[0], a[1], a[2], a[3], a[4], a[5]));
}

/* Sanitizers read, run a symbolizer, and have no filter. */
static bool
may_sanitizers(const struct row *r)
{
	return r->landlock == OPEN || r->seccomp == EACCES ||
	    r->call == SYS_execve || r->arg[2] == O_RDWR;
}

static void
expect_shut(const struct row *r, enum doors doors, int want)
{
	int got = attempt(make_call, r, doors, WORK);

	if (got == OPEN)
		fail_msg("the door stood open: %s", r->what);
	if (want != OPEN && got != want)
		fail_msg("%s: %d, not %d", r->what, got, want);
}

static void
landlock_alone_shuts_every_way_to_a_file(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].landlock != OPEN &&
		    (sandbox_whole() || !may_sanitizers(&rows[i])))
			expect_shut(&rows[i], LANDLOCK_ONLY,
			    rows[i].landlock);
}

static void
seccomp_alone_shuts_every_other_call(void **unused)
{
	(void)unused;
	if (!sandbox_whole())
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].seccomp != OPEN)
			expect_shut(&rows[i], SECCOMP_ONLY, rows[i].seccomp);
}

/* What a worker really has, with nothing left from before. */
static void
nothing_gets_through_both(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (sandbox_whole() || !may_sanitizers(&rows[i]))
			expect_shut(&rows[i], BOTH, OPEN);
}

static int
open_new(const void *path)
{
	return result(openat(WORK, path, NEW, 0640));
}

static void
without_a_folder_nothing_can_be_made(void **unused)
{
	(void)unused;
	assert_int_not_equal(attempt(open_new, "none", BOTH, -1), 0);
	assert_int_not_equal(attempt(open_new, outside, BOTH, -1), 0);
}

/* ------------------------------------------------------- what must work */

static int
make_folder(const void *unused)
{
	int dir, fd = -1;

	(void)unused;
	if (mkdirat(WORK, "made", 0750) == -1)
		return errno;
	dir = openat(WORK, "made", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir != -1)
		fd = openat(dir, "file", NEW, 0640);
	if (fd == -1 || write(fd, "text", 4) != 4)
		return errno;
	return result(close(fd));
}

static int
read_package(const void *unused)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char text[8] = "";
	struct iovec io = { text, sizeof text };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control };
	int fd;

	(void)unused;
	if (recvmsg(SOCKET, &m, MSG_CMSG_CLOEXEC) == -1)
		return errno;
	if (CMSG_FIRSTHDR(&m) == NULL)
		return ENOMSG;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
	return pread(fd, text, 4, 0) == 4 && memcmp(text, "byte", 4) == 0 ?
	    result(close(fd)) : EIO;
}

static int
send_answer(const void *unused)
{
	struct iovec io = { "answer", 6 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

	(void)unused;
	return result(sendmsg(SOCKET, &m, MSG_NOSIGNAL));
}

static int
take_memory(const void *unused)
{
	char *p = malloc(1 << 20);

	(void)unused;
	p = p != NULL ? realloc(p, 64 << 20) : NULL;
	if (p == NULL)
		return ENOMEM;
	p[63 << 20] = 1;
	free(p);
	sandbox_cpu(5);
	return 0;
}

static const struct {
	const char *what;
	attempt_fn *fn;
	const char *arg;
} needs[] = {
	{ "read the package", read_package, NULL },
	{ "send an answer", send_answer, NULL },
	{ "take memory and time", take_memory, NULL },
	{ "make files in a folder", make_folder, NULL },
	{ "make a zip", open_new, "made.zip" },
};

static void
a_worker_can_do_its_work(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		int got = attempt(needs[i].fn, needs[i].arg, BOTH, WORK);

		if (got != 0)
			fail_msg("%s: %d (%s)", needs[i].what, got,
			    got > 0 ? strerror(got) : "SIGSYS");
	}
}

static int
give_up(const void *unused)
{
	(void)unused;
	abort();
}

static void
an_abort_is_told_from_a_forbidden_call(void **unused)
{
	(void)unused;
	if (!sandbox_whole())
		skip();
	assert_int_equal(attempt(give_up, NULL, BOTH, WORK),
	    SIGNAL + SIGABRT);
}

/* --------------------------------------------- what the kernel must have */

static int
refuse_call(scmp_filter_ctx ctx, int call, int error)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint32_t)error), call,
	    0);
}

/* prctl(PR_SET_SECCOMP) is the older way to the same. */
static int
enter_without(const void *call)
{
	struct scmp_arg_cmp older = { .op = SCMP_CMP_EQ,
	    .datum_a = PR_SET_SECCOMP };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	struct err e = { .kind = ERR_NONE };

	must(ctx != NULL &&
	    refuse_call(ctx, *(const int *)call, ENOSYS) == 0);
	if (*(const int *)call == SCMP_SYS(seccomp))
		must(seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EINVAL),
		    SCMP_SYS(prctl), 1, &older) == 0);
	must(seccomp_load(ctx) == 0);
	seccomp_release(ctx);
	return sandbox_enter(&conf, WORK, WORK, &e) == 0 ? 0 : (int)e.kind;
}

static void
half_a_sandbox_is_none(void **unused)
{
	static const int landlock = SCMP_SYS(landlock_create_ruleset);
	static const int seccomp = SCMP_SYS(seccomp);

	(void)unused;
	assert_int_equal(attempt(enter_without, &landlock, NONE, WORK),
	    ERR_SYSTEM);
	if (sandbox_whole())
		assert_int_equal(attempt(enter_without, &seccomp, NONE,
		    WORK), ERR_SYSTEM);
	conf.workers.sandbox = SANDBOX_OPEN;
	assert_int_equal(attempt(enter_without, &landlock, NONE, WORK), 0);
	conf.workers.sandbox = SANDBOX_ENFORCE;
}

static int
enter_open(const void *unused)
{
	struct rlimit core, size;
	struct stat st;
	struct err e;

	(void)unused;
	must(sandbox_enter(&conf, WORK, WORK, &e) == 0);
	must(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	must(getrlimit(RLIMIT_FSIZE, &size) == 0 &&
	    size.rlim_max == conf.packages.max_unpacked);
	must(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	must(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	must(fstat(WORK + 1, &st) == -1 && errno == EBADF);
	return result(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static void
an_open_one_keeps_its_limits(void **unused)
{
	(void)unused;
	conf.workers.sandbox = SANDBOX_OPEN;
	assert_int_equal(attempt(enter_open, NULL, NONE, WORK), 0);
	conf.workers.sandbox = SANDBOX_ENFORCE;
}

/* --------------------------------------------------------------------- */

static void
put(int dir, const char *name, const char *text)
{
	struct err e;

	assert_int_equal(fsx_put(dir, name, text, strlen(text), &e), 0);
}

static int
set_up(void **unused)
{
	struct err e;
	int dir, work;

	(void)unused;
	if (mkdtemp(top) == NULL)
		return -1;
	snprintf(outside, sizeof outside, "%s/new", top);
	dir = fsx_dir(AT_FDCWD, top, &e);
	work = fsx_open_dir(dir, "w0", &e);
	put(dir, "package", "bytes of a stranger");
	put(dir, "beside", "another's");
	put(work, "old", "made before");
	assert_int_equal(fsx_make_dir(work, "folder", &e), 0);
	close(work);
	close(dir);
	conf = (struct conf){ .packages.max_unpacked = 1 << 30,
	    .workers.memory = 512 << 20,
	    .workers.sandbox = SANDBOX_ENFORCE };
	return 0;
}

static int
tear_down(void **unused)
{
	struct err e;

	(void)unused;
	return fsx_remove_tree(AT_FDCWD, top, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_can_do_its_work),
		cmocka_unit_test(landlock_alone_shuts_every_way_to_a_file),
		cmocka_unit_test(seccomp_alone_shuts_every_other_call),
		cmocka_unit_test(nothing_gets_through_both),
		cmocka_unit_test(without_a_folder_nothing_can_be_made),
		cmocka_unit_test(an_abort_is_told_from_a_forbidden_call),
		cmocka_unit_test(half_a_sandbox_is_none),
		cmocka_unit_test(an_open_one_keeps_its_limits),
	};

	return cmocka_run_group_tests_name("sandbox", tests, set_up,
	    tear_down);
}
