#include "tests/expect.h"

#include "spool/buf.h"
#include "tests/paired.h"
#include "transform/propose.h"

#define N(table) (sizeof (table) / sizeof *(table))

/* Fields of a schema. */
#define F(name, type) "<xs:element name='" name "' type='xs:" type "'/>"
#define O(name, type) \
	"<xs:element name='" name "' type='xs:" type "' minOccurs='0'/>"
#define GROUP(name, occurs, inner) \
	"<xs:element name='" name "' " occurs "><xs:complexType>" \
	"<xs:sequence>" inner "</xs:sequence></xs:complexType></xs:element>"
#define ONE ""
#define MAY "minOccurs='0'"
#define LIST "minOccurs='0' maxOccurs='9'"
#define SOME "maxOccurs='9'"

#define MATCH ";;;name matches\n"
#define MUST "yes;;;name matches\n"
#define FILL_IN ";;;no source found: fill in\n"
#define LEAVE ";;;no source found: optional, fill in or delete the row\n"

static void
expect_rows(const char *a, const char *b, const char *more, const char *want)
{
	struct paired *p = paired_new(a, b, more, NULL);
	struct buf csv = { 0 };
	const char *rows;

	expect_no_faults(&p->faults, b);
	propose_map(paired_route(p), &csv, &p->faults);
	rows = strchr(buf_text(&csv), '\n') + 1;
	if (strcmp(rows, want) != 0)
		fail_msg("%s\nfrom %s gives\n%swanted\n%s", b, a, rows, want);
	buf_free(&csv);
	paired_free(p);
}

struct row {
	const char *a, *b, *want;
};

static void
expect_table(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_rows(rows[i].a, rows[i].b, NULL, rows[i].want);
}

static void
a_name_that_matches_is_a_source(void **unused)
{
	static const struct row rows[] = {
		{ F("navn", "string"), F("navn", "string"),
		    "navn;/A/navn;;" MUST },
		{ F("Fodselsnummer-datadef-4", "string"),
		    F("fødselsnummer", "string"),
		    "fødselsnummer;/A/Fodselsnummer-datadef-4;;" MUST },
		{ O("navn", "string"), F("navn", "string"),
		    "navn;/A/navn;;" MATCH },
		{ F("navn", "string"), O("navn", "string"),
		    "navn;/A/navn;;" MATCH },
		{ F("x", "string"), F("navn", "string"),
		    "navn;;;" FILL_IN },
		{ F("x", "string"), O("navn", "string"), "navn;;;" LEAVE },
		/* Required only where all around it is. */
		{ GROUP("g", MAY, F("navn", "string")), F("navn", "string"),
		    "navn;/A/g/navn;;" MATCH },
		{ F("navn", "string"), GROUP("g", MAY, F("navn", "string")),
		    "g.navn;/A/navn;;" MATCH },
	};

	(void)unused;
	expect_table(rows, N(rows));
}

static void
what_is_around_a_name_decides_between_equals(void **unused)
{
	static const struct row rows[] = {
		{ GROUP("sak", ONE, F("navn", "string"))
		    GROUP("avsender", ONE, F("navn", "string")),
		    GROUP("Avsender", ONE, F("navn", "string")),
		    "Avsender.navn;/A/avsender/navn;;yes;;;name matches, and "
		    "the one around it\n" },
		{ GROUP("sak", ONE, F("navn", "string"))
		    GROUP("avsender", ONE, F("navn", "string")),
		    F("navn", "string"),
		    "navn;/A/sak/navn;;yes;;;name matches, and so does "
		    "/A/avsender/navn\n" },
		{ GROUP("avsender", ONE, F("navn", "string")),
		    F("avsenderNavn", "string"),
		    "avsenderNavn;/A/avsender/navn;;yes;;;name matches with "
		    "the one around it\n" },
		{ F("avsenderNavn", "string"),
		    GROUP("avsender", ONE, F("navn", "string")),
		    "avsender.navn;/A/avsenderNavn;;yes;;;name matches with "
		    "the one around it\n" },
	};

	(void)unused;
	expect_table(rows, N(rows));
}

