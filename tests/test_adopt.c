#include "tests/expect.h"

#include "spool/buf.h"
#include "tests/paired.h"
#include "transform/adopt.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define F(name, type) \
	"<xs:element name='" name "' type='xs:" type "' minOccurs='0'/>"
#define ASK ": no register is asked here: fill in"

static const char a_fields[] = F("by", "string") F("tlf", "int");
static const char b_fields[] = F("orgnr", "string") F("nr", "int")
    F("navn", "string") F("by", "string") F("tlf", "boolean")
    "<xs:element name='fast' type='xs:string' fixed='1' minOccurs='0'/>"
    "<xs:element name='Fra' minOccurs='0'><xs:complexType><xs:sequence>"
    F("Navn-datadef-4", "string") "</xs:sequence></xs:complexType>"
    "</xs:element><xs:element name='liste' type='xs:string'"
    " minOccurs='0' maxOccurs='9'/>";

static const char by_table[] = "[owner]\ntable = owners.csv\nkey = /A/by\n";
static const char owners[] = "key;organisation;name;email\n"
    "1;310000027;Eksempel;post@eksempel.no\n";
static const char by_person[] = "[owner]\nperson = /A/fnr\n";

/* The rows, then the faults, each line with its level in front. */
static void
adopt(const char *json, const char *more, struct buf *b)
{
	struct paired *p = paired_new(a_fields, b_fields, more, owners);
	struct faults f = { 0 };
	struct buf csv = { 0 };
	const char *rows;
	int rc;

	assert_int_equal(p->faults.errors, 0);
	rc = adopt_prefill(paired_route(p), "b.prefill.json", json,
	    strlen(json), &csv, &f);
	rows = strchr(buf_text(&csv), '\n');
	buf_str(b, rows != NULL ? rows + 1 : "");
	for (size_t i = 0; i < f.n; i++)
		buf_fmt(b, "%s %s\n", f.v[i].level == FAULT_ERROR ? "!" : "?",
		    f.v[i].text);
	assert_int_equal(rc, f.errors > 0 ? -1 : 0);
	faults_free(&f);
	buf_free(&csv);
	paired_free(p);
}

static void
expect_adopted(const char *json, const char *more, const char *want)
{
	struct buf b = { 0 };

	adopt(json, more, &b);
	if (strcmp(buf_text(&b), want) != 0)
		fail_msg("%s gives\n%swanted\n%s", json, buf_text(&b), want);
	buf_free(&b);
}

