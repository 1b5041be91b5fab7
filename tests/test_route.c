#include "tests/expect.h"

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/route.h"

#define N(table) (sizeof (table) / sizeof *(table))

#define ROUTE "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n" \
    "form = skjema\n"
#define OWNER "[owner]\norganisation = /Skjema/orgnr\n"
#define MAP "target;source;convert;required;default;when;note\n" \
    "Hode.overskrift;/Skjema/tittel\n"
#define CONF "routes/r/route.conf"
#define FILES "routes/r/attachments.csv"

static const struct app *
find(void *arg, const char *name)
{
	struct sample *s = arg;

	return strcmp(name, s->from->name) == 0 ? s->from :
	    strcmp(name, s->to->name) == 0 ? s->to : NULL;
}

static bool
faulty(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "ttd/syk") == 0;
}

static struct route *
load(struct sample *s, const char *name)
{
	struct conf conf = { .spool.environment = CONF_TEST };
	struct route_scope scope = { .dir = s->scratch->dir, .conf = &conf,
	    .arena = &s->arena, .takes = &s->takes, .app = find,
	    .app_faulty = faulty, .arg = s };

	return route_load(name, &scope, &s->faults);
}

/* A route of these files; NULL is a usual one, "" none. */
static struct sample *
begin(const char *conf, const char *map, const char *attachments,
    const char *owners)
{
	struct sample *s = sample_new();

	scratch_put(s->scratch, CONF, conf != NULL ? conf : ROUTE OWNER);
	scratch_put(s->scratch, "routes/r/map.csv", map != NULL ? map : MAP);
	if (attachments != NULL)
		scratch_put(s->scratch, FILES, attachments);
	if (owners != NULL)
		scratch_put(s->scratch, "routes/r/owners.csv", owners);
	return s;
}

static void
a_route_is_all_that_its_files_say(void **unused)
{
	struct sample *s = begin("[route]\nfrom = ttd/sender\n"
	    "to = ttd/mottaker\nform = skjema\ntarget-form = sak\n"
	    "when = /Skjema/belop > 10\nfor-each = /Skjema/Rad\n"
	    "due-after = 30d\nvisible-after = 12h\n"
	    "[owner]\ntable = owners.csv\nkey = kode\n",
	    "target;source\nHode.overskrift;kode\nHode.sak-nr;owner:navn\n",
	    "target;source;required;which\nbilag;vedlegg;yes;\n"
	    "kopi;ref-data-as-pdf;;\nkopi;vedlegg;no;last\n"
	    "bilag;ref-data-as-pdf;;all\n",
	    "key;organisation;navn\na;310000027;A\n");
	struct route *r = load(s, "r");
	static const struct {
		const char *target, *source;
		bool required, last;
	} files[] = {
		{ "bilag", "vedlegg", true, false },
		{ "kopi", "ref-data-as-pdf", false, true },
		{ "kopi", "vedlegg", false, true },
		{ "bilag", "ref-data-as-pdf", false, false },
	};

	(void)unused;
	expect_no_faults(&s->faults, "route");
	assert_string_equal(r->name, "r");
	assert_ptr_equal(r->from, s->from);
	assert_ptr_equal(r->to, s->to);
	assert_string_equal(r->form->type->id, "skjema");
	assert_string_equal(r->target->type->id, "sak");
	assert_int_equal(r->due_after, 30 * 86400);
	assert_int_equal(r->visible_after, 12 * 3600);
	assert_non_null(r->when);
	assert_non_null(r->for_each);
	assert_non_null(r->owners);
	assert_int_equal(r->n_attachments, N(files));
	for (size_t i = 0; i < N(files); i++) {
		const struct route_attachment *a = &r->attachments[i];

		if (strcmp(a->target->id, files[i].target) != 0 ||
		    strcmp(a->source, files[i].source) != 0 ||
		    a->required != files[i].required ||
		    a->last != files[i].last || a->line != (long)i + 2)
			fail_msg("attachment %zu", i);
	}
	assert_false(r->may_create);
	assert_int_equal(strlen(r->sha256), DIGEST_HEX);
	route_free(r);
	sample_free(s);
}

