#include "tests/expect.h"

#include <locale.h>
#include <stdlib.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "transform/codes.h"
#include "transform/convert.h"
#include "transform/csv.h"

static const char day[] = "2026-03-02";
static const struct csv_place place = { "map.csv", 7, 3, "convert" };

static struct codes_set *
lists(void)
{
	static const char kode[] = "from;to;valid_from;valid_to\nM;mann;;\n"
	    "K;kvinne;;\nG;gammel;;2025-12-31\nG;ny;2026-01-01;\n";
	struct codes_set *set = codes_set_new();
	struct faults f = { 0 };

	codes_set_add(set, "kode",
	    codes_read("kode.csv", kode, sizeof kode - 1, &f));
	codes_set_add(set, "faulty", NULL);
	expect_no_faults(&f, "lists");
	return set;
}

/* One conversion of one value; what it shows is "text", or "!status". */
static void
check(const struct codes_set *set, const char *chain, const char *value,
    const char *want)
{
	static const char *const names[] = {
		[CONVERT_ONE] = "", [CONVERT_SEVERAL] = "!several",
		[CONVERT_FAILED] = "!failed", [CONVERT_MISSED] = "!missed",
	};
	struct faults f = { 0 };
	struct arena a = { 0 };
	struct convert *c = convert_new(chain, set, &place, &f);
	struct convert_result r;
	const char *got;

	expect_no_faults(&f, chain);
	r = convert_run(c, &value, 1, day, &a);
	got = r.status == CONVERT_ONE ? r.text : names[r.status];
	if (strcmp(got, want) != 0)
		fail_msg("%s of \"%s\" is \"%s\", not \"%s\"", chain, value,
		    got, want);
	if (r.status == CONVERT_FAILED || r.status == CONVERT_MISSED) {
		assert_non_null(r.step);
		assert_non_null(r.why);
		if (strlen(value) > 3)
			assert_null(strstr(r.why, value));
	}
	convert_free(c);
	arena_free(&a);
}

