#include "tests/found.h"

#include <stdlib.h>

#include "schemas/instance.h"
#include "schemas/jsonin.h"
#include "spool/arena.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define FORM "d23f0824-128b-4f33-8c5c-7fd0a6a3a450"
#define PDF "9531985d-5d9d-49f8-9818-e811892f902b"

/* As Storage writes it: nulls are left out. */
static const char storage[] =
	"{\"id\":\"50012345/" GUID "\",\n"
	"\"instanceOwner\":{\"partyId\":\"50012345\","
	"\"personNumber\":\"15867210064\"},\n"
	"\"appId\":\"ttd/innsending-a\",\"org\":\"ttd\",\n"
	"\"selfLinks\":{\"platform\":\"https://platform.example\"},\n"
	"\"process\":{\"started\":\"2026-03-02T08:00:00.01Z\","
	"\"startEvent\":\"StartEvent_1\","
	"\"ended\":\"2026-03-02T08:09:30.5Z\",\"endEvent\":\"EndEvent_1\"},\n"
	"\"status\":{\"isArchived\":true,"
	"\"archived\":\"2026-03-02T08:09:30.5Z\",\"isSoftDeleted\":false,"
	"\"isHardDeleted\":false,\"readStatus\":\"Read\"},\n"
	"\"data\":[{\"id\":\"" FORM "\",\"instanceGuid\":\"" GUID "\","
	"\"dataType\":\"melding\",\"contentType\":\"application/xml\","
	"\"blobStoragePath\":\"ttd/innsending-a/" GUID "/data/" FORM "\","
	"\"size\":601,\"locked\":true,\"tags\":[],"
	"\"fileScanResult\":\"NotApplicable\","
	"\"created\":\"2026-03-02T08:00:00.9Z\"},\n"
	"{\"id\":\"" PDF "\",\"dataType\":\"ref-data-as-pdf\","
	"\"filename\":\"Innsending A.pdf\",\"size\":125,"
	"\"contentHash\":\"1B2M2Y8AsgTpgAmY7PhCfg==\"}],\n"
	"\"dataValues\":{\"mottaker\":\"310000027\"}}\n";

/* As an app answers: nulls, readStatus a number, the owner's party inside. */
static const char app[] =
	"{\"id\":\"1337/" GUID "\",\"instanceOwner\":{\"partyId\":\"1337\","
	"\"personNumber\":null,\"organisationNumber\":\"310000027\","
	"\"username\":null,\"party\":{\"partyId\":1337,\"ssn\":null,"
	"\"orgNumber\":\"310000027\"}},\"appId\":\"ttd/b\",\"org\":null,"
	"\"selfLinks\":null,\"dueBefore\":null,"
	"\"process\":{\"started\":null,\"currentTask\":null,"
	"\"ended\":\"2026-03-02T08:09:30\",\"endEvent\":\"EndEvent_1\"},"
	"\"status\":{\"isArchived\":true,"
	"\"archived\":\"2026-03-02T09:09:30+01:00\","
	"\"softDeleted\":null,\"readStatus\":1,\"substatus\":null},"
	"\"data\":[{\"id\":\"" FORM "\",\"instanceGuid\":null,"
	"\"dataType\":\"b\",\"filename\":null,\"contentType\":null,"
	"\"blobStoragePath\":null,\"size\":0,\"contentHash\":null,"
	"\"deleteStatus\":null,\"fileScanResult\":null,\"created\":null}],"
	"\"dataValues\":null,\"presentationTexts\":null,\"later\":{}}";

struct outcome {
	struct arena arena;
	struct findings findings;
	struct instance in;
	int rc;
};

static void
take(struct outcome *o, const char *text)
{
	*o = (struct outcome){ .rc = 0 };
	findings_init(&o->findings, &o->arena);
	o->rc = instance_read(&o->in, &o->arena, text, strlen(text),
	    &o->findings);
}

static void
done(struct outcome *o)
{
	instance_done(&o->in);
	arena_free(&o->arena);
}

