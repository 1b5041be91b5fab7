#include "transform/prove_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/mem.h"
#include "transform/expression.h"

/* ------------------------------------------------ members of an Instance */

/*
 * Contract 1.2 to 1.6; # is a number, * any name.  instanceOwner.party is
 * never read.
 */
static const char *const members[] = {
	"id", "appId", "org", "dueBefore", "visibleAfter", "created",
	"createdBy", "lastChanged", "lastChangedBy",
	"instanceOwner.partyId", "instanceOwner.personNumber",
	"instanceOwner.organisationNumber", "instanceOwner.username",
	"instanceOwner.externalIdentifier", "selfLinks.apps",
	"selfLinks.platform", "process.started", "process.startEvent",
	"process.ended", "process.endEvent", "process.currentTask.*",
	"status.isArchived", "status.archived", "status.isSoftDeleted",
	"status.softDeleted", "status.isHardDeleted", "status.hardDeleted",
	"status.readStatus", "status.substatus.label",
	"status.substatus.description", "completeConfirmations.#.*",
	"presentationTexts.*", "dataValues.*", "data.#.id",
	"data.#.instanceGuid", "data.#.dataType", "data.#.filename",
	"data.#.contentType", "data.#.blobStoragePath", "data.#.size",
	"data.#.contentHash", "data.#.locked", "data.#.isRead",
	"data.#.fileScanResult", "data.#.created", "data.#.createdBy",
	"data.#.lastChanged", "data.#.lastChangedBy", "data.#.selfLinks.*",
	"data.#.refs.#", "data.#.tags.#", "data.#.references.#.*",
	"data.#.metadata.#.*", "data.#.userDefinedMetadata.#.*",
	"data.#.deleteStatus.*",
};

static bool
is_member(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		size_t n = strcspn(pattern, "."), k = strcspn(path, ".");

		if (*pattern == '#' ? strspn(path, "0123456789") != k :
		    *pattern != '*' && (n != k ||
		    strncmp(pattern, path, n) != 0))
			return false;
		pattern += n + (pattern[n] == '.' ? 1 : 0);
		path += k + (path[k] == '.' ? 1 : 0);
	}
	return *pattern == '\0' && *path == '\0';
}

static void
look_at_instance(struct proof *p, const char *path,
    const struct csv_place *at)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (is_member(members[i], path))
			return;
	prove_tell(p, FAULT_WARNING, at, "instance:%s: an instance of Altinn "
	    "has no such value; it never gives one", path);
}

/* ------------------------------------------------------- names in XPath */

/* Every type of a model once: the queue is the list of those seen. */
struct types {
	const struct field_type **v;
	size_t n, cap;
};

static void
add_type(struct types *l, const struct field_type *t)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == t)
			return;
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = t;
}

static struct types
all_types(const struct model *m)
{
	const struct field *roots;
	size_t n = model_roots(m, &roots);
	struct types l = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		add_type(&l, roots[i].type);
	for (size_t i = 0; i < l.n; i++)
		for (size_t k = 0; k < l.v[i]->n_children; k++)
			add_type(&l, l.v[i]->children[k].type);
	return l;
}

static bool
called(const struct field *v, size_t n, const struct expression_name *name)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(v[i].name) == name->len &&
		    strncmp(v[i].name, name->text, name->len) == 0)
			return true;
	return false;
}

/* Whether the form may hold an element or attribute of that name. */
static bool
may_hold(const struct model *m, const struct types *l,
    const struct expression_name *name)
{
	bool attribute = name->kind == EXPRESSION_ATTRIBUTE;
	const struct field *roots;
	size_t n = model_roots(m, &roots);

	if (!attribute && called(roots, n, name))
		return true;
	for (size_t i = 0; i < l->n; i++) {
		const struct field_type *t = l->v[i];

		if (t->open || t->mixed || (attribute ?
		    called(t->attributes, t->n_attributes, name) :
		    called(t->children, t->n_children, name)))
			return true;
	}
	return false;
}

struct names {
	struct proof *proof;
	const struct form_type *form;
	const struct csv_place *at;
	struct types types;
};

static void
look_at_name(void *arg, const struct expression_name *name)
{
	struct names *n = arg;
	bool attribute = name->kind == EXPRESSION_ATTRIBUTE;

	if ((attribute || name->kind == EXPRESSION_ELEMENT) &&
	    !may_hold(n->form->model, &n->types, name))
		prove_tell(n->proof, FAULT_WARNING, n->at, "the schema %s "
		    "knows no %s %.*s anywhere; it never matches",
		    n->form->schema, attribute ? "attribute" : "element",
		    (int)name->len, name->text);
}

static void
look_at_expression(struct proof *p, const struct origin_facts *f,
    const struct csv_place *at)
{
	struct names n = { .proof = p, .form = f->form, .at = at,
	    .types = all_types(f->form->model) };

	expression_names(f->text, look_at_name, &n);
	free(n.types.v);
}

/* ------------------------------------------------------ forms of sources */

/* Omitted counts are 0 to Altinn's code (contract 12-1). */
static void
look_at_form(struct proof *p, const struct form_type *form)
{
	const struct data_type *t = form->type;
	struct csv_place at = { .file = p->route->from->meta.file,
	    .line = t->line };

	if (!t->has_max_count)
		prove_tell(p, FAULT_WARNING, &at, "the form type %s has no "
		    "maxCount, which Altinn takes for no limit; with several "
		    "of them each path gives several values: set maxCount",
		    t->id);
	if (!t->has_min_count && form == p->route->form)
		prove_tell(p, FAULT_WARNING, &at, "the form type %s has no "
		    "minCount, which Altinn takes for 0: an instance may come "
		    "without it; set minCount", t->id);
}

/* ------------------------------------------------------------ every one */

static void
look_at(struct proof *p, const struct origin *o, const struct csv_place *at)
{
	struct origin_facts f;

	if (o == NULL)
		return;
	f = origin_facts(o);
	if (f.sort == SORT_INSTANCE)
		look_at_instance(p, f.text, at);
	if (f.form == NULL)
		return;
	look_at_form(p, f.form);
	if (f.expression)
		look_at_expression(p, &f, at);
}

static void
look_at_cell(struct proof *p, const struct origin *o,
    const struct map_row *r, enum map_column column)
{
	struct csv_place at = map_place(p->route->map, r, column);

	look_at(p, o, &at);
}

static void
look_at_group(struct proof *p, const struct map_group *g)
{
	if (g->row != NULL) {
		look_at_cell(p, g->nodes, g->row, MAP_SOURCE);
		look_at_cell(p, g->when, g->row, MAP_WHEN);
	}
	for (size_t i = 0; i < g->n_rows; i++) {
		look_at_cell(p, g->rows[i]->origin, g->rows[i], MAP_SOURCE);
		look_at_cell(p, g->rows[i]->when, g->rows[i], MAP_WHEN);
	}
	for (size_t i = 0; i < g->n_groups; i++)
		look_at_group(p, g->groups[i]);
}

void
prove_sources(struct proof *p)
{
	const struct route *r = p->route;
	struct csv_place when = prove_conf(p, r->when_line, "when"),
	    each = prove_conf(p, r->for_each_line, "for-each"),
	    owner = prove_conf(p, r->owner_line, "owner");

	look_at(p, r->when, &when);
	look_at(p, r->for_each, &each);
	look_at(p, r->owner, &owner);
	if (r->map != NULL)
		look_at_group(p, map_rows(r->map));
}
