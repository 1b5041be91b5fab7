#ifndef WATCHER_FORM_H
#define WATCHER_FORM_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/finding.h"

/*
 * form: one XML document in one pass: well-formed, within limits, valid
 * against its schema, and what the maps read of it kept.
 *
 * libxml2's push parser gives events to us; we take altinnRowId away
 * (contract 7.2), read T00:00:00 on an xs:date as the date (contract 12-22),
 * and hand them on to the schema.  What is kept is a tree of ordinary
 * xmlNodes without namespaces, all in the arena: XPath reads it, unprefixed
 * names match, and nobody frees it.
 */

struct arena;
struct form_type;
struct take;
struct form_reader;

enum {
	FORM_ATTRIBUTES_MAX = 256,	/* of one element */
	FORM_TAG_MAX = 64 * 1024,	/* bytes of a tag or comment */
	FORM_TEXT_MAX = 10 << 20,	/* bytes of text without a tag in it */
	FORM_DEPTH_MAX = 256,
};

struct form_job {
	const struct form_type *type;
	const struct take *take;	/* NULL: keep nothing */
	const char *file;		/* for the findings */
	unsigned max_depth;		/* at most FORM_DEPTH_MAX */
	bool ours;			/* B's form: errors are MODEL_INVALID */
	struct arena *arena;
	struct findings *findings;
};

/* Long-lived: it keeps libxml2's parser and its names for the next form. */
struct form_reader *form_reader_new(void);
void form_reader_free(struct form_reader *);

/*
 * begin, feed as bytes come, end.  What is wrong becomes findings.  form_end
 * gives the kept document (its root is NULL when nothing was kept), or NULL
 * when the form cannot be used.
 */
void form_begin(struct form_reader *, const struct form_job *);
void form_feed(struct form_reader *, const void *, size_t);
xmlDocPtr form_end(struct form_reader *);

/* All three for a document that is in memory. */
bool form_check(struct form_reader *, const struct form_job *, const void *,
    size_t);

#endif
