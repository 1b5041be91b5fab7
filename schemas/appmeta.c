#include "schemas/appmeta.h"

#include <string.h>

#include "schemas/jsonin.h"
#include "schemas/jsonline.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "spool/id.h"

enum { TYPES_MAX = 1000, CONTENT_TYPES_MAX = 500, FIELDS_MAX = 1000 };

/* What is being read, for the faults. */
struct reading {
	struct arena *arena;
	struct faults *faults;
	const char *file;
	const char *where;
	long line;			/* of the item, 0 */
	const char *text;
	size_t n;
};

static void
wrong(const struct reading *r, const char *name, const char *want)
{
	faults_add(r->faults, r->file, r->line, 0, "%s%s: want %s", r->where,
	    name, want);
}

static const char *
text(const struct reading *r, const json_t *in, const char *name,
    bool required)
{
	const json_t *v = jsonin_get_any_case(in, name);

	if (v == NULL ? required : !json_is_string(v))
		wrong(r, name, "a text");
	return arena_dup(r->arena, json_string_value(v));
}

static int64_t
whole(const struct reading *r, const json_t *in, const char *name, bool *has)
{
	const json_t *v = jsonin_get_any_case(in, name);

	*has = v != NULL;
	if (v != NULL && !json_is_integer(v))
		wrong(r, name, "a whole number");
	return json_integer_value(v);
}

static bool
truth(const struct reading *r, const json_t *in, const char *name)
{
	const json_t *v = jsonin_get_any_case(in, name);

	if (v != NULL && !json_is_boolean(v))
		wrong(r, name, "true or false");
	return json_is_true(v);
}

static void
content_types(const struct reading *r, const json_t *in, struct data_type *t)
{
	const json_t *list = jsonin_get_any_case(in, "allowedContentTypes");
	size_t n = json_array_size(list);
	const char **v;

	if ((list != NULL && !json_is_array(list)) ||
	    n > CONTENT_TYPES_MAX) {
		wrong(r, "allowedContentTypes", "a list of texts");
		return;
	}
	v = arena_zero(r->arena, (n + 1) * sizeof *v);
	for (size_t i = 0; i < n; i++) {
		const json_t *x = json_array_get(list, i);

		if (json_is_string(x))
			v[t->n_content_types++] = arena_dup(r->arena,
			    json_string_value(x));
		else
			wrong(r, "allowedContentTypes", "a list of texts");
	}
	t->content_types = v;
}

/* The misspelt name is read first (contract 2.2). */
static bool
app_owned(const json_t *in)
{
	const json_t *list = jsonin_get_any_case(in, "allowedContributers");
	const char *only;

	if (list == NULL)
		list = jsonin_get_any_case(in, "allowedContributors");
	only = json_string_value(json_array_get(list, 0));
	return json_array_size(list) == 1 && only != NULL &&
	    strcmp(only, "app:owned") == 0;
}

static void
read_type(struct reading *r, const json_t *in, struct data_type *t)
{
	const json_t *logic;

	if (!json_is_object(in)) {
		wrong(r, "", "an object");
		return;
	}
	t->id = text(r, in, "id", true);
	if (t->id != NULL && !id_type_ok(t->id))
		wrong(r, "id", "an id without slash, quote or control "
		    "character");
	if (t->id != NULL)
		r->where = arena_fmt(r->arena, "dataTypes %s: ", t->id);
	t->task = text(r, in, "taskId", false);
	content_types(r, in, t);
	t->max_size = whole(r, in, "maxSize", &t->has_max_size);
	t->max_count = whole(r, in, "maxCount", &t->has_max_count);
	t->min_count = whole(r, in, "minCount", &t->has_min_count);
	t->app_owned = app_owned(in);
	t->file_scan = truth(r, in, "enableFileScan");
	t->pending_blocks = truth(r, in, "validationErrorOnPendingFileScan");
	logic = jsonin_get_any_case(in, "appLogic");
	if (logic != NULL && !json_is_object(logic))
		wrong(r, "appLogic", "an object");
	t->class_ref = text(r, logic, "classRef", false);
	t->auto_create = truth(r, logic, "autoCreate");
}

