#include "tests/expect.h"

#include "tests/mapped.h"
#include "transform/fill.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define HEAD "Hode.overskrift;/Skjema/tittel\n"

static const char colours[] =
    "from;to;valid_from;valid_to\nrod;R;;\ngul;X;;2026-03-01\n"
    "gul;G;2026-03-02;\n";

static void
show_fill(struct buf *b, const struct map_group *g, const struct fill *f)
{
	for (size_t i = 0; i < g->n_rows; i++)
		buf_fmt(b, "%s%s", i > 0 ? " " : "", f->values[i] != NULL ?
		    f->values[i] : "-");
	for (size_t i = 0; i < g->n_groups; i++) {
		buf_str(b, " [");
		for (size_t k = 0; k < f->groups[i].n; k++) {
			buf_str(b, k > 0 ? ", " : "");
			show_fill(b, g->groups[i], f->groups[i].v[k]);
		}
		buf_str(b, "]");
	}
}

/* What the rows give, and the findings behind a "!". */
static void
expect_fill(const char *form, const char *rows, const char *want)
{
	struct sample *s = sample_new();
	struct codes_set *codes = codes_set_new();
	struct fill_job job = { .file = "map.csv", .day = "2026-03-02",
	    .env = sample_env(s), .findings = &s->findings };
	struct buf b = { 0 };
	struct fill *f;
	struct map *m;

	codes_set_add(codes, "farge", codes_read("farge.csv", colours,
	    sizeof colours - 1, &s->faults));
	sample_form(s, "skjema", form);
	m = load_map(s, codes, NULL, rows);
	expect_no_errors(&s->faults, rows);
	job.map = m;
	f = fill_map(&job);
	show_fill(&b, map_rows(m), f);
	for (size_t i = 0; i < s->findings.n; i++)
		buf_fmt(&b, " !%s:%ld:%s", finding_name(
		    s->findings.v[i].code), s->findings.v[i].line,
		    s->findings.v[i].message);
	if (strcmp(buf_text(&b), want) != 0)
		fail_msg("%s gives  %s\nwanted %s", rows, buf_text(&b), want);
	buf_free(&b);
	map_free(m);
	codes_set_free(codes);
	sample_free(s);
}

static void
each_row_gives_a_value_that_fits(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD, "En sak" },
		{ HEAD "Tall.sum;/Skjema/belop\n", "En sak 12.50" },
		{ HEAD "Tall.sum;const:+12.50\n", "En sak 12.50" },
		{ HEAD "Tall.sum;const:.5\n", "En sak 0.5" },
		{ HEAD "Tall.sum;\"const:  7 \"\n", "En sak 7" },
		{ HEAD "Tall.ja;const:1\n", "En sak true" },
		{ HEAD "Tall.ja;/Skjema/ja\n", "En sak true" },
		{ HEAD "Tall.antall;count(/Skjema/Rad)\n", "En sak 3" },
		{ HEAD "Tall.antall;/Skjema/Rad;count\n", "En sak 3" },
		{ HEAD "Tall.antall;/Skjema/antall\n", "En sak -" },
		{ HEAD "Tall.antall;/Skjema/antall;;;7\n", "En sak 7" },
		{ HEAD "Tall.antall;/Skjema/Rad/@nr;first\n", "En sak 1" },
		{ HEAD "Hode.sak-nr;/Skjema/Rad/kode;join(+)\n",
		    "En sak a+b+c" },
		{ HEAD "Hode.sak-nr;\"const: x \"\n", "En sak  x " },
		{ HEAD "Tall.farge;/Skjema/farge;code(farge)\n", "En sak G" },
		{ HEAD "Tall.farge;const:bla;code(farge);;R\n", "En sak R" },
		{ HEAD "Hode.sak-nr;const:x;;;;/Skjema/belop > 100\n",
		    "En sak -" },
		{ HEAD "Hode.sak-nr;const:x;;;;/Skjema/belop > 10\n",
		    "En sak x" },
		{ HEAD "Hode.sak-nr;const:x;;yes;;/Skjema/dato\n",
		    "En sak -" },
		{ HEAD "dataValues:a;instance:appId;substr(1,3)\n",
		    "En sak ttd" },
		/* a text of blanks alone is nothing, unless the type keeps it */
		{ HEAD "Tall.antall;/Skjema/merknad;;;7\n", "En sak 7" },
		{ HEAD "Hode.sak-nr;/Skjema/merknad;;;7\n", "En sak   " },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_fill("<Skjema><tittel>En sak</tittel>"
		    "<merknad>  </merknad><belop>12.50</belop><antall/>"
		    "<ja>1</ja><farge>gul</farge><Rad nr='1'><kode>a</kode>"
		    "</Rad><Rad nr='2'><kode>b</kode></Rad>"
		    "<Rad nr='3'><kode>c</kode></Rad></Skjema>",
		    rows[i].rows, rows[i].want);
}

