#include "tests/expect.h"

#include <locale.h>
#include <stdlib.h>

#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/buf.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define APP "tests/data/schemas/model"

enum { DEEP = 3 };	/* how far a type that holds itself is shown */

static struct model *
load(const char *file)
{
	const struct xsd_options options = { .patterns = XSD_PATTERNS_ALTINN };
	struct faults f = { 0 };
	struct xsd *x = xsd_load(APP, "org/app", file, &options, &f);
	struct model *m;

	expect_no_faults(&f, file);
	m = model_new(x, &f);
	expect_no_faults(&f, file);
	assert_non_null(m);
	xsd_free(x);
	return m;
}

/* ------------------------------------------------- a model as one line */

static void
show_simple(struct buf *b, const struct simple *s)
{
	const struct simple *builtin = value_builtin(s->builtin);

	buf_str(b, s->builtin);
	if (s->kind != builtin->kind)
		buf_fmt(b, "/%s", value_kind_name(s->kind));
	if (s->least != builtin->least || s->most != builtin->most)
		buf_fmt(b, "[%s,%s]", s->least != NULL ? s->least : "",
		    s->most != NULL ? s->most : "");
	for (size_t i = 0; i < s->n_codes; i++)
		buf_fmt(b, "%c%s", i == 0 ? '{' : '|', s->codes[i]);
	if (s->n_codes > 0)
		buf_char(b, '}');
}

static void show_type(struct buf *, const struct field_type *, int depth);

static void
show_field(struct buf *b, const struct field *f, int depth)
{
	buf_fmt(b, "%s%s", f->kind == FIELD_ATTRIBUTE ? "@" : "", f->name);
	if (f->ns != NULL)
		buf_fmt(b, "{%s}", f->ns);
	buf_fmt(b, " %ld..", f->min);
	if (f->max == MODEL_UNBOUNDED)
		buf_char(b, '*');
	else
		buf_fmt(b, "%ld", f->max);
	if (f->optional_by_choice)
		buf_str(b, " choice");
	if (f->repeats_with_others)
		buf_str(b, " together");
	if (f->nillable)
		buf_str(b, " nil");
	if (f->fixed != NULL)
		buf_fmt(b, " fixed '%s'", f->fixed);
	if (f->preset != NULL)
		buf_fmt(b, " default '%s'", f->preset);
	buf_char(b, ' ');
	show_type(b, f->type, depth);
}

static void
show_list(struct buf *b, const struct field *v, size_t n, int depth)
{
	for (size_t i = 0; i < n; i++) {
		if (b->p[b->len - 1] != '(')
			buf_str(b, ", ");
		show_field(b, &v[i], depth);
	}
}

static void
show_type(struct buf *b, const struct field_type *t, int depth)
{
	if (t->any_order)
		buf_str(b, "all");
	if (t->mixed)
		buf_str(b, "mixed");
	if (t->open)
		buf_str(b, "open");
	if (t->simple != NULL)
		show_simple(b, t->simple);
	if (t->simple != NULL && t->n_attributes == 0)
		return;
	buf_char(b, '(');
	if (depth == DEEP && t->n_children > 0)
		buf_str(b, "...");
	else {
		show_list(b, t->attributes, t->n_attributes, depth + 1);
		show_list(b, t->children, t->n_children, depth + 1);
	}
	buf_char(b, ')');
}

struct shape {
	const char *root, *ns, *want;
};

static void
check_shapes(const char *file, const struct shape *rows, size_t n)
{
	struct model *m = load(file);
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct field *f = model_root(m, rows[i].root,
		    rows[i].ns);

		if (f == NULL)
			fail_msg("%s: no root %s", file, rows[i].root);
		buf_reset(&b);
		show_type(&b, f->type, 0);
		if (strcmp(buf_text(&b), rows[i].want) != 0)
			fail_msg("%s: %s is\n%s\nnot\n%s", file,
			    rows[i].root, buf_text(&b), rows[i].want);
	}
	buf_free(&b);
	model_free(m);
}

/* ----------------------------------------------------------------- rules */

