#ifndef TESTS_FORBIDDEN_H
#define TESTS_FORBIDDEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * forbidden: every call that a worker may not make, and what each of the
 * sandbox's two doors says to it when it stands alone.
 */

enum { OPEN = 0 };			/* the other door's business */

struct forbidden {
	const char *what;
	int landlock, seccomp;		/* an errno, DIES, or OPEN */
	long call;
	intptr_t arg[6];
};

/* The folder of attempt_in(); before the first call of the others. */
void forbidden_begin(const char *top);
size_t forbidden(const struct forbidden **);
int forbidden_try(const void *row);	/* an attempt_fn */

#endif
