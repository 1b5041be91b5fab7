#include "transform/origin.h"

#include <string.h>

#include "schemas/jsonin.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "transform/origin_parts.h"
#include "transform/owner.h"
#include "watcher/check.h"

enum { XPATH_OPERATIONS_MAX = 20000000, SCALAR_MAX = 64 };

/* ---------------------------------------------------------------- nodes */

/* Nodes that grow in the arena. */
struct nodes {
	struct arena *arena;
	xmlNodePtr *v;
	size_t n, cap;
};

static void
add_node(struct nodes *l, xmlNodePtr node)
{
	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? 2 * l->cap : 16;
		xmlNodePtr *v = arena_take(l->arena, cap * sizeof *v);

		if (l->n > 0)
			memcpy(v, l->v, l->n * sizeof *v);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = node;
}

/* Brothers have one parent; in document order they come together. */
static void
add_parent(struct nodes *to, const xmlNode *node)
{
	xmlNodePtr parent = node->parent;

	if (parent != NULL && (to->n == 0 || to->v[to->n - 1] != parent))
		add_node(to, parent);
}

static void
add_children(struct nodes *to, const xmlNode *node, const char *name)
{
	for (xmlNodePtr c = node->children; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)c->name, name) == 0)
			add_node(to, c);
}

static struct nodes
walk_step(const struct nodes *from, const char *step)
{
	struct nodes to = { .arena = from->arena };

	for (size_t i = 0; i < from->n; i++)
		if (strcmp(step, "..") == 0)
			add_parent(&to, from->v[i]);
		else
			add_children(&to, from->v[i], step);
	return to;
}

static void
walk(const struct origin *o, xmlNodePtr start, struct nodes *out)
{
	struct nodes at = { .arena = out->arena };

	add_node(&at, start);
	for (size_t i = 0; i < o->n_steps; i++)
		at = walk_step(&at, o->steps[i]);
	for (size_t i = 0; i < at.n; i++)
		add_node(out, at.v[i]);
}

static xmlXPathObjectPtr
evaluate(const struct origin *o, const struct origin_env *env,
    xmlDocPtr doc, xmlNodePtr start)
{
	xmlXPathContextPtr x = env->xpath;

	x->doc = doc;
	x->node = start;
	x->opLimit = XPATH_OPERATIONS_MAX;
	x->opCount = 0;
	return xmlXPathCompiledEval(o->xpath, x);
}

/* A namespace is no xmlNode, although a set can hold it. */
static void
add_set(struct nodes *to, const xmlNodeSet *set)
{
	for (int i = 0; set != NULL && i < set->nodeNr; i++)
		if (set->nodeTab[i]->type != XML_NAMESPACE_DECL)
			add_node(to, set->nodeTab[i]);
}

static bool
node_set(const struct origin *o, const struct origin_env *env, xmlDocPtr doc,
    xmlNodePtr start, struct nodes *out)
{
	xmlXPathObjectPtr r = evaluate(o, env, doc, start);
	bool ok = r != NULL && r->type == XPATH_NODESET;

	if (ok)
		add_set(out, r->nodesetval);
	xmlXPathFreeObject(r);
	return ok;
}

/*
 * Call fn for each place from which the path starts: the node of the group,
 * or its document for an absolute path, as XPath has it; where the group is
 * of another form, each document of the form type.
 */
typedef bool start_fn(const struct origin *, const struct origin_env *,
    xmlDocPtr, xmlNodePtr, void *);

static bool
is_of(const struct checked_form *f, const struct origin *o)
{
	return f->type == o->form && f->doc != NULL;
}

static xmlDocPtr
doc_of_group(const struct origin *o, const struct origin_env *env)
{
	const struct checked *c = env->checked;

	for (size_t i = 0; env->node != NULL && i < c->n_forms; i++)
		if (is_of(&c->forms[i], o) &&
		    c->forms[i].doc == env->node->doc)
			return c->forms[i].doc;
	return NULL;
}

static bool
each_start(const struct origin *o, const struct origin_env *env,
    start_fn *fn, void *arg)
{
	const struct checked *c = env->checked;
	xmlDocPtr doc = doc_of_group(o, env);
	bool ok = true;

	if (doc != NULL)
		return fn(o, env, doc, o->absolute ? (xmlNodePtr)doc :
		    env->node, arg);
	for (size_t i = 0; i < c->n_forms && ok; i++)
		if (is_of(&c->forms[i], o))
			ok = fn(o, env, c->forms[i].doc,
			    (xmlNodePtr)c->forms[i].doc, arg);
	return ok;
}

static bool
nodes_from(const struct origin *o, const struct origin_env *env,
    xmlDocPtr doc, xmlNodePtr start, void *arg)
{
	if (o->kind == ORIGIN_XPATH)
		return node_set(o, env, doc, start, arg);
	walk(o, start, arg);
	return true;
}

long
origin_nodes(const struct origin *o, const struct origin_env *env,
    xmlNodePtr **v)
{
	struct nodes out = { .arena = env->arena };

	if (!each_start(o, env, nodes_from, &out))
		return ORIGIN_FAILED;
	*v = out.v;
	return (long)out.n;
}

