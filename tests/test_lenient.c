#include "tests/expect.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/buf.h"
#include "watcher/lenient.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define FOLDER "tests/data/schemas/lenient"
#define XSI "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
#define OTHER "xmlns:o='urn:other' "

static const struct form_leniency strict = { .nil = false };
static const struct form_leniency unknown = { .unknown = true };
static const struct form_leniency fixed = { .fixed = true };
static const struct form_leniency nil = { .nil = true };
static const struct form_leniency date_time = { .date_time = true };
static const struct form_leniency all = { .namespace = true, .nil = true,
	.unknown = true, .fixed = true, .date_time = true };

static struct model *
load(void)
{
	const struct xsd_options options = { .patterns = XSD_PATTERNS_ALTINN };
	struct faults f = { 0 };
	struct xsd *x = xsd_load(FOLDER, "org/app", "Skjema.xsd", &options, &f);
	struct model *m;

	expect_no_faults(&f, "Skjema.xsd");
	m = model_new(x, &f);
	expect_no_faults(&f, "Skjema.xsd");
	xsd_free(x);
	return m;
}

/* What is left of one element's attributes; "-" when it counts as absent. */
struct reading {
	const struct form_leniency *lenient;
	const struct model *model;
	struct buf left;
};

static void
on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n, int defaulted,
    const xmlChar **a)
{
	struct reading *r = data;
	const struct field *f = model_root(r->model, (const char *)name, NULL);
	const struct field_type *t = f != NULL ? f->type : NULL;

	(void)prefix, (void)uri, (void)n_ns, (void)ns, (void)defaulted;
	n = lenient_attributes(r->lenient, t, a, n);
	if (lenient_absent(r->lenient, f, a, n)) {
		buf_char(&r->left, '-');
		return;
	}
	lenient_fixed(r->lenient, t, a, n);
	for (int i = 0; i < n; i++, a += 5)
		buf_fmt(&r->left, "%s%s%s=%.*s", i > 0 ? " " : "",
		    lenient_in_xsi(a) ? "xsi:" : "", (const char *)a[0],
		    (int)(a[4] - a[3]), (const char *)a[3]);
}

struct row {
	const struct form_leniency *lenient;
	const char *element, *want;
};

static void
expect_rows(const struct row *rows, size_t n)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start };
	struct model *m = load();

	for (size_t i = 0; i < n; i++) {
		struct reading r = { .lenient = rows[i].lenient, .model = m };
		const char *s = rows[i].element;

		assert_int_equal(xmlSAXUserParseMemory(&sax, &r, s,
		    (int)strlen(s)), 0);
		if (strcmp(buf_text(&r.left), rows[i].want) != 0)
			fail_msg("%s: left is %s, not %s", s,
			    buf_text(&r.left), rows[i].want);
		buf_free(&r.left);
	}
	model_free(m);
}