static void
types_call_for_conversions(void **unused)
{
	static const struct row rows[] = {
		{ F("x", "dateTime"), F("x", "date"), "x;/A/x;date;" MUST },
		{ F("x", "string"), F("x", "date"), "x;/A/x;date;" MUST },
		{ F("x", "string"), F("x", "int"), "x;/A/x;int;" MUST },
		{ F("x", "decimal"), F("x", "int"), "x;/A/x;int;" MUST },
		{ F("x", "int"), F("x", "decimal"), "x;/A/x;;" MUST },
		{ F("x", "string"), F("x", "decimal"),
		    "x;/A/x;decimal;" MUST },
		{ F("x", "string"), F("x", "boolean"), "x;/A/x;bool;" MUST },
		{ F("x", "date"), F("x", "string"), "x;/A/x;;" MUST },
		{ F("x", "boolean"), F("x", "date"), "x;;;;;;no source found: "
		    "fill in (/A/x has the name but its type does not fit)\n" },
		/* A field of the right type comes before one that is nearer. */
		{ F("x", "boolean") GROUP("g", ONE, F("x", "date")),
		    F("x", "date"), "x;/A/g/x;;" MUST },
	};

	(void)unused;
	expect_table(rows, N(rows));
}

static void
a_code_that_does_not_fit_is_left_to_people(void **unused)
{
	static const char codes[] = "<xs:element name='x'><xs:simpleType>"
	    "<xs:restriction base='xs:string'><xs:enumeration value='R'/>"
	    "</xs:restriction></xs:simpleType></xs:element>";

	(void)unused;
	expect_rows(codes, codes, NULL, "x;/A/x;;" MUST);
	expect_rows(F("x", "string"), codes, NULL, "x;;;;;;no source found: "
	    "fill in (/A/x has the name but the codes differ: a code list "
	    "can help)\n");
}

static void
lists_are_opened_and_their_rows_relative(void **unused)
{
	static const struct row rows[] = {
		{ GROUP("linje", LIST, F("kode", "string")
		    GROUP("del", LIST, O("verdi", "int"))),
		    GROUP("Linje", LIST, F("kode", "string")
		    GROUP("Del", LIST, F("verdi", "int"))),
		    "Linje[];/A/linje;;" MATCH "Linje[].kode;kode;;yes;;;name "
		    "matches, and the one around it\n"
		    "Linje[].Del[];del;;;;;name matches, and the one around "
		    "it\nLinje[].Del[].verdi;verdi;;;;;name matches, and the "
		    "one around it\n" },
		/* From around the row, and from the whole form. */
		{ GROUP("linje", LIST, F("kode", "string")
		    GROUP("del", LIST, F("verdi", "int"))) F("navn", "string"),
		    GROUP("linje", LIST, GROUP("del", LIST, F("kode", "string")
		    F("navn", "string"))),
		    "linje[];/A/linje;;" MATCH "linje[].del[];del;;;;;name "
		    "matches, and the one around it\n"
		    "linje[].del[].kode;../kode;;" MATCH
		    "linje[].del[].navn;/A/navn;;" MATCH },
		/* Texts that repeat. */
		{ "<xs:element name='ord' type='xs:string' maxOccurs='3'/>",
		    "<xs:element name='ord' type='xs:string' maxOccurs='3'/>",
		    "ord[];/A/ord;;" MATCH },
		/* One and many are not the same. */
		{ GROUP("linje", LIST, F("kode", "string")),
		    F("kode", "string"), "kode;;;;;;no source found: fill in "
		    "(/A/linje/kode has the name but it repeats: take first, "
		    "join or a list)\n" },
		/* A list without a source. */
		{ F("x", "string"), GROUP("linje", LIST, F("x", "string")),
		    "linje[];;;" LEAVE "linje[].x;;;" LEAVE },
		{ F("x", "string"), GROUP("linje", SOME, F("x", "string")),
		    "linje[];;;" FILL_IN "linje[].x;;;" FILL_IN },
	};

	(void)unused;
	expect_table(rows, N(rows));
}

static void
a_part_that_can_be_left_out_asks_only_when_it_is_begun(void **unused)
{
	static const struct row rows[] = {
		{ F("y", "string"), GROUP("g", MAY, F("x", "string")
		    O("z", "string")), "g.x;;;" LEAVE "g.z;;;" LEAVE },
		{ F("z", "string"), GROUP("g", MAY, F("x", "string")
		    O("z", "string")), "g.x;;;" FILL_IN "g.z;/A/z;;" MATCH },
		{ F("y", "string"), GROUP("g", ONE, GROUP("h", MAY,
		    F("x", "string"))), "g.h.x;;;" LEAVE },
	};

	(void)unused;
	expect_table(rows, N(rows));
}

