#ifndef SCHEMAS_JSONLINE_H
#define SCHEMAS_JSONLINE_H

#include <stddef.h>

/*
 * jsonline: where in a JSON text something stands, for faults; jansson does
 * not tell.  The text is one that it has read.
 */

/*
 * The line of the item-th element (from 0) of the list that is the member
 * `key`, in any case, of the outermost object; 0 when it is not there.
 */
long jsonline_item(const char *text, size_t n, const char *key, size_t item);

#endif
