#include "tests/expect.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <unistd.h>

#include "schemas/app.h"
#include "schemas/jsonin.h"
#include "schemas/model.h"
#include "schemas/xsd.h"
#include "tests/scratch.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define AT "apps/ttd/a/"
#define CONF "apps/ttd/a/app.conf"
#define META AT "config/applicationmetadata.json"

#define SCHEMA(name) "<xs:schema " \
	"xmlns:xs='http://www.w3.org/2001/XMLSchema'>" \
	"<xs:element name='" name "' type='xs:string'/></xs:schema>"
#define TYPE(id, class) "{\"id\":\"" id "\",\"appLogic\":{" \
	"\"classRef\":\"" class "\"}}"
#define APP(types) "{\"id\":\"ttd/a\",\"dataTypes\":[" types "]}"

static const char one_form[] = APP(TYPE("skjema", "Altinn.App.Models.Melding")
	",{\"id\":\"vedlegg\"}");
static const char two_forms[] = APP(TYPE("skjema", "Models.Melding") ","
	TYPE("under", "Under") ",{\"id\":\"vedlegg\"}");

struct file {
	const char *path, *text;
};

struct loaded {
	struct scratch *scratch;
	struct faults faults;
	struct app *app;
};

static void
load(struct loaded *l, const struct file *files, size_t n)
{
	*l = (struct loaded){ .scratch = scratch_new() };
	for (size_t i = 0; i < n && files[i].path != NULL; i++)
		scratch_put(l->scratch, files[i].path, files[i].text);
	l->app = app_load(l->scratch->dir, "ttd/a", &l->faults);
}

static void
done(struct loaded *l)
{
	app_free(l->app);
	faults_free(&l->faults);
	scratch_free(l->scratch);
}

/* ---------------------------------------------------------------- metadata */

static void
the_metadata_lies_in_config_or_in_the_folder(void **unused)
{
	static const struct file in_config[] = {
		{ META, one_form }, { AT "applicationmetadata.json", "{}" },
	};
	static const struct file in_folder[] = {
		{ AT "applicationmetadata.json", one_form },
	};
	struct loaded l;

	(void)unused;
	load(&l, in_config, N(in_config));
	expect_no_faults(&l.faults, "config/");
	assert_string_equal(l.app->name, "ttd/a");
	assert_int_equal(l.app->meta.n_types, 2);
	done(&l);
	load(&l, in_folder, N(in_folder));
	expect_no_faults(&l.faults, "the folder");
	assert_string_equal(l.app->meta.id, "ttd/a");
	done(&l);
}

