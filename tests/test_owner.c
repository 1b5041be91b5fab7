#include "tests/expect.h"

#include <stdlib.h>

#include "schemas/appmeta.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/digest.h"
#include "transform/owner.h"

enum { FINE = F_COUNT };

static struct conf
conf(enum conf_environment environment, enum person_rule rule,
    const char *allow)
{
	struct conf c = { .spool.environment = environment,
	    .owners.person_number = rule };

	snprintf(c.owners.allow, sizeof c.owners.allow, "%s", allow);
	return c;
}

static const char *
code_name(int code)
{
	return code == FINE ? "fine" : finding_name((enum finding_code)code);
}

static void
check(const struct conf *c, enum owner_kind kind, const char *value, int want)
{
	struct owner o = { .value = "untouched" };
	struct owner_fault f = { 0 };
	int got = owner_take(&o, c, kind, value, &f) == 0 ? FINE :
	    (int)f.code;

	if (got != want)
		fail_msg("%s \"%s\" in %s: %s, not %s", owner_kind_name(kind),
		    value, c->spool.environment == CONF_PROD ? "prod" :
		    "test", code_name(got), code_name(want));
	if (got == FINE) {
		assert_string_equal(o.value, value);
		assert_int_equal(o.kind, kind);
	} else {
		assert_string_equal(o.value, "untouched");
		assert_true(f.why != NULL && *f.why != '\0');
	}
}

/* Contract 8.1, row by row. */
static void
an_organisation_number_has_nine_digits_and_a_check_digit(void **unused)
{
	static const struct {
		const char *value;
		int want;
	} rows[] = {
		{ "310000027", FINE }, { "310000019", FINE },
		{ "210000003", FINE }, { "212621072", FINE },
		{ "310000000", FINE },
		{ "310000028", F_OWNER_INVALID_NUMBER },
		{ "912345678", F_OWNER_INVALID_NUMBER },
		{ "000000000", F_OWNER_INVALID_NUMBER },
		{ "91042349", F_OWNER_INVALID_NUMBER },
		{ "9104234950", F_OWNER_INVALID_NUMBER },
		{ "91042349X", F_OWNER_INVALID_NUMBER },
		{ " 910423495", F_OWNER_INVALID_NUMBER },
		{ "897069650", F_OWNER_INVALID_NUMBER },
		{ "897069631", F_OWNER_INVALID_NUMBER },
		{ "900000001", F_OWNER_INVALID_NUMBER },
		{ "310 000 027", F_OWNER_INVALID_NUMBER },
		{ "310000027 ", F_OWNER_INVALID_NUMBER },
		{ "310000027\n", F_OWNER_INVALID_NUMBER },
		{ "NO310000027", F_OWNER_INVALID_NUMBER },
		{ "0192:310000027", F_OWNER_INVALID_NUMBER },
		{ "\xef\xbc\x93" "10000027", F_OWNER_INVALID_NUMBER },
		{ " ", F_OWNER_INVALID_NUMBER },
		{ "", F_OWNER_MISSING },
	};
	struct conf c = conf(CONF_TEST, PERSON_ACCEPT_2032, "");

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&c, OWNER_ORGANISATION, rows[i].value, rows[i].want);
}

static void
an_organisation_in_production_begins_with_8_or_9(void **unused)
{
	struct conf c = conf(CONF_PROD, PERSON_ACCEPT_2032, "");

	(void)unused;
	check(&c, OWNER_ORGANISATION, "974760673", FINE);
	check(&c, OWNER_ORGANISATION, "889640782", FINE);
	check(&c, OWNER_ORGANISATION, "310000027", F_OWNER_ENVIRONMENT);
	check(&c, OWNER_ORGANISATION, "210000003", F_OWNER_ENVIRONMENT);
	check(&c, OWNER_ORGANISATION, "310000028", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_ORGANISATION, "", F_OWNER_MISSING);
}

enum { STRICT = 1, NEW = 2, FORMAT = 4, ALL = 7 };

/* Contract 8.2, row by row; all of them synthetic. */
static const struct {
	const char *value;
	unsigned rules;
} persons[] = {
	{ "15867210064", ALL }, { "29820480005", ALL },
	{ "43919030047", ALL }, { "02813299952", ALL },
	{ "02813299960", NEW | FORMAT }, { "02813299979", NEW | FORMAT },
	{ "02813299987", NEW | FORMAT }, { "15867210668", NEW | FORMAT },
	{ "15717210066", ALL }, { "15467210081", ALL },
	{ "29820380094", 0 }, { "15867210065", FORMAT },
	{ "15667210064", FORMAT }, { "00000000000", 0 },
	{ "1586721006", 0 }, { "158672100640", 0 }, { "1586721006a", 0 },
	{ "158672 10064", 0 }, { " 15867210064", 0 }, { "15867210064 ", 0 },
};

