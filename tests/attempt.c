#include "tests/attempt.h"

#include "tests/expect.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/sandbox.h"

void
must(bool ok)
{
	if (!ok)
		_exit(BROKEN);
}

/* Its streams as from a terminal: each can be written. */
static void
sit_down(int sock, const char *top)
{
	int terminal = open("/dev/null", O_RDWR);
	int dir = open(top, O_RDONLY | O_DIRECTORY);
	int work = openat(dir, "w0", O_RDONLY | O_DIRECTORY);

	must(dup2(terminal, STDIN_FILENO) == STDIN_FILENO);
	must(dup2(sock, 60) == 60 && dup2(work, 61) == 61);
	must(dup2(60, SOCKET) == SOCKET && dup2(61, WORK) == WORK);
	must(dup2(WORK, WORK + 1) == WORK + 1);
}

static void
shut(enum doors doors, int work, const struct conf *conf)
{
	struct err e;

	if (doors == BOTH)
		must(sandbox_enter(conf, work, WORK, &e) == 0);
	else
		must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (doors == LANDLOCK_ONLY)
		must(sandbox_files(work, &e) == 0);
	if (doors == SECCOMP_ONLY)
		must(sandbox_calls(&e) == 0);
}

/* A job, with the package's descriptor. */
static void
give_package(int sock, const char *top)
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

int
attempt_in(const char *top, const struct conf *conf, attempt_fn *fn,
    const void *arg, enum doors doors, int work)
{
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC,
	    0, pair), 0);
	give_package(pair[0], top);
	pid = fork();
	if (pid == 0) {
		sit_down(pair[1], top);
		if (doors != NONE)
			shut(doors, work, conf);
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
