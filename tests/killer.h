#ifndef TESTS_KILLER_H
#define TESTS_KILLER_H

#include <stdbool.h>

/*
 * killer: runs a function in a child that is killed before its n-th call
 * that changes a disk.
 *
 * Calls that change nothing are not counted: being killed before or behind
 * one of them is the same.
 */

typedef int killer_fn(void *arg);		/* 0 when all went well */

enum killed { KILLED, ENDED_WELL, ENDED_BADLY };

enum killed killer_run(killer_fn *, void *arg, long n);

/*
 * Not killed: that call fails with the errno instead, and if `for_ever` all
 * such calls behind it.  *reached: there was an n-th call.  Only where
 * killer_can_fail().
 */
bool killer_can_fail(void);
enum killed killer_fail(killer_fn *, void *arg, long n, int error,
    bool for_ever, bool *reached);

/*
 * Neither killed nor failing: the hook is called, in the parent, before each
 * call that changes a disk, while the child stands still.
 */
struct killer_call {
	long n;
	const char *name;
	char from[256], to[256];	/* paths, or "" */
};

typedef void killer_hook(void *arg, const struct killer_call *);

enum killed killer_watch(killer_fn *, void *arg, killer_hook *,
    void *hook_arg);

#endif
