#include "tests/expect.h"

#include <locale.h>
#include <stdlib.h>

#include "spool/buf.h"
#include "spool/text.h"

static void
only_shortest_forms_of_characters_are_utf8(void **unused)
{
	static const struct {
		const char *s;
		size_t n;
	} rows[] = {
		{ "a", 1 }, { "\x7f", 1 }, { "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 }, { "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 }, { "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 }, { "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\x80", 0 }, { "\xbf", 0 }, { "\xc0\xaf", 0 },
		{ "\xc1\xbf", 0 }, { "\xc2", 0 }, { "\xc2" "a", 0 },
		{ "\xe0\x9f\xbf", 0 }, { "\xed\xa0\x80", 0 },
		{ "\xed\xbf\xbf", 0 }, { "\xe2\x82", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 }, { "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 }, { "\xf8\x88\x80\x80\x80", 0 },
		{ "\xfe", 0 }, { "\xff", 0 }, { "", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_utf8(rows[i].s, strlen(rows[i].s)) != rows[i].n)
			fail_msg("row %zu", i);
	assert_int_equal(text_utf8("\0", 1), 1);
	assert_true(text_utf8_ok("bl\xc3\xa5", 4));
	assert_false(text_utf8_ok("bl\xc3\xa5", 3));
	assert_true(text_utf8_ok("", 0));
}

struct shown {
	const char *s, *want;
};

static void
compare(void (*show)(struct buf *, const char *, size_t),
    const struct shown *rows, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_reset(&b);
		show(&b, rows[i].s, strlen(rows[i].s));
		if (strcmp(buf_text(&b), rows[i].want) != 0)
			fail_msg("\"%s\": \"%s\"", rows[i].want,
			    buf_text(&b));
	}
	buf_free(&b);
}

static void
what_is_shown_is_printable_and_has_no_person_number(void **unused)
{
	static const struct shown rows[] = {
		{ "", "" },
		{ "S\xc3\xb8knad 42", "S\xc3\xb8knad 42" },
		{ "\xf0\x9f\xa7\xbe", "\xf0\x9f\xa7\xbe" },
		{ "a\nb\tc\x1b[31m", "a\\x0ab\\x09c\\x1b[31m" },
		{ "\x7f\xc2\x85", "\\x7f\\x85" },
		{ "a\xe2\x80\xae" "b", "a\\u{202e}b" },
		{ "\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf",
		    "\\u{200b}\\u{2066}\\u{feff}" },
		{ "\xe2\x80\xa8\xef\xbf\xbe", "\\u{2028}\\u{fffe}" },
		{ "bl\xe5", "bl\\xe5" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "15867210064", "***********" },
		{ "99999999999", "***********" },
		{ "158672 10064", "***********" },
		{ "nr 15867210064.", "nr ***********." },
		{ "a15867210064b", "a***********b" },
		{ "15867210064 43919030047", "*********** ***********" },
		{ "158672 10064 43919030047", "*********** ***********" },
		{ "158672100640", "158672100640" },
		{ "1586721006", "1586721006" },
		{ "158672  10064", "158672  10064" },
		{ "158672 100640", "158672 100640" },
		{ "0158672 10064", "0158672 10064" },
		{ "310000027", "310000027" },
		{ "158672", "158672" }, { "158672 ", "158672 " },
	};

	(void)unused;
	compare(text_show, rows, sizeof rows / sizeof *rows);
}

static void
a_name_keeps_digits_that_are_no_person(void **unused)
{
	static const struct shown rows[] = {
		{ "50012345_6513270e-a15b.zip", "50012345_6513270e-a15b.zip" },
		{ "20260302010203.zip", "20260302010203.zip" },
		{ "12345678901.zip", "12345678901.zip" },
		{ "15867210064.zip", "***********.zip" },
		{ "158672 10064.zip", "***********.zip" },
		{ "02813299960.zip", "***********.zip" },
		{ "a\nb", "a\\x0ab" },
	};

	(void)unused;
	compare(text_name, rows, sizeof rows / sizeof *rows);
}

static void
a_person_number_is_found_in_a_text(void **unused)
{
	static const struct {
		const char *s;
		bool has;
	} rows[] = {
		{ "15867210064", true }, { "x15867210064y", true },
		{ "158672 10064", true }, { "1 15867210064", true },
		{ "02813299960", true }, { "15867210065", false },
		{ "158672100640", false }, { "", false },
		{ "12345678901", false }, { "310000027", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_has_person(rows[i].s, strlen(rows[i].s)) !=
		    rows[i].has)
			fail_msg("%s", rows[i].s);
	assert_false(text_has_person("15867210064", 10));
}

static void
printable_has_nothing_to_make_visible(void **unused)
{
	(void)unused;
	assert_true(text_printable("bl\xc3\xa5 15867210064", 16));
	assert_true(text_printable("", 0));
	assert_false(text_printable("a\nb", 3));
	assert_false(text_printable("a\0b", 3));
	assert_false(text_printable("\xc2\x85", 2));
	assert_false(text_printable("\xe2\x80\xae", 3));
	assert_false(text_printable("\xe5", 1));
}

static void
letters_have_two_cases(void **unused)
{
	static const struct shown up[] = {
		{ "abcxyz 123", "ABCXYZ 123" },
		{ "\xc3\xa6\xc3\xb8\xc3\xa5", "\xc3\x86\xc3\x98\xc3\x85" },
		{ "\xc3\xa1\xc4\x8d\xc4\x91\xc5\x8b\xc5\xa1\xc5\xa7\xc5\xbe",
		    "\xc3\x81\xc4\x8c\xc4\x90\xc5\x8a\xc5\xa0\xc5\xa6\xc5\xbd" },
		{ "\xce\xb1\xd0\xb6", "\xce\x91\xd0\x96" },
		{ "\xc3\x9f", "\xc3\x9f" },
		{ "a\xcc\x8a", "A\xcc\x8a" },
		{ "\xff", "\xff" },
	};
	static const struct shown down[] = {
		{ "ABCXYZ 123", "abcxyz 123" },
		{ "\xc3\x86\xc3\x98\xc3\x85", "\xc3\xa6\xc3\xb8\xc3\xa5" },
		{ "\xc4\x8c\xc4\x90", "\xc4\x8d\xc4\x91" },
		{ "\xce\x91\xd0\x96", "\xce\xb1\xd0\xb6" },
	};

	(void)unused;
	compare(text_upper, up, sizeof up / sizeof *up);
	compare(text_lower, down, sizeof down / sizeof *down);
}

static int
start(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_shortest_forms_of_characters_are_utf8),
		cmocka_unit_test(
		    what_is_shown_is_printable_and_has_no_person_number),
		cmocka_unit_test(a_name_keeps_digits_that_are_no_person),
		cmocka_unit_test(a_person_number_is_found_in_a_text),
		cmocka_unit_test(printable_has_nothing_to_make_visible),
		cmocka_unit_test(letters_have_two_cases),
	};

	return cmocka_run_group_tests_name("text", tests, start, NULL);
}
