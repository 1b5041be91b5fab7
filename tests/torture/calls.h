#ifndef TESTS_TORTURE_CALLS_H
#define TESTS_TORTURE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* calls: what the kernel may answer to a system call. */

struct call {
	long nr;
	const char *name;
	unsigned traits;		/* calls.c */
	int length;			/* the argument that says how much */
	bool done_all_the_same;		/* close(2): even when it fails */
};

const struct call *call_find(long nr);		/* NULL: no row */
const struct call *call_row(size_t i);		/* NULL: behind the last */

/* All take NULL: a call that changes nothing and may not fail. */
bool call_changes(const struct call *, const uint64_t args[6]);
bool call_may_fail(const struct call *, const uint64_t args[6], int error);
bool call_may_be_short(const struct call *, const uint64_t args[6]);

/* Whatever the arguments are; error 0: it may be short, -1: it changes. */
bool call_might(const struct call *, int error);

#endif
