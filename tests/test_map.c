#include "tests/expect.h"

#include "schemas/model.h"
#include "tests/mapped.h"
#include "transform/csv.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define HEAD "Hode.overskrift;/Skjema/tittel\n"	/* what B requires */

/* The nodes that a map writes, as one line. */
static void
show(struct buf *b, const struct map_node *n)
{
	buf_str(b, n->field->name);
	if (n->group != NULL)
		buf_str(b, "[]");
	if (n->row != NULL)
		buf_fmt(b, "=%ld", n->row->line);
	else if (n->constant != NULL)
		buf_fmt(b, "='%s'", n->constant);
	if (n->nil)
		buf_char(b, '0');
	if (n->must)
		buf_char(b, '!');
	if (n->dot_value)
		buf_str(b, ".value");
	if (n->n_children + n->n_attributes == 0)
		return;
	buf_char(b, '(');
	for (size_t i = 0; i < n->n_attributes; i++) {
		buf_char(b, '@');
		show(b, n->attributes[i]);
		buf_char(b, ' ');
	}
	for (size_t i = 0; i < n->n_children; i++) {
		show(b, n->children[i]);
		buf_char(b, ' ');
	}
	b->p[b->len - 1] = ')';
}

#define SAK(inside) "Sak!(@versjon='2' " inside "tom0! fast='1'!)"
#define HODE "Hode!(overskrift=2) "

static void
rows_become_nodes_in_schema_order(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD, SAK(HODE) },
		{ HEAD "tom;/Skjema/antall\n",
		    "Sak!(@versjon='2' " HODE "tom=30 fast='1'!)" },
		{ HEAD "fast;const:1\n",
		    "Sak!(@versjon='2' " HODE "tom0! fast=3)" },
		{ HEAD "versjon;const:2\n",
		    "Sak!(@versjon=3 " HODE "tom0! fast='1'!)" },
		{ "Tall.antall;/Skjema/antall\nTall.sum;/Skjema/belop\n"
		    "Hode.overskrift;/Skjema/tittel\n",
		    SAK("Hode!(overskrift=4) Tall(sum=3 antall=2) ") },
		{ HEAD "hode.SAKNR;/Skjema/orgnr\n",
		    SAK("Hode!(overskrift=2 sak-nr=3) ") },
		{ HEAD "Ref-datadef-77.value;/Skjema/orgnr\n",
		    SAK(HODE "Ref-datadef-77=3.value(@orid='77') ") },
		{ HEAD "refdatadef77;/Skjema/orgnr\n",
		    SAK(HODE "Ref-datadef-77=3.value(@orid='77') ") },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].nr;@nr\n",
		    SAK(HODE "Linje[](@nr=5 kode=4) ") },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].ord[];ord\nLinje[].Del[];Under\n"
		    "Linje[].Del[].verdi;verdi\nLinje[].Del[].far;../kode\n",
		    SAK(HODE "Linje[](kode=4 ord[]=5 Del[](verdi=7 far=8)) ") },
		{ HEAD "firma.navn;/Skjema/tittel\n",
		    "Sak!(@versjon='2' " HODE "tom0! fast='1'! "
		    "firma(navn=3))" },
		{ HEAD "dataValues:kilde;instance:id\n", SAK(HODE) },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = sample_new();
		struct map *m = load_map(s, NULL, NULL, rows[i].rows);
		struct buf b = { 0 };

		expect_no_faults(&s->faults, rows[i].rows);
		show(&b, map_root(m));
		if (strcmp(buf_text(&b), rows[i].want) != 0)
			fail_msg("%sgives %s\nnot   %s", rows[i].rows,
			    buf_text(&b), rows[i].want);
		buf_free(&b);
		map_free(m);
		sample_free(s);
	}
}

