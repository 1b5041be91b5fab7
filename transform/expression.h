#ifndef TRANSFORM_EXPRESSION_H
#define TRANSFORM_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * expression: the names in an XPath 1.0 text.
 *
 * libxml2 finds out about functions, variables and prefixes that do not exist
 * only when it comes to them, which may be never or in one package out of a
 * thousand; and a misspelt element is simply never there.  The text itself
 * is taken to be one that compiles.
 */

enum expression_kind {
	EXPRESSION_FUNCTION,
	EXPRESSION_VARIABLE,
	EXPRESSION_PREFIX,
	EXPRESSION_ELEMENT,		/* or any name behind an axis */
	EXPRESSION_ATTRIBUTE,
};

struct expression_name {
	enum expression_kind kind;
	const char *text;		/* not terminated */
	size_t len;
};

/* Called for each name, from left to right. */
typedef void expression_fn(void *arg, const struct expression_name *);

void expression_names(const char *text, expression_fn *, void *arg);

/* Whether each bracket and quote has its end; libxml2 takes "count(". */
bool expression_closed(const char *text);

/* Whether XPath 1.0 has a function, or a kind of node, called so. */
bool expression_function(const struct expression_name *);

#endif
