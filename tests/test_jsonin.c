#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/jsonin.h"
#include "spool/buf.h"

#define N(table) (sizeof (table) / sizeof *(table))

enum { TEXT = 64 };

static void
nested(struct buf *b, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_str(b, i % 2 == 0 ? "[" : "{\"a\":");
	buf_str(b, depth % 2 == 0 ? "1" : "");
	for (size_t i = depth; i-- > 0;)
		buf_char(b, i % 2 == 0 ? ']' : '}');
}

/* ----------------------------------------------------------------- strict */

static void
strict_refuses_what_rfc_8259_does_not_have(void **unused)
{
	static const struct {
		const char *text;
		long line;
	} rows[] = {
		{ "", 1 },
		{ "null", 1 },
		{ "15867210064", 1 },
		{ "\"Nordmann\"", 1 },
		{ "{\"a\":1,\n\"a\":2}", 2 },
		{ "{\"a\":{\"b\":1,\"b\":1}}", 1 },
		{ "{\"a\":1,}", 1 },
		{ "[1,2,]", 1 },
		{ "\xef\xbb\xbf{}", 1 },
		{ "{} {}", 1 },
		{ "{\"a\":1}\n}", 2 },
		{ "{\n// none\n\"a\":1}", 2 },
		{ "{\"a\":/* none */1}", 1 },
		{ "{'a':1}", 1 },
		{ "{a:1}", 1 },
		{ "{\"a\":01}", 1 },
		{ "{\"a\":+1}", 1 },
		{ "{\"a\":.5}", 1 },
		{ "{\"a\":NaN}", 1 },
		{ "{\"a\":1e999}", 1 },
		{ "{\"a\":99999999999999999999}", 1 },
		{ "{\"a\":\"\\u0000\"}", 1 },
		{ "{\"a\":\"\\ud800\"}", 1 },
		{ "{\"a\":\"\xe6\"}", 1 },
		{ "{\"a\":\"\xc0\x80\"}", 1 },
		{ "{\"a\":\"\xed\xa0\x80\"}", 1 },
		{ "{\"a\":\"\n\"}", 1 },
		{ "{\"a\":\"\\x\"}", 1 },
		{ "{\"a\":\"Nordmann", 1 },
		{ "{\"a\":\"Nordmann\\", 1 },
		{ "{\"a\"", 1 },
		{ "{", 1 },
		{ "[[", 1 },
		{ "]", 1 },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct jsonin_error e = { .line = -1 };
		json_t *v = jsonin_strict(rows[i].text, strlen(rows[i].text),
		    &e);

		if (v != NULL)
			fail_msg("taken: %s", rows[i].text);
		if (e.line != rows[i].line || e.text[0] == '\0')
			fail_msg("%s: line %ld: %s", rows[i].text, e.line,
			    e.text);
	}
}

static void
no_error_repeats_the_document(void **unused)
{
	static const char *const rows[] = {
		"15867210064", "\"Nordmann\"", "[15867210064,]",
		"{\"Nordmann\":1,\"Nordmann\":2}", "{Nordmann:1}",
		"[Nordmann]", "[\"15867210064", "[\"15867210064\xff\"]",
		"[\"15867210064\n\"]", "[1586721006415867210064]",
		"[15867210064e9999]", "[\"15867210064\\q\"]",
		"[015867210064]", "[1] \"Nordmann\"", "[-Nordmann]",
		"[\"15867210064\\u0000\"]", "[\"Nordmann\"15867210064]",
		"{\"Nordmann\" 15867210064}", "[\" near \"15867210064]",
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct jsonin_error e = { .line = 0 };

		if (jsonin_strict(rows[i], strlen(rows[i]), &e) != NULL)
			fail_msg("taken: %s", rows[i]);
		if (strstr(e.text, "158672") != NULL ||
		    strstr(e.text, "Nord") != NULL)
			fail_msg("%s: %s", rows[i], e.text);
	}
}

