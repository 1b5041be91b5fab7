#include "transform/route.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "schemas/moment.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/id.h"
#include "spool/ini.h"
#include "spool/listing.h"
#include "spool/mem.h"
#include "transform/codes.h"
#include "transform/csv.h"

enum { CONF_MAX = 64 * 1024 };

static const char pdf_type[] = "ref-data-as-pdf";

/* The keys of route.conf; each is set at most once. */
enum key {
	FROM, TO, WHEN, FOR_EACH, FORM, TARGET_FORM, DUE, VISIBLE,
	TABLE, KEY, KIND, KEYS
};

static const struct {
	const char *section, *key;
	enum key at;
} keys[] = {
	{ "route", "from", FROM }, { "route", "to", TO },
	{ "route", "when", WHEN }, { "route", "for-each", FOR_EACH },
	{ "route", "form", FORM }, { "route", "target-form", TARGET_FORM },
	{ "route", "due-after", DUE }, { "route", "visible-after", VISIBLE },
	{ "owner", "table", TABLE }, { "owner", "key", KEY },
	{ "owner", "organisation", KIND }, { "owner", "person", KIND },
	{ "owner", "party", KIND }, { "owner", "username", KIND },
};

struct loading {
	struct route *route;
	const struct route_scope *scope;
	struct faults *faults;
	const char *folder;		/* absolute */
	const char *label;		/* routes/{route} */
	const char *conf;		/* routes/{route}/route.conf */
	const char *values[KEYS];
	long lines[KEYS];
};

static void
set(void *arg, const struct ini_line *l)
{
	struct loading *g = arg;
	size_t i = 0, n = sizeof keys / sizeof *keys;
	enum key at;

	while (i < n && (strcmp(keys[i].section, l->section) != 0 ||
	    strcmp(keys[i].key, l->key) != 0))
		i++;
	if (i == n) {
		faults_add(g->faults, g->conf, l->line, 0, "unknown key %s in "
		    "[%s]; see flerapp-route(5)", l->key, l->section);
		return;
	}
	at = keys[i].at;
	if (g->values[at] != NULL) {
		faults_add(g->faults, g->conf, l->line, 0, at == KIND ?
		    "%s: the owner has a kind already in line %ld; exactly "
		    "one is allowed" : "%s is already set in line %ld",
		    l->key, g->lines[at]);
		return;
	}
	g->values[at] = arena_dup(g->scope->arena, l->value);
	g->lines[at] = l->line;
	if (at == KIND)
		owner_kind_lookup(l->key, &g->route->owner_kind);
}

static void
wrong(struct loading *g, enum key at, const char *text)
{
	const char *name = NULL;

	for (size_t i = 0; i < sizeof keys / sizeof *keys && name == NULL;
	    i++)
		if (keys[i].at == at)
			name = keys[i].key;
	faults_add(g->faults, g->conf, g->lines[at], 0, "%s%s%s: %s", name,
	    g->values[at] != NULL ? " = " : "",
	    g->values[at] != NULL ? g->values[at] : "", text);
}

/* ------------------------------------------------------- apps and forms */

static const struct app *
find_app(struct loading *g, enum key at)
{
	const struct route_scope *s = g->scope;
	const char *name = g->values[at];
	const struct app *app = name != NULL ? s->app(s->arg, name) : NULL;

	if (name == NULL)
		wrong(g, at, "is missing; want {org}/{app}");
	else if (app == NULL && s->app_faulty(s->arg, name))
		wrong(g, at, "this app has faults of its own");
	else if (app == NULL)
		wrong(g, at, "there is no such app below apps/");
	return app;
}

/* Every form of A is checked, whether the map reads it or not. */
static void
need_schemas(struct loading *g, const struct app *app)
{
	for (size_t i = 0; i < app->n_forms; i++)
		if (app->forms[i].model == NULL)
			app_schema_missing(app, &app->forms[i], g->faults);
}