static void
a_person_number_follows_the_policy(void **unused)
{
	static const struct {
		enum person_rule rule;
		unsigned bit;
	} policies[] = {
		{ PERSON_STRICT_1964, STRICT }, { PERSON_ACCEPT_2032, NEW },
		{ PERSON_FORMAT_ONLY, FORMAT },
	};

	(void)unused;
	for (size_t k = 0; k < 3; k++) {
		struct conf c = conf(CONF_TEST, policies[k].rule, "");

		for (size_t i = 0; i < sizeof persons / sizeof *persons; i++)
			check(&c, OWNER_PERSON, persons[i].value,
			    (persons[i].rules & policies[k].bit) != 0 ? FINE :
			    F_OWNER_INVALID_NUMBER);
		check(&c, OWNER_PERSON, "", F_OWNER_MISSING);
		check(&c, OWNER_PERSON, "01039012345",
		    policies[k].bit == FORMAT ? F_OWNER_ENVIRONMENT :
		    F_OWNER_INVALID_NUMBER);
	}
}

/*
 * A number without an offset and with right check digits that nobody has:
 * year 39 with a series from 500 up is 2039.
 */
static void
unborn(char number[12], const char *nine)
{
	for (int k = 0; k < 100; k++) {
		snprintf(number, 12, "%s%02d", nine, k);
		if (number_person_ok(number, PERSON_STRICT_1964))
			return;
	}
	fail_msg("%s has no check digits", nine);
}

static void
a_person_belongs_to_one_environment(void **unused)
{
	struct conf test = conf(CONF_TEST, PERSON_ACCEPT_2032, "");
	struct conf prod = conf(CONF_PROD, PERSON_ACCEPT_2032, "");
	char number[12];

	(void)unused;
	unborn(number, "311239749");
	check(&test, OWNER_PERSON, number, F_OWNER_ENVIRONMENT);
	check(&prod, OWNER_PERSON, number, FINE);
	for (size_t i = 0; i < sizeof persons / sizeof *persons; i++)
		if ((persons[i].rules & NEW) != 0)
			check(&prod, OWNER_PERSON, persons[i].value,
			    F_OWNER_ENVIRONMENT);
}

static void
sample_numbers_are_taken_in_test_when_they_are_listed(void **unused)
{
	static const char *const lists[] = {
		"01039012345", "01017512345,01039012345", " 01039012345 ",
		"897069650 , 01039012345", "897069650\t01039012345,",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct conf c = conf(CONF_TEST, PERSON_ACCEPT_2032, lists[i]);

		check(&c, OWNER_PERSON, "01039012345", FINE);
		c.spool.environment = CONF_PROD;
		check(&c, OWNER_PERSON, "01039012345",
		    F_OWNER_INVALID_NUMBER);
	}
	struct conf c = conf(CONF_TEST, PERSON_ACCEPT_2032,
	    "01039012345 897069650 word");
	check(&c, OWNER_PERSON, "01017512345", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_PERSON, "0103901234", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_PERSON, "897069650", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_PERSON, "word", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_ORGANISATION, "897069650", FINE);
	check(&c, OWNER_ORGANISATION, "01039012345", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_PERSON, "", F_OWNER_MISSING);
}

static void
a_party_is_a_positive_number_of_32_bits(void **unused)
{
	static const struct {
		const char *value;
		int want;
	} rows[] = {
		{ "50012345", FINE }, { "1", FINE }, { "2147483647", FINE },
		{ "2147483648", F_OWNER_INVALID_NUMBER },
		{ "99999999999", F_OWNER_INVALID_NUMBER },
		{ "18446744073709551617", F_OWNER_INVALID_NUMBER },
		{ "0", F_OWNER_INVALID_NUMBER },
		{ "007", F_OWNER_INVALID_NUMBER },
		{ "-1", F_OWNER_INVALID_NUMBER },
		{ "+1", F_OWNER_INVALID_NUMBER },
		{ "1.0", F_OWNER_INVALID_NUMBER },
		{ " 1", F_OWNER_INVALID_NUMBER },
		{ "", F_OWNER_MISSING },
	};
	struct conf c = conf(CONF_PROD, PERSON_ACCEPT_2032, "");

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&c, OWNER_PARTY, rows[i].value, rows[i].want);
}

