#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "watcher/sums.h"

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void
a_list_as_sha256sum_writes_it_is_taken(void **unused)
{
	static const char text[] =
	    B "  instance.json\n"
	    A "  data/00000000-0000-0000-0000-000000000001\n"
	    B " *data/name with  blanks\n";
	struct arena a = { 0 };
	struct sums s;

	(void)unused;
	assert_int_equal(sums_parse(&s, &a, text, sizeof text - 1), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.bad_line, 0);
	assert_string_equal(sums_find(&s, "instance.json")->hex, B);
	assert_string_equal(sums_find(&s,
	    "data/00000000-0000-0000-0000-000000000001")->hex, A);
	assert_string_equal(sums_find(&s, "data/name with  blanks")->hex, B);
	assert_false(sums_find(&s, "instance.json")->seen);
	assert_null(sums_find(&s, "instance.jso"));
	assert_null(sums_find(&s, ""));
	arena_free(&a);
}

static void
the_last_line_needs_no_end(void **unused)
{
	static const char text[] = A "  a\n" B "  b";
	struct arena a = { 0 };
	struct sums s;

	(void)unused;
	assert_int_equal(sums_parse(&s, &a, text, sizeof text - 1), 0);
	assert_string_equal(sums_find(&s, "b")->hex, B);
	arena_free(&a);
}

static void
a_mark_stays_with_its_path(void **unused)
{
	static const char text[] = A "  b\n" B "  a\n";
	struct arena a = { 0 };
	struct sums s;

	(void)unused;
	assert_int_equal(sums_parse(&s, &a, text, sizeof text - 1), 0);
	sums_find(&s, "b")->seen = true;
	assert_true(sums_find(&s, "b")->seen);
	assert_false(sums_find(&s, "a")->seen);
	arena_free(&a);
}

/* find . -type f -exec sha256sum {} + */
static void
one_dot_before_a_path_is_passed_over(void **unused)
{
	static const char text[] = A "  ./a\n" A "  data/b\n" A "  ././c\n"
	    A "  ./\n", twice[] = A "  a\n" A "  ./a\n";
	struct arena a = { 0 };
	struct sums s;

	(void)unused;
	assert_int_equal(sums_parse(&s, &a, text, sizeof text - 1), 0);
	assert_non_null(sums_find(&s, "a"));
	assert_non_null(sums_find(&s, "data/b"));
	assert_non_null(sums_find(&s, "./c"));
	assert_non_null(sums_find(&s, "./"));
	assert_null(sums_find(&s, "c"));
	assert_int_equal(sums_parse(&s, &a, twice, sizeof twice - 1), -1);
	assert_int_equal(s.bad_line, 2);
	arena_free(&a);
}

static void
any_other_line_makes_the_list_malformed(void **unused)
{
	static const struct {
		const char *text;
		size_t n;
		long line;
	} rows[] = {
#define ROW(text, line) { text, sizeof text - 1, line }
		ROW("", 1),
		ROW("\n", 1),
		ROW("this is not a list of sums\n", 1),
		ROW(A "\n", 1),
		ROW(A "  \n", 1),
		ROW(A " a\n", 1),
		ROW(A "   \n" A "x a\n", 2),
		ROW(A "\t\ta\n", 1),
		ROW(A "  a\n\n" A "  b\n", 2),
		ROW(A "  a\n" A "  b\n# comment\n", 3),
		ROW("0123  a\n", 1),
		ROW(A "0  a\n", 1),
		ROW("A" A "  a\n", 1),
		ROW("\\" A "  a\\nb\n", 1),
		ROW(A "  a\r\n", 1),
		ROW(A "  a\0b\n", 1),
		ROW("\xef\xbb\xbf" A "  a\n", 1),
		ROW("ABCDEF6789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef  a\n", 1),
		ROW("SHA256 (a) = " A "\n", 1),
#undef ROW
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = { 0 };
		struct sums s;

		if (sums_parse(&s, &a, rows[i].text, rows[i].n) != -1)
			fail_msg("taken: %s", rows[i].text);
		if (s.bad_line != rows[i].line)
			fail_msg("line %ld: %s", s.bad_line, rows[i].text);
		assert_null(sums_find(&s, "a"));
		arena_free(&a);
	}
}

static void
a_path_twice_makes_the_list_malformed(void **unused)
{
	static const char text[] = A "  a\n" A "  b\n" A "  a\n" A "  c\n";
	struct arena a = { 0 };
	struct sums s;

	(void)unused;
	assert_int_equal(sums_parse(&s, &a, text, sizeof text - 1), -1);
	assert_int_equal(s.bad_line, 3);
	arena_free(&a);
}

static void
a_list_beyond_the_limit_is_malformed(void **unused)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct sums s;

	(void)unused;
	for (int i = 0; b.len <= SUMS_MAX_BYTES; i++)
		buf_fmt(&b, A "  data/%d\n", i);
	assert_int_equal(sums_parse(&s, &a, b.p, b.len), -1);
	b.len = (size_t)((char *)memrchr(b.p, '\n', b.len - 1) - b.p) + 1;
	assert_int_equal(sums_parse(&s, &a, b.p, b.len), 0);
	assert_non_null(sums_find(&s, "data/7777"));
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_as_sha256sum_writes_it_is_taken),
		cmocka_unit_test(the_last_line_needs_no_end),
		cmocka_unit_test(a_mark_stays_with_its_path),
		cmocka_unit_test(one_dot_before_a_path_is_passed_over),
		cmocka_unit_test(any_other_line_makes_the_list_malformed),
		cmocka_unit_test(a_path_twice_makes_the_list_malformed),
		cmocka_unit_test(a_list_beyond_the_limit_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
