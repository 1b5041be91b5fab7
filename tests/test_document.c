#include "tests/expect.h"

#include "schemas/model.h"
#include "tests/mapped.h"
#include "transform/document.h"
#include "transform/fill.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define HEAD "Hode.overskrift;/Skjema/tittel\n"
#define DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define NAMESPACES \
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" \
    " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
#define SAK(inside) DECLARATION "<Sak" NAMESPACES " versjon=\"2\">" inside \
    "</Sak>"
#define NIL "<tom xsi:nil=\"true\" /><fast>1</fast>"
#define HODE "<Hode><overskrift>En sak</overskrift></Hode>"

static void
add_pair(void *arg, const char *key, const char *value)
{
	struct buf *b = arg;

	buf_fmt(b, "%s=%s;", key, value);
}

/* The document of the rows, and the pairs of create.json. */
static void
make(const char *form, const char *rows, struct buf *xml, struct buf *pairs)
{
	struct sample *s = sample_new();
	struct fill_job job = { .file = "map.csv", .day = "2026-03-02",
	    .env = sample_env(s), .findings = &s->findings };
	struct map *m = load_map(s, NULL, NULL, rows);
	struct fill *f;

	expect_no_faults(&s->faults, rows);
	sample_form(s, "skjema", form);
	job.map = m;
	f = fill_map(&job);
	if (s->findings.n > 0)
		fail_msg("%s: %s", rows, s->findings.v[0].message);
	document_write(map_root(m), f, xml);
	if (pairs != NULL && !document_pairs(map_root(m), f, add_pair,
	    pairs)) {
		buf_reset(pairs);
		buf_str(pairs, "none");
	}
	map_free(m);
	sample_free(s);
}

static void
expect_document(const char *form, const char *rows, const char *want)
{
	struct buf b = { 0 };

	make(form, rows, &b, NULL);
	if (strcmp(buf_text(&b), want) != 0)
		fail_msg("%s gives  %s\nwanted %s", rows, buf_text(&b), want);
	buf_free(&b);
}

static void
a_document_is_what_an_altinn_app_would_store(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD, SAK(HODE NIL) },
		/* the schema's order, whatever that of the rows */
		{ "Tall.ja;/Skjema/ja\nTall.sum;/Skjema/belop\n" HEAD,
		    SAK(HODE "<Tall><sum>12.50</sum><ja>true</ja></Tall>"
		    NIL) },
		/* what got no value is left out, and its parents */
		{ HEAD "Tall.antall;/Skjema/antall\n", SAK(HODE NIL) },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].Del[];Under\nLinje[].Del[].verdi;verdi\n",
		    SAK(HODE "<Linje><kode>a</kode><Del><verdi>1</verdi></Del>"
		    "<Del><verdi>2</verdi></Del></Linje>"
		    "<Linje><kode>b</kode></Linje><Linje><kode>c</kode>"
		    "<Del><verdi>3</verdi></Del></Linje>" NIL) },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode;;;;@nr=1\n",
		    SAK(HODE "<Linje><kode>a</kode></Linje>" NIL) },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].nr;@nr\nLinje[].ord[];ord\n",
		    SAK(HODE "<Linje nr=\"1\"><kode>a</kode><ord>x</ord>"
		    "<ord>y</ord></Linje><Linje nr=\"2\"><kode>b</kode>"
		    "</Linje><Linje nr=\"3\"><kode>c</kode></Linje>" NIL) },
		/* a SERES leaf has its fixed attribute, and only with text */
		{ HEAD "Ref-datadef-77.value;/Skjema/orgnr\n",
		    SAK(HODE "<Ref-datadef-77 orid=\"77\">310000027"
		    "</Ref-datadef-77>" NIL) },
		{ HEAD "Ref-datadef-77.value;/Skjema/merknad\n",
		    SAK(HODE NIL) },
		{ HEAD "firma.navn;/Skjema/tittel\n",
		    SAK(HODE NIL "<firma><navn>En sak</navn></firma>") },
		{ HEAD "firma.navn;/Skjema/merknad\nprivat;/Skjema/tittel\n",
		    SAK(HODE NIL "<privat>En sak</privat>") },
		/* required and nillable: a value, else nil */
		{ HEAD "tom;const:5\n",
		    SAK(HODE "<tom>5</tom><fast>1</fast>") },
		{ HEAD "tom;/Skjema/antall\n", SAK(HODE NIL) },
		/* required without a value: as empty as it must be */
		{ "Hode.overskrift;/Skjema/merknad\n", SAK("<Hode />" NIL) },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_document(sample_skjema, rows[i].rows, rows[i].want);
}

