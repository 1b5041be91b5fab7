#include "tests/expect.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/json.h"

static void
write_all(struct json *j)
{
	json_open(j, NULL, '{');
	json_str(j, "name", "S\xc3\xb8knad \"A\"\\\n\t\x01");
	json_str(j, "none", NULL);
	json_num(j, "n", -42);
	json_bool(j, "yes", true);
	json_open(j, "list", '[');
	json_strn(j, NULL, "abc", 2);
	json_open(j, NULL, '{');
	json_raw(j, "raw", "[1,2]");
	json_close(j, '}');
	json_close(j, ']');
	json_open(j, "empty", '{');
	json_close(j, '}');
	json_close(j, '}');
}

static void
a_line_is_compact(void **unused)
{
	struct buf b = { 0 };
	struct json j;

	(void)unused;
	json_init(&j, &b, false);
	write_all(&j);
	assert_string_equal(buf_text(&b),
	    "{\"name\":\"S\xc3\xb8knad \\\"A\\\"\\\\\\n\\u0009\\u0001\","
	    "\"n\":-42,\"yes\":true,\"list\":[\"ab\",{\"raw\":[1,2]}],"
	    "\"empty\":{}}");
	buf_free(&b);
}

static void
a_document_is_two_spaces_deep_with_one_final_newline(void **unused)
{
	struct buf b = { 0 };
	struct json j;

	(void)unused;
	json_init(&j, &b, true);
	write_all(&j);
	assert_string_equal(buf_text(&b), "{\n"
	    "  \"name\": \"S\xc3\xb8knad \\\"A\\\"\\\\\\n\\u0009\\u0001\",\n"
	    "  \"n\": -42,\n"
	    "  \"yes\": true,\n"
	    "  \"list\": [\n"
	    "    \"ab\",\n"
	    "    {\n"
	    "      \"raw\": [1,2]\n"
	    "    }\n"
	    "  ],\n"
	    "  \"empty\": {}\n"
	    "}\n");
	buf_free(&b);
}

static void
what_was_written_is_read_back(void **unused)
{
	struct buf line = { 0 }, b = { 0 };
	char text[256];
	struct json j;
	int64_t n;

	(void)unused;
	for (int i = 1; i < 256; i++)
		text[i - 1] = (char)(i < 128 ? i : 'x');
	text[255] = '\0';
	json_init(&j, &line, false);
	json_open(&j, NULL, '{');
	json_str(&j, "first", "a\"b\\");
	json_str(&j, "all", text);
	json_num(&j, "least", INT64_MIN);
	json_num(&j, "most", INT64_MAX);
	json_close(&j, '}');
	assert_true(json_get_str(buf_text(&line), "all", &b));
	assert_string_equal(buf_text(&b), text);
	assert_true(json_get_str(buf_text(&line), "first", &b));
	assert_string_equal(buf_text(&b), "a\"b\\");
	assert_true(json_get_num(buf_text(&line), "least", &n));
	assert_true(n == INT64_MIN);
	assert_true(json_get_num(buf_text(&line), "most", &n));
	assert_true(n == INT64_MAX);
	buf_free(&line);
	buf_free(&b);
}

static void
a_member_of_the_outermost_object_is_found(void **unused)
{
	static const char line[] = " { \"a\" : 1 , \"in\" : {\"b\":2,"
	    "\"s\":\"}]\\\"\",\"l\":[{},[]]}, \"b\" : \"x\\u000a\\u007f\\/\\t\","
	    "\"n\":null,\"t\":true,\"b\":\"second\"}";
	static const struct {
		const char *key, *raw;
	} rows[] = {
		{ "a", "1" },
		{ "in", "{\"b\":2,\"s\":\"}]\\\"\",\"l\":[{},[]]}" },
		{ "b", "\"x\\u000a\\u007f\\/\\t\"" },
		{ "n", "null" }, { "t", "true" }, { "s", NULL },
		{ "", NULL }, { "aa", NULL },
	};
	struct buf b = { 0 };
	const char *p;
	int64_t n;
	size_t len;

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool found = json_get_raw(line, rows[i].key, &p, &len);

		if (found != (rows[i].raw != NULL) || (found &&
		    (strlen(rows[i].raw) != len ||
		    memcmp(p, rows[i].raw, len) != 0)))
			fail_msg("%s", rows[i].key);
	}
	assert_true(json_get_str(line, "b", &b));
	assert_string_equal(buf_text(&b), "x\n\x7f/\t");
	assert_false(json_get_str(line, "a", &b));
	assert_false(json_get_str(line, "n", &b));
	assert_false(json_get_num(line, "b", &n));
	assert_false(json_get_num(line, "t", &n));
	assert_true(json_get_num(line, "a", &n));
	assert_int_equal(n, 1);
	buf_free(&b);
}

static void
a_torn_line_gives_nothing(void **unused)
{
	static const char whole[] =
	    "{\"a\":{\"x\":[1,\"\\\"\"]},\"seq\":12,\"key\":\"value\"}";
	static const char *const lines[] = {
		"", " ", "{", "[]", "{}", "null", "\"key\"", "{\"key\"",
		"{\"key\"}", "{\"key\":", "{\"key\":}", "{\"key\":,",
		"{\"key\": ", "{\"key\":]", "{key:1}", "{,\"key\":1}",
		"{\"key\":\"", "{\"key\":\"\\", "{\"key\":\"\\\"",
		"{\"key\":[", "{\"key\":{\"", "{\"a\":1 \"key\":2}",
	};
	char line[sizeof whole];
	struct buf b = { 0 };
	const char *p;
	size_t n;

	(void)unused;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (json_get_raw(lines[i], "key", &p, &n))
			fail_msg("%s", lines[i]);
	for (size_t i = 0; i + 2 < sizeof whole; i++) {
		memcpy(line, whole, i);
		line[i] = '\0';
		if (json_get_str(line, "key", &b) && i + 2 < sizeof whole - 1)
			fail_msg("%s", line);
	}
	buf_free(&b);
}

static void
a_number_is_whole_and_fits(void **unused)
{
	static const char *const lines[] = {
		"{\"n\":1.5}", "{\"n\":1e3}", "{\"n\":+5}", "{\"n\":-}",
		"{\"n\":9223372036854775808}", "{\"n\":-9223372036854775809}",
		"{\"n\":99999999999999999999999}", "{\"n\":0x10}",
		"{\"n\":\"5\"}",
	};
	int64_t n = 7;

	(void)unused;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (json_get_num(lines[i], "n", &n) || n != 7)
			fail_msg("%s", lines[i]);
}

static void
a_bad_escape_is_no_text(void **unused)
{
	static const char *const lines[] = {
		"{\"s\":\"\\u12\"}", "{\"s\":\"\\u00 1\"}",
		"{\"s\":\"\\u-001\"}", "{\"s\":\"\\x41\"}",
		"{\"s\":\"\\u0000\"}", "{\"s\":\"\\u00e5\"}", "{\"s\":\"\\ud83d\"}",
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (json_get_str(lines[i], "s", &b))
			fail_msg("%s: %s", lines[i], buf_text(&b));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_compact),
		cmocka_unit_test(
		    a_document_is_two_spaces_deep_with_one_final_newline),
		cmocka_unit_test(what_was_written_is_read_back),
		cmocka_unit_test(a_member_of_the_outermost_object_is_found),
		cmocka_unit_test(a_torn_line_gives_nothing),
		cmocka_unit_test(a_number_is_whole_and_fits),
		cmocka_unit_test(a_bad_escape_is_no_text),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
