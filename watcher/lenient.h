#ifndef WATCHER_LENIENT_H
#define WATCHER_LENIENT_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * lenient: what a form may have that its schema does not: always altinnRowId
 * (contract 7.2) and midnight on an xs:date (12-22), and what app.conf lets
 * pass (7.3).
 *
 * Attributes are in the form of libxml2's SAX2 events: five pointers each,
 * name, prefix, namespace, begin and end of the value.
 */

struct buf;
struct field;
struct field_type;
struct form_leniency;

bool lenient_in_xsi(const xmlChar **attribute);

/*
 * Take away attributes that the schema need not see; gives how many are
 * left.  The type is NULL when the model does not know the element.
 */
int lenient_attributes(const struct form_leniency *,
    const struct field_type *, const xmlChar **, int n);

/* Whether xsi:nil makes the element count as absent. */
bool lenient_absent(const struct form_leniency *, const struct field *,
    const xmlChar **, int n);

/* Show the schema the values that it has fixed. */
void lenient_fixed(const struct form_leniency *, const struct field_type *,
    const xmlChar **, int n);

/* Whether the text of such an element is to be held for lenient_text(). */
bool lenient_holds(const struct form_leniency *, const struct field_type *);
void lenient_text(const struct field_type *, struct buf *);

#endif