static void
text_is_escaped_and_made_fit_for_xml(void **unused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "a&amp;b", "a&amp;b" }, { "a&lt;b>c", "a&lt;b&gt;c" },
		{ "\"'", "\"'" }, { "a&#13;b", "a&#xD;b" },
		{ "a\tb\nc", "a\tb\nc" },
		{ "bl\xc3\xa5 \xf0\x9f\xa7\xbe", "bl\xc3\xa5 \xf0\x9f\xa7\xbe" },
		{ "a&#x85;b", "a\xef\xbf\xbd" "b" },	/* a C1 control */
		{ "a\xef\xbb\xbf" "b", "a\xef\xbf\xbd" "b" },	/* U+FEFF */
		{ "\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf form = { 0 }, want = { 0 };

		buf_fmt(&form, "<Skjema><tittel>%s</tittel></Skjema>",
		    rows[i].text);
		buf_fmt(&want, DECLARATION "<Sak" NAMESPACES " versjon=\"2\">"
		    "<Hode><overskrift>%s</overskrift></Hode>" NIL "</Sak>",
		    rows[i].want);
		expect_document(buf_text(&form), HEAD, buf_text(&want));
		buf_free(&form);
		buf_free(&want);
	}
}

static const struct simple *
simple_of(const char *name)
{
	return value_builtin(name);
}

/* Namespaces that the sample's schemas do not have, node by node. */
static void
namespaces_are_those_of_the_schema(void **unused)
{
	const struct field_type text = { .simple = simple_of("string") };
	const struct field_type group = { .simple = NULL };
	const struct field fields[] = {
		{ .name = "R", .ns = "urn:r", .type = &group },
		{ .name = "a", .ns = "urn:r", .type = &text },
		{ .name = "b", .ns = NULL, .type = &text },
		{ .name = "c", .ns = "urn:c&d", .type = &text },
		{ .name = "p", .ns = "urn:r", .type = &text },
		{ .name = "q", .ns = "urn:x", .type = &text },
		{ .name = "lang", .type = &text,
		    .ns = "http://www.w3.org/XML/1998/namespace" },
	};
	struct map_node nodes[N(fields)] = { 0 }, *children[3], *attrs[3];
	struct fill none = { .values = NULL };
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(fields); i++) {
		nodes[i].field = &fields[i];
		nodes[i].must = true;
		nodes[i].constant = i > 0 ? "\"<\t" : NULL;
	}
	for (size_t i = 0; i < 3; i++) {
		children[i] = &nodes[1 + i];
		attrs[i] = &nodes[4 + i];
	}
	nodes[0].children = children;
	nodes[0].attributes = attrs;
	nodes[0].n_children = nodes[0].n_attributes = 3;
	document_write(&nodes[0], &none, &b);
	assert_string_equal(buf_text(&b), DECLARATION "<R xmlns=\"urn:r\""
	    NAMESPACES
	    " xmlns:q1=\"urn:r\" q1:p=\"&quot;&lt;&#x9;\""
	    " xmlns:q2=\"urn:x\" q2:q=\"&quot;&lt;&#x9;\""
	    " xml:lang=\"&quot;&lt;&#x9;\"><a>\"&lt;\t</a>"
	    "<b xmlns=\"\">\"&lt;\t</b>"
	    "<c xmlns=\"urn:c&amp;d\">\"&lt;\t</c></R>");
	buf_free(&b);
}

static void
pairs_say_the_same_as_the_document_or_there_are_none(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD, "Hode.overskrift=En sak;" },
		{ HEAD "Tall.sum;/Skjema/belop\nhode.saknr;/Skjema/orgnr\n",
		    "Hode.overskrift=En sak;Hode.sak-nr=310000027;"
		    "Tall.sum=12.50;" },
		{ HEAD "refdatadef77;/Skjema/orgnr\n", "Hode.overskrift=En "
		    "sak;Ref-datadef-77.value=310000027;" },
		{ HEAD "Tall.antall;/Skjema/antall\n",
		    "Hode.overskrift=En sak;" },
		{ HEAD "versjon;const:2\n",
		    "versjon=2;Hode.overskrift=En sak;" },
		{ HEAD "Hode.tid;const:2026-03-01T10:00:00\n",
		    "Hode.overskrift=En sak;Hode.tid=2026-03-01T10:00:00;" },
		/* Altinn would turn it to its server's local time */
		{ HEAD "Hode.tid;const:2026-03-01T10:00:00Z\n", "none" },
		{ HEAD "Hode.tid;const:2026-03-01T10:00:00-02:00\n", "none" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf xml = { 0 }, pairs = { 0 };

		make(sample_skjema, rows[i].rows, &xml, &pairs);
		if (strcmp(buf_text(&pairs), rows[i].want) != 0)
			fail_msg("%s gives  %s\nwanted %s", rows[i].rows,
			    buf_text(&pairs), rows[i].want);
		buf_free(&xml);
		buf_free(&pairs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_what_an_altinn_app_would_store),
		cmocka_unit_test(text_is_escaped_and_made_fit_for_xml),
		cmocka_unit_test(namespaces_are_those_of_the_schema),
		cmocka_unit_test(
		    pairs_say_the_same_as_the_document_or_there_are_none),
	};

	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
