#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/multipart.h"
#include "spool/stored.h"
#include "tests/fuzz/fuzz.h"

/*
 * Zips of our own, read back: what is found lies in the zip.  A multipart
 * boundary stands in none of the parts.
 */

static void
check_zip(struct fuzz in, const char *name)
{
	char *p = fuzz_copy(in);
	const void *data;
	size_t n;

	if (stored_find(p, in.n, name, &data, &n)) {
		assert((const char *)data >= p && n <= in.n);
		assert((const char *)data + n <= p + in.n);
	}
	free(p);
}

static void
check_parts(struct fuzz in)
{
	struct fuzz whole = in, first = fuzz_piece(&in);
	char boundary[MULTIPART_BOUNDARY + 1], *seed = fuzz_string(first);
	const struct part parts[] = {
		{ .name = "instance", .type = "application/json",
		    .data = first.p, .size = first.n },
		{ .name = "b", .type = "text/plain", .filename = seed,
		    .data = whole.p, .size = whole.n },
	};

	multipart_boundary(boundary, seed, parts, 2);
	assert(strlen(boundary) <= MULTIPART_BOUNDARY);
	assert(memmem(whole.p, whole.n, boundary, strlen(boundary)) == NULL);
	free(seed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);

	check_zip(in, "instance.json");
	check_zip(in, "a");
	check_zip(in, "");
	check_parts(in);
	return 0;
}