static void
read_types(struct reading *r, const json_t *root, struct appmeta *m)
{
	const json_t *list = jsonin_get_any_case(root, "dataTypes");
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > TYPES_MAX) {
		wrong(r, "dataTypes", "a list of data types");
		return;
	}
	m->types = arena_zero(r->arena, (n + 1) * sizeof *m->types);
	for (size_t i = 0; i < n; i++) {
		struct data_type *t = &m->types[m->n_types];

		r->where = arena_fmt(r->arena, "dataTypes[%zu] ", i);
		r->line = t->line = jsonline_item(r->text, r->n, "dataTypes",
		    i);
		read_type(r, json_array_get(list, i), t);
		if (t->id == NULL)
			continue;
		if (appmeta_type(m, t->id) != NULL)
			wrong(r, "id", "each id once");
		m->n_types++;
	}
	r->where = "";
	r->line = 0;
}

/* Lists of {id, path, dataTypeId} (contract 6). */
static void
read_fields(struct reading *r, const json_t *root, const char *key,
    struct shown_fields *f)
{
	const json_t *list = jsonin_get_any_case(root, key);
	size_t n = json_array_size(list);

	f->key = key;
	if ((list != NULL && !json_is_array(list)) || n > FIELDS_MAX) {
		wrong(r, key, "a list of fields");
		return;
	}
	f->v = arena_zero(r->arena, (n + 1) * sizeof *f->v);
	for (size_t i = 0; i < n; i++) {
		const json_t *in = json_array_get(list, i);
		struct shown_field *x = &f->v[f->n++];

		r->where = arena_fmt(r->arena, "%s[%zu] ", key, i);
		r->line = x->line = jsonline_item(r->text, r->n, key, i);
		x->id = text(r, in, "id", false);
		x->path = text(r, in, "path", false);
		x->type = text(r, in, "dataTypeId", false);
	}
	r->where = "";
	r->line = 0;
}

static void
read_parties(struct reading *r, const json_t *root, struct party_types *p)
{
	const json_t *in = jsonin_get_any_case(root, "partyTypesAllowed");

	if (in != NULL && !json_is_object(in))
		wrong(r, "partyTypesAllowed", "an object");
	r->where = "partyTypesAllowed ";
	p->bankruptcy_estate = truth(r, in, "bankruptcyEstate");
	p->organisation = truth(r, in, "organisation");
	p->person = truth(r, in, "person");
	p->sub_unit = truth(r, in, "subUnit");
	r->where = "";
}

int
appmeta_read(struct appmeta *m, struct arena *arena, const char *file,
    const char *text_in, size_t n, struct faults *f)
{
	struct reading r = { .arena = arena, .faults = f, .file = file,
	    .where = "", .text = text_in, .n = n };
	struct jsonin_error e;
	size_t before = f->errors;
	json_t *root;

	memset(m, 0, sizeof *m);
	m->file = arena_dup(arena, file);
	root = jsonin_lenient(text_in, n, &e);
	if (!json_is_object(root)) {
		faults_add(f, file, root == NULL ? e.line : 1,
		    root == NULL ? e.column : 0, "not an application "
		    "metadata document: %s", root == NULL ? e.text :
		    "want an object");
	} else {
		m->id = text(&r, root, "id", true);
		m->org = text(&r, root, "org", false);
		read_types(&r, root, m);
		read_parties(&r, root, &m->parties);
		read_fields(&r, root, "presentationFields", &m->shown);
		read_fields(&r, root, "dataFields", &m->kept);
	}
	json_decref(root);
	return f->errors > before ? -1 : 0;
}

const struct data_type *
appmeta_type(const struct appmeta *m, const char *id)
{
	for (size_t i = 0; i < m->n_types; i++)
		if (strcmp(m->types[i].id, id) == 0)
			return &m->types[i];
	return NULL;
}

bool
appmeta_allows(const struct data_type *t, const char *type, bool strict)
{
	size_t n = strict ? strlen(type) : strcspn(type, ";");
	bool hit = t->n_content_types == 0;

	while (!strict && n > 0 && type[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < t->n_content_types && !hit; i++) {
		const char *allowed = t->content_types[i];

		hit = strlen(allowed) == n && (strict ?
		    strncmp(allowed, type, n) == 0 :
		    strncasecmp(allowed, type, n) == 0);
	}
	return hit;
}
