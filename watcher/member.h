#ifndef WATCHER_MEMBER_H
#define WATCHER_MEMBER_H

#include <stddef.h>
#include <stdint.h>

#include "spool/arena.h"

/*
 * member: what a container says it holds, as zipcheck and tarcheck found it.
 *
 * The name is the container's own bytes: it may hold anything, NUL included,
 * and is not yet judged (entryname does that).
 */

struct buf;

enum member_type {
	MEMBER_FILE,
	MEMBER_FOLDER,			/* without content */
	MEMBER_SPECIAL,			/* link, device, pipe, ... */
};

struct member {
	const char *name;		/* a NUL follows */
	size_t name_len;
	enum member_type type;
	uint64_t size;			/* unpacked, as declared */
	uint64_t packed;		/* of a zip: bytes in the file */
};

/* In the order of the container; a zeroed struct is an empty list. */
struct members {
	struct member *v;
	size_t n, cap;
	struct arena arena;		/* of the names */
};

struct member *members_add(struct members *, const char *name, size_t n);
void members_reset(struct members *);
void members_free(struct members *);

/* The name for people: made printable, and shortened to MEMBER_SHOWN bytes. */
enum { MEMBER_SHOWN = 120 };
void member_show(struct buf *, const char *name, size_t n);

#endif
