#include "tests/expect.h"

#include <stdlib.h>

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "tests/sample.h"
#include "transform/csv.h"
#include "transform/owner.h"
#include "watcher/take.h"

#define N(table) (sizeof (table) / sizeof *(table))

static const struct csv_place place = { "map.csv", 7, 2, "source" };

static const char first[] =
    "<Tillegg><linje><tekst>en</tekst></linje></Tillegg>";
static const char second[] = "<Tillegg><linje><tekst>to</tekst></linje>"
    "<linje><tekst>tre</tekst></linje></Tillegg>";

static struct sample *
begin(void)
{
	struct sample *s = sample_new();

	sample_form(s, "skjema", sample_skjema);
	return s;
}

static struct origin *
compile(struct sample *s, const char *text, const struct origin *base)
{
	struct origin_scope scope = sample_scope(s);
	struct origin *o;

	scope.base = base;
	o = origin_new(text, &scope, &place, &s->faults);
	if (o == NULL) {
		show_faults(&s->faults);
		fail_msg("%s: does not compile", text);
	}
	return o;
}

/* The values, parted by bars; "!" when they cannot be worked out. */
static const char *
shown(struct sample *s, const struct origin *o, const struct origin_env *env)
{
	const char *const *v, *text;
	long n = origin_values(o, env, &v);
	struct buf b = { 0 };

	if (n == ORIGIN_FAILED)
		return "!";
	for (long i = 0; i < n; i++)
		buf_fmt(&b, "%s%s", i > 0 ? "|" : "", v[i]);
	text = arena_dup(&s->package, buf_text(&b));
	buf_free(&b);
	return text;
}

static void
expect_values(struct sample *s, const char *source,
    const struct origin *base, xmlNodePtr node, const char *want)
{
	struct origin_env env = sample_env(s);
	struct origin *o = compile(s, source, base);
	const char *got;

	env.node = node;
	got = shown(s, o, &env);
	if (strcmp(got, want) != 0)
		fail_msg("%s gives \"%s\", not \"%s\"", source, got, want);
	origin_free(o);
}

static void
a_source_gives_its_values_in_document_order(void **unused)
{
	static const struct {
		const char *source, *want;
	} rows[] = {
		{ "/Skjema/tittel", "En sak" },
		{ "Skjema/tittel", "En sak" },
		{ "/Skjema/@versjon", "3" },
		{ "/Skjema/Rad/kode", "a|b|c" },
		{ "/Skjema/Rad/@nr", "1|2|3" },
		{ "/Skjema/Rad/Under/verdi", "1|2|3" },
		{ "/Skjema/antall", "" },
		{ "/Skjema/merknad", "" },
		{ "/Skjema/Rad/ord", "x|y" },
		{ "/Skjema/Rad/..//tittel", "En sak" },
		{ "/Skjema/Rad[2]/kode", "b" },
		{ "/Skjema/Rad[@nr > 1]/kode", "b|c" },
		{ "/Skjema/Rad[last()]/@nr", "3" },
		{ "count(/Skjema/Rad)", "3" },
		{ "sum(//verdi)", "6" },
		{ "concat(/Skjema/tittel, '!')", "En sak!" },
		{ "/Skjema/belop > 10", "true" },
		{ "not(/Skjema/merknad)", "true" },
		{ "/Skjema/tittel/text()", "En sak" },
		{ "//kode[. != 'b']", "a|c" },
		{ "instance:instanceOwner.partyId", "50012345" },
		{ "instance:process.ended", "2026-03-02T08:09:30.5Z" },
		{ "instance:data.0.size", "601" },
		{ "instance:data.0.locked", "true" },
		{ "instance:dataValues.x", "y" },
		{ "instance:dataValues.z", "" },
		{ "instance:data", "" },
		{ "const:", "" },
		{ "const:/Skjema/tittel", "/Skjema/tittel" },
		{ "const: two  blanks ", " two  blanks " },
		{ "tillegg!/Tillegg/linje/tekst", "en|to|tre" },
		{ "tillegg!count(/Tillegg/linje)", "1|2" },
	};
	struct sample *s = begin();

	(void)unused;
	sample_form(s, "tillegg", first);
	sample_form(s, "tillegg", second);
	for (size_t i = 0; i < N(rows); i++)
		expect_values(s, rows[i].source, NULL, NULL, rows[i].want);
	expect_no_faults(&s->faults, "sources");
	sample_free(s);
}

