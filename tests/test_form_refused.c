#include "tests/read_form.h"

#include <libxml/parser.h>
#include <stdlib.h>

/* Which forms are refused, and what is said of them. */

#define SECRET "15867210064"

static struct form_type *plain;

struct row {
	const char *label, *text, *found;
};

static void
expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_form(rows[i].label, plain, "*", rows[i].text,
		    rows[i].found, NULL);
}

/* A document of `before`, `n` times `text`, and `after`. */
static void
make(struct buf *b, const char *before, size_t n, const char *text,
    const char *after)
{
	buf_reset(b);
	buf_str(b, before);
	while (n-- > 0)
		buf_str(b, text);
	buf_str(b, after);
}

/* ------------------------------------------------------------- not a form */

static void
what_is_not_well_formed_is_refused_once(void **unused)
{
	static const struct row rows[] = {
		{ "empty", "", "XML_MALFORMED data/x" },
		{ "blank", " \n", "XML_MALFORMED data/x" },
		{ "text", SECRET, "XML_MALFORMED data/x" },
		{ "JSON", "{\"navn\":\"a\"}", "XML_MALFORMED data/x" },
		{ "blank before the declaration", " <?xml version='1.0'?>"
		    "<Melding/>", "XML_MALFORMED data/x" },
		{ "cut off", "<Melding><navn>a</navn>",
		    "XML_MALFORMED /Melding" },
		{ "cut off in a text", "<Melding><navn>" SECRET,
		    "XML_MALFORMED /Melding/navn" },
		{ "cut off in a tag", "<Melding><navn",
		    "XML_MALFORMED /Melding/navn" },
		{ "cut off in an attribute", "<Melding annet='" SECRET,
		    "XML_MALFORMED data/x" },
		{ "cut off in a comment", "<Melding><!-- " SECRET,
		    "XML_MALFORMED /Melding" },
		{ "tags that do not match", "<Melding><navn>a</Melding>",
		    "XML_MALFORMED /Melding/navn" },
		{ "two roots", "<Melding/><Melding/>",
		    "XML_MALFORMED data/x" },
		{ "text behind the root", "<Melding/>" SECRET,
		    "XML_MALFORMED data/x" },
		{ "an entity", "<Melding><navn>&nbsp;</navn></Melding>",
		    "XML_MALFORMED /Melding/navn" },
		{ "an entity in an attribute", "<Melding annet='&x;'/>",
		    "XML_MALFORMED data/x" },
		{ "an ampersand", "<Melding><navn>A & B</navn></Melding>",
		    "XML_MALFORMED /Melding/navn" },
		{ "a character that is none", "<Melding><navn>\x0b</navn>"
		    "</Melding>", "XML_MALFORMED /Melding/navn" },
		{ "a reference to none", "<Melding><navn>&#11;</navn>"
		    "</Melding>", "XML_MALFORMED /Melding/navn" },
		{ "an attribute twice", "<Melding annet='' annet=''/>",
		    "XML_MALFORMED data/x" },
		{ "a prefix of nothing", "<x:Melding/>",
		    "XML_MALFORMED data/x" },
		{ "an attribute's prefix of nothing", "<Melding x:a=''/>",
		    "XML_MALFORMED data/x" },
		{ "XML 2", "<?xml version='2.0'?><Melding/>",
		    "XML_MALFORMED data/x" },
		{ "bytes that are not UTF-8", "<Melding><navn>Bl\xe5</navn>"
		    "</Melding>", "XML_ENCODING /Melding/navn" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
a_form_that_was_cut_off_is_said_to_be(void **unused)
{
	struct reading o;

	(void)unused;
	read_form(&o, plain, "", "<Melding><navn>a", 16, 0, true);
	assert_true(found_shows(&o.findings, "ends inside this element"));
	reading_done(&o);
	read_form(&o, plain, "", "<Melding/>a", 11, 0, true);
	assert_false(found_shows(&o.findings, "ends inside this element"));
	reading_done(&o);
}

static void
a_document_type_is_refused_and_nothing_else_is_said(void **unused)
{
	static const struct row rows[] = {
		{ "a name", "<!DOCTYPE Melding><Melding/>",
		    "XML_DTD data/x" },
		{ "a file", "<!DOCTYPE Melding SYSTEM 'file:///etc/passwd'>"
		    "<Melding/>", "XML_DTD data/x" },
		{ "a host", "<!DOCTYPE Melding PUBLIC 'a' 'http://127.0.0.1/'>"
		    "<Melding/>", "XML_DTD data/x" },
		{ "an external entity", "<!DOCTYPE Melding [<!ENTITY x SYSTEM "
		    "'/etc/passwd'>]><Melding><navn>&x;</navn></Melding>",
		    "XML_DTD data/x" },
		{ "laughs", "<?xml version='1.0'?><!DOCTYPE Melding [<!ENTITY "
		    "a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;'>]>"
		    "<Melding><navn>&c;</navn></Melding>", "XML_DTD data/x" },
		{ "a parameter entity", "<!DOCTYPE Melding [<!ENTITY % x "
		    "SYSTEM '/etc/passwd'> %x;]><Melding/>",
		    "XML_DTD data/x" },
		{ "a default attribute", "<!DOCTYPE Melding [<!ATTLIST "
		    "Melding annet CDATA 'a'>]><Melding/>", "XML_DTD data/x" },
		{ "behind a comment", "<!-- a --><!DOCTYPE Melding><Melding/>",
		    "XML_DTD data/x" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
the_root_must_be_one_of_the_schema(void **unused)
{
	static const struct row rows[] = {
		{ "unknown", "<Skjema><navn>a</navn></Skjema>",
		    "XML_ROOT /Skjema" },
		{ "in another case", "<melding/>", "XML_ROOT /melding" },
		{ "in a namespace", "<Melding xmlns='urn:x'/>",
		    "XML_ROOT /Melding" },
		{ "one that is inside the root", "<navn>a</navn>",
		    "XML_ROOT /navn" },
		{ "and what is malformed behind it", "<x><y></x>",
		    "XML_ROOT /x; XML_MALFORMED /x/y" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
	expect_form("any global element", plain, "*", "<Annen>a</Annen>", "",
	    "Annen('a')");
}

/* ---------------------------------------------------------------- findings */

static void
everything_that_is_not_valid_is_told_at_once(void **unused)
{
	static const char text[] =
		"<Melding merke='12345678' nytt='" SECRET "'>\n"
		"<dato>" SECRET "</dato>\n"
		"<kort>" SECRET "</kort>\n"
		"<stille>1,5</stille>\n"
		"<Post><kode>a</kode><verdi>x</verdi></Post>\n"
		"<Post><verdi>1</verdi></Post>\n"
		"<Post><kode>a</kode><Post/></Post>\n"
		"<navn>late</navn>\n"
		"</Melding>";
	static const struct {
		const char *path;
		long line;
	} want[] = {
		{ "/Melding/@merke", 1 }, { "/Melding/@nytt", 1 },
		{ "/Melding/dato", 2 }, { "/Melding/kort", 3 },
		{ "/Melding/stille", 4 }, { "/Melding/Post[1]/verdi", 5 },
		{ "/Melding/Post[2]/verdi", 6 },
		{ "/Melding/Post[3]/Post[1]", 7 }, { "/Melding/navn", 8 },
	};
	struct reading o;

	(void)unused;
	read_form(&o, plain, "", text, sizeof text - 1, 0, true);
	for (size_t i = 0; i < o.findings.n && i < N(want); i++) {
		const struct finding *f = &o.findings.v[i];

		assert_int_equal(f->code, F_XSD);
		assert_string_equal(f->path, want[i].path);
		assert_string_equal(f->file, "data/x");
		if (f->line != want[i].line)
			fail_msg("%s: line %ld", f->path, f->line);
	}
	assert_int_equal(o.findings.n, N(want));
	assert_false(found_shows(&o.findings, "158672"));
	assert_false(o.usable);
	reading_done(&o);
}

/* libxml2's trees keep 16 bits of it; what is told of a form is no tree's. */
static void
the_line_of_a_long_form_is_told_whole(void **unused)
{
	enum { LINES = 70000 };
	struct buf b = { 0 };
	struct reading o;

	(void)unused;
	make(&b, "<Melding>", LINES, "\n", "<x/></Melding>");
	read_form(&o, plain, "*", b.p, b.len, 0, true);
	expect_found(&o.findings, "Xsd /Melding/x", "a long form");
	assert_int_equal(o.findings.v[0].line, LINES + 1);
	reading_done(&o);
	buf_free(&b);
}

static void
brothers_are_counted_where_they_repeat(void **unused)
{
	static const struct row rows[] = {
		{ "once where one is allowed", "<Melding><dato>x</dato>"
		    "</Melding>", "Xsd /Melding/dato" },
		{ "twice where one is allowed", "<Melding><navn>a</navn>"
		    "<navn>b</navn></Melding>", "Xsd /Melding/navn[2]" },
		{ "the first of many", "<Melding><Post><kode>a</kode><verdi>x"
		    "</verdi></Post></Melding>",
		    "Xsd /Melding/Post[1]/verdi" },
		{ "in the second of the third", "<Melding><Post><kode>a"
		    "</kode></Post><Post><kode>a</kode></Post><Post><kode>a"
		    "</kode><Post><kode>a</kode></Post><Post nr='x'><kode>a"
		    "</kode></Post></Post></Melding>",
		    "Xsd /Melding/Post[3]/Post[2]/@nr" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
a_form_with_more_findings_than_can_be_told_is_refused(void **unused)
{
	struct buf b = { 0 };
	struct reading o;

	(void)unused;
	make(&b, "<Melding>", 5000, "<Post nr='x'/>", "</Melding>");
	read_form(&o, plain, "", b.p, b.len, 0, true);
	assert_int_equal(o.findings.n, FINDINGS_MAX);
	assert_int_equal(o.findings.left_out, 10000 - FINDINGS_MAX);
	assert_false(o.usable);
	/* What is not told costs no memory. */
	assert_true(o.arena.total < 256 << 10);
	reading_done(&o);
	buf_free(&b);
}

static void
a_full_list_does_not_make_a_bad_form_good(void **unused)
{
	static const char *const texts[] = { "<Melding><x/></Melding>",
	    "<Melding>", "<x/>", "", "<!DOCTYPE x><x/>" };
	struct form_reader *r = form_reader_new();
	struct form_job job = usual_job;
	struct arena arena = { 0 };
	struct findings f;

	(void)unused;
	findings_init(&f, &arena);
	for (int i = 0; i < FINDINGS_MAX; i++)
		findings_add(&f, F_ENTRY_NAME, NULL, 0, NULL, "a");
	job.type = plain;
	job.arena = &arena;
	job.findings = &f;
	for (size_t i = 0; i < N(texts); i++)
		if (form_check(r, &job, texts[i], strlen(texts[i])))
			fail_msg("taken: %s", texts[i]);
	assert_true(form_check(r, &job, "<Melding/>", 10));
	form_reader_free(r);
	arena_free(&arena);
}

/* ------------------------------------------------------------------ limits */

static void
elements_are_nested_only_so_deep(void **unused)
{
	static const struct {
		unsigned most;
		size_t depth;
		const char *found;
	} rows[] = {
		{ 3, 3, "" }, { 3, 4, "XML_TOO_DEEP /r/r/r" }, { 1, 1, "" },
		{ 1, 2, "XML_TOO_DEEP /r" }, { 3, 100, "XML_TOO_DEEP /r/r/r" },
	};
	struct form_job job = usual_job;
	struct buf b = { 0 };
	struct reading o;

	(void)unused;
	job.type = form_type_new("nested.xsd");
	for (size_t i = 0; i < N(rows); i++) {
		make(&b, "", rows[i].depth, "<r>", "");
		for (size_t k = 0; k < rows[i].depth; k++)
			buf_str(&b, "</r>");
		job.max_depth = rows[i].most;
		read_job(&o, &job, "", b.p, b.len, 0, true);
		expect_found(&o.findings, rows[i].found, "depth");
		reading_done(&o);
	}
	/* More than we have room for is as much as we have room for. */
	job.max_depth = 100000;
	make(&b, "", FORM_DEPTH_MAX + 1, "<r>", "");
	read_job(&o, &job, "*", b.p, b.len, 1, true);
	assert_int_equal(o.findings.n, 1);
	assert_int_equal(o.findings.v[0].code, F_XML_TOO_DEEP);
	reading_done(&o);
	make(&b, "", FORM_DEPTH_MAX, "<r>", "");
	for (size_t k = 0; k < FORM_DEPTH_MAX; k++)
		buf_str(&b, "</r>");
	expect_bytes("all there is room for", job.type, "", &b, "", "");
	buf_free(&b);
	form_type_free((struct form_type *)job.type);
}

static void
an_element_has_only_so_many_attributes(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	for (int more = 0; more < 2; more++) {
		buf_reset(&b);
		buf_str(&b, "<Melding><fri");
		for (int i = 0; i < FORM_ATTRIBUTES_MAX + more; i++)
			buf_fmt(&b, " a%d='&amp;'", i);
		buf_str(&b, "/></Melding>");
		expect_bytes("attributes", plain, "/Melding", &b, more ?
		    "XML_LIMIT /Melding/fri" : "", more ? NULL : "Melding");
	}
	/* altinnRowId counts, namespaces do not. */
	buf_reset(&b);
	buf_str(&b, "<Melding><fri altinnRowId='1'");
	for (int i = 0; i < FORM_ATTRIBUTES_MAX; i++)
		buf_fmt(&b, " xmlns:a%d='b'", i);
	buf_str(&b, "/></Melding>");
	expect_bytes("namespaces", plain, "/Melding", &b, "", "Melding");
	buf_free(&b);
}

static void
a_tag_has_only_so_many_bytes(void **unused)
{
	static const struct {
		const char *label, *before, *text, *after, *found;
		bool fits;
	} rows[] = {
		{ "an attribute", "<Melding annet='", "a", "'/>",
		    "XML_LIMIT data/x", true },
		{ "a name", "<Melding><", "a", "/></Melding>",
		    "XML_LIMIT /Melding", false },
		{ "a comment", "<Melding><!--", "a", "--></Melding>",
		    "XML_LIMIT /Melding", true },
		{ "an instruction", "<Melding><?x ", "a", "?></Melding>",
		    "XML_LIMIT /Melding", true },
		{ "a namespace", "<Melding><fri xmlns:a='", "a", "'/>"
		    "</Melding>", "XML_LIMIT /Melding", true },
		{ "an entity", "<Melding><navn>&", "a", ";</navn></Melding>",
		    "XML_LIMIT /Melding/navn", false },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		make(&b, rows[i].before, 3 * FORM_TAG_MAX, rows[i].text,
		    rows[i].after);
		expect_bytes(rows[i].label, plain, "", &b, rows[i].found,
		    NULL);
		make(&b, rows[i].before, FORM_TAG_MAX / 2, rows[i].text,
		    rows[i].after);
		if (rows[i].fits)
			expect_bytes(rows[i].label, plain, "", &b, "", "");
	}
	buf_free(&b);
}

static void
a_text_has_only_so_many_bytes(void **unused)
{
	static const struct {
		const char *label, *before, *text, *after, *found;
	} rows[] = {
		{ "a text", "<Melding><navn>", "a", "</navn></Melding>",
		    "XML_LIMIT /Melding/navn" },
		{ "one that is not kept", "<Melding><Post><kode>", "a",
		    "</kode></Post></Melding>",
		    "XML_LIMIT /Melding/Post[1]/kode" },
		{ "CDATA", "<Melding><navn><![CDATA[", "a",
		    "]]></navn></Melding>", "XML_LIMIT /Melding/navn" },
		{ "with comments", "<Melding><navn>", "a<!---->",
		    "</navn></Melding>", "XML_LIMIT /Melding/navn" },
	};
	struct buf b = { 0 };
	struct reading o;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		for (size_t more = 0; more < 2; more++) {
			make(&b, rows[i].before, FORM_TEXT_MAX + more,
			    rows[i].text, rows[i].after);
			read_form(&o, plain, "/Melding/navn", b.p, b.len, 0,
			    true);
			expect_found(&o.findings, more ? rows[i].found : "",
			    rows[i].label);
			reading_done(&o);
		}
	buf_free(&b);
}

static void
white_space_between_elements_is_no_text_of_theirs(void **unused)
{
	struct buf b = { 0 };
	struct reading o;

	(void)unused;
	make(&b, "<Melding><navn>", FORM_TEXT_MAX - 10, "a", "</navn>\n");
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < FORM_TEXT_MAX - 10; k++)
			buf_char(&b, ' ');
		buf_str(&b, "<Post><kode/></Post>");
	}
	buf_str(&b, "</Melding>");
	read_form(&o, plain, "/Melding/Post", b.p, b.len, 0, true);
	expect_found(&o.findings, "", "white space");
	assert_string_equal(o.kept.p, "Melding(Post Post Post)");
	reading_done(&o);
	buf_free(&b);
}

/* ------------------------------------------------------- lenient, and yet */

static void
what_may_be_unknown_is_not_lost_in_a_leaf(void **unused)
{
	static const struct row rows[] = {
		{ "an element in a leaf", "<Melding><navn>Ola<x/>Nordmann"
		    "</navn></Melding>", "Xsd /Melding/navn/x" },
		{ "an unknown root", "<x/>", "XML_ROOT /x" },
		{ "in the wrong order", "<Melding><dato>2026-03-01</dato>"
		    "<navn>a</navn></Melding>", "Xsd /Melding/navn" },
	};

	(void)unused;
	plain->lenient.unknown = true;
	expect_rows(rows, N(rows));
	expect_form("an unknown one", plain, "*", "<Melding x='1'><navn>a"
	    "</navn><x y='1'>text<navn>b</navn></x><dato>2026-03-01</dato>"
	    "</Melding>", "", "Melding(navn('a') dato('2026-03-01'))");
	expect_form("one in what is open", plain, "*", "<Melding><fri x='1'>"
	    "<y/></fri></Melding>", "", "Melding(fri[@x=1](y))");
	plain->lenient.unknown = false;
}

static void
what_counts_as_absent_must_be_empty(void **unused)
{
	static const struct row rows[] = {
		{ "text", "<Melding " XSI "><stille xsi:nil='true'>7</stille>"
		    "</Melding>", "Xsd /Melding/stille" },
		{ "an element", "<Melding " XSI "><Post xsi:nil='true'><kode>"
		    "a</kode><verdi>1</verdi></Post></Melding>",
		    "Xsd /Melding/Post[1]" },
		{ "the root", "<Melding " XSI " xsi:nil='true'/>",
		    "Xsd /Melding" },
		{ "one that must be", "<Melding " XSI "><Post><kode "
		    "xsi:nil='true'/></Post></Melding>",
		    "Xsd /Melding/Post[1]" },
	};

	(void)unused;
	plain->lenient.nil = true;
	expect_rows(rows, N(rows));
	expect_form("absent", plain, "*", "<Melding " XSI "><stille "
	    "xsi:nil='true'> \n</stille><Post xsi:nil='1'/></Melding>", "",
	    "Melding");
	expect_form("nillable ones stay", plain, "*", "<Melding " XSI ">"
	    "<antall xsi:nil='true'/></Melding>", "", "Melding(antall)");
	plain->lenient.nil = false;
}

static void
another_fixed_value_is_kept(void **unused)
{
	(void)unused;
	expect_form("strict", plain, "*", "<Melding format='9002'/>",
	    "Xsd /Melding/@format", NULL);
	plain->lenient.fixed = true;
	expect_form("any", plain, "*", "<Melding format='9002'/>", "",
	    "Melding[@format=9002]");
	/* The parser allocated these. */
	expect_form("with references", plain, "*", "<Melding "
	    "merke='a&#10;' format='&#9;9&amp;2' annet='b&lt;'><felt "
	    "orid=' 8 '>2026-03-01</felt></Melding>", "", "Melding"
	    "[@merke=a\n][@format=\t9&2][@annet=b<](felt[@orid= 8 ]"
	    "('2026-03-01'))");
	plain->lenient.fixed = false;
}

static int
set_up(void **unused)
{
	(void)unused;
	plain = form_type_new("plain.xsd");
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	form_type_free(plain);
	read_form_end();
	xmlCleanupParser();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_well_formed_is_refused_once),
		cmocka_unit_test(a_form_that_was_cut_off_is_said_to_be),
		cmocka_unit_test(
		    a_document_type_is_refused_and_nothing_else_is_said),
		cmocka_unit_test(the_root_must_be_one_of_the_schema),
		cmocka_unit_test(everything_that_is_not_valid_is_told_at_once),
		cmocka_unit_test(the_line_of_a_long_form_is_told_whole),
		cmocka_unit_test(brothers_are_counted_where_they_repeat),
		cmocka_unit_test(
		    a_form_with_more_findings_than_can_be_told_is_refused),
		cmocka_unit_test(a_full_list_does_not_make_a_bad_form_good),
		cmocka_unit_test(elements_are_nested_only_so_deep),
		cmocka_unit_test(an_element_has_only_so_many_attributes),
		cmocka_unit_test(a_tag_has_only_so_many_bytes),
		cmocka_unit_test(a_text_has_only_so_many_bytes),
		cmocka_unit_test(
		    white_space_between_elements_is_no_text_of_theirs),
		cmocka_unit_test(what_may_be_unknown_is_not_lost_in_a_leaf),
		cmocka_unit_test(what_counts_as_absent_must_be_empty),
		cmocka_unit_test(another_fixed_value_is_kept),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
