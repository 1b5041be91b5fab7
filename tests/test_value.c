#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/value.h"
#include "spool/buf.h"

#define N(table) (sizeof (table) / sizeof *(table))

static const struct simple *
type(const char *name)
{
	const struct simple *s = value_builtin(name);

	if (s == NULL)
		fail_msg("no built-in %s", name);
	return s;
}

/* Texts parted by |, all of which fit or none does. */
struct look {
	const char *type, *good, *bad;
};

static void
check_all(const char *name, const char *texts, bool want)
{
	char *copy = strdup(texts), *rest = copy, *text;

	while ((text = strsep(&rest, "|")) != NULL)
		if (value_fits(type(name), text) != want)
			fail_msg("%s '%s' should %s", name, text,
			    want ? "fit" : "not fit");
	free(copy);
}

static void
check_looks(const struct look *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_all(rows[i].type, rows[i].good, true);
		check_all(rows[i].type, rows[i].bad, false);
	}
}

static void
numbers_are_written_as_xml_schema_has_them(void **unused)
{
	static const struct look rows[] = {
		{ "boolean", "true|false|1|0", "True|FALSE|ja||2|01| true" },
		{ "decimal", "0|-1|+1|12.50|.5|5.|-.5|007|1234567890123456789"
		    "01234567890.000000000000000000000001",
		    "|.|-|+|12,5|1e3|INF|1 000|1.2.3|0x1|--1|1-" },
		{ "double", "0|1e3|1.5E-10|+.5e+1|INF|-INF|NaN|5.",
		    "|+INF|inf|Infinity|nan|1e|e3|1e1.5|1,5|.|1f" },
		{ "float", "1E4|-0", "1E|0x1p3" },
		{ "integer", "0|-0|+7|007|-123456789012345678901234567890",
		    "|1.0|1.|1e3|-|+| 1|1 |1,000|٣" },
	};

	(void)unused;
	check_looks(rows, N(rows));
}

static void
integers_have_the_range_of_their_type(void **unused)
{
	static const struct look rows[] = {
		{ "byte", "-128|127|+127|000127|-0", "-129|128|1000" },
		{ "short", "-32768|32767", "-32769|32768" },
		{ "int", "-2147483648|2147483647|0002147483647",
		    "-2147483649|2147483648|99999999999999999999" },
		{ "long", "-9223372036854775808|9223372036854775807",
		    "-9223372036854775809|9223372036854775808" },
		{ "unsignedByte", "0|255|007", "-1|256|-0|+5" },
		{ "unsignedShort", "65535", "65536" },
		{ "unsignedInt", "4294967295", "4294967296|-1" },
		{ "unsignedLong", "18446744073709551615",
		    "18446744073709551616|-1|+1" },
		{ "positiveInteger", "1|99999999999999999999999", "0|-0|-1" },
		{ "nonNegativeInteger", "0|-0|1", "-1" },
		{ "negativeInteger", "-1|-99999999999999999999999", "0|1" },
		{ "nonPositiveInteger", "0|-1", "1" },
	};

	(void)unused;
	check_looks(rows, N(rows));
}

