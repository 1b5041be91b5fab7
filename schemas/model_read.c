#include "schemas/model_read.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/dom.h"
#include "spool/mem.h"

/* ----------------------------------------------------------------- types */

static struct model_type *
make(struct reader *r, const void *key, xmlNodePtr node)
{
	struct model_type *type = arena_zero(&r->model->arena, sizeof *type);

	r->made = mem_grow(r->made, &r->cap_made, r->n_made + 1,
	    sizeof *r->made);
	r->made[r->n_made++] = (struct made){ key, node, type };
	return type;
}

/* The documents are ours as long as we read; a node keeps its type. */
const struct field_type *
model_type(struct reader *r, xmlNodePtr n)
{
	struct model_type *type = n->_private;

	if (type != NULL)
		return &type->t;
	type = make(r, n, n);
	n->_private = type;
	type->t.name = dom_token(&r->model->arena, n, "name");
	if (dom_is(n, "simpleType"))
		type->t.simple = model_simple(r, n);
	return &type->t;
}

static const struct field_type *
builtin(struct reader *r, const char *name)
{
	const struct simple *s = value_builtin(name);
	struct model_type *type;

	if (s == NULL)
		return &r->any->t;
	for (size_t i = 0; i < r->n_made; i++)
		if (r->made[i].key == s)
			return &r->made[i].type->t;
	type = make(r, s, NULL);
	type->t.name = s->builtin;
	type->t.simple = s;
	return &type->t;
}

const struct field_type *
model_type_named(struct reader *r, xmlNodePtr from, const char *attribute)
{
	struct qname q = model_qname(r, from, attribute);
	struct part *p;

	if (dom_same(q.ns, DOM_XSD_NS))
		return builtin(r, q.name);
	p = model_part(r, PART_TYPE, from, q);
	return p != NULL ? model_type(r, p->node) : &r->any->t;
}

static void
settle(struct reader *r, struct fields *list, struct field **v, size_t *n,
    struct model_index *index)
{
	*v = arena_take(&r->model->arena, list->n * sizeof **v);
	*n = list->n;
	if (list->n > 0)
		memcpy(*v, list->v, list->n * sizeof **v);
	model_index(&r->model->arena, index, *v, *n);
	free(list->v);
}

static void
fill(struct reader *r, xmlNodePtr n, struct model_type *type)
{
	struct fields children = { 0 }, attributes = { 0 };
	struct field_type *t = &type->t;

	t->simple = model_simple_content(r, n);
	if (t->simple == NULL)
		model_content(r, n, &children);
	model_attributes(r, n, &attributes);
	t->mixed = children.mixed;
	t->open = children.open || attributes.open;
	t->any_order = children.any_order;
	settle(r, &children, &t->children, &t->n_children, &type->children);
	settle(r, &attributes, &t->attributes, &t->n_attributes,
	    &type->attributes);
}

/* ---------------------------------------------------------- declarations */

static const struct field_type *
type_of(struct reader *r, xmlNodePtr n, enum field_kind kind)
{
	xmlNodePtr inner = dom_child(n, "complexType");
	struct qname head;
	struct part *p;

	if (inner == NULL)
		inner = dom_child(n, "simpleType");
	if (inner != NULL)
		return model_type(r, inner);
	if (xmlHasNsProp(n, (const xmlChar *)"type", NULL) != NULL)
		return model_type_named(r, n, "type");
	if (kind == FIELD_ATTRIBUTE)
		return builtin(r, "anySimpleType");
	head = model_qname(r, n, "substitutionGroup");
	p = head.name == NULL ? NULL : model_part(r, PART_ELEMENT, n, head);
	return p != NULL ? type_of(r, p->node, kind) : &r->any->t;
}