/* Texts that grow in the arena. */
struct texts {
	const char **v;
	size_t n, cap;
	struct arena *arena;
};

static void
add_text(struct texts *l, const char *s)
{
	if (l->n == l->cap) {
		size_t cap = l->cap > 0 ? 2 * l->cap : 8;
		const char **v = arena_take(l->arena, cap * sizeof *v);

		if (l->n > 0)
			memcpy(v, l->v, l->n * sizeof *v);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = s;
}

static void
gather(xmlNodePtr node, struct buf *b)
{
	for (xmlNodePtr c = node->children; c != NULL; c = c->next) {
		if (c->type == XML_TEXT_NODE && c->content != NULL)
			buf_str(b, (const char *)c->content);
		else
			gather(c, b);
	}
}

static const char *
node_text(xmlNodePtr node, struct arena *arena)
{
	struct buf b = { 0 };
	xmlNodePtr only = node->children;
	const char *s;

	if (node->type == XML_TEXT_NODE)
		return (const char *)node->content;
	if (only == NULL)
		return "";
	if (only->next == NULL && only->type == XML_TEXT_NODE)
		return (const char *)only->content;
	gather(node, &b);
	s = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return s;
}

static void
add_attribute(struct texts *l, xmlNodePtr node, const char *name)
{
	for (xmlAttrPtr a = node->type == XML_ELEMENT_NODE ?
	    node->properties : NULL; a != NULL; a = a->next)
		if (strcmp((const char *)a->name, name) == 0)
			add_text(l, node_text((xmlNodePtr)a, l->arena));
}

static bool
xpath_values(const struct origin *o, const struct origin_env *env,
    xmlDocPtr doc, xmlNodePtr start, struct texts *out)
{
	xmlXPathObjectPtr r = evaluate(o, env, doc, start);
	struct nodes set = { .arena = out->arena };
	xmlChar *s;

	if (r == NULL)
		return false;
	if (r->type == XPATH_NODESET) {
		add_set(&set, r->nodesetval);
		for (size_t i = 0; i < set.n; i++)
			add_text(out, node_text(set.v[i], out->arena));
	} else {
		s = xmlXPathCastToString(r);
		add_text(out, arena_dup(out->arena, (const char *)s));
		xmlFree(s);
	}
	xmlXPathFreeObject(r);
	return true;
}

static bool
values_from(const struct origin *o, const struct origin_env *env,
    xmlDocPtr doc, xmlNodePtr start, void *arg)
{
	struct texts *out = arg;
	struct nodes at = { .arena = env->arena };

	if (o->kind == ORIGIN_XPATH)
		return xpath_values(o, env, doc, start, out);
	walk(o, start, &at);
	for (size_t i = 0; i < at.n; i++) {
		if (o->attribute != NULL)
			add_attribute(out, at.v[i], o->attribute);
		else
			add_text(out, node_text(at.v[i], env->arena));
	}
	return true;
}

static const char *
fixed_value(const struct origin *o, const struct origin_env *env)
{
	char *out;

	switch (o->kind) {
	case ORIGIN_CONST:
		return o->text;
	case ORIGIN_INSTANCE:
		out = arena_take(env->arena, SCALAR_MAX);
		return jsonin_text(env->checked->instance.root, o->text, out,
		    SCALAR_MAX);
	case ORIGIN_OWNER:
		return owner_table_cell(env->owners, env->owner_row,
		    o->column);
	case ORIGIN_PATH:
	case ORIGIN_XPATH:
		break;
	}
	return NULL;
}

long
origin_values(const struct origin *o, const struct origin_env *env,
    const char *const **v)
{
	struct texts out = { .arena = env->arena };
	const char *s;

	if (o->kind == ORIGIN_PATH || o->kind == ORIGIN_XPATH) {
		if (!each_start(o, env, values_from, &out))
			return ORIGIN_FAILED;
	} else if ((s = fixed_value(o, env)) != NULL) {
		add_text(&out, s);
	}
	*v = (const char *const *)out.v;
	return (long)out.n;
}

static bool
truth_from(const struct origin *o, const struct origin_env *env,
    xmlDocPtr doc, xmlNodePtr start, void *arg)
{
	int *yes = arg;
	struct nodes at = { .arena = env->arena };
	xmlXPathObjectPtr r;

	if (o->kind == ORIGIN_PATH) {
		walk(o, start, &at);
		*yes = *yes || at.n > 0;
		return true;
	}
	r = evaluate(o, env, doc, start);
	if (r == NULL)
		return false;
	*yes = *yes || xmlXPathCastToBoolean(r) == 1;
	xmlXPathFreeObject(r);
	return true;
}

int
origin_truth(const struct origin *o, const struct origin_env *env)
{
	const char *const *v;
	int yes = 0;
	bool ok = true;

	if ((o->kind == ORIGIN_PATH && o->attribute == NULL) ||
	    o->kind == ORIGIN_XPATH)
		ok = each_start(o, env, truth_from, &yes);
	else
		yes = origin_values(o, env, &v) > 0 && v[0][0] != '\0';
	return ok ? yes : ORIGIN_FAILED;
}
