#include "schemas/app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/model.h"
#include "schemas/xsd.h"
#include "schemas/xsd_locate.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/ini.h"
#include "spool/mem.h"

enum { METADATA_MAX = 4 << 20, CONF_MAX = 64 * 1024, XSD_FILES_MAX = 500 };

struct loading {
	struct app *app;
	const char *folder;		/* absolute */
	const char *label;		/* apps/org/app, for faults */
	const char *conf;		/* apps/org/app/app.conf */
	struct faults *faults;
	const char *schemas[XSD_FILES_MAX];	/* below the folder */
	size_t n_schemas;
};

static bool
exists(const struct loading *g, const char *file)
{
	const char *path = arena_fmt(&g->app->arena, "%s/%s", g->folder,
	    file);
	struct err e;
	int there = fsx_there(path, S_IFREG, &e);

	if (there == -1)
		faults_add(g->faults, g->label, 0, 0, "%s", e.text);
	return there == 1;
}

static int
read_file(const struct loading *g, const char *file, size_t most,
    struct buf *b)
{
	const char *path = arena_fmt(&g->app->arena, "%s/%s", g->folder,
	    file);
	struct err e;

	if (fsx_read(AT_FDCWD, path, most, b, &e) == 0)
		return 0;
	faults_add(g->faults, g->label, 0, 0, "%s", e.text);
	return -1;
}

/* The metadata lies in config/, or directly in the folder. */
static int
load_metadata(struct loading *g)
{
	static const char *const places[] = {
		"config/applicationmetadata.json", "applicationmetadata.json",
	};
	struct app *a = g->app;
	struct buf text = { 0 };
	const char *label;
	size_t i = 0;
	int rc = -1;

	while (i < 2 && !exists(g, places[i]))
		i++;
	if (i == 2) {
		faults_add(g->faults, g->label, 0, 0, "no "
		    "config/applicationmetadata.json for %s; copy the App/ "
		    "folder of its repository here", a->name);
		return -1;
	}
	label = arena_fmt(&a->arena, "%s/%s", g->label, places[i]);
	if (read_file(g, places[i], METADATA_MAX, &text) == 0)
		rc = appmeta_read(&a->meta, &a->arena, label, buf_text(&text),
		    text.len, g->faults);
	if (rc == 0 && strcasecmp(a->meta.id, a->name) != 0) {
		faults_add(g->faults, label, 0, 0, "the id is %s, but the "
		    "folder is that of %s", a->meta.id, a->name);
		rc = -1;
	}
	buf_free(&text);
	return rc;
}

static bool
ends_in_xsd(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".xsd") == 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
list_schemas(struct loading *g, const char *below)
{
	const char *path = arena_fmt(&g->app->arena, "%s/%s", g->folder,
	    below);
	DIR *dir = opendir(path);
	struct dirent *d = NULL;
	size_t first = g->n_schemas;

	while (dir != NULL && (errno = 0, d = readdir(dir)) != NULL)
		if (ends_in_xsd(d->d_name) && g->n_schemas < XSD_FILES_MAX)
			g->schemas[g->n_schemas++] = arena_fmt(&g->app->arena,
			    "%s%s", below, d->d_name);
	if (dir == NULL ? errno != ENOENT : errno != 0)
		faults_add(g->faults, g->label, 0, 0, "%s cannot be read: %s",
		    path, strerror(errno));
	if (dir != NULL)
		closedir(dir);
	qsort(g->schemas + first, g->n_schemas - first, sizeof *g->schemas,
	    by_text);
}

static const char *
schema_called(const struct loading *g, const char *name, size_t n)
{
	for (size_t i = 0; i < g->n_schemas; i++) {
		const char *base = strrchr(g->schemas[i], '/');

		base = base != NULL ? base + 1 : g->schemas[i];
		if (strlen(base) == n + 4 && strncasecmp(base, name, n) == 0)
			return g->schemas[i];
	}
	return NULL;
}

static const char *
last_part(const char *class_ref)
{
	const char *dot = strrchr(class_ref, '.');

	return dot != NULL ? dot + 1 : class_ref;
}