static void
a_user_name_is_printable_and_bounded(void **unused)
{
	struct conf c = conf(CONF_TEST, PERSON_ACCEPT_2032, "");
	char name[OWNER_VALUE_MAX + 2];

	(void)unused;
	check(&c, OWNER_USERNAME, "epost:ola@example.no", FINE);
	check(&c, OWNER_USERNAME, "K\xc3\xa5re Moe", FINE);
	check(&c, OWNER_USERNAME, "a\nb", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_USERNAME, "a\xe2\x80\xae" "b",
	    F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_USERNAME, "a\xff", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_USERNAME, "   ", F_OWNER_INVALID_NUMBER);
	check(&c, OWNER_USERNAME, "", F_OWNER_MISSING);
	memset(name, 'x', sizeof name);
	name[OWNER_VALUE_MAX] = '\0';
	check(&c, OWNER_USERNAME, name, FINE);
	name[OWNER_VALUE_MAX] = 'x';
	name[OWNER_VALUE_MAX + 1] = '\0';
	check(&c, OWNER_USERNAME, name, F_OWNER_INVALID_NUMBER);
}

static void
a_kind_is_known_by_its_name(void **unused)
{
	enum owner_kind kind;

	(void)unused;
	for (enum owner_kind k = 0; k < OWNER_KINDS; k++) {
		assert_true(owner_kind_lookup(owner_kind_name(k), &kind));
		assert_int_equal(kind, k);
	}
	assert_false(owner_kind_lookup("Person", &kind));
	assert_false(owner_kind_lookup("", &kind));
}

static struct owner
owner(enum owner_kind kind, const char *value)
{
	struct owner o = { .kind = kind };

	snprintf(o.value, sizeof o.value, "%s", value);
	return o;
}

static void
a_folder_never_shows_a_person(void **unused)
{
	static const struct {
		enum owner_kind kind;
		const char *value, *tag;
	} rows[] = {
		{ OWNER_ORGANISATION, "310000027", "org-310000027" },
		{ OWNER_PARTY, "50012345", "party-50012345" },
		{ OWNER_PARTY, "2147483647", "party-2147483647" },
		/* as openssl dgst -sha256 -hmac key has them */
		{ OWNER_PERSON, "15867210064", "person-31ae05d405eb7a42" },
		{ OWNER_USERNAME, "epost:ola@example.no", "user-085116413214b89f" },
	};
	const unsigned char key[] = { 'k', 'e', 'y' };
	char tag[ID_OWNER_MAX + 1], other[ID_OWNER_MAX + 1];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct owner o = owner(rows[i].kind, rows[i].value);

		owner_tag(&o, key, sizeof key, tag);
		assert_string_equal(tag, rows[i].tag);
		assert_true(id_owner_ok(tag));
	}
	struct owner a = owner(OWNER_PERSON, "15867210064");
	struct owner b = owner(OWNER_PERSON, "43919030047");
	owner_tag(&a, key, sizeof key, tag);
	owner_tag(&b, key, sizeof key, other);
	assert_string_not_equal(tag, other);
	owner_tag(&a, key, 2, other);
	assert_string_not_equal(tag, other);
}

