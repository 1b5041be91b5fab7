#include "tests/expect.h"

#include <stdlib.h>
#include <unistd.h>

#include "spool/buf.h"
#include "transform/csv.h"

enum { TARGET, SOURCE, NOTE, COLUMNS };

static const struct csv_column columns[] = {
	{ "target", true }, { "source", true }, { "note", false },
};
static const struct csv_format closed = { columns, COLUMNS, false };
static const struct csv_format open_ended = { columns, COLUMNS, true };

static int
read_text(struct csv *c, const char *text, const struct csv_format *format,
    struct faults *f)
{
	return csv_read(c, "map.csv", text, strlen(text), format, f);
}

/* All rows as "target|source|note/", in the order of the format. */
static const char *
flat(const struct csv *c, struct buf *b)
{
	buf_reset(b);
	for (size_t i = 0; i < c->n_rows; i++)
		buf_fmt(b, "%s|%s|%s/", csv_cell(c, i, TARGET),
		    csv_cell(c, i, SOURCE), csv_cell(c, i, NOTE));
	return buf_text(b);
}

static const struct {
	const char *name, *text, *rows;
} good[] = {
	{ "semicolons", "target;source\na;b\n", "a|b|/" },
	{ "commas", "target,source\na,b\n", "a|b|/" },
	{ "a comma in a cell of a table with semicolons",
	    "target;source\na;b, c\n", "a|b, c|/" },
	{ "a semicolon in a cell of a table with commas",
	    "target,source\na,b; c\n", "a|b; c|/" },
	{ "byte order mark", "\xef\xbb\xbftarget;source\na;b\n", "a|b|/" },
	{ "byte order mark and quotes",
	    "\xef\xbb\xbf\"target\";\"source\"\na;b\n", "a|b|/" },
	{ "other order of columns", "note;source;target\nn;b;a\n",
	    "a|b|n/" },
	{ "carriage returns", "target;source\r\na;b\r\n", "a|b|/" },
	{ "only carriage returns", "target;source\ra;b\rc;d\r",
	    "a|b|/c|d|/" },
	{ "no newline at the end", "target;source\na;b", "a|b|/" },
	{ "fewer cells than columns", "target;source;note\na;b\n",
	    "a|b|/" },
	{ "separators at the end of lines", "target;source;;\na;b;;;;\n",
	    "a|b|/" },
	{ "blank lines", "\n  \ntarget;source\n\n\na;b\n \t\n;\n;;\nc;d\n\n",
	    "a|b|/c|d|/" },
	{ "quoted separator", "target;source\n\"a;b\";c\n", "a;b|c|/" },
	{ "quoted quotes", "target;source\n\"a \"\"b\"\"\";c\n",
	    "a \"b\"|c|/" },
	{ "quoted line break", "target;source\n\"a\nb\";\"c\r\nd\"\n",
	    "a\nb|c\r\nd|/" },
	{ "blanks around cells", "target ; source\n a ;\tb \n", "a|b|/" },
	{ "quoted blanks stay", "target;source\n\" a \";b\n", " a |b|/" },
	{ "# is no comment", "target;source\n# a;b\n", "# a|b|/" },
	{ "letters beyond ASCII",
	    "target;source\nbl\xc3\xa5;\xf0\x9f\xa7\xbe\n",
	    "bl\xc3\xa5|\xf0\x9f\xa7\xbe|/" },
	{ "no rows", "target;source\n", "" },
};

static void
a_table_is_read_as_spreadsheets_write_it(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct faults f = { 0 };
		struct csv c;
		int rc = read_text(&c, good[i].text, &closed, &f);

		expect_no_faults(&f, good[i].name);
		if (rc != 0 || strcmp(flat(&c, &b), good[i].rows) != 0)
			fail_msg("%s: %s", good[i].name, flat(&c, &b));
		csv_done(&c);
	}
	buf_free(&b);
}

