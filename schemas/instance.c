#include "schemas/instance.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/jsonin.h"
#include "schemas/moment.h"
#include "spool/arena.h"
#include "spool/finding.h"
#include "spool/number.h"

static const char file[] = "instance.json";

enum kind { TEXT, OBJECT, LIST, TRUTH, WHOLE, TIME };

/* The members that we read, of which kind they are, and which must be. */
struct member {
	const char *parent, *name;
	enum kind kind;
	bool required;
};

static const struct member members[] = {
	{ NULL, "id", TEXT, true },
	{ NULL, "instanceOwner", OBJECT, true },
	{ "instanceOwner", "partyId", TEXT, true },
	{ "instanceOwner", "personNumber", TEXT, false },
	{ "instanceOwner", "organisationNumber", TEXT, false },
	{ "instanceOwner", "username", TEXT, false },
	{ NULL, "appId", TEXT, true },
	{ NULL, "org", TEXT, false },
	{ NULL, "process", OBJECT, false },
	{ "process", "started", TIME, false },
	{ "process", "ended", TIME, false },
	{ "process", "endEvent", TEXT, false },
	{ "process", "currentTask", OBJECT, false },
	{ NULL, "status", OBJECT, false },
	{ "status", "isArchived", TRUTH, false },
	{ "status", "archived", TIME, false },
	{ "status", "isSoftDeleted", TRUTH, false },
	{ "status", "softDeleted", TIME, false },
	{ "status", "isHardDeleted", TRUTH, false },
	{ "status", "hardDeleted", TIME, false },
	{ NULL, "data", LIST, true },
	{ NULL, "dataValues", OBJECT, false },
	{ NULL, "presentationTexts", OBJECT, false },
};

