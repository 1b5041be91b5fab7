#include "tests/read_form.h"

#include <archive.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schemas/appmeta.h"
#include "schemas/jsonin.h"
#include "spool/digest.h"
#include "spool/fault.h"
#include "tests/make_zip.h"
#include "watcher/check.h"
#include "watcher/source.h"

#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define FORM "d23f0824-128b-4f33-8c5c-7fd0a6a3a450"
#define SECOND "11111111-128b-4f33-8c5c-7fd0a6a3a450"
#define FILE_ID "22222222-128b-4f33-8c5c-7fd0a6a3a450"
#define PDF "9531985d-5d9d-49f8-9818-e811892f902b"

#define HEAD(app, end) "{\"id\":\"50012345/" GUID "\"," \
	"\"instanceOwner\":{\"partyId\":\"50012345\"},\"appId\":\"" app "\"," \
	"\"process\":{" end "\"endEvent\":\"E\"},\"status\":{" \
	"\"isArchived\":true,\"archived\":\"2026-03-02T08:09:30Z\"}," \
	"\"data\":["
#define ENDED "\"ended\":\"2026-03-02T08:09:30Z\","
#define ELEMENT(id, type, content, size, more) "{\"id\":\"" id "\"," \
	"\"dataType\":\"" type "\",\"contentType\":\"" content "\"," \
	"\"size\":" size more "}"
#define XML_27 "<Melding><navn/></Melding>\n"
#define THE_FORM ELEMENT(FORM, "melding", "application/xml", "27", "")
#define THE_FILE ELEMENT(FILE_ID, "vedlegg", "text/plain", "5", "")

#define INSTANCE(elements) HEAD("ttd/a", ENDED) elements "]}"
#define IN_ZIP(text) { .name = "instance.json", .data = text }
#define FORM_IN_ZIP { .name = "data/" FORM, .data = XML_27 }
#define FILE_IN_ZIP { .name = "data/" FILE_ID, .data = "hello" }

static const char metadata[] = "{\"id\":\"ttd/a\",\"dataTypes\":["
	"{\"id\":\"melding\",\"taskId\":\"T\",\"minCount\":1,\"maxCount\":1,"
	"\"appLogic\":{\"classRef\":\"Melding\"}},"
	"{\"id\":\"under\",\"taskId\":\"T\","
	"\"appLogic\":{\"classRef\":\"Under\"}},"
	"{\"id\":\"uten\",\"appLogic\":{\"classRef\":\"Uten\"}},"
	"{\"id\":\"vedlegg\",\"taskId\":\"T\"},"
	"{\"id\":\"ref-data-as-pdf\"}]}";

/* The configuration, and what the hooks were told. */
static struct {
	struct app app;
	struct form_type *type, forms[3];
	struct buf told;
	uint64_t element_size;
} world;

static const struct app *
give_app(void *arg, const char *name)
{
	buf_fmt(arg, "app %s; ", name);
	return strcmp(name, "ttd/a") == 0 ? &world.app : NULL;
}

static const struct take *
give_take(void *arg, const struct form_type *type)
{
	static const struct take all = { .whole = true };

	buf_fmt(arg, "take %s; ", type->type->id);
	return &all;
}

static void
hear_forms(void *arg, struct checked *o)
{
	buf_str(arg, "forms");
	for (size_t i = 0; i < o->n_forms; i++)
		buf_fmt(arg, " %.8s %s", o->forms[i].element->id,
		    o->forms[i].doc != NULL ? "good" : "bad");
	buf_str(arg, "; ");
}

static void
hear_element(void *arg, const struct element *x, const void *data, size_t n)
{
	world.element_size += n;
	if (data != NULL)
		return;
	buf_fmt(arg, "element %.8s %d; ", x->id, (int)world.element_size);
	world.element_size = 0;
}

static struct check_rules
usual_rules(void)
{
	return (struct check_rules){ .limits = { .max_bytes = 64 << 20,
	    .max_unpacked = 128 << 20, .max_entries = 50,
	    .max_ratio = 200 }, .max_xml_depth = 20, .arg = &world.told,
	    .app = give_app, .take = give_take, .forms_read = hear_forms,
	    .element = hear_element };
}