static const struct form_type *
find_form(struct loading *g, const struct app *app, enum key at)
{
	const char *name = g->values[at];
	const struct form_type *t = name != NULL ? app_form(app, name) :
	    app_only_form(app);

	if (t == NULL && name != NULL)
		wrong(g, at, "the app has no form type of this name");
	else if (t == NULL && at == TARGET_FORM)
		wrong(g, at, "say which; the app has not exactly one form "
		    "type");
	return t;
}

static void
find_target(struct loading *g)
{
	struct route *r = g->route;

	r->target = find_form(g, r->to, TARGET_FORM);
	if (r->target != NULL && r->target->model == NULL) {
		app_schema_missing(r->to, r->target, g->faults);
		r->target = NULL;
	} else if (r->target != NULL && r->target->root == NULL) {
		faults_add(g->faults, g->conf, 0, 0, "which element of %s is "
		    "the root of %s cannot be told; set [type %s] root = in "
		    "apps/%s/app.conf", r->target->schema,
		    r->target->type->id, r->target->type->id, r->to->name);
		r->target = NULL;
	}
}

static int64_t
read_span(struct loading *g, enum key at)
{
	int64_t span = -1;

	if (g->values[at] == NULL)
		return -1;
	span = moment_span(g->values[at]);
	if (span == -1)
		wrong(g, at, "want a time as 30d, 12h or 0d");
	return span;
}

/* -------------------------------------------------------- owner, sources */

static struct origin_scope
origin_scope(const struct loading *g)
{
	const struct route *r = g->route;

	return (struct origin_scope){ .arena = g->scope->arena,
	    .takes = g->scope->takes, .app = r->from, .form = r->form,
	    .owners = r->owners, .base = r->for_each,
	    .base_lost = r->for_each == NULL && g->values[FOR_EACH] != NULL,
	    .owners_lost = r->owners == NULL && g->values[TABLE] != NULL };
}

static struct origin *
read_origin(struct loading *g, enum key at, bool below_each)
{
	struct origin_scope scope = origin_scope(g);
	struct csv_place place = { .file = g->conf, .line = g->lines[at],
	    .name = at == WHEN ? "when" : at == FOR_EACH ? "for-each" :
	    "owner" };

	if (g->values[at] == NULL)
		return NULL;
	if (!below_each) {
		scope.base = NULL;
		scope.base_lost = false;
	}
	return origin_new(g->values[at], &scope, &place, g->faults);
}

static void
read_table(struct loading *g)
{
	const char *name = g->values[TABLE];
	char *label, *path;

	if (strchr(name, '/') != NULL || name[0] == '.') {
		wrong(g, TABLE, "want a file in the route's folder");
		return;
	}
	label = arena_fmt(g->scope->arena, "%s/%s", g->label, name);
	path = arena_fmt(g->scope->arena, "%s/%s", g->folder, name);
	g->route->owners = owner_table_load(label, path, g->scope->conf,
	    g->faults);
	if (g->values[KEY] == NULL)
		wrong(g, KEY, "is missing; table = needs it");
}

static void
read_owner(struct loading *g)
{
	bool table = g->values[TABLE] != NULL;
	enum key at = table ? KEY : KIND;

	if (table && g->values[KIND] != NULL)
		faults_add(g->faults, g->conf, g->lines[KIND], 0,
		    "[owner] has both table and a kind; exactly one is "
		    "allowed");
	if (!table && g->values[KIND] == NULL)
		faults_add(g->faults, g->conf, 0, 0, "[owner] wants exactly "
		    "one of organisation, person, party, username, or table "
		    "and key");
	if (!table && g->values[KEY] != NULL)
		wrong(g, KEY, "needs table =");
	g->route->owner = read_origin(g, at, true);
}

/* ---------------------------------------------------------- attachments */

enum { TARGET, SOURCE, REQUIRED, WHICH, NOTE, COLUMNS };

static const struct csv_column columns[COLUMNS] = {
	[TARGET] = { "target", true }, [SOURCE] = { "source", true },
	[REQUIRED] = { "required", false }, [WHICH] = { "which", false },
	[NOTE] = { "note", false },
};