static void
occurs_multiply_through_sequences(void **unused)
{
	static const struct shape rows[] = {
		{ "plain", NULL, "(one 1..1 string, maybe 0..1 string, "
		    "many 1..* string, some 2..5 string)" },
		{ "nested", NULL, "(a 0..1 string, b 2..12 string, "
		    "c 0..* string)" },
		{ "rows", NULL, "(a 1..* together string, "
		    "b 0..* together string)" },
		{ "emptied", NULL, "(a 1..1 string)" },
	};

	(void)unused;
	check_shapes("occurs.xsd", rows, N(rows));
}

static void
a_name_that_comes_twice_is_one_field(void **unused)
{
	static const struct shape rows[] = {
		{ "twice", NULL, "(a 1..4 string, b 1..1 string)" },
	};

	(void)unused;
	check_shapes("occurs.xsd", rows, N(rows));
}

static void
xs_all_may_come_in_any_order(void **unused)
{
	static const struct shape rows[] = {
		{ "every", NULL, "all(a 1..1 string, b 0..1 string)" },
	};

	(void)unused;
	check_shapes("occurs.xsd", rows, N(rows));
}

static void
only_what_every_branch_has_is_sure(void **unused)
{
	static const struct shape rows[] = {
		{ "either", NULL, "(a 1..1 choice string, "
		    "b 1..1 choice string)" },
		{ "shared", NULL, "(a 1..5 string, b 1..1 choice string, "
		    "c 1..1 choice string)" },
		{ "rows", NULL, "(a 1..* choice together string, "
		    "b 0..* choice together string)" },
		{ "single", NULL, "(a 1..* string)" },
		{ "around", NULL, "(a 0..1 choice string, "
		    "b 0..1 choice string, c 1..2 string, "
		    "d 1..1 choice string)" },
		{ "nothing", NULL, "(a 1..1 choice string)" },
	};

	(void)unused;
	check_shapes("choice.xsd", rows, N(rows));
}

static void
a_derived_type_has_what_its_base_leaves_it(void **unused)
{
	static const struct shape rows[] = {
		{ "extended", NULL, "(@id 1..1 int, @kind 0..1 string, "
		    "@more 0..1 string, a 1..1 string, b 0..1 string, "
		    "c 1..1 choice string, d 1..1 choice string)" },
		{ "derived", NULL, "(@id 1..1 int, @more 1..1 string, "
		    "a 1..1 string, d 1..1 string)" },
		{ "seres", NULL, "decimal(@orid 1..1 fixed '4711' string)" },
		{ "narrowed", NULL, "string{x}(@annet 0..1 default 'y' "
		    "string)" },
	};

	(void)unused;
	check_shapes("types.xsd", rows, N(rows));
}

static void
groups_stand_where_they_are_named(void **unused)
{
	static const struct shape rows[] = {
		{ "grouped", NULL, "(@p 0..1 string, @q 1..1 default '7' "
		    "int, x 0..1 string, y 0..2 string, z 1..1 string)" },
	};

	(void)unused;
	check_shapes("types.xsd", rows, N(rows));
}

static void
what_is_not_listed_is_said_to_be_possible(void **unused)
{
	static const struct shape rows[] = {
		{ "open", NULL, "open(a 1..1 string)" },
		{ "any-attribute", NULL, "open()" },
		{ "mixed", NULL, "mixed(a 1..1 string)" },
		{ "untyped", NULL, "mixedopen()" },
		{ "stands-for", NULL, "open(head 1..1 date)" },
		{ "member", NULL, "date" },
	};

	(void)unused;
	check_shapes("types.xsd", rows, N(rows));
}

static void
declared_values_are_kept_as_written(void **unused)
{
	static const struct shape rows[] = {
		{ "values", NULL, "(nil 1..1 nil int, "
		    "fixed 1..1 fixed ' a ' string, "
		    "preset 1..1 default 'b' string)" },
	};

	(void)unused;
	check_shapes("types.xsd", rows, N(rows));
}