static void
an_element_reached_by_several_ways_counts_once(void **unused)
{
	struct sample *s = begin();

	(void)unused;
	expect_values(s, "/Skjema/Rad/../tittel", NULL, NULL, "En sak");
	expect_values(s, "/Skjema/Rad/Under/../kode", NULL, NULL, "a|c");
	sample_free(s);
}

static void
a_form_that_is_not_there_is_empty(void **unused)
{
	struct sample *s = begin();

	(void)unused;
	expect_values(s, "tillegg!/Tillegg/linje/tekst", NULL, NULL, "");
	expect_values(s, "tillegg!count(/Tillegg/linje)", NULL, NULL, "");
	xmlFreeDoc(s->checked.forms[0].doc);
	s->checked.forms[0].doc = NULL;
	expect_values(s, "/Skjema/tittel", NULL, NULL, "");
	sample_free(s);
}

/* Every source read at each node of a group, parted by commas. */
static void
expect_rows(struct sample *s, const char *group, const char *source,
    const char *want)
{
	struct origin_env env = sample_env(s);
	struct origin *base = compile(s, group, NULL);
	struct origin *o = compile(s, source, base);
	struct buf got = { 0 };
	xmlNodePtr *nodes;
	long n = origin_nodes(base, &env, &nodes);

	for (long i = 0; i < n; i++) {
		env.node = nodes[i];
		buf_fmt(&got, "%s%s", i > 0 ? "," : "", shown(s, o, &env));
	}
	if (strcmp(buf_text(&got), want) != 0)
		fail_msg("%s in %s gives \"%s\", not \"%s\"", source, group,
		    buf_text(&got), want);
	buf_free(&got);
	origin_free(o);
	origin_free(base);
}

static void
inside_a_group_a_relative_path_starts_at_its_node(void **unused)
{
	static const struct {
		const char *group, *source, *want;
	} rows[] = {
		{ "/Skjema/Rad", "kode", "a,b,c" },
		{ "/Skjema/Rad", "@nr", "1,2,3" },
		{ "/Skjema/Rad", "../tittel", "En sak,En sak,En sak" },
		{ "/Skjema/Rad", "/Skjema/tittel", "En sak,En sak,En sak" },
		{ "/Skjema/Rad", "Under/verdi", "1|2,,3" },
		{ "/Skjema/Rad", "count(Under)", "2,0,1" },
		{ "/Skjema/Rad", "count(/Skjema/Rad)", "3,3,3" },
		{ "/Skjema/Rad", "Under[1]/verdi", "1,,3" },
		{ "/Skjema/Rad/Under", "../kode", "a,a,c" },
		{ "/Skjema/Rad[@nr > 1]", "kode", "b,c" },
		{ "/Skjema/Rad/ord", ".", "x,y" },
		{ "/Skjema/Rad", "const:k", "k,k,k" },
		{ "/Skjema/Rad", "instance:appId",
		    "ttd/sender,ttd/sender,ttd/sender" },
		/* another form's group: what is relative is relative to it */
		{ "tillegg!/Tillegg/linje", "tekst", "en,to,tre" },
		{ "tillegg!/Tillegg/linje", ".", "en,to,tre" },
		{ "tillegg!/Tillegg/linje", "count(../linje)", "1,2,2" },
		{ "tillegg!/Tillegg/linje", "/Skjema/tittel",
		    "En sak,En sak,En sak" },
		{ "tillegg!/Tillegg", "tillegg!linje/tekst", "en,to|tre" },
		/* of several documents, the one that the node is in */
		{ "tillegg!/Tillegg", "tillegg!/Tillegg/linje/tekst",
		    "en,to|tre" },
		{ "tillegg!/Tillegg", "tillegg!count(/Tillegg/linje)", "1,2" },
		{ "/Skjema/Rad", "tillegg!/Tillegg/linje/tekst",
		    "en|to|tre,en|to|tre,en|to|tre" },
	};
	struct sample *s = begin();

	(void)unused;
	sample_form(s, "tillegg", first);
	sample_form(s, "tillegg", second);
	for (size_t i = 0; i < N(rows); i++)
		expect_rows(s, rows[i].group, rows[i].source, rows[i].want);
	expect_no_faults(&s->faults, "groups");
	sample_free(s);
}

