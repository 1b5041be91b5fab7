#ifndef TRANSFORM_REWRITE_H
#define TRANSFORM_REWRITE_H

#include <stddef.h>

#include "transform/convert.h"

/*
 * rewrite: the functions of a conversion, one table row each.
 *
 * What they do is told in convert.h, which is how everybody else gets at
 * them.  A function that works on one text never sees an empty one.
 */

struct arena;
struct codes;

enum { REWRITE_ARGS = 2 };

enum rewrite_arg {
	ARG_NONE,
	ARG_NUMBER,		/* from 1 */
	ARG_CHARACTER,		/* just one */
	ARG_TEXT,
	ARG_SOME,		/* text that is not empty */
	ARG_LIST,		/* a code list */
};

enum rewrite_many { MANY_NONE, MANY_JOIN, MANY_FIRST, MANY_COUNT };

struct rewrite_args {
	char *texts[REWRITE_ARGS];
	size_t numbers[REWRITE_ARGS];
	const struct codes *codes;
};

/* A value under way: what is made of it goes to the arena. */
struct rewrite_run {
	struct arena *arena;
	const char *day;
	const char *why;		/* when it is not the function's own */
};

/* The new text, or NULL: it cannot be done. */
typedef const char *rewrite_fn(struct rewrite_run *,
    const struct rewrite_args *, const char *);

struct rewrite {
	const char *name;
	enum rewrite_arg args[REWRITE_ARGS];
	enum rewrite_many many;
	rewrite_fn *one;		/* NULL: it takes many values */
	struct convert_yield yield;	/* YIELD_SOURCE: what went in */
	const char *want;		/* why it cannot be done; NULL: never */
};

size_t rewrite_table(const struct rewrite **);
const struct rewrite *rewrite_named(const char *);	/* or NULL */

/* Several texts in one; all of them empty are an empty one. */
const char *rewrite_join(struct rewrite_run *, const char *sep,
    const char *const *values, size_t n);

/* How many bytes the first n characters take; *have: how many there are. */
size_t rewrite_characters(const char *, size_t n, size_t *have);

#endif