/* What schema = names: a file in models/ or below the app's folder. */
static const char *
named_schema(const struct loading *g, const char *name)
{
	int dir = open(g->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *models = arena_fmt(&g->app->arena, "models/%s", name);
	const char *why = "the app's folder cannot be opened", *file = NULL;

	if (dir != -1 && exists(g, models))
		file = xsd_locate(&g->app->arena, dir, "", models, &why);
	else if (dir != -1)
		file = xsd_locate(&g->app->arena, dir, "", name, &why);
	if (dir != -1)
		close(dir);
	if (file != NULL && exists(g, file))
		return file;
	faults_add(g->faults, g->conf, 0, 0, "schema = %s: %s", name,
	    file != NULL ? "it is no plain file" : why);
	return NULL;
}

/* DESIGN 4: app.conf, the data type, classRef, or the only one there is. */
static const char *
find_schema(const struct loading *g, const struct form_type *t)
{
	const char *file = NULL, *model = last_part(t->type->class_ref);

	if (t->schema != NULL)
		return named_schema(g, t->schema);
	file = schema_called(g, t->type->id, strlen(t->type->id));
	if (file == NULL)
		file = schema_called(g, model, strlen(model));
	if (file == NULL && g->n_schemas == 1 && g->app->n_forms == 1)
		file = g->schemas[0];
	return file;
}

static void
load_schema(struct loading *g, struct form_type *t)
{
	struct xsd_options options = { .patterns = t->patterns };

	t->schema = find_schema(g, t);
	if (t->schema == NULL)
		return;
	t->xsd = xsd_load(g->folder, g->label, t->schema, &options,
	    g->faults);
	if (t->xsd == NULL)
		return;
	t->model = model_new(t->xsd, g->faults);
	if (t->model == NULL)
		return;
	if (t->root_name != NULL) {
		t->root = model_root(t->model, t->root_name,
		    xsd_target_ns(t->xsd));
		if (t->root == NULL)
			faults_add(g->faults, g->conf, 0, 0, "[type %s] root "
			    "= %s: %s has no such global element",
			    t->type->id, t->root_name, t->schema);
	} else {
		t->root = model_pick_root(t->model,
		    last_part(t->type->class_ref), t->type->id);
	}
}

/* ------------------------------------------------------------ app.conf */

static bool
set_choice(const struct loading *g, const struct ini_line *l,
    const char *off, const char *on, bool *to)
{
	if (strcmp(l->value, on) == 0)
		*to = true;
	else if (strcmp(l->value, off) != 0)
		faults_add(g->faults, g->conf, l->line, 0,
		    "%s = %s: want %s or %s", l->key, l->value, off, on);
	return true;
}

static bool
set_patterns(const struct loading *g, const struct ini_line *l,
    struct form_type *t)
{
	static const struct {
		const char *name;
		enum xsd_patterns patterns;
	} known[] = {
		{ "altinn", XSD_PATTERNS_ALTINN }, { "xsd", XSD_PATTERNS_XSD },
		{ "off", XSD_PATTERNS_OFF },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, l->value) == 0) {
			t->patterns = known[i].patterns;
			return true;
		}
	faults_add(g->faults, g->conf, l->line, 0, "patterns = %s: want "
	    "altinn, xsd or off", l->value);
	return true;
}

static bool
set_encodings(const struct loading *g, const struct ini_line *l,
    struct form_type *t)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{ "utf-8", FORM_UTF_8 }, { "iso-8859-1", FORM_ISO_8859_1 },
		{ "windows-1252", FORM_WINDOWS_1252 },
	};
	char *copy = arena_dup(&g->app->arena, l->value), *save = NULL, *w;
	unsigned bits = FORM_UTF_8;

	for (w = strtok_r(copy, " ,\t", &save); w != NULL;
	    w = strtok_r(NULL, " ,\t", &save)) {
		size_t i = 0;

		while (i < 3 && strcasecmp(known[i].name, w) != 0)
			i++;
		if (i == 3)
			faults_add(g->faults, g->conf, l->line, 0,
			    "encodings: %s is none of utf-8, iso-8859-1, "
			    "windows-1252", w);
		else
			bits |= known[i].bit;
	}
	t->encodings = bits;
	return true;
}

/* The keys that have two words, the first of which is what we do. */
static bool
set_switch(const struct loading *g, const struct ini_line *l,
    struct form_type *t)
{
	const struct {
		const char *key, *off, *on;
		bool *to;
	} switches[] = {
		{ "namespace", "strict", "lenient", &t->lenient.namespace },
		{ "nil", "strict", "lenient", &t->lenient.nil },
		{ "unknown", "refuse", "drop", &t->lenient.unknown },
		{ "fixed", "strict", "any", &t->lenient.fixed },
		{ "date-time", "strict", "lenient", &t->lenient.date_time },
	};

	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		if (strcmp(switches[i].key, l->key) == 0)
			return set_choice(g, l, switches[i].off,
			    switches[i].on, switches[i].to);
	return false;
}