static void
only_so_many_levels_are_taken(void **unused)
{
	struct jsonin_error e;
	struct buf b = { 0 };
	json_t *v;

	(void)unused;
	nested(&b, JSONIN_DEPTH);
	v = jsonin_strict(b.p, b.len, &e);
	assert_non_null(v);
	json_decref(v);
	buf_reset(&b);
	nested(&b, JSONIN_DEPTH + 1);
	assert_null(jsonin_strict(b.p, b.len, &e));
	assert_string_equal(e.text, "values are nested too deep");
	assert_null(jsonin_lenient(b.p, b.len, &e));
	buf_reset(&b);
	for (int i = 0; i < 2 * JSONIN_DEPTH; i++)
		buf_str(&b, i == 0 ? "[[]" : ",[]");
	buf_char(&b, ']');
	v = jsonin_strict(b.p, b.len, &e);
	assert_non_null(v);
	json_decref(v);
	buf_reset(&b);
	for (int i = 0; i < 1 << 20; i++)
		buf_char(&b, '[');
	assert_null(jsonin_strict(b.p, b.len, &e));
	buf_free(&b);
}

static void
brackets_in_texts_are_no_levels(void **unused)
{
	static const char *const rows[] = {
		"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]",
		"[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]",
		"[\"\\\\\",\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"]",
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct jsonin_error e;
		json_t *v = jsonin_strict(rows[i], strlen(rows[i]), &e);

		if (v == NULL)
			fail_msg("%s: %s", rows[i], e.text);
		json_decref(v);
	}
}

static void
a_document_beyond_the_limit_is_refused(void **unused)
{
	struct jsonin_error e;
	struct buf b = { 0 };
	json_t *v;

	(void)unused;
	buf_str(&b, "[1]");
	while (b.len < JSONIN_MAX)
		buf_char(&b, ' ');
	v = jsonin_strict(b.p, b.len, &e);
	assert_non_null(v);
	json_decref(v);
	buf_char(&b, ' ');
	assert_null(jsonin_strict(b.p, b.len, &e));
	assert_string_equal(e.text, "the document is too large");
	buf_free(&b);
}

/* ---------------------------------------------------------------- lenient */

static void
lenient_takes_what_altinns_loader_takes(void **unused)
{
	static const struct {
		const char *text, *path, *want;
	} rows[] = {
		{ "\xef\xbb\xbf{\"a\":\"x\"}", "a", "x" },
		{ "{\"a\":\"x\",}", "a", "x" },
		{ "{\"a\":[\"x\",\r\n\t ],\n}\n", "a.0", "x" },
		{ "{\"a\":\"x,}\"}", "a", "x,}" },
		{ "{\"a\":\",]\",}", "a", ",]" },
		{ "{\"a\":\"\\\",}\",}", "a", "\",}" },
		{ "{\"a,}\":\"x\"}", "a,}", "x" },
		{ "{\"a\":\"x\",\"a\":\"y\"}", "a", "y" },
	};
	char out[TEXT];

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct jsonin_error e;
		json_t *v = jsonin_lenient(rows[i].text, strlen(rows[i].text),
		    &e);
		const char *got;

		if (v == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
		got = jsonin_text(v, rows[i].path, out, sizeof out);
		if (got == NULL || strcmp(got, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].text, got);
		json_decref(v);
	}
}

static void
lenient_takes_no_comment_and_no_rubbish(void **unused)
{
	static const char *const rows[] = {
		"", "\xef\xbb\xbf", "\xef\xbb", "// a\n{}", "{/* a */}",
		"{\"a\":1,,}", "{,\"a\":1}", "{\"a\":1", "{\"a\":\"x\"", "{\"a",
		"{\"a\":\"\xe6\"}", ",", "{},", "{\"a\":1,", "[\"\\",
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct jsonin_error e;

		if (jsonin_lenient(rows[i], strlen(rows[i]), &e) != NULL)
			fail_msg("taken: %s", rows[i]);
	}
}

static void
the_line_of_an_error_counts_what_was_blanked_out(void **unused)
{
	static const char text[] = "{\"a\":[1,\n],\n\"b\":x}";
	struct jsonin_error e;

	(void)unused;
	assert_null(jsonin_lenient(text, sizeof text - 1, &e));
	assert_int_equal(e.line, 3);
}

/* ---------------------------------------------------------------- members */

static json_t *
parsed(const char *text)
{
	struct jsonin_error e;
	json_t *v = jsonin_strict(text, strlen(text), &e);

	if (v == NULL)
		fail_msg("%s: %s", text, e.text);
	return v;
}