static void
truth_is_that_of_xpath(void **unused)
{
	static const struct {
		const char *source;
		int want;
	} rows[] = {
		{ "/Skjema/tittel", 1 }, { "/Skjema/antall", 1 },
		{ "/Skjema/merknad", 0 }, { "/Skjema/@versjon", 1 },
		{ "/Skjema/@annet", 0 }, { "/Skjema/belop > 12", 1 },
		{ "/Skjema/belop > 13", 0 }, { "not(/Skjema/merknad)", 1 },
		{ "count(/Skjema/Rad) = 3", 1 }, { "string(/Skjema/antall)", 0 },
		{ "tillegg!/Tillegg", 0 }, { "tillegg!not(/Tillegg)", 0 },
		{ "const:x", 1 }, { "const:", 0 }, { "instance:appId", 1 },
		{ "instance:ukjent", 0 },
		{ "count('x') = 1", ORIGIN_FAILED },
	};
	struct sample *s = begin();
	struct origin_env env = sample_env(s);

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct origin *o = compile(s, rows[i].source, NULL);
		int got = origin_truth(o, &env);

		if (got != rows[i].want)
			fail_msg("%s is %d", rows[i].source, got);
		origin_free(o);
	}
	sample_free(s);
}

static void
what_cannot_be_worked_out_is_told(void **unused)
{
	static const char *const rows[] = {
		"count('x')", "/Skjema/Rad[sum('x')]",
		"//*[count(//*[count(//*) > 1]) > 1]",	/* too much work */
	};
	struct buf big = { 0 };
	struct sample *s = sample_new();

	(void)unused;
	buf_str(&big, "<Skjema>");
	for (int i = 0; i < 200; i++)
		buf_str(&big, "<Rad><kode>a</kode></Rad>");
	buf_str(&big, "</Skjema>");
	sample_form(s, "skjema", buf_text(&big));
	buf_free(&big);
	for (size_t i = 0; i < N(rows); i++)
		expect_values(s, rows[i], NULL, NULL, "!");
	sample_free(s);
}

static void
nodes_that_hold_no_text_of_the_form_are_passed_over(void **unused)
{
	struct sample *s = begin();

	(void)unused;
	expect_values(s, "/Skjema/namespace::*", NULL, NULL, "");
	expect_rows(s, "/Skjema/tittel/text()", ".", "En sak");
	expect_rows(s, "/Skjema/Rad[kode]/@nr", "../kode", "a,b,c");
	sample_free(s);
}

static void
a_source_that_cannot_be_understood_is_a_fault_at_its_place(void **unused)
{
	static const struct {
		const char *source, *words;
	} rows[] = {
		{ "/Skjema/Rad[", "/Skjema/Rad[ is no XPath 1.0" },
		{ "count(", "is no XPath 1.0" },
		{ "", "the cell is empty" },
		{ "finnes(/Skjema)", "finnes: XPath 1.0 has no such" },
		{ "/Skjema[a and matches (b, 'x')]", "matches: XPath 1.0" },
		{ "$x", "x: there are no variables" },
		{ "/a:Skjema/b", "a: write names without a prefix" },
		{ "/Skjema/@a:b", "a: write names without a prefix" },
		{ "borte!/X/y", "borte: ttd/sender has no form type" },
		{ "vedlegg!/X/y", "vedlegg: ttd/sender has no form type" },
		{ "owner:navn", "owner: needs an owner table" },
	};
	struct sample *s = sample_new();

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct origin_scope scope = sample_scope(s);

		if (origin_new(rows[i].source, &scope, &place,
		    &s->faults) != NULL)
			fail_msg("%s: taken", rows[i].source);
		expect_fault(&s->faults, "map.csv", 7, 2, rows[i].words,
		    rows[i].source);
		faults_free(&s->faults);
	}
	sample_free(s);
}

static void
without_a_form_a_path_must_name_its_own(void **unused)
{
	struct sample *s = begin();
	struct origin_scope scope = sample_scope(s);
	struct origin_env env = sample_env(s);
	struct origin *o;

	(void)unused;
	scope.form = NULL;
	assert_null(origin_new("/Skjema/tittel", &scope, &place, &s->faults));
	expect_fault(&s->faults, "map.csv", 7, 2, "say which form", "no form");
	o = origin_new("skjema!/Skjema/tittel", &scope, &place, &s->faults);
	assert_non_null(o);
	assert_string_equal(shown(s, o, &env), "En sak");
	origin_free(o);
	sample_free(s);
}

