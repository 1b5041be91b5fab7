#include "tests/expect.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "transform/csv.h"
#include "transform/dated.h"

enum { KEY, FROM, TO };

static const struct csv_column columns[] = {
	{ "key", true }, { "from", false }, { "to", false },
};
static const struct csv_format format = { columns, 3, true };
static const struct dated_columns where = { KEY, FROM, TO };

struct table {
	struct csv csv;
	struct dated dated;
	struct faults faults;
};

static int
load(struct table *t, const char *text)
{
	t->faults = (struct faults){ 0 };
	assert_int_equal(csv_read(&t->csv, "t.csv", text, strlen(text),
	    &format, &t->faults), 0);
	return dated_init(&t->dated, &t->csv, &where, &t->faults);
}

static void
unload(struct table *t)
{
	dated_done(&t->dated);
	csv_done(&t->csv);
	faults_free(&t->faults);
}

static void
a_day_is_in_the_calendar(void **unused)
{
	static const struct {
		const char *day;
		bool ok;
	} rows[] = {
		{ "2026-03-01", true }, { "2026-03-01T10:00:00Z", true },
		{ "2024-02-29", true }, { "2000-02-29", true },
		{ "0001-01-01", true }, { "9999-12-31", true },
		{ "2023-02-29", false }, { "1900-02-29", false },
		{ "2026-04-31", false }, { "2026-13-01", false },
		{ "2026-00-10", false }, { "2026-01-00", false },
		{ "2026-01-32", false }, { "0000-01-01", false },
		{ "2026-3-1", false }, { "2026/03/01", false },
		{ "20260301", false }, { "01.03.2026", false },
		{ "2026-03-0", false }, { "2026-03-0x", false },
		{ "-026-03-01", false }, { "", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (dated_day_ok(rows[i].day) != rows[i].ok)
			fail_msg("%s", rows[i].day);
}

static const char table[] =
    "key;from;to\n"
    "b;2026-01-01;2026-03-31\n"		/* row 0 */
    "a;;\n"				/* 1 */
    "b;2026-05-01;\n"			/* 2 */
    "b;;2025-12-31\n"			/* 3 */
    "c;2026-02-28;2026-02-28\n";	/* 4 */

static void
a_row_holds_from_its_first_to_its_last_day(void **unused)
{
	static const struct {
		const char *key, *day;
		enum dated_answer answer;
		size_t row;
	} rows[] = {
		{ "a", "1900-01-01", DATED_FOUND, 1 },
		{ "a", "9999-12-31", DATED_FOUND, 1 },
		{ "b", "2025-12-31", DATED_FOUND, 3 },
		{ "b", "2026-01-01", DATED_FOUND, 0 },
		{ "b", "2026-03-31", DATED_FOUND, 0 },
		{ "b", "2026-04-01", DATED_OUT_OF_DATE, 0 },
		{ "b", "2026-04-30", DATED_OUT_OF_DATE, 0 },
		{ "b", "2026-05-01", DATED_FOUND, 2 },
		{ "b", "2026-05-01T00:00:00Z", DATED_FOUND, 2 },
		{ "b", "2026-03-31T23:59:59Z", DATED_FOUND, 0 },
		{ "c", "2026-02-27", DATED_OUT_OF_DATE, 0 },
		{ "c", "2026-02-28", DATED_FOUND, 4 },
		{ "c", "2026-03-01", DATED_OUT_OF_DATE, 0 },
		{ "d", "2026-03-01", DATED_UNKNOWN, 0 },
		{ "B", "2026-03-01", DATED_UNKNOWN, 0 },
		{ "", "2026-03-01", DATED_UNKNOWN, 0 },
	};
	struct table t;
	size_t row;

	(void)unused;
	assert_int_equal(load(&t, table), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		row = 99;
		if (dated_find(&t.dated, rows[i].key, rows[i].day, &row) !=
		    rows[i].answer || (rows[i].answer == DATED_FOUND &&
		    row != rows[i].row))
			fail_msg("%s on %s: row %zu", rows[i].key,
			    rows[i].day, row);
	}
	unload(&t);
}

static void
a_faulty_row_is_a_fault_with_its_line(void **unused)
{
	static const struct {
		const char *text;
		long line, column;
		const char *words;
	} rows[] = {
		{ "a;01.01.2026;\n", 2, 2, "from: not a day" },
		{ "a;2026-01-01 ;2026-02-30\n", 2, 3, "to: not a day" },
		{ "a;2026-01-01T00:00:00Z;\n", 2, 2, "from: not a day" },
		{ "a;2026-02-01;2026-01-31\n", 2, 3, "before the first" },
		{ ";2026-02-01;\n", 2, 1, "key: the cell is empty" },
		{ "a;;\nb;;\na;;\n", 4, 1, "line 2" },
		{ "a;2026-01-01;\na;;2026-01-01\n", 2, 1, "line 3" },
		{ "a;2026-01-01;2026-12-31\na;2026-02-01;2026-02-02\n"
		    "a;2026-03-01;2026-03-02\n", 4, 1, "line 2" },
		{ "a;2026-01-01;2026-01-31\na;2026-01-31;\n", 3, 1,
		    "overlap" },
	};
	struct table t;
	char text[200];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "key;from;to\n%s", rows[i].text);
		if (load(&t, text) == 0)
			fail_msg("taken: %s", rows[i].text);
		expect_fault(&t.faults, "t.csv", rows[i].line,
		    rows[i].column, rows[i].words, rows[i].text);
		unload(&t);
	}
}