static void
types_may_hold_themselves(void **unused)
{
	static const struct shape rows[] = {
		{ "tree", NULL, "(tree 0..* (tree 0..* (tree 0..* (...), "
		    "branch 0..1 (...)), branch 0..1 (branch 0..1 (...), "
		    "seres 1..1 decimal(@orid 1..1 fixed '4711' string))), "
		    "branch 0..1 (branch 0..1 (branch 0..1 (...), "
		    "seres 1..1 decimal(@orid 1..1 fixed '4711' string)), "
		    "seres 1..1 decimal(@orid 1..1 fixed '4711' string)))" },
	};
	struct model *m = load("types.xsd");
	const struct field *tree = model_root(m, "tree", NULL);

	(void)unused;
	assert_ptr_equal(model_child(tree->type, "tree", NULL)->type,
	    tree->type);
	model_free(m);
	check_shapes("types.xsd", rows, N(rows));
}

static void
simple_types_come_through_their_restrictions(void **unused)
{
	static const struct shape rows[] = {
		{ "r", NULL, "(range 1..1 int[-5,10], "
		    "exclusive 1..1 integer[1,99], "
		    "enough 1..1 unsignedLong, "
		    "codes 1..1 string{b| c }, "
		    "same-codes 1..1 string{a|b| c }, "
		    "numbers 1..1 int{1|20}, "
		    "union 1..1 anySimpleType, list 1..1 NMTOKENS, "
		    "collapsed 1..1 string/a text without extra blanks{a}, "
		    "inner 1..1 date, amount 1..1 decimal, "
		    "year 1..1 gYear)" },
	};

	(void)unused;
	check_shapes("simple.xsd", rows, N(rows));
}

static void
names_are_in_the_namespace_the_schema_says(void **unused)
{
	static const struct shape rows[] = {
		{ "r", "urn:flerapp:near", "(@plain 0..1 string, "
		    "@full{urn:flerapp:near} 0..1 string, "
		    "@mark{urn:flerapp:far} 0..1 string, "
		    "local{urn:flerapp:near} 1..1 string, "
		    "bare 1..1 string, "
		    "far{urn:flerapp:far} 1..1 (inside 1..1 string), "
		    "kode{urn:flerapp:near} 1..1 token, "
		    "r{urn:flerapp:near} 0..1 (@plain 0..1 string, "
		    "@full{urn:flerapp:near} 0..1 string, "
		    "@mark{urn:flerapp:far} 0..1 string, "
		    "local{urn:flerapp:near} 1..1 string, "
		    "bare 1..1 string, "
		    "far{urn:flerapp:far} 1..1 (inside 1..1 string), "
		    "kode{urn:flerapp:near} 1..1 token, "
		    "r{urn:flerapp:near} 0..1 (@plain 0..1 string, "
		    "@full{urn:flerapp:near} 0..1 string, "
		    "@mark{urn:flerapp:far} 0..1 string, "
		    "local{urn:flerapp:near} 1..1 string, "
		    "bare 1..1 string, far{urn:flerapp:far} 1..1 (...), "
		    "kode{urn:flerapp:near} 1..1 token, "
		    "r{urn:flerapp:near} 0..1 (...))))" },
	};

	(void)unused;
	check_shapes("namespaces.xsd", rows, N(rows));
}

static void
a_document_without_namespace_takes_its_includers(void **unused)
{
	static const struct shape rows[] = {
		{ "g", "urn:flerapp:host", "(g{urn:flerapp:host} 0..1 "
		    "(g{urn:flerapp:host} 0..1 (g{urn:flerapp:host} 0..1 "
		    "(...), t{urn:flerapp:host} 1..1 string, "
		    "u 1..1 string), t{urn:flerapp:host} 1..1 string, "
		    "u 1..1 string), t{urn:flerapp:host} 1..1 string, "
		    "u 1..1 string)" },
	};
	struct model *m = load("chameleon.xsd");

	(void)unused;
	assert_ptr_equal(model_root(m, "g", "urn:flerapp:host")->type,
	    model_root(m, "r", "urn:flerapp:host")->type);
	assert_null(model_root(m, "g", NULL));
	model_free(m);
	check_shapes("chameleon.xsd", rows, N(rows));
}

static void
a_redefinition_takes_the_place_of_what_it_names(void **unused)
{
	static const struct shape rows[] = {
		{ "r", NULL, "(@early 0..1 string, @late 0..1 string, "
		    "old 1..1 string{b}, early 1..1 string, "
		    "late 1..1 string, new 1..1 string{b})" },
	};

	(void)unused;
	check_shapes("redefine.xsd", rows, N(rows));
}