static void
what_altinn_would_ignore_or_corrupt_is_a_fault(void **unused)
{
	static const struct {
		const char *rows;
		long line, column;
		const char *words;
	} rows[] = {
		{ HEAD "Hode.tittel;const:x\n", 3, 1, "no such field" },
		{ HEAD "Fot.tittel;const:x\n", 3, 1, "no such field" },
		{ HEAD "Hode;const:x\n", 3, 1, "holds other fields" },
		{ HEAD "Hode.mottatt.dag;const:x\n", 3, 1, "goes on below" },
		{ HEAD "Linje.kode;/Skjema/Rad/kode\n", 3, 1, "repeats" },
		{ HEAD "Linje[0].kode;/Skjema/Rad/kode\n", 3, 1,
		    "without a number" },
		{ HEAD "Linje[].kode;kode\n", 3, 1, "no row opens" },
		{ HEAD "Hode[].sak-nr;const:x\n", 3, 1, "does not repeat" },
		{ HEAD "HODE.Over-skrift;const:x\n", 3, 1, "filled twice" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "linje[];/Skjema/Rad\n", 5, 1, "same target twice" },
		{ HEAD "Linje[];const:x\nLinje[].kode;kode\n", 3, 2,
		    "needs a path to elements" },
		{ HEAD "Linje[];/Skjema/Rad/@nr\nLinje[].kode;../kode\n", 3,
		    2, "needs a path to elements" },
		{ HEAD "Linje[];/Skjema/Rad;trim\nLinje[].kode;kode\n", 3, 1,
		    "neither convert nor default" },
		{ HEAD ".sak-nr;const:x\n", 3, 1, "no such field" },
		{ HEAD "Hode..tid;const:x\n", 3, 1, "no such field" },
		{ HEAD ";const:x\n", 3, 1, "the target is empty" },
		{ HEAD "Hode.tid;\n", 3, 2, "the cell is empty" },
		{ HEAD "Hode.tid;/Skjema[\n", 3, 2, "no XPath" },
		{ HEAD "Hode.tid;/Skjema/tid;magic\n", 3, 3, "magic" },
		{ HEAD "Hode.tid;/Skjema/tid;code(x)\n", 3, 3, "x: no such" },
		{ HEAD "Hode.tid;/Skjema/tid;;ja\n", 3, 4, "want yes or no" },
		{ HEAD "Hode.tid;/Skjema/tid;;;;/Skjema[\n", 3, 6,
		    "no XPath" },
		{ HEAD "Tall.antall;const:x\n", 3, 2, "cannot hold const:x" },
		{ HEAD "Tall.antall;const:2147483648\n", 3, 2,
		    "cannot hold const" },
		{ HEAD "Tall.farge;const:B\n", 3, 2, "cannot hold const:B" },
		{ HEAD "Tall.sum;/Skjema/belop;;;12,5\n", 3, 5,
		    "cannot hold the default" },
		{ HEAD "Tall.antall;const:x;digits\n", 3, 2,
		    "gives nothing" },
		{ HEAD "Tall.antall;const:1x;int\n", 3, 2, "int: not a whole number" },
		{ HEAD "Linje[];/Skjema/Rad;;ja\nLinje[].kode;kode\n", 3, 4,
		    "want yes or no" },
		{ HEAD "fast;const:2\n", 3, 2, "fixed to 1" },
		{ HEAD "dataValues:;const:x\n", 3, 1, "needs a name" },
		{ HEAD "dataValues:a;const:x\ndataValues:a;const:y\n", 4, 1,
		    "same data value twice" },
		{ "Tall.sum;/Skjema/belop\n", 1, 0,
		    "no row fills Hode.overskrift" },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].nr;@nr\n", 1, 0,
		    "no row fills Linje[].kode" },
		{ HEAD "firma.navn;\n", 3, 2, "empty" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = sample_new();
		struct map *m = load_map(s, NULL, NULL, rows[i].rows);

		if (m != NULL)
			fail_msg("taken: %s", rows[i].rows);
		expect_fault(&s->faults, "map.csv", rows[i].line,
		    rows[i].column, rows[i].words, rows[i].rows);
		sample_free(s);
	}
}

