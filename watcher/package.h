#ifndef WATCHER_PACKAGE_H
#define WATCHER_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "spool/id.h"

/*
 * package: an instance package (DESIGN 3), read entry by entry.
 *
 * A zip, or a tar, alone or in one gzip, zstd or xz.  Every byte of the file
 * is read once and hashed as it is read.  A zip's structure is proven by
 * zipcheck before libarchive inflates anything.  The reader does not know
 * why it reads: it gives plain entries, already sorted by their names, and
 * puts what is wrong with the container or a name in `findings`.
 *
 * Names of entries are compared and kept as bytes; nothing of them is ever
 * used as a file name.  One ./ before a name is passed over: so an ordinary
 * tar -cf x.tar . writes them.
 */

struct findings;
struct package;

struct package_limits {
	uint64_t max_bytes, max_unpacked, max_entries, max_ratio;
};

enum entry_kind {
	ENTRY_INSTANCE,			/* instance.json */
	ENTRY_ELEMENT,			/* data/{guid} */
	ENTRY_SUMS,			/* SHA256SUMS */
	ENTRY_EVENTS,			/* instanceevents.json */
	ENTRY_OTHER,			/* data/ and something else: unlisted */
};

struct package_entry {
	enum entry_kind kind;
	const char *name;		/* below the folder of the long form */
	char element[ID_GUID + 1];	/* of ENTRY_ELEMENT */
};

/*
 * Take fd (borrowed, readable, seekable) for a package.  NULL when it cannot
 * be read at all; the finding says why.  Its hash is still to be had then by
 * package_hash_file().  `sha256`: who hands it out knows its hash already, so
 * that no byte of it is hashed; NULL when not.
 */
struct package *package_open(int fd, const struct package_limits *,
    const char *sha256, struct findings *);
void package_free(struct package *);

/*
 * The next plain entry: 1, 0 at the end, -1 when the rest cannot be read (a
 * finding says why).  Entries that may not be there are named in a finding
 * and passed over.  The entry is good until the next call.
 */
int package_next(struct package *, struct package_entry *);

/*
 * The next bytes of the entry: 1 with *data and *n set, 0 at its end, -1 when
 * it cannot be read (a finding says why).  Limits count these bytes.
 */
int package_read(struct package *, const void **data, size_t *n);

/* From the first entry again; limits start anew, findings are not repeated. */
int package_rewind(struct package *);

/* {org}/{app}/{guid} of the long form, "" for the short one. */
const char *package_folder(const struct package *);

uint64_t package_size(const struct package *);

/* Of the whole file: call it when package_next() has said 0. */
void package_hash(struct package *, char sha256[DIGEST_HEX + 1]);

/* The same for a file that is no package; -1 when it cannot be read. */
int package_hash_file(int fd, char sha256[DIGEST_HEX + 1], uint64_t *size);

#endif
