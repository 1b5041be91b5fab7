#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/key.h"
#include "spool/note.h"
#include "tests/fuzz/fuzz.h"

/*
 * A seal that came by mail, and a file of public keys: taken or refused with
 * a reason, and what is taken is written again as it was.
 */

static void
check_note(struct fuzz in)
{
	char *copy = fuzz_copy(in);
	struct buf b = { 0 };
	struct keys keys = { .n = 1 };
	struct note n, again;
	const char *why = note_parse(&n, copy, in.n);

	if (why != NULL) {
		assert(*why != '\0');
	} else {
		assert(note_origin_ok(n.origin) && n.size >= 0);
		note_write(&n, &b);
		assert(b.len <= in.n);
		assert(strncmp(b.p, copy, strcspn(copy, "\n")) == 0);
		assert(note_parse(&again, b.p, b.len) == NULL);
		assert(memcmp(&n, &again, sizeof n) == 0);
		assert(key_check(&keys, &n) != KEY_GOOD);
	}
	buf_free(&b);
	free(copy);
}

static void
check_base64(struct fuzz in)
{
	unsigned char *bytes = malloc(in.n + 1);
	struct buf b = { 0 };

	for (size_t n = in.n / 4 * 3, i = 0; i < 3 && n >= i; i++)
		if (base64_read(bytes, n - i, in.p, in.n)) {
			base64_write(&b, bytes, n - i);
			assert(b.len == in.n);
			assert(in.n == 0 || memcmp(b.p, in.p, in.n) == 0);
			break;
		}
	buf_free(&b);
	free(bytes);
}

static void
check_keys(struct fuzz in)
{
	struct keys keys = { .n = 0 };
	char path[512];
	struct err e;

	fuzz_put("keys", in);
	snprintf(path, sizeof path, "%s/keys", fuzz_path());
	if (keys_read(&keys, path, &e) == -1)
		assert(*e.text != '\0');
	else
		assert(keys.n > 0);
	assert(keys.n <= KEYS_MAX);
	for (size_t i = 0; i < keys.n; i++)
		assert(keys.v[i].name[0] == '\0' ||
		    note_origin_ok(keys.v[i].name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);

	switch (fuzz_byte(&in) % 3) {
	case 0:
		check_note(in);
		break;
	case 1:
		check_base64(in);
		break;
	default:
		check_keys(in);
		break;
	}
	return 0;
}
