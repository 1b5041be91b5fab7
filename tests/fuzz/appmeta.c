#include <stdlib.h>
#include <string.h>

#include "schemas/appmeta.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"

/* applicationmetadata.json: there is a fault, or all can be used. */

static void
check_meta(const struct appmeta *m)
{
	for (size_t i = 0; i < m->n_types; i++) {
		const struct data_type *t = &m->types[i];

		assert(t->id != NULL && *t->id != '\0');
		assert(appmeta_type(m, t->id) != NULL);
		for (size_t k = 0; k < t->n_content_types; k++)
			assert(appmeta_allows(t, t->content_types[k], true));
		appmeta_allows(t, "application/pdf; charset=x", false);
		appmeta_allows(t, "", false);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	struct arena arena = { 0 };
	struct faults f = { 0 };
	struct appmeta m = { .id = NULL };

	if (appmeta_read(&m, &arena, "meta.json", in.p, in.n, &f) == 0) {
		assert(f.errors == 0);
		check_meta(&m);
	} else {
		assert(f.errors > 0);
	}
	fuzz_faults(&f);
	faults_free(&f);
	arena_free(&arena);
	free((void *)in.p);
	return 0;
}
