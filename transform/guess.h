#ifndef TRANSFORM_GUESS_H
#define TRANSFORM_GUESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * guess: which field of A's forms may be the source of a field of B.
 *
 * By name (alike), and better when the names around it are alike too.  Only
 * what a map could do is given: a field that gives one value where one is
 * wanted, of a type that fits as it is or by a conversion.
 */

struct arena;
struct field;
struct guess;
struct guess_node;			/* an element or attribute of A */
struct route;
struct simple;

enum { GUESS_DEPTH_MAX = 32, GUESS_NODES_MAX = 50000 };

/* The forms that paths of the route may read; both must outlive it. */
struct guess *guess_new(const struct route *, struct arena *);
void guess_free(struct guess *);

/* The node of for-each, whose rows B's outermost fields are; NULL: none. */
const struct guess_node *guess_base(const struct guess *);

/* What is wanted: a field of B, or a repeated one. */
struct guess_wish {
	const struct field *field;
	const char *const *names;	/* folded, below the root, its own last */
	size_t n_names;
	const struct guess_node *within;	/* A's list that has the rows */
	bool list;
};

struct guess_hit {
	const struct guess_node *node;	/* NULL: nothing fits */
	const char *source, *convert;	/* as map.csv has them */
	bool always;			/* A requires it */
	const char *note;		/* why, or why not; in the arena */
};

struct guess_hit guess_find(const struct guess *, const struct guess_wish *);

/*
 * The conversion that makes what B's type wants out of A's, "" for none, or
 * NULL when there is no way.  A's type NULL is any text.
 */
const char *guess_convert(const struct simple *to, const struct simple *from);

#endif
