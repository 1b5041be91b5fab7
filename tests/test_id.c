#include "tests/expect.h"

#include <stdlib.h>

#include "spool/id.h"

#define GUID "6513270e-269d-4d2a-b9a5-9a0c7d2e41b5"
#define SUM "0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef"
#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

struct row {
	const char *s;
	bool ok;
};

static void
check(bool (*id_fits)(const char *), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (id_fits(rows[i].s) != rows[i].ok)
			fail_msg("row %zu: \"%s\"", i, rows[i].s);
}

#define CHECK(fits, rows) check(fits, rows, sizeof rows / sizeof *rows)

static void
a_guid_is_36_lower_case_characters(void **unused)
{
	static const struct row rows[] = {
		{ GUID, true },
		{ "6513270E-269D-4D2A-B9A5-9A0C7D2E41B5", false },
		{ "6513270e-269d-4d2a-b9a5-9a0c7d2e41b", false },
		{ GUID "0", false },
		{ "6513270e0269d-4d2a-b9a5-9a0c7d2e41b5", false },
		{ "6513270e-269d-4d2a-b9a5-9a0c7d2e41bg", false },
		{ "{6513270e-269d-4d2a-b9a5-9a0c7d2e41}", false },
		{ "../../../../../../../../etc/passwd00", false },
		{ "", false },
	};

	(void)unused;
	CHECK(id_guid_ok, rows);
}

static void
a_route_is_a_plain_name(void **unused)
{
	static const struct row rows[] = {
		{ "melding-til-mottak", true }, { "a", true },
		{ "A_1.b", true }, { X64, true }, { X64 "x", false },
		{ "", false }, { ".", false }, { "..", false },
		{ ".a", false }, { "-a", false }, { "a/b", false },
		{ "a b", false }, { "bl\xc3\xa5", false }, { "a\n", false },
		{ "15867210064", false }, { "r15867210064", false },
		{ "12345678901", true },
	};

	(void)unused;
	CHECK(id_route_ok, rows);
}

static void
an_app_is_org_and_name(void **unused)
{
	static const struct row rows[] = {
		{ "ttd/innsending-a", true }, { X64 "/" X64, true },
		{ X64 "x/a", false }, { "a/" X64 "x", false },
		{ "ttd", false }, { "ttd/", false }, { "/app", false },
		{ "ttd/a/b", false }, { "../a", false }, { "a/..", false },
		{ "a/.b", false }, { "a//b", false }, { "/", false },
		{ "", false }, { "ttd/15867210064", false },
	};

	(void)unused;
	CHECK(id_app_ok, rows);
}

static void
a_type_and_a_file_name_have_nothing_hidden(void **unused)
{
	static const struct row rows[] = {
		{ "ref-data-as-pdf", true }, { "S\xc3\xb8knad v2", true },
		{ "mottak.xml", true }, { "a..b", true },
		{ X64 X64 X16 "xxxxxx", true },
		{ X64 X64 X16 "xxxxxxx", false },
		{ "", false }, { ".", false }, { "..", false },
		{ ".hidden", false }, { "a/b", false }, { "a\\b", false },
		{ "a\"b", false }, { "a\nb", false }, { "a\x7f", false },
		{ "a\xc2\x85", false }, { "a\xe2\x80\xae" "b", false },
		{ "bl\xe5", false }, { "15867210064.pdf", false },
	};

	(void)unused;
	CHECK(id_type_ok, rows);
	CHECK(id_plain_ok, rows);
}

static void
an_owner_is_one_of_four_kinds_of_folder(void **unused)
{
	static const struct row rows[] = {
		{ "org-310000027", true }, { "party-50012345", true },
		{ "party-2147483647", true },
		{ "person-0123456789abcdef", true },
		{ "user-0123456789abcdef", true },
		{ "org-31000002", false }, { "org-3100000270", false },
		{ "org-31000002x", false }, { "party-", false },
		{ "party-0", false }, { "party-007", false },
		{ "party-12345678901", false }, { "party--1", false },
		{ "person-15867210064", false },
		{ "person-0123456789ABCDEF", false },
		{ "person-0123456789abcde", false },
		{ "person-0123456789abcdef0", false },
		{ "user-", false }, { "user-ola@example.no", false },
		{ "org-../../..", false }, { "310000027", false },
		{ "", false },
	};

	(void)unused;
	CHECK(id_owner_ok, rows);
}

