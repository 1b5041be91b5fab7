#ifndef SCHEMAS_XSD_WRITE_H
#define SCHEMAS_XSD_WRITE_H

#include <libxml/tree.h>

/*
 * xsd_write: a schema document as text again, for libxml2 to read.
 *
 * Every tag ends on the line it had in its file, so that what libxml2 says
 * about it names the right one.  Remarks, and what annotations hold, are left
 * out: they mean nothing to the compiler.
 */

struct buf;

void xsd_write(xmlDocPtr, struct buf *);

#endif