static void
one_fault_is_told_once(void **unused)
{
	static const char *const rows[] = {
		HEAD "Hode.tittel;const:x\n",
		HEAD "Linje[];/Skjema/[\nLinje[].kode;kode\n"
		    "Linje[].Del[];Under\nLinje[].Del[].verdi;verdi\n",
		HEAD "Linje[];/Skjema/Rad;magic\nLinje[].kode;kode\n",
		HEAD "Linje[].kode;kode\n",
		"Hode.overskrift;/Skjema[\n",
		"Hode.overskrift;/Skjema/tittel;magic\n",
		HEAD "firma.nvan;/Skjema/tittel\n",
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = sample_new();

		assert_null(load_map(s, NULL, NULL, rows[i]));
		if (s->faults.n != 1) {
			show_faults(&s->faults);
			fail_msg("%s%zu faults", rows[i], s->faults.n);
		}
		sample_free(s);
	}
}

static void
all_faults_are_told_at_once(void **unused)
{
	struct sample *s = sample_new();

	(void)unused;
	assert_null(load_map(s, NULL, NULL, "Hode.a;const:x\n"
	    "Hode.b;const:x\nTall.antall;const:x\nTall.sum;/Skjema[\n"
	    "Tall.ja;/Skjema/ja;magic\n"));
	assert_int_equal(s->faults.errors, 6);
	sample_free(s);
}

static void
relative_paths_start_at_the_node_of_for_each(void **unused)
{
	struct sample *s = sample_new();
	struct origin_scope scope = sample_scope(s);
	struct csv_place place = { "route.conf", 4, 0, "for-each" };
	struct origin *each = origin_new("/Skjema/Rad", &scope, &place,
	    &s->faults);
	struct map *m = load_map(s, NULL, each, "Hode.overskrift;kode\n"
	    "Linje[];Under\nLinje[].kode;../kode\n");

	(void)unused;
	expect_no_faults(&s->faults, "for-each");
	map_free(m);
	m = load_map(s, NULL, each, "Hode.overskrift;tittel\n");
	expect_fault(&s->faults, "map.csv", 2, 2, "no tittel there", "each");
	map_free(m);
	origin_free(each);
	sample_free(s);
}

static void
a_dictionary_can_say_only_a_flat_map(void **unused)
{
	static const struct {
		const char *rows;
		bool flat;
	} rows[] = {
		{ HEAD, true },
		{ HEAD "Ref-datadef-77.value;const:x\n", true },
		{ HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n", false },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = sample_new();
		struct map *m = load_map(s, NULL, NULL, rows[i].rows);

		if (map_is_flat(m) != rows[i].flat)
			fail_msg("%s", rows[i].rows);
		map_free(m);
		sample_free(s);
	}
}

static void
data_values_keep_the_order_of_the_file(void **unused)
{
	struct sample *s = sample_new();
	struct map *m = load_map(s, NULL, NULL, "dataValues:b;const:1\n" HEAD
	    "dataValues:a;instance:id\n");
	struct map_row *const *rows;

	(void)unused;
	assert_int_equal(map_data_values(m, &rows), 2);
	assert_string_equal(rows[0]->data_value, "b");
	assert_string_equal(rows[1]->data_value, "a");
	assert_null(rows[0]->field);
	assert_int_equal(map_rows(m)->n_rows, 3);
	map_free(m);
	sample_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_nodes_in_schema_order),
		cmocka_unit_test(
		    what_altinn_would_ignore_or_corrupt_is_a_fault),
		cmocka_unit_test(one_fault_is_told_once),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(relative_paths_start_at_the_node_of_for_each),
		cmocka_unit_test(a_dictionary_can_say_only_a_flat_map),
		cmocka_unit_test(data_values_keep_the_order_of_the_file),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
