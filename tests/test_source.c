#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "watcher/source.h"

enum { SMALL = 1000, LARGE = 3 * SOURCE_BLOCK + 777 };

static void
pattern(struct buf *b, size_t n)
{
	buf_reset(b);
	for (size_t i = 0; i < n; i++)
		buf_char(b, (char)(i * 7 + i / 251));
}

static int
file_of(const struct buf *b)
{
	int fd = memfd_create("package", MFD_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, buf_text(b), b->len), (ssize_t)b->len);
	return fd;
}

static struct source *
opened(int fd)
{
	enum source_fault fault;
	struct source *s = source_open(fd, &fault);

	assert_non_null(s);
	assert_int_equal(fault, SOURCE_FINE);
	return s;
}

static void
assert_hash(struct source *s, const struct buf *b)
{
	char want[DIGEST_HEX + 1], got[DIGEST_HEX + 1];

	digest_hex_of(buf_text(b), b->len, want);
	assert_int_equal(source_hash(s, got), 0);
	assert_string_equal(got, want);
}

static void
blocks_one_after_the_other_are_the_file(void **unused)
{
	static const size_t sizes[] = { 0, 1, SMALL, SOURCE_BLOCK,
	    SOURCE_BLOCK + 1, LARGE };
	struct buf b = { 0 }, got = { 0 };
	const void *p;
	ssize_t n;

	(void)unused;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct source *s;
		int fd;

		pattern(&b, sizes[i]);
		fd = file_of(&b);
		s = opened(fd);
		buf_reset(&got);
		while ((n = source_block(s, got.len, &p)) > 0)
			buf_add(&got, p, (size_t)n);
		assert_int_equal(n, 0);
		assert_int_equal(got.len, b.len);
		assert_memory_equal(buf_text(&got), buf_text(&b), b.len);
		assert_hash(s, &b);
		source_free(s);
		close(fd);
	}
	buf_free(&b);
	buf_free(&got);
}

/* Places in the order of a zip: end, directory, headers, then the content. */
static void
the_hash_is_the_files_in_whatever_order_it_is_read(void **unused)
{
	static const struct { size_t at, n; } copies[] = {
		{ LARGE - 22, 22 }, { LARGE - 5000, 4000 }, { 0, 30 },
		{ SOURCE_BLOCK - 10, 30 }, { 20, 40 }, { 60, 5 },
		{ 2 * SOURCE_BLOCK, 30 },
	};
	static const size_t blocks[] = { LARGE - 16384, SOURCE_BLOCK + 5, 100,
	    0, SOURCE_BLOCK - 1, LARGE - 1 };
	char piece[5000];
	struct buf b = { 0 };
	const void *p;

	(void)unused;
	pattern(&b, LARGE);
	for (size_t split = 0; split < 8; split++) {
		int fd = file_of(&b);
		struct source *s = opened(fd);

		for (size_t i = 0; i < 7; i++) {
			size_t k = (i + split) % 7;

			assert_int_equal(source_copy(s, copies[k].at, piece,
			    copies[k].n), 0);
			assert_memory_equal(piece, b.p + copies[k].at,
			    copies[k].n);
			if (k >= 6)
				continue;
			assert_true(source_block(s, blocks[k], &p) > 0);
			assert_memory_equal(p, b.p + blocks[k], 1);
		}
		assert_hash(s, &b);
		assert_hash(s, &b);
		source_free(s);
		close(fd);
	}
	buf_free(&b);
}

static void
a_small_file_is_read_once(void **unused)
{
	struct buf b = { 0 };
	const void *p;
	char c;
	struct source *s;
	int fd, null = open("/dev/null", O_RDONLY);

	(void)unused;
	pattern(&b, SMALL);
	fd = file_of(&b);
	s = opened(fd);
	assert_int_equal(source_copy(s, SMALL - 1, &c, 1), 0);
	/* Whatever it reads from here on is not the file. */
	assert_int_not_equal(dup2(null, fd), -1);
	assert_int_equal(source_block(s, 0, &p), SMALL);
	assert_memory_equal(p, b.p, SMALL);
	source_free(s);
	close(fd);
	close(null);
	buf_free(&b);
}

static void
a_file_that_grows_or_shrinks_has_changed(void **unused)
{
	static const long sizes[] = { 0, SMALL, LARGE - 1, LARGE + 1 };
	struct buf b = { 0 };
	char hash[DIGEST_HEX + 1];

	(void)unused;
	pattern(&b, LARGE);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		int fd = file_of(&b);
		struct source *s = opened(fd);
		const void *p;

		assert_true(source_block(s, 0, &p) > 0);
		assert_int_equal(ftruncate(fd, sizes[i]), 0);
		assert_int_equal(source_hash(s, hash), -1);
		assert_int_equal(source_fault(s), SOURCE_CHANGED);
		assert_int_equal(source_block(s, 0, &p), -1);
		assert_int_equal(source_copy(s, 0, hash, 1), -1);
		source_free(s);
		close(fd);
	}
	buf_free(&b);
}

static void
a_file_written_to_without_growing_has_changed(void **unused)
{
	static const struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
	struct buf b = { 0 };
	char hash[DIGEST_HEX + 1];
	const void *p;
	struct source *s;
	int fd;

	(void)unused;
	pattern(&b, SMALL);
	fd = file_of(&b);
	s = opened(fd);
	assert_true(source_block(s, 0, &p) > 0);
	assert_int_equal(pwrite(fd, "x", 1, 0), 1);
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(source_hash(s, hash), -1);
	assert_int_equal(source_fault(s), SOURCE_CHANGED);
	source_free(s);
	close(fd);
	buf_free(&b);
}

static void
only_a_plain_file_is_a_source(void **unused)
{
	enum source_fault fault = SOURCE_FINE;
	int dir = open("/", O_RDONLY | O_DIRECTORY), ends[2];

	(void)unused;
	assert_null(source_open(dir, &fault));
	assert_int_equal(fault, SOURCE_NOT_A_FILE);
	assert_int_equal(pipe(ends), 0);
	fault = SOURCE_FINE;
	assert_null(source_open(ends[0], &fault));
	assert_int_equal(fault, SOURCE_NOT_A_FILE);
	assert_null(source_open(-1, &fault));
	assert_int_equal(fault, SOURCE_IO);
	close(dir);
	close(ends[0]);
	close(ends[1]);
}

static void
a_file_that_cannot_be_read_is_an_io_fault(void **unused)
{
	struct buf b = { 0 };
	const void *p;
	struct source *s;
	int fd;

	(void)unused;
	pattern(&b, SMALL);
	fd = file_of(&b);
	s = opened(fd);
	close(fd);
	assert_int_equal(source_block(s, 0, &p), -1);
	assert_int_equal(source_fault(s), SOURCE_IO);
	source_free(s);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_one_after_the_other_are_the_file),
		cmocka_unit_test(
		    the_hash_is_the_files_in_whatever_order_it_is_read),
		cmocka_unit_test(a_small_file_is_read_once),
		cmocka_unit_test(a_file_that_grows_or_shrinks_has_changed),
		cmocka_unit_test(
		    a_file_written_to_without_growing_has_changed),
		cmocka_unit_test(only_a_plain_file_is_a_source),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_io_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