static void
altinn_row_ids_are_always_taken_away(void **unused)
{
	static const struct row rows[] = {
		{ &strict, "<Skjema altinnRowId='1' kjent='x'/>", "kjent=x" },
		{ &strict, "<Skjema kjent='x' altinnRowId='1'/>", "kjent=x" },
		{ &strict, "<Skjema altinnRowId='1'/>", "" },
		{ &strict, "<Ukjent altinnRowId='1' b='2'/>", "b=2" },
		{ &strict, "<Skjema altinnrowid='1'/>", "altinnrowid=1" },
		{ &strict, "<Skjema " OTHER "o:altinnRowId='1'/>",
		    "altinnRowId=1" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
unknown_attributes_go_only_where_the_site_wants_it(void **unused)
{
	static const struct row rows[] = {
		{ &strict, "<Skjema a='1' kjent='x' b='2'/>",
		    "a=1 kjent=x b=2" },
		{ &unknown, "<Skjema a='1' kjent='x' b='2'/>", "kjent=x" },
		{ &unknown, "<Skjema " OTHER "o:kjent='1' fast='7001'/>",
		    "fast=7001" },
		/* xsi:type and xsi:nil are the schema's business */
		{ &unknown, "<Skjema " XSI "xsi:nil='false' a='1'/>",
		    "xsi:nil=false" },
		/* where anything may stand, nothing is unknown */
		{ &unknown, "<Aapent a='1'/>", "a=1" },
		/* what the model does not know is refused as a whole */
		{ &unknown, "<Ukjent a='1'/>", "a=1" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
fixed_values_are_shown_only_where_the_site_wants_it(void **unused)
{
	static const struct row rows[] = {
		{ &strict, "<Skjema fast='9'/>", "fast=9" },
		{ &fixed, "<Skjema fast='9'/>", "fast=7001" },
		{ &fixed, "<Skjema kjent='9' fast='70012'/>",
		    "kjent=9 fast=7001" },
		{ &fixed, "<Skjema/>", "" },
		{ &fixed, "<Aapent fast='9'/>", "fast=9" },
		{ &fixed, "<Ukjent fast='9'/>", "fast=9" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
nil_is_absent_only_where_the_schema_has_no_nil(void **unused)
{
	static const struct row rows[] = {
		{ &strict, "<Tall " XSI "xsi:nil='true'/>", "xsi:nil=true" },
		{ &nil, "<Tall " XSI "xsi:nil='true'/>", "-" },
		{ &nil, "<Tall " XSI "xsi:nil='1'/>", "-" },
		{ &nil, "<Tall " XSI "a='1' xsi:nil='true'/>", "-" },
		{ &nil, "<Tall " XSI "xsi:nil='false'/>", "xsi:nil=false" },
		{ &nil, "<Tall " XSI "xsi:nil='tull'/>", "xsi:nil=tull" },
		{ &nil, "<Tall " XSI "xsi:nil='10'/>", "xsi:nil=10" },
		{ &nil, "<Tall nil='true'/>", "nil=true" },
		{ &nil, "<Tall/>", "" },
		{ &nil, "<Tomt " XSI "xsi:nil='true'/>", "xsi:nil=true" },
		{ &nil, "<Ukjent " XSI "xsi:nil='true'/>", "xsi:nil=true" },
	};

	(void)unused;
	expect_rows(rows, N(rows));
}

static void
texts_are_held_only_for_dates(void **unused)
{
	static const struct {
		const char *type;
		bool strict, all;
	} rows[] = {
		{ "date", true, true }, { "dateTime", false, true },
		{ "string", false, false }, { "time", false, false },
		{ "int", false, false }, { "gYear", false, false },
	};
	const struct field_type complex = { .simple = NULL };

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const struct field_type t = {
			.simple = value_builtin(rows[i].type) };

		if (lenient_holds(&strict, &t) != rows[i].strict ||
		    lenient_holds(&date_time, &t) != rows[i].all ||
		    lenient_holds(&all, &t) != rows[i].all)
			fail_msg("%s", rows[i].type);
	}
	assert_false(lenient_holds(&all, &complex));
}

struct text {
	const char *from, *to;		/* to NULL: unchanged */
};

static void
expect_texts(const char *type, const struct text *rows, size_t n)
{
	const struct field_type t = { .simple = value_builtin(type) };

	for (size_t i = 0; i < n; i++) {
		const char *want = rows[i].to != NULL ? rows[i].to :
		    rows[i].from;
		struct buf b = { 0 };

		buf_str(&b, rows[i].from);
		lenient_text(&t, &b);
		if (strcmp(buf_text(&b), want) != 0)
			fail_msg("%s '%s' becomes '%s', not '%s'", type,
			    rows[i].from, buf_text(&b), want);
		assert_int_equal(b.len, strlen(want));
		buf_free(&b);
	}
}

static void
midnight_behind_a_date_is_cut_and_nothing_else(void **unused)
{
	static const struct text rows[] = {
		{ "2026-03-01T00:00:00", "2026-03-01" },
		{ "2026-03-01T00:00:00.0000000", "2026-03-01" },
		{ "2026-03-01T00:00:00Z", "2026-03-01" },
		{ "2026-03-01T00:00:00.000Z", "2026-03-01" },
		{ "2026-03-01T00:00:00+01:00", "2026-03-01" },
		{ "2026-03-01T00:00:00-09:30", "2026-03-01" },
		{ "2026-03-01", NULL }, { "2026-03-01Z", NULL },
		{ "2026-03-01+01:00", NULL }, { "", NULL }, { "2026", NULL },
		{ "2026-03-01T00:00:01", NULL },
		{ "2026-03-01T00:00:00.001", NULL },
		{ "2026-03-01T12:00:00", NULL },
		{ "2026-03-01T00:00", NULL },
		{ "2026-03-01T00:00:00x", NULL },
		{ "2026-03-01T00:00:00+0100", NULL },
		{ "2026-03-01T00:00:00+ab:cd", NULL },
		{ "2026-03-01T00:00:00++1:00", NULL },
		{ "2026-03-01T00:00:00+01:000", NULL },
		{ "2026-03-01T00:00:00ZZ", NULL },
		{ "2026-03-01t00:00:00", NULL },
		/* what is no date stays wrong */
		{ "2026-13-01T00:00:00", "2026-13-01" },
	};

	(void)unused;
	expect_texts("date", rows, N(rows));
}

static void
a_date_becomes_its_midnight(void **unused)
{
	static const struct text rows[] = {
		{ "2026-03-01", "2026-03-01T00:00:00" },
		{ "2026-03-01Z", "2026-03-01T00:00:00Z" },
		{ "2026-03-01+02:00", "2026-03-01T00:00:00+02:00" },
		{ "2026-03-01T12:00:00", NULL },
		{ "2026-03-01T12:00:00+02:00", NULL },
		{ "", NULL }, { "2026-03-0", NULL },
		{ "2026-03-01 12:00:00", NULL },
		/* what is no date stays wrong */
		{ "2026-13-01", "2026-13-01T00:00:00" },
	};

	(void)unused;
	expect_texts("dateTime", rows, N(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(altinn_row_ids_are_always_taken_away),
		cmocka_unit_test(
		    unknown_attributes_go_only_where_the_site_wants_it),
		cmocka_unit_test(
		    fixed_values_are_shown_only_where_the_site_wants_it),
		cmocka_unit_test(
		    nil_is_absent_only_where_the_schema_has_no_nil),
		cmocka_unit_test(texts_are_held_only_for_dates),
		cmocka_unit_test(
		    midnight_behind_a_date_is_cut_and_nothing_else),
		cmocka_unit_test(a_date_becomes_its_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
