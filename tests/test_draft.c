#include "tests/expect.h"

#include "spool/buf.h"
#include "transform/csv.h"
#include "transform/draft.h"

static const struct csv_column columns[] = {
	{ "target", true }, { "source", true }, { "convert", true },
	{ "required", true }, { "default", true }, { "when", true },
	{ "note", true },
};

/* What is written is read back as it was. */
static void
a_cell_is_read_back_as_it_is(void **unused)
{
	static const struct csv_format format = { columns, 7, false };
	static const char *const cells[] = {
		"/A/b", "a;b", "a,b", "\"q\"", " x", "x ", "a\nb", "æøå", "\t",
	};
	struct faults f = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		struct draft_row r = { .target = "t", .source = cells[i],
		    .note = cells[i], .required = i % 2 == 0 };
		struct buf b = { 0 };
		struct csv csv;

		draft_head(&b);
		draft_add(&b, &r);
		if (csv_read(&csv, "map.csv", b.p, b.len, &format, &f) == -1)
			show_faults(&f);
		assert_int_equal(csv.n_rows, 1);
		assert_string_equal(csv_cell(&csv, 0, 0), "t");
		assert_string_equal(csv_cell(&csv, 0, 1), cells[i]);
		assert_string_equal(csv_cell(&csv, 0, 2), "");
		assert_string_equal(csv_cell(&csv, 0, 3), i % 2 == 0 ? "yes" :
		    "");
		assert_string_equal(csv_cell(&csv, 0, 6), cells[i]);
		csv_done(&csv);
		buf_free(&b);
	}
	expect_no_faults(&f, "draft");
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_read_back_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
