#include "spool/key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"

enum { FILE_MAX = 64 * 1024, TYPE_ED25519 = 1, ID_HEX = 2 * NOTE_ID };

struct key {
	EVP_PKEY *pkey;
	unsigned char public[NOTE_KEY];
};

/* ------------------------------------------------------------------- files */

/* Never ask on the terminal. */
static int
no_password(char *to, int room, int write, void *arg)
{
	(void)to;
	(void)room;
	(void)write;
	(void)arg;
	return -1;
}

typedef EVP_PKEY *read_fn(BIO *, EVP_PKEY **, pem_password_cb *, void *);

static EVP_PKEY *
read_pem(read_fn *fn, const char *text, size_t len)
{
	BIO *b = BIO_new_mem_buf(text, (int)len);
	EVP_PKEY *k;

	if (b == NULL)
		mem_exhausted();
	k = fn(b, NULL, no_password, NULL);
	BIO_free(b);
	ERR_clear_error();
	return k;
}

static bool
raw_public(const EVP_PKEY *k, unsigned char key[NOTE_KEY])
{
	size_t len = NOTE_KEY;

	return EVP_PKEY_get_id(k) == EVP_PKEY_ED25519 &&
	    EVP_PKEY_get_raw_public_key(k, key, &len) == 1 && len == NOTE_KEY;
}

static int
check_rights(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return err_sys(e, "read the signing key %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "the signing key is no file "
		    "(%s)", path);
	/* As for the privacy key; a service's credential has group read. */
	if ((st.st_mode & 027) != 0)
		return err_set(e, ERR_RIGHTS, "the signing key can be read or "
		    "changed by others: chmod 0600 (%s, mode %04o)", path,
		    st.st_mode & 07777u);
	return 0;
}

static void
forget(struct buf *b)
{
	if (b->p != NULL)
		OPENSSL_cleanse(b->p, b->cap);
	buf_free(b);
}

