#include "tests/expect.h"

#include <stdlib.h>

#include "schemas/appmeta.h"
#include "schemas/jsonin.h"
#include "spool/arena.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define FILE_NAME "applicationmetadata.json"

static const char metadata[] =
	"{ \"id\": \"ttd/mottak-b\", \"org\": \"ttd\",\n"
	"  \"title\": { \"nb\": \"Mottak B\" }, \"features\": { \"x\": 1 },\n"
	"  \"dataTypes\": [\n"
	"    { \"id\": \"ref-data-as-pdf\",\n"
	"      \"allowedContentTypes\": [\"application/pdf\"],\n"
	"      \"maxCount\": 0, \"minCount\": 0 },\n"
	"    { \"id\": \"Mottak_M\", \"taskId\": \"Task_1\",\n"
	"      \"allowedContentTypes\": [\"application/xml\", \"text/xml\"],\n"
	"      \"maxCount\": 1, \"minCount\": 1, \"maxSize\": 25,\n"
	"      \"enableFileScan\": true,\n"
	"      \"validationErrorOnPendingFileScan\": true,\n"
	"      \"appLogic\": { \"autoCreate\": true, \"schemaRef\": null,\n"
	"        \"classRef\": \"Altinn.App.Models.Mottak\" } },\n"
	"    { \"id\": \"vedlegg\", \"appLogic\": null,\n"
	"      \"allowedContentTypes\": null, \"taskId\": null }\n"
	"  ],\n"
	"  \"partyTypesAllowed\": { \"organisation\": true,\n"
	"    \"subUnit\": true, \"person\": false }\n"
	"}\n";

struct outcome {
	struct arena arena;
	struct faults faults;
	struct appmeta meta;
	int rc;
};

static void
take(struct outcome *o, const char *text)
{
	*o = (struct outcome){ .rc = 0 };
	o->rc = appmeta_read(&o->meta, &o->arena, FILE_NAME, text,
	    strlen(text), &o->faults);
}

static void
done(struct outcome *o)
{
	faults_free(&o->faults);
	arena_free(&o->arena);
}

static void
metadata_is_read_as_altinn_reads_it(void **unused)
{
	const struct data_type *t;
	struct outcome o;

	(void)unused;
	take(&o, metadata);
	expect_no_faults(&o.faults, "metadata");
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.meta.id, "ttd/mottak-b");
	assert_string_equal(o.meta.org, "ttd");
	assert_int_equal(o.meta.n_types, 3);
	t = appmeta_type(&o.meta, "Mottak_M");
	assert_non_null(t);
	assert_string_equal(t->task, "Task_1");
	assert_string_equal(t->class_ref, "Altinn.App.Models.Mottak");
	assert_int_equal(t->n_content_types, 2);
	assert_string_equal(t->content_types[1], "text/xml");
	assert_int_equal(t->max_size, 25);
	assert_int_equal(t->max_count, 1);
	assert_int_equal(t->min_count, 1);
	assert_true(t->auto_create && t->file_scan && t->pending_blocks);
	t = appmeta_type(&o.meta, "vedlegg");
	assert_non_null(t);
	assert_null(t->task);
	assert_null(t->class_ref);
	assert_int_equal(t->n_content_types, 0);
	assert_int_equal(t->max_size + t->max_count + t->min_count, 0);
	assert_false(t->auto_create || t->file_scan || t->pending_blocks);
	assert_null(appmeta_type(&o.meta, "mottak_m"));
	assert_null(appmeta_type(&o.meta, ""));
	assert_true(o.meta.parties.organisation && o.meta.parties.sub_unit);
	assert_false(o.meta.parties.person ||
	    o.meta.parties.bankruptcy_estate);
	done(&o);
}

static void
names_have_any_case_and_commas_may_trail(void **unused)
{
	static const char text[] = "\xef\xbb\xbf{\"ID\":\"ttd/b\","
	    "\"DataTypes\":[{\"Id\":\"m\",\"AppLogic\":{\"ClassRef\":\"M\","
	    "\"AUTOCREATE\":true,},\"TaskId\":\"T\",\"MaxSize\":2,},],"
	    "\"PartyTypesAllowed\":{\"Person\":true,},}\n";
	struct outcome o;

	(void)unused;
	take(&o, text);
	expect_no_faults(&o.faults, text);
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.meta.types[0].class_ref, "M");
	assert_string_equal(o.meta.types[0].task, "T");
	assert_int_equal(o.meta.types[0].max_size, 2);
	assert_true(o.meta.types[0].auto_create);
	assert_true(o.meta.parties.person);
	assert_null(o.meta.org);
	done(&o);
}