static void
dates_must_exist_in_the_calendar(void **unused)
{
	static const struct look rows[] = {
		{ "date", "2024-02-29|2000-02-29|2023-12-31|2024-01-01Z|"
		    "2024-01-01+02:00|2024-01-01-14:00|12024-01-01|"
		    "-0004-03-01",
		    "2023-02-29|1900-02-29|2024-04-31|2024-13-01|2024-00-10|"
		    "2024-01-00|2024-1-1|17.05.2024|20240101|0000-01-01|"
		    "24-01-01|02024-01-01|2024-01-01T00:00:00|2024-01-01 |"
		    "2024-01-01+14:01|2024-01-01+15:00|2024-01-01+0200|"
		    "2024-01-01ZZ|" },
		{ "dateTime", "2024-02-29T23:59:59|2024-01-01T24:00:00|"
		    "2024-01-01T00:00:00.123456789Z|"
		    "2024-01-01T12:00:00-05:30",
		    "2024-01-01|2024-01-01T24:00:01|2024-01-01T23:60:00|"
		    "2024-01-01T23:59:60|2024-01-01T1:00:00|"
		    "2024-01-01 12:00:00|2024-01-01T12:00|"
		    "2024-01-01T12:00:00.|2023-02-29T12:00:00|"
		    "2024-01-01t12:00:00|2024-01-01T24:00:00.5" },
		{ "time", "00:00:00|23:59:59.5|24:00:00|24:00:00.0|12:00:00Z",
		    "25:00:00|24:30:00|12:00|12:60:00|1:00:00|" },
		{ "gYear", "2024|-0044|12024|2024Z", "24|0000|2024-01|" },
		{ "gYearMonth", "2024-12|2024-01+01:00",
		    "2024-13|2024-00|2024|2024-1|2024-01-01" },
		{ "gMonth", "--12|--01Z", "12|-12|--13|--00|--1" },
		{ "gMonthDay", "--02-29|--12-31", "--02-30|--04-31|--12" },
		{ "gDay", "---31|---01Z", "---32|---00|--31|31" },
		{ "duration", "P1Y|P1Y2M3DT4H5M6S|-P1D|PT1.5S|PT0S|P1M|PT1M|"
		    "PT1H0.1S",
		    "P|PT|1Y|P1S|PT1D|P1Y2Y|P2M1Y|PT1.S|PT1.5M|P-1Y|P1YT|"
		    "PT1S2.5S|" },
	};

	(void)unused;
	check_looks(rows, N(rows));
}

static void
encoded_bytes_are_whole(void **unused)
{
	static const struct look rows[] = {
		{ "base64Binary", "|QUJD|QUI=|QQ==|QU JD|QUJDQUI=",
		    "Q|QU|QUJ|Q===|QU=J|QUJ-|====|QUJD=" },
		{ "hexBinary", "|0a|FFfe", "0|0g|0x00|0 0" },
	};

	(void)unused;
	check_looks(rows, N(rows));
}