static void
a_field_says_where_it_is_declared(void **unused)
{
	struct model *m = load("namespaces.xsd");
	const struct field *r = model_root(m, "r", "urn:flerapp:near"), *f;

	(void)unused;
	assert_string_equal(r->file, "namespaces.xsd");
	assert_int_equal(r->line, 5);
	f = model_child(r->type, "far", "urn:flerapp:far");
	assert_string_equal(f->file, "far.xsd");
	assert_int_equal(f->line, 2);
	f = model_attribute(r->type, "full", "urn:flerapp:near");
	assert_int_equal(f->line, 15);
	model_free(m);
}

static void
a_child_is_found_by_its_exact_name(void **unused)
{
	struct model *m = load("steps.xsd");
	const struct field_type *t = model_root(m, "r", NULL)->type;

	(void)unused;
	assert_ptr_equal(model_child(t, "Kode", NULL), &t->children[1]);
	assert_ptr_equal(model_child(t, "KODE", NULL), &t->children[2]);
	assert_null(model_child(t, "kode", NULL));
	assert_null(model_child(t, "Kode", "urn:x"));
	assert_null(model_child(t, "fornavnetternavn", NULL));
	assert_null(model_child(t, "orid", NULL));
	assert_null(model_child(t, "", NULL));
	assert_non_null(model_attribute(t, "orid", NULL));
	assert_null(model_attribute(t, "Kode", NULL));
	assert_null(model_child(t->children[0].type, "x", NULL));
	assert_null(model_attribute(t->children[0].type, "x", NULL));
	model_free(m);
}

static void
hyphens_and_case_do_not_count_in_a_step(void **unused)
{
	static const struct {
		const char *step;
		enum model_match match;
		const char *name;
		enum field_kind kind;
	} rows[] = {
		{ "fornavn-etternavn", MODEL_ONE, "fornavn-etternavn", 0 },
		{ "FornavnEtternavn", MODEL_ONE, "fornavn-etternavn", 0 },
		{ "f-o-r-navn-etternavn-", MODEL_ONE, "fornavn-etternavn",
		    0 },
		{ "åpning", MODEL_ONE, "Åpning", FIELD_ELEMENT },
		{ "Å-PNING", MODEL_ONE, "Åpning", FIELD_ELEMENT },
		{ "äpning", MODEL_NONE, NULL, 0 },
		{ "apning", MODEL_NONE, NULL, 0 },
		{ "kode", MODEL_SEVERAL, NULL, 0 },
		{ "Kode", MODEL_SEVERAL, NULL, 0 },
		{ "both", MODEL_ONE, "both", FIELD_ELEMENT },
		{ "@both", MODEL_ONE, "both", FIELD_ATTRIBUTE },
		{ "@BOTH", MODEL_ONE, "both", FIELD_ATTRIBUTE },
		{ "orid", MODEL_ONE, "orid", FIELD_ATTRIBUTE },
		{ "@Kode", MODEL_NONE, NULL, 0 },
		{ " both", MODEL_NONE, NULL, 0 },
		{ "", MODEL_NONE, NULL, 0 },
		{ "@", MODEL_NONE, NULL, 0 },
		{ "-", MODEL_NONE, NULL, 0 },
		{ "bot", MODEL_NONE, NULL, 0 },
		{ "both2", MODEL_NONE, NULL, 0 },
	};
	struct model *m = load("steps.xsd");
	const struct field_type *t = model_root(m, "r", NULL)->type;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const struct field *f = NULL;

		if (model_step(t, rows[i].step, &f) != rows[i].match)
			fail_msg("step '%s'", rows[i].step);
		if (rows[i].match == MODEL_ONE && (f == NULL ||
		    strcmp(f->name, rows[i].name) != 0 ||
		    f->kind != rows[i].kind))
			fail_msg("step '%s' found something else",
			    rows[i].step);
	}
	model_free(m);
}

static void
required_is_what_no_document_may_leave_out(void **unused)
{
	struct model *m = load("choice.xsd");
	const struct field_type *t = model_root(m, "around", NULL)->type;

	(void)unused;
	assert_false(model_required(model_child(t, "a", NULL)));
	assert_true(model_required(model_child(t, "c", NULL)));
	assert_false(model_required(model_child(t, "d", NULL)));
	model_free(m);
}

