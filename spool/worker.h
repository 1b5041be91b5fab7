#ifndef SPOOL_WORKER_H
#define SPOOL_WORKER_H

#include <limits.h>
#include <spawn.h>
#include <sys/types.h>

/*
 * worker: a process that runs flerapp-worker: find its program, start it,
 * see it off.  What it is given to do is the crew's business.
 */

struct conf;
struct err;

struct worker {
	pid_t pid;			/* 0: not running */
	int sock;			/* -1 likewise */
	char work[16];			/* its folder below tmp/{run} */
};

#define WORKER_NAME "flerapp-worker"

/* Where its program lies: $FLERAPP_LIBEXEC, ../libexec/flerapp, or with us. */
int worker_find(char path[PATH_MAX], struct err *);

/* Run the program at `path`; it inherits nothing but what `acts` give it. */
int worker_spawn(const char *path, char *const *args,
    posix_spawn_file_actions_t *acts, pid_t *pid, struct err *);

/*
 * One to talk with: over `sock`, with a folder w{number} of its own in tmp,
 * or none when tmp is -1.
 */
int worker_start(struct worker *, const struct conf *, const char *path,
    int tmp, unsigned number, struct err *);

/*
 * Hang up, and end it when it has not left by itself within `grace_ms`; its
 * wait status.  One that is on its way out keeps the status it has.
 */
int worker_end(struct worker *, int grace_ms);

#endif