static void
an_app_takes_only_its_party_types(void **unused)
{
	static const struct {
		struct party_types types;
		bool allowed[OWNER_KINDS];	/* org, person, party, user */
	} rows[] = {
		{ { false, false, false, false },
		    { true, true, true, true } },
		{ { .organisation = true }, { true, false, true, false } },
		{ { .person = true }, { false, true, true, true } },
		{ { .sub_unit = true }, { true, false, true, false } },
		{ { .bankruptcy_estate = true },
		    { true, false, true, false } },
		{ { .organisation = true, .person = true },
		    { true, true, true, true } },
		{ { .sub_unit = true, .person = true },
		    { true, true, true, true } },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (enum owner_kind k = 0; k < OWNER_KINDS; k++) {
			struct owner o = owner(k, "x");

			if (owner_allowed(&o, &rows[i].types, NULL) !=
			    rows[i].allowed[k])
				fail_msg("row %zu, %s", i,
				    owner_kind_name(k));
		}
}

/* The decision of contract 2.4, row by row. */
static void
a_known_unit_type_decides_for_an_organisation(void **unused)
{
	static const struct {
		const char *type;
		struct party_types types;
		bool allowed;
	} rows[] = {
		{ "BEDR", { .sub_unit = true }, true },
		{ "AAFY", { .sub_unit = true }, true },
		{ "BEDR", { .organisation = true }, false },
		{ "KBO", { .bankruptcy_estate = true }, true },
		{ "KBO", { .organisation = true }, true },
		{ "KBO", { .sub_unit = true }, false },
		{ "AS", { .organisation = true }, true },
		{ "AS", { .sub_unit = true }, false },
		{ "AS", { .bankruptcy_estate = true }, false },
		{ "bedr", { .sub_unit = true }, false },
		{ "BEDR", { .person = true }, false },
		{ "BEDR", { .person = false }, true },
	};
	struct owner o = owner(OWNER_ORGANISATION, "310000027");

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (owner_allowed(&o, &rows[i].types, rows[i].type) !=
		    rows[i].allowed)
			fail_msg("row %zu, %s", i, rows[i].type);
}

/* ------------------------------------------------------------------- table */

static const char table[] =
    "key;organisation;person;name;enabled;valid_from;valid_to\n"
    "3401;310000027;;Kongsvinger kommune;yes;;\n"
    "3402;310000019;;\"Hamar; og omegn\";no;;\n"
    "3403;210000003;;Ringsaker;yes;2020-01-01;2025-12-31\n"
    "3404;210000003;;L\xc3\xb8ten;yes;2026-01-01;2026-03-31\n"
    "3405;310000027;;gammel;yes;;2025-12-31\n"
    "3405;310000019;;ny;yes;2026-01-01;\n"
    "0301;;15867210064;Kari;yes;2020-01-01;\n";

static struct owner_table *
read_table(const char *text, enum conf_environment environment,
    struct faults *f)
{
	struct conf c = conf(environment, PERSON_ACCEPT_2032, "");

	return owner_table_read("routes/r/owners.csv", text, strlen(text), &c,
	    f);
}

static void
an_owner_is_found_by_key_and_day(void **unused)
{
	static const struct {
		const char *key, *day, *value;	/* value NULL: not found */
		enum finding_code code;
	} rows[] = {
		{ "3401", "2026-03-02", "310000027", 0 },
		{ "0301", "2026-03-02", "15867210064", 0 },
		{ "301", "2026-03-02", NULL, F_OWNER_UNKNOWN },
		{ "9999", "2026-03-02", NULL, F_OWNER_UNKNOWN },
		{ "3402", "2026-03-02", NULL, F_OWNER_DISABLED },
		{ "3403", "2026-03-02", NULL, F_OWNER_DISABLED },
		{ "3403", "2025-12-31", "210000003", 0 },
		{ "3404", "2026-03-31", "210000003", 0 },
		{ "3404", "2026-04-01", NULL, F_OWNER_DISABLED },
		{ "3405", "2025-12-31", "310000027", 0 },
		{ "3405", "2026-01-01", "310000019", 0 },
		{ " 3401", "2026-03-02", NULL, F_OWNER_UNKNOWN },
		{ "", "2026-03-02", NULL, F_OWNER_MISSING },
	};
	struct faults f = { 0 };
	struct owner_table *t = read_table(table, CONF_TEST, &f);

	(void)unused;
	expect_no_faults(&f, "table");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct owner_fault why = { 0 };
		struct owner o = { .value = "" };
		size_t row;
		int rc = owner_table_find(t, rows[i].key, rows[i].day, &row,
		    &o, &why);

		if ((rc == 0) != (rows[i].value != NULL) || (rc == 0 ?
		    strcmp(o.value, rows[i].value) != 0 :
		    why.code != rows[i].code))
			fail_msg("%s on %s: %s", rows[i].key, rows[i].day,
			    rc == 0 ? o.value : finding_name(why.code));
	}
	owner_table_free(t);
}

static void
any_column_of_the_row_can_be_read(void **unused)
{
	struct faults f = { 0 };
	struct owner_table *t = read_table(table, CONF_TEST, &f);
	struct owner_fault why;
	struct owner o;
	size_t row, column;

	(void)unused;
	assert_int_equal(owner_table_find(t, "3404", "2026-03-02", &row, &o,
	    &why), 0);
	assert_true(owner_table_column(t, "name", &column));
	assert_string_equal(owner_table_cell(t, row, column),
	    "L\xc3\xb8ten");
	assert_true(owner_table_column(t, "person", &column));
	assert_string_equal(owner_table_cell(t, row, column), "");
	assert_true(owner_table_column(t, "key", &column));
	assert_string_equal(owner_table_cell(t, row, column), "3404");
	assert_false(owner_table_column(t, "Name", &column));
	assert_false(owner_table_column(t, "party", &column));
	owner_table_free(t);
}