static const struct {
	const char *chain, *value, *want;
} one_value[] = {
	{ "", "  as it is ", "  as it is " },
	{ " ", "x", "x" },
	{ "trim", "  to ord  ", "to ord" },
	{ "trim", "\t\r\n x\ty \n", "x\ty" },
	{ "trim", "\xc2\xa0 x \xe2\x80\xaf\xe3\x80\x80", "x" },
	{ "trim", "\xe2\x80\x8bx", "\xe2\x80\x8bx" },
	{ "trim", " \xc3\xa6 ", "\xc3\xa6" },
	{ "trim", " \xc2\xa0 ", "" },
	{ "trim()", " x ", "x" },
	{ "upper", "bl\xc3\xa5" "b\xc3\xa6r \xc3\xb8",
	    "BL\xc3\x85" "B\xc3\x86R \xc3\x98" },
	{ "lower", "BL\xc3\x85" "B\xc3\x86R \xc3\x98",
	    "bl\xc3\xa5" "b\xc3\xa6r \xc3\xb8" },
	{ "upper", "\xf0\x9f\xa7\xbe" "a\xcc\x8a",
	    "\xf0\x9f\xa7\xbe" "A\xcc\x8a" },

	{ "date", "2026-03-01", "2026-03-01" },
	{ "date", "2026-03-01T23:30:00Z", "2026-03-01" },
	{ "date", "2026-03-01T23:30:00", "2026-03-01" },
	{ "date", "2026-03-01T23:30:00.1234567Z", "2026-03-01" },
	{ "date", "2026-03-01T00:30:00+02:00", "2026-03-01" },
	{ "date", "2026-03-01T00:30:00-14:00", "2026-03-01" },
	{ "date", "2026-03-01Z", "2026-03-01" },
	{ "date", "2026-03-01+01:00", "2026-03-01" },
	{ "date", "2024-02-29", "2024-02-29" },
	{ "date", "\n 2026-03-01 \n", "2026-03-01" },
	{ "date", "17.05.2024", "!failed" },
	{ "date", "2024-13-01", "!failed" },
	{ "date", "2023-02-29", "!failed" },
	{ "date", "2024-04-31T10:00:00", "!failed" },
	{ "date", "2024-04-30T24:00:00", "!failed" },
	{ "date", "2024-04-30T10:60:00", "!failed" },
	{ "date", "2024-04-30T10:00", "!failed" },
	{ "date", "2024-04-30T10:00:00.", "!failed" },
	{ "date", "2024-04-30T10:00:00+2", "!failed" },
	{ "date", "2024-04-30T10:00:00+14:30", "!failed" },
	{ "date", "2024-04-30T10:00:00Zx", "!failed" },
	{ "date", "2024-04-30T", "!failed" },
	{ "date", "2024-04-30 10:00:00", "!failed" },
	{ "date", "2024-04-30x", "!failed" },
	{ "date", "-2024-04-30", "!failed" },
	{ "date", "12024-04-30", "!failed" },
	{ "date", "20240430", "!failed" },

	{ "decimal", "12.5", "12.5" },
	{ "decimal", "-0.25", "-0.25" },
	{ "decimal", "+12.50", "12.50" },
	{ "decimal", "12", "12" },
	{ "decimal", "-12.00", "-12.00" },
	{ "decimal", "99999999999999999999.000000000000000001",
	    "99999999999999999999.000000000000000001" },
	{ "decimal", " 12.5\n", "12.5" },
	{ "trim|decimal", " 12.5 ", "12.5" },
	{ "decimal", "12,5", "!failed" },
	{ "decimal", "1e3", "!failed" },
	{ "decimal", "1 234.5", "!failed" },
	{ "decimal", "1.2.3", "!failed" },
	{ "decimal", ".5", "!failed" },
	{ "decimal", "5.", "!failed" },
	{ "decimal", "5-", "!failed" },
	{ "decimal", "+-5", "!failed" },
	{ "decimal", "+", "!failed" },
	{ "decimal", "NaN", "!failed" },
	{ "decimal", "\xd9\xa3", "!failed" },

	{ "int", "007", "7" },
	{ "int", "-42", "-42" },
	{ "int", "-0042", "-42" },
	{ "int", "+7", "7" },
	{ "int", "0", "0" },
	{ "int", "000", "0" },
	{ "int", "-0", "0" },
	{ "int", "-000", "0" },
	{ "int", " 7 ", "7" },
	{ "int", "99999999999999999999", "99999999999999999999" },
	{ "int", "42.0", "!failed" },
	{ "int", "mange", "!failed" },
	{ "int", "1e3", "!failed" },
	{ "int", "0x2A", "!failed" },
	{ "int", "--1", "!failed" },
	{ "int", "-", "!failed" },
	{ "int", "1 000", "!failed" },

	{ "bool", "true", "true" },
	{ "bool", "1", "true" },
	{ "bool", "false", "false" },
	{ "bool", "0", "false" },
	{ "bool", " true ", "true" },
	{ "bool", "True", "!failed" },
	{ "lower|bool", "True", "true" },
	{ "bool", "kanskje", "!failed" },
	{ "bool", "01", "!failed" },
	{ "bool", "ja", "!failed" },

	{ "code(kode)", "M", "mann" },
	{ "code( kode )", "M", "mann" },
	{ "code(\"kode\")", "M", "mann" },
	{ "code(kode)", "G", "ny" },
	{ "code(kode)", "X", "!missed" },
	{ "code(kode)", "m", "!missed" },
	{ "code(kode)", " M", "!missed" },
	{ "trim|upper|code(kode)|upper", " m ", "MANN" },

	{ "substr(1,4)", "12345678", "1234" },
	{ "substr(5,4)", "12345678", "5678" },
	{ "substr( 7 , 9 )", "12345678", "78" },
	{ "substr(9,1)", "12345678", "" },
	{ "substr(99,1)", "12345678", "" },
	{ "substr(2,2)", "\xc3\xa6\xc3\xb8\xc3\xa5",
	    "\xc3\xb8\xc3\xa5" },
	{ "substr(2,1)", "a\xf0\x9f\xa7\xbe" "b", "\xf0\x9f\xa7\xbe" },

	{ "pad(4,0)", "301", "0301" },
	{ "pad(4,0)", "12345", "12345" },
	{ "pad(4,0)", "1234", "1234" },
	{ "pad(3,\xc3\xb8)", "\xc3\xa5", "\xc3\xb8\xc3\xb8\xc3\xa5" },
	{ "pad(4, )", "301", " 301" },
	{ "pad(4,\",\")", "301", ",301" },

	{ "replace(-,/)", "a-b-c", "a/b/c" },
	{ "replace(-,)", "a-b-c", "abc" },
	{ "replace(aa,a)", "aaaaa", "aaa" },
	{ "replace(\",\",.)|decimal", "12,50", "12.50" },
	{ "replace( ,)", "1 2 3", "123" },
	{ "replace(a,aa)", "aba", "aabaa" },
	{ "prefix(NO-)", "42", "NO-42" },
	{ "prefix(NO:()", "42", "NO:(42" },
	{ "suffix( kr)", "42", "42 kr" },
	{ "suffix( \", |)\"\"\" )", "42", "42, |)\"" },
	{ "suffix( % of)", "42", "42 % of" },
	{ "digits", "+47 99 88 77", "47998877" },
	{ "digits", "\xd9\xa3" "ab", "" },

	{ "trim|lower|prefix(x-)", " ABC ", "x-abc" },
	{ " trim | lower | prefix(x-) ", " ABC ", "x-abc" },
	{ "trim|int", " mange ", "!failed" },
	{ "join(/)", "a", "a" },
	{ "first", "a", "a" },
	{ "count", "a", "1" },
	{ "count|pad(3,0)", "a", "001" },
};

