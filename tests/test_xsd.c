#include "tests/expect.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdlib.h>
#include <unistd.h>

#include "schemas/xsd.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define DATA "tests/data/schemas/"

static const struct xsd_options altinn = { .patterns = XSD_PATTERNS_ALTINN };
static const struct xsd_options as_written = { .patterns = XSD_PATTERNS_XSD };

static struct xsd *
good(const char *file, const struct xsd_options *options)
{
	struct faults f = { 0 };
	struct xsd *x = xsd_load(DATA "good", "org/app", file, options, &f);

	expect_no_faults(&f, file);
	assert_non_null(x);
	return x;
}

static void
nothing(void *arg, xmlErrorPtr e)
{
	(void)arg;
	(void)e;
}

static bool
accepts(const struct xsd *x, const char *text)
{
	xmlSchemaValidCtxtPtr ctxt = xmlSchemaNewValidCtxt(xsd_schema(x));
	xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int rc;

	assert_non_null(doc);
	xmlSchemaSetValidStructuredErrors(ctxt, nothing, NULL);
	rc = xmlSchemaValidateDoc(ctxt, doc);
	xmlSchemaFreeValidCtxt(ctxt);
	xmlFreeDoc(doc);
	return rc == 0;
}

static bool
accepts_melding(const struct xsd *x, const char *aar, const char *kode,
    const char *orgnr)
{
	char text[400];

	snprintf(text, sizeof text, "<melding xmlns='urn:flerapp:main'>"
	    "<aar>%s</aar><kode>%s</kode><orgnr>%s</orgnr></melding>", aar,
	    kode, orgnr);
	return accepts(x, text);
}

static void
a_dotnet_pattern_loses_its_anchors_only(void **unused)
{
	static const struct {
		const char *pattern, *want;
	} rows[] = {
		{ "^a$", "a" },
		{ "^(19|20)[0-9]{2}$", "(19|20)[0-9]{2}" },
		{ "^a$|^b$", "a|b" },
		{ "(^a|b$)", "(a|b)" },
		{ "((^a$)|(^b$))*", "((a)|(b))*" },
		{ "^^a$$", "a" },
		{ "^$", "" },
		{ "", "" },
		{ "a^b", "a^b" },
		{ "a$b", "a$b" },
		{ "a$$b", "a$$b" },
		{ "\\^a\\$", "\\^a$" },
		{ "^\\$\\/\\#$", "$/#" },
		{ "[\\\"\\]\\-\\w]", "[\"\\]\\-\\w]" },
		{ "\\d\\.\\s\\\\\\/", "\\d\\.\\s\\\\/" },
		{ "^\\^a\\\\$", "\\^a\\\\" },
		{ "[^a]", "[^a]" },
		{ "[$^]", "[$^]" },
		{ "[a$]", "[a$]" },
		{ "(|[^$])$", "(|[^$])" },
		{ "[\\]$]^", "[\\]$]^" },
		{ "[]$]|^a", "[]$]|a" },
		{ "[^]^$]", "[^]^$]" },
		{ "[a-z-[^aei$]]$", "[a-z-[^aei$]]" },
		{ "[[$]|^a", "[[$]|a" },
		{ "[$", "[$" },
		{ "a\\", "a\\" },
		{ "$", "" },
		{ "^æ$", "æ" },
	};
	char out[80];

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		bool changed = xsd_unanchor(rows[i].pattern, out);

		if (strcmp(out, rows[i].want) != 0)
			fail_msg("%s became %s", rows[i].pattern, out);
		if (changed != (strcmp(out, rows[i].pattern) != 0))
			fail_msg("%s: changed or not", rows[i].pattern);
	}
}

static void
anchors_go_in_every_document_of_the_schema(void **unused)
{
	struct xsd *x = good("main.xsd", &altinn);

	(void)unused;
	assert_true(accepts_melding(x, "2021", "AB", "912345678"));
	assert_true(accepts_melding(x, "1999", "x", "812345678"));
	assert_false(accepts_melding(x, "^2021$", "AB", "912345678"));
	assert_false(accepts_melding(x, "2021", "ABC", "912345678"));
	assert_false(accepts_melding(x, "2021", "AB", "112345678"));
	assert_false(accepts_melding(x, "2121", "AB", "912345678"));
	xsd_free(x);
}

static void
anchors_stay_when_the_app_says_so(void **unused)
{
	struct xsd *x = good("main.xsd", &as_written);

	(void)unused;
	assert_true(accepts_melding(x, "^2021$", "^AB$", "^912345678$"));
	assert_false(accepts_melding(x, "2021", "^AB$", "^912345678$"));
	assert_false(accepts_melding(x, "^2021$", "AB", "^912345678$"));
	assert_false(accepts_melding(x, "^2021$", "^AB$", "912345678"));
	xsd_free(x);
}