/* ------------------------------------------------------------ one package */

struct outcome {
	struct arena arena;
	struct findings findings;
	struct checked checked;
	struct buf zip;
};

static void
check_bytes(struct outcome *o, const struct check_rules *rules)
{
	struct checker *c = checker_new(rules);
	int fd = memfd_create("package", MFD_CLOEXEC);

	buf_reset(&world.told);
	buf_str(&world.told, "");
	findings_init(&o->findings, &o->arena);
	assert_int_equal(write(fd, buf_text(&o->zip), o->zip.len),
	    (ssize_t)o->zip.len);
	check_package(c, fd, &o->arena, &o->findings, &o->checked);
	assert_int_equal(o->checked.size, o->zip.len);
	checker_free(c);
	close(fd);
}

static void
check_parts(struct outcome *o, const struct check_rules *rules,
    const struct zip_part *parts, size_t n)
{
	*o = (struct outcome){ .checked = { .size = 0 } };
	make_zip(&o->zip, parts, n);
	check_bytes(o, rules);
}

static void
done(struct outcome *o)
{
	check_done(&o->checked);
	check_done(&o->checked);
	buf_free(&o->zip);
	arena_free(&o->arena);
}

struct row {
	const char *label;
	struct zip_part parts[6];
	const char *found, *told;
};

static void
expect_rows(const struct check_rules *rules, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char sha256[DIGEST_HEX + 1];
		struct outcome o;
		size_t k = 0;

		while (k < N(rows->parts) && rows[i].parts[k].name != NULL)
			k++;
		check_parts(&o, rules, rows[i].parts, k);
		expect_found(&o.findings, rows[i].found, rows[i].label);
		if (rows[i].told != NULL &&
		    strcmp(buf_text(&world.told), rows[i].told) != 0)
			fail_msg("%s: told %s", rows[i].label,
			    buf_text(&world.told));
		digest_hex_of(o.zip.p, o.zip.len, sha256);
		assert_string_equal(o.checked.sha256, sha256);
		done(&o);
	}
}

/* ------------------------------------------------------------- what is good */

static void
a_good_package_is_read_in_order(void **unused)
{
	static const struct row rows[] = {
		{ "a form and a file", { IN_ZIP(INSTANCE(THE_FORM ","
		    THE_FILE)), FORM_IN_ZIP, FILE_IN_ZIP }, "", "app ttd/a; "
		    "take melding; forms d23f0824 good; "
		    "element 22222222 5; " },
		{ "the file first", { IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)),
		    FILE_IN_ZIP, FORM_IN_ZIP }, "", "app ttd/a; "
		    "element 22222222 5; take melding; "
		    "forms d23f0824 good; " },
		{ "instance.json last", { FILE_IN_ZIP, FORM_IN_ZIP,
		    IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)) }, "",
		    "app ttd/a; element 22222222 5; take melding; "
		    "forms d23f0824 good; " },
		{ "instance.json between", { FORM_IN_ZIP, IN_ZIP(INSTANCE(
		    THE_FORM "," THE_FILE)), FILE_IN_ZIP }, "", "app ttd/a; "
		    "take melding; forms d23f0824 good; "
		    "element 22222222 5; " },
		{ "the long form", { { .name = "ttd/a/" GUID "/instance.json",
		    .data = INSTANCE(THE_FORM) }, { .name = "ttd/a/" GUID
		    "/data/" FORM, .data = XML_27 } }, "", "app ttd/a; "
		    "take melding; forms d23f0824 good; " },
		{ "events are nobody's", { IN_ZIP(INSTANCE(THE_FORM)),
		    FORM_IN_ZIP, { .name = "instanceevents.json",
		    .data = "rubbish" } }, "", "app ttd/a; take melding; "
		    "forms d23f0824 good; " },
		{ "forms are in the order of data", { IN_ZIP(INSTANCE(
		    ELEMENT(SECOND, "under", "application/xml", "8", "") ","
		    THE_FORM)), FORM_IN_ZIP, { .name = "data/" SECOND,
		    .data = "<Annen/>" } }, "", "app ttd/a; take melding; "
		    "take under; forms 11111111 good d23f0824 good; " },
		{ "a form without a schema is a file", { IN_ZIP(INSTANCE(
		    THE_FORM "," ELEMENT(SECOND, "uten", "application/xml",
		    "4", ""))), FORM_IN_ZIP, { .name = "data/" SECOND,
		    .data = "<x/>" } }, "", "app ttd/a; take melding; "
		    "forms d23f0824 good; element 11111111 4; " },
		{ "a deleted element", { IN_ZIP(INSTANCE(THE_FORM ","
		    ELEMENT(FILE_ID, "vedlegg", "text/plain", "9",
		    ",\"deleteStatus\":{\"isHardDeleted\":true}"))),
		    FORM_IN_ZIP }, "", "app ttd/a; take melding; "
		    "forms d23f0824 good; " },
		{ "a deleted element that is there", { IN_ZIP(INSTANCE(
		    THE_FORM "," ELEMENT(FILE_ID, "vedlegg", "text/plain",
		    "9", ",\"deleteStatus\":{\"isHardDeleted\":true}"))),
		    FORM_IN_ZIP, FILE_IN_ZIP }, "", "app ttd/a; take "
		    "melding; forms d23f0824 good; " },
		{ "the sum of the bytes", { IN_ZIP(INSTANCE(THE_FORM ","
		    ELEMENT(FILE_ID, "vedlegg", "text/plain", "5",
		    ",\"contentHash\":\"XUFAKrxLKna5cZ2REBfFkg==\""))),
		    FORM_IN_ZIP, FILE_IN_ZIP }, "", NULL },
	};
	const struct check_rules rules = usual_rules();

	(void)unused;
	expect_rows(&rules, rows, N(rows));
}