static void
a_value_is_converted_as_the_chain_says(void **state)
{
	for (size_t i = 0; i < sizeof one_value / sizeof *one_value; i++)
		check(*state, one_value[i].chain, one_value[i].value,
		    one_value[i].want);
}

static void
what_is_empty_stays_empty(void **state)
{
	static const char *const chains[] = {
		"", "trim", "upper", "lower", "date", "decimal", "int",
		"bool", "code(kode)", "substr(1,2)", "pad(4,0)",
		"replace(a,b)", "prefix(NO-)", "suffix( kr)", "digits",
		"join(/)", "first", "prefix(x)|join(/)|suffix(y)",
	};

	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
		check(*state, chains[i], "", "");
	check(*state, "trim|date|prefix(x)", " \n ", "");
	check(*state, "digits|pad(8,0)", "none", "");
}

static const struct {
	const char *chain;
	const char *values[4];
	const char *want;
} many_values[] = {
	{ "join(/)", { "a", "b", "c" }, "a/b/c" },
	{ "join(\", \")", { "a", "b", "c" }, "a, b, c" },
	{ "join()", { "a", "b" }, "ab" },
	{ "join(\"\")", { "a", "b" }, "ab" },
	{ "join(\"|\")", { "a", "b" }, "a|b" },
	{ "join( - )", { "a", "b" }, "a - b" },
	{ "join(/)", { "a", "", "c" }, "a//c" },
	{ "join(/)", { "", "" }, "" },
	{ "join(/)|suffix(!)", { "", "" }, "" },
	{ "trim|join(/)", { " a ", "b " }, "a/b" },
	{ "trim|join(/)", { " ", " " }, "" },
	{ "code(kode)|join(+)", { "M", "K" }, "mann+kvinne" },
	{ "code(kode)|join(+)", { "M", "X" }, "!missed" },
	{ "int|join(+)", { "1", "x" }, "!failed" },
	{ "join(/)|upper", { "a", "b" }, "A/B" },
	{ "first", { "a", "b" }, "a" },
	{ "first", { "", "b" }, "" },
	{ "int|first", { "1", "x" }, "1" },
	{ "first|int", { "1", "x" }, "1" },
	{ "int|first", { "x", "1" }, "!failed" },
	{ "count", { "a", "b", "c" }, "3" },
	{ "count", { "", "" }, "2" },
	{ "count|prefix(n=)", { "a", "b" }, "n=2" },
	{ "count", { NULL }, "0" },
	{ "join(/)", { NULL }, "" },
	{ "first", { NULL }, "" },
	{ "trim", { NULL }, "" },
	{ "", { NULL }, "" },
	{ "", { "a", "b" }, "!several" },
	{ "trim", { "a", "b" }, "!several" },
	{ "int", { "x", "y" }, "!several" },
	{ "", { "", "" }, "!several" },
};