static void
absent_and_null_are_alike(void **unused)
{
	json_t *v = parsed("{\"Aa\":null,\"b\":false,\"c\":1}");

	(void)unused;
	assert_null(jsonin_get(v, "Aa"));
	assert_null(jsonin_get(v, "d"));
	assert_null(jsonin_get_any_case(v, "aa"));
	assert_null(jsonin_get_any_case(v, "d"));
	assert_true(json_is_false(jsonin_get(v, "b")));
	assert_null(jsonin_get(NULL, "b"));
	assert_null(jsonin_get_any_case(NULL, "b"));
	assert_null(jsonin_get_any_case(jsonin_get(v, "c"), "b"));
	json_decref(v);
}

static void
the_exact_name_goes_before_any_other_case(void **unused)
{
	json_t *v = parsed("{\"ID\":1,\"id\":2,\"MaxSize\":3}");

	(void)unused;
	assert_int_equal(json_integer_value(jsonin_get_any_case(v, "id")), 2);
	assert_int_equal(json_integer_value(jsonin_get_any_case(v, "ID")), 1);
	assert_int_equal(json_integer_value(jsonin_get_any_case(v,
	    "maxSize")), 3);
	assert_null(jsonin_get(v, "maxSize"));
	json_decref(v);
}

static void
a_path_leads_to_a_scalar_or_nowhere(void **unused)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "text", "æ" },
		{ "whole", "-42" },
		{ "real", "1.5" },
		{ "yes", "true" },
		{ "no", "false" },
		{ "empty", "" },
		{ "in.side", "x" },
		{ "list.0", "a" },
		{ "list.2.deep", "b" },
		{ "null", NULL },
		{ "in", NULL },
		{ "list", NULL },
		{ "list.1", NULL },
		{ "list.3", NULL },
		{ "list.x", NULL },
		{ "list.-1", NULL },
		{ "list.", NULL },
		{ "list..deep", NULL },
		{ "list.0x2.deep", NULL },
		{ "list.99999999999999999999999", NULL },
		{ "text.more", NULL },
		{ "absent.more", NULL },
		{ "", NULL },
		{ "a.b", NULL },
	};
	json_t *v = parsed("{\"text\":\"æ\",\"whole\":-42,\"real\":1.5,"
	    "\"yes\":true,\"no\":false,\"null\":null,\"empty\":\"\","
	    "\"in\":{\"side\":\"x\"},\"a.b\":\"dotted\","
	    "\"list\":[\"a\",null,{\"deep\":\"b\"}]}");
	char out[TEXT];

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const char *got = jsonin_text(v, rows[i].path, out,
		    sizeof out);

		if ((got == NULL) != (rows[i].want == NULL) ||
		    (got != NULL && strcmp(got, rows[i].want) != 0))
			fail_msg("%s: %s", rows[i].path, got);
	}
	assert_null(jsonin_text(NULL, "a", out, sizeof out));
	json_decref(v);
}

static void
a_name_in_a_path_may_be_too_long(void **unused)
{
	json_t *v = parsed("{\"a\":1}");
	char path[1000], out[TEXT];

	(void)unused;
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_null(jsonin_text(v, path, out, sizeof out));
	json_decref(v);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_refuses_what_rfc_8259_does_not_have),
		cmocka_unit_test(no_error_repeats_the_document),
		cmocka_unit_test(only_so_many_levels_are_taken),
		cmocka_unit_test(brackets_in_texts_are_no_levels),
		cmocka_unit_test(a_document_beyond_the_limit_is_refused),
		cmocka_unit_test(lenient_takes_what_altinns_loader_takes),
		cmocka_unit_test(lenient_takes_no_comment_and_no_rubbish),
		cmocka_unit_test(
		    the_line_of_an_error_counts_what_was_blanked_out),
		cmocka_unit_test(absent_and_null_are_alike),
		cmocka_unit_test(the_exact_name_goes_before_any_other_case),
		cmocka_unit_test(a_path_leads_to_a_scalar_or_nowhere),
		cmocka_unit_test(a_name_in_a_path_may_be_too_long),
	};

	jsonin_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
