#ifndef TESTS_TORTURE_STRIKE_H
#define TESTS_TORTURE_STRIKE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * strike: runs a program with all its children under ptrace(2), and at the
 * n-th system call of the first process, or of its children, something
 * happens.  tests/killer.c does it to a function of ours; this to programs.
 *
 * The calls of the program and of its workers are counted apart, for the two
 * run side by side and only each by itself does the same every time.
 */

enum strike_how {
	STRIKE_NOT,			/* only count and watch */
	STRIKE_KILL_ALL,		/* before the call, the whole tree */
	STRIKE_KILL_ONE,		/* only the process that makes it */
	STRIKE_FAIL,			/* the call fails with `error` */
	STRIKE_SHORT,			/* it moves half of what it should */
};

struct strike {
	enum strike_how how;
	int error;			/* STRIKE_FAIL */
	bool children;			/* whose calls are counted */
	bool changing;			/* only those that may change a disk */
	const char *only;		/* whose names hold this, or NULL */
	bool for_ever;			/* it, and all such calls behind it */
	long at;			/* counted from 0; faults count only
					   calls that may fail so */
};

struct strike_call {
	pid_t pid;
	long nr;
	const char *name;		/* "" when we have no row for it */
	uint64_t args[6];
	bool done;			/* at its end, with the result */
	int64_t result;
};

typedef void strike_hook(void *arg, const struct strike_call *);

struct strike_result {
	int status;			/* of the first process, as wait(2) */
	bool hung;			/* not ended in time, and killed */
	bool hit;			/* there was an n-th call */
	char what[32];			/* its name */
	long counted;
};

/*
 * The hook (or NULL) sees each call of the tree, at its beginning and at its
 * end, while the process stands still.  Output goes to the file `log`.
 */
void strike_run(char *const argv[], const char *log, const struct strike *,
    struct strike_result *, strike_hook *, void *arg);

/* Calls can be made to fail on this machine. */
bool strike_can_fail(void);

#endif