static void
roots_are_the_global_elements_and_included_ones(void **unused)
{
	static const char *const names[] = { "Kode", "Skjema", "part" };
	struct model *m = load("roots.xsd");
	const struct field *roots;

	(void)unused;
	assert_int_equal(model_roots(m, &roots), N(names));
	for (size_t i = 0; i < N(names); i++)
		assert_string_equal(roots[i].name, names[i]);
	assert_ptr_equal(model_root(m, "part", NULL), &roots[2]);
	assert_null(model_root(m, "skjema", NULL));
	assert_null(model_root(m, "part", "urn:x"));
	model_free(m);
	m = load("namespaces.xsd");
	assert_int_equal(model_roots(m, &roots), 1);
	model_free(m);
}

static void
the_root_of_b_is_picked_by_name_or_by_being_alone(void **unused)
{
	static const struct {
		const char *file, *wanted, *also, *picked;
	} rows[] = {
		{ "roots.xsd", NULL, NULL, "Skjema" },
		{ "roots.xsd", "part", NULL, "part" },
		{ "roots.xsd", "KODE", "part", "Kode" },
		{ "roots.xsd", "nobody", "PART", "part" },
		{ "roots.xsd", "nobody", NULL, "Skjema" },
		{ "roots.xsd", NULL, "kode", "Kode" },
		{ "several-roots.xsd", NULL, NULL, NULL },
		{ "several-roots.xsd", "B", NULL, "b" },
		{ "far.xsd", "nobody", "nobody", "far" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct model *m = load(rows[i].file);
		const struct field *f = model_pick_root(m, rows[i].wanted,
		    rows[i].also);
		const char *name = f != NULL ? f->name : "nothing";

		if (strcmp(name, rows[i].picked != NULL ? rows[i].picked :
		    "nothing") != 0)
			fail_msg("row %zu of %s picked %s", i, rows[i].file,
			    name);
		model_free(m);
	}
}

static void
a_model_can_be_made_again_from_the_same_schema(void **unused)
{
	const struct xsd_options options = { .patterns = XSD_PATTERNS_ALTINN };
	struct faults f = { 0 };
	struct xsd *x = xsd_load(APP, "org/app", "types.xsd", &options, &f);
	struct model *one, *two;

	(void)unused;
	expect_no_faults(&f, "types.xsd");
	one = model_new(x, &f);
	model_free(one);
	two = model_new(x, &f);
	xsd_free(x);
	expect_no_faults(&f, "types.xsd");
	assert_non_null(model_root(two, "tree", NULL)->type->children);
	model_free(two);
	model_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(occurs_multiply_through_sequences),
		cmocka_unit_test(a_name_that_comes_twice_is_one_field),
		cmocka_unit_test(xs_all_may_come_in_any_order),
		cmocka_unit_test(only_what_every_branch_has_is_sure),
		cmocka_unit_test(a_derived_type_has_what_its_base_leaves_it),
		cmocka_unit_test(groups_stand_where_they_are_named),
		cmocka_unit_test(what_is_not_listed_is_said_to_be_possible),
		cmocka_unit_test(declared_values_are_kept_as_written),
		cmocka_unit_test(types_may_hold_themselves),
		cmocka_unit_test(
		    simple_types_come_through_their_restrictions),
		cmocka_unit_test(names_are_in_the_namespace_the_schema_says),
		cmocka_unit_test(
		    a_document_without_namespace_takes_its_includers),
		cmocka_unit_test(
		    a_redefinition_takes_the_place_of_what_it_names),
		cmocka_unit_test(a_field_says_where_it_is_declared),
		cmocka_unit_test(a_child_is_found_by_its_exact_name),
		cmocka_unit_test(hyphens_and_case_do_not_count_in_a_step),
		cmocka_unit_test(required_is_what_no_document_may_leave_out),
		cmocka_unit_test(
		    roots_are_the_global_elements_and_included_ones),
		cmocka_unit_test(
		    the_root_of_b_is_picked_by_name_or_by_being_alone),
		cmocka_unit_test(
		    a_model_can_be_made_again_from_the_same_schema),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