static const struct member element_members[] = {
	{ NULL, "id", TEXT, true },
	{ NULL, "instanceGuid", TEXT, false },
	{ NULL, "dataType", TEXT, true },
	{ NULL, "filename", TEXT, false },
	{ NULL, "contentType", TEXT, false },
	{ NULL, "blobStoragePath", TEXT, false },
	{ NULL, "size", WHOLE, true },
	{ NULL, "contentHash", TEXT, false },
	{ NULL, "created", TIME, false },
	{ NULL, "fileScanResult", TEXT, false },
	{ NULL, "deleteStatus", OBJECT, false },
	{ "deleteStatus", "isHardDeleted", TRUTH, false },
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool
kind_ok(const json_t *v, enum kind kind)
{
	int64_t seconds;

	switch (kind) {
	case TEXT:
		return json_is_string(v);
	case OBJECT:
		return json_is_object(v);
	case LIST:
		return json_is_array(v);
	case TRUTH:
		return json_is_boolean(v);
	case WHOLE:
		return json_is_integer(v) && json_integer_value(v) >= 0;
	case TIME:
		return json_is_string(v) &&
		    moment_parse(json_string_value(v), &seconds);
	}
	return false;
}

static const char *
kind_text(enum kind kind)
{
	static const char *const texts[] = {
		[TEXT] = "a text", [OBJECT] = "an object", [LIST] = "a list",
		[TRUTH] = "true or false", [WHOLE] = "a whole number",
		[TIME] = "a date-time as 2026-03-02T08:09:30.5Z",
	};

	return texts[kind];
}

static void __attribute__((format(printf, 3, 4)))
malformed(struct findings *f, const char *path, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	findings_add(f, F_INSTANCE_MALFORMED, file, 0, path, "%s",
	    arena_vfmt(f->arena, fmt, ap));
	va_end(ap);
}

/* All findings so far: a full list does not grow. */
static size_t
told(const struct findings *f)
{
	return f->n + f->left_out;
}

static bool
members_ok(const json_t *root, const struct member *table, size_t n,
    const char *where, struct findings *f)
{
	size_t before = told(f);

	for (size_t i = 0; i < n; i++) {
		const struct member *m = &table[i];
		const json_t *in = m->parent == NULL ? root :
		    jsonin_get(root, m->parent), *v;
		const char *path = arena_fmt(f->arena, "%s%s%s%s", where,
		    m->parent != NULL ? m->parent : "",
		    m->parent != NULL ? "." : "", m->name);

		v = json_is_object(in) ? jsonin_get(in, m->name) : NULL;
		if (v == NULL && m->required)
			malformed(f, path, "the member is missing");
		else if (v != NULL && !kind_ok(v, m->kind))
			malformed(f, path, "want %s", kind_text(m->kind));
	}
	return told(f) == before;
}

static const char *
text_of(const json_t *object, const char *parent, const char *name)
{
	const json_t *in = parent == NULL ? object :
	    jsonin_get(object, parent);

	return json_string_value(jsonin_get(in, name));
}

static bool
truth_of(const json_t *object, const char *parent, const char *name)
{
	return json_is_true(jsonin_get(jsonin_get(object, parent), name));
}

static void
inconsistent(struct findings *f, const char *path, const char *text)
{
	findings_add(f, F_INSTANCE_INCONSISTENT, file, 0, path, "%s", text);
}

/* Contract 10.4: id is {partyId}/{guid}, appId begins with org. */
static void
identity_ok(struct instance *in, struct findings *f)
{
	const char *slash = strchr(in->id, '/');
	size_t n = strlen(in->org != NULL ? in->org : "");

	if (slash != NULL && id_guid_ok(slash + 1))
		memcpy(in->guid, slash + 1, sizeof in->guid);
	else
		inconsistent(f, "id", "the id does not end in a GUID in "
		    "lower case");
	if (!number_digits(in->party, strlen(in->party)) ||
	    strlen(in->party) < 1 || strlen(in->party) > 10)
		inconsistent(f, "instanceOwner.partyId", "the party id is "
		    "not a number");
	else if (slash == NULL || (size_t)(slash - in->id) !=
	    strlen(in->party) || strncmp(in->id, in->party,
	    strlen(in->party)) != 0)
		inconsistent(f, "id", "the id does not begin with the "
		    "owner's partyId");
	if (!id_app_ok(in->app))
		inconsistent(f, "appId", "want {org}/{app}");
	else if (n > 0 && (strncmp(in->app, in->org, n) != 0 ||
	    in->app[n] != '/'))
		inconsistent(f, "appId", "the app does not belong to org");
}

static void
element_ok(const struct instance *in, const json_t *v, size_t i,
    struct findings *f)
{
	const struct element *x = &in->elements[i];
	const char *where = arena_fmt(f->arena, "data.%zu", i);
	const char *guid = text_of(v, NULL, "instanceGuid");
	const char *blob = text_of(v, NULL, "blobStoragePath");
	const char *want = arena_fmt(f->arena, "%s/%s/data/%s", in->app,
	    in->guid, x->id);

	if (!id_guid_ok(x->id))
		inconsistent(f, where, "the element's id is not a GUID in "
		    "lower case");
	if (guid != NULL && strcmp(guid, in->guid) != 0)
		inconsistent(f, where, "the element belongs to another "
		    "instance");
	if (blob != NULL && strcmp(blob, want) != 0)
		inconsistent(f, where, "blobStoragePath is not that of this "
		    "element");
	for (size_t k = 0; k < i; k++)
		if (strcmp(in->elements[k].id, x->id) == 0)
			inconsistent(f, where, "the element is listed twice");
}

static void
read_element(struct element *x, const json_t *v)
{
	*x = (struct element){
		.id = text_of(v, NULL, "id"),
		.type = text_of(v, NULL, "dataType"),
		.content_type = text_of(v, NULL, "contentType"),
		.filename = text_of(v, NULL, "filename"),
		.created = text_of(v, NULL, "created"),
		.content_hash = text_of(v, NULL, "contentHash"),
		.scan = text_of(v, NULL, "fileScanResult"),
		.size = json_integer_value(jsonin_get(v, "size")),
		.deleted = truth_of(v, "deleteStatus", "isHardDeleted"),
	};
}

static int
read_elements(struct instance *in, struct arena *arena, struct findings *f)
{
	const json_t *list = jsonin_get(in->root, "data");
	size_t n = json_array_size(list), before = told(f);

	if (n > INSTANCE_ELEMENTS_MAX) {
		malformed(f, "data", "more than %d data elements",
		    INSTANCE_ELEMENTS_MAX);
		return -1;
	}
	in->elements = arena_zero(arena, (n + 1) * sizeof *in->elements);
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(list, i);
		char *where = arena_fmt(arena, "data.%zu.", i);

		if (!members_ok(v, element_members, COUNT(element_members),
		    where, f))
			continue;
		read_element(&in->elements[in->n_elements++], v);
	}
	if (told(f) > before)
		return -1;
	for (size_t i = 0; i < n; i++)
		element_ok(in, json_array_get(list, i), i, f);
	return 0;
}