static void
what_is_left_out_has_its_default(void **unused)
{
	struct sample *s = begin(NULL, NULL, NULL, NULL);
	struct route *r = load(s, "r");

	(void)unused;
	expect_no_faults(&s->faults, "route");
	assert_int_equal(r->due_after, -1);
	assert_int_equal(r->visible_after, -1);
	assert_null(r->when);
	assert_null(r->for_each);
	assert_null(r->owners);
	assert_int_equal(r->owner_kind, OWNER_ORGANISATION);
	assert_string_equal(r->target->type->id, "sak");
	assert_int_equal(r->n_attachments, 0);
	route_free(r);
	sample_free(s);
}

static void
create_json_is_made_only_where_it_can_say_the_same(void **unused)
{
	static const struct {
		const char *map, *attachments;
		bool may;
	} rows[] = {
		{ MAP, NULL, true },
		{ MAP, "target;source\n", true },
		{ MAP "dataValues:a;const:b\n", NULL, false },
		{ MAP "Linje[];/Skjema/Rad\nLinje[].kode;kode\n", NULL,
		    false },
		{ MAP, "target;source\nbilag;vedlegg\n", false },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = begin(NULL, rows[i].map,
		    rows[i].attachments, NULL);
		struct route *r = load(s, "r");

		expect_no_faults(&s->faults, rows[i].map);
		if (r->may_create != rows[i].may)
			fail_msg("%s", rows[i].map);
		route_free(r);
		sample_free(s);
	}
}

/* The dictionary would reach the second form too (contract 4.6). */
static void
create_json_is_for_one_form_that_the_app_makes(void **unused)
{
	for (int i = 0; i < 2; i++) {
		struct sample *s = begin(i == 0 ? ROUTE
		    "target-form = sak\n" OWNER : NULL, NULL, NULL, NULL);
		struct app *to = s->to;
		struct data_type *type = (struct data_type *)
		    to->forms[0].type;
		struct route *r;

		(void)unused;
		if (i == 0)
			to->forms[to->n_forms++] = to->forms[0];
		else
			type->auto_create = false;
		r = load(s, "r");
		expect_no_faults(&s->faults, "create");
		assert_false(r->may_create);
		route_free(r);
		to->n_forms = 1;
		sample_free(s);
	}
}

