#ifndef TESTS_TORTURE_STARVE_H
#define TESTS_TORTURE_STARVE_H

#include <stdbool.h>

/*
 * starve: out of memory at the n-th allocation of a program that has
 * starve.so preloaded.  The two talk through a page that both have mapped,
 * so that nothing needs to be opened in a sandbox.
 */

#define STARVE_PAGE "FLERAPP_STARVE_PAGE"	/* the variable: its path */

struct starve_page {
	long at;			/* counted from 0; -1: never */
	long for_ever;			/* that one, and all behind it */
	long count, hit;		/* allocations, and those that failed */
};

struct starve;

struct starve *starve_new(const char *path);
void starve_free(struct starve *);
const char *starve_path(const struct starve *);
void starve_set(struct starve *, long at, bool for_ever);
bool starve_hit(const struct starve *);

#endif
