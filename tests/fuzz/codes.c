#include <stdlib.h>
#include <string.h>

#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "transform/codes.h"

/* A code list, then a code that is asked for. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	struct fuzz key = fuzz_piece(&in);
	char *from = fuzz_string(key), *bytes = fuzz_copy(in);
	struct faults f = { 0 };
	struct codes *c = codes_read("c.csv", bytes, in.n, &f);
	const char *to;
	bool listed = false;

	assert((c == NULL) == (f.errors > 0));
	if (c != NULL) {
		to = codes_find(c, from, "2026-03-02");
		for (size_t i = 0; i < codes_count(c); i++)
			listed |= to != NULL &&
			    strcmp(codes_output(c, i), to) == 0;
		assert(listed == (to != NULL));
	}
	fuzz_faults(&f);
	codes_free(c);
	faults_free(&f);
	free(bytes);
	free(from);
	return 0;
}
