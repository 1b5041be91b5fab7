#ifndef WATCHER_SOURCE_H
#define WATCHER_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spool/digest.h"

/*
 * source: a file as blocks of bytes, hashed on the way.
 *
 * Nothing is read before it is asked for.  A file up to SOURCE_BLOCK is then
 * read once, whole; a larger one block by block.  Whatever carries on where
 * the hash stands is hashed when it is read, so who reads in order reads
 * once.  A fault is for good: every call after it fails.
 */

struct source;

enum { SOURCE_BLOCK = 256 * 1024 };

enum source_fault {
	SOURCE_FINE,
	SOURCE_NOT_A_FILE,
	SOURCE_CHANGED,			/* size or time, while it was read */
	SOURCE_IO,
	SOURCE_FAULTS
};

/* fd is borrowed; NULL, with the fault set, when it is no plain file. */
struct source *source_open(int fd, enum source_fault *);
void source_free(struct source *);
uint64_t source_size(const struct source *);
enum source_fault source_fault(const struct source *);

/* n bytes at `at`, which must lie within the file. */
int source_copy(struct source *, uint64_t at, void *, size_t n);

/*
 * The bytes from `at` as far as a block holds them: how many, 0 at the end
 * of the file, or -1.  They are good until the next source_block() or
 * source_hash().
 */
ssize_t source_block(struct source *, uint64_t at, const void **);

/* The hash is known already: no byte is hashed, none is read for it. */
void source_told(struct source *, const char *sha256);

/* Of the whole file; reads what was not read in order. */
int source_hash(struct source *, char sha256[DIGEST_HEX + 1]);

#endif
