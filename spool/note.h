#ifndef SPOOL_NOTE_H
#define SPOOL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"

/*
 * note: a checkpoint of the ledger in the form of C2SP's signed notes:
 *
 *	origin
 *	number of lines
 *	base64 of the tree hash over them
 *
 *	— origin base64(key id, Ed25519 signature)
 *
 * Signed are the three lines, each with its newline.  Lines of other signers
 * (witnesses) may follow; they are checked for form and left alone.
 */

struct buf;

enum {
	NOTE_ORIGIN = 100, NOTE_ID = 4, NOTE_KEY = 32, NOTE_SIGNATURE = 64,
	NOTE_SIGNERS = 16, NOTE_MAX = 8192,
};

struct note {
	char origin[NOTE_ORIGIN + 1];
	int64_t size;
	unsigned char root[DIGEST_SIZE];
	unsigned char id[NOTE_ID];	/* of the key that signed */
	unsigned char signature[NOTE_SIGNATURE];
};

/* Printable ASCII without blanks and +. */
bool note_origin_ok(const char *);

/* The id of a key under a name. */
void note_id(unsigned char id[NOTE_ID], const char *name,
    const unsigned char key[NOTE_KEY]);

void note_body(const struct note *, struct buf *);	/* what is signed */
void note_write(const struct note *, struct buf *);	/* all of it */

/* base64(key id, signature), as it stands in the last line. */
void note_signature(const struct note *, struct buf *);

/* NULL, or what is wrong with it. */
const char *note_parse(struct note *, const char *, size_t);

#endif
