#include "tests/expect.h"

#include "spool/args.h"
#include "spool/buf.h"
#include "spool/err.h"

struct to {
	const char *config, *reason;
	bool json, verbose;
	struct args_many seals;
};

static const struct args_option rows[] = {
	{ "config", 0, "DIR", offsetof(struct to, config), "where" },
	{ "reason", 0, "TEXT", offsetof(struct to, reason), "why" },
	{ "json", 0, NULL, offsetof(struct to, json), "objects" },
	{ "verbose", 'v', NULL, offsetof(struct to, verbose), "more" },
	{ "seal", 0, "FILE...", offsetof(struct to, seals), "another" },
};

enum { ROWS = sizeof rows / sizeof *rows };

static int
parse(struct to *to, size_t *n, struct err *e, char **argv)
{
	*to = (struct to){ .config = NULL };
	return args_parse(rows, ROWS, to, argv, n, e);
}

static void
options_may_stand_before_between_and_behind_words(void **unused)
{
	char *argv[] = { "--config", "/c", "release", "-v", "ID",
	    "--reason=a=b c", "--json", NULL };
	struct to to;
	struct err e;
	size_t n;

	(void)unused;
	assert_int_equal(parse(&to, &n, &e, argv), 0);
	assert_int_equal(n, 2);
	assert_string_equal(argv[0], "release");
	assert_string_equal(argv[1], "ID");
	assert_null(argv[2]);
	assert_string_equal(to.config, "/c");
	assert_string_equal(to.reason, "a=b c");
	assert_true(to.json && to.verbose);
	for (size_t i = 0; i < 4; i++)
		assert_true(args_given(&rows[i], &to));
}

static void
an_option_of_many_values_keeps_each_up_to_a_bound(void **unused)
{
	char *argv[ARGS_MANY + 2] = { "--seal=a", "x", "--seal", "b", NULL };
	struct to to;
	struct err e;
	size_t n;

	(void)unused;
	assert_int_equal(parse(&to, &n, &e, argv), 0);
	assert_int_equal(n, 1);
	assert_int_equal(to.seals.n, 2);
	assert_string_equal(to.seals.v[0], "a");
	assert_string_equal(to.seals.v[1], "b");
	assert_true(args_given(&rows[4], &to));
	for (size_t i = 0; i <= ARGS_MANY; i++)
		argv[i] = "--seal=a";
	argv[ARGS_MANY + 1] = NULL;
	assert_int_equal(parse(&to, &n, &e, argv), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	argv[ARGS_MANY] = NULL;
	assert_int_equal(parse(&to, &n, &e, argv), 0);
	assert_int_equal(to.seals.n, ARGS_MANY);
	argv[0] = NULL;
	assert_int_equal(parse(&to, &n, &e, argv), 0);
	assert_false(args_given(&rows[4], &to));
}

static void
behind_two_dashes_all_are_words(void **unused)
{
	char *argv[] = { "drop", "--", "--json", "-", "-v", NULL };
	struct to to;
	struct err e;
	size_t n;

	(void)unused;
	assert_int_equal(parse(&to, &n, &e, argv), 0);
	assert_int_equal(n, 4);
	assert_string_equal(argv[1], "--json");
	assert_false(to.json || to.verbose);
	assert_false(args_given(&rows[2], &to));
}

static void
what_is_no_option_is_a_usage_error(void **unused)
{
	static const struct {
		char *word, *next;
		const char *says;
	} faults[] = {
		{ "--jso", NULL, "unknown option (--jso)" },
		{ "-x", NULL, "unknown option (-x)" },
		{ "-vv", NULL, "unknown option (-vv)" },
		{ "--json=yes", NULL, "--json takes no value" },
		{ "--config", NULL, "--config needs a value" },
		{ "--config=", NULL, "--config needs a value" },
		{ "--config", "", "--config needs a value" },
	};
	struct to to;
	struct err e;
	size_t n;

	(void)unused;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		char *argv[] = { faults[i].word, faults[i].next, NULL };

		if (parse(&to, &n, &e, argv) != -1 || e.kind != ERR_USAGE ||
		    strstr(e.text, faults[i].says) == NULL)
			fail_msg("%s: %s", faults[i].word, e.text);
	}
}

static void
help_shows_the_value_and_the_letter(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	args_help(&rows[0], &b);
	args_help(&rows[3], &b);
	assert_string_equal(buf_text(&b),
	    "  --config DIR          where\n"
	    "  --verbose, -v         more\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    options_may_stand_before_between_and_behind_words),
		cmocka_unit_test(
		    an_option_of_many_values_keeps_each_up_to_a_bound),
		cmocka_unit_test(behind_two_dashes_all_are_words),
		cmocka_unit_test(what_is_no_option_is_a_usage_error),
		cmocka_unit_test(help_shows_the_value_and_the_letter),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
