#ifndef WATCHER_XMLHEAD_H
#define WATCHER_XMLHEAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * xmlhead: the first bytes of a form, looked at before a parser is.
 *
 * Altinn always decodes as UTF-8 (contract 7.3), so what is or says it is
 * something else is refused, unless app.conf takes that encoding.
 */

enum { XMLHEAD_SIZE = 512, XMLHEAD_NAME = 40 };

/* Bytes of a byte order mark at the beginning: 3 or 0. */
size_t xmlhead_mark(const char *, size_t);

/*
 * Whether the encoding is one of `allowed` (bits of enum form_encoding).  If
 * not, `name` gets what it says it is, "" when the bytes alone tell.
 */
bool xmlhead_encoding(const char *, size_t, unsigned allowed,
    char name[XMLHEAD_NAME + 1]);

#endif
