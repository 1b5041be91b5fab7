#include <stdlib.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/id.h"
#include "watcher/sums.h"
#include "tests/fuzz/fuzz.h"

/*
 * A list that is taken says the same when it is written again, each path with
 * the one ./ before it that is passed over.
 */

static void
check_list(const struct sums *s)
{
	struct arena arena = { 0 };
	struct buf b = { 0 };
	struct sums again;

	assert(s->n > 0);
	for (size_t i = 0; i < s->n; i++) {
		assert(id_hex_ok(s->v[i].hex, DIGEST_HEX));
		assert(*s->v[i].path != '\0' && !s->v[i].seen);
		assert(sums_find(s, s->v[i].path) == &s->v[i]);
		buf_fmt(&b, "%s  ./%s\n", s->v[i].hex, s->v[i].path);
	}
	assert(sums_parse(&again, &arena, b.p, b.len) == 0);
	assert(again.n == s->n);
	for (size_t i = 0; i < s->n; i++)
		assert(strcmp(again.v[i].hex, s->v[i].hex) == 0 &&
		    strcmp(again.v[i].path, s->v[i].path) == 0);
	buf_free(&b);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	struct arena arena = { 0 };
	struct sums s;

	if (sums_parse(&s, &arena, in.p, in.n) == 0)
		check_list(&s);
	else
		assert(s.bad_line > 0 || in.n > SUMS_MAX_BYTES || s.n == 0);
	arena_free(&arena);
	free((void *)in.p);
	return 0;
}
