#include "spool/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/mem.h"

struct digest {
	EVP_MD_CTX *ctx;
	EVP_MD *md;
};

static void
must(int ok)
{
	static const char text[] = "flerapp: libcrypto cannot hash; "
	    "try: openssl sha256 /dev/null\n";

	if (ok != 1) {
		ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);

		(void)n;
		_exit(70);
	}
}

static void *
give(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n > 0 ? mem_resize(NULL, n) : NULL;
}

static void
take_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static void *
resize(void *p, size_t n, const char *file, int line)
{
	if (n > 0)
		return mem_resize(p, n);
	take_back(p, file, line);
	return NULL;
}

/* libcrypto 3.0 crashes where it gets no memory: it ends as we do. */
static void
prepare(void)
{
	static bool done;

	if (!done)
		CRYPTO_set_mem_functions(give, resize, take_back);
	done = true;
}

static struct digest *
make(const char *name)
{
	struct digest *d = mem_alloc(sizeof *d);

	prepare();
	d->ctx = EVP_MD_CTX_new();
	d->md = EVP_MD_fetch(NULL, name, NULL);
	must(d->ctx != NULL && d->md != NULL);
	digest_begin(d);
	return d;
}

struct digest *
digest_new(void)
{
	return make("SHA256");
}

struct digest *
digest_new_md5(void)
{
	return make("MD5");
}

void
digest_begin(struct digest *d)
{
	must(EVP_DigestInit_ex2(d->ctx, d->md, NULL));
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	must(EVP_DigestUpdate(d->ctx, p, n));
}

void
digest_end(struct digest *d, unsigned char *out)
{
	must(EVP_DigestFinal_ex(d->ctx, out, NULL));
}

void
digest_end_hex(struct digest *d, char hex[DIGEST_HEX + 1])
{
	unsigned char sum[DIGEST_SIZE];

	digest_end(d, sum);
	digest_hex(hex, sum, sizeof sum);
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	EVP_MD_free(d->md);
	free(d);
}

void
digest_hex(char *hex, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[p[i] >> 4];
		hex[2 * i + 1] = digits[p[i] & 15];
	}
	hex[2 * n] = '\0';
}

void
digest_of(const void *p, size_t n, unsigned char out[DIGEST_SIZE])
{
	prepare();
	must(EVP_Q_digest(NULL, "SHA256", NULL, p, n, out, NULL));
}

void
digest_hex_of(const void *p, size_t n, char hex[DIGEST_HEX + 1])
{
	unsigned char sum[DIGEST_SIZE];

	digest_of(p, n, sum);
	digest_hex(hex, sum, sizeof sum);
}

void
digest_hmac(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[DIGEST_SIZE])
{
	size_t len = 0;

	prepare();
	must(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, p, n,
	    out, DIGEST_SIZE, &len) != NULL && len == DIGEST_SIZE);
}