static void
hooks_may_be_left_out(void **unused)
{
	static const struct row rows[] = {
		{ "no hooks", { IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)),
		    FORM_IN_ZIP, FILE_IN_ZIP }, "", "app ttd/a; " },
	};
	struct check_rules rules = usual_rules();

	(void)unused;
	rules.take = NULL;
	rules.forms_read = NULL;
	rules.element = NULL;
	expect_rows(&rules, rows, N(rows));
}

static void
what_was_read_is_at_hand_afterwards(void **unused)
{
	static const struct zip_part parts[] = {
		IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)), FORM_IN_ZIP,
		FILE_IN_ZIP,
	};
	const struct check_rules rules = usual_rules();
	struct package_entry entry;
	struct outcome o;

	(void)unused;
	check_parts(&o, &rules, parts, N(parts));
	assert_ptr_equal(o.checked.app, &world.app);
	assert_string_equal(o.checked.instance.guid, GUID);
	assert_int_equal(o.checked.n_forms, 1);
	assert_string_equal((const char *)
	    o.checked.forms[0].doc->children->name, "Melding");
	assert_ptr_equal(o.checked.forms[0].type, &world.forms[0]);
	assert_ptr_equal(o.checked.forms[0].element,
	    &o.checked.instance.elements[0]);
	/* and the package can be read once more */
	assert_int_equal(package_rewind(o.checked.package), 0);
	assert_int_equal(package_next(o.checked.package, &entry), 1);
	assert_int_equal(entry.kind, ENTRY_INSTANCE);
	done(&o);
}

/* ------------------------------------------------------------- what is not */

