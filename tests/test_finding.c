#include "tests/expect.h"

#include <stdlib.h>

#include "spool/arena.h"
#include "spool/finding.h"

/* Every code that may be seen, and whether it holds (H) or refuses (R). */
static const struct {
	const char *name;
	char verdict;
} promised[] = {
	{ "PACKAGE_FORMAT", 'R' }, { "PACKAGE_LAYOUT", 'R' },
	{ "PACKAGE_UNREADABLE", 'R' }, { "PACKAGE_TRUNCATED", 'R' },
	{ "PACKAGE_ENCRYPTED", 'R' }, { "PACKAGE_TOO_LARGE", 'R' },
	{ "PACKAGE_BOMB", 'R' }, { "PACKAGE_TOO_MANY_ENTRIES", 'R' },
	{ "ENTRY_NAME", 'R' }, { "ENTRY_TYPE", 'R' },
	{ "ENTRY_DUPLICATE", 'R' }, { "ENTRY_UNEXPECTED", 'R' },
	{ "NOT_A_FILE", 'R' }, { "CHANGED_WHILE_READ", 'R' },
	{ "HASH_MISMATCH", 'R' }, { "SUMS_MISSING", 'R' },
	{ "SUMS_MALFORMED", 'R' },
	{ "INSTANCE_MISSING", 'R' }, { "INSTANCE_MALFORMED", 'R' },
	{ "INSTANCE_INCONSISTENT", 'R' }, { "APP_UNKNOWN", 'R' },
	{ "NOT_ENDED", 'H' }, { "NOT_ARCHIVED", 'H' }, { "DELETED", 'R' },
	{ "PROCESS_INCONSISTENT", 'R' }, { "ELEMENT_MISSING", 'R' },
	{ "SIZE_MISMATCH", 'R' }, { "UNLISTED_FILE", 'R' },
	{ "PDF_MISSING", 'R' }, { "DATATYPE_UNKNOWN", 'R' },
	{ "TooManyDataElementsOfType", 'R' },
	{ "TooFewDataElementsOfType", 'R' }, { "MissingContentType", 'R' },
	{ "ContentTypeNotAllowed", 'R' }, { "DataElementTooLarge", 'R' },
	{ "DataElementFileInfected", 'R' },
	{ "DataElementFileScanPending", 'H' },
	{ "CONTENT_NOT_AS_DECLARED", 'R' },
	{ "XML_MALFORMED", 'R' }, { "XML_DTD", 'R' },
	{ "XML_ENCODING", 'R' }, { "XML_TOO_DEEP", 'R' },
	{ "XML_LIMIT", 'R' }, { "XML_ROOT", 'R' }, { "Xsd", 'R' },
	{ "NO_ROUTE", 'H' }, { "OWNER_MISSING", 'R' },
	{ "OWNER_AMBIGUOUS", 'R' }, { "OWNER_INVALID_NUMBER", 'R' },
	{ "OWNER_UNKNOWN", 'H' }, { "OWNER_DISABLED", 'H' },
	{ "OWNER_ENVIRONMENT", 'R' }, { "PARTY_TYPE_NOT_ALLOWED", 'R' },
	{ "MAP_REQUIRED", 'R' }, { "MAP_CONVERT", 'R' }, { "MAP_CODE", 'R' },
	{ "MAP_SOURCE", 'R' }, { "PREFILL_TYPE", 'R' },
	{ "MODEL_INVALID", 'R' }, { "PART_UNKNOWN_TYPE", 'R' },
	{ "PART_CONTENT_TYPE", 'R' }, { "PART_EMPTY", 'R' },
	{ "PART_TOO_LARGE", 'R' }, { "PART_TOO_MANY", 'R' },
	{ "PART_RESERVED_TYPE", 'R' },
	{ "CONFLICT", 'H' }, { "WORKER_CRASHED", 'R' },
	{ "WORKER_TIMEOUT", 'R' }, { "WORKER_MEMORY", 'R' },
	{ "IO_ERROR", 'H' }, { "NO_SPACE", 'H' },
};

static void
codes_are_those_that_were_promised(void **unused)
{
	enum finding_code code;

	(void)unused;
	assert_int_equal(sizeof promised / sizeof *promised, F_COUNT);
	for (size_t i = 0; i < F_COUNT; i++) {
		if (!finding_lookup(promised[i].name, &code))
			fail_msg("no %s", promised[i].name);
		assert_string_equal(finding_name(code), promised[i].name);
		if (finding_verdict(code) != (promised[i].verdict == 'H' ?
		    VERDICT_HELD : VERDICT_REJECTED))
			fail_msg("verdict of %s", promised[i].name);
	}
	assert_false(finding_lookup("XSD", &code));
	assert_false(finding_lookup("", &code));
}

