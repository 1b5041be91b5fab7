#ifndef SPOOL_RECEIPT_H
#define SPOOL_RECEIPT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "spool/state.h"

/*
 * receipt: what app A and people are told about a package (DESIGN 7).
 *
 * The one way out for findings: every message, path and file name passes
 * text_show() here, so that no person number can get past.
 */

struct buf;
struct err;
struct findings;

struct receipt {
	const char *package;		/* the name as shown */
	const char *sha256, *id, *time;
	const char *instance, *app;	/* NULL or "": not known */
	enum state state;
	const struct findings *findings, *more;	/* either may be NULL */
	const char *findings_json;	/* in their place: an old list */
	const char *const *instances;	/* org/app/owner/key */
	size_t n_instances;
	const char *note;		/* an operator's reason, or NULL */
};

/* A dropped file's raw name as it may be shown everywhere. */
void receipt_shown(struct buf *, const char *raw);

/* Any other text of a stranger or an operator; as text_show(). */
void receipt_masked(struct buf *, const char *text);

void receipt_json(struct buf *, const struct receipt *);  /* two deep, \n */
void receipt_line(struct buf *, const struct receipt *);  /* check --json:
		       * compact, without `instances`, without a newline */
/* reason.txt; with an id of NULL it does not say where the package is kept. */
void receipt_text(struct buf *, const struct receipt *);

/* {shown name}.{sha12}.json, shortened where it would not fit. */
void receipt_name(char name[NAME_MAX + 1], const char *package,
    const char *sha256);

/*
 * Write it to the folder of receipts, in place of an older one.  A duplicate
 * leaves a receipt alone that says the same bytes are accepted, held or
 * published: that is still the answer about this file.
 */
int receipt_write(int dir, const struct receipt *, struct err *);

/* reason.json and reason.txt, new, in a folder. */
int receipt_reasons(int dir, const struct receipt *, struct err *);

#endif