static void
a_document_is_there_once_for_each_namespace(void **unused)
{
	static const struct {
		const char *main, *file, *ns;
	} rows[] = {
		{ "main.xsd", "main.xsd", "urn:flerapp:main" },
		{ "main.xsd", "parts/common.xsd", "urn:flerapp:main" },
		{ "main.xsd", "parts/deep/codes.xsd", "urn:flerapp:codes" },
		{ "main.xsd", "parts/deep/more.xsd", "urn:flerapp:main" },
		{ "two-namespaces.xsd", "two-namespaces.xsd",
		    "urn:flerapp:one" },
		{ "two-namespaces.xsd", "no-namespace.xsd",
		    "urn:flerapp:one" },
		{ "two-namespaces.xsd", "other.xsd", "urn:flerapp:other" },
		{ "two-namespaces.xsd", "no-namespace.xsd",
		    "urn:flerapp:other" },
		{ "circle.xsd", "circle.xsd", NULL },
		{ "circle.xsd", "circle-back.xsd", NULL },
	};
	const struct xsd_document *docs;
	struct xsd *x = NULL;
	size_t n = 0, k = 0;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++, k++) {
		if (i == 0 || strcmp(rows[i].main, rows[i - 1].main) != 0) {
			assert_int_equal(k, n);
			xsd_free(x);
			x = good(rows[i].main, &altinn);
			n = xsd_documents(x, &docs);
			k = 0;
		}
		assert_true(k < n);
		assert_string_equal(docs[k].file, rows[i].file);
		assert_non_null(docs[k].doc);
		if (rows[i].ns == NULL)
			assert_null(docs[k].ns);
		else
			assert_string_equal(docs[k].ns, rows[i].ns);
	}
	assert_int_equal(k, n);
	xsd_free(x);
}

static void
the_target_namespace_is_that_of_the_main_document(void **unused)
{
	struct xsd *x = good("main.xsd", &altinn);

	(void)unused;
	assert_string_equal(xsd_target_ns(x), "urn:flerapp:main");
	assert_string_equal(xsd_label(x), "org/app");
	xsd_free(x);
	x = good("circle.xsd", &altinn);
	assert_null(xsd_target_ns(x));
	xsd_free(x);
	xsd_free(NULL);
}

static void
file_names_may_hold_any_letter(void **unused)
{
	struct xsd *x = good("names.xsd", &altinn);

	(void)unused;
	assert_true(accepts(x, "<a>7</a>"));
	assert_true(accepts(x, "<b>7</b>"));
	assert_false(accepts(x, "<b>x</b>"));
	xsd_free(x);
}

static void
documents_may_have_their_own_encoding(void **unused)
{
	struct xsd *x = good("latin.xsd", &altinn);

	(void)unused;
	assert_true(accepts(x, "<måned>år &amp; dag</måned>"));
	assert_false(accepts(x, "<måned>uke</måned>"));
	xsd_free(x);
}

static void
a_namespace_need_not_be_a_uri(void **unused)
{
	struct xsd *x = good("odd-namespace.xsd", &altinn);

	(void)unused;
	assert_true(accepts(x,
	    "<a xmlns='http://eksempel.invalid/skjema ø'/>"));
	xsd_free(x);
}

static void
a_namespace_taken_from_the_includer_reaches_names(void **unused)
{
	struct xsd *x = good("two-namespaces.xsd", &altinn);

	(void)unused;
	assert_true(accepts(x, "<a xmlns='urn:flerapp:one'>"
	    "<tekst>abc</tekst></a>"));
	assert_true(accepts(x, "<o:b xmlns:o='urn:flerapp:one' "
	    "xmlns='urn:flerapp:other'><tekst>abc</tekst></o:b>"));
	assert_false(accepts(x, "<a xmlns='urn:flerapp:one'>"
	    "<tekst>abcd</tekst></a>"));
	xsd_free(x);
}

