#ifndef TRANSFORM_EXPLAIN_H
#define TRANSFORM_EXPLAIN_H

#include <stdbool.h>

/*
 * explain: what the routes make of a package, row by row (map explain).
 *
 * The package goes the same way as in a job; this only watches.  Values pass
 * text_show() before they are cut, so that no part of a person number is
 * left.
 */

struct config;
struct err;

struct explain_job {
	int fd;				/* the package */
	const char *name;		/* as shown */
	int out;			/* where the text goes */
	bool json;			/* an object per line */
};

/*
 * Everything about the package that is wrong is told at the end; *findings
 * says whether there is any.  -1 when our own house failed.
 */
int explain_package(const struct config *, const struct explain_job *,
    bool *findings, struct err *);

#endif
