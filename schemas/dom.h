#ifndef SCHEMAS_DOM_H
#define SCHEMAS_DOM_H

#include <libxml/tree.h>
#include <stdbool.h>

/*
 * dom: walking the DOM of a schema document.
 *
 * Only elements are seen; remarks and text between them do not count.
 */

struct arena;

#define DOM_XSD_NS "http://www.w3.org/2001/XMLSchema"

bool dom_is(const xmlNode *, const char *name);	/* xs:name */

xmlNodePtr dom_first(const xmlNode *);		/* child element, or NULL */
xmlNodePtr dom_next(const xmlNode *);		/* sibling element, or NULL */
xmlNodePtr dom_after(const xmlNode *);		/* next in the document */
xmlNodePtr dom_child(const xmlNode *, const char *name);	/* xs:name */

/* An attribute in no namespace, copied, as it is written; NULL if absent. */
char *dom_text(struct arena *, const xmlNode *, const char *name);

/* The same without white space at both ends. */
char *dom_token(struct arena *, const xmlNode *, const char *name);

/* Whether an attribute that can only be a boolean is true. */
bool dom_true(const xmlNode *, const char *name);

bool dom_same(const char *, const char *);	/* NULL equals only NULL */

#endif
