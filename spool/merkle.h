#ifndef SPOOL_MERKLE_H
#define SPOOL_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"

/*
 * merkle: the tree hash of RFC 6962 over the lines of the ledger, line by
 * line: one hash is kept for each bit that is set in their number.
 *
 * A leaf is SHA-256(0x00, line, newline), a node SHA-256(0x01, left, right).
 */

enum { MERKLE_DEPTH = 63 };

struct merkle {
	struct digest *digest;
	int64_t size;			/* lines so far */
	size_t n;			/* whole trees, the largest first */
	unsigned char tree[MERKLE_DEPTH][DIGEST_SIZE];
};

void merkle_begin(struct merkle *);
void merkle_add(struct merkle *, const char *line, size_t len);
void merkle_root(const struct merkle *, unsigned char root[DIGEST_SIZE]);
void merkle_free(struct merkle *);

#endif
