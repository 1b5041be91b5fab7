#ifndef WATCHER_ZIPDIR_H
#define WATCHER_ZIPDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/buf.h"
#include "spool/finding.h"

/*
 * zipdir: the end record and the central directory of a zip.
 *
 * The part of zipcheck that reads what a zip says of itself; that the file
 * is so, zipcheck proves.
 */

struct source;

enum {
	ZIP_SIGN = 4,			/* every header begins with one */
	ZIP_EXTENT_MAX = 65535,		/* of a name, a comment, extra fields */
	ZIP_FLAG_DESCRIPTOR = 1 << 3,
	ZIP_STORED = 0,			/* a method */
};

struct zip_record {
	const unsigned char *name;	/* in the directory */
	size_t name_len;
	uint16_t flags, method;
	uint32_t crc, packed, size, attributes;
	uint32_t at;			/* of the local header */
};

/* A zeroed struct, but for the source and the findings, is an empty one. */
struct zipdir {
	struct source *source;
	struct findings *findings;
	unsigned char *bytes;
	uint64_t at;			/* of the directory */
	size_t len;
	struct zip_record *v;		/* sorted by place */
	size_t n;
	struct buf shown, scratch;
};

/* Both -1 when it is not to be read: a finding says why, or the source. */
int zipdir_read(struct zipdir *, uint64_t max_entries);
int zipdir_check_extra(struct zipdir *, const struct zip_record *,
    const unsigned char *, size_t n);
void zipdir_free(struct zipdir *);

/* Is there an end record as the very last bytes? */
bool zipdir_ends(struct source *);

/* -1, so that `return zipdir_refuse(...)` reads; the record may be NULL. */
int zipdir_refuse(struct zipdir *, const struct zip_record *,
    enum finding_code, const char *what);

uint16_t zip_le16(const unsigned char *);
uint32_t zip_le32(const unsigned char *);

#endif