static void
each_fault_of_a_package_has_its_code(void **unused)
{
	static const struct row rows[] = {
		{ "nothing", { { .name = NULL } },
		    "INSTANCE_MISSING instance.json", "" },
		{ "no instance.json", { FORM_IN_ZIP },
		    "INSTANCE_MISSING instance.json", "" },
		{ "a malformed one", { IN_ZIP("{}x"), FORM_IN_ZIP },
		    "INSTANCE_MALFORMED instance.json", "" },
		{ "an unknown app", { IN_ZIP(HEAD("ttd/b", ENDED) THE_FORM
		    "]}"), FORM_IN_ZIP }, "APP_UNKNOWN appId",
		    "app ttd/b; element d23f0824 27; " },
		{ "not ended", { IN_ZIP(HEAD("ttd/a", "") THE_FORM "]}"),
		    FORM_IN_ZIP }, "NOT_ENDED process", NULL },
		{ "an element that is not there", { IN_ZIP(INSTANCE(THE_FORM
		    "," THE_FILE)), FORM_IN_ZIP },
		    "ELEMENT_MISSING data/" FILE_ID, NULL },
		{ "a form that is not there", { IN_ZIP(INSTANCE(THE_FORM ","
		    THE_FILE)), FILE_IN_ZIP }, "ELEMENT_MISSING data/" FORM,
		    "app ttd/a; element 22222222 5; " },
		{ "an element that is not listed", { IN_ZIP(INSTANCE(
		    THE_FORM)), FORM_IN_ZIP, FILE_IN_ZIP },
		    "UNLISTED_FILE data/" FILE_ID, NULL },
		{ "a file that is no element", { IN_ZIP(INSTANCE(THE_FORM)),
		    FORM_IN_ZIP, { .name = "data/x.txt", .data = "x" } },
		    "UNLISTED_FILE data/x.txt", NULL },
		{ "a file of another name", { IN_ZIP(INSTANCE(THE_FORM)),
		    FORM_IN_ZIP, { .name = "readme", .data = "x" } },
		    "ENTRY_UNEXPECTED readme", NULL },
		{ "another size", { IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)),
		    FORM_IN_ZIP, { .name = "data/" FILE_ID,
		    .data = "hello!" } }, "SIZE_MISMATCH data/" FILE_ID,
		    NULL },
		{ "no bytes at all", { IN_ZIP(INSTANCE(THE_FORM ","
		    ELEMENT(FILE_ID, "vedlegg", "application/pdf", "5",
		    ""))), FORM_IN_ZIP, { .name = "data/" FILE_ID } },
		    "SIZE_MISMATCH data/" FILE_ID, NULL },
		{ "another sum", { IN_ZIP(INSTANCE(THE_FORM ","
		    ELEMENT(FILE_ID, "vedlegg", "text/plain", "5",
		    ",\"contentHash\":\"1B2M2Y8AsgTpgAmY7PhCfg==\""))),
		    FORM_IN_ZIP, FILE_IN_ZIP },
		    "HASH_MISMATCH data/" FILE_ID, NULL },
		{ "other bytes than declared", { IN_ZIP(INSTANCE(THE_FORM ","
		    ELEMENT(FILE_ID, "vedlegg", "image/png", "5", ""))),
		    FORM_IN_ZIP, FILE_IN_ZIP },
		    "CONTENT_NOT_AS_DECLARED data/" FILE_ID, NULL },
		{ "a form that is not valid", { IN_ZIP(INSTANCE(ELEMENT(FORM,
		    "melding", "application/xml", "22", ""))), { .name =
		    "data/" FORM, .data = "<Melding><x></Melding>" } },
		    "Xsd /Melding/x; XML_MALFORMED /Melding/x", "app ttd/a; "
		    "take melding; forms d23f0824 bad; " },
		{ "nested too deep", { IN_ZIP(INSTANCE(ELEMENT(FORM,
		    "melding", "application/xml", "9", ""))), { .name =
		    "data/" FORM, .data = "<a><a><a><a><a><a><a><a><a><a><a>"
		    "<a><a><a><a><a><a><a><a><a><a>" } },
		    "XML_ROOT /a; XML_TOO_DEEP /a/a/a/a/a/a/a/a/a/a/a/a/a/a"
		    "/a/a/a/a/a/a; SIZE_MISMATCH data/" FORM, NULL },
		{ "an element listed twice", { IN_ZIP(INSTANCE(THE_FORM ","
		    THE_FILE "," THE_FILE)), FORM_IN_ZIP, FILE_IN_ZIP },
		    "INSTANCE_INCONSISTENT data.2", NULL },
		{ "a form listed twice", { IN_ZIP(INSTANCE(THE_FORM ","
		    THE_FORM)), FORM_IN_ZIP }, "INSTANCE_INCONSISTENT "
		    "data.1; TooManyDataElementsOfType instance.json",
		    "app ttd/a; take melding; " },
	};
	const struct check_rules rules = usual_rules();

	(void)unused;
	expect_rows(&rules, rows, N(rows));
}

