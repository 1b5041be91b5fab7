#ifndef WATCHER_SUMS_H
#define WATCHER_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/digest.h"

/*
 * sums: SHA256SUMS, as sha256sum(1) writes it: hex, two blanks (or a blank
 * and *), path, line end.  Fails closed: a line that is anything else, an
 * empty list, or a path twice makes the list malformed.  Escaped names
 * (leading backslash) are refused: no path of ours needs one.  One ./ before
 * a path, as find(1) gives it, is passed over.
 */

struct arena;

struct sum {
	const char *path;
	char hex[DIGEST_HEX + 1];
	bool seen;
};

struct sums {
	struct sum *v;
	size_t n;
	long bad_line;			/* of the first malformed line, or 0 */
};

enum { SUMS_MAX_BYTES = 1 << 20 };

/* -1 when malformed (bad_line says where). */
int sums_parse(struct sums *, struct arena *, const char *text, size_t n);
struct sum *sums_find(const struct sums *, const char *path);

#endif
