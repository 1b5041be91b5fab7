#include "tests/expect.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/ini.h"

static void
note(void *arg, const struct ini_line *l)
{
	buf_fmt(arg, "%ld[%s]%s=%s;", l->line, l->section, l->key, l->value);
}

static void
settings_are_read_as_systemd_writes_them(void **unused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "[spool]\nroot = /var\n", "2[spool]root=/var;" },
		{ "root=/var", "1[]root=/var;" },
		{ "\xef\xbb\xbf[a]\nb=c\n", "2[a]b=c;" },
		{ "[a]\r\nb = c\r\n", "2[a]b=c;" },
		{ "# remark\n; remark\n\n  # too\n[ a ]\n\tb\t=\tc\t\n",
		    "6[a]b=c;" },
		{ "[a]\nb=\n", "2[a]b=;" },
		{ "[a]\nb=c=d\n", "2[a]b=c=d;" },
		{ "[a]\nb=c\n[d]\ne=f\n", "2[a]b=c;4[d]e=f;" },
		{ "[type melding]\nroot=x\n", "2[type melding]root=x;" },
		{ "b = /path/#1\n", "1[]b=/path/#1;" },
		{ "b = c # remark\n", "1[]b=c;" },
		{ "b = c\t#\n", "1[]b=c;" },
		{ "b = c #remark\n", "1[]b=c #remark;" },
		{ "b = c ; d\n", "1[]b=c ; d;" },
		{ "b = # remark\n", "1[]b=;" },
		{ "b = \"c d\"\n", "1[]b=c d;" },
		{ "b = \" c \" # remark\n", "1[]b= c ;" },
		{ "b = \"c # d\"\n", "1[]b=c # d;" },
		{ "b = \"\"\n", "1[]b=;" },
		{ "b = \"\n", "1[]b=\";" },
		{ "b = \"c\" and \"d\"\n", "1[]b=\"c\" and \"d\";" },
		{ "when = /a/b = \"x # y\" # z\n",
		    "1[]when=/a/b = \"x # y\";" },
	};
	struct buf got = { 0 }, text = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct faults f = { 0 };

		buf_reset(&got);
		buf_reset(&text);
		buf_str(&text, rows[i].text);
		ini_parse("x.conf", text.p, note, &got, &f);
		expect_no_faults(&f, rows[i].text);
		if (strcmp(buf_text(&got), rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].text, buf_text(&got));
	}
	buf_free(&got);
	buf_free(&text);
}

static void
a_line_that_is_none_of_these_is_a_fault(void **unused)
{
	static const char *const lines[] = {
		"root", "[spool", "spool]", "= value", "[a] # remark",
		"[]", "[ ]", "[a]b",
	};
	struct buf got = { 0 }, text = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct faults f = { 0 };

		buf_reset(&got);
		buf_reset(&text);
		buf_fmt(&text, "\n%s\nk=v\n", lines[i]);
		ini_parse("x.conf", text.p, note, &got, &f);
		expect_fault(&f, "x.conf", 2, 0, "neither", lines[i]);
		if (strcmp(buf_text(&got), "3[]k=v;") != 0)
			fail_msg("%s: %s", lines[i], buf_text(&got));
		faults_free(&f);
	}
	buf_free(&got);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read_as_systemd_writes_them),
		cmocka_unit_test(a_line_that_is_none_of_these_is_a_fault),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