static void
read_members(struct instance *in)
{
	const json_t *r = in->root;

	in->id = text_of(r, NULL, "id");
	in->app = text_of(r, NULL, "appId");
	in->org = text_of(r, NULL, "org");
	in->party = text_of(r, "instanceOwner", "partyId");
	in->started = text_of(r, "process", "started");
	in->ended = text_of(r, "process", "ended");
	in->end_event = text_of(r, "process", "endEvent");
	in->has_task = jsonin_get(jsonin_get(r, "process"),
	    "currentTask") != NULL;
	in->archived = text_of(r, "status", "archived");
	in->is_archived = truth_of(r, "status", "isArchived");
	in->is_deleted = truth_of(r, "status", "isSoftDeleted") ||
	    truth_of(r, "status", "isHardDeleted");
}

int
instance_read(struct instance *in, struct arena *arena, const char *text,
    size_t n, struct findings *f)
{
	struct jsonin_error e;

	*in = (struct instance){ .root = jsonin_strict(text, n, &e) };
	if (in->root == NULL) {
		findings_add(f, F_INSTANCE_MALFORMED, file, e.line, NULL,
		    "not JSON as RFC 8259 has it: %s", e.text);
		return -1;
	}
	if (!json_is_object(in->root)) {
		malformed(f, NULL, "the document is not an object");
		return -1;
	}
	if (!members_ok(in->root, members, COUNT(members), "", f))
		return -1;
	read_members(in);
	identity_ok(in, f);
	return read_elements(in, arena, f);
}

void
instance_done(struct instance *in)
{
	json_decref(in->root);
	*in = (struct instance){ 0 };
}

static void
process_ok(const struct instance *in, struct findings *f)
{
	int64_t started, ended, archived;

	if (in->has_task)
		findings_add(f, F_PROCESS_INCONSISTENT, file, 0,
		    "process.currentTask", "an ended process has no current "
		    "task");
	if (!moment_parse(in->ended, &ended))
		return;
	if (in->started != NULL && moment_parse(in->started, &started) &&
	    ended < started)
		findings_add(f, F_PROCESS_INCONSISTENT, file, 0,
		    "process.ended", "the process ended before it started");
	if (in->is_archived && in->archived != NULL &&
	    moment_parse(in->archived, &archived) && archived != ended)
		findings_add(f, F_PROCESS_INCONSISTENT, file, 0,
		    "status.archived", "archived is not the second in which "
		    "the process ended");
}

void
instance_complete(const struct instance *in, struct findings *f)
{
	bool ended = in->ended != NULL && in->end_event != NULL &&
	    in->end_event[0] != '\0';

	if (in->is_deleted)
		findings_add(f, F_DELETED, file, 0, "status",
		    "the instance is deleted");
	if (!ended)
		findings_add(f, F_NOT_ENDED, file, 0, "process",
		    "the process has not ended");
	else
		process_ok(in, f);
	if (!in->is_archived || in->archived == NULL)
		findings_add(f, F_NOT_ARCHIVED, file, 0, "status",
		    "the instance is not archived");
}

const struct element *
instance_element(const struct instance *in, const char *id)
{
	for (size_t i = 0; i < in->n_elements; i++)
		if (strcmp(in->elements[i].id, id) == 0)
			return &in->elements[i];
	return NULL;
}
