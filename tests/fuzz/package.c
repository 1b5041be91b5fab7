#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/id.h"
#include "tests/fuzz/fuzz.h"
#include "watcher/package.h"

/*
 * A package is read twice and says the same twice.  Tars get their sums put
 * right by the mutator, or no change would ever pass the first look.
 */

static const struct package_limits limits = { .max_bytes = 1 << 20,
    .max_unpacked = 4 << 20, .max_entries = 40, .max_ratio = 200 };

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max);
	if (seed % 8 != 0)
		fuzz_tar_sums(data, size);
	return size;
}

/* What one reading saw. */
struct reading {
	struct buf seen;
	uint64_t total;
	int end;
};

static void
read_entry(struct reading *r, struct package *p,
    const struct package_entry *e)
{
	struct digest *d = digest_new();
	char hex[DIGEST_HEX + 1];
	const void *data;
	size_t n;
	int rc;

	assert(e->kind != ENTRY_ELEMENT || id_guid_ok(e->element));
	buf_fmt(&r->seen, "%d %s ", (int)e->kind, e->name);
	while ((rc = package_read(p, &data, &n)) == 1) {
		assert(n > 0);
		digest_add(d, data, n);
		r->total += n;
	}
	digest_end_hex(d, hex);
	buf_fmt(&r->seen, "%s %d\n", hex, rc);
	digest_free(d);
}

static void
read_all(struct reading *r, struct package *p)
{
	struct package_entry e;
	size_t entries = 0;

	while ((r->end = package_next(p, &e)) == 1) {
		entries++;
		assert(entries <= limits.max_entries);
		read_entry(r, p, &e);
	}
	assert(package_next(p, &e) == r->end);
	assert(r->total <= limits.max_unpacked);
}

static void
check_twice(struct package *p, const struct findings *f, struct fuzz in)
{
	struct reading a = { .end = 0 }, b = { .end = 0 };
	char is[DIGEST_HEX + 1], want[DIGEST_HEX + 1];
	size_t before;

	assert(package_size(p) == in.n);
	read_all(&a, p);
	assert(a.end == 0 || f->n > 0);
	before = f->n + f->left_out;
	if (package_rewind(p) == 0) {
		read_all(&b, p);
		assert(a.end == b.end && a.total == b.total);
		assert(strcmp(buf_text(&a.seen), buf_text(&b.seen)) == 0);
		assert(f->n + f->left_out == before);
	} else {
		assert(f->n > 0);
	}
	if (a.end == 0) {
		package_hash(p, is);
		digest_hex_of(in.p, in.n, want);
		assert(strcmp(is, want) == 0);
	}
	buf_free(&a.seen);
	buf_free(&b.seen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	struct arena arena = { 0 };
	struct findings f;
	struct package *p;

	findings_init(&f, &arena);
	p = package_open(fuzz_file(in), &limits, NULL, &f);
	if (p != NULL)
		check_twice(p, &f, in);
	else
		assert(f.n > 0);
	package_free(p);
	fuzz_findings(&f);
	arena_free(&arena);
	return 0;
}
