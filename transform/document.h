#ifndef TRANSFORM_DOCUMENT_H
#define TRANSFORM_DOCUMENT_H

#include <stdbool.h>

/*
 * document: B's form, written from the map's nodes and a fill.
 *
 * Its bytes are those that an Altinn app stores (contract 7.2): declaration,
 * one line, xmlns:xsi and xmlns:xsd on the root, <a /> for what is empty, no
 * final newline.  Elements in schema order; what got no value is left out,
 * and so are its parents, but for those that must be there.
 */

struct buf;
struct fill;
struct map_node;

void document_write(const struct map_node *root, const struct fill *,
    struct buf *);

/*
 * The same as pairs for create.json: keys as Altinn reads them (contract
 * 5.2).  False when a value would not arrive as it is in the XML: a date-time
 * with a zone is turned to the server's local time (5.3).
 */
typedef void document_pair_fn(void *arg, const char *key, const char *value);

bool document_pairs(const struct map_node *root, const struct fill *,
    document_pair_fn *, void *arg);

#endif
