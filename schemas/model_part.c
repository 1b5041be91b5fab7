#include <stdlib.h>
#include <string.h>

#include "schemas/dom.h"
#include "schemas/model_read.h"
#include "spool/fault.h"
#include "spool/mem.h"

enum { DEPTH_MOST = 200 };	/* bases, groups and types inside each other */

static const struct {
	const char *element;
	enum part_kind kind;
} kinds[] = {
	{ "element", PART_ELEMENT },
	{ "attribute", PART_ATTRIBUTE },
	{ "complexType", PART_TYPE },
	{ "simpleType", PART_TYPE },
	{ "group", PART_GROUP },
	{ "attributeGroup", PART_ATTRIBUTES },
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const struct xsd_document *
model_document(const struct reader *r, const xmlNode *n)
{
	size_t i = 0;

	while (i + 1 < r->n_docs && r->docs[i].doc != n->doc)
		i++;
	return &r->docs[i];
}

const char *
model_place(struct reader *r, const xmlNode *n)
{
	return arena_fmt(&r->arena, "%s/%s", xsd_label(r->xsd),
	    model_document(r, n)->file);
}

static bool
has_own_ns(const xmlNode *n)
{
	return xmlHasNsProp(xmlDocGetRootElement(n->doc),
	    (const xmlChar *)"targetNamespace", NULL) != NULL;
}

/*
 * The name that an attribute of the node refers to.  In a document that takes
 * its includer's namespace, names without a prefix take it too.
 */
struct qname
model_qname(struct reader *r, xmlNodePtr n, const char *attribute)
{
	char *text = dom_token(&r->arena, n, attribute), *colon;
	struct qname q = { .name = text };
	const xmlChar *prefix = NULL;
	xmlNsPtr ns;

	if (text == NULL)
		return q;
	colon = strchr(text, ':');
	if (colon != NULL) {
		*colon = '\0';
		prefix = (const xmlChar *)text;
		q.name = colon + 1;
	}
	ns = xmlSearchNs(n->doc, n, prefix);
	if (ns != NULL && ns->href != NULL && *ns->href != '\0')
		q.ns = (const char *)ns->href;
	else if (!has_own_ns(n))
		q.ns = model_document(r, n)->ns;
	return q;
}

static int
by_name(const void *left, const void *right)
{
	const struct part *a = left, *b = right;
	int c = (a->kind > b->kind) - (a->kind < b->kind);

	if (c == 0)
		c = strcmp(a->name.name, b->name.name);
	if (c == 0)
		c = strcmp(a->name.ns != NULL ? a->name.ns : "",
		    b->name.ns != NULL ? b->name.ns : "");
	return c;
}

static int
by_name_and_order(const void *left, const void *right)
{
	const struct part *a = left, *b = right;
	int c = by_name(a, b);

	return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

static void
add_part(struct reader *r, xmlNodePtr n, const char *ns)
{
	const char *name = dom_token(&r->arena, n, "name");
	size_t i;

	for (i = 0; i < N_KINDS && !dom_is(n, kinds[i].element); i++)
		;
	if (i == N_KINDS || name == NULL)
		return;
	r->parts = mem_grow(r->parts, &r->cap_parts, r->n_parts + 1,
	    sizeof *r->parts);
	r->parts[r->n_parts] = (struct part){ .kind = kinds[i].kind,
	    .name = { ns, name }, .node = n, .order = r->n_parts };
	r->n_parts++;
}

static void
add_parts(struct reader *r, const xmlNode *parent, const char *ns)
{
	for (xmlNodePtr n = dom_first(parent); n != NULL; n = dom_next(n)) {
		if (dom_is(n, "redefine"))
			add_parts(r, n, ns);
		else
			add_part(r, n, ns);
	}
}

static void
mark_heads(struct reader *r)
{
	struct part *head;
	struct qname q;

	for (size_t i = 0; i < r->n_parts; i++) {
		if (r->parts[i].kind != PART_ELEMENT)
			continue;
		q = model_qname(r, r->parts[i].node, "substitutionGroup");
		head = q.name == NULL ? NULL : model_part(r, PART_ELEMENT,
		    r->parts[i].node, q);
		if (head != NULL)
			head->head = true;
		if (dom_true(r->parts[i].node, "abstract"))
			r->parts[i].head = true;
	}
}

void
model_parts(struct reader *r)
{
	for (size_t i = 0; i < r->n_docs; i++)
		add_parts(r, xmlDocGetRootElement(r->docs[i].doc),
		    r->docs[i].ns);
	if (r->n_parts > 0)
		qsort(r->parts, r->n_parts, sizeof *r->parts,
		    by_name_and_order);
	mark_heads(r);
}

static const struct part *
first_of(const struct reader *r, const struct part *key)
{
	const struct part *p = r->n_parts == 0 ? NULL : bsearch(key,
	    r->parts, r->n_parts, sizeof *r->parts, by_name);

	while (p != NULL && p > r->parts && by_name(p - 1, key) == 0)
		p--;
	return p;
}

/* The redefinition that the node is inside of, or NULL. */
static const xmlNode *
redefinition(const xmlNode *n)
{
	while (n->parent != NULL && n->parent->type == XML_ELEMENT_NODE &&
	    !dom_is(n->parent, "redefine"))
		n = n->parent;
	return n->parent != NULL && n->parent->type == XML_ELEMENT_NODE ? n :
	    NULL;
}

/* A redefinition that names itself means what it redefines. */
static const struct part *
behind_redefinition(const struct reader *r, const struct part *first,
    const xmlNode *from)
{
	const xmlNode *inside = redefinition(from);

	for (const struct part *p = first; inside != NULL &&
	    p + 1 < r->parts + r->n_parts && by_name(p, p + 1) == 0; p++)
		if (p->node == inside)
			return p + 1;
	return first;
}

struct part *
model_part(struct reader *r, enum part_kind kind, xmlNodePtr from,
    struct qname q)
{
	const struct part key = { .kind = kind, .name = q };
	const struct part *p = first_of(r, &key);

	if (p == NULL) {
		faults_add(r->faults, model_place(r, from),
		    xmlGetLineNo(from), 0, "'%s' is not defined in any "
		    "document of the schema", q.name);
		return NULL;
	}
	p = behind_redefinition(r, p, from);
	return &r->parts[p - r->parts];
}

bool
model_enter(struct reader *r, const xmlNode *n)
{
	if (r->depth < DEPTH_MOST) {
		r->depth++;
		return true;
	}
	faults_add(r->faults, model_place(r, n), xmlGetLineNo(n), 0,
	    "more than %d definitions inside each other", DEPTH_MOST);
	return false;
}

void
model_leave(struct reader *r)
{
	r->depth--;
}