struct change {
	const char *from, *to, *found;
};

/* The good instance with one change: what is found, and what comes back. */
static void
check_changes(const struct change *rows, size_t n, int rc, bool complete)
{
	for (size_t i = 0; i < n; i++) {
		struct buf b = { 0 };
		struct outcome o;

		edited(&b, storage, rows[i].from, rows[i].to);
		take(&o, b.p);
		if (complete)
			instance_complete(&o.in, &o.findings);
		expect_found(&o.findings, rows[i].found, rows[i].to);
		if (o.rc != rc)
			fail_msg("%s: %d", rows[i].to, o.rc);
		done(&o);
		buf_free(&b);
	}
}

/* ---------------------------------------------------------------- dialects */

static void
the_storage_dialect_is_read(void **unused)
{
	struct outcome o;
	const struct element *x;

	(void)unused;
	take(&o, storage);
	expect_found(&o.findings, "", "storage");
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.in.guid, GUID);
	assert_string_equal(o.in.id, "50012345/" GUID);
	assert_string_equal(o.in.app, "ttd/innsending-a");
	assert_string_equal(o.in.org, "ttd");
	assert_string_equal(o.in.party, "50012345");
	assert_string_equal(o.in.started, "2026-03-02T08:00:00.01Z");
	assert_string_equal(o.in.ended, "2026-03-02T08:09:30.5Z");
	assert_string_equal(o.in.end_event, "EndEvent_1");
	assert_string_equal(o.in.archived, "2026-03-02T08:09:30.5Z");
	assert_true(o.in.is_archived);
	assert_false(o.in.has_task);
	assert_false(o.in.is_deleted);
	assert_int_equal(o.in.n_elements, 2);
	x = instance_element(&o.in, FORM);
	assert_ptr_equal(x, &o.in.elements[0]);
	assert_string_equal(x->type, "melding");
	assert_string_equal(x->content_type, "application/xml");
	assert_string_equal(x->scan, "NotApplicable");
	assert_string_equal(x->created, "2026-03-02T08:00:00.9Z");
	assert_int_equal(x->size, 601);
	assert_null(x->filename);
	assert_null(x->content_hash);
	assert_false(x->deleted);
	x = instance_element(&o.in, PDF);
	assert_ptr_equal(x, &o.in.elements[1]);
	assert_string_equal(x->filename, "Innsending A.pdf");
	assert_string_equal(x->content_hash, "1B2M2Y8AsgTpgAmY7PhCfg==");
	assert_null(x->content_type);
	assert_null(instance_element(&o.in, GUID));
	assert_null(instance_element(&o.in, ""));
	done(&o);
}

static void
the_app_dialect_is_read(void **unused)
{
	struct outcome o;

	(void)unused;
	take(&o, app);
	instance_complete(&o.in, &o.findings);
	expect_found(&o.findings, "", "app");
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.in.party, "1337");
	assert_null(o.in.org);
	assert_null(o.in.started);
	assert_false(o.in.has_task);
	assert_int_equal(o.in.n_elements, 1);
	assert_null(o.in.elements[0].content_type);
	assert_null(o.in.elements[0].created);
	assert_int_equal(o.in.elements[0].size, 0);
	done(&o);
}

static void
an_instance_may_be_forgotten_twice(void **unused)
{
	struct outcome o;

	(void)unused;
	take(&o, storage);
	instance_done(&o.in);
	assert_null(o.in.root);
	done(&o);
}

/* --------------------------------------------------------------- malformed */

static void
what_is_no_json_object_is_malformed(void **unused)
{
	static const struct {
		const char *text;
		long line;
	} rows[] = {
		{ "", 1 }, { "[]", 0 }, { "15867210064", 1 },
		{ "{\"id\":1,\n\"id\":2}", 2 }, { "{\"id\":\"\xe6\"}", 1 },
		{ "\xef\xbb\xbf{}", 1 }, { "{\"id\":\"15867210064}", 1 },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct outcome o;

		take(&o, rows[i].text);
		expect_found(&o.findings, "INSTANCE_MALFORMED instance.json",
		    rows[i].text);
		assert_int_equal(o.rc, -1);
		assert_int_equal(o.findings.v[0].line, rows[i].line);
		assert_false(found_shows(&o.findings, "158672"));
		done(&o);
	}
}

