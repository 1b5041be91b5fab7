#ifndef SPOOL_SEEN_H
#define SPOOL_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/state.h"

/*
 * seen: for each instance that is accepted or published, with which bytes.
 *
 * 32 bytes an instance: its GUID, 120 bits of the package's hash, its state.
 */

struct seen_row;

struct seen {
	struct seen_row *rows;
	size_t cap, used;		/* used: rows that are not free */
};

void seen_free(struct seen *);

/* guid and sha256 have passed id_guid_ok() and id_hex_ok(). */
void seen_set(struct seen *, const char *guid, const char *sha256,
    enum state);
void seen_remove(struct seen *, const char *guid, const char *sha256);

/* False when the instance is not there; *same: with these very bytes. */
bool seen_get(const struct seen *, const char *guid, const char *sha256,
    enum state *, bool *same);

#endif