static void
what_is_no_metadata_is_a_fault(void **unused)
{
	static const struct {
		const char *text;
		long line, column;
		const char *words;
	} rows[] = {
		{ "", 1, 0, "not an application metadata document" },
		{ "[]", 1, 0, "want an object" },
		{ "{\n// a\n}", 2, 1, "not an application metadata" },
		{ "{\"id\":\"ttd/b\"", 1, 13, "not an application" },
		{ "{}", 0, 0, "id: want a text" },
		{ "{}", 0, 0, "dataTypes: want a list of data types" },
		{ "{\"id\":1,\"dataTypes\":[]}", 0, 0, "id: want a text" },
		{ "{\"id\":\"a/b\",\"org\":1,\"dataTypes\":[]}", 0, 0,
		    "org: want a text" },
		{ "{\"id\":\"a/b\",\"dataTypes\":{}}", 0, 0,
		    "dataTypes: want a list" },
		{ "{\"id\":\"a/b\",\"dataTypes\":[1]}", 1, 0,
		    "dataTypes[0] : want an object" },
		{ "{\"id\":\"a/b\",\"dataTypes\":[],"
		    "\"partyTypesAllowed\":[]}", 0, 0,
		    "partyTypesAllowed: want an object" },
		{ "{\"id\":\"a/b\",\"dataTypes\":[],"
		    "\"partyTypesAllowed\":{\"person\":\"yes\"}}", 0, 0,
		    "partyTypesAllowed person: want true or false" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct outcome o;

		take(&o, rows[i].text);
		expect_fault(&o.faults, FILE_NAME, rows[i].line,
		    rows[i].column, rows[i].words, rows[i].text);
		assert_int_equal(o.rc, -1);
		done(&o);
	}
}

static void
a_data_type_with_a_fault_is_named(void **unused)
{
	static const struct {
		const char *type, *words;
	} rows[] = {
		{ "{\"id\":7}", "dataTypes[1] id: want a text" },
		{ "{}", "dataTypes[1] id: want a text" },
		{ "{\"id\":\"\"}", "dataTypes[1] id: want an id without" },
		{ "{\"id\":\"../x\"}", "dataTypes[1] id: want an id without" },
		{ "{\"id\":\"a/b\"}", "dataTypes[1] id: want an id without" },
		{ "{\"id\":\"first\"}", "dataTypes first: id: want each id" },
		{ "{\"id\":\"x\",\"taskId\":1}",
		    "dataTypes x: taskId: want a text" },
		{ "{\"id\":\"x\",\"maxSize\":\"5\"}",
		    "dataTypes x: maxSize: want a whole number" },
		{ "{\"id\":\"x\",\"maxCount\":1.5}",
		    "dataTypes x: maxCount: want a whole number" },
		{ "{\"id\":\"x\",\"minCount\":true}",
		    "dataTypes x: minCount: want a whole number" },
		{ "{\"id\":\"x\",\"enableFileScan\":\"true\"}",
		    "dataTypes x: enableFileScan: want true or false" },
		{ "{\"id\":\"x\",\"allowedContentTypes\":\"a/b\"}",
		    "dataTypes x: allowedContentTypes: want a list" },
		{ "{\"id\":\"x\",\"allowedContentTypes\":[\"a/b\",1]}",
		    "dataTypes x: allowedContentTypes: want a list" },
		{ "{\"id\":\"x\",\"appLogic\":[]}",
		    "dataTypes x: appLogic: want an object" },
		{ "{\"id\":\"x\",\"appLogic\":{\"classRef\":1}}",
		    "dataTypes x: classRef: want a text" },
		{ "{\"id\":\"x\",\"appLogic\":{\"autoCreate\":1}}",
		    "dataTypes x: autoCreate: want true or false" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		char text[400];
		struct outcome o;

		snprintf(text, sizeof text, "{\"id\":\"ttd/b\",\"dataTypes\":"
		    "[{\"id\":\"first\"},\n%s]}", rows[i].type);
		take(&o, text);
		expect_fault(&o.faults, FILE_NAME, 2, 0, rows[i].words,
		    rows[i].type);
		assert_int_equal(o.faults.errors, 1);
		assert_int_equal(o.rc, -1);
		done(&o);
	}
}

static void
every_fault_is_told_at_once(void **unused)
{
	static const char text[] = "{\"dataTypes\":[{\"id\":\"a\","
	    "\"maxSize\":\"\",\"taskId\":1},{\"id\":\"a\"}],"
	    "\"partyTypesAllowed\":7}";
	struct outcome o;

	(void)unused;
	take(&o, text);
	assert_int_equal(o.faults.errors, 5);
	done(&o);
}

static void
there_may_be_too_many_data_types(void **unused)
{
	struct outcome o;
	char *text = malloc(40000), *p = text;

	(void)unused;
	p += sprintf(p, "{\"id\":\"a/b\",\"dataTypes\":[");
	for (int i = 0; i < 1001; i++)
		p += sprintf(p, "%s{\"id\":\"a%d\"}", i > 0 ? "," : "", i);
	strcpy(p, "]}");
	take(&o, text);
	expect_fault(&o.faults, FILE_NAME, 0, 0, "dataTypes: want a list",
	    "1001 types");
	done(&o);
	free(text);
}

static void
a_content_type_is_allowed_or_not(void **unused)
{
	static const char *const some[] = { "application/pdf", "image/*",
	    "text/plain; charset=utf-8" };
	static const struct {
		const char *type;
		bool lenient, strict;
	} rows[] = {
		{ "application/pdf", true, true },
		{ "Application/PDF", true, false },
		{ "application/pdf; charset=utf-8", true, false },
		{ "application/pdf ;x", true, false },
		{ "application/pdfx", false, false },
		{ "application/pd", false, false },
		{ "application", false, false },
		{ "image/*", true, true },
		{ "image/png", false, false },
		{ "text/plain", false, false },
		{ "text/plain; charset=utf-8", false, true },
		{ "", false, false },
		{ ";", false, false },
	};
	const struct data_type all = { .id = "all" };
	const struct data_type t = { .id = "t", .content_types = some,
	    .n_content_types = N(some) };

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		if (appmeta_allows(&t, rows[i].type, false) !=
		    rows[i].lenient ||
		    appmeta_allows(&t, rows[i].type, true) != rows[i].strict)
			fail_msg("\"%s\"", rows[i].type);
		assert_true(appmeta_allows(&all, rows[i].type, true));
		assert_true(appmeta_allows(&all, rows[i].type, false));
	}
}

static void
shown_and_kept_fields_are_read_with_their_lines(void **unused)
{
	static const char text[] =
	    "{ \"id\": \"ttd/b\", \"dataTypes\": [],\n"
	    "  \"x\": { \"dataFields\": [ {} ] },\n"
	    "  \"presentationFields\": [\n"
	    "    { \"id\": \"Sak\", \"path\": \"A.b\",\n"
	    "      \"dataTypeId\": \"m\" },\n"
	    "    { \"id\": \"Nr\", \"path\": \"A.\\\"],c\" } ],\n"
	    "  \"DataFields\": [ { \"path\": \"d\" },\n {} ] }\n";
	struct outcome o;

	(void)unused;
	take(&o, text);
	expect_no_faults(&o.faults, text);
	assert_int_equal(o.meta.shown.n, 2);
	assert_string_equal(o.meta.shown.v[0].id, "Sak");
	assert_string_equal(o.meta.shown.v[0].path, "A.b");
	assert_string_equal(o.meta.shown.v[0].type, "m");
	assert_int_equal(o.meta.shown.v[0].line, 4);
	assert_string_equal(o.meta.shown.v[1].path, "A.\"],c");
	assert_null(o.meta.shown.v[1].type);
	assert_int_equal(o.meta.shown.v[1].line, 6);
	assert_int_equal(o.meta.kept.n, 2);
	assert_int_equal(o.meta.kept.v[0].line, 7);
	assert_int_equal(o.meta.kept.v[1].line, 8);
	done(&o);
	take(&o, "{\"id\":\"ttd/b\",\"dataTypes\":[],"
	    "\"dataFields\":[\n{\"path\":1}],\"presentationFields\":{}}");
	expect_fault(&o.faults, FILE_NAME, 2, 0, "dataFields[0] path: want",
	    "path");
	expect_fault(&o.faults, FILE_NAME, 0, 0,
	    "presentationFields: want a list", "list");
	done(&o);
}

static void
what_is_omitted_is_known(void **unused)
{
	static const char text[] = "{\"id\":\"ttd/b\",\"dataTypes\":["
	    "{\"id\":\"a\"},\n{\"id\":\"b\",\"maxSize\":0,\"maxCount\":0,"
	    "\"minCount\":0,\"allowedContributers\":[\"app:owned\"]},"
	    "{\"id\":\"c\",\"allowedContributors\":[\"app:owned\",\"org:x\"]}"
	    "]}";
	struct outcome o;

	(void)unused;
	take(&o, text);
	expect_no_faults(&o.faults, text);
	for (size_t i = 0; i < 3; i++) {
		const struct data_type *t = &o.meta.types[i];

		assert_int_equal(t->has_max_size, i == 1);
		assert_int_equal(t->has_max_count, i == 1);
		assert_int_equal(t->has_min_count, i == 1);
		assert_int_equal(t->app_owned, i == 1);
		assert_int_equal(t->line, i == 0 ? 1 : 2);
	}
	done(&o);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_is_read_as_altinn_reads_it),
		cmocka_unit_test(names_have_any_case_and_commas_may_trail),
		cmocka_unit_test(what_is_no_metadata_is_a_fault),
		cmocka_unit_test(a_data_type_with_a_fault_is_named),
		cmocka_unit_test(
		    shown_and_kept_fields_are_read_with_their_lines),
		cmocka_unit_test(what_is_omitted_is_known),
		cmocka_unit_test(every_fault_is_told_at_once),
		cmocka_unit_test(there_may_be_too_many_data_types),
		cmocka_unit_test(a_content_type_is_allowed_or_not),
	};

	jsonin_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