static const struct {
	const char *name, *text;
	long line, column;
	const char *words;
} bad[] = {
	{ "empty file", "", 0, 0, "no header row" },
	{ "only blank lines", "\n\n \n", 3, 0, "no header row" },
	{ "no header", "Saken.overskrift;/Melding/Sak/tittel\n", 1, 0,
	    "target;source;note" },
	{ "unknown column", "target;source;tullball\na;b;c\n", 1, 3,
	    "tullball: unknown column" },
	{ "other case", "Target;source\n", 1, 1, "Target: unknown column" },
	{ "and the one it should be", "Target;source\n", 1, 0,
	    "target: the column is missing" },
	{ "column twice", "target;source;target\n", 1, 3,
	    "target: the column is there twice" },
	{ "column without a name", "target;;source\n", 1, 2,
	    "a column without a name" },
	{ "missing column", "target;note\n", 1, 0,
	    "source: the column is missing" },
	{ "header after blank lines", "\n\ntarget;note\n", 3, 0,
	    "source: the column is missing" },
	{ "too many cells", "target;source\na;b\nc;d;e\n", 3, 3,
	    "more cells than the header" },
	{ "too many cells after a line break in a cell",
	    "target;source\n\"a\n\n\";b\n\n\"c\nc\";d;e\n", 6, 3,
	    "more cells than the header" },
	{ "Latin-1", "target;source\na;bl\xe5\n", 2, 2, "not UTF-8" },
	{ "overlong UTF-8", "target;source\n\xc0\xaf;b\n", 2, 1,
	    "not UTF-8" },
	{ "UTF-16", "\xff\xfet", 0, 0, "UTF-16" },
	{ "control character", "target;source\na;b\x01\n", 2, 2,
	    "control character" },
	{ "quote inside a cell", "target;source\na;b\nc;d\"e\n", 3, 0,
	    "quote inside a cell" },
	{ "text behind a quote", "target;source\n\"a\"b;c\n", 2, 0,
	    "quote inside a cell" },
	{ "quote never closed", "target;source\na;b\nc;\"d\ne;f\n", 3, 0,
	    "never closed" },
};

static void
a_fault_names_the_file_the_line_and_the_column(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct faults f = { 0 };
		struct csv c;

		if (read_text(&c, bad[i].text, &closed, &f) == 0)
			fail_msg("%s: taken", bad[i].name);
		expect_fault(&f, "map.csv", bad[i].line, bad[i].column,
		    bad[i].words, bad[i].name);
		csv_done(&c);
		faults_free(&f);
	}
}

static void
a_nul_byte_is_no_text(void **unused)
{
	static const char text[] = "target;source\na\0b;c\n";
	struct faults f = { 0 };
	struct csv c;

	(void)unused;
	assert_int_equal(csv_read(&c, "x", text, sizeof text - 1, &closed,
	    &f), -1);
	expect_fault(&f, "x", 2, 1, "control character", "NUL");
	csv_done(&c);
	faults_free(&f);
}

static void
all_faults_are_told_at_once(void **unused)
{
	struct faults f = { 0 };
	struct csv c;

	(void)unused;
	assert_int_equal(read_text(&c, "target;x;y\na;b;c;d\n\x02;e\n",
	    &closed, &f), -1);
	assert_int_equal(f.n, 5);
	csv_done(&c);
	faults_free(&f);
}

static void
a_file_full_of_faults_is_given_up(void **unused)
{
	struct faults f = { 0 };
	struct buf b = { 0 };
	struct csv c;

	(void)unused;
	buf_str(&b, "target;source\n");
	for (int i = 0; i < 1000; i++)
		buf_str(&b, "a;b;c\n");
	assert_int_equal(read_text(&c, buf_text(&b), &closed, &f), -1);
	assert_int_equal(f.n, 101);
	expect_fault(&f, "map.csv", 101, 0, "too many faults", "many");
	csv_done(&c);
	faults_free(&f);
	buf_free(&b);
}

static void
a_cell_knows_the_line_its_row_begins_in(void **unused)
{
	static const char text[] = "note;target;source\n\nn;a;b\n"
	    "\"1\n2\n3\";\"c\n\";d\n;e;f\n";
	static const long lines[] = { 3, 4, 8 };
	struct faults f = { 0 };
	struct csv_place p;
	struct csv c;

	(void)unused;
	assert_int_equal(read_text(&c, text, &closed, &f), 0);
	assert_int_equal(c.n_rows, 3);
	for (size_t i = 0; i < c.n_rows; i++) {
		p = csv_place(&c, i, TARGET);
		assert_int_equal(p.line, lines[i]);
		assert_int_equal(p.column, 2);
		assert_string_equal(p.name, "target");
		assert_string_equal(p.file, "map.csv");
	}
	csv_fault(&f, &p, "what is %s", "wrong");
	expect_fault(&f, "map.csv", 8, 2, "target: what is wrong", "place");
	csv_done(&c);
	faults_free(&f);
}