/* Local names are in the namespace only where the schema says so. */
static bool
qualified(struct reader *r, xmlNodePtr n, enum field_kind kind)
{
	xmlNodePtr schema = xmlDocGetRootElement(n->doc);
	const char *form = dom_token(&r->arena, n, "form");

	if (n->parent == schema)
		return true;
	if (form == NULL)
		form = dom_token(&r->arena, schema, kind == FIELD_ELEMENT ?
		    "elementFormDefault" : "attributeFormDefault");
	return dom_same(form, "qualified");
}

void
model_declare(struct reader *r, xmlNodePtr n, enum field_kind kind,
    struct field *f)
{
	struct arena *a = &r->model->arena;
	const struct xsd_document *d = model_document(r, n);

	*f = (struct field){ .kind = kind, .min = 1, .max = 1,
	    .name = dom_token(a, n, "name"),
	    .ns = qualified(r, n, kind) ? d->ns : NULL,
	    .nillable = dom_true(n, "nillable"),
	    .fixed = dom_text(a, n, "fixed"),
	    .preset = dom_text(a, n, "default"),
	    .file = d->file, .line = xmlGetLineNo(n) };
	f->type = type_of(r, n, kind);
}

/* ----------------------------------------------------------------- roots */

static void
take_roots(struct reader *r, struct fields *roots)
{
	const char *ns = r->docs[0].ns;
	struct field f;
	xmlNodePtr n;

	for (size_t i = 0; i < r->n_docs; i++) {
		if (!dom_same(r->docs[i].ns, ns))
			continue;
		n = dom_first(xmlDocGetRootElement(r->docs[i].doc));
		for (; n != NULL; n = dom_next(n)) {
			if (!dom_is(n, "element"))
				continue;
			model_declare(r, n, FIELD_ELEMENT, &f);
			model_append(roots, &f);
		}
	}
}

static void
mark_referred(struct reader *r, const struct fields *roots)
{
	struct model *m = r->model;
	const struct part *p;

	m->referred = arena_zero(&m->arena, roots->n * sizeof *m->referred);
	for (size_t k = 0; k < r->n_parts; k++) {
		p = &r->parts[k];
		for (size_t i = 0; p->referred && i < roots->n; i++)
			if (strcmp(roots->v[i].name, p->name.name) == 0 &&
			    dom_same(roots->v[i].ns, p->name.ns))
				m->referred[i] = true;
	}
}

/* ----------------------------------------------------------------- whole */

/* The model outlives the schema: names of files and namespaces are its own. */
static void
take_documents(struct reader *r)
{
	struct arena *a = &r->model->arena;
	const struct xsd_document *docs;
	struct xsd_document *own;

	r->n_docs = xsd_documents(r->xsd, &docs);
	own = arena_take(&r->arena, r->n_docs * sizeof *own);
	for (size_t i = 0; i < r->n_docs; i++)
		own[i] = (struct xsd_document){ .doc = docs[i].doc,
		    .file = arena_dup(a, docs[i].file),
		    .ns = arena_dup(a, docs[i].ns) };
	r->docs = own;
}

void
model_read(struct reader *r)
{
	struct fields roots = { 0 };
	struct model *m = r->model;

	take_documents(r);
	r->any = make(r, NULL, NULL);
	r->any->t = (struct field_type){ .name = "anyType", .mixed = true,
	    .open = true };
	model_parts(r);
	take_roots(r, &roots);
	for (size_t i = 0; i < r->n_made; i++)
		if (r->made[i].node != NULL &&
		    dom_is(r->made[i].node, "complexType"))
			fill(r, r->made[i].node, r->made[i].type);
	mark_referred(r, &roots);
	m->roots = arena_take(&m->arena, roots.n * sizeof *m->roots);
	m->n_roots = roots.n;
	if (roots.n > 0)
		memcpy(m->roots, roots.v, roots.n * sizeof *m->roots);
	for (size_t i = 0; i < r->n_made; i++)
		if (r->made[i].node != NULL)
			r->made[i].node->_private = NULL;
	free(roots.v);
}