static void
an_app_without_sound_metadata_is_a_fault(void **unused)
{
	static const struct {
		struct file file;
		const char *where;
		long line, column;
		const char *words;
	} rows[] = {
		{ { "apps/ttd/b/x", "" }, "apps/ttd/a", 0, 0,
		    "no config/applicationmetadata.json for ttd/a" },
		{ { META, "{\nx}" }, META, 2, 1, "not an application" },
		{ { META, "{\"id\":\"ttd/b\",\"dataTypes\":[]}" }, META, 0, 0,
		    "the id is ttd/b, but the folder is that of ttd/a" },
		{ { META "/x", "" }, "apps/ttd/a", 0, 0, "no config/" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct loaded l;

		load(&l, &rows[i].file, 1);
		expect_fault(&l.faults, rows[i].where, rows[i].line,
		    rows[i].column, rows[i].words, rows[i].file.path);
		assert_null(l.app);
		done(&l);
	}
}

static void
the_case_of_the_id_does_not_count(void **unused)
{
	static const struct file files[] = {
		{ META, "{\"id\":\"TTD/A\",\"dataTypes\":[]}" },
	};
	struct loaded l;

	(void)unused;
	load(&l, files, N(files));
	expect_no_faults(&l.faults, "TTD/A");
	done(&l);
}

/* ------------------------------------------------------------ form schemas */

static void
a_form_type_is_one_with_a_class(void **unused)
{
	static const struct file files[] = { { META, two_forms } };
	struct loaded l;

	(void)unused;
	load(&l, files, N(files));
	expect_no_faults(&l.faults, "two forms");
	assert_int_equal(l.app->n_forms, 2);
	assert_string_equal(app_form(l.app, "under")->type->id, "under");
	assert_null(app_form(l.app, "vedlegg"));
	assert_null(app_form(l.app, "Under"));
	assert_null(app_only_form(l.app));
	done(&l);
}

static void
the_schema_of_a_form_is_found(void **unused)
{
	static const struct {
		const char *label, *metadata;
		struct file files[3];
		const char *want;
	} rows[] = {
		{ "by the data type", one_form,
		    { { AT "models/skjema.xsd", SCHEMA("a") },
		    { AT "models/Melding.xsd", SCHEMA("b") } },
		    "models/skjema.xsd" },
		{ "by the class", one_form,
		    { { AT "models/Other.xsd", SCHEMA("a") },
		    { AT "models/Melding.xsd", SCHEMA("b") } },
		    "models/Melding.xsd" },
		{ "without case", one_form,
		    { { AT "models/a.xsd", SCHEMA("a") },
		    { AT "models/SKJEMA.XSD", SCHEMA("b") } },
		    "models/SKJEMA.XSD" },
		{ "in models before the folder", one_form,
		    { { AT "skjema.xsd", SCHEMA("a") },
		    { AT "models/skjema.xsd", SCHEMA("b") } },
		    "models/skjema.xsd" },
		{ "the data type in the folder before the class", one_form,
		    { { AT "skjema.xsd", SCHEMA("a") },
		    { AT "models/Melding.xsd", SCHEMA("b") } },
		    "skjema.xsd" },
		{ "the only one", one_form,
		    { { AT "models/whatever.xsd", SCHEMA("a") } },
		    "models/whatever.xsd" },
		{ "not the only one, for two forms", two_forms,
		    { { AT "models/whatever.xsd", SCHEMA("a") } }, NULL },
		{ "not one of two", one_form,
		    { { AT "models/a.xsd", SCHEMA("a") },
		    { AT "models/b.xsd", SCHEMA("b") } }, NULL },
		{ "a part of the name is not the name", one_form,
		    { { AT "models/skjem.xsd", SCHEMA("a") },
		    { AT "models/skjema2.xsd", SCHEMA("b") } }, NULL },
		{ "by app.conf", one_form,
		    { { AT "models/skjema.xsd", SCHEMA("a") },
		    { AT "deep/er/x.xsd", SCHEMA("b") },
		    { CONF, "[type skjema]\nschema = deep/er/x.xsd\n" } },
		    "deep/er/x.xsd" },
		{ "by app.conf, its name in models", one_form,
		    { { AT "models/skjema.xsd", SCHEMA("a") },
		    { AT "models/v2.xsd", SCHEMA("b") },
		    { CONF, "[type skjema]\nschema = v2.xsd\n" } },
		    "models/v2.xsd" },
		{ "none at all", one_form, { { NULL, NULL } }, NULL },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct file files[4] = { { META, rows[i].metadata } };
		const struct form_type *t;
		struct loaded l;

		memcpy(files + 1, rows[i].files, sizeof rows[i].files);
		load(&l, files, N(files));
		expect_no_faults(&l.faults, rows[i].label);
		t = app_form(l.app, "skjema");
		if ((t->schema == NULL) != (rows[i].want == NULL) ||
		    (t->schema != NULL && strcmp(t->schema, rows[i].want)))
			fail_msg("%s: %s", rows[i].label, t->schema);
		assert_true((t->model != NULL) == (rows[i].want != NULL));
		assert_true((t->xsd != NULL) == (rows[i].want != NULL));
		done(&l);
	}
}

static void
a_schema_with_a_fault_is_a_fault_of_the_app(void **unused)
{
	static const struct file files[] = {
		{ META, one_form },
		{ AT "models/skjema.xsd", "<xs:schema\n" },
	};
	struct loaded l;

	(void)unused;
	load(&l, files, N(files));
	assert_null(l.app);
	assert_true(l.faults.errors > 0);
	assert_string_equal(l.faults.v[0].file,
	    "apps/ttd/a/models/skjema.xsd");
	done(&l);
}

static void
a_missing_schema_is_a_fault_only_when_it_is_needed(void **unused)
{
	static const struct file files[] = { { META, two_forms } };
	struct loaded l;

	(void)unused;
	load(&l, files, N(files));
	expect_no_faults(&l.faults, "two forms");
	app_schema_missing(l.app, app_form(l.app, "skjema"), &l.faults);
	expect_fault(&l.faults, "apps/ttd/a", 0, 0, "want models/skjema.xsd "
	    "or models/Melding.xsd, or [type skjema] schema = in app.conf",
	    "skjema");
	done(&l);
}

/* -------------------------------------------------------------------- root */

static void
the_root_of_a_form_is_found(void **unused)
{
	static const char several[] = "<xs:schema "
	    "xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
	    "<xs:element name='Under' type='xs:string'/>"
	    "<xs:element name='melding' type='xs:string'/>"
	    "<xs:element name='Hoved'><xs:complexType><xs:sequence>"
	    "<xs:element ref='Under'/></xs:sequence></xs:complexType>"
	    "</xs:element></xs:schema>";
	static const char others[] = "<xs:schema "
	    "xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
	    "<xs:element name='En' type='xs:string'/>"
	    "<xs:element name='To' type='xs:string'/></xs:schema>";
	static const struct {
		const char *label, *schema, *conf, *want;
	} rows[] = {
		{ "by the class, without case", several, "", "melding" },
		{ "by app.conf", several, "[type skjema]\nroot = Hoved\n",
		    "Hoved" },
		{ "the only one", SCHEMA("Rot"), "", "Rot" },
		{ "cannot be told", others, "", NULL },
		{ "could be told", others, "[type skjema]\nroot=To\n", "To" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const struct file files[] = { { META, one_form },
		    { AT "models/skjema.xsd", rows[i].schema },
		    { CONF, rows[i].conf } };
		const struct form_type *t;
		struct loaded l;

		load(&l, files, N(files));
		expect_no_faults(&l.faults, rows[i].label);
		t = app_only_form(l.app);
		if ((t->root == NULL) != (rows[i].want == NULL) ||
		    (t->root != NULL && strcmp(t->root->name, rows[i].want)))
			fail_msg("%s: %s", rows[i].label,
			    t->root != NULL ? t->root->name : "none");
		done(&l);
	}
}

/* ---------------------------------------------------------------- app.conf */

static void
app_conf_says_what_the_files_do_not(void **unused)
{
	static const struct file plain[] = {
		{ META, two_forms }, { CONF, "" },
		{ AT "models/skjema.xsd", SCHEMA("a") },
	};
	static const struct file files[] = {
		{ META, two_forms },
		{ AT "models/skjema.xsd", SCHEMA("a") },
		{ AT "models/under.xsd", SCHEMA("b") },
		{ CONF, "# comment\n[type skjema]\nnamespace = lenient\n"
		    "patterns = xsd\nencodings = windows-1252, ISO-8859-1\n"
		    "nil = lenient\nunknown = drop\nfixed = any\n"
		    "date-time = lenient\n"
		    "[type under]\nnamespace = strict\npatterns = altinn\n"
		    "encodings = utf-8\nnil = strict\nunknown = refuse\n"
		    "fixed = strict\ndate-time = strict\n" },
	};
	const struct form_type *t;
	struct loaded l;

	(void)unused;
	load(&l, plain, N(plain));
	expect_no_faults(&l.faults, "an empty app.conf");
	t = app_form(l.app, "skjema");
	assert_int_equal(t->patterns, XSD_PATTERNS_ALTINN);
	assert_int_equal(t->encodings, FORM_UTF_8);
	assert_false(t->lenient.namespace || t->lenient.nil ||
	    t->lenient.unknown || t->lenient.fixed || t->lenient.date_time);
	done(&l);
	load(&l, files, N(files));
	expect_no_faults(&l.faults, "a full app.conf");
	t = app_form(l.app, "skjema");
	assert_int_equal(t->patterns, XSD_PATTERNS_XSD);
	assert_int_equal(t->encodings, FORM_UTF_8 | FORM_ISO_8859_1 |
	    FORM_WINDOWS_1252);
	assert_true(t->lenient.namespace && t->lenient.nil &&
	    t->lenient.unknown && t->lenient.fixed && t->lenient.date_time);
	t = app_form(l.app, "under");
	assert_int_equal(t->patterns, XSD_PATTERNS_ALTINN);
	assert_int_equal(t->encodings, FORM_UTF_8);
	assert_false(t->lenient.namespace || t->lenient.nil ||
	    t->lenient.unknown || t->lenient.fixed || t->lenient.date_time);
	done(&l);
}

/* Nobody knows what it says: to go on without it may accept too much. */
static void
an_app_conf_that_cannot_be_looked_at_is_a_fault(void **unused)
{
	struct faults faults = { 0 };
	struct loaded l;
	char path[256];

	(void)unused;
	load(&l, &(struct file){ META, one_form }, 1);
	assert_non_null(l.app);
	scratch_path(l.scratch, path, sizeof path, CONF);
	assert_int_equal(symlink("app.conf", path), 0);
	assert_null(app_load(l.scratch->dir, "ttd/a", &faults));
	expect_fault(&faults, "apps/ttd/a", 0, 0, "app.conf", "a loop");
	faults_free(&faults);
	done(&l);
}

static void
a_wrong_app_conf_is_a_fault_with_its_line(void **unused)
{
	static const struct {
		const char *conf;
		long line;
		const char *words;
	} rows[] = {
		{ "[type skjema]\nschemas = a\n", 2, "unknown key schemas" },
		{ "[type skjema]\nSchema = a\n", 2, "unknown key Schema" },
		{ "[type vedlegg]\nroot = a\n", 2, "[type vedlegg]: want" },
		{ "[type Skjema]\nroot = a\n", 2, "[type Skjema]: want" },
		{ "[types skjema]\nroot = a\n", 2, "[types skjema]: want" },
		{ "\n[skjema]\nroot = a\n", 3, "[skjema]: want [type NAME]" },
		{ "[type skjema]\nnamespace = off\n", 2,
		    "namespace = off: want strict or lenient" },
		{ "[type skjema]\nnamespace = Lenient\n", 2, "namespace" },
		{ "[type skjema]\npatterns = net\n", 2,
		    "patterns = net: want altinn, xsd or off" },
		{ "[type skjema]\nunknown = yes\n", 2,
		    "unknown = yes: want refuse or drop" },
		{ "[type skjema]\nencodings = utf-16\n", 2,
		    "encodings: utf-16 is none of" },
		{ "[type skjema]\n\nroot = b\n", 0,
		    "[type skjema] root = b: models/skjema.xsd has no such "
		    "global element" },
		{ "[type skjema]\nschema = models/b.xsd\n", 0,
		    "schema = models/b.xsd: there is no such file" },
		{ "[type skjema]\nschema = models\n", 0,
		    "schema = models: it is no plain file" },
		{ "[type skjema]\nschema =\n", 0,
		    "it leaves the app's folder" },
		{ "[type skjema]\nschema = ../other.xsd\n", 0,
		    "schema = ../other.xsd: it leaves the app's folder" },
		{ "[type skjema]\nschema = models/../../other.xsd\n", 0,
		    "it leaves the app's folder" },
		{ "[type skjema]\nschema = /etc/passwd\n", 0,
		    "schema = /etc/passwd: it must be a relative path" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		const struct file files[] = { { META, one_form },
		    { AT "models/skjema.xsd", SCHEMA("a") },
		    { "apps/ttd/other.xsd", SCHEMA("a") },
		    { CONF, rows[i].conf } };
		struct loaded l;

		load(&l, files, N(files));
		expect_fault(&l.faults, CONF, rows[i].line, 0, rows[i].words,
		    rows[i].conf);
		assert_null(l.app);
		done(&l);
	}
}

static void
every_fault_of_an_app_is_told_at_once(void **unused)
{
	static const struct file files[] = {
		{ META, two_forms },
		{ AT "models/skjema.xsd", SCHEMA("a") },
		{ AT "models/under.xsd", "<no/>" },
		{ CONF, "[type skjema]\nroot = b\nwhat = 1\n[x]\ny = 1\n" },
	};
	struct loaded l;

	(void)unused;
	load(&l, files, N(files));
	assert_null(l.app);
	expect_fault(&l.faults, CONF, 0, 0, "root = b", "root");
	expect_fault(&l.faults, CONF, 3, 0, "unknown key", "key");
	expect_fault(&l.faults, CONF, 5, 0, "[x]", "section");
	assert_true(l.faults.errors >= 4);
	done(&l);
}

static void
nothing_may_be_freed(void **unused)
{
	(void)unused;
	app_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_metadata_lies_in_config_or_in_the_folder),
		cmocka_unit_test(an_app_without_sound_metadata_is_a_fault),
		cmocka_unit_test(the_case_of_the_id_does_not_count),
		cmocka_unit_test(a_form_type_is_one_with_a_class),
		cmocka_unit_test(the_schema_of_a_form_is_found),
		cmocka_unit_test(a_schema_with_a_fault_is_a_fault_of_the_app),
		cmocka_unit_test(
		    a_missing_schema_is_a_fault_only_when_it_is_needed),
		cmocka_unit_test(the_root_of_a_form_is_found),
		cmocka_unit_test(app_conf_says_what_the_files_do_not),
		cmocka_unit_test(
		    an_app_conf_that_cannot_be_looked_at_is_a_fault),
		cmocka_unit_test(a_wrong_app_conf_is_a_fault_with_its_line),
		cmocka_unit_test(every_fault_of_an_app_is_told_at_once),
		cmocka_unit_test(nothing_may_be_freed),
	};
	int rc;

	jsonin_prepare();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	xmlCleanupParser();
	return rc;
}