static void
without_a_column_enabled_all_rows_are(void **unused)
{
	struct faults f = { 0 };
	struct owner_table *t = read_table("key,party\nx,50012345\n",
	    CONF_TEST, &f);
	struct owner_fault why;
	struct owner o;
	size_t row;

	(void)unused;
	expect_no_faults(&f, "short");
	assert_int_equal(owner_table_find(t, "x", "2026-03-02", &row, &o,
	    &why), 0);
	assert_int_equal(o.kind, OWNER_PARTY);
	owner_table_free(t);
}

static void
a_faulty_row_is_found_at_load(void **unused)
{
	static const struct {
		const char *text;
		enum conf_environment environment;
		long line, column;
		const char *words;
	} rows[] = {
		{ "key;organisation\n3409;310000028\n", CONF_TEST, 2, 2,
		    "OWNER_INVALID_NUMBER" },
		{ "key;organisation\n3409;310000027\n", CONF_PROD, 2, 2,
		    "OWNER_ENVIRONMENT" },
		{ "key;person\n3409;15867210065\n", CONF_TEST, 2, 2,
		    "person: not a person number" },
		{ "key;person\n3409;15867210064\n", CONF_PROD, 2, 2,
		    "OWNER_ENVIRONMENT" },
		{ "key;party\n3409;x\n", CONF_TEST, 2, 2, "party: not" },
		{ "key;organisation\n3409;\n", CONF_TEST, 2, 0,
		    "names no owner" },
		{ "key;organisation;party\n3409;310000027;1\n", CONF_TEST,
		    2, 0, "several owners" },
		{ "key;organisation\n;310000027\n", CONF_TEST, 2, 1,
		    "key: the cell is empty" },
		{ "key;organisation\na;310000027\nb;310000027\n"
		    "a;310000019\n", CONF_TEST, 4, 1, "line 2" },
		{ "key;organisation;enabled\na;310000027;ja\n", CONF_TEST,
		    2, 3, "enabled: want yes or no" },
		{ "key;organisation;enabled\na;310000027;\n", CONF_TEST,
		    2, 3, "enabled: want yes or no" },
		{ "key;organisation;enabled\na;310000028;no\n", CONF_TEST,
		    2, 2, "OWNER_INVALID_NUMBER" },
		{ "key;organisation;valid_to\na;310000027;31.12.2026\n",
		    CONF_TEST, 2, 3, "valid_to: not a day" },
		{ "key;name\na;b\n", CONF_TEST, 1, 0, "no column says" },
		{ "name;organisation\na;310000027\n", CONF_TEST, 1, 0,
		    "key: the column is missing" },
		{ "key;organisation;key\na;310000027;b\n", CONF_TEST, 1, 3,
		    "key: the column is there twice" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };

		if (read_table(rows[i].text, rows[i].environment, &f) != NULL)
			fail_msg("taken: %s", rows[i].text);
		expect_fault(&f, "routes/r/owners.csv", rows[i].line,
		    rows[i].column, rows[i].words, rows[i].text);
		faults_free(&f);
	}
}

static void
no_fault_shows_a_person_number(void **unused)
{
	static const char text[] = "key;person;enabled\n"
	    "15867210064;15867210065;15867210064\n"
	    "15867210064;15867210064;yes\n"
	    "15867210064;15867210064;yes\n";
	struct faults f = { 0 };

	(void)unused;
	assert_null(read_table(text, CONF_PROD, &f));
	assert_true(f.n >= 5);
	assert_false(shows(&f, "1586721006"));
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_organisation_number_has_nine_digits_and_a_check_digit),
		cmocka_unit_test(
		    an_organisation_in_production_begins_with_8_or_9),
		cmocka_unit_test(a_person_number_follows_the_policy),
		cmocka_unit_test(a_person_belongs_to_one_environment),
		cmocka_unit_test(
		    sample_numbers_are_taken_in_test_when_they_are_listed),
		cmocka_unit_test(a_party_is_a_positive_number_of_32_bits),
		cmocka_unit_test(a_user_name_is_printable_and_bounded),
		cmocka_unit_test(a_kind_is_known_by_its_name),
		cmocka_unit_test(a_folder_never_shows_a_person),
		cmocka_unit_test(an_app_takes_only_its_party_types),
		cmocka_unit_test(a_known_unit_type_decides_for_an_organisation),
		cmocka_unit_test(an_owner_is_found_by_key_and_day),
		cmocka_unit_test(any_column_of_the_row_can_be_read),
		cmocka_unit_test(without_a_column_enabled_all_rows_are),
		cmocka_unit_test(a_faulty_row_is_found_at_load),
		cmocka_unit_test(no_fault_shows_a_person_number),
	};

	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
