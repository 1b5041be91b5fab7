#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "tests/scratch.h"
#include "transform/output.h"

struct bench {
	struct scratch *scratch;
	struct arena arena;
	struct err err;
	int work;
};

static void
begin(struct bench *b)
{
	*b = (struct bench){ .scratch = scratch_new() };
	b->work = open(b->scratch->dir, O_RDONLY | O_DIRECTORY);
	assert_int_not_equal(b->work, -1);
}

static void
end(struct bench *b)
{
	close(b->work);
	arena_free(&b->arena);
	scratch_free(b->scratch);
}

static void
must(const struct bench *b, int rc)
{
	if (rc != 0)
		fail_msg("%s", b->err.text);
}

/* Two files, the second in pieces and before the first. */
static void
make(struct bench *b, const char *from, bool zip, struct made *m)
{
	struct output *o = output_new(b->work, from, "key", zip, &b->arena,
	    &b->err);

	assert_non_null(o);
	output_reserve(o, "instance.json");
	output_reserve(o, "vedlegg-1.pdf");
	output_reserve(o, "manifest.json");
	must(b, output_open(o, "vedlegg-1.pdf", 6, &b->err));
	must(b, output_write(o, "abc", 3, &b->err));
	must(b, output_write(o, "", 0, &b->err));
	must(b, output_write(o, "def", 3, &b->err));
	must(b, output_close(o, &b->err));
	must(b, output_put(o, "instance.json", "{}\n", 3, &b->err));
	assert_int_equal(output_file(o, "vedlegg-1.pdf")->size, 6);
	assert_null(output_file(o, "vedlegg-2.pdf"));
	must(b, output_put(o, "manifest.json", "", 0, &b->err));
	*m = (struct made){ .app = NULL };
	must(b, output_end(o, m, &b->err));
	output_free(o);
}

#define SUM_JSON \
    "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
#define SUM_ABCDEF \
    "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721"
#define SUM_NOTHING \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SUMS SUM_JSON "  instance.json\n" SUM_ABCDEF "  vedlegg-1.pdf\n" \
    SUM_NOTHING "  manifest.json\n"