/* One of two words; the first is meant when the cell is empty. */
static bool
choice(struct loading *g, const struct csv *t, size_t row, size_t column,
    const char *off, const char *on, bool preset)
{
	const char *text = csv_cell(t, row, column);
	struct csv_place place = csv_place(t, row, column);

	if (*text == '\0')
		return preset;
	if (strcmp(text, on) != 0 && strcmp(text, off) != 0)
		csv_fault(g->faults, &place, "%s: want %s or %s", text, off,
		    on);
	return strcmp(text, on) == 0;
}

static void
read_attachment(struct loading *g, const struct csv *t, size_t row)
{
	struct route *r = g->route;
	struct route_attachment *a = &r->attachments[r->n_attachments++];
	const char *target = csv_cell(t, row, TARGET);
	struct csv_place at = csv_place(t, row, TARGET);

	a->line = at.line;
	a->target_column = at.column;
	a->source_column = csv_place(t, row, SOURCE).column;
	a->source = arena_dup(g->scope->arena, csv_cell(t, row, SOURCE));
	a->target = appmeta_type(&r->to->meta, target);
	a->required = choice(g, t, row, REQUIRED, "no", "yes", false);
	a->last = choice(g, t, row, WHICH, "all", "last",
	    strcmp(a->source, pdf_type) == 0);
	if (strcmp(target, pdf_type) == 0)
		csv_fault(g->faults, &at, "%s: Altinn makes this type itself "
		    "and refuses it; use another", target);
	else if (a->target == NULL)
		csv_fault(g->faults, &at, "%s: %s has no data type of this "
		    "name", target, r->to->name);
	else if (a->target->class_ref != NULL)
		csv_fault(g->faults, &at, "%s: this type holds a form, not a "
		    "file", target);
	at = csv_place(t, row, SOURCE);
	/* Altinn makes the receipt in every app, named or not. */
	if (appmeta_type(&r->from->meta, a->source) == NULL &&
	    strcmp(a->source, pdf_type) != 0)
		csv_fault(g->faults, &at, "%s: %s has no data type of this "
		    "name", a->source, r->from->name);
}

static void
read_attachments(struct loading *g)
{
	static const struct csv_format format = { columns, COLUMNS, false };
	struct arena *arena = g->scope->arena;
	const char *label = arena_fmt(arena, "%s/attachments.csv", g->label);
	const char *path = arena_fmt(arena, "%s/attachments.csv", g->folder);
	struct csv t = { .n_rows = 0 };
	struct stat st;
	struct err e;
	int there = fsx_look(AT_FDCWD, path, &st, &e);

	if (there == -1)
		faults_add(g->faults, label, 0, 0, "%s", e.text);
	if (there != 1)
		return;
	if (csv_load(&t, label, path, &format, g->faults) == 0) {
		g->route->attachments = arena_zero(arena, (t.n_rows + 1) *
		    sizeof *g->route->attachments);
		for (size_t i = 0; i < t.n_rows; i++)
			read_attachment(g, &t, i);
	}
	csv_done(&t);
}

/* ----------------------------------------------------------------- load */

static void
read_map(struct loading *g)
{
	struct map_scope scope = { .origins = origin_scope(g),
	    .target = g->route->target, .codes = g->route->codes };
	const char *path = arena_fmt(g->scope->arena, "%s/map.csv",
	    g->folder);

	if (g->route->target != NULL && !g->scope->without_map)
		g->route->map = map_bind(g->route->file, path, &scope,
		    g->faults);
}

/*
 * The dictionary of /instances/create reaches every auto-created form of the
 * first task with the same values (contract 4.6), carries no data values and
 * no files (4.1), and knows no lists (5.2).
 */
static bool
may_create(const struct route *r)
{
	struct map_row *const *rows;
	size_t automatic = 0;

	for (size_t i = 0; i < r->to->n_forms; i++)
		automatic += r->to->forms[i].type->auto_create ? 1 : 0;
	return r->map != NULL && map_is_flat(r->map) &&
	    map_data_values(r->map, &rows) == 0 && r->n_attachments == 0 &&
	    r->target->type->auto_create && automatic == 1;
}

