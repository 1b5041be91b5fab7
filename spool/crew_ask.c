#include "spool/crew_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/wire.h"
#include "spool/worker.h"

/* It died while it worked on the file, or on the configuration. */
static int
ask_died(int how, bool on_file, struct err *e)
{
	if (how == SIGPIPE)
		return err_set(e, ERR_IO, "nobody reads stdout any more");
	return err_set(e, on_file ? ERR_DATA : ERR_BUG, "the worker %s "
	    "(signal %d)", how == SIGXCPU || how == SIGKILL ?
	    "took too long" : "died", how);
}

static int
ask(const struct conf *conf, const char *const *args, int file, int out,
    int complaints, struct err *e)
{
	char path[PATH_MAX], *v[16] = { (char *)WORKER_NAME, "--config",
	    (char *)conf->dir };
	posix_spawn_file_actions_t acts;
	size_t n = 3;
	int status, rc;
	pid_t pid;

	if (worker_find(path, e) == -1)
		return -1;
	while (*args != NULL && n < 15)
		v[n++] = (char *)*args++;
	posix_spawn_file_actions_init(&acts);
	if (file != -1)
		posix_spawn_file_actions_adddup2(&acts, file, WIRE_SOCKET);
	posix_spawn_file_actions_adddup2(&acts, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&acts, complaints, STDERR_FILENO);
	posix_spawn_file_actions_addopen(&acts, 0, "/dev/null", O_RDONLY, 0);
	rc = worker_spawn(path, v, &acts, &pid, e);
	posix_spawn_file_actions_destroy(&acts);
	if (rc == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    ask_died(WTERMSIG(status), file != -1, e);
}

int
crew_ask_on(const struct conf *conf, const char *const *args, int out,
    int complaints, struct err *e)
{
	return ask(conf, args, -1, out, complaints, e);
}

int
crew_ask(const struct conf *conf, const char *const *args, int file,
    struct err *e)
{
	return ask(conf, args, file, STDOUT_FILENO, STDERR_FILENO, e);
}