static void
everything_that_is_wrong_is_told_at_once(void **unused)
{
	static const struct row rows[] = {
		{ "all", { { .name = "x", .data = "" }, FILE_IN_ZIP,
		    IN_ZIP(HEAD("ttd/a", "") ELEMENT(FORM, "melding",
		    "application/xml", "1", "") "," ELEMENT(SECOND, "vedlegg",
		    "text/plain", "1", "") "," ELEMENT(PDF, "nei", "a/b", "1",
		    "") "]}"), { .name = "data/" FORM,
		    .data = "<Melding><x/></Melding>" }, { .name =
		    "SHA256SUMS", .data = "no sums\n" } },
		    "ENTRY_UNEXPECTED x; NOT_ENDED process; "
		    "DATATYPE_UNKNOWN data/" PDF "; "
		    "UNLISTED_FILE data/" FILE_ID "; Xsd /Melding/x; "
		    "SIZE_MISMATCH data/" FORM "; SUMS_MALFORMED SHA256SUMS; "
		    "ELEMENT_MISSING data/" SECOND "; ELEMENT_MISSING data/"
		    PDF "; PDF_MISSING instance.json", NULL },
	};
	struct check_rules rules = usual_rules();
	struct outcome o;

	(void)unused;
	rules.require_pdf = true;
	rules.require_sums = true;
	check_parts(&o, &rules, rows[0].parts, 5);
	assert_int_equal(o.findings.n, 10);
	for (const char *p = rows[0].found; p != NULL; p = strchr(p, ';')) {
		char code[40];

		p += strspn(p, "; ");
		snprintf(code, sizeof code, "%.*s", (int)strcspn(p, " "), p);
		for (size_t i = 0; i <= o.findings.n; i++) {
			if (i == o.findings.n)
				fail_msg("%s is not told", code);
			if (strcmp(finding_name(o.findings.v[i].code),
			    code) == 0)
				break;
		}
	}
	done(&o);
}

static void
a_pdf_may_be_required(void **unused)
{
	static const struct row rows[] = {
		{ "none", { IN_ZIP(INSTANCE(THE_FORM)), FORM_IN_ZIP },
		    "PDF_MISSING instance.json", NULL },
		{ "a deleted one", { IN_ZIP(INSTANCE(THE_FORM "," ELEMENT(PDF,
		    "ref-data-as-pdf", "application/pdf", "9",
		    ",\"deleteStatus\":{\"isHardDeleted\":true}"))),
		    FORM_IN_ZIP }, "PDF_MISSING instance.json", NULL },
		{ "one", { IN_ZIP(INSTANCE(THE_FORM "," ELEMENT(PDF,
		    "ref-data-as-pdf", "application/pdf", "9", ""))),
		    FORM_IN_ZIP, { .name = "data/" PDF,
		    .data = "%PDF-1.7\n" } }, "", NULL },
	};
	struct check_rules rules = usual_rules();

	(void)unused;
	rules.require_pdf = true;
	expect_rows(&rules, rows, N(rows));
}

/* --------------------------------------------------------------- the sums */

#define WRONG "0000000000000000000000000000000000000000000000000000000000000000"

static const char instance_text[] = INSTANCE(THE_FORM);

/* Sums of instance.json and the form, then `more`. */
static const char *
sums_text(struct buf *b, const char *instance, const char *form,
    const char *more)
{
	char hex[DIGEST_HEX + 1];

	digest_hex_of(instance_text, sizeof instance_text - 1, hex);
	buf_reset(b);
	if (instance == NULL)
		buf_fmt(b, "%s  instance.json\n", hex);
	else
		buf_str(b, instance);
	digest_hex_of(XML_27, sizeof XML_27 - 1, hex);
	if (form == NULL)
		buf_fmt(b, "%s  data/" FORM "\n", hex);
	else
		buf_str(b, form);
	buf_str(b, more);
	return b->p;
}

