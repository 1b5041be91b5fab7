#include "tests/expect.h"

#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/listing.h"
#include "tests/scratch.h"

static const char *const both[] = { "apps", "routes" };

static void
hash(const struct scratch *s, const char *const *folders, size_t n,
    char hex[DIGEST_HEX + 1])
{
	struct faults f = { 0 };

	assert_int_equal(listing_hash(s->dir, folders, n, hex, &f), 0);
	expect_no_faults(&f, "listing");
}

static struct scratch *
begin(void)
{
	struct scratch *s = scratch_new();

	scratch_put(s, "routes/r/map.csv", "b");
	scratch_put(s, "apps/o/a.b/x", "");
	scratch_put(s, "apps/o/a/models/x.xsd", "a");
	scratch_put(s, "flerapp.conf", "not below");
	return s;
}

static void
it_is_the_sum_of_sorted_lines(void **unused)
{
	static const char lines[] =
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	    "  apps/o/a.b/x\n"
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
	    "  apps/o/a/models/x.xsd\n"
	    "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
	    "  routes/r/map.csv\n";
	struct scratch *s = begin();
	char got[DIGEST_HEX + 1], want[DIGEST_HEX + 1];

	(void)unused;
	hash(s, both, 2, got);
	digest_hex_of(lines, sizeof lines - 1, want);
	assert_string_equal(got, want);
	scratch_free(s);
}

static void
folders_that_overlap_count_once(void **unused)
{
	static const char *const over[] =
	    { "routes", "apps", "apps/o/a", "apps/o" };
	struct scratch *s = begin();
	char got[DIGEST_HEX + 1], want[DIGEST_HEX + 1];

	(void)unused;
	hash(s, both, 2, want);
	hash(s, over, 4, got);
	assert_string_equal(got, want);
	scratch_free(s);
}

static void
every_change_below_shows(void **unused)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
		{ "routes/r/map.csv", "B" },
		{ "routes/r/.hidden", "x" },
		{ "apps/o/a/new", "" },
	};
	struct scratch *s = begin();
	char before[DIGEST_HEX + 1], after[DIGEST_HEX + 1];

	(void)unused;
	hash(s, both, 2, before);
	scratch_put(s, "flerapp.conf", "other");
	hash(s, both, 2, after);
	assert_string_equal(before, after);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		scratch_put(s, rows[i].path, rows[i].text);
		hash(s, both, 2, after);
		if (strcmp(before, after) == 0)
			fail_msg("%s does not show", rows[i].path);
		strcpy(before, after);
	}
	scratch_free(s);
}

static void
what_cannot_be_read_is_a_fault(void **unused)
{
	static const char *const folders[] = { "apps", "gone" };
	struct scratch *s = begin();
	struct faults f = { 0 };
	char hex[DIGEST_HEX + 1], path[512];

	(void)unused;
	assert_int_equal(listing_hash(s->dir, folders, 2, hex, &f), -1);
	expect_fault(&f, "gone", 0, 0, "cannot be read", "gone");
	faults_free(&f);
	scratch_path(s, path, sizeof path, "apps/dangling");
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(listing_hash(s->dir, folders, 1, hex, &f), -1);
	expect_fault(&f, "apps/dangling", 0, 0, "cannot be read", "link");
	faults_free(&f);
	unlink(path);
	scratch_path(s, path, sizeof path, "apps/circle");
	assert_int_equal(symlink(".", path), 0);
	assert_int_equal(listing_hash(s->dir, folders, 1, hex, &f), -1);
	assert_true(f.n > 0);
	faults_free(&f);
	unlink(path);
	scratch_path(s, path, sizeof path, "apps/pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(listing_hash(s->dir, folders, 1, hex, &f), -1);
	expect_fault(&f, "apps/pipe", 0, 0, "cannot be read", "pipe");
	faults_free(&f);
	scratch_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_sum_of_sorted_lines),
		cmocka_unit_test(folders_that_overlap_count_once),
		cmocka_unit_test(every_change_below_shows),
		cmocka_unit_test(what_cannot_be_read_is_a_fault),
	};

	return cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
