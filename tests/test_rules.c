#include "tests/found.h"

#include <stdlib.h>

#include "schemas/app.h"
#include "schemas/instance.h"
#include "spool/arena.h"
#include "spool/text.h"
#include "watcher/rules.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define MB APPMETA_MEGABYTE

static const char *const pdf[] = { "application/pdf" };
static const char *const some[] = { "Image/PNG", "text/plain" };

static struct data_type types[] = {
	{ .id = "melding", .class_ref = "M", .task = "Task_1",
	    .max_count = 1, .min_count = 1 },
	{ .id = "vedlegg", .task = "Task_1", .content_types = some,
	    .n_content_types = 2, .max_size = 2, .max_count = 2,
	    .file_scan = true },
	{ .id = "uendelig", .task = "Task_2", .max_size = INT64_MAX,
	    .max_count = -1, .min_count = -5 },
	{ .id = "null", .task = "Task_2", .max_size = -1 },
	{ .id = "ref-data-as-pdf", .content_types = pdf,
	    .n_content_types = 1, .max_count = 1, .min_count = 1,
	    .max_size = 1, .file_scan = true },
};

static const struct app app = { .name = "ttd/a",
	.meta = { .types = types, .n_types = N(types) } };

/* Elements are called a, b, c … */
static void
judge(struct arena *arena, struct findings *f, const struct element *v,
    size_t n)
{
	static const char *const ids[] = { "a", "b", "c", "d", "e" };
	struct element elements[N(ids)];
	struct instance in = { .elements = elements, .n_elements = n };

	findings_init(f, arena);
	for (size_t i = 0; i < n; i++) {
		elements[i] = v[i];
		elements[i].id = ids[i];
	}
	rules_elements(&in, &app, f);
}

#define MELDING { .type = "melding", .content_type = "application/xml" }
#define VEDLEGG .type = "vedlegg", .content_type = "text/plain"