static void
several_values_need_join_first_or_count(void **state)
{
	for (size_t i = 0; i < sizeof many_values / sizeof *many_values;
	    i++) {
		struct faults f = { 0 };
		struct arena a = { 0 };
		struct convert *c;
		struct convert_result r;
		const char *got;
		size_t n = 0;

		while (many_values[i].values[n] != NULL)
			n++;
		c = convert_new(many_values[i].chain, *state, &place, &f);
		expect_no_faults(&f, many_values[i].chain);
		r = convert_run(c, many_values[i].values, n, day, &a);
		got = r.status == CONVERT_ONE ? r.text :
		    r.status == CONVERT_SEVERAL ? "!several" :
		    r.status == CONVERT_MISSED ? "!missed" : "!failed";
		if (strcmp(got, many_values[i].want) != 0)
			fail_msg("row %zu, %s: \"%s\"", i,
			    many_values[i].chain, got);
		convert_free(c);
		arena_free(&a);
	}
}

static void
a_chain_that_cannot_be_understood_is_a_fault(void **state)
{
	static const struct {
		const char *chain, *words;
	} rows[] = {
		{ "magic", "magic: no such function; there are trim, " },
		{ "Trim", "Trim: no such function" },
		{ "trim|magic(1)", "magic: no such function" },
		{ "trim||upper", "|: a function is missing" },
		{ "|trim", "|: a function is missing" },
		{ "trim|", "|: a function is missing" },
		{ "trim | ", "|: a function is missing" },
		{ "trim upper", "trim upper: no such function" },
		{ "trim() upper", "trim: want | or the end" },
		{ "substr(1", "substr: the ) is missing" },
		{ "substr(", "substr: the ) is missing" },
		{ "join(|)", "join: the ) is missing" },
		{ "join(\"/)", "join: the ) is missing" },
		{ "join(\"/\"x)", "join: the ) is missing" },
		{ "join(,)", "join: wants 1 argument, has 2" },
		{ "join(, )", "join: wants 1 argument, has 2" },
		{ "join", "join: wants 1 argument, has 0" },
		{ "substr(1)", "substr: wants 2 arguments, has 1" },
		{ "substr(1,2,3)", "substr: wants 2 arguments, has 3" },
		{ "substr", "substr: wants 2 arguments, has 0" },
		{ "trim(x)", "trim: wants 0 arguments, has 1" },
		{ "count(1)", "count: wants 0 arguments" },
		{ "substr(0,2)", "substr: want a number from 1" },
		{ "substr(1,0)", "substr: want a number from 1" },
		{ "substr(-1,2)", "substr: want a number from 1" },
		{ "substr(a,2)", "substr: want a number from 1" },
		{ "substr(1,99999)", "substr: want a number from 1" },
		{ "substr(1,2x)", "substr: want a number from 1" },
		{ "pad(4,)", "pad: want a single character" },
		{ "pad(4,00)", "pad: want a single character" },
		{ "replace(,b)", "replace: the argument is empty" },
		{ "prefix()", "prefix: the argument is empty" },
		{ "code(finnesikke)", "finnesikke: no such code list" },
		{ "code(KODE)", "KODE: no such code list" },
		{ "code", "code: wants 1 argument" },
		{ "first|join(/)", "join: only one of join, first" },
		{ "join(/)|count", "count: only one of join, first" },
		{ "trim|count", "count: nothing can stand before" },
		{ "15867210064", "***********: no such function" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };

		if (convert_new(rows[i].chain, *state, &place, &f) != NULL)
			fail_msg("taken: %s", rows[i].chain);
		expect_fault(&f, "map.csv", 7, 3, rows[i].words,
		    rows[i].chain);
		assert_int_equal(f.n, 1);
		assert_int_equal(strncmp(f.v[0].text, "convert: ", 9), 0);
		faults_free(&f);
	}
}

static void
a_chain_has_a_limit(void **state)
{
	struct faults f = { 0 };
	struct buf b = { 0 };
	struct convert *c;

	buf_str(&b, "trim");
	for (int i = 1; i < CONVERT_STEPS_MAX; i++)
		buf_str(&b, "|trim");
	c = convert_new(buf_text(&b), *state, &place, &f);
	assert_non_null(c);
	convert_free(c);
	buf_str(&b, "|trim");
	assert_null(convert_new(buf_text(&b), *state, &place, &f));
	expect_fault(&f, "map.csv", 7, 3, "too many functions", "limit");
	buf_free(&b);
	faults_free(&f);
}

