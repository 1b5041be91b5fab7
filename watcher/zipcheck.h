#ifndef WATCHER_ZIPCHECK_H
#define WATCHER_ZIPCHECK_H

#include <stdint.h>

/*
 * zipcheck: proof that a zip means one thing only.
 *
 * Every reader must see the same members: the local headers say what the
 * central directory says, and members, central directory and end record
 * cover the file from its first byte to its last, without gap or overlap.
 * Stored and deflated members only; data descriptors are taken, when they
 * agree and nothing in a stored member could be one.  Refused, because a byte that is no member's can be read as
 * something else: comments, of the archive and of a member.  Refused as not
 * worth the danger: zip64 (no package is that large), split archives.
 */

struct findings;
struct members;
struct source;

/*
 * The members, in the order of the file.  -1 when the zip is not to be read:
 * a finding says why, or the source has a fault.
 */
int zipcheck(struct source *, uint64_t max_entries, struct members *,
    struct findings *);

#endif
