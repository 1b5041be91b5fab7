#include <stdlib.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/finding.h"
#include "tests/fuzz/fuzz.h"
#include "watcher/member.h"
#include "watcher/source.h"
#include "watcher/zipcheck.h"

/* A zip that is proven is filled by its members and its directory. */

enum { ENTRIES = 60, LOCAL = 30, CENTRAL = 46, END = 22 };

static void
check_members(const struct members *m, size_t size)
{
	uint64_t least = END;

	assert(m->n <= ENTRIES);
	for (size_t i = 0; i < m->n; i++) {
		const struct member *x = &m->v[i];

		assert(x->name[x->name_len] == '\0');
		assert(x->packed <= size);
		least += LOCAL + CENTRAL + 2 * x->name_len + x->packed;
	}
	assert(least <= size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct members members = { 0 };
	struct arena arena = { 0 };
	enum source_fault fault;
	struct findings f;
	struct source *s;

	findings_init(&f, &arena);
	s = source_open(fuzz_file(fuzz_input(data, size)), &fault);
	assert(s != NULL);
	if (zipcheck(s, ENTRIES, &members, &f) == 0) {
		assert(f.n == 0);
		check_members(&members, size);
	} else {
		assert(f.n > 0);
	}
	fuzz_findings(&f);
	members_free(&members);
	source_free(s);
	arena_free(&arena);
	return 0;
}