static const struct {
	const char *file, *at;
	long line;
	const char *words;
} wrong[] = {
	{ "fetch.xsd", "fetch.xsd", 2,
	    "'http://example.invalid/x.xsd': nothing is fetched" },
	{ "fetch-file.xsd", "fetch-file.xsd", 3,
	    "'file:///etc/passwd': nothing is fetched" },
	{ "absolute.xsd", "absolute.xsd", 2,
	    "'/parts/named.xsd': it must be a relative path" },
	{ "host.xsd", "host.xsd", 2,
	    "'//example.invalid/x.xsd': it must be a relative path" },
	{ "leaves.xsd", "leaves.xsd", 2, "leaves the app's folder" },
	{ "leaves-encoded.xsd", "leaves-encoded.xsd", 2,
	    "'%2e%2e/good/circle.xsd'" },
	{ "missing.xsd", "missing.xsd", 3, "xs:import of 'not-there.xsd'" },
	{ "missing-redefine.xsd", "missing-redefine.xsd", 2,
	    "xs:redefine of 'not-there.xsd'" },
	{ "nested.xsd", "parts/inner.xsd", 5, "'../../x.xsd'" },
	{ "lookahead.xsd", "lookahead.xsd", 4,
	    "XSD cannot say this pattern; write it without lookahead" },
	{ "lookahead-included.xsd", "parts/lookahead.xsd", 13,
	    "XSD cannot say this pattern; write it without lookahead" },
	{ "type-unknown.xsd", "type-unknown.xsd", 2, "Nobody" },
	{ "twice.xsd", "twice.xsd", 4, "mutually exclusive" },
	{ "included-wrong.xsd", "parts/wrong.xsd", 3, "Nobody" },
	{ "other-namespace.xsd", "other-namespace.xsd", 2,
	    "urn:b" },
	{ "include-named.xsd", "include-named.xsd", 2,
	    "target namespace" },
	{ "skipped.xsd", "skipped.xsd", 3,
	    "'parts/named-too.xsd'" },
	{ "base.xsd", "base.xsd", 2, "xml:base" },
	{ "dtd.xsd", "dtd.xsd", 0, "DTD" },
	{ "dtd-included.xsd", "dtd.xsd", 0, "DTD" },
	{ "broken.xsd", "broken.xsd", 3, "mismatch" },
	{ "empty.xsd", "empty.xsd", 0, "" },
	{ "no-schema.xsd", "no-schema.xsd", 3, "'schema'" },
	{ "folder.xsd", "parts", 0, "" },
	{ "entity.xsd", "entity.xsd", 2, "nobody" },
	{ "not-there.xsd", "not-there.xsd", 0, "" },
};

static void
what_is_wrong_is_a_fault_with_file_and_line(void **unused)
{
	char at[200];

	(void)unused;
	for (size_t i = 0; i < N(wrong); i++) {
		struct faults f = { 0 };
		struct xsd *x = xsd_load(DATA "bad", "org/app",
		    wrong[i].file, &altinn, &f);

		if (x != NULL)
			fail_msg("%s was taken", wrong[i].file);
		snprintf(at, sizeof at, "org/app/%s", wrong[i].at);
		expect_fault(&f, at, wrong[i].line, 0, wrong[i].words,
		    wrong[i].file);
		faults_free(&f);
	}
}

static void
a_folder_that_is_not_there_is_a_fault(void **unused)
{
	struct faults f = { 0 };

	(void)unused;
	assert_null(xsd_load(DATA "nowhere", "org/app", "a.xsd", &altinn,
	    &f));
	expect_fault(&f, "org/app", 0, 0, "folder", "nowhere");
	faults_free(&f);
}

static void
nothing_is_ever_written_to_stderr(void **unused)
{
	char name[] = "/tmp/flerapp-test-XXXXXX";
	int fd = mkstemp(name), before = dup(STDERR_FILENO);
	struct faults f = { 0 };

	(void)unused;
	assert_int_not_equal(fd, -1);
	assert_int_not_equal(before, -1);
	unlink(name);
	dup2(fd, STDERR_FILENO);
	for (size_t i = 0; i < N(wrong); i++)
		xsd_free(xsd_load(DATA "bad", "org/app", wrong[i].file,
		    &altinn, &f));
	xsd_free(xsd_load(DATA "good", "org/app", "odd-namespace.xsd",
	    &altinn, &f));
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	faults_free(&f);
}

static xmlParserInputPtr
no_entity(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

static void
the_callers_hooks_are_put_back(void **unused)
{
	xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
	struct faults f = { 0 };
	int context;

	(void)unused;
	xmlSetExternalEntityLoader(no_entity);
	xmlSetStructuredErrorFunc(&context, nothing);
	xsd_free(good("main.xsd", &altinn));
	assert_null(xsd_load(DATA "bad", "org/app", "lookahead.xsd",
	    &altinn, &f));
	assert_true(xmlGetExternalEntityLoader() == no_entity);
	assert_true(xmlStructuredError == nothing);
	assert_ptr_equal(xmlStructuredErrorContext, &context);
	xmlSetExternalEntityLoader(before);
	xmlSetStructuredErrorFunc(NULL, NULL);
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dotnet_pattern_loses_its_anchors_only),
		cmocka_unit_test(anchors_go_in_every_document_of_the_schema),
		cmocka_unit_test(anchors_stay_when_the_app_says_so),
		cmocka_unit_test(a_document_is_there_once_for_each_namespace),
		cmocka_unit_test(
		    the_target_namespace_is_that_of_the_main_document),
		cmocka_unit_test(file_names_may_hold_any_letter),
		cmocka_unit_test(documents_may_have_their_own_encoding),
		cmocka_unit_test(a_namespace_need_not_be_a_uri),
		cmocka_unit_test(
		    a_namespace_taken_from_the_includer_reaches_names),
		cmocka_unit_test(what_is_wrong_is_a_fault_with_file_and_line),
		cmocka_unit_test(a_folder_that_is_not_there_is_a_fault),
		cmocka_unit_test(nothing_is_ever_written_to_stderr),
		cmocka_unit_test(the_callers_hooks_are_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
