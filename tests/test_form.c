#include "tests/read_form.h"

#include <libxml/parser.h>
#include <stdlib.h>

#include "spool/text.h"

/* What is read of forms, and what is kept of them. */

static struct form_type *plain, *qualified, *unqualified, *odd;

struct row {
	const char *label, *take, *text, *found, *kept;
};

static void
expect_rows(const struct form_type *type, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_form(rows[i].label, type, rows[i].take, rows[i].text,
		    rows[i].found, rows[i].kept);
}

#define WHOLE "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" \
	"<Melding " XSI " format=\"9001\" merke=\"a\">\n" \
	"  <navn>Ås &amp; <![CDATA[<Sønn>]]><!-- no --> AS</navn>\n" \
	"  <dato>2026-03-01</dato>\n  <antall xsi:nil=\"true\" />\n" \
	"  <?pi x?>\n  <Post nr=\"1\"><kode>A1</kode><verdi>10</verdi>" \
	"<Post><kode>A11</kode></Post></Post>\n" \
	"  <Post><kode>B2</kode></Post>\n</Melding>\n"

static void
only_what_the_maps_read_is_kept(void **unused)
{
	static const struct row rows[] = {
		{ "nothing", "", WHOLE, "", "" },
		{ "another root", "/Annen", WHOLE, "", "" },
		{ "the root", "/Melding", WHOLE, "",
		    "Melding[@format=9001][@merke=a]" },
		{ "a leaf", "/Melding/navn", WHOLE, "", "Melding[@format="
		    "9001][@merke=a](navn('Ås & <Sønn> AS'))" },
		{ "what is not there", "/Melding/tid", WHOLE, "",
		    "Melding[@format=9001][@merke=a]" },
		{ "groups and what is in them",
		    "/Melding/Post/kode /Melding/dato", WHOLE, "",
		    "Melding[@format=9001][@merke=a](dato('2026-03-01') "
		    "Post[@nr=1](kode('A1')) Post(kode('B2')))" },
		{ "groups alone", "/Melding/Post", WHOLE, "", "Melding"
		    "[@format=9001][@merke=a](Post[@nr=1] Post)" },
		{ "a part as a whole", "/Melding/Post*", WHOLE, "", "Melding"
		    "[@format=9001][@merke=a](Post[@nr=1](kode('A1') "
		    "verdi('10') Post(kode('A11'))) Post(kode('B2')))" },
		{ "all", "*", WHOLE, "", "Melding[@format=9001][@merke=a]"
		    "(navn('Ås & <Sønn> AS') dato('2026-03-01') antall "
		    "Post[@nr=1](kode('A1') verdi('10') Post(kode('A11'))) "
		    "Post(kode('B2')))" },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

static void
text_is_kept_as_it_stands(void **unused)
{
	static const struct row rows[] = {
		{ "white space", "*", "<Melding><navn> a  b\n</navn></Melding>",
		    "", "Melding(navn(' a  b\n'))" },
		{ "ends of lines", "*", "<Melding><navn>a\r\nb\rc</navn>"
		    "</Melding>", "", "Melding(navn('a\nb\nc'))" },
		{ "an empty leaf", "*", "<Melding><navn/></Melding>", "",
		    "Melding(navn)" },
		{ "an empty leaf with two tags", "*",
		    "<Melding><navn></navn></Melding>", "", "Melding(navn)" },
		{ "references", "*", "<Melding><navn>&lt;&#229;&#xE5;&quot;"
		    "&apos;</navn></Melding>", "", "Melding(navn('<åå\"''))" },
		{ "beyond the first plane", "*",
		    "<Melding><navn>\xf0\x9f\x98\x80</navn></Melding>", "",
		    "Melding(navn('\xf0\x9f\x98\x80'))" },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

static void
an_attribute_is_kept_as_it_stands(void **unused)
{
	static const struct row rows[] = {
		{ "an ampersand", "*", "<Melding annet=\"A &amp; B\"/>", "",
		    "Melding[@annet=A & B]" },
		{ "a reference to an ampersand", "*",
		    "<Melding annet=\"&#38;&#x26;\"/>", "",
		    "Melding[@annet=&&]" },
		{ "an ampersand that is no reference", "*",
		    "<Melding annet=\"&amp;#38;&amp;amp;\"/>", "",
		    "Melding[@annet=&#38;&amp;]" },
		{ "others", "*", "<Melding annet=\"&lt;&quot;&#229;'\"/>", "",
		    "Melding[@annet=<\"å']" },
		{ "white space", "*", "<Melding annet=\" a\n\tb&#10;\"/>", "",
		    "Melding[@annet= a  b\n]" },
		{ "empty", "*", "<Melding annet=''/>", "",
		    "Melding[@annet=]" },
		/* the schema sees the same: seven characters */
		{ "long enough", "*", "<Melding merke=\"&amp;&amp;&amp;&amp;"
		    "&amp;&amp;&amp;\"/>", "", "Melding[@merke=&&&&&&&]" },
		{ "too long", "*", "<Melding merke=\"&amp;&amp;&amp;&amp;"
		    "&amp;&amp;&amp;&amp;\"/>", "Xsd /Melding/@merke", NULL },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

/* The parser gives what it allocated free by its place in the list. */
static void
the_row_id_is_nobodys_business(void **unused)
{
	static const struct row rows[] = {
		{ "alone", "*", "<Melding altinnRowId=\"\"/>", "", "Melding" },
		{ "anywhere", "*", "<Melding><navn altinnRowId=\"7\">a</navn>"
		    "<Post altinnRowId=\"x\" nr=\"1\"><kode>a</kode></Post>"
		    "</Melding>", "",
		    "Melding(navn('a') Post[@nr=1](kode('a')))" },
		{ "first", "*", "<Melding altinnRowId='a&amp;b' merke='c&#10;"
		    "d' annet='e'/>", "", "Melding[@merke=c\nd][@annet=e]" },
		{ "in the middle", "*", "<Melding merke='c&#10;d' "
		    "altinnRowId='a&amp;b' annet='e'/>", "",
		    "Melding[@merke=c\nd][@annet=e]" },
		{ "in the middle, the others plain", "*", "<Melding merke='c' "
		    "altinnRowId='a&amp;b' annet='e'/>", "",
		    "Melding[@merke=c][@annet=e]" },
		{ "last", "*", "<Melding merke='c' annet='e&amp;f' "
		    "altinnRowId='a&amp;b'/>", "",
		    "Melding[@merke=c][@annet=e&f]" },
		{ "with a namespace it is another", "", "<Melding xmlns:p='p' "
		    "p:altinnRowId='1'/>",
		    "Xsd /Melding/@{p}altinnRowId", NULL },
		{ "in another case it is another", "",
		    "<Melding altinnrowid='1'/>",
		    "Xsd /Melding/@altinnrowid", NULL },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

static void
midnight_on_a_date_is_the_date(void **unused)
{
	static const struct {
		const char *text, *kept;
	} rows[] = {
		{ "2026-03-01", "2026-03-01" },
		{ "2026-03-01T00:00:00", "2026-03-01" },
		{ "2026-03-01T00:00:00Z", "2026-03-01" },
		{ "2026-03-01T00:00:00.0000000", "2026-03-01" },
		{ "2026-03-01T00:00:00.000+01:00", "2026-03-01" },
		{ "2026-03-01T00:00:00-05:30", "2026-03-01" },
		{ "2026-03-01Z", "2026-03-01Z" },
		/* valid, but libxml2 refuses it, and Altinn writes none */
		{ " 2026-03-01\n", NULL },
		{ "2026-03-01T00:00:01", NULL },
		{ "2026-03-01T12:00:00", NULL },
		{ "2026-03-01T00:00", NULL },
		{ "2026-03-01T00:00:00.0001", NULL },
		{ "2026-03-01T00:00:00+1:00", NULL },
		{ "2026-03-01T00:00:00+abcde", NULL },
		{ "2026-03-01T00:00:00-Oslo!", NULL },
		{ "2026-03-01T00:00:00+01:00Z", NULL },
		{ "2026-02-30T00:00:00", NULL },
		{ "01.03.2026T00:00:00", NULL },
		{ "T00:00:00", NULL },
		{ "", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		char text[200], kept[100];

		snprintf(text, sizeof text, "<Melding><dato>%s</dato>"
		    "<felt orid='7'>%s</felt></Melding>", rows[i].text,
		    rows[i].text);
		snprintf(kept, sizeof kept, "Melding(dato('%s') "
		    "felt[@orid=7]('%s'))", rows[i].kept, rows[i].kept);
		expect_form(rows[i].text, plain, "*", text,
		    rows[i].kept != NULL ? "" :
		    "Xsd /Melding/dato; Xsd /Melding/felt",
		    rows[i].kept != NULL ? kept : NULL);
	}
	expect_form("a date-time is none", plain, "*", "<Melding><tid>"
	    "2026-03-01T00:00:00</tid></Melding>", "",
	    "Melding(tid('2026-03-01T00:00:00'))");
	expect_form("nor is a text", plain, "*", "<Melding><navn>"
	    "2026-03-01T00:00:00</navn></Melding>", "",
	    "Melding(navn('2026-03-01T00:00:00'))");
}

static void
an_element_that_is_nil_is_kept_without_text(void **unused)
{
	static const struct row rows[] = {
		{ "nillable", "*", "<Melding " XSI "><antall xsi:nil='true'/>"
		    "</Melding>", "", "Melding(antall)" },
		{ "1 is true", "*", "<Melding " XSI "><antall xsi:nil='1'>"
		    "</antall></Melding>", "", "Melding(antall)" },
		{ "false is not", "*", "<Melding " XSI "><antall "
		    "xsi:nil='false'>7</antall></Melding>", "",
		    "Melding(antall('7'))" },
		{ "the root", "*", "<Nullbar " XSI " xsi:nil='true'/>", "",
		    "Nullbar" },
		{ "nil with a text", "*", "<Melding " XSI "><antall "
		    "xsi:nil='true'>7</antall></Melding>",
		    "Xsd /Melding/antall", NULL },
		{ "not nillable", "*", "<Melding " XSI "><stille "
		    "xsi:nil='true'/></Melding>",
		    "Xsd /Melding/stille; Xsd /Melding/stille", NULL },
		{ "an empty number", "*", "<Melding><antall/></Melding>",
		    "Xsd /Melding/antall", NULL },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

/* ------------------------------------------------------------- mixed text */

static void
text_among_elements_is_kept_where_the_schema_mixes(void **unused)
{
	static const struct row rows[] = {
		{ "text alone", "*", "<Melding><notat>en to</notat></Melding>",
		    "", "Melding(notat('en to'))" },
		{ "around", "*", "<Melding><notat>en <fet>to</fet> <fet>tre"
		    "</fet>.</notat></Melding>", "", "Melding(notat('en ' "
		    "fet('to') ' ' fet('tre') '.'))" },
		{ "around what does not mix", "*", "<Melding><notat>en"
		    "<liste>\n <punkt>to</punkt>\n <punkt>tre</punkt>\n"
		    "</liste>fire</notat></Melding>", "", "Melding(notat("
		    "'en' liste(punkt('to') punkt('tre')) 'fire'))" },
		{ "its path alone", "/Melding/notat", "<Melding><notat>en "
		    "<fet>to</fet> tre</notat></Melding>", "",
		    "Melding(notat('en ' ' tre'))" },
		{ "not its path", "/Melding/notat/fet", "<Melding><notat>en "
		    "<fet>to</fet> tre</notat></Melding>", "",
		    "Melding(notat('en ' fet('to') ' tre'))" },
		{ "in what the schema leaves open", "*", "<Melding><fri><x>en"
		    "<y>to</y> tre</x></fri></Melding>", "",
		    "Melding(fri(x('en' y('to') ' tre')))" },
		{ "in what it does not", "*", "<Melding>en<navn>a</navn>"
		    "</Melding>", "Xsd /Melding", NULL },
		{ "in a leaf", "*", "<Melding><navn>a<b/>c</navn></Melding>",
		    "Xsd /Melding/navn/b", NULL },
		{ "in a date", "*", "<Melding><dato>2026-03-01<b/></dato>"
		    "</Melding>", "Xsd /Melding/dato/b", NULL },
	};

	(void)unused;
	expect_rows(plain, rows, N(rows));
}

/* -------------------------------------------------------------- namespaces */

#define NS "xmlns=\"urn:flerapp:form\""

static void
a_namespace_is_asked_for(void **unused)
{
	static const struct row rows[] = {
		{ "as it should be", "*", "<Melding " NS " nr='1'><navn>a"
		    "</navn></Melding>", "", "Melding[@nr=1](navn('a'))" },
		{ "with a prefix", "*", "<f:Melding xmlns:f='urn:flerapp:form'>"
		    "<f:navn>a</f:navn></f:Melding>", "",
		    "Melding(navn('a'))" },
		{ "none", "*", "<Melding><navn>a</navn></Melding>",
		    "XML_ROOT /Melding", NULL },
		{ "another", "*", "<Melding xmlns='urn:flerapp:Form'><navn>a"
		    "</navn></Melding>", "XML_ROOT /Melding", NULL },
		{ "a prefixed root only", "*", "<f:Melding "
		    "xmlns:f='urn:flerapp:form'><navn>a</navn></f:Melding>",
		    "Xsd /Melding/navn", NULL },
	};

	(void)unused;
	expect_rows(qualified, rows, N(rows));
}

static void
lenient_takes_a_document_without_namespace(void **unused)
{
	static const struct row with[] = {
		{ "none", "*", "<Melding nr='1'><navn>a</navn><dato>2026-03-01"
		    "T00:00:00</dato></Melding>", "",
		    "Melding[@nr=1](navn('a') dato('2026-03-01'))" },
		{ "the right one", "*", "<Melding " NS "><navn>a</navn>"
		    "</Melding>", "", "Melding(navn('a'))" },
		{ "another", "*", "<Melding xmlns='urn:x'><navn>a</navn>"
		    "</Melding>", "XML_ROOT /Melding", NULL },
		{ "an unknown element", "*", "<Melding><navn>a</navn><x/>"
		    "</Melding>", "Xsd /Melding/x", NULL },
	};
	static const struct row without[] = {
		{ "none", "*", "<Melding><navn>a</navn><felles>b</felles>"
		    "</Melding>", "", "Melding(navn('a') felles('b'))" },
		{ "the right ones", "*", "<f:Melding "
		    "xmlns:f='urn:flerapp:form'><navn>a</navn><f:felles>b"
		    "</f:felles></f:Melding>", "",
		    "Melding(navn('a') felles('b'))" },
	};

	(void)unused;
	qualified->lenient.namespace = unqualified->lenient.namespace = true;
	expect_rows(qualified, with, N(with));
	expect_rows(unqualified, without, N(without));
	qualified->lenient.namespace = unqualified->lenient.namespace = false;
}

static void
a_namespace_name_need_not_be_a_uri(void **unused)
{
	static const struct row rows[] = {
		{ "default", "*", "<Melding xmlns='http://seres.no/xsd/Prøve "
		    "skjema'><navn>a</navn></Melding>", "",
		    "Melding(navn('a'))" },
		{ "prefix", "*", "<s:Melding xmlns:s='http://seres.no/xsd/"
		    "Prøve skjema'><s:navn>a</s:navn></s:Melding>", "",
		    "Melding(navn('a'))" },
	};

	(void)unused;
	expect_rows(odd, rows, N(rows));
}

/* --------------------------------------------------------------- encodings */

static void
an_encoding_is_taken_when_it_is_allowed(void **unused)
{
#define TEXT(x) "<Melding><navn>" x "</navn></Melding>"
#define DECL(x) "<?xml version=\"1.0\" encoding=\"" x "\"?>"
	static const struct {
		const char *text;
		unsigned allowed;
		const char *kept;
	} rows[] = {
		{ TEXT("Å"), 0, "Å" },
		{ DECL("utf-8") TEXT("Å"), 0, "Å" },
		{ DECL("UTF-8") TEXT("Å"), 0, "Å" },
		{ "<?xml version='1.0' encoding = 'utf-8' standalone='yes'?>"
		    TEXT("Å"), 0, "Å" },
		{ "\xef\xbb\xbf" TEXT("Å"), 0, "Å" },
		{ "\xef\xbb\xbf" DECL("utf-8") TEXT("Å"), 0, "Å" },
		{ DECL("iso-8859-1") TEXT("\xc5"), FORM_ISO_8859_1, "Å" },
		{ DECL("ISO-8859-1") TEXT("\xc5"), FORM_ISO_8859_1, "Å" },
		{ DECL("windows-1252") TEXT("\xc5\x80"), FORM_WINDOWS_1252,
		    "Å€" },
		{ DECL("iso-8859-1") TEXT("\xc5"), 0, NULL },
		{ DECL("iso-8859-1") TEXT("A"), FORM_WINDOWS_1252, NULL },
		{ DECL("windows-1252") TEXT("A"), FORM_ISO_8859_1, NULL },
		{ DECL("us-ascii") TEXT("A"), 7, NULL },
		{ DECL("utf-16") TEXT("A"), 7, NULL },
		{ DECL("utf-7") TEXT("A"), 7, NULL },
		{ DECL("latin1") TEXT("A"), 7, NULL },
		{ DECL("") TEXT("A"), 7, NULL },
		{ DECL("utf-8-in-a-name-of-more-than-forty-bytes-in-all")
		    TEXT("A"), 7, NULL },
		{ DECL("bl\xe5") TEXT("A"), 7, NULL },
		{ TEXT("\xc5"), 7, NULL },
		{ DECL("utf-8") TEXT("\xc5"), 7, NULL },
		{ "\xef\xbb\xbf" DECL("iso-8859-1") TEXT("Å"), 7, NULL },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading o;
		char kept[100];

		snprintf(kept, sizeof kept, "Melding(navn('%s'))",
		    rows[i].kept);
		plain->encodings = FORM_UTF_8 | rows[i].allowed;
		read_form(&o, plain, "*", rows[i].text, strlen(rows[i].text),
		    0, true);
		assert_true(o.findings.n == 0 || (o.findings.n == 1 &&
		    o.findings.v[0].code == F_XML_ENCODING &&
		    text_utf8_ok(o.findings.v[0].message,
		    strlen(o.findings.v[0].message))));
		if ((rows[i].kept == NULL) == o.usable)
			fail_msg("%s", rows[i].text);
		if (o.usable && strcmp(o.kept.p, kept) != 0)
			fail_msg("%s: %s", rows[i].text, o.kept.p);
		reading_done(&o);
	}
	plain->encodings = FORM_UTF_8;
}

static void
other_encodings_show_in_their_bytes(void **unused)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
#define BYTES(x) { x, sizeof x - 1 }
		BYTES("\xff\xfe<\0M\0"), BYTES("\xfe\xff\0<\0M"),
		BYTES("<\0?\0x\0"), BYTES("\0<\0?\0x"), BYTES("\0\0\0<"),
		BYTES("<\0\0\0"), BYTES("\x4c\x6f\xa7\x94\x93"),
		BYTES("\0\0\xfe\xff\0\0\0<"),
#undef BYTES
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading o;

		read_form(&o, plain, "*", rows[i].bytes, rows[i].n, 0, true);
		expect_found(&o.findings, "XML_ENCODING data/x", "bytes");
		reading_done(&o);
	}
}

/* The encoding is looked for in the first bytes, and cannot be behind them. */
static void
a_declaration_cannot_hide_its_encoding(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	buf_str(&b, "<?xml version='1.0'");
	for (int i = 0; i < 600; i++)
		buf_char(&b, ' ');
	buf_str(&b, "encoding='iso-8859-1'?><Melding><navn>\xc5</navn>"
	    "</Melding>");
	expect_bytes("blanks", plain, "*", &b, "XML_ENCODING data/x", NULL);
	buf_free(&b);
}

/* ----------------------------------------------------------------- readers */

static void
a_reader_is_none_the_worse_for_what_it_read(void **unused)
{
	static const struct {
		const char *text;
	} rows[] = {
		{ "" }, { "<" }, { "<Melding" }, { "<Melding>" },
		{ "<Melding/><x" }, { "<!DOCTYPE a []><a/>" },
		{ "<!DOCTYPE a [<!ENTITY x 'y'" }, { "<Melding>&x;" },
		{ "\xff\xfe" }, { "<Melding xmlns:a='b'><navn a:b='" },
		{ DECL("iso-8859-1") "<Melding><navn>\xc5" },
		{ "<Melding><dato>2026" }, { "<x/>" }, { "<Melding><![CDATA[" },
		{ "<Melding><!-- " }, { "<Melding xml:space='preserve'> " },
		{ "<Melding><navn>&#" }, { "<a:Melding xmlns:a='a'/>" },
	};

	(void)unused;
	plain->encodings = FORM_UTF_8 | FORM_ISO_8859_1;
	for (size_t i = 0; i < N(rows); i++) {
		struct reading o;

		read_form(&o, plain, "*", rows[i].text, strlen(rows[i].text),
		    1, true);
		assert_false(o.usable);
		assert_true(o.findings.n > 0);
		reading_done(&o);
		read_form(&o, plain, "/Melding/navn",
		    TEXT("Å"), strlen(TEXT("Å")), 0, true);
		expect_found(&o.findings, "", rows[i].text);
		assert_string_equal(o.kept.p, "Melding(navn('Å'))");
		reading_done(&o);
	}
	plain->encodings = FORM_UTF_8;
}

/* libxml2 has enough of them at some 20 MB. */
static void
names_may_grow_without_end(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	for (int form = 0; form < 9; form++) {
		struct reading o;

		buf_reset(&b);
		buf_str(&b, "<Melding><fri>");
		for (int i = 0; i < 15000; i++)
			buf_fmt(&b, "<n%d-%0200d/>", form, i);
		buf_str(&b, "</fri></Melding>");
		read_form(&o, plain, "/Melding/fri", b.p, b.len, 0, true);
		expect_found(&o.findings, "", "names");
		assert_string_equal(o.kept.p, "Melding(fri)");
		reading_done(&o);
	}
	buf_free(&b);
}

static void
a_document_in_memory_is_checked(void **unused)
{
	struct form_reader *r = form_reader_new();
	struct arena arena = { 0 };
	struct findings f;
	struct form_job job = usual_job;

	(void)unused;
	findings_init(&f, &arena);
	job.type = plain;
	job.arena = &arena;
	job.findings = &f;
	assert_true(form_check(r, &job, TEXT("a"), strlen(TEXT("a"))));
	assert_int_equal(f.n, 0);
	assert_false(form_check(r, &job, "<Melding><x/></Melding>", 23));
	expect_found(&f, "Xsd /Melding/x", "x");
	/* What was found before does not make the next one wrong. */
	assert_true(form_check(r, &job, TEXT("a"), strlen(TEXT("a"))));
	/* B's form is ours: it is our map that is wrong. */
	job.ours = true;
	assert_false(form_check(r, &job, "<Melding><x/></Melding>", 23));
	assert_false(form_check(r, &job, "<Melding>", 9));
	expect_found(&f, "Xsd /Melding/x; MODEL_INVALID /Melding/x; "
	    "MODEL_INVALID /Melding", "ours");
	form_reader_free(r);
	form_reader_free(NULL);
	arena_free(&arena);
}

static int
set_up(void **unused)
{
	(void)unused;
	plain = form_type_new("plain.xsd");
	qualified = form_type_new("qualified.xsd");
	unqualified = form_type_new("unqualified.xsd");
	odd = form_type_new("odd.xsd");
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	form_type_free(plain);
	form_type_free(qualified);
	form_type_free(unqualified);
	form_type_free(odd);
	read_form_end();
	xmlCleanupParser();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_maps_read_is_kept),
		cmocka_unit_test(text_is_kept_as_it_stands),
		cmocka_unit_test(an_attribute_is_kept_as_it_stands),
		cmocka_unit_test(the_row_id_is_nobodys_business),
		cmocka_unit_test(midnight_on_a_date_is_the_date),
		cmocka_unit_test(an_element_that_is_nil_is_kept_without_text),
		cmocka_unit_test(
		    text_among_elements_is_kept_where_the_schema_mixes),
		cmocka_unit_test(a_namespace_is_asked_for),
		cmocka_unit_test(lenient_takes_a_document_without_namespace),
		cmocka_unit_test(a_namespace_name_need_not_be_a_uri),
		cmocka_unit_test(an_encoding_is_taken_when_it_is_allowed),
		cmocka_unit_test(other_encodings_show_in_their_bytes),
		cmocka_unit_test(a_declaration_cannot_hide_its_encoding),
		cmocka_unit_test(a_reader_is_none_the_worse_for_what_it_read),
		cmocka_unit_test(names_may_grow_without_end),
		cmocka_unit_test(a_document_in_memory_is_checked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