static void
a_path_that_the_schema_does_not_know_is_a_warning(void **unused)
{
	static const struct {
		const char *source, *words;	/* NULL: none */
	} rows[] = {
		{ "/Skjema/titel", "no titel there" },
		{ "/Melding/tittel", "no Melding there" },
		{ "/Skjema/Rad/Over/verdi", "no Over there" },
		{ "/Skjema/@dato", "no attribute dato there" },
		{ "/Skjema/tittel/mer", "no mer there" },
		{ "/Skjema/Rad/../titel", "no titel there" },
		{ "/Skjema/Rad/../tittel", NULL },
		{ "/Skjema/Rad/@nr", NULL },
		{ "tillegg!/Tillegg/linje/tekst", NULL },
		{ "tillegg!/Skjema/tittel", "no Skjema there" },
	};
	struct sample *s = sample_new();

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		origin_free(compile(s, rows[i].source, NULL));
		if (rows[i].words == NULL)
			expect_no_faults(&s->faults, rows[i].source);
		else
			expect_fault(&s->faults, "map.csv", 7, 2,
			    rows[i].words, rows[i].source);
		assert_int_equal(s->faults.errors, 0);
		faults_free(&s->faults);
	}
	sample_free(s);
}

static void
only_what_plain_paths_reach_is_taken(void **unused)
{
	struct sample *s = sample_new();
	const struct form_type *form = app_form(s->from, "skjema");
	const struct take *t;
	struct origin *o = compile(s, "/Skjema/Rad", NULL);

	(void)unused;
	assert_false(origin_needs_tree(o));
	assert_true(origin_gives_nodes(o));
	origin_free(compile(s, "kode", o));
	origin_free(compile(s, "../orgnr", o));
	origin_free(o);
	t = origin_taken(&s->takes, form);
	assert_non_null(t);
	assert_false(t->whole);
	t = take_child(t, "Skjema");
	assert_non_null(take_child(take_child(t, "Rad"), "kode"));
	assert_non_null(take_child(t, "orgnr"));
	assert_null(take_child(t, "tittel"));
	o = compile(s, "count(/Skjema/Rad)", NULL);
	assert_true(origin_needs_tree(o));
	assert_true(origin_taken(&s->takes, form)->whole);
	origin_free(o);
	assert_null(origin_taken(&s->takes, app_form(s->from, "tillegg")));
	sample_free(s);
}

static void
a_column_of_the_owner_table_is_a_source(void **unused)
{
	static const char table[] =
	    "key;organisation;navn\n1;310000027;Kommune A\n";
	struct sample *s = begin();
	struct origin_scope scope = sample_scope(s);
	struct origin_env env = sample_env(s);
	struct conf conf = { .dir = "" };
	struct owner_table *t;
	struct origin *o;

	(void)unused;
	t = owner_table_read("owners.csv", table, sizeof table - 1, &conf,
	    &s->faults);
	expect_no_faults(&s->faults, "table");
	scope.owners = env.owners = t;
	o = origin_new("owner:navn", &scope, &place, &s->faults);
	assert_string_equal(shown(s, o, &env), "Kommune A");
	assert_false(origin_gives_nodes(o));
	origin_free(o);
	assert_null(origin_new("owner:adresse", &scope, &place, &s->faults));
	expect_fault(&s->faults, "map.csv", 7, 2, "no column adresse",
	    "owner:");
	owner_table_free(t);
	sample_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_gives_its_values_in_document_order),
		cmocka_unit_test(
		    an_element_reached_by_several_ways_counts_once),
		cmocka_unit_test(a_form_that_is_not_there_is_empty),
		cmocka_unit_test(
		    inside_a_group_a_relative_path_starts_at_its_node),
		cmocka_unit_test(truth_is_that_of_xpath),
		cmocka_unit_test(what_cannot_be_worked_out_is_told),
		cmocka_unit_test(
		    nodes_that_hold_no_text_of_the_form_are_passed_over),
		cmocka_unit_test(
		    a_source_that_cannot_be_understood_is_a_fault_at_its_place),
		cmocka_unit_test(without_a_form_a_path_must_name_its_own),
		cmocka_unit_test(
		    a_path_that_the_schema_does_not_know_is_a_warning),
		cmocka_unit_test(only_what_plain_paths_reach_is_taken),
		cmocka_unit_test(a_column_of_the_owner_table_is_a_source),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
