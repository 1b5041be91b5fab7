#ifndef WATCHER_XMLERR_H
#define WATCHER_XMLERR_H

#include <libxml/xmlerror.h>
#include <stdbool.h>
#include <stddef.h>

#include "spool/finding.h"

/*
 * xmlerr: what libxml2 complains of, as a finding's code and message.
 *
 * libxml2's messages repeat the value they are about.  Here the value is cut
 * out: a form's values never reach a message.  A sentence that is not known
 * here is not told at all.
 */

struct buf;

/*
 * Whether the document cannot be used: no warning, and not a namespace name
 * that is no URI, of which real forms have many.
 */
bool xmlerr_counts(const xmlError *);

/* F_XML_MALFORMED, F_XML_ENCODING, F_XML_DTD or F_XML_LIMIT. */
enum finding_code xmlerr_code(const xmlError *);

/* Append the message of a parser error. */
void xmlerr_message(const xmlError *, struct buf *);

/*
 * Append that of a schema error, without "Element 'x':" in front, which our
 * path says; *attribute gets the attribute's name it is about, or "".
 */
void xmlerr_schema_message(const xmlError *, struct buf *, char *attribute,
    size_t size);

#endif
