#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "spool/fault.h"
#include "transform/units.h"

static struct units *
read_table(const char *text, struct faults *f)
{
	return units_read("units.csv", text, strlen(text), f);
}

static void
a_unit_is_found_by_its_number(void **unused)
{
	struct faults f = { 0 };
	struct units *u = read_table("organisation;unit_type;name\n"
	    "310000027;BEDR;Ås\n310000019;KBO;\n210000003;AS;x\n", &f);

	(void)unused;
	assert_non_null(u);
	assert_string_equal(units_find(u, "310000027"), "BEDR");
	assert_string_equal(units_find(u, "310000019"), "KBO");
	assert_string_equal(units_find(u, "210000003"), "AS");
	assert_null(units_find(u, "212621072"));
	units_free(u);
}

static void
without_a_table_nothing_is_known(void **unused)
{
	(void)unused;
	assert_null(units_find(NULL, "310000027"));
}

static void
a_faulty_table_is_refused(void **unused)
{
	static const char *const rows[] = {
		"310000028;BEDR\n", "310000027;\n", "x;BEDR\n",
		"310000027;BEDR\n310000027;AS\n",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };
		char text[200] = "organisation;unit_type\n";

		if (read_table(strcat(text, rows[i]), &f) != NULL)
			fail_msg("row %zu was taken", i);
		assert_int_equal(f.errors, 1);
		faults_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_is_found_by_its_number),
		cmocka_unit_test(without_a_table_nothing_is_known),
		cmocka_unit_test(a_faulty_table_is_refused),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