static void
a_result_has_a_limit(void **state)
{
	enum { BLOCK = 8 << 10, TIMES = CONVERT_TEXT_MAX / BLOCK };
	struct faults f = { 0 };
	struct arena a = { 0 };
	struct buf b = { 0 }, chain = { 0 };
	struct convert *c;
	struct convert_result r;
	const char *value;

	buf_str(&chain, "replace(a,");
	for (int i = 0; i < BLOCK; i++)
		buf_char(&chain, 'b');
	buf_char(&chain, ')');
	for (int i = 0; i < TIMES; i++)
		buf_char(&b, 'a');
	c = convert_new(buf_text(&chain), *state, &place, &f);
	assert_non_null(c);
	value = buf_text(&b);
	r = convert_run(c, &value, 1, day, &a);
	assert_int_equal(r.status, CONVERT_ONE);
	buf_char(&b, 'a');
	value = buf_text(&b);
	r = convert_run(c, &value, 1, day, &a);
	assert_int_equal(r.status, CONVERT_FAILED);
	assert_string_equal(r.step, "replace");
	assert_string_equal(r.why, "the result is too long");
	convert_free(c);
	arena_free(&a);
	buf_free(&b);
	buf_free(&chain);
}

static void
a_faulty_list_is_not_blamed_twice(void **state)
{
	struct faults f = { 0 };
	struct convert *c = convert_new("code(faulty)", *state, &place, &f);

	expect_no_faults(&f, "faulty");
	assert_non_null(c);
	assert_null(convert_yields(c).codes);
	convert_free(c);
}

static void
a_chain_tells_what_comes_out(void **state)
{
	static const struct {
		const char *chain;
		enum convert_origin origin;
		enum value_kind kind;
		bool not_negative, many;
	} rows[] = {
		{ "", YIELD_SOURCE, 0, false, false },
		{ "trim", YIELD_SOURCE, 0, false, false },
		{ "trim|first", YIELD_SOURCE, 0, false, true },
		{ "date", YIELD_KIND, VALUE_DATE, false, false },
		{ "date|trim", YIELD_KIND, VALUE_DATE, false, false },
		{ "decimal", YIELD_KIND, VALUE_DECIMAL, false, false },
		{ "int", YIELD_KIND, VALUE_INTEGER, false, false },
		{ "bool", YIELD_KIND, VALUE_BOOLEAN, false, false },
		{ "digits", YIELD_KIND, VALUE_INTEGER, true, false },
		{ "count", YIELD_KIND, VALUE_INTEGER, true, true },
		{ "int|pad(4,0)", YIELD_KIND, VALUE_TEXT, false, false },
		{ "int|join(/)", YIELD_KIND, VALUE_TEXT, false, true },
		{ "upper", YIELD_KIND, VALUE_TEXT, false, false },
		{ "code(kode)", YIELD_CODES, 0, false, false },
		{ "upper|code(kode)|first", YIELD_CODES, 0, false, true },
		{ "code(kode)|int", YIELD_KIND, VALUE_INTEGER, false, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };
		struct convert *c = convert_new(rows[i].chain, *state,
		    &place, &f);
		struct convert_yield y = convert_yields(c);

		if (y.origin != rows[i].origin ||
		    y.not_negative != rows[i].not_negative ||
		    (y.origin == YIELD_KIND && y.kind != rows[i].kind) ||
		    (y.origin == YIELD_CODES && y.codes == NULL) ||
		    convert_takes_many(c) != rows[i].many)
			fail_msg("%s", rows[i].chain);
		convert_free(c);
	}
}

static int
start(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	*state = lists();
	return 0;
}

static int
finish(void **state)
{
	codes_set_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_converted_as_the_chain_says),
		cmocka_unit_test(what_is_empty_stays_empty),
		cmocka_unit_test(several_values_need_join_first_or_count),
		cmocka_unit_test(
		    a_chain_that_cannot_be_understood_is_a_fault),
		cmocka_unit_test(a_chain_has_a_limit),
		cmocka_unit_test(a_result_has_a_limit),
		cmocka_unit_test(a_faulty_list_is_not_blamed_twice),
		cmocka_unit_test(a_chain_tells_what_comes_out),
	};

	return cmocka_run_group_tests_name("convert", tests, start, finish);
}
