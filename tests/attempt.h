#ifndef TESTS_ATTEMPT_H
#define TESTS_ATTEMPT_H

#include <fcntl.h>
#include <stdbool.h>

/*
 * attempt: what a worker that somebody took over could try.
 *
 * Each attempt is made in a child of its own that has just entered the
 * sandbox, with the descriptors a worker has: 3 the socket, 4 its folder.
 * An attempt gives 0 when it came through, else errno.
 */

struct conf;

typedef int attempt_fn(const void *arg);

enum {
	SOCKET = 3, WORK = 4,
	NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	/* what may also come of an attempt: killed by SIGSYS, by another */
	DIES = -2, SIGNAL = 1000, BROKEN = 255,
};

enum doors { NONE, BOTH, LANDLOCK_ONLY, SECCOMP_ONLY };

/* `top` holds the file `package`, and the worker's folder w0. */
int attempt_in(const char *top, const struct conf *, attempt_fn *,
    const void *arg, enum doors, int work);

void must(bool ok);			/* in the child: else it is BROKEN */

#endif