static void
texts_are_left_to_the_validation(void **unused)
{
	static const struct look rows[] = {
		{ "string", "| a |æ", NULL },
		{ "token", "a b", NULL },
		{ "anyURI", "http://example.invalid/a b", NULL },
		{ "NMTOKENS", "a b", NULL },
		{ "anySimpleType", "x", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		check_all(rows[i].type, rows[i].good, true);
}

static void
a_code_must_be_one_of_the_list(void **unused)
{
	static const char *const texts[] = { "ja", "nei" };
	static const char *const numbers[] = { "1", "2.50" };
	struct simple text = *type("string"), number = *type("decimal");

	(void)unused;
	text.codes = texts;
	text.n_codes = N(texts);
	number.codes = numbers;
	number.n_codes = N(numbers);
	assert_true(value_fits(&text, "nei"));
	assert_false(value_fits(&text, "NEI"));
	assert_false(value_fits(&text, "nei "));
	assert_true(value_fits(&number, "2.5"));
	assert_true(value_fits(&number, "+01.0"));
	assert_false(value_fits(&number, "-1"));
	assert_false(value_fits(&number, "2.51"));
	assert_false(value_fits(&number, "x"));
}

static void
white_space_counts_only_in_texts(void **unused)
{
	static const char *const keep[] = { "string", "normalizedString",
	    "anySimpleType" };
	static const char *const drop[] = { "token", "anyURI", "decimal",
	    "date", "boolean", "NMTOKENS", "hexBinary" };

	(void)unused;
	for (size_t i = 0; i < N(keep); i++)
		if (value_collapses(type(keep[i])))
			fail_msg("%s", keep[i]);
	for (size_t i = 0; i < N(drop); i++)
		if (!value_collapses(type(drop[i])))
			fail_msg("%s", drop[i]);
}

static void
values_are_written_as_altinn_reads_them(void **unused)
{
	static const struct {
		const char *type, *text, *want;
	} rows[] = {
		{ "boolean", "1", "true" },
		{ "boolean", "0", "false" },
		{ "boolean", "true", "true" },
		{ "boolean", "false", "false" },
		{ "decimal", "+12.50", "12.50" },
		{ "decimal", "-12.50", "-12.50" },
		{ "decimal", ".5", "0.5" },
		{ "decimal", "-.5", "-0.5" },
		{ "decimal", "5.", "5" },
		{ "int", "+007", "007" },
		{ "double", "+1e3", "1e3" },
		{ "double", "-INF", "-INF" },
		{ "string", "+ 1", "+ 1" },
		{ "date", "2024-01-01Z", "2024-01-01Z" },
		{ "dateTime", "2024-01-01T00:00:00.5000",
		    "2024-01-01T00:00:00.5000" },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		buf_reset(&b);
		value_write(type(rows[i].type), rows[i].text, &b);
		if (strcmp(buf_text(&b), rows[i].want) != 0)
			fail_msg("%s '%s' became '%s'", rows[i].type,
			    rows[i].text, buf_text(&b));
	}
	buf_free(&b);
}

static void
a_type_holds_only_what_always_fits(void **unused)
{
	static const struct {
		const char *to, *from;
		bool want;
	} rows[] = {
		{ "string", "decimal", true },
		{ "string", "anySimpleType", true },
		{ "token", "string", true },
		{ "decimal", "string", false },
		{ "decimal", "int", true },
		{ "decimal", "double", false },
		{ "double", "decimal", true },
		{ "int", "short", true },
		{ "int", "int", true },
		{ "int", "long", false },
		{ "int", "decimal", false },
		{ "int", "boolean", false },
		{ "integer", "long", true },
		{ "long", "integer", false },
		{ "nonNegativeInteger", "unsignedLong", true },
		{ "nonNegativeInteger", "int", false },
		{ "unsignedLong", "positiveInteger", false },
		{ "date", "dateTime", false },
		{ "dateTime", "date", false },
		{ "date", "date", true },
		{ "date", "string", false },
		{ "gYear", "gYear", true },
		{ "gYear", "gMonth", false },
		{ "hexBinary", "base64Binary", false },
		{ "boolean", "boolean", true },
		{ "boolean", "int", false },
		{ "date", "anySimpleType", false },
		{ "anySimpleType", "date", true },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		if (value_holds(type(rows[i].to), type(rows[i].from)) !=
		    rows[i].want)
			fail_msg("%s holds %s", rows[i].to, rows[i].from);
}

static void
a_list_of_codes_is_held_when_each_fits(void **unused)
{
	static const char *const numbers[] = { "1", "200" };
	static const char *const fewer[] = { "200" };
	struct simple many = *type("string"), few = *type("string");

	(void)unused;
	many.codes = numbers;
	many.n_codes = N(numbers);
	few.codes = fewer;
	few.n_codes = N(fewer);
	assert_true(value_holds(type("int"), &many));
	assert_false(value_holds(type("byte"), &many));
	assert_true(value_holds(&many, &few));
	assert_false(value_holds(&few, &many));
	assert_false(value_holds(&many, type("string")));
	assert_true(value_holds(type("string"), &many));
}

static void
every_kind_has_a_name_for_people(void **unused)
{
	(void)unused;
	for (enum value_kind k = 0; k < VALUE_KINDS; k++)
		assert_non_null(value_kind_name(k));
	assert_string_equal(value_kind_name(VALUE_DATE), "a date");
	assert_null(value_builtin("anyType"));
	assert_null(value_builtin("String"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_xml_schema_has_them),
		cmocka_unit_test(integers_have_the_range_of_their_type),
		cmocka_unit_test(dates_must_exist_in_the_calendar),
		cmocka_unit_test(encoded_bytes_are_whole),
		cmocka_unit_test(texts_are_left_to_the_validation),
		cmocka_unit_test(a_code_must_be_one_of_the_list),
		cmocka_unit_test(white_space_counts_only_in_texts),
		cmocka_unit_test(values_are_written_as_altinn_reads_them),
		cmocka_unit_test(a_type_holds_only_what_always_fits),
		cmocka_unit_test(a_list_of_codes_is_held_when_each_fits),
		cmocka_unit_test(every_kind_has_a_name_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