static void
what_stands_by_itself_gets_no_row(void **unused)
{
	static const char b[] =
	    "<xs:element name='fast' type='xs:string' fixed='1'/>"
	    "<xs:element name='vanlig' type='xs:string' default='1'/>"
	    "<xs:element name='tom' type='xs:int' nillable='true'/>"
	    "<xs:element name='felt'><xs:complexType><xs:simpleContent>"
	    "<xs:extension base='xs:string'><xs:attribute name='orid'"
	    " type='xs:int' fixed='7'/><xs:attribute name='navn'"
	    " type='xs:string' use='required'/></xs:extension>"
	    "</xs:simpleContent></xs:complexType></xs:element>";

	(void)unused;
	expect_rows(F("fast", "string") F("felt", "string"), b, NULL,
	    "tom;;;" LEAVE "felt;/A/felt;;" MUST "felt.navn;;;" FILL_IN);
	expect_rows(F("vanlig", "string") F("navn", "string"), b, NULL,
	    "vanlig;/A/vanlig;;" MATCH "tom;;;" LEAVE "felt;;;" FILL_IN
	    "felt.navn;/A/navn;;" MUST);
}

static void
rows_start_at_the_nodes_of_for_each(void **unused)
{
	static const char more[] = "for-each = /A/nabo[navn]\n"
	    "[owner]\norganisation = const:310000027\n";

	(void)unused;
	expect_rows(GROUP("nabo", SOME, F("navn", "string"))
	    F("sak", "string"), F("navn", "string") F("sak", "string"), more,
	    "navn;navn;;" MUST "sak;/A/sak;;" MATCH);
}

static void
what_no_target_can_name_is_told(void **unused)
{
	struct paired *p = paired_new(F("x", "string"),
	    O("a.b", "string") O("na-vn", "string") O("navn", "string"), NULL,
	    NULL);
	struct buf csv = { 0 };

	(void)unused;
	expect_no_faults(&p->faults, "names");
	propose_map(paired_route(p), &csv, &p->faults);
	assert_null(strchr(strchr(buf_text(&csv), '\n') + 1, '\n'));
	assert_int_equal(p->faults.n, 3);
	assert_int_equal(p->faults.errors, 0);
	expect_fault(&p->faults, "routes/r/map.csv", 0, 0, "a.b is left out",
	    "dot");
	buf_free(&csv);
	paired_free(p);
}

static void
a_type_that_holds_itself_ends(void **unused)
{
	struct paired *p = paired_new(F("x", "string"), "<xs:element name='t'"
	    " type='T' minOccurs='0'/></xs:sequence></xs:complexType>"
	    "</xs:element><xs:complexType name='T'><xs:sequence>"
	    "<xs:element name='x' type='xs:string'/><xs:element name='t'"
	    " type='T' minOccurs='0'/></xs:sequence></xs:complexType>"
	    "<xs:element name='C'><xs:complexType><xs:sequence>", NULL, NULL);
	struct buf csv = { 0 };

	(void)unused;
	expect_no_faults(&p->faults, "types");
	propose_map(paired_route(p), &csv, &p->faults);
	assert_string_equal(strchr(buf_text(&csv), '\n') + 1,
	    "t.x;/A/x;;;;;name matches\n");
	expect_fault(&p->faults, "routes/r/map.csv", 0, 0, "t.t is left out",
	    "itself");
	buf_free(&csv);
	paired_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_matches_is_a_source),
		cmocka_unit_test(what_is_around_a_name_decides_between_equals),
		cmocka_unit_test(types_call_for_conversions),
		cmocka_unit_test(a_code_that_does_not_fit_is_left_to_people),
		cmocka_unit_test(lists_are_opened_and_their_rows_relative),
		cmocka_unit_test(
		    a_part_that_can_be_left_out_asks_only_when_it_is_begun),
		cmocka_unit_test(what_stands_by_itself_gets_no_row),
		cmocka_unit_test(rows_start_at_the_nodes_of_for_each),
		cmocka_unit_test(what_no_target_can_name_is_told),
		cmocka_unit_test(a_type_that_holds_itself_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
