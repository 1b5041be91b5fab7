#include "tests/expect.h"

#include <stdlib.h>

#include "spool/number.h"

static void
an_organisation_number_passes_modulus_11(void **unused)
{
	static const struct {
		const char *s;
		bool ok;
	} rows[] = {
		{ "310000027", true }, { "310000019", true },
		{ "210000003", true }, { "212621072", true },
		{ "310000000", true }, { "974760673", true },
		{ "310000028", false }, { "912345678", false },
		{ "000000000", false }, { "91042349", false },
		{ "9104234950", false }, { "91042349X", false },
		{ " 910423495", false }, { "897069650", false },
		{ "897069631", false }, { "900000001", false },
		{ "", false }, { "31000002\xc2\xb2", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (number_org_ok(rows[i].s) != rows[i].ok)
			fail_msg("%s", rows[i].s);
}

static void
one_wrong_digit_or_two_swapped_are_found(void **unused)
{
	static const char right[] = "310000027";
	char s[10];

	(void)unused;
	for (size_t i = 0; i < 9; i++)
		for (char c = '0'; c <= '9'; c++) {
			memcpy(s, right, sizeof s);
			s[i] = c;
			if (number_org_ok(s) != (c == right[i]))
				fail_msg("%s", s);
		}
	for (size_t i = 0; i < 8; i++) {
		memcpy(s, right, sizeof s);
		s[i] = right[i + 1];
		s[i + 1] = right[i];
		if (number_org_ok(s) != (right[i] == right[i + 1]))
			fail_msg("%s", s);
	}
}

static void
real_organisations_begin_with_8_or_9(void **unused)
{
	(void)unused;
	assert_true(number_org_real("974760673"));
	assert_true(number_org_real("889640782"));
	assert_false(number_org_real("310000027"));
	assert_false(number_org_real("210000003"));
	assert_false(number_org_real(""));
}

/* Contract 8.2; strict, accept-2032, format-only, synthetic. */
static const struct {
	const char *s;
	bool strict, new, format, synthetic;
} persons[] = {
	{ "15867210064", true, true, true, true },
	{ "29820480005", true, true, true, true },
	{ "43919030047", true, true, true, true },
	{ "02813299952", true, true, true, true },
	{ "02813299960", false, true, true, true },
	{ "02813299979", false, true, true, true },
	{ "02813299987", false, true, true, true },
	{ "15867210668", false, true, true, true },
	{ "15717210066", true, true, true, true },
	{ "15467210081", true, true, true, true },
	{ "29820380094", false, false, false, true },
	{ "15867210065", false, false, true, true },
	{ "15667210064", false, false, true, true },
	{ "00000000000", false, false, false, false },
	{ "01039012345", false, false, true, false },
	{ "01017512345", false, false, true, false },
	{ "1586721006", false, false, false, false },
	{ "158672100640", false, false, false, false },
	{ "1586721006a", false, false, false, false },
	{ "158672 10064", false, false, false, false },
	{ "", false, false, false, false },
};

static void
a_person_number_follows_the_rule(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof persons / sizeof *persons; i++)
		if (number_person_ok(persons[i].s, PERSON_STRICT_1964) !=
		    persons[i].strict ||
		    number_person_ok(persons[i].s, PERSON_ACCEPT_2032) !=
		    persons[i].new ||
		    number_person_ok(persons[i].s, PERSON_FORMAT_ONLY) !=
		    persons[i].format ||
		    number_person_synthetic(persons[i].s) !=
		    persons[i].synthetic)
			fail_msg("%s", persons[i].s);
}

static void
only_months_with_an_offset_are_synthetic(void **unused)
{
	char s[12];
	bool plain, offset;

	(void)unused;
	for (int month = 0; month < 100; month++) {
		snprintf(s, sizeof s, "01%02d7200000", month);
		plain = month >= 1 && month <= 12;
		offset = (month >= 41 && month <= 52) ||
		    (month >= 66 && month <= 77) ||
		    (month >= 81 && month <= 92);
		if (number_person_synthetic(s) != offset ||
		    number_person_ok(s, PERSON_FORMAT_ONLY) !=
		    (plain || offset))
			fail_msg("month %d", month);
	}
}

static void
days_are_in_the_calendar(void **unused)
{
	static const struct {
		const char *date;
		bool ok;
	} rows[] = {
		{ "010172", true }, { "310172", true }, { "320172", false },
		{ "300472", true }, { "310472", false }, { "290272", true },
		{ "290273", false }, { "290200", true }, { "300272", false },
		{ "410172", true }, { "710172", true }, { "720172", false },
		{ "690272", true }, { "690273", false }, { "400172", false },
		{ "000172", false }, { "800172", false }, { "818172", false },
	};
	char s[12];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(s, sizeof s, "%s00000", rows[i].date);
		if (number_person_ok(s, PERSON_FORMAT_ONLY) != rows[i].ok)
			fail_msg("%s", rows[i].date);
	}
}

static void
digits_are_ascii_digits(void **unused)
{
	(void)unused;
	assert_true(number_digits("0123456789", 10));
	assert_true(number_digits("", 0));
	assert_false(number_digits("12", 3));
	assert_false(number_digits("1234", 3));
	assert_false(number_digits("1 3", 3));
	assert_false(number_digits("-12", 3));
	assert_false(number_digits("\xd9\xa1", 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_organisation_number_passes_modulus_11),
		cmocka_unit_test(one_wrong_digit_or_two_swapped_are_found),
		cmocka_unit_test(real_organisations_begin_with_8_or_9),
		cmocka_unit_test(a_person_number_follows_the_rule),
		cmocka_unit_test(only_months_with_an_offset_are_synthetic),
		cmocka_unit_test(days_are_in_the_calendar),
		cmocka_unit_test(digits_are_ascii_digits),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
