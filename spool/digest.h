#ifndef SPOOL_DIGEST_H
#define SPOOL_DIGEST_H

#include <stddef.h>

/*
 * digest: SHA-256, MD5 and HMAC-SHA-256, by libcrypto.
 *
 * Hex is lower case.  libcrypto failing to hash is a broken installation:
 * these calls then end the process rather than return a wrong sum.
 */

enum { DIGEST_SIZE = 32, DIGEST_HEX = 64, DIGEST_MD5 = 16 };

struct digest;				/* a SHA-256 under way, or an MD5 */

struct digest *digest_new(void);
struct digest *digest_new_md5(void);	/* contentHash of contract 1.6 only */
void digest_begin(struct digest *);	/* again from nothing */
void digest_add(struct digest *, const void *, size_t);
void digest_end(struct digest *, unsigned char *out);
void digest_end_hex(struct digest *, char hex[DIGEST_HEX + 1]);
void digest_free(struct digest *);

void digest_hex(char *hex, const unsigned char *, size_t n);
void digest_of(const void *, size_t, unsigned char out[DIGEST_SIZE]);
void digest_hex_of(const void *, size_t, char hex[DIGEST_HEX + 1]);
void digest_hmac(const void *key, size_t key_len, const void *, size_t,
    unsigned char out[DIGEST_SIZE]);

#endif