static void
every_code_says_what_to_do_in_both_languages(void **unused)
{
	(void)unused;
	for (enum finding_code c = 0; c < F_COUNT; c++) {
		const char *en = finding_action(c), *nb = finding_action_nb(c);

		if (en == NULL || nb == NULL || strlen(en) < 10 ||
		    strlen(nb) < 10 || strcmp(en, nb) == 0)
			fail_msg("%s", finding_name(c));
	}
}

static void
the_worst_finding_decides(void **unused)
{
	static const struct {
		enum finding_code codes[3];
		size_t n;
		enum verdict want;
	} rows[] = {
		{ { 0 }, 0, VERDICT_ACCEPTED },
		{ { F_NOT_ENDED }, 1, VERDICT_HELD },
		{ { F_XSD }, 1, VERDICT_REJECTED },
		{ { F_NOT_ENDED, F_XSD }, 2, VERDICT_REJECTED },
		{ { F_XSD, F_NOT_ENDED, F_NO_ROUTE }, 3, VERDICT_REJECTED },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = { 0 };
		struct findings f;

		findings_init(&f, &a);
		for (size_t k = 0; k < rows[i].n; k++)
			findings_add(&f, rows[i].codes[k], NULL, 0, NULL,
			    "x");
		if (findings_verdict(&f) != rows[i].want)
			fail_msg("row %zu", i);
		assert_false(findings_has(&f, F_PDF_MISSING));
		if (rows[i].n > 0)
			assert_true(findings_has(&f, rows[i].codes[0]));
		arena_free(&a);
	}
}

static void
a_finding_keeps_its_own_strings(void **unused)
{
	char file[] = "data/x", path[] = "/a/b", what[] = "word";
	struct arena a = { 0 };
	struct findings f;

	(void)unused;
	findings_init(&f, &a);
	findings_add(&f, F_XSD, file, 12, path, "a %s", what);
	findings_add(&f, F_NO_ROUTE, NULL, 0, NULL, "none");
	memset(file, 'y', 3);
	memset(path, 'y', 3);
	memset(what, 'y', 3);
	assert_string_equal(f.v[0].file, "data/x");
	assert_string_equal(f.v[0].path, "/a/b");
	assert_string_equal(f.v[0].message, "a word");
	assert_int_equal(f.v[0].line, 12);
	assert_null(f.v[1].file);
	assert_null(f.v[1].path);
	arena_free(&a);
}

static void
no_refusal_is_lost_among_too_many_findings(void **unused)
{
	struct arena a = { 0 };
	struct findings f;

	(void)unused;
	findings_init(&f, &a);
	for (int i = 0; i < FINDINGS_MAX + 50; i++)
		findings_add(&f, F_SCAN_PENDING, NULL, i, NULL, "held");
	assert_int_equal(f.n, FINDINGS_MAX);
	assert_int_equal(f.left_out, 50);
	assert_int_equal(findings_verdict(&f), VERDICT_HELD);
	findings_add(&f, F_FILE_INFECTED, NULL, 0, NULL, "refused");
	findings_add(&f, F_XSD, NULL, 0, NULL, "too late");
	assert_int_equal(f.n, FINDINGS_MAX);
	assert_int_equal(f.left_out, 52);
	assert_int_equal(findings_verdict(&f), VERDICT_REJECTED);
	assert_true(findings_has(&f, F_FILE_INFECTED));
	assert_string_equal(f.v[0].message, "held");
	arena_free(&a);
}

static void
a_message_is_utf_8_of_some_length(void **unused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "\xc5s", "?s" }, { "s\xc3", "s?" }, { "\xed\xa0\x80", "???" },
		{ "Ås", "Ås" }, { "%s%n", "%s%n" }, { "", "" },
	};
	char text[2 * FINDING_MESSAGE_MAX + 1] = "x";
	struct arena arena = { 0 };
	struct findings f;
	size_t n;

	(void)unused;
	findings_init(&f, &arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		findings_add(&f, F_XSD, NULL, 0, NULL, "%s", rows[i].text);
		assert_string_equal(f.v[f.n - 1].message, rows[i].want);
	}
	while (strlen(text) + 2 < sizeof text)
		strcat(text, "æ");
	findings_add(&f, F_XSD, NULL, 0, NULL, "%s", text);
	n = strlen(f.v[f.n - 1].message);
	assert_int_equal(n, FINDING_MESSAGE_MAX - 1);
	assert_memory_equal(f.v[f.n - 1].message, text, n);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_that_were_promised),
		cmocka_unit_test(
		    every_code_says_what_to_do_in_both_languages),
		cmocka_unit_test(the_worst_finding_decides),
		cmocka_unit_test(a_finding_keeps_its_own_strings),
		cmocka_unit_test(no_refusal_is_lost_among_too_many_findings),
		cmocka_unit_test(a_message_is_utf_8_of_some_length),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
