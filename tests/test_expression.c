#include "tests/expect.h"

#include "spool/buf.h"
#include "transform/expression.h"

#define N(table) (sizeof (table) / sizeof *(table))

static void
show(void *arg, const struct expression_name *name)
{
	static const char signs[] = {
		[EXPRESSION_FUNCTION] = 'f', [EXPRESSION_VARIABLE] = '$',
		[EXPRESSION_PREFIX] = ':', [EXPRESSION_ELEMENT] = 'e',
		[EXPRESSION_ATTRIBUTE] = '@',
	};
	struct buf *b = arg;

	buf_fmt(b, "%s%c%.*s", b->len > 0 ? " " : "", signs[name->kind],
	    (int)name->len, name->text);
}

static void
each_name_is_told_with_what_it_is(void **unused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "/A/b", "eA eb" },
		{ "/A/b-c.d_e/@f", "eA eb-c.d_e @f" },
		{ "//*[@x]", "@x" },
		{ "a and b", "ea eb" },
		{ "and and and", "eand eand" },
		{ "a/and[or or or]", "ea eand eor eor" },
		{ "3 div x", "ex" },
		{ "x div div", "ex ediv" },
		{ "a * b", "ea eb" },
		{ "* * *", "" },
		{ "a[(b) and (c)]", "ea eb ec" },
		{ "not(a) and(b)", "fnot ea eb" },
		{ "concat ('a b', \"c'd\", e)", "fconcat ee" },
		{ "count(a/text())", "fcount ea ftext" },
		{ "child::a/attribute::b/c", "ea @b ec" },
		{ "attribute :: b", "@b" },
		{ "ancestor-or-self::node()", "fnode" },
		{ "@a = b", "@a eb" },
		{ "@ a/b", "@a eb" },
		{ "n:a/n:*", ":n :n" },
		{ "n :a/n\n:*", ":n :n" },	/* libxml2 takes blanks there */
		{ "$v + a", "$v ea" },
		{ "../a/./b", "ea eb" },
		{ ".5 + 1.5 + a", "ea" },
		{ "bl\xc3\xa5/b\xc3\xa6r", "ebl\xc3\xa5 eb\xc3\xa6r" },
		{ "'unfinished", "" },
		{ "", "" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf b = { 0 };

		expression_names(rows[i].text, show, &b);
		if (strcmp(buf_text(&b), rows[i].want) != 0)
			fail_msg("%s has \"%s\", not \"%s\"", rows[i].text,
			    buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
brackets_and_quotes_have_an_end(void **unused)
{
	static const struct {
		const char *text;
		bool closed;
	} rows[] = {
		{ "/a", true }, { "count(/a[b])", true }, { "f('(')", true },
		{ "f(\"]'\")", true }, { "count(", false },
		{ "count(/a", false }, { "/a[b", false }, { "/a]", false },
		{ "'a", false }, { "f('a\")", false }, { "", true },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		if (expression_closed(rows[i].text) != rows[i].closed)
			fail_msg("%s", rows[i].text);
}

static void
the_functions_are_those_of_xpath_1(void **unused)
{
	static const char *const known[] = { "last", "position", "count",
	    "id", "local-name", "namespace-uri", "name", "string", "concat",
	    "starts-with", "contains", "substring-before",
	    "substring-after", "substring", "string-length",
	    "normalize-space", "translate", "boolean", "not", "true",
	    "false", "lang", "number", "sum", "floor", "ceiling", "round",
	    "comment", "text", "processing-instruction", "node" };
	static const char *const unknown[] = { "matches", "Count", "counts",
	    "coun", "upper-case", "current", "" };
	struct expression_name name = { .kind = EXPRESSION_FUNCTION };

	(void)unused;
	for (size_t i = 0; i < N(known) + N(unknown); i++) {
		name.text = i < N(known) ? known[i] : unknown[i - N(known)];
		name.len = strlen(name.text);
		if (expression_function(&name) != (i < N(known)))
			fail_msg("%s", name.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_is_told_with_what_it_is),
		cmocka_unit_test(brackets_and_quotes_have_an_end),
		cmocka_unit_test(the_functions_are_those_of_xpath_1),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