static void
sums_are_of_all_files_and_no_others(void **unused)
{
	static const struct {
		const char *label, *instance, *form, *more, *found;
	} rows[] = {
		{ "right", NULL, NULL, "", "" },
		{ "a file left out", NULL, "", "",
		    "HASH_MISMATCH data/" FORM },
		{ "instance.json left out", "", NULL, "",
		    "HASH_MISMATCH instance.json" },
		{ "another sum", NULL, WRONG "  data/" FORM "\n", "",
		    "HASH_MISMATCH data/" FORM },
		{ "another sum of instance.json", WRONG "  instance.json\n",
		    NULL, "", "HASH_MISMATCH instance.json" },
		{ "one too many", NULL, NULL, WRONG "  data/x\n",
		    "HASH_MISMATCH SHA256SUMS" },
		{ "one whose name is no text", NULL, NULL,
		    WRONG "  data/\xff\n", "HASH_MISMATCH SHA256SUMS" },
		{ "malformed", NULL, NULL, "x\n",
		    "SUMS_MALFORMED SHA256SUMS" },
		{ "empty", "", "", "", "SUMS_MALFORMED SHA256SUMS" },
	};
	struct check_rules rules = usual_rules();
	struct buf b = { 0 };

	(void)unused;
	rules.require_sums = true;
	for (size_t i = 0; i < N(rows); i++) {
		const char *sums = sums_text(&b, rows[i].instance,
		    rows[i].form, rows[i].more);
		const struct zip_part s = { .name = "SHA256SUMS",
		    .data = sums }, in = IN_ZIP(instance_text),
		    form = FORM_IN_ZIP;
		/* before, between and after what they are about */
		const struct row orders[] = {
			{ rows[i].label, { s, in, form }, rows[i].found,
			    NULL },
			{ rows[i].label, { in, s, form }, rows[i].found,
			    NULL },
			{ rows[i].label, { in, form, s }, rows[i].found,
			    NULL },
			{ rows[i].label, { form, s, in }, rows[i].found,
			    NULL },
		};

		expect_rows(&rules, orders, N(orders));
	}
	buf_free(&b);
}

static void
sums_may_be_required(void **unused)
{
	static const struct row without[] = {
		{ "none", { IN_ZIP(instance_text), FORM_IN_ZIP },
		    "SUMS_MISSING SHA256SUMS", NULL },
	};
	static const struct row free_of[] = {
		{ "none", { IN_ZIP(instance_text), FORM_IN_ZIP }, "", NULL },
	};
	struct check_rules rules = usual_rules();

	(void)unused;
	expect_rows(&rules, free_of, 1);
	rules.require_sums = true;
	expect_rows(&rules, without, 1);
}

/* ------------------------------------------------------------ odd packages */

static void
what_is_no_package_has_its_sum_all_the_same(void **unused)
{
	const struct check_rules rules = usual_rules();
	struct outcome o = { .checked = { .size = 0 } };
	char sha256[DIGEST_HEX + 1];

	(void)unused;
	buf_str(&o.zip, "this is no package");
	check_bytes(&o, &rules);
	assert_int_equal(o.findings.n, 1);
	assert_null(o.checked.package);
	digest_hex_of(o.zip.p, o.zip.len, sha256);
	assert_string_equal(o.checked.sha256, sha256);
	done(&o);
}

static void
a_package_that_breaks_off_is_told(void **unused)
{
	static const struct zip_part parts[] = {
		IN_ZIP(INSTANCE(THE_FORM "," THE_FILE)), FORM_IN_ZIP,
		{ .name = "data/" FILE_ID, .data = "hello", .crc = 1 },
	};
	const struct check_rules rules = usual_rules();
	char sha256[DIGEST_HEX + 1];
	struct outcome o;

	(void)unused;
	check_parts(&o, &rules, parts, N(parts));
	assert_int_equal(o.findings.n, 1);
	assert_int_equal(finding_verdict(o.findings.v[0].code),
	    VERDICT_REJECTED);
	digest_hex_of(o.zip.p, o.zip.len, sha256);
	assert_string_equal(o.checked.sha256, sha256);
	assert_string_equal(o.checked.instance.guid, GUID);
	done(&o);
}

