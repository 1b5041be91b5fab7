#include "tests/attempt.h"
#include "tests/expect.h"
#include "tests/forbidden.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/sandbox.h"

static char top[] = "/tmp/test_sandbox.XXXXXX";
static char outside[64];		/* a path beside the worker's folder */
static struct conf conf;

static int
attempt(attempt_fn *fn, const void *arg, enum doors doors, int work)
{
	return attempt_in(top, &conf, fn, arg, doors, work);
}

static int
result(long rc)
{
	return rc == -1 ? errno : 0;
}

/* ------------------------------------------------------- what must fail */

/* Sanitizers read, run a symbolizer, and have no filter. */
static bool
may_sanitizers(const struct forbidden *r)
{
	static const long calls[] = { SYS_execve, SYS_execveat, SYS_open,
	    SYS_openat2, SYS_process_vm_readv, SYS_process_vm_writev };

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (r->call == calls[i])
			return true;
	return r->landlock == OPEN || r->seccomp == EACCES ||
	    r->arg[2] == O_RDWR;
}

static void
expect_shut(const struct forbidden *r, enum doors doors, int want)
{
	int got = attempt(forbidden_try, r, doors, WORK);

	if (got == OPEN)
		fail_msg("the door stood open: %s", r->what);
	if (want != OPEN && got != want)
		fail_msg("%s: %d, not %d", r->what, got, want);
}

static void
landlock_alone_shuts_every_way_to_a_file(void **unused)
{
	const struct forbidden *rows;

	(void)unused;
	for (size_t i = 0; i < forbidden(&rows); i++)
		if (rows[i].landlock != OPEN &&
		    (sandbox_whole() || !may_sanitizers(&rows[i])))
			expect_shut(&rows[i], LANDLOCK_ONLY,
			    rows[i].landlock);
}

static void
seccomp_alone_shuts_every_other_call(void **unused)
{
	const struct forbidden *rows;

	(void)unused;
	if (!sandbox_whole())
		skip();
	for (size_t i = 0; i < forbidden(&rows); i++)
		if (rows[i].seccomp != OPEN)
			expect_shut(&rows[i], SECCOMP_ONLY, rows[i].seccomp);
}

/* What a worker really has, with nothing left from before. */
static void
nothing_gets_through_both(void **unused)
{
	const struct forbidden *rows;

	(void)unused;
	for (size_t i = 0; i < forbidden(&rows); i++)
		if (sandbox_whole() || !may_sanitizers(&rows[i]))
			expect_shut(&rows[i], BOTH, OPEN);
}

#ifdef __x86_64__
/* The calls of 32 bits have other numbers: 20 is getpid(2). */
static int
call_32_bits(const void *unused)
{
	int number = 20;

	(void)unused;
	__asm__ volatile ("int $0x80" : "+a" (number) : : "memory");
	return number > 0 ? 0 : -number;
}

static void
the_calls_of_32_bits_are_shut_too(void **unused)
{
	(void)unused;
	if (!sandbox_whole())
		skip();
	assert_int_not_equal(attempt(call_32_bits, NULL, SECCOMP_ONLY, WORK),
	    0);
}
#endif

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
	char *p = malloc(1 << 20), *more;

	(void)unused;
	more = realloc(p, 64 << 20);
	if (more == NULL) {
		free(p);
		return ENOMEM;
	}
	more[63 << 20] = 1;
	free(more);
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
	struct rlimit core, size, before, after;
	struct stat st;
	struct err e;

	(void)unused;
	must(getrlimit(RLIMIT_NOFILE, &before) == 0);
	must(sandbox_enter(&conf, WORK, WORK, &e) == 0);
	must(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	must(getrlimit(RLIMIT_FSIZE, &size) == 0 &&
	    size.rlim_max == conf.packages.max_unpacked);
	/* A debugger that is beyond the hard limit would not be let in. */
	must(getrlimit(RLIMIT_NOFILE, &after) == 0 &&
	    after.rlim_cur <= 512 && after.rlim_max == before.rlim_max);
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
	forbidden_begin(top);
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
#ifdef __x86_64__
		cmocka_unit_test(the_calls_of_32_bits_are_shut_too),
#endif
		cmocka_unit_test(without_a_folder_nothing_can_be_made),
		cmocka_unit_test(an_abort_is_told_from_a_forbidden_call),
		cmocka_unit_test(half_a_sandbox_is_none),
		cmocka_unit_test(an_open_one_keeps_its_limits),
	};

	return cmocka_run_group_tests_name("sandbox", tests, set_up,
	    tear_down);
}