static bool
set_key(struct loading *g, const struct ini_line *l, struct form_type *t)
{
	if (strcmp(l->key, "schema") == 0)
		t->schema = arena_dup(&g->app->arena, l->value);
	else if (strcmp(l->key, "root") == 0)
		t->root_name = arena_dup(&g->app->arena, l->value);
	else if (strcmp(l->key, "patterns") == 0)
		return set_patterns(g, l, t);
	else if (strcmp(l->key, "encodings") == 0)
		return set_encodings(g, l, t);
	else
		return set_switch(g, l, t);
	return true;
}

static void
set(void *arg, const struct ini_line *l)
{
	struct loading *g = arg;
	struct form_type *t = NULL;

	if (strncmp(l->section, "type ", 5) == 0)
		t = (struct form_type *)app_form(g->app, l->section + 5);
	if (t == NULL)
		faults_add(g->faults, g->conf, l->line, 0, "[%s]: want [type "
		    "NAME] with the id of a form type", l->section);
	else if (!set_key(g, l, t))
		faults_add(g->faults, g->conf, l->line, 0, "unknown key %s; "
		    "see flerapp.conf(5)", l->key);
}

static void
load_conf(struct loading *g)
{
	struct buf text = { 0 };

	if (exists(g, "app.conf") &&
	    read_file(g, "app.conf", CONF_MAX, &text) == 0 &&
	    text.p != NULL)
		ini_parse(g->conf, text.p, set, g, g->faults);
	buf_free(&text);
}

/* --------------------------------------------------------------------- */

static void
list_forms(struct app *a)
{
	a->forms = arena_zero(&a->arena, (a->meta.n_types + 1) *
	    sizeof *a->forms);
	for (size_t i = 0; i < a->meta.n_types; i++)
		if (a->meta.types[i].class_ref != NULL)
			a->forms[a->n_forms++] = (struct form_type){
			    .type = &a->meta.types[i],
			    .encodings = FORM_UTF_8 };
}

struct app *
app_load(const char *dir, const char *name, struct faults *f)
{
	struct app *a = mem_alloc(sizeof *a);
	struct loading g = { .app = a, .faults = f };
	size_t before = f->errors;

	a->name = arena_dup(&a->arena, name);
	g.label = arena_fmt(&a->arena, "apps/%s", name);
	g.folder = arena_fmt(&a->arena, "%s/%s", dir, g.label);
	g.conf = arena_fmt(&a->arena, "%s/app.conf", g.label);
	if (load_metadata(&g) == 0) {
		list_forms(a);
		load_conf(&g);
		list_schemas(&g, "models/");
		list_schemas(&g, "");
		for (size_t i = 0; i < a->n_forms; i++)
			load_schema(&g, &a->forms[i]);
	}
	if (f->errors > before) {
		app_free(a);
		a = NULL;
	}
	return a;
}

void
app_free(struct app *a)
{
	struct arena arena;

	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n_forms; i++) {
		model_free(a->forms[i].model);
		xsd_free(a->forms[i].xsd);
	}
	arena = a->arena;
	arena_free(&arena);
	free(a);
}

void
app_schema_missing(const struct app *a, const struct form_type *t,
    struct faults *f)
{
	struct buf label = { 0 };

	buf_fmt(&label, "apps/%s", a->name);
	faults_add(f, label.p, 0, 0, "no schema for the form type %s: want "
	    "models/%s.xsd or models/%s.xsd, or [type %s] schema = in "
	    "app.conf", t->type->id, t->type->id,
	    last_part(t->type->class_ref), t->type->id);
	buf_free(&label);
}

const struct form_type *
app_form(const struct app *a, const char *type)
{
	for (size_t i = 0; i < a->n_forms; i++)
		if (strcmp(a->forms[i].type->id, type) == 0)
			return &a->forms[i];
	return NULL;
}

const struct form_type *
app_only_form(const struct app *a)
{
	return a->n_forms == 1 ? &a->forms[0] : NULL;
}