static void
hash_files(struct loading *g)
{
	struct arena *arena = g->scope->arena;
	const char *folders[3] = { g->label,
	    arena_fmt(arena, "apps/%s", g->route->from->name),
	    arena_fmt(arena, "apps/%s", g->route->to->name) };

	listing_hash(g->scope->dir, folders, 3, g->route->sha256, g->faults);
}

/* Without these nothing else can be looked at. */
static bool
find_ends(struct loading *g)
{
	struct route *r = g->route;
	size_t before = g->faults->errors;

	r->from = find_app(g, FROM);
	r->to = find_app(g, TO);
	if (r->from == NULL || r->to == NULL)
		return false;
	need_schemas(g, r->from);
	r->form = find_form(g, r->from, FORM);
	find_target(g);
	return g->faults->errors == before;
}

static void
read_all(struct loading *g)
{
	struct route *r = g->route;

	r->when_text = g->values[WHEN];
	r->for_each_text = g->values[FOR_EACH];
	r->owner_text = g->values[g->values[TABLE] != NULL ? KEY : KIND];
	r->due_after = read_span(g, DUE);
	r->visible_after = read_span(g, VISIBLE);
	r->codes = codes_set_load(g->label, g->folder, g->faults);
	if (g->values[TABLE] != NULL)
		read_table(g);
	if (!find_ends(g))
		return;
	r->when_line = g->lines[WHEN];
	r->for_each_line = g->lines[FOR_EACH];
	r->owner_line = g->lines[g->values[TABLE] != NULL ? KEY : KIND];
	r->when = read_origin(g, WHEN, false);
	r->for_each = read_origin(g, FOR_EACH, false);
	if (r->for_each != NULL && !origin_gives_nodes(r->for_each))
		wrong(g, FOR_EACH, "want a path to elements");
	read_owner(g);
	read_attachments(g);
	read_map(g);
	r->may_create = may_create(r);
	hash_files(g);
	if (g->scope->prove != NULL)
		g->scope->prove(r, g->faults);
}

static int
read_conf(struct loading *g)
{
	const char *path = arena_fmt(g->scope->arena, "%s/route.conf",
	    g->folder);
	struct buf text = { 0 };
	struct err e;
	int rc = fsx_read(AT_FDCWD, path, CONF_MAX, &text, &e);

	if (rc == -1)
		faults_add(g->faults, g->conf, 0, 0, "%s", e.text);
	else if (text.p != NULL)
		ini_parse(g->conf, text.p, set, g, g->faults);
	buf_free(&text);
	return rc;
}

struct route *
route_load(const char *name, const struct route_scope *s, struct faults *f)
{
	struct route *r = mem_alloc(sizeof *r);
	struct loading g = { .route = r, .scope = s, .faults = f };
	size_t before = f->errors;

	r->name = arena_dup(s->arena, name);
	r->due_after = r->visible_after = -1;
	g.label = arena_fmt(s->arena, "routes/%s", name);
	g.folder = arena_fmt(s->arena, "%s/%s", s->dir, g.label);
	g.conf = arena_fmt(s->arena, "%s/route.conf", g.label);
	r->folder = g.label;
	r->file = arena_fmt(s->arena, "%s/map.csv", g.label);
	if (!id_route_ok(name))
		faults_add(f, g.label, 0, 0, "a route's name is made of a-z, "
		    "A-Z, 0-9, dot, hyphen and underscore, at most %d",
		    ID_ROUTE_MAX);
	else if (read_conf(&g) == 0)
		read_all(&g);
	if (f->errors > before) {
		route_free(r);
		r = NULL;
	}
	return r;
}

void
route_free(struct route *r)
{
	if (r == NULL)
		return;
	map_free(r->map);
	origin_free(r->when);
	origin_free(r->for_each);
	origin_free(r->owner);
	owner_table_free(r->owners);
	codes_set_free(r->codes);
	free(r);
}