static void
a_faulty_route_is_told_with_file_and_line(void **unused)
{
	static const struct {
		const char *conf;
		long line;
		const char *words;
	} rows[] = {
		{ "[route]\nto = ttd/mottaker\n" OWNER, 0, "from: is missing" },
		{ "[route]\nfrom = ttd/sender\n" OWNER, 0, "to: is missing" },
		{ "[route]\nfrom = ttd/borte\nto = ttd/mottaker\n" OWNER, 2,
		    "no such app" },
		{ "[route]\nfrom = ttd/sender\nto = ttd/syk\n" OWNER, 3,
		    "faults of its own" },
		{ ROUTE OWNER "[route]\nform = tillegg\n", 8,
		    "form is already set in line 4" },
		{ ROUTE "farge = rod\n" OWNER, 5, "unknown key farge" },
		{ ROUTE OWNER "[andre]\nfrom = x\n", 8,
		    "unknown key from in [andre]" },
		{ ROUTE "target-form = bilag\n" OWNER, 5, "no form type" },
		{ "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n"
		    "form = vedlegg\n" OWNER, 4, "no form type" },
		{ ROUTE "due-after = 30\n" OWNER, 5, "want a time" },
		{ ROUTE "visible-after = snart\n" OWNER, 5, "want a time" },
		{ ROUTE "when = /Skjema[\n" OWNER, 5, "no XPath" },
		{ ROUTE "when = finnes(/Skjema)\n" OWNER, 5, "finnes" },
		{ ROUTE "for-each = const:x\n" OWNER, 5, "path to elements" },
		{ ROUTE "for-each = /Skjema/@versjon\n" OWNER, 5,
		    "path to elements" },
		{ ROUTE "[owner]\norganisation = /Skjema[\n", 6, "no XPath" },
		{ ROUTE, 0, "[owner] wants exactly one" },
		{ ROUTE "[owner]\nperson = a\nparty = b\n", 7,
		    "the owner has a kind already in line 6" },
		{ ROUTE "[owner]\nparty = a\ntable = owners.csv\nkey = b\n",
		    6, "both table and a kind" },
		{ ROUTE "[owner]\ntable = owners.csv\n", 0,
		    "key: is missing" },
		{ ROUTE OWNER "key = /Skjema/orgnr\n", 7, "needs table" },
		{ ROUTE "[owner]\ntable = ../owners.csv\nkey = const:1\n", 6,
		    "want a file in the route's folder" },
		{ ROUTE "tull\n" OWNER, 5, "" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct sample *s = begin(rows[i].conf, NULL, NULL,
		    "key;organisation\n1;310000027\n");

		if (load(s, "r") != NULL)
			fail_msg("taken: %s", rows[i].conf);
		expect_fault(&s->faults, CONF, rows[i].line, 0,
		    rows[i].words, rows[i].conf);
		if (s->faults.errors != 1) {
			show_faults(&s->faults);
			fail_msg("%s: %zu faults", rows[i].conf,
			    s->faults.errors);
		}
		sample_free(s);
	}
}

static void
a_faulty_attachment_is_told_with_line_and_column(void **unused)
{
	static const struct {
		const char *row;
		long column;
		const char *words;
	} rows[] = {
		{ "ref-data-as-pdf;vedlegg", 1, "Altinn makes this type" },
		{ "borte;vedlegg", 1, "no data type of this name" },
		{ "Bilag;vedlegg", 1, "no data type of this name" },
		{ "sak;vedlegg", 1, "holds a form" },
		{ "bilag;borte", 2, "no data type of this name" },
		{ "bilag;vedlegg;ja", 3, "want no or yes" },
		{ "bilag;vedlegg;;first", 4, "want all or last" },
		{ ";vedlegg", 1, "no data type" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf text = { 0 };
		struct sample *s;

		buf_fmt(&text, "target;source;required;which\n%s\n",
		    rows[i].row);
		s = begin(NULL, NULL, buf_text(&text), NULL);
		if (load(s, "r") != NULL)
			fail_msg("taken: %s", rows[i].row);
		expect_fault(&s->faults, FILES, 2, rows[i].column,
		    rows[i].words, rows[i].row);
		assert_int_equal(s->faults.errors, 1);
		buf_free(&text);
		sample_free(s);
	}
}

static void
a_receipt_travels_whether_the_metadata_names_it_or_not(void **unused)
{
	struct sample *s = begin(NULL, NULL,
	    "target;source\nkopi;ref-data-as-pdf\n", NULL);
	struct appmeta *meta = (struct appmeta *)&s->from->meta;
	struct route *r;

	(void)unused;
	assert_string_equal(meta->types[meta->n_types - 1].id,
	    "ref-data-as-pdf");
	meta->n_types--;
	r = load(s, "r");
	expect_no_faults(&s->faults, "receipt");
	assert_int_equal(r->n_attachments, 1);
	route_free(r);
	sample_free(s);
}

static void
all_faults_of_all_files_are_told_at_once(void **unused)
{
	struct sample *s = begin(ROUTE "farge = rod\ndue-after = 3\n"
	    "when = /Skjema[\nfor-each = /Skjema[\n"
	    "[owner]\ntable = owners.csv\nkey = /Skjema[\n",
	    MAP "Hode.tull;const:x\nTall.antall;const:y\n"
	    "Hode.sak-nr;owner:navn\nHode.tid;relativ\n",
	    "target;source\nborte;vedlegg\nbilag;borte\n",
	    "key;organisation\n1;123\n");
	static const struct {
		const char *file;
		long line;
	} want[] = {
		{ CONF, 5 }, { CONF, 6 }, { CONF, 7 }, { CONF, 8 },
		{ CONF, 11 }, { "routes/r/owners.csv", 2 },
		{ "routes/r/map.csv", 3 }, { "routes/r/map.csv", 4 },
		{ FILES, 2 }, { FILES, 3 },
	};

	(void)unused;
	scratch_put(s->scratch, "routes/r/codes/k.csv", "from;to\n;x\n");
	assert_null(load(s, "r"));
	for (size_t i = 0; i < N(want); i++) {
		size_t k = 0;

		while (k < s->faults.n && (s->faults.v[k].line !=
		    want[i].line || strcmp(s->faults.v[k].file,
		    want[i].file) != 0))
			k++;
		if (k == s->faults.n) {
			show_faults(&s->faults);
			fail_msg("none in %s:%ld", want[i].file,
			    want[i].line);
		}
	}
	/* and none that only follow from another */
	if (s->faults.n != N(want) + 1) {
		show_faults(&s->faults);
		fail_msg("%zu faults", s->faults.n);
	}
	sample_free(s);
}

static void
a_route_without_its_files_is_a_fault(void **unused)
{
	struct sample *s = sample_new();

	(void)unused;
	scratch_put(s->scratch, "routes/r/README", "");
	assert_null(load(s, "r"));
	expect_fault(&s->faults, CONF, 0, 0, "", "no route.conf");
	faults_free(&s->faults);
	scratch_put(s->scratch, CONF, ROUTE OWNER);
	assert_null(load(s, "r"));
	expect_fault(&s->faults, "routes/r/map.csv", 0, 0, "", "no map.csv");
	assert_int_equal(s->faults.errors, 1);
	faults_free(&s->faults);
	assert_null(load(s, "r s"));
	expect_fault(&s->faults, "routes/r s", 0, 0, "a route's name", "name");
	sample_free(s);
}

static void
the_hash_is_that_of_all_files_behind_it(void **unused)
{
	static const char *const paths[] = {
		"routes/r/codes/unused.csv", "apps/ttd/sender/README",
		"apps/ttd/mottaker/config/process.bpmn",
	};
	struct sample *s = begin(NULL, NULL, NULL, NULL);
	struct route *r = load(s, "r");
	char before[DIGEST_HEX + 1];

	(void)unused;
	scratch_put(s->scratch, "routes/other/route.conf", "x");
	for (size_t i = 0; i <= N(paths); i++) {
		strcpy(before, r->sha256);
		route_free(r);
		if (i < N(paths))
			scratch_put(s->scratch, paths[i], "from;to\n");
		r = load(s, "r");
		expect_no_faults(&s->faults, "hash");
		if ((strcmp(before, r->sha256) != 0) != (i < N(paths)))
			fail_msg("%zu", i);
	}
	route_free(r);
	sample_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_is_all_that_its_files_say),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(
		    create_json_is_made_only_where_it_can_say_the_same),
		cmocka_unit_test(
		    create_json_is_for_one_form_that_the_app_makes),
		cmocka_unit_test(a_faulty_route_is_told_with_file_and_line),
		cmocka_unit_test(
		    a_faulty_attachment_is_told_with_line_and_column),
		cmocka_unit_test(
		    a_receipt_travels_whether_the_metadata_names_it_or_not),
		cmocka_unit_test(all_faults_of_all_files_are_told_at_once),
		cmocka_unit_test(a_route_without_its_files_is_a_fault),
		cmocka_unit_test(the_hash_is_that_of_all_files_behind_it),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