struct key *
key_load(const char *path, struct err *e)
{
	struct key *k = mem_alloc(sizeof *k);
	struct buf text = { 0 };

	if (check_rights(path, e) == -1 ||
	    fsx_read(AT_FDCWD, path, FILE_MAX, &text, e) == -1)
		goto fail;
	k->pkey = read_pem(PEM_read_bio_PrivateKey, buf_text(&text), text.len);
	if (k->pkey == NULL || !raw_public(k->pkey, k->public)) {
		err_set(e, ERR_CONFIG, "no Ed25519 private key without a "
		    "password: make one with openssl genpkey -algorithm "
		    "ed25519 (%s)", path);
		goto fail;
	}
	forget(&text);
	return k;
fail:
	forget(&text);
	key_free(k);
	return NULL;
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

void
key_public(const struct key *k, struct keys *keys)
{
	if (keys->n == KEYS_MAX)
		return;
	keys->v[keys->n].name[0] = '\0';
	memcpy(keys->v[keys->n++].key, k->public, NOTE_KEY);
}

void
key_text(const struct key *k, const char *name, struct buf *b)
{
	unsigned char typed[1 + NOTE_KEY] = { TYPE_ED25519 };
	unsigned char id[NOTE_ID];
	char hex[ID_HEX + 1];

	note_id(id, name, k->public);
	digest_hex(hex, id, sizeof id);
	memcpy(typed + 1, k->public, NOTE_KEY);
	buf_fmt(b, "%s+%s+", name, hex);
	base64_write(b, typed, sizeof typed);
}

/* ------------------------------------------------------------- public keys */

static bool
add_pem(struct keys *keys, const char *text, size_t len)
{
	EVP_PKEY *k = read_pem(PEM_read_bio_PUBKEY, text, len);
	bool ok;

	if (k == NULL)
		k = read_pem(PEM_read_bio_PrivateKey, text, len);
	ok = k != NULL && raw_public(k, keys->v[keys->n].key);
	if (ok)
		keys->v[keys->n++].name[0] = '\0';
	EVP_PKEY_free(k);
	return ok;
}

/* NAME+ID+BASE64, and the id is that of name and key. */
static bool
add_text(struct keys *keys, const char *line, size_t len)
{
	unsigned char typed[1 + NOTE_KEY], id[NOTE_ID];
	const char *plus = memchr(line, '+', len), *rest;
	char *name = keys->v[keys->n].name, hex[ID_HEX + 1];
	size_t n = plus != NULL ? (size_t)(plus - line) : 0;

	if (n == 0 || n > NOTE_ORIGIN || len < n + ID_HEX + 2 ||
	    plus[1 + ID_HEX] != '+')
		return false;
	memcpy(name, line, n);
	name[n] = '\0';
	rest = plus + ID_HEX + 2;
	if (!note_origin_ok(name) || !base64_read(typed, sizeof typed, rest,
	    len - (size_t)(rest - line)) || typed[0] != TYPE_ED25519)
		return false;
	note_id(id, name, typed + 1);
	digest_hex(hex, id, sizeof id);
	if (memcmp(hex, plus + 1, ID_HEX) != 0)
		return false;
	memcpy(keys->v[keys->n++].key, typed + 1, NOTE_KEY);
	return true;
}

/* A block of PEM up to its end, or one line; gives its length. */
static size_t
piece(const char *p, const char *end)
{
	static const char begin[] = "-----BEGIN ", finish[] = "-----END ";
	const char *nl = memchr(p, '\n', (size_t)(end - p)), *last;

	if (strncmp(p, begin, sizeof begin - 1) == 0 &&
	    (last = strstr(p, finish)) != NULL)
		nl = memchr(last, '\n', (size_t)(end - last));
	return nl != NULL ? (size_t)(nl + 1 - p) : (size_t)(end - p);
}

static bool
add_piece(struct keys *keys, const char *p, size_t n)
{
	size_t len = n;

	while (len > 0 && strchr("\r\n \t", p[len - 1]) != NULL)
		len--;
	if (len == 0 || *p == '#')
		return true;
	if (keys->n == KEYS_MAX)
		return false;
	return *p == '-' ? add_pem(keys, p, n) : add_text(keys, p, len);
}

int
keys_read(struct keys *keys, const char *path, struct err *e)
{
	struct buf text = { 0 };
	const char *p, *end;
	size_t before = keys->n;
	int line = 1, rc = -1;

	if (fsx_read(AT_FDCWD, path, FILE_MAX, &text, e) == -1)
		goto out;
	end = buf_text(&text) + text.len;
	for (p = buf_text(&text); p < end; ) {
		size_t n = piece(p, end);

		if (!add_piece(keys, p, n)) {
			err_set(e, ERR_CONFIG, "no Ed25519 key: want PEM, or "
			    "NAME+ID+BASE64 as flerapp ledger seal prints it "
			    "(%s:%d)", path, line);
			goto out;
		}
		for (const char *q = p; q < p + n; q++)
			line += *q == '\n';
		p += n;
	}
	if (keys->n == before)
		err_set(e, ERR_CONFIG, "there is no key in it (%s)", path);
	else
		rc = 0;
out:
	forget(&text);
	return rc;
}

/* -------------------------------------------------------------- signatures */

int
key_sign(const struct key *k, struct note *n, struct err *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = sizeof n->signature;
	struct buf body = { 0 };
	bool ok;

	note_id(n->id, n->origin, k->public);
	note_body(n, &body);
	ok = ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
	    EVP_DigestSign(ctx, n->signature, &len,
	    (const unsigned char *)body.p, body.len) == 1 &&
	    len == sizeof n->signature;
	EVP_MD_CTX_free(ctx);
	buf_free(&body);
	return ok ? 0 : err_set(e, ERR_BUG, "libcrypto cannot sign");
}

static bool
signed_by(const unsigned char key[NOTE_KEY], const struct note *n,
    const struct buf *body)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key,
	    NOTE_KEY);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = k != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1 &&
	    EVP_DigestVerify(ctx, n->signature, sizeof n->signature,
	    (const unsigned char *)body->p, body->len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return ok;
}

enum key_verdict
key_check(const struct keys *keys, const struct note *n)
{
	enum key_verdict v = KEY_OTHER;
	unsigned char id[NOTE_ID];
	struct buf body = { 0 };

	note_body(n, &body);
	for (size_t i = 0; i < keys->n && v != KEY_GOOD; i++) {
		const char *name = keys->v[i].name;

		if (name[0] != '\0' && strcmp(name, n->origin) != 0)
			continue;
		note_id(id, n->origin, keys->v[i].key);
		if (memcmp(id, n->id, sizeof id) == 0)
			v = signed_by(keys->v[i].key, n, &body) ? KEY_GOOD :
			    KEY_FALSE;
	}
	buf_free(&body);
	return v;
}