static void
every_member_that_must_be_there_is_asked_for_at_once(void **unused)
{
	struct outcome o;

	(void)unused;
	take(&o, "{}");
	expect_found(&o.findings, "INSTANCE_MALFORMED id; "
	    "INSTANCE_MALFORMED instanceOwner; "
	    "INSTANCE_MALFORMED instanceOwner.partyId; "
	    "INSTANCE_MALFORMED appId; INSTANCE_MALFORMED data", "{}");
	assert_int_equal(o.rc, -1);
	done(&o);
}

static void
a_member_of_another_kind_is_malformed(void **unused)
{
	static const struct change rows[] = {
		{ "\"50012345/" GUID "\"", "7", "INSTANCE_MALFORMED id" },
		{ "\"partyId\":\"50012345\"", "\"partyId\":50012345",
		    "INSTANCE_MALFORMED instanceOwner.partyId" },
		{ "\"15867210064\"", "15867210064",
		    "INSTANCE_MALFORMED instanceOwner.personNumber" },
		{ "\"ttd/innsending-a\"", "{}", "INSTANCE_MALFORMED appId" },
		{ "\"org\":\"ttd\"", "\"org\":[]",
		    "INSTANCE_MALFORMED org" },
		{ "\"ended\":\"2026-03-02T08:09:30.5Z\"",
		    "\"ended\":\"2026-03-02\"",
		    "INSTANCE_MALFORMED process.ended" },
		{ "\"ended\":\"2026-03-02T08:09:30.5Z\"", "\"ended\":1",
		    "INSTANCE_MALFORMED process.ended" },
		{ "\"endEvent\":\"EndEvent_1\"", "\"endEvent\":true",
		    "INSTANCE_MALFORMED process.endEvent" },
		{ "\"startEvent\":\"StartEvent_1\"",
		    "\"currentTask\":\"Task_1\"",
		    "INSTANCE_MALFORMED process.currentTask" },
		{ "\"isArchived\":true", "\"isArchived\":\"true\"",
		    "INSTANCE_MALFORMED status.isArchived" },
		{ "\"isSoftDeleted\":false", "\"isSoftDeleted\":0",
		    "INSTANCE_MALFORMED status.isSoftDeleted" },
		{ "\"isHardDeleted\":false", "\"isHardDeleted\":\"\"",
		    "INSTANCE_MALFORMED status.isHardDeleted" },
		{ "\"dataValues\":{\"mottaker\":\"310000027\"}",
		    "\"dataValues\":[]", "INSTANCE_MALFORMED dataValues" },
		{ "\"id\":\"" FORM "\",", "", "INSTANCE_MALFORMED data.0.id" },
		{ "\"dataType\":\"melding\"", "\"dataType\":null",
		    "INSTANCE_MALFORMED data.0.dataType" },
		{ "\"size\":601", "\"size\":-1",
		    "INSTANCE_MALFORMED data.0.size" },
		{ "\"size\":601", "\"size\":601.0",
		    "INSTANCE_MALFORMED data.0.size" },
		{ "\"size\":125", "\"size\":\"125\"",
		    "INSTANCE_MALFORMED data.1.size" },
		{ "\"created\":\"2026-03-02T08:00:00.9Z\"",
		    "\"created\":\"yesterday\"",
		    "INSTANCE_MALFORMED data.0.created" },
		{ "\"size\":125", "\"size\":125,\"deleteStatus\":true",
		    "INSTANCE_MALFORMED data.1.deleteStatus" },
		{ "\"size\":125", "\"size\":1,\"deleteStatus\":"
		    "{\"isHardDeleted\":1}",
		    "INSTANCE_MALFORMED data.1.deleteStatus.isHardDeleted" },
		{ "\"tags\":[]", "\"contentHash\":1",
		    "INSTANCE_MALFORMED data.0.contentHash" },
		{ "\"data\":[{", "\"data\":[7,{",
		    "INSTANCE_MALFORMED data.0.id; "
		    "INSTANCE_MALFORMED data.0.dataType; "
		    "INSTANCE_MALFORMED data.0.size" },
	};

	(void)unused;
	check_changes(rows, N(rows), -1, false);
}

