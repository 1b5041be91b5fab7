#include <stdlib.h>
#include <string.h>

#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "transform/units.h"

/* The table of unit types, and an organisation that is asked for. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), key = fuzz_piece(&in);
	char *organisation = fuzz_string(key), *bytes = fuzz_copy(in);
	struct faults f = { 0 };
	struct units *u = units_read("units.csv", bytes, in.n, &f);
	const char *type = units_find(u, organisation);

	assert((u == NULL) == (f.errors > 0));
	assert(u != NULL || type == NULL);
	assert(type == NULL || *type != '\0');
	fuzz_faults(&f);
	units_free(u);
	faults_free(&f);
	free(bytes);
	free(organisation);
	return 0;
}