static void
a_key_is_guid_route_and_index(void **unused)
{
	static const struct row rows[] = {
		{ GUID ".melding-til-mottak", true },
		{ GUID ".melding-til-mottak.0001", true },
		{ GUID ".r.100000", true }, { GUID ".v1.2.0001", true },
		{ GUID "." X64, true }, { GUID "." X64 ".0001", true },
		{ GUID "." X64 ".0001x", false },
		{ GUID "." X64 "x.0001", false },
		{ GUID "." X64 ".001", false },
		{ GUID, false }, { GUID ".", false }, { GUID "..", false },
		{ GUID "...0001", false }, { GUID "/r", false },
		{ GUID ".a/b", false }, { GUID ".a b", false },
		{ GUID ".-a", false }, { GUID ".15867210064", false },
		{ GUID ".r15867210064.0001", false }, { "r.0001", false },
		{ "6513270E-269d-4d2a-b9a5-9a0c7d2e41b5.r", false },
		{ "", false },
		{ GUID ".r~2", true }, { GUID ".r.0001~10", true },
		{ GUID "." X64 ".000000001~999999", true },
		{ GUID ".r~1", false }, { GUID ".r~0", false },
		{ GUID ".r~02", false }, { GUID ".r~", false },
		{ GUID ".r~x", false }, { GUID ".r~2~3", false },
		{ GUID ".r~2.0001", false }, { GUID ".~2", false },
		{ GUID "~2", false }, { GUID "~2.r", false },
		{ GUID ".r~1000000", false }, { GUID ".r~-2", false },
	};

	(void)unused;
	CHECK(id_key_ok, rows);
}

/* A route may be called as nearly anything, but not so. */
static void
no_route_looks_like_a_generation(void **unused)
{
	static const struct row rows[] = {
		{ "r~2", false }, { "~", false }, { "r.2", true },
	};

	(void)unused;
	CHECK(id_route_ok, rows);
}

static void
a_key_has_a_base_and_a_generation(void **unused)
{
	static const struct {
		const char *key;
		size_t base;
		unsigned generation;
	} rows[] = {
		{ GUID ".r", ID_GUID + 2, 1 },
		{ GUID ".r~2", ID_GUID + 2, 2 },
		{ GUID ".r.0001~999999", ID_GUID + 7, 999999 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(id_key_base(rows[i].key), rows[i].base);
		assert_int_equal(id_key_generation(rows[i].key),
		    rows[i].generation);
	}
	assert_int_equal(id_key_order(GUID ".r", GUID ".r~2"), 0);
	assert_true(id_key_order(GUID ".r~2", GUID ".r.0001") < 0);
	assert_true(id_key_order(GUID ".r.0002", GUID ".r.0001~3") > 0);
}

static void
a_package_id_comes_from_guid_and_sum(void **unused)
{
	char id[ID_MAX + 1];

	(void)unused;
	id_make(id, GUID, SUM);
	assert_string_equal(id, GUID "-0123456789ab");
	assert_true(id_ok(id));
	id_make(id, NULL, SUM);
	assert_string_equal(id, "sha256-0123456789abcdef0123456789abcdef");
	assert_true(id_ok(id));
	id_make(id, "", SUM);
	assert_string_equal(id, "sha256-0123456789abcdef0123456789abcdef");
}

static void
only_our_own_ids_are_ids(void **unused)
{
	static const struct row rows[] = {
		{ GUID "-0123456789ab", true },
		{ GUID "-0123456789ab.2", true },
		{ GUID "-0123456789ab.123456", true },
		{ "sha256-0123456789abcdef0123456789abcdef", true },
		{ "sha256-0123456789abcdef0123456789abcdef.3", true },
		{ GUID "-0123456789ab.1234567", false },
		{ GUID "-0123456789ab.", false },
		{ GUID "-0123456789ab.x", false },
		{ GUID "-0123456789ab/..", false },
		{ GUID "-0123456789a", false },
		{ GUID "-0123456789abc", false },
		{ GUID "-0123456789AB", false },
		{ GUID, false }, { GUID "-", false },
		{ "sha256-0123456789abcdef0123456789abcde", false },
		{ "sha256-" SUM, false }, { "sha256-", false },
		{ "../x", false }, { "", false },
		{ X64 X64, false },
	};

	(void)unused;
	CHECK(id_ok, rows);
}

static void
hex_has_its_exact_length(void **unused)
{
	(void)unused;
	assert_true(id_hex_ok("0af9", 4));
	assert_false(id_hex_ok("0af", 4));
	assert_false(id_hex_ok("0af90", 4));
	assert_false(id_hex_ok("0AF9", 4));
	assert_false(id_hex_ok("0ag9", 4));
	assert_false(id_hex_ok("", 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guid_is_36_lower_case_characters),
		cmocka_unit_test(a_route_is_a_plain_name),
		cmocka_unit_test(an_app_is_org_and_name),
		cmocka_unit_test(a_type_and_a_file_name_have_nothing_hidden),
		cmocka_unit_test(an_owner_is_one_of_four_kinds_of_folder),
		cmocka_unit_test(a_key_is_guid_route_and_index),
		cmocka_unit_test(no_route_looks_like_a_generation),
		cmocka_unit_test(a_key_has_a_base_and_a_generation),
		cmocka_unit_test(a_package_id_comes_from_guid_and_sum),
		cmocka_unit_test(only_our_own_ids_are_ids),
		cmocka_unit_test(hex_has_its_exact_length),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