static void
sums_are_in_the_order_in_which_names_were_reserved(void **unused)
{
	static const char *const names[] = { "instance.json",
	    "vedlegg-1.pdf", "manifest.json", "SHA256SUMS" };
	struct bench b;
	struct made m;
	struct buf text = { 0 };

	(void)unused;
	begin(&b);
	make(&b, "1.key", false, &m);
	scratch_read(b.scratch, "1.key/SHA256SUMS", &text);
	assert_string_equal(buf_text(&text), SUMS);
	scratch_read(b.scratch, "1.key/vedlegg-1.pdf", &text);
	assert_string_equal(buf_text(&text), "abcdef");
	assert_string_equal(m.from, "1.key");
	assert_false(m.zip);
	assert_int_equal(m.n_files, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(m.files[i].name, names[i]);
	assert_string_equal(m.files[1].sha256, SUM_ABCDEF);
	assert_int_equal(m.files[3].size, sizeof SUMS - 1);
	buf_free(&text);
	end(&b);
}

/* By who looks at SHA256SUMS, too, and whether it is a folder or a zip. */
static void
the_content_is_the_same_wherever_it_lies(void **unused)
{
	struct bench b;
	struct made m, zip;
	struct buf text = { 0 };
	char hex[DIGEST_HEX + 1];
	char *manifest;

	(void)unused;
	begin(&b);
	make(&b, "1.key", false, &m);
	make(&b, "2.key", true, &zip);
	assert_string_equal(m.content, zip.content);
	answer_content(m.files, m.n_files, hex);
	assert_string_equal(m.content, hex);
	answer_content_of(SUMS, sizeof SUMS - 1, hex);
	assert_string_equal(m.content, hex);
	/* what is left when the line is taken out by hand */
	buf_str(&text, SUMS);
	manifest = strstr(text.p, "  manifest.json\n") - DIGEST_HEX;
	memmove(manifest, manifest + DIGEST_HEX + 16, strlen(manifest +
	    DIGEST_HEX + 16) + 1);
	digest_hex_of(text.p, strlen(text.p), hex);
	assert_string_equal(m.content, hex);
	m.files[0].sha256[0] ^= 1;
	answer_content(m.files, m.n_files, hex);
	assert_string_not_equal(m.content, hex);
	buf_free(&text);
	end(&b);
}

static void
a_zip_is_one_file_with_its_own_sum(void **unused)
{
	struct bench b;
	struct made m;
	struct buf text = { 0 };
	char hex[DIGEST_HEX + 1];

	(void)unused;
	begin(&b);
	make(&b, "1.key", true, &m);
	assert_true(m.zip);
	assert_string_equal(m.from, "1.key.zip");
	assert_int_equal(m.n_files, 1);
	assert_string_equal(m.files[0].name, "key.zip");
	scratch_read(b.scratch, "1.key.zip", &text);
	digest_hex_of(text.p, text.len, hex);
	assert_string_equal(m.files[0].sha256, hex);
	assert_int_equal(m.files[0].size, text.len);
	/* stored: the bytes lie open */
	assert_non_null(memmem(text.p, text.len, "abcdef", 6));
	assert_non_null(memmem(text.p, text.len, SUMS, sizeof SUMS - 1));
	buf_free(&text);
	end(&b);
}

static void
the_same_files_give_the_same_bytes_anywhere(void **unused)
{
	static const char *const zones[] =
	    { "UTC", "Pacific/Kiritimati", "America/Los_Angeles" };
	struct bench b;
	struct made m[3];

	(void)unused;
	begin(&b);
	for (int i = 0; i < 3; i++) {
		char from[] = { (char)('1' + i), '\0' };

		setenv("TZ", zones[i], 1);
		tzset();
		umask(i == 0 ? 0 : 077);
		make(&b, from, true, &m[i]);
		assert_string_equal(m[i].files[0].sha256,
		    m[0].files[0].sha256);
	}
	unsetenv("TZ");
	umask(022);
	end(&b);
}

static void
what_is_there_is_never_written_over(void **unused)
{
	struct bench b;
	struct output *o;

	(void)unused;
	begin(&b);
	scratch_put(b.scratch, "1.key/instance.json", "old");
	scratch_put(b.scratch, "2.key.zip", "old");
	assert_null(output_new(b.work, "1.key", "key", false, &b.arena,
	    &b.err));
	assert_non_null(strstr(b.err.text, "1.key"));
	assert_null(output_new(b.work, "2.key", "key", true, &b.arena,
	    &b.err));
	assert_non_null(strstr(b.err.text, "2.key.zip"));
	o = output_new(b.work, "3.key", "key", false, &b.arena, &b.err);
	must(&b, output_put(o, "a", "1", 1, &b.err));
	assert_int_equal(output_put(o, "a", "2", 1, &b.err), -1);
	output_free(o);
	output_free(NULL);
	end(&b);
}

static void
a_full_disk_is_told_and_leaks_nothing(void **unused)
{
	struct bench b;
	struct output *o;
	struct made m = { .app = NULL };
	char big[8192];
	int rc = 0, full;

	(void)unused;
	begin(&b);
	memset(big, 'x', sizeof big);
	full = open("/dev", O_RDONLY | O_DIRECTORY);
	assert_int_not_equal(full, -1);
	/* the descriptor of the zip is made to be one without room */
	o = output_new(b.work, "1", "key", true, &b.arena, &b.err);
	assert_non_null(o);
	for (int fd = 3; fd < 64; fd++) {
		struct stat st, zip;

		assert_int_equal(fstatat(b.work, "1.zip", &zip, 0), 0);
		if (fstat(fd, &st) == 0 && st.st_ino == zip.st_ino &&
		    st.st_dev == zip.st_dev) {
			int none = openat(full, "full", O_WRONLY);

			assert_int_equal(dup2(none, fd), fd);
			close(none);
		}
	}
	for (int i = 0; i < 8 && rc == 0; i++) {
		char name[] = { (char)('a' + i), '\0' };

		rc = output_put(o, name, big, sizeof big, &b.err);
	}
	if (rc == 0)
		rc = output_end(o, &m, &b.err);
	assert_int_equal(rc, -1);
	assert_int_equal(b.err.kind, ERR_SPACE);
	output_free(o);
	close(full);
	end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    sums_are_in_the_order_in_which_names_were_reserved),
		cmocka_unit_test(the_content_is_the_same_wherever_it_lies),
		cmocka_unit_test(a_zip_is_one_file_with_its_own_sum),
		cmocka_unit_test(the_same_files_give_the_same_bytes_anywhere),
		cmocka_unit_test(what_is_there_is_never_written_over),
		cmocka_unit_test(a_full_disk_is_told_and_leaks_nothing),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