static void
groups_repeat_their_rows_for_each_node(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n",
		    "En sak [a, b, c]" },
		{ HEAD "Linje[];/Skjema/Rad[@nr > 1]\nLinje[].kode;kode\n"
		    "Linje[].nr;@nr\n", "En sak [b 2, c 3]" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].ord[];ord\nLinje[].Del[];Under\n"
		    "Linje[].Del[].verdi;verdi\nLinje[].Del[].far;../kode\n",
		    "En sak [a [x, y] [1 a, 2 a], b [] [], c [] [3 c]]" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].ord[];ord;upper;;;count(../ord) > 5\n",
		    "En sak [a [], b [], c []]" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].ord[];ord;upper\n",
		    "En sak [a [X, Y], b [], c []]" },
		{ HEAD "Linje[];/Skjema/Rad;;;;/Skjema/belop > 100\n"
		    "Linje[].kode;kode\n", "En sak []" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_fill(sample_skjema, rows[i].rows, rows[i].want);
}

static void
what_goes_wrong_is_found_in_its_row(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD "Tall.antall;/Skjema/merknad;int\n",
		    "En sak - !MAP_CONVERT:3:Tall.antall: int: not a whole "
		    "number" },
		{ HEAD "Tall.antall;/Skjema/merknad\n",
		    "En sak - !PREFILL_TYPE:3:Tall.antall: the value does "
		    "not fit; the field holds a whole number" },
		{ HEAD "Tall.farge;/Skjema/farge\n",
		    "En sak - !PREFILL_TYPE:3:Tall.farge: the value does not "
		    "fit; the field holds a text out of a list" },
		{ HEAD "Tall.farge;/Skjema/merknad;code(farge)\n",
		    "En sak - !MAP_CODE:3:Tall.farge: the value is not in "
		    "the code list" },
		{ HEAD "Hode.sak-nr;/Skjema/Rad/kode\n",
		    "En sak - !MAP_SOURCE:3:Hode.sak-nr: the source has "
		    "several values" },
		{ HEAD "Tall.antall;/Skjema/antall;;yes\n",
		    "En sak - !MAP_REQUIRED:3:Tall.antall: required, but the "
		    "source is empty" },
		{ HEAD "Tall.antall;count('x')\n",
		    "En sak - !MAP_SOURCE:3:Tall.antall: the source could "
		    "not be worked out" },
		{ HEAD "Tall.antall;const:1;;;;count('x')\n",
		    "En sak - !MAP_SOURCE:3:Tall.antall: the condition could "
		    "not be worked out" },
		{ HEAD "Linje[];/Skjema/Rad;;;;count('x')\n"
		    "Linje[].kode;kode\n", "En sak [] "
		    "!MAP_SOURCE:3:Linje[]: the condition could not be "
		    "worked out" },
		{ HEAD "Linje[];/Skjema/Rad[count('x')]\n"
		    "Linje[].kode;kode\n", "En sak [] "
		    "!MAP_SOURCE:3:Linje[]: the source could not be worked "
		    "out" },
		{ HEAD "Linje[];/Skjema/Over;;yes\nLinje[].kode;kode\n",
		    "En sak [] !MAP_REQUIRED:3:Linje[]: required, but the "
		    "source is empty" },
		{ HEAD "Linje[];/Skjema/Over;;yes;;/Skjema/dato\n"
		    "Linje[].kode;kode\n", "En sak []" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;ord;;yes\n",
		    "En sak [-, -] !MAP_SOURCE:4:Linje[].kode in row 1 of "
		    "Linje[]: the source has several values "
		    "!MAP_REQUIRED:4:Linje[].kode in row 2 of Linje[]: "
		    "required, but the source is empty" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_fill("<Skjema><tittel>En sak</tittel>"
		    "<merknad>hemmelig</merknad><antall/><farge>rod</farge>"
		    "<Rad nr='1'><kode>a</kode><ord>x</ord><ord>y</ord></Rad>"
		    "<Rad nr='2'><kode>b</kode></Rad></Skjema>",
		    rows[i].rows, rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_gives_a_value_that_fits),
		cmocka_unit_test(groups_repeat_their_rows_for_each_node),
		cmocka_unit_test(what_goes_wrong_is_found_in_its_row),
	};

	return cmocka_run_group_tests_name("fill", tests, NULL, NULL);
}