static void
data_elements_have_a_limit(void **unused)
{
	static const char head[] = "{\"id\":\"1/" GUID "\","
	    "\"instanceOwner\":{\"partyId\":\"1\"},\"appId\":\"ttd/a\","
	    "\"data\":[";
	struct buf b = { 0 };
	struct outcome o;

	(void)unused;
	for (int more = 0; more < 2; more++) {
		buf_reset(&b);
		buf_str(&b, head);
		for (int i = 0; i < INSTANCE_ELEMENTS_MAX + more; i++)
			buf_fmt(&b, "%s{\"id\":\"00000000-0000-4000-8000-"
			    "%012d\",\"dataType\":\"a\",\"size\":1}",
			    i > 0 ? "," : "", i);
		buf_str(&b, "]}");
		take(&o, b.p);
		expect_found(&o.findings, more ? "INSTANCE_MALFORMED data" :
		    "", "many");
		assert_int_equal(o.in.n_elements, more ? 0 :
		    INSTANCE_ELEMENTS_MAX);
		done(&o);
	}
	buf_free(&b);
}

/* ------------------------------------------------------------ inconsistent */

static void
parts_that_contradict_each_other_are_told(void **unused)
{
	static const struct change rows[] = {
		{ "\"50012345/" GUID "\"", "\"50012346/" GUID "\"",
		    "INSTANCE_INCONSISTENT id" },
		{ "\"50012345/" GUID "\"", "\"5001234/" GUID "\"",
		    "INSTANCE_INCONSISTENT id" },
		{ "\"partyId\":\"50012345\"", "\"partyId\":\"5001234\"",
		    "INSTANCE_INCONSISTENT id" },
		{ "\"partyId\":\"50012345\"", "\"partyId\":\"5001234x\"",
		    "INSTANCE_INCONSISTENT instanceOwner.partyId" },
		{ "\"partyId\":\"50012345\"", "\"partyId\":\"\"",
		    "INSTANCE_INCONSISTENT instanceOwner.partyId" },
		{ "\"partyId\":\"50012345\"", "\"partyId\":\"15867210064\"",
		    "INSTANCE_INCONSISTENT instanceOwner.partyId" },
		{ "\"org\":\"ttd\"", "\"org\":\"tt\"",
		    "INSTANCE_INCONSISTENT appId" },
		{ "\"org\":\"ttd\"", "\"org\":\"skd\"",
		    "INSTANCE_INCONSISTENT appId" },
		{ "\"instanceGuid\":\"" GUID "\"",
		    "\"instanceGuid\":\"" FORM "\"",
		    "INSTANCE_INCONSISTENT data.0" },
		{ GUID "/data/" FORM, GUID "/data/" PDF,
		    "INSTANCE_INCONSISTENT data.0" },
		{ "\"ttd/innsending-a/", "\"ttd/innsending-b/",
		    "INSTANCE_INCONSISTENT data.0" },
		{ "{\"id\":\"" PDF "\"", "{\"id\":\"" FORM "\"",
		    "INSTANCE_INCONSISTENT data.1" },
		{ "{\"id\":\"" PDF "\"", "{\"id\":\"../../etc/passwd\"",
		    "INSTANCE_INCONSISTENT data.1" },
		{ "{\"id\":\"" PDF "\"",
		    "{\"id\":\"9531985D-5D9D-49F8-9818-E811892F902B\"",
		    "INSTANCE_INCONSISTENT data.1" },
	};

	(void)unused;
	check_changes(rows, N(rows), 0, false);
}