static void
no_fault_shows_a_key(void **unused)
{
	struct table t;

	(void)unused;
	assert_int_equal(load(&t, "key;from;to\n15867210064;;\n"
	    "15867210064;;\n15867210064;x;\n15867210064;2026-01-02;"
	    "2026-01-01\n"), -1);
	assert_false(shows(&t.faults, "15867210064"));
	unload(&t);
}

static void
a_table_without_days_or_rows_is_fine(void **unused)
{
	struct table t;
	size_t row;

	(void)unused;
	assert_int_equal(load(&t, "key;name\na;A\n"), 0);
	assert_int_equal(dated_find(&t.dated, "a", "2026-01-01", &row),
	    DATED_FOUND);
	unload(&t);
	assert_int_equal(load(&t, "key\n"), 0);
	assert_int_equal(dated_find(&t.dated, "a", "2026-01-01", &row),
	    DATED_UNKNOWN);
	unload(&t);
}

static void
every_key_of_a_large_table_is_found(void **unused)
{
	enum { KEYS = 100000 };
	struct buf b = { 0 };
	struct table t;
	char key[16];
	size_t row;

	(void)unused;
	buf_str(&b, "key;from;to\n");
	for (int i = 0; i < KEYS; i++)
		buf_fmt(&b, "k%d;2026-01-01;\n", i);
	assert_int_equal(load(&t, buf_text(&b)), 0);
	for (size_t i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "k%zu", i);
		assert_int_equal(dated_find(&t.dated, key, "2026-01-01",
		    &row), DATED_FOUND);
		assert_int_equal(row, i);
	}
	assert_int_equal(dated_find(&t.dated, "k100000", "2026-01-01", &row),
	    DATED_UNKNOWN);
	unload(&t);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_in_the_calendar),
		cmocka_unit_test(a_row_holds_from_its_first_to_its_last_day),
		cmocka_unit_test(a_faulty_row_is_a_fault_with_its_line),
		cmocka_unit_test(no_fault_shows_a_key),
		cmocka_unit_test(a_table_without_days_or_rows_is_fine),
		cmocka_unit_test(every_key_of_a_large_table_is_found),
	};

	return cmocka_run_group_tests_name("dated", tests, NULL, NULL);
}