static void
other_columns_are_found_by_name_where_they_are_allowed(void **unused)
{
	struct faults f = { 0 };
	struct csv c;
	size_t column;

	(void)unused;
	assert_int_equal(read_text(&c, "kommune;source;target\nL;b;a\n",
	    &open_ended, &f), 0);
	assert_true(csv_find(&c, "kommune", &column));
	assert_string_equal(csv_cell(&c, 0, column), "L");
	assert_true(csv_find(&c, "source", &column));
	assert_int_equal(column, SOURCE);
	assert_false(csv_find(&c, "Kommune", &column));
	assert_false(csv_find(&c, "note", &column));
	assert_false(csv_has(&c, NOTE));
	assert_true(csv_has(&c, TARGET));
	csv_done(&c);
	assert_int_equal(read_text(&c, "k;source;target;k\n", &open_ended,
	    &f), -1);
	expect_fault(&f, "map.csv", 1, 4, "k: the column is there twice",
	    "others");
	csv_done(&c);
	faults_free(&f);
}

static void
a_cell_that_is_not_there_is_empty(void **unused)
{
	struct faults f = { 0 };
	struct csv c;

	(void)unused;
	assert_int_equal(read_text(&c, "target;source\na;b\n", &closed, &f),
	    0);
	assert_string_equal(csv_cell(&c, 0, NOTE), "");
	assert_string_equal(csv_cell(&c, 1, TARGET), "");
	assert_string_equal(csv_cell(&c, 0, 17), "");
	assert_int_equal(csv_place(&c, 0, NOTE).column, 0);
	assert_string_equal(csv_place(&c, 0, NOTE).name, "note");
	csv_done(&c);
}

static void
sizes_have_limits(void **unused)
{
	struct faults f = { 0 };
	struct buf b = { 0 };
	struct csv c;

	(void)unused;
	buf_str(&b, "target;source\na;");
	for (size_t i = 0; i < CSV_CELL_MAX; i++)
		buf_char(&b, 'x');
	assert_int_equal(read_text(&c, buf_text(&b), &closed, &f), 0);
	csv_done(&c);
	buf_char(&b, 'x');
	assert_int_equal(read_text(&c, buf_text(&b), &closed, &f), -1);
	expect_fault(&f, "map.csv", 2, 2, "too long", "cell");
	csv_done(&c);
	buf_reset(&b);
	buf_str(&b, "target;source");
	for (size_t i = 2; i < CSV_COLUMNS_MAX; i++)
		buf_fmt(&b, ";c%zu", i);
	assert_int_equal(read_text(&c, buf_text(&b), &open_ended, &f), 0);
	csv_done(&c);
	buf_str(&b, ";more");
	assert_int_equal(read_text(&c, buf_text(&b), &open_ended, &f), -1);
	expect_fault(&f, "map.csv", 1, 0, "too many columns", "columns");
	csv_done(&c);
	buf_free(&b);
	faults_free(&f);
}

static void
a_row_may_have_far_too_many_cells(void **unused)
{
	struct faults f = { 0 };
	struct buf b = { 0 };
	struct csv c;

	(void)unused;
	buf_str(&b, "target;source\na;b");
	for (int i = 0; i < 1000; i++)
		buf_char(&b, ';');
	buf_str(&b, "c\n");
	assert_int_equal(read_text(&c, buf_text(&b), &closed, &f), -1);
	expect_fault(&f, "map.csv", 2, CSV_COLUMNS_MAX + 2,
	    "more cells than the header", "cells");
	csv_done(&c);
	buf_free(&b);
	faults_free(&f);
}

static void
a_file_is_read_by_its_path(void **unused)
{
	static const char text[] = "target;source\na;b\n";
	char path[] = "/tmp/flerapp-test-XXXXXX";
	struct faults f = { 0 };
	struct csv c;
	int fd = mkstemp(path);

	(void)unused;
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	close(fd);
	assert_int_equal(csv_load(&c, "map.csv", path, &closed, &f), 0);
	assert_string_equal(csv_cell(&c, 0, SOURCE), "b");
	csv_done(&c);
	unlink(path);
	assert_int_equal(csv_load(&c, "map.csv", path, &closed, &f), -1);
	expect_fault(&f, "map.csv", 0, 0, "No such file", "gone");
	csv_done(&c);
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_read_as_spreadsheets_write_it),
		cmocka_unit_test(
		    a_fault_names_the_file_the_line_and_the_column),
		cmocka_unit_test(a_nul_byte_is_no_text),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(a_file_full_of_faults_is_given_up),
		cmocka_unit_test(a_cell_knows_the_line_its_row_begins_in),
		cmocka_unit_test(
		    other_columns_are_found_by_name_where_they_are_allowed),
		cmocka_unit_test(a_cell_that_is_not_there_is_empty),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(a_row_may_have_far_too_many_cells),
		cmocka_unit_test(a_file_is_read_by_its_path),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
