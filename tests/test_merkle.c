#include "tests/expect.h"

#include <openssl/sha.h>
#include <stdlib.h>

#include "spool/digest.h"
#include "spool/merkle.h"

/*
 * The tree hash once more, as RFC 6962 2.1 says it: by plain recursion over
 * all leaves, with another SHA-256 call.
 */
static void
tree_hash(char (*lines)[24], size_t n, unsigned char out[DIGEST_SIZE])
{
	unsigned char bytes[1 + 2 * DIGEST_SIZE] = { 0 };
	size_t k = 1, len;

	if (n == 0) {
		SHA256(bytes, 0, out);
	} else if (n == 1) {
		len = strlen(*lines);
		bytes[0] = 0;
		memcpy(bytes + 1, *lines, len);
		bytes[1 + len] = '\n';
		SHA256(bytes, len + 2, out);
	} else {
		while (k * 2 < n)
			k *= 2;
		bytes[0] = 1;
		tree_hash(lines, k, bytes + 1);
		tree_hash(lines + k, n - k, bytes + 1 + DIGEST_SIZE);
		SHA256(bytes, sizeof bytes, out);
	}
}

static void
the_root_is_that_of_rfc_6962_at_every_size(void **unused)
{
	enum { MOST = 260 };
	static char lines[MOST][24];
	unsigned char want[DIGEST_SIZE], have[DIGEST_SIZE];
	struct merkle m;

	(void)unused;
	merkle_begin(&m);
	for (size_t n = 0; n <= MOST; n++) {
		tree_hash(lines, n, want);
		merkle_root(&m, have);
		if (m.size != (int64_t)n || memcmp(want, have, sizeof want) != 0)
			fail_msg("%zu lines", n);
		if (n == MOST)
			break;
		snprintf(lines[n], sizeof lines[n], "line %zu", n * n);
		merkle_add(&m, lines[n], strlen(lines[n]));
	}
	merkle_free(&m);
}

/* By sha256sum(1) of the same bytes. */
static void
known_values_hold(void **unused)
{
	static const struct {
		size_t n;
		const char *root;
	} rows[] = {
		{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		    "7852b855" },
		{ 1, "b6a567b466562a6a954af6157b898f9e880e4352304adc2969155f0"
		    "e4de31cf0" },
		{ 3, "5c9560c9ea99dd7f53162d43ca9040ac27c067b330f7e46e1d14b17"
		    "1ecd32cf1" },
	};
	unsigned char root[DIGEST_SIZE];
	char hex[DIGEST_HEX + 1];
	struct merkle m;

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		merkle_begin(&m);
		for (size_t k = 0; k < rows[i].n; k++)
			merkle_add(&m, &"abc"[k], 1);
		merkle_root(&m, root);
		digest_hex(hex, root, sizeof root);
		assert_string_equal(hex, rows[i].root);
		merkle_free(&m);
	}
}

static void
asking_for_the_root_changes_nothing(void **unused)
{
	unsigned char one[DIGEST_SIZE], two[DIGEST_SIZE];
	struct merkle asked, quiet;

	(void)unused;
	merkle_begin(&asked);
	merkle_begin(&quiet);
	for (int i = 0; i < 37; i++) {
		merkle_add(&asked, "x", 1);
		merkle_add(&quiet, "x", 1);
		merkle_root(&asked, one);
	}
	merkle_root(&quiet, two);
	assert_memory_equal(one, two, sizeof one);
	merkle_free(&asked);
	merkle_free(&quiet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_that_of_rfc_6962_at_every_size),
		cmocka_unit_test(known_values_hold),
		cmocka_unit_test(asking_for_the_root_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
