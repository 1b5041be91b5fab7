#ifndef WATCHER_KEPT_H
#define WATCHER_KEPT_H

#include <libxml/tree.h>
#include <stddef.h>

/*
 * kept: the part of a form that stays in memory, as libxml2's own nodes.
 *
 * XPath reads them like any others, but they lie in an arena: nobody frees
 * them one by one, and libxml2 must never be asked to.  Names are local
 * names, in no namespace.
 */

struct arena;

xmlDocPtr kept_document(struct arena *);

/* The name must live as long as the arena; line is for messages. */
xmlNodePtr kept_element(struct arena *, xmlNodePtr parent, const char *name,
    long line);
void kept_attribute(struct arena *, xmlNodePtr element, const char *name,
    const char *value, size_t n);
void kept_text(struct arena *, xmlNodePtr element, const char *, size_t);

#endif
