#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"

/*
 * An app's folder: app.conf, then its metadata (or some that are in order).
 * There are schemas for its form types, in both places, and one outside that
 * must not be found.
 */

static const char meta[] = "{\"id\":\"ttd/a\",\"org\":\"ttd\",\"dataTypes\":["
    "{\"id\":\"melding\",\"appLogic\":{\"classRef\":\"X.Melding\"}},"
    "{\"id\":\"ekstra\",\"appLogic\":{\"classRef\":\"X.Annet\"}},"
    "{\"id\":\"vedlegg\"}]}";
static const char schema[] =
    "<s:schema xmlns:s=\"http://www.w3.org/2001/XMLSchema\">"
    "<s:element name=\"Melding\" type=\"s:string\"/>"
    "<s:element name=\"Annet\" type=\"s:int\"/></s:schema>";

static void
put_text(const char *name, const char *text)
{
	fuzz_put(name, (struct fuzz){ text, strlen(text) });
}

static void
make_folder(void)
{
	static const char *const folders[] = { "apps", "apps/ttd",
	    "apps/ttd/a", "apps/ttd/a/config", "apps/ttd/a/models" };
	static bool made;

	if (made)
		return;
	made = true;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		assert(mkdirat(fuzz_folder(), folders[i], 0700) == 0);
	put_text("apps/ttd/a/models/Melding.xsd", schema);
	put_text("apps/ttd/a/annet.xsd", schema);
	put_text("apps/ttd/outside.xsd", schema);
}

static void
check_app(const struct app *a)
{
	for (size_t i = 0; i < a->n_forms; i++) {
		const struct form_type *t = &a->forms[i];

		assert(t->type != NULL && t->type->class_ref != NULL);
		assert(app_form(a, t->type->id) != NULL);
		assert((t->encodings & FORM_UTF_8) != 0);
		assert((t->xsd == NULL) == (t->model == NULL));
		assert((t->xsd == NULL) == (t->schema == NULL));
		assert(t->schema == NULL || strstr(t->schema, "outside") ==
		    NULL);
		assert(t->root == NULL || t->model != NULL);
		assert(t->model == NULL || t->root_name == NULL ||
		    strcmp(t->root->name, t->root_name) == 0);
	}
	assert((app_only_form(a) != NULL) == (a->n_forms == 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	struct faults f = { 0 };
	int descriptors;
	struct app *a;

	make_folder();
	fuzz_put("apps/ttd/a/app.conf", fuzz_piece(&in));
	if (in.n > 0)
		fuzz_put("apps/ttd/a/config/applicationmetadata.json", in);
	else
		put_text("apps/ttd/a/config/applicationmetadata.json", meta);
	descriptors = fuzz_descriptors();
	a = app_load(fuzz_path(), "ttd/a", &f);
	assert((a == NULL) == (f.errors > 0));
	if (a != NULL)
		check_app(a);
	app_free(a);
	fuzz_faults(&f);
	faults_free(&f);
	assert(fuzz_descriptors() == descriptors);
	return 0;
}
