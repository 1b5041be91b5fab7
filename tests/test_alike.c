#include "tests/expect.h"

#include <locale.h>

#include "spool/buf.h"
#include "transform/alike.h"

static void
expect_fold(const char *name, const char *want)
{
	struct buf b = { 0 };

	alike_fold(&b, name);
	if (strcmp(buf_text(&b), want) != 0)
		fail_msg("%s folds to %s, not %s", name, buf_text(&b), want);
	buf_free(&b);
}

static void
names_that_mean_the_same_fold_to_the_same(void **unused)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "navn", "navn" }, { "NAVN", "navn" }, { "for-navn", "fornavn" },
		{ "for_navn", "fornavn" }, { "for.navn", "fornavn" },
		{ "fødselsnummer", "fodselsnummer" },
		{ "foedselsNummer", "fodselsnummer" },
		{ "FØDSELSNUMMER", "fodselsnummer" },
		{ "år", "ar" }, { "aar", "ar" }, { "Ærlig", "arlig" },
		{ "aerlig", "arlig" }, { "é", "e" },
		{ "Navn-datadef-1234", "navn" }, { "Navndatadef1234", "navn" },
		{ "Skjema-grp-9", "skjema" }, { "Felt2", "felt2" },
		/* A number alone is a name, and so is a mark. */
		{ "datadef-1", "datadef1" }, { "grp", "grp" }, { "", "" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect_fold(rows[i].name, rows[i].want);
}

static void
a_fold_is_appended(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	buf_str(&b, "datadef");
	alike_fold(&b, "12");
	assert_string_equal(buf_text(&b), "datadef12");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_mean_the_same_fold_to_the_same),
		cmocka_unit_test(a_fold_is_appended),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
