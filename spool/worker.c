#include "spool/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/wire.h"

enum { HIGH_FD = 16 };

/* DESIGN 8: $FLERAPP_LIBEXEC, ../libexec/flerapp beside us, or with us. */
int
worker_find(char path[PATH_MAX], struct err *e)
{
	const char *libexec = getenv("FLERAPP_LIBEXEC");
	char self[PATH_MAX];
	struct buf b = { 0 };
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	int rc = -1;

	if (n == -1)
		return err_sys(e, "find our own program");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	if (libexec != NULL && *libexec != '\0') {
		buf_fmt(&b, "%s/" WORKER_NAME, libexec);
	} else {
		buf_fmt(&b, "%s/../libexec/flerapp/" WORKER_NAME, self);
		if (access(b.p, X_OK) == -1) {
			buf_reset(&b);
			buf_fmt(&b, "%s/" WORKER_NAME, self);
		}
	}
	if (b.len >= PATH_MAX || access(b.p, X_OK) == -1)
		err_sys(e, "find the worker %s", buf_text(&b));
	else
		rc = 0;
	if (rc == 0)
		memcpy(path, b.p, b.len + 1);
	buf_free(&b);
	return rc;
}

/* A worker inherits nothing but this. */
static size_t
environment(char **env, size_t most)
{
	static const char *const names[] = {
		"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
		"LLVM_PROFILE_FILE", "GCOV_PREFIX",
	};
	size_t n = 0;

	env[n++] = mem_dup("LC_ALL=C.UTF-8");
	for (size_t i = 0; i < sizeof names / sizeof *names && n + 1 < most;
	    i++) {
		const char *v = getenv(names[i]);
		struct buf b = { 0 };

		if (v == NULL)
			continue;
		buf_fmt(&b, "%s=%s", names[i], v);
		env[n++] = b.p;
	}
	env[n] = NULL;
	return n;
}

int
worker_spawn(const char *path, char *const *args,
    posix_spawn_file_actions_t *acts, pid_t *pid, struct err *e)
{
	char *env[8];
	size_t n = environment(env, 8);
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawn(pid, path, acts, &attr, args, env);
	posix_spawnattr_destroy(&attr);
	while (n > 0)
		free(env[--n]);
	if (rc != 0) {
		errno = rc;
		return err_sys(e, "start %s", path);
	}
	return 0;
}

/* A descriptor that none of the worker's own numbers can hit. */
static int
high(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD), fault = errno;

	close(fd);
	errno = fault;
	return up;
}

static int
start_process(struct worker *w, const struct conf *conf, const char *path,
    int sock, int work, struct err *e)
{
	char *args[] = { (char *)WORKER_NAME, "--config",
	    (char *)conf->dir, work == -1 ? "--no-output" : NULL, NULL };
	posix_spawn_file_actions_t acts;
	int rc;

	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_addopen(&acts, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&acts, sock, WIRE_SOCKET);
	if (work != -1)
		posix_spawn_file_actions_adddup2(&acts, work, WIRE_WORK);
	rc = worker_spawn(path, args, &acts, &w->pid, e);
	posix_spawn_file_actions_destroy(&acts);
	return rc;
}

int
worker_start(struct worker *w, const struct conf *conf, const char *path,
    int tmp, unsigned number, struct err *e)
{
	int pair[2] = { -1, -1 }, work = -1, rc = -1;
	/* It has room for all we give: who does not read is no sound worker. */
	const struct timeval patience = {
		.tv_sec = (time_t)(conf->workers.timeout / 1000 + 1) };

	*w = (struct worker){ .sock = -1 };
	snprintf(w->work, sizeof w->work, "w%u", number);
	if (tmp != -1) {
		work = fsx_open_dir(tmp, w->work, e);
		if (work == -1)
			goto out;
		work = high(work);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
		err_sys(e, "make a socket for a worker");
		goto out;
	}
	pair[0] = high(pair[0]);
	pair[1] = high(pair[1]);
	if (pair[0] == -1 || pair[1] == -1 || (tmp != -1 && work == -1)) {
		err_sys(e, "move a worker's descriptors");
		goto out;
	}
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof patience);
	if (start_process(w, conf, path, pair[1], work, e) == -1)
		goto out;
	w->sock = pair[0];
	pair[0] = -1;
	rc = 0;
out:
	if (pair[0] != -1)
		close(pair[0]);
	if (pair[1] != -1)
		close(pair[1]);
	if (work != -1)
		close(work);
	return rc;
}

/* It hears that no more comes, and its end of the socket goes with it. */
static void
wait_for_exit(int sock, int ms)
{
	struct pollfd v = { .fd = sock };

	shutdown(sock, SHUT_WR);
	while (poll(&v, 1, ms) == -1 && errno == EINTR)
		continue;
}

int
worker_end(struct worker *w, int grace_ms)
{
	int status = 0;

	if (grace_ms > 0)
		wait_for_exit(w->sock, grace_ms);
	close(w->sock);
	w->sock = -1;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	w->pid = 0;
	return status;
}