static void
an_instance_json_beyond_the_limit_is_refused(void **unused)
{
	struct zip_part parts[] = { { .name = "instance.json" },
		FORM_IN_ZIP };
	const struct check_rules rules = usual_rules();
	struct buf b = { 0 };
	struct outcome o;

	(void)unused;
	buf_str(&b, instance_text);
	while (b.len <= 4 << 20)
		buf_str(&b, "                                        ");
	parts[0].data = b.p;
	check_parts(&o, &rules, parts, N(parts));
	expect_found(&o.findings, "PACKAGE_TOO_LARGE instance.json", "large");
	done(&o);
	b.p[4 << 20] = '\0';
	check_parts(&o, &rules, parts, N(parts));
	expect_found(&o.findings, "", "just large enough");
	done(&o);
	buf_free(&b);
}

/* The bytes of an entry come as the file is read: the first may be few. */
static void
first_bytes_may_come_one_by_one(void **unused)
{
	static const char text[] = INSTANCE(THE_FORM "," ELEMENT(FILE_ID,
	    "vedlegg", "application/pdf", "9", "") "," ELEMENT(SECOND,
	    "vedlegg", "text/plain", "300000", ""));
	const struct check_rules rules = usual_rules();
	struct buf noise = { 0 };

	(void)unused;
	while (noise.len < 300000)
		buf_str(&noise, "0123456789");
	for (size_t left = 1; left < 9; left++) {
		struct zip_part parts[] = { IN_ZIP(text), FORM_IN_ZIP,
			{ .name = "data/" SECOND, .data = noise.p },
			{ .name = "data/" FILE_ID, .data = "%PDF-1.7\n" } };
		struct outcome o = { .checked = { .size = 0 } };
		struct buf before = { 0 };
		char *gap;
		size_t at;

		/* Make the file's bytes begin just before a block's end. */
		make_zip(&before, parts, 4);
		at = (size_t)((char *)memmem(before.p, before.len,
		    "%PDF-", 5) - before.p);
		parts[2].len = 300000 - (at - SOURCE_BLOCK) - left;
		gap = malloc(parts[2].len + 1);
		memcpy(gap, noise.p, parts[2].len);
		gap[parts[2].len] = '\0';
		parts[2].data = gap;
		make_zip(&o.zip, parts, 4);
		assert_memory_equal(o.zip.p + SOURCE_BLOCK - left, "%PDF-", 5);
		/* It must not fit into one block as a whole. */
		assert_true(o.zip.len > SOURCE_BLOCK);
		check_bytes(&o, &rules);
		expect_found(&o.findings, "SIZE_MISMATCH data/" SECOND,
		    "first bytes");
		done(&o);
		buf_free(&before);
		free(gap);
	}
	buf_free(&noise);
}

/* ------------------------------------------------------------------------- */

static int
set_up(void **unused)
{
	struct faults f = { 0 };
	struct app *a = &world.app;

	(void)unused;
	world.type = form_type_new("plain.xsd");
	a->name = "ttd/a";
	assert_int_equal(appmeta_read(&a->meta, &a->arena, "m", metadata,
	    sizeof metadata - 1, &f), 0);
	a->forms = world.forms;
	a->n_forms = N(world.forms);
	for (size_t i = 0; i < N(world.forms); i++) {
		world.forms[i] = *world.type;
		world.forms[i].type = &a->meta.types[i];
	}
	world.forms[2].model = NULL;
	world.forms[2].xsd = NULL;
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	form_type_free(world.type);
	arena_free(&world.app.arena);
	buf_free(&world.told);
	read_form_end();
	xmlCleanupParser();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_package_is_read_in_order),
		cmocka_unit_test(hooks_may_be_left_out),
		cmocka_unit_test(what_was_read_is_at_hand_afterwards),
		cmocka_unit_test(each_fault_of_a_package_has_its_code),
		cmocka_unit_test(everything_that_is_wrong_is_told_at_once),
		cmocka_unit_test(a_pdf_may_be_required),
		cmocka_unit_test(sums_are_of_all_files_and_no_others),
		cmocka_unit_test(sums_may_be_required),
		cmocka_unit_test(what_is_no_package_has_its_sum_all_the_same),
		cmocka_unit_test(a_package_that_breaks_off_is_told),
		cmocka_unit_test(an_instance_json_beyond_the_limit_is_refused),
		cmocka_unit_test(first_bytes_may_come_one_by_one),
	};

	jsonin_prepare();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
