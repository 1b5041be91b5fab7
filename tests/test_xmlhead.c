#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "watcher/xmlhead.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define BYTES(s) s, sizeof (s) - 1
#define SAYS(e) BYTES("<?xml version=\"1.0\" encoding=\"" e "\"?><a/>")
#define ALL (FORM_UTF_8 | FORM_ISO_8859_1 | FORM_WINDOWS_1252)
#define TEN "0123456789"

struct row {
	const char *bytes;
	size_t n;
	unsigned allowed;
	bool ok;
	const char *name;
};

/* The bytes are in memory of just their size, for the sanitizers. */
static void
expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		char *copy = malloc(r->n > 0 ? r->n : 1), name[XMLHEAD_NAME + 1] = "?";
		bool ok;

		assert_non_null(copy);
		memcpy(copy, r->bytes, r->n);
		ok = xmlhead_encoding(copy, r->n, r->allowed, name);
		free(copy);
		if (ok != r->ok || strcmp(name, r->name) != 0)
			fail_msg("%.60s with %u: %s, '%s'; wanted '%s'",
			    r->bytes, r->allowed, ok ? "taken" : "refused",
			    name, r->name);
	}
}

static void
a_document_that_says_nothing_is_in_utf_8(void **unused)
{
	static const struct row rows[] = {
		{ BYTES(""), FORM_UTF_8, true, "utf-8" },
		{ BYTES("<"), FORM_UTF_8, true, "utf-8" },
		{ BYTES("<a/>"), FORM_UTF_8, true, "utf-8" },
		{ BYTES("<?xml version=\"1.0\"?><a/>"), FORM_UTF_8, true,
		    "utf-8" },
		{ BYTES("\xc3\x85"), FORM_UTF_8, true, "utf-8" },
		/* without an end the parser will say what is wrong */
		{ BYTES("<?xml encoding=\"utf-16\""), FORM_UTF_8, true,
		    "utf-8" },
		{ BYTES("<?xml encoding?>"), FORM_UTF_8, true, "utf-8" },
		{ BYTES("<?xml encoding=?>"), FORM_UTF_8, true, "utf-8" },
		{ BYTES("<?xml encoding=\"utf-16?>"), FORM_UTF_8, true,
		    "utf-8" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
only_the_declaration_counts(void **unused)
{
	static const struct row rows[] = {
		{ BYTES("<a encoding=\"utf-16\"?>"), FORM_UTF_8, true,
		    "utf-8" },
		{ BYTES("<?xml version='1.0'?><a encoding='utf-16'/>"),
		    FORM_UTF_8, true, "utf-8" },
		{ BYTES("<?xml version='1.0'?><?x encoding='utf-16'?>"),
		    FORM_UTF_8, true, "utf-8" },
		{ BYTES("<?xml version='1.0'\t encoding \n= 'utf-16'?>"),
		    FORM_UTF_8, false, "utf-16" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
another_encoding_is_refused_unless_it_is_allowed(void **unused)
{
	static const struct row rows[] = {
		{ SAYS("utf-8"), FORM_UTF_8, true, "utf-8" },
		{ SAYS("UTF-8"), FORM_UTF_8, true, "UTF-8" },
		{ SAYS("utf8"), ALL, false, "utf8" },
		{ SAYS("utf-16"), ALL, false, "utf-16" },
		{ SAYS("iso-8859-1"), FORM_UTF_8, false, "iso-8859-1" },
		{ SAYS("ISO-8859-1"), FORM_UTF_8 | FORM_ISO_8859_1, true,
		    "ISO-8859-1" },
		{ SAYS("iso-8859-1"), FORM_UTF_8 | FORM_WINDOWS_1252, false,
		    "iso-8859-1" },
		{ SAYS("Windows-1252"), FORM_UTF_8 | FORM_WINDOWS_1252, true,
		    "Windows-1252" },
		{ SAYS("iso-8859-15"), ALL, false, "iso-8859-15" },
		{ SAYS(""), ALL, false, "" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
bytes_that_are_not_utf_8_tell_by_themselves(void **unused)
{
	static const struct row rows[] = {
		{ BYTES("\xff\xfe<\0a\0"), ALL, false, "" },
		{ BYTES("\xfe\xff\0<\0a"), ALL, false, "" },
		{ BYTES("<\0?\0x\0"), ALL, false, "" },
		{ BYTES("\0<\0?\0x"), ALL, false, "" },
		{ BYTES("\0\0\0<"), ALL, false, "" },
		{ BYTES("<\0\0\0"), ALL, false, "" },
		{ BYTES("\x4c\x6f\xa7\x94"), ALL, false, "" },	/* EBCDIC */
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
a_long_name_is_cut(void **unused)
{
	static const struct row rows[] = {
		{ SAYS(TEN TEN TEN TEN), ALL, false, TEN TEN TEN TEN },
		{ SAYS(TEN TEN TEN TEN "x"), ALL, false, TEN TEN TEN TEN },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
a_byte_order_mark_is_three_bytes(void **unused)
{
	static const struct {
		const char *bytes;
		size_t n, want;
	} rows[] = {
		{ BYTES("\xef\xbb\xbf<a/>"), 3 }, { BYTES("\xef\xbb\xbf"), 3 },
		{ BYTES("\xef\xbb"), 0 }, { BYTES(""), 0 },
		{ BYTES("<a/>"), 0 }, { BYTES("\xff\xfe<\0"), 0 },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(xmlhead_mark(rows[i].bytes, rows[i].n),
		    rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_that_says_nothing_is_in_utf_8),
		cmocka_unit_test(only_the_declaration_counts),
		cmocka_unit_test(
		    another_encoding_is_refused_unless_it_is_allowed),
		cmocka_unit_test(bytes_that_are_not_utf_8_tell_by_themselves),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(a_byte_order_mark_is_three_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
