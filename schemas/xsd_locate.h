#ifndef SCHEMAS_XSD_LOCATE_H
#define SCHEMAS_XSD_LOCATE_H

/*
 * xsd_locate: the file that a schemaLocation means.
 *
 * `dir` is the app's folder, `from` the document that names the location, by
 * its path below it.  Tried as it is written, else with %20 and the like
 * decoded.  The path below the folder, or NULL and why it means none.
 */

struct arena;

char *xsd_locate(struct arena *, int dir, const char *from,
    const char *location, const char **why);

#endif
