#ifndef SPOOL_KEY_H
#define SPOOL_KEY_H

#include <stddef.h>

#include "spool/note.h"

/*
 * key: Ed25519 keys that sign seals and prove them, by libcrypto.
 *
 * The private key is PEM, as `openssl genpkey -algorithm ed25519` writes it.
 * Public keys are PEM too, or verifier keys as C2SP's signed notes have them:
 * NAME+ID+BASE64, a line each.  A file may hold several, so that seals made
 * before a change of keys can be proven.
 */

struct buf;
struct err;
struct key;				/* a private one */

enum { KEYS_MAX = 32 };

struct keys {
	struct {
		char name[NOTE_ORIGIN + 1];	/* "": of any origin */
		unsigned char key[NOTE_KEY];
	} v[KEYS_MAX];
	size_t n;
};

/* Refuses a file that others may read or change; NULL: see err. */
struct key *key_load(const char *path, struct err *);
void key_free(struct key *);

/* Fills in id and signature. */
int key_sign(const struct key *, struct note *, struct err *);

void key_public(const struct key *, struct keys *);	/* adds it */

/* NAME+ID+BASE64 */
void key_text(const struct key *, const char *name, struct buf *);

/* All keys of a file; of a private key its public half. */
int keys_read(struct keys *, const char *path, struct err *);

enum key_verdict { KEY_GOOD, KEY_OTHER, KEY_FALSE };

/* KEY_OTHER: none of these keys has the id that the note names. */
enum key_verdict key_check(const struct keys *, const struct note *);

#endif
