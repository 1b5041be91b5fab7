#ifndef SCHEMAS_XSD_H
#define SCHEMAS_XSD_H

#include <libxml/xmlschemas.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * xsd: one schema of an app, loaded from the app's own folder.
 *
 * Imports and includes resolve only below that folder: a name that leaves it,
 * a URL, or a file that is not there is a fault, never a fetch and never a
 * skip (DESIGN 4; libxml2 alone skips it silently and then accepts
 * documents).  Patterns written for .NET lose their anchors: ^ at the
 * beginning and $ at the end of a pattern, of a branch or of a group, outside
 * classes and not escaped.  Any warning of libxml2 while compiling is a
 * fault, but for namespace names that are no URIs.
 *
 * Everything is read while loading: nothing is opened afterwards.
 */

struct faults;
struct xsd;

struct xsd_document {
	const char *file;		/* below the app's folder */
	xmlDocPtr doc;			/* as compiled, owned by the xsd */
	/*
	 * The namespace its components are in: its targetNamespace, or that
	 * of the including document when it has none.  NULL is no namespace.
	 */
	const char *ns;
};

enum xsd_patterns {
	XSD_PATTERNS_ALTINN,		/* ^ and $ are anchors, as in .NET */
	XSD_PATTERNS_XSD,		/* as XML Schema has them */
	XSD_PATTERNS_OFF,		/* not looked at */
};

struct xsd_options {
	enum xsd_patterns patterns;
};

/*
 * `folder` is the app's folder, `file` the schema's path below it; faults
 * name paths as `label`/file.  NULL when anything is wrong.
 */
struct xsd *xsd_load(const char *folder, const char *label, const char *file,
    const struct xsd_options *, struct faults *);
void xsd_free(struct xsd *);

xmlSchemaPtr xsd_schema(const struct xsd *);	/* owned by the xsd */
const char *xsd_label(const struct xsd *);
const char *xsd_target_ns(const struct xsd *);	/* of the main document */
size_t xsd_documents(const struct xsd *, const struct xsd_document **);

/*
 * A pattern without its .NET anchors, and without the escapes that only .NET
 * knows (\$ is $), into `out` (at least strlen + 1).
 * Returns whether anything was taken away.
 */
bool xsd_unanchor(const char *pattern, char *out);

#endif
