#include "tests/expect.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transform/codes.h"

static struct codes *
read_text(const char *text, struct faults *f)
{
	return codes_read("codes/k.csv", text, strlen(text), f);
}

static const char list[] =
    "from;to;valid_from;valid_to;note\n"
    "M;gammel;2000-01-01;2025-12-31;\n"
    "M;ny;2026-01-01;;\n"
    "0301;Oslo;;;leading zero\n"
    "\" x \";blanks;;;\n"
    "bl\xc3\xa5;farge;;;\n"
    "K;kvinne;2027-01-01;;\n";

static void
a_code_is_found_by_exact_match_on_its_day(void **unused)
{
	static const struct {
		const char *from, *day, *to;
	} rows[] = {
		{ "M", "2026-03-02", "ny" },
		{ "M", "2026-01-01", "ny" },
		{ "M", "2025-12-31", "gammel" },
		{ "M", "1999-12-31", NULL },
		{ "m", "2026-03-02", NULL },
		{ " M", "2026-03-02", NULL },
		{ "0301", "2026-03-02", "Oslo" },
		{ "301", "2026-03-02", NULL },
		{ " x ", "2026-03-02", "blanks" },
		{ "x", "2026-03-02", NULL },
		{ "bl\xc3\xa5", "2026-03-02", "farge" },
		{ "bla\xcc\x8a", "2026-03-02", NULL },
		{ "K", "2026-03-02", NULL },
		{ "", "2026-03-02", NULL },
	};
	struct faults f = { 0 };
	struct codes *c = read_text(list, &f);
	const char *to;

	(void)unused;
	expect_no_faults(&f, "list");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		to = codes_find(c, rows[i].from, rows[i].day);
		if (to != rows[i].to && (to == NULL || rows[i].to == NULL ||
		    strcmp(to, rows[i].to) != 0))
			fail_msg("%s on %s: %s", rows[i].from, rows[i].day,
			    to != NULL ? to : "(none)");
	}
	codes_free(c);
}

static void
a_list_tells_all_it_may_give(void **unused)
{
	struct faults f = { 0 };
	struct codes *c = read_text(list, &f);

	(void)unused;
	assert_int_equal(codes_count(c), 6);
	assert_string_equal(codes_output(c, 0), "gammel");
	assert_string_equal(codes_output(c, 5), "kvinne");
	codes_free(c);
}

static void
a_faulty_list_is_a_fault_with_file_and_line(void **unused)
{
	static const struct {
		const char *text;
		long line, column;
		const char *words;
	} rows[] = {
		{ "M;mann\n", 1, 0, "no header row" },
		{ "from\nM\n", 1, 0, "to: the column is missing" },
		{ "from;to;kode\n", 1, 3, "kode: unknown column" },
		{ "from;to\nM;\n", 2, 2, "to: the cell is empty" },
		{ "from;to\n;mann\n", 2, 1, "from: the cell is empty" },
		{ "from;to\nM;mann\nM;mann\n", 3, 1, "overlap" },
		{ "from;to;valid_from\nM;mann;1.1.2026\n", 2, 3,
		    "valid_from: not a day" },
		{ "from;to;valid_to\nM;mann;2026-02-30\n", 2, 3,
		    "valid_to: not a day" },
		{ "", 0, 0, "no header row" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };

		if (read_text(rows[i].text, &f) != NULL)
			fail_msg("taken: %s", rows[i].text);
		expect_fault(&f, "codes/k.csv", rows[i].line, rows[i].column,
		    rows[i].words, rows[i].text);
		faults_free(&f);
	}
}

static void
put(const char *folder, const char *name, const char *text)
{
	char path[200];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void
gone(const char *folder, const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	remove(path);
}

static void
every_list_in_the_folder_is_loaded(void **unused)
{
	char folder[] = "/tmp/flerapp-test-XXXXXX";
	struct faults f = { 0 };
	struct codes_set *set;
	const struct codes *c;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	set = codes_set_load("routes/r", folder, &f);
	expect_no_faults(&f, "no folder");
	assert_int_equal(codes_set_find(set, "kommune", &c), CODES_UNKNOWN);
	codes_set_free(set);

	put(folder, "codes", "no folder");
	codes_set_free(codes_set_load("routes/r", folder, &f));
	expect_fault(&f, "routes/r", 0, 0, "codes: ", "codes is a file");
	faults_free(&f);
	gone(folder, "codes");

	char sub[sizeof folder + 8];
	snprintf(sub, sizeof sub, "%s/codes", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	put(sub, "kommune.csv", "from;to\n0301;Oslo\n");
	put(sub, "bad.csv", "from;to\n;Oslo\n");
	put(sub, "README.txt", "not a list");
	put(sub, ".hidden.csv", "not a list");
	set = codes_set_load("routes/r", folder, &f);
	assert_int_equal(f.n, 1);
	expect_fault(&f, "routes/r/codes/bad.csv", 2, 1, "empty", "bad");
	assert_int_equal(codes_set_find(set, "kommune", &c), CODES_KNOWN);
	assert_string_equal(codes_find(c, "0301", "2026-01-01"), "Oslo");
	assert_int_equal(codes_set_find(set, "bad", &c), CODES_FAULTY);
	assert_null(c);
	assert_int_equal(codes_set_find(set, "README", &c), CODES_UNKNOWN);
	assert_int_equal(codes_set_find(NULL, "bad", &c), CODES_UNKNOWN);
	codes_set_free(set);
	faults_free(&f);
	gone(sub, "kommune.csv");
	gone(sub, "bad.csv");
	gone(sub, "README.txt");
	gone(sub, ".hidden.csv");
	gone(folder, "codes");
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_found_by_exact_match_on_its_day),
		cmocka_unit_test(a_list_tells_all_it_may_give),
		cmocka_unit_test(a_faulty_list_is_a_fault_with_file_and_line),
		cmocka_unit_test(every_list_in_the_folder_is_loaded),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
