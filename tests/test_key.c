#include "tests/expect.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/key.h"
#include "tests/scratch.h"

/* RFC 8032 7.1, test 1: the secret and the public key. */
#define PRIVATE "-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" \
	"-----END PRIVATE KEY-----\n"

/* The same bytes as a key of X25519. */
#define OTHER_KIND "-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" \
	"-----END PRIVATE KEY-----\n"

static const unsigned char public[NOTE_KEY] = {
	0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
	0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
	0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
};

struct at {
	struct scratch *scratch;
	char path[256];
	struct err e;
};

static int
set_up(void **state)
{
	struct at *t = calloc(1, sizeof *t);

	t->scratch = scratch_new();
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	scratch_free(t->scratch);
	free(t);
	return 0;
}

static const char *
file(struct at *t, const char *text, unsigned mode)
{
	scratch_put(t->scratch, "key", text);
	scratch_path(t->scratch, t->path, sizeof t->path, "key");
	assert_int_equal(chmod(t->path, mode), 0);
	return t->path;
}

static struct key *
load(struct at *t)
{
	struct key *k = key_load(file(t, PRIVATE, 0600), &t->e);

	if (k == NULL)
		fail_msg("%s", t->e.text);
	return k;
}

static void
what_is_signed_can_be_proven_and_nothing_else(void **state)
{
	struct at *t = *state;
	struct key *k = load(t);
	struct keys keys = { .n = 0 };
	struct note n = { .origin = "flerapp/test/ledger", .size = 7 };

	key_public(k, &keys);
	assert_memory_equal(keys.v[0].key, public, sizeof public);
	assert_int_equal(key_sign(k, &n, &t->e), 0);
	assert_int_equal(key_check(&keys, &n), KEY_GOOD);
	n.size++;
	assert_int_equal(key_check(&keys, &n), KEY_FALSE);
	n.size--;
	n.root[0] ^= 1;
	assert_int_equal(key_check(&keys, &n), KEY_FALSE);
	n.root[0] ^= 1;
	n.signature[63] ^= 1;
	assert_int_equal(key_check(&keys, &n), KEY_FALSE);
	n.signature[63] ^= 1;
	n.id[3] ^= 1;
	assert_int_equal(key_check(&keys, &n), KEY_OTHER);
	n.id[3] ^= 1;
	n.origin[0] = 'F';
	assert_int_equal(key_check(&keys, &n), KEY_OTHER);
	n.origin[0] = 'f';
	keys.v[0].key[0] ^= 1;
	assert_int_equal(key_check(&keys, &n), KEY_OTHER);
	keys.n = 0;
	assert_int_equal(key_check(&keys, &n), KEY_OTHER);
	key_free(k);
}

static void
the_verifier_key_says_the_same_as_the_pem_file(void **state)
{
	struct at *t = *state;
	struct key *k = load(t);
	struct keys pem = { .n = 0 }, text = { .n = 0 };
	struct note n = { .origin = "flerapp/test/ledger", .size = 7 };
	struct buf b = { 0 };

	assert_int_equal(keys_read(&pem, t->path, &t->e), 0);
	buf_str(&b, "# the key of 2026\n\n");
	key_text(k, n.origin, &b);
	buf_str(&b, "\r\n");
	assert_int_equal(keys_read(&text, file(t, b.p, 0644), &t->e), 0);
	assert_int_equal(pem.n, 1);
	assert_int_equal(text.n, 1);
	assert_memory_equal(pem.v[0].key, text.v[0].key, NOTE_KEY);
	assert_int_equal(key_sign(k, &n, &t->e), 0);
	assert_int_equal(key_check(&pem, &n), KEY_GOOD);
	assert_int_equal(key_check(&text, &n), KEY_GOOD);
	/* This one is for its own log only. */
	n.origin[0] = 'F';
	assert_int_equal(key_sign(k, &n, &t->e), 0);
	assert_int_equal(key_check(&pem, &n), KEY_GOOD);
	assert_int_equal(key_check(&text, &n), KEY_OTHER);
	buf_free(&b);
	key_free(k);
}

static void
a_key_that_others_may_read_or_change_is_refused(void **state)
{
	static const unsigned modes[] = { 0644, 0604, 0620, 0602, 0601, 0666 };
	struct at *t = *state;
	struct key *k;

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_null(key_load(file(t, PRIVATE, modes[i]), &t->e));
		assert_int_equal(t->e.kind, ERR_RIGHTS);
	}
	k = key_load(file(t, PRIVATE, 0440), &t->e);
	assert_non_null(k);
	key_free(k);
}

static void
what_is_no_key_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "x\n", "-----BEGIN PRIVATE KEY-----\n",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		OTHER_KIND,
		"a+00000000+AAAA\n",
		"a+0000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
		"a+00000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
		"a b+00000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
		"+00000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea\n",
	};
	struct at *t = *state;
	struct keys keys;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		keys.n = 0;
		assert_null(key_load(file(t, rows[i], 0600), &t->e));
		assert_int_equal(t->e.kind, ERR_CONFIG);
		if (keys_read(&keys, t->path, &t->e) == 0)
			fail_msg("taken: row %zu", i);
		assert_int_equal(t->e.kind, ERR_CONFIG);
	}
	assert_null(key_load(t->scratch->dir, &t->e));
	assert_null(key_load("/nowhere/key", &t->e));
	assert_int_equal(keys_read(&keys, "/nowhere/key", &t->e), -1);
}

static void
a_file_holds_several_keys_but_not_any_number(void **state)
{
	struct at *t = *state;
	struct keys keys = { .n = 0 };
	struct buf b = { 0 };

	for (int i = 0; i < KEYS_MAX; i++)
		buf_str(&b, PRIVATE "# and\n");
	assert_int_equal(keys_read(&keys, file(t, b.p, 0600), &t->e), 0);
	assert_int_equal(keys.n, KEYS_MAX);
	keys.n = 0;
	buf_str(&b, PRIVATE);
	assert_int_equal(keys_read(&keys, file(t, b.p, 0600), &t->e), -1);
	assert_non_null(strstr(t->e.text, ":129)"));
	buf_free(&b);
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(what_is_signed_can_be_proven_and_nothing_else),
		at(the_verifier_key_says_the_same_as_the_pem_file),
		at(a_key_that_others_may_read_or_change_is_refused),
		at(what_is_no_key_is_refused),
		at(a_file_holds_several_keys_but_not_any_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