static void
each_rule_of_altinns_has_its_code(void **unused)
{
	static const struct {
		const char *label;
		struct element v[5];
		size_t n;
		const char *found;
	} rows[] = {
		{ "as it should be", { MELDING, { VEDLEGG, .size = 5 } }, 2,
		    "" },
		{ "too few", { { VEDLEGG } }, 1,
		    "TooFewDataElementsOfType instance.json" },
		{ "nothing at all", { MELDING }, 0,
		    "TooFewDataElementsOfType instance.json" },
		{ "deleted ones do not count",
		    { { .type = "melding", .deleted = true } }, 1,
		    "TooFewDataElementsOfType instance.json" },
		{ "too many", { MELDING, MELDING }, 2,
		    "TooManyDataElementsOfType instance.json" },
		{ "too many but for a deleted one", { MELDING,
		    { VEDLEGG }, { VEDLEGG }, { VEDLEGG, .deleted = true } },
		    4, "" },
		{ "no limit", { MELDING, { .type = "null",
		    .content_type = "x" }, { .type = "null",
		    .content_type = "x" }, { .type = "null",
		    .content_type = "x" } }, 4, "" },
		{ "an unknown type", { MELDING, { .type = "Melding" } }, 2,
		    "DATATYPE_UNKNOWN data/b" },
		{ "a deleted unknown type", { MELDING, { .type = "x",
		    .deleted = true } }, 2, "" },
		{ "no content type", { MELDING, { .type = "vedlegg" } }, 2,
		    "MissingContentType data/b" },
		{ "an empty content type", { MELDING, { .type = "vedlegg",
		    .content_type = "" } }, 2, "MissingContentType data/b" },
		{ "another content type", { MELDING, { .type = "vedlegg",
		    .content_type = "text/html" } }, 2,
		    "ContentTypeNotAllowed data/b" },
		{ "without case and parameters", { MELDING, { .type =
		    "vedlegg", .content_type = "IMAGE/png; q=1" } }, 2, "" },
		{ "all are allowed", { { .type = "melding", .content_type =
		    "x/y" } }, 1, "" },
		{ "just large enough", { MELDING, { VEDLEGG, .size =
		    2 * MB } }, 2, "" },
		{ "too large", { MELDING, { VEDLEGG, .size = 2 * MB + 1 } },
		    2, "DataElementTooLarge data/b" },
		{ "far too large", { MELDING, { VEDLEGG, .size =
		    INT64_MAX } }, 2, "DataElementTooLarge data/b" },
		{ "no limit of size", { MELDING, { .type = "uendelig",
		    .content_type = "x", .size = INT64_MAX }, { .type =
		    "null", .content_type = "x", .size = INT64_MAX } }, 3,
		    "" },
		{ "infected", { MELDING, { VEDLEGG, .scan = "Infected" } },
		    2, "DataElementFileInfected data/b" },
		{ "pending", { MELDING, { VEDLEGG, .scan = "Pending" } }, 2,
		    "DataElementFileScanPending data/b" },
		{ "clean", { MELDING, { VEDLEGG, .scan = "Clean" } }, 2, "" },
		{ "a type that is not scanned", { { .type = "melding",
		    .content_type = "x", .scan = "Infected" } }, 1, "" },
		/* Types without a task are never looked at. */
		{ "no task", { MELDING, { .type = "ref-data-as-pdf",
		    .size = INT64_MAX, .scan = "Infected" }, { .type =
		    "ref-data-as-pdf" } }, 3, "" },
		{ "all of it", { { .type = "x" }, { .type = "vedlegg",
		    .size = 3 * MB, .scan = "Infected" }, { VEDLEGG },
		    { VEDLEGG } }, 4, "DATATYPE_UNKNOWN data/a; "
		    "MissingContentType data/b; DataElementTooLarge data/b; "
		    "DataElementFileInfected data/b; "
		    "TooFewDataElementsOfType instance.json; "
		    "TooManyDataElementsOfType instance.json" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct arena arena = { 0 };
		struct findings f;

		judge(&arena, &f, rows[i].v, rows[i].n);
		expect_found(&f, rows[i].found, rows[i].label);
		arena_free(&arena);
	}
	assert_int_equal(finding_verdict(F_SCAN_PENDING), VERDICT_HELD);
}

static void
what_an_instance_says_is_told_in_part_and_whole_letters(void **unused)
{
	static const char letters[] = "ææææææææææææææææææææææææææææææææææææææææ"
	    "ææææææææææææææææææææææææææææææææææææææææææææææææææææææææææææææ";
	char odd[sizeof letters + 1] = "x";
	const struct element v[] = { MELDING,
	    { .type = odd }, { .type = "vedlegg", .content_type = odd },
	    { .type = "a\x1b[2J\xff", .content_type = "\xff" } };
	struct arena arena = { 0 };
	struct findings f;

	(void)unused;
	strcat(odd, letters);
	judge(&arena, &f, v, N(v));
	assert_int_equal(f.n, 3);
	for (size_t i = 0; i < f.n; i++) {
		const char *s = f.v[i].message;

		if (strlen(s) > 200 || !text_utf8_ok(s, strlen(s)))
			fail_msg("%s", s);
	}
	arena_free(&arena);
}

/* ------------------------------------------------------------ first bytes */

static void
first_bytes_are_what_is_declared_or_not(void **unused)
{
#define BYTES(s) s, sizeof s - 1
	static const struct {
		const char *type, *bytes;
		size_t n;
		bool good;
	} rows[] = {
		{ "application/pdf", BYTES("%PDF-1.7\n"), true },
		{ "Application/PDF", BYTES("%PDF-1.7\n"), true },
		{ "application/pdf; x=y", BYTES("%PDF-1.7\n"), true },
		{ "application/pdf", BYTES("junk\r\n%PDF-1.7\n"), true },
		{ "application/pdf", BYTES("%PDF"), false },
		{ "application/pdf", BYTES("%pdf-1.7"), false },
		{ "application/pdf", BYTES("<html>"), false },
		{ "application/pdf; x=y", BYTES("MZ"), false },
		{ "image/png", BYTES("\x89PNG\r\n\x1a\n..."), true },
		{ "image/png", BYTES("\x89PNG\n\x1a\n"), false },
		{ "image/png", BYTES("\x89PNG"), false },
		{ "image/jpeg", BYTES("\xff\xd8\xff\xe0"), true },
		{ "image/jpeg", BYTES("\xff\xd8"), false },
		{ "application/zip", BYTES("PK\3\4...."), true },
		{ "application/zip", BYTES("PK\5\6...."), true },
		{ "application/zip", BYTES("Rar!"), false },
		{ "application/xml", BYTES("<?xml ?>"), true },
		{ "application/xml", BYTES("\xef\xbb\xbf \n<a/>"), true },
		{ "application/xml", BYTES("a<a/>"), false },
		{ "application/xml", BYTES(" \n"), false },
		{ "text/xml", BYTES("<a/>"), true },
		{ "text/xml", BYTES("{}"), false },
		{ "application/json", BYTES("{}"), true },
		{ "application/json", BYTES("\xef\xbb\xbf\t[1]"), true },
		{ "application/json", BYTES("null"), true },
		{ "application/json", BYTES("-1"), true },
		{ "application/json", BYTES("<a/>"), false },
		{ "application/json", BYTES("\0{}"), false },
		{ "text/plain", BYTES("MZ"), true },
		{ "application/pdfx", BYTES("MZ"), true },
		{ "", BYTES("MZ"), true },
		{ NULL, BYTES("MZ"), true },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const struct element x = { .id = "a",
		    .content_type = rows[i].type };
		struct arena arena = { 0 };
		struct findings f;

		findings_init(&f, &arena);
		rules_content(&x, rows[i].bytes, rows[i].n, &f);
		expect_found(&f, rows[i].good ? "" :
		    "CONTENT_NOT_AS_DECLARED data/a", rows[i].bytes);
		arena_free(&arena);
	}
}

static void
a_pdf_may_begin_within_a_kilobyte(void **unused)
{
	static const struct {
		size_t at;
		bool good;
	} rows[] = { { 0, true }, { 1019, true }, { 1020, false } };
	const struct element x = { .id = "a",
	    .content_type = "application/pdf" };

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct arena arena = { 0 };
		struct findings f;
		char bytes[2000];

		memset(bytes, ' ', sizeof bytes);
		memcpy(bytes + rows[i].at, "%PDF-", 5);
		findings_init(&f, &arena);
		rules_content(&x, bytes, sizeof bytes, &f);
		assert_int_equal(f.n, rows[i].good ? 0 : 1);
		arena_free(&arena);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_of_altinns_has_its_code),
		cmocka_unit_test(
		    what_an_instance_says_is_told_in_part_and_whole_letters),
		cmocka_unit_test(first_bytes_are_what_is_declared_or_not),
		cmocka_unit_test(a_pdf_may_begin_within_a_kilobyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