static void
what_is_known_of_the_owner_is_a_source(void **unused)
{
	static const struct {
		const char *json, *more, *want;
	} rows[] = {
		{ "{\"ER\":{\"OrgNumber\":\"orgnr\"}}", by_table,
		    "orgnr;owner:organisation;;;;;ER.OrgNumber: that of the "
		    "owner\n" },
		{ "{\"ER\":{\"OrgNumber\":\"nr\"}}", by_table,
		    "nr;owner:organisation;int;;;;ER.OrgNumber: that of the "
		    "owner\n" },
		{ "{\"ER\":{\"OrgNumber\":\"orgnr\"}}", NULL,
		    "orgnr;const:310000027;;;;;ER.OrgNumber: that of the "
		    "owner\n" },
		{ "{\"DSF\":{\"SSN\":\"orgnr\"}}", by_person,
		    "orgnr;/A/fnr;;;;;DSF.SSN: that of the owner\n" },
		{ "{\"DSF\":{\"SSN\":\"orgnr\"}}", by_table,
		    "orgnr;;;;;;DSF.SSN" ASK "\n" },
		{ "{\"ER\":{\"EMailAddress\":\"navn\"}}", by_table,
		    "navn;owner:email;;;;;ER.EMailAddress: that of the "
		    "owner\n" },
		{ "{\"ER\":{\"Name\":\"Fra.NavnDatadef4.value\"}}", by_table,
		    "Fra.Navn-datadef-4;owner:name;;;;;ER.Name: that of the "
		    "owner\n" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_adopted(rows[i].json, rows[i].more, rows[i].want);
}

static void
what_no_register_can_tell_may_be_in_the_form(void **unused)
{
	(void)unused;
	expect_adopted("{\"ER\":{\"MailingPostalCity\":\"by\"}}", NULL,
	    "by;/A/by;;;;;ER.MailingPostalCity: not the register, but A's "
	    "form: name matches\n");
	expect_adopted("{\"UserProfile\":{\"PhoneNumber\":\"navn\"},"
	    "\"QueryParameters\":{\"x\":\"tlf\"}}", NULL,
	    "navn;;;;;;UserProfile.PhoneNumber" ASK "\n"
	    "tlf;/A/tlf;bool;;;;QueryParameters.x: not the register, but A's "
	    "form: name matches\n");
}

static void
one_row_stands_where_sections_meet(void **unused)
{
	(void)unused;
	/* The one with a source; else the first, or the last. */
	expect_adopted("{\"DSF\":{\"Name\":\"navn\"},\"UserProfile\":"
	    "{\"Email\":\"NAVN\"}}", by_table,
	    "navn;owner:name;;;;;DSF.Name: that of the owner, also "
	    "UserProfile.Email\n");
	expect_adopted("{\"DSF\":{\"LastName\":\"navn\"},\"ER\":"
	    "{\"UnitType\":\"na-vn\"}}", NULL,
	    "navn;;;;;;ER.UnitType" ASK ", also DSF.LastName\n");
	expect_adopted("{\"allowOverwrite\":true,\"DSF\":{\"LastName\":"
	    "\"navn\"},\"ER\":{\"UnitType\":\"navn\"}}", NULL,
	    "navn;;;;;;DSF.LastName" ASK ", also ER.UnitType\n");
	expect_adopted("{\"ER\":{\"Name\":\"navn\",\"UnitType\":\"Navn\"}}",
	    by_table, "navn;owner:name;;;;;ER.Name: that of the owner\n"
	    "! ER.UnitType: Navn: the same target twice in one section: "
	    "Altinn answers with an error\n");
}

static void
a_target_that_b_has_not_is_told_with_its_key(void **unused)
{
	static const struct {
		const char *target, *why;
	} rows[] = {
		{ "\"nei\"", "nei: B's schema has no such field" },
		{ "\"Fra.nei\"", "Fra.nei: B's schema has no such field" },
		{ "\"navn.mer\"", "navn.mer: B's schema has no such field" },
		{ "\"\"", ": B's schema has no such field" },
		{ "\"Fra\"", "Fra: it holds other fields, not a text" },
		{ "\"liste\"", "liste: it leads into a list, which Altinn's "
		    "prefill cannot" },
		{ "\"fast\"", "fast: the schema fixes its value" },
		{ "7", ": the target is no text" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf json = { 0 }, want = { 0 };

		buf_fmt(&json, "{\"ER\":{\"Name\":%s}}", rows[i].target);
		buf_fmt(&want, "! ER.Name: %s\n", rows[i].why);
		expect_adopted(buf_text(&json), by_table, buf_text(&want));
		buf_free(&json);
		buf_free(&want);
	}
}

static void
what_is_strange_is_told(void **unused)
{
	(void)unused;
	expect_adopted("{}", NULL, "");
	expect_adopted("\xef\xbb\xbf{\"$schema\":\"x\",\"ER\":{},}", NULL, "");
	expect_adopted("[]", NULL, "! want an object\n");
	expect_adopted("{\"ER\":[]}", NULL, "! ER: want an object\n");
	expect_adopted("{\"DAN\":{}}", NULL, "? DAN is not a section that is "
	    "known: left out\n");
	expect_adopted("{\"ER\":{\"name\":\"navn\"}}", by_table,
	    "navn;;;;;;ER.name" ASK "\n? ER.name: the register is not known "
	    "to have this field; case counts\n");
}

static void
what_is_no_json_is_a_fault_with_its_line(void **unused)
{
	struct paired *p = paired_new(a_fields, b_fields, NULL, NULL);
	struct faults f = { 0 };
	struct buf csv = { 0 };

	(void)unused;
	assert_int_equal(adopt_prefill(paired_route(p), "b.json", "{\n\"ER\"",
	    6, &csv, &f), -1);
	assert_int_equal(f.errors, 1);
	assert_string_equal(f.v[0].file, "b.json");
	assert_int_equal(f.v[0].line, 2);
	assert_int_equal(csv.len, 0);
	faults_free(&f);
	buf_free(&csv);
	paired_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_of_the_owner_is_a_source),
		cmocka_unit_test(what_no_register_can_tell_may_be_in_the_form),
		cmocka_unit_test(one_row_stands_where_sections_meet),
		cmocka_unit_test(a_target_that_b_has_not_is_told_with_its_key),
		cmocka_unit_test(what_is_strange_is_told),
		cmocka_unit_test(what_is_no_json_is_a_fault_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