static void
an_id_without_a_guid_gives_no_guid(void **unused)
{
	static const struct {
		const char *id;
	} rows[] = {
		{ GUID }, { "50012345/" }, { "50012345/" GUID "/" },
		{ "50012345/6513270E-269E-4D37-B2A7-9A0C7D2E41B5" },
		{ "50012345//" GUID }, { "50012345/.." }, { "" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf b = { 0 };
		struct outcome o;

		edited(&b, storage, "50012345/" GUID, rows[i].id);
		take(&o, b.p);
		assert_int_equal(o.rc, 0);
		if (!findings_has(&o.findings, F_INSTANCE_INCONSISTENT) ||
		    o.in.guid[0] != '\0')
			fail_msg("%s: %s", rows[i].id, o.in.guid);
		done(&o);
		buf_free(&b);
	}
}

static void
an_app_is_an_org_and_a_name(void **unused)
{
	static const char *const rows[] = {
		"ttd", "ttd/", "/innsending-a", "ttd/a/b", "../a", "ttd/..",
		"ttd/inn sending", "",
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf b = { 0 };
		struct outcome o;

		edited(&b, storage, "ttd/innsending-a", rows[i]);
		take(&o, b.p);
		assert_int_equal(o.rc, 0);
		if (!findings_has(&o.findings, F_INSTANCE_INCONSISTENT))
			fail_msg("taken: %s", rows[i]);
		done(&o);
		buf_free(&b);
	}
}

/* ---------------------------------------------------------------- complete */

static void
a_complete_instance_passes(void **unused)
{
	static const struct change rows[] = {
		{ NULL, "as it is", "" },
		{ "\"archived\":\"2026-03-02T08:09:30.5Z\"",
		    "\"archived\":\"2026-03-02T09:09:30.6+01:00\"", "" },
		{ "\"started\":\"2026-03-02T08:00:00.01Z\"",
		    "\"started\":\"2026-03-02T08:09:30.9Z\"", "" },
		{ "\"startEvent\":\"StartEvent_1\"", "\"currentTask\":null",
		    "" },
	};

	(void)unused;
	check_changes(rows, N(rows), 0, true);
}

static void
an_instance_that_has_not_ended_is_held(void **unused)
{
	static const struct change rows[] = {
		{ "\"ended\":\"2026-03-02T08:09:30.5Z\"", "\"ended\":null",
		    "NOT_ENDED process" },
		{ "\"endEvent\":\"EndEvent_1\"", "\"endEvent\":null",
		    "NOT_ENDED process" },
		{ "\"endEvent\":\"EndEvent_1\"", "\"endEvent\":\"\"",
		    "NOT_ENDED process" },
		{ "\"process\":", "\"proces\":", "NOT_ENDED process" },
		{ "\"isArchived\":true", "\"isArchived\":false",
		    "NOT_ARCHIVED status" },
		{ "\"isArchived\":true,", "", "NOT_ARCHIVED status" },
		{ "\"archived\":\"2026-03-02T08:09:30.5Z\"",
		    "\"archived\":null", "NOT_ARCHIVED status" },
		{ "\"status\":", "\"stat\":", "NOT_ARCHIVED status" },
	};

	(void)unused;
	check_changes(rows, N(rows), 0, true);
	assert_int_equal(finding_verdict(F_NOT_ENDED), VERDICT_HELD);
	assert_int_equal(finding_verdict(F_NOT_ARCHIVED), VERDICT_HELD);
}

static void
a_deleted_instance_is_refused(void **unused)
{
	static const struct change rows[] = {
		{ "\"isSoftDeleted\":false", "\"isSoftDeleted\":true",
		    "DELETED status" },
		{ "\"isHardDeleted\":false", "\"isHardDeleted\":true",
		    "DELETED status" },
	};

	(void)unused;
	check_changes(rows, N(rows), 0, true);
	assert_int_equal(finding_verdict(F_DELETED), VERDICT_REJECTED);
}

static void
a_process_contradicts_itself(void **unused)
{
	static const struct change rows[] = {
		{ "\"startEvent\":\"StartEvent_1\"",
		    "\"currentTask\":{\"elementId\":\"Task_1\"}",
		    "PROCESS_INCONSISTENT process.currentTask" },
		{ "\"started\":\"2026-03-02T08:00:00.01Z\"",
		    "\"started\":\"2026-03-02T08:09:31Z\"",
		    "PROCESS_INCONSISTENT process.ended" },
		{ "\"archived\":\"2026-03-02T08:09:30.5Z\"",
		    "\"archived\":\"2026-03-02T08:09:31.5Z\"",
		    "PROCESS_INCONSISTENT status.archived" },
	};

	(void)unused;
	check_changes(rows, N(rows), 0, true);
}

static void
all_that_is_incomplete_is_told_at_once(void **unused)
{
	static const char text[] = "{\"id\":\"1/" GUID "\","
	    "\"instanceOwner\":{\"partyId\":\"1\"},\"appId\":\"ttd/a\","
	    "\"status\":{\"isSoftDeleted\":true,\"isHardDeleted\":true},"
	    "\"data\":[]}";
	struct outcome o;

	(void)unused;
	take(&o, text);
	instance_complete(&o.in, &o.findings);
	expect_found(&o.findings, "DELETED status; NOT_ENDED process; "
	    "NOT_ARCHIVED status", text);
	done(&o);
}

static void
a_deleted_element_is_marked(void **unused)
{
	struct buf b = { 0 };
	struct outcome o;

	(void)unused;
	edited(&b, storage, "\"size\":125", "\"size\":125,\"deleteStatus\":"
	    "{\"isHardDeleted\":true}");
	take(&o, b.p);
	assert_false(o.in.elements[0].deleted);
	assert_true(o.in.elements[1].deleted);
	done(&o);
	buf_free(&b);
}

/* Two hundred bad names in a package come before its instance.json. */
static void
a_full_list_of_findings_does_not_make_it_sound(void **unused)
{
	static const char *const texts[] = { "{}",
	    "{\"id\":\"1/" GUID "\",\"instanceOwner\":{\"partyId\":\"1\"},"
	    "\"appId\":\"ttd/a\",\"data\":[{}]}" };
	struct arena arena = { 0 };
	struct findings f;
	struct instance in;

	(void)unused;
	findings_init(&f, &arena);
	for (int i = 0; i < FINDINGS_MAX; i++)
		findings_add(&f, F_ENTRY_NAME, "x", 0, NULL, "a bad name");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(instance_read(&in, &arena, texts[i],
		    strlen(texts[i]), &f), -1);
		instance_done(&in);
	}
	arena_free(&arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_full_list_of_findings_does_not_make_it_sound),
		cmocka_unit_test(the_storage_dialect_is_read),
		cmocka_unit_test(the_app_dialect_is_read),
		cmocka_unit_test(an_instance_may_be_forgotten_twice),
		cmocka_unit_test(what_is_no_json_object_is_malformed),
		cmocka_unit_test(
		    every_member_that_must_be_there_is_asked_for_at_once),
		cmocka_unit_test(a_member_of_another_kind_is_malformed),
		cmocka_unit_test(data_elements_have_a_limit),
		cmocka_unit_test(parts_that_contradict_each_other_are_told),
		cmocka_unit_test(an_id_without_a_guid_gives_no_guid),
		cmocka_unit_test(an_app_is_an_org_and_a_name),
		cmocka_unit_test(a_complete_instance_passes),
		cmocka_unit_test(an_instance_that_has_not_ended_is_held),
		cmocka_unit_test(a_deleted_instance_is_refused),
		cmocka_unit_test(a_process_contradicts_itself),
		cmocka_unit_test(all_that_is_incomplete_is_told_at_once),
		cmocka_unit_test(a_deleted_element_is_marked),
	};

	jsonin_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
