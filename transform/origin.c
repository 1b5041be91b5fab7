#include "transform/origin.h"

#include <ctype.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/jsonin.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/csv.h"
#include "transform/owner.h"
#include "watcher/check.h"
#include "watcher/take.h"

enum { STEPS_MAX = 64, XPATH_OPERATIONS_MAX = 20000000, SCALAR_MAX = 64 };

enum origin_kind {
	ORIGIN_CONST, ORIGIN_INSTANCE, ORIGIN_OWNER, ORIGIN_PATH, ORIGIN_XPATH
};

struct origin {
	enum origin_kind kind;
	const char *text;		/* behind the prefix */
	size_t column;			/* of owner: */
	const struct form_type *form;
	bool absolute;
	/* ORIGIN_PATH: ".." and names, then maybe an attribute */
	const char *steps[STEPS_MAX];
	size_t n_steps;
	const char *attribute;
	/* the element it leads to, from the root, when that can be told */
	const char *full[STEPS_MAX];
	size_t n_full;
	bool full_known;
	xmlXPathCompExprPtr xpath;
};

void
origin_quiet(void *arg, xmlErrorPtr e)
{
	(void)arg;
	(void)e;
}

/* ---------------------------------------------------------------- takes */

struct take *
origin_take(struct origin_takes *t, struct arena *arena,
    const struct form_type *form)
{
	size_t cap = t->cap;

	for (size_t i = 0; i < t->n; i++)
		if (t->types[i] == form)
			return t->takes[i];
	t->types = mem_grow(t->types, &cap, t->n + 1, sizeof *t->types);
	t->takes = mem_grow(t->takes, &t->cap, t->n + 1, sizeof *t->takes);
	t->types[t->n] = form;
	t->takes[t->n] = arena_zero(arena, sizeof **t->takes);
	return t->takes[t->n++];
}

const struct take *
origin_taken(const struct origin_takes *t, const struct form_type *form)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->types[i] == form)
			return t->takes[i];
	return NULL;
}

void
origin_takes_done(struct origin_takes *t)
{
	free(t->types);
	free(t->takes);
	*t = (struct origin_takes){ 0 };
}

/* -------------------------------------------------------------- compile */

static bool
name_char(char c, bool first)
{
	unsigned char u = (unsigned char)c;

	return isalpha(u) || c == '_' || u >= 0x80 ||
	    (!first && (isdigit(u) || c == '-' || c == '.'));
}

/* One step of a plain path: its length, or 0 when it is none. */
static size_t
step_length(const char *p)
{
	size_t n = 0;

	if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
		return 2;
	while (name_char(p[n], n == 0))
		n++;
	return p[n] == '/' || p[n] == '\0' ? n : 0;
}

/* Whether the text is a plain path; fills steps and attribute then. */
static bool
plain_path(struct origin *o, struct arena *arena)
{
	const char *p = o->text;
	size_t n;

	o->absolute = *p == '/';
	p += o->absolute ? 1 : 0;
	if (strcmp(p, ".") == 0 && !o->absolute)
		return true;
	while (*p != '\0') {
		if (*p == '@') {
			n = step_length(p + 1);
			o->attribute = arena_dup(arena, p + 1);
			return n > 0 && p[1 + n] == '\0';
		}
		n = step_length(p);
		if (n == 0 || o->n_steps == STEPS_MAX)
			return false;
		o->steps[o->n_steps++] = arena_dupn(arena, p, n);
		p += n;
		if (*p == '/' && *++p == '\0')
			return false;
	}
	return o->n_steps > 0;
}

static bool
follow_base(struct origin *o, const struct origin *base)
{
	if (o->absolute || base == NULL || base->form != o->form)
		return true;
	memcpy(o->full, base->full, sizeof o->full);
	o->n_full = base->n_full;
	return base->full_known;
}

/* Where the path leads from the root, the ".." taken out. */
static void
find_full(struct origin *o, const struct origin *base)
{
	o->full_known = follow_base(o, base);
	for (size_t i = 0; i < o->n_steps && o->full_known; i++) {
		if (strcmp(o->steps[i], "..") != 0 && o->n_full < STEPS_MAX)
			o->full[o->n_full++] = o->steps[i];
		else if (strcmp(o->steps[i], "..") == 0 && o->n_full > 0)
			o->n_full--;
		else
			o->full_known = false;
	}
}

static const struct field_type *
child_type(const struct field_type *t, const char *name)
{
	for (size_t i = 0; i < t->n_children; i++)
		if (strcmp(t->children[i].name, name) == 0)
			return t->children[i].type;
	return NULL;
}

static const struct field_type *
root_type(const struct model *m, const char *name)
{
	const struct field *roots;
	size_t n = model_roots(m, &roots);

	for (size_t i = 0; i < n; i++)
		if (strcmp(roots[i].name, name) == 0)
			return roots[i].type;
	return NULL;
}

static bool
has_attribute(const struct field_type *t, const char *name)
{
	for (size_t i = 0; i < t->n_attributes; i++)
		if (strcmp(t->attributes[i].name, name) == 0)
			return true;
	return t->open;
}

/*
 * A path that A's schema does not know never gives a value, but a map may
 * well be older or newer than the schema: a warning.
 */
static void
check_exists(const struct origin *o, const struct csv_place *place,
    struct faults *f)
{
	const struct field_type *t = NULL;

	for (size_t i = 0; i < o->n_full; i++) {
		if (t != NULL && (t->open || t->mixed))
			return;
		t = i == 0 ? root_type(o->form->model, o->full[0]) :
		    child_type(t, o->full[i]);
		if (t == NULL) {
			faults_warn(f, place->file, place->line,
			    place->column, "%s: %s: the schema %s knows no %s "
			    "there", place->name, o->text, o->form->schema,
			    o->full[i]);
			return;
		}
	}
	if (t != NULL && o->attribute != NULL &&
	    !has_attribute(t, o->attribute))
		faults_warn(f, place->file, place->line, place->column,
		    "%s: %s: the schema %s knows no attribute %s there",
		    place->name, o->text, o->form->schema, o->attribute);
}

static int
compile_xpath(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	xmlXPathContextPtr ctx = xmlXPathNewContext(NULL);

	if (ctx == NULL)
		mem_exhausted();
	ctx->error = origin_quiet;
	o->kind = ORIGIN_XPATH;
	o->xpath = xmlXPathCtxtCompile(ctx, (const xmlChar *)o->text);
	xmlXPathFreeContext(ctx);
	if (o->xpath == NULL) {
		csv_fault(f, place, "%s is no XPath 1.0", o->text);
		return -1;
	}
	origin_take(s->takes, s->arena, o->form)->whole = true;
	return 0;
}

static int
compile_path(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	struct take *take;

	o->kind = ORIGIN_PATH;
	if (!plain_path(o, s->arena))
		return compile_xpath(o, s, place, f);
	find_full(o, s->base);
	take = origin_take(s->takes, s->arena, o->form);
	if (!o->full_known) {
		take->whole = true;
		return 0;
	}
	take_path(take, s->arena, o->full, o->n_full);
	check_exists(o, place, f);
	return 0;
}

/* TYPE!PATH: another form; a ! inside an XPath is "!=". */
static int
find_form(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	const char *sign = strchr(o->text, '!');
	const char *type;

	o->form = s->form;
	if (sign != NULL && sign[1] != '=' && sign > o->text &&
	    strcspn(o->text, "/['\"(") >= (size_t)(sign - o->text)) {
		type = arena_dupn(s->arena, o->text,
		    (size_t)(sign - o->text));
		o->form = app_form(s->app, type);
		o->text = sign + 1;
		if (o->form == NULL) {
			csv_fault(f, place, "%s: %s has no form type of this "
			    "name", type, s->app->name);
			return -1;
		}
	}
	if (o->form == NULL) {
		csv_fault(f, place, "%s: say which form: form = in route.conf, "
		    "or TYPE!PATH", o->text);
		return -1;
	}
	return 0;
}

static int
compile_owner(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	if (s->owners == NULL) {
		csv_fault(f, place, "owner: needs an owner table: [owner] "
		    "table = in route.conf");
		return -1;
	}
	if (!owner_table_column(s->owners, o->text, &o->column)) {
		csv_fault(f, place, "owners.csv has no column %s", o->text);
		return -1;
	}
	return 0;
}

static int
compile(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	static const struct {
		const char *prefix;
		enum origin_kind kind;
	} prefixes[] = {
		{ "const:", ORIGIN_CONST }, { "instance:", ORIGIN_INSTANCE },
		{ "owner:", ORIGIN_OWNER },
	};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t n = strlen(prefixes[i].prefix);

		if (strncmp(o->text, prefixes[i].prefix, n) != 0)
			continue;
		o->kind = prefixes[i].kind;
		o->text += n;
		return o->kind == ORIGIN_OWNER ?
		    compile_owner(o, s, place, f) : 0;
	}
	if (find_form(o, s, place, f) == -1)
		return -1;
	return compile_path(o, s, place, f);
}

struct origin *
origin_new(const char *text, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	struct origin *o = mem_alloc(sizeof *o);

	o->text = arena_dup(s->arena, text);
	if (compile(o, s, place, f) == -1) {
		origin_free(o);
		o = NULL;
	}
	return o;
}

void
origin_free(struct origin *o)
{
	if (o == NULL)
		return;
	xmlXPathFreeCompExpr(o->xpath);
	free(o);
}

bool
origin_gives_nodes(const struct origin *o)
{
	return o->kind == ORIGIN_XPATH ||
	    (o->kind == ORIGIN_PATH && o->attribute == NULL);
}

bool
origin_needs_tree(const struct origin *o)
{
	return o->kind == ORIGIN_XPATH ||
	    (o->kind == ORIGIN_PATH && !o->full_known);
}

const char *
origin_const(const struct origin *o)
{
	return o->kind == ORIGIN_CONST ? o->text : NULL;
}

/* ------------------------------------------------------------- work out */

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

static struct nodes
walk_step(const struct nodes *from, const char *step)
{
	struct nodes to = { .arena = from->arena };

	for (size_t i = 0; i < from->n; i++) {
		xmlNodePtr c;

		if (strcmp(step, "..") == 0) {
			if (from->v[i]->parent != NULL)
				add_node(&to, from->v[i]->parent);
			continue;
		}
		for (c = from->v[i]->children; c != NULL; c = c->next)
			if (c->type == XML_ELEMENT_NODE &&
			    strcmp((const char *)c->name, step) == 0)
				add_node(&to, c);
	}
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

static bool
node_set(const struct origin *o, const struct origin_env *env, xmlDocPtr doc,
    xmlNodePtr start, struct nodes *out)
{
	xmlXPathObjectPtr r = evaluate(o, env, doc, start);
	bool ok = r != NULL && r->type == XPATH_NODESET;

	for (int i = 0; ok && r->nodesetval != NULL &&
	    i < r->nodesetval->nodeNr; i++)
		add_node(out, r->nodesetval->nodeTab[i]);
	xmlXPathFreeObject(r);
	return ok;
}

/*
 * Call fn for each place from which the path starts: the node of the group,
 * or each document of the form type.
 */
typedef bool start_fn(const struct origin *, const struct origin_env *,
    xmlDocPtr, xmlNodePtr, void *);

static bool
each_start(const struct origin *o, const struct origin_env *env,
    start_fn *fn, void *arg)
{
	const struct checked *c = env->checked;
	bool ok = true;

	for (size_t i = 0; i < c->n_forms && ok; i++) {
		xmlDocPtr doc = c->forms[i].doc;

		if (c->forms[i].type != o->form || doc == NULL)
			continue;
		if (env->node != NULL && !o->absolute &&
		    env->node->doc == doc)
			return fn(o, env, doc, env->node, arg);
		ok = fn(o, env, doc, (xmlNodePtr)doc, arg);
	}
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
	xmlChar *s;

	if (r == NULL)
		return false;
	if (r->type == XPATH_NODESET) {
		for (int i = 0; r->nodesetval != NULL &&
		    i < r->nodesetval->nodeNr; i++)
			add_text(out, node_text(r->nodesetval->nodeTab[i],
			    out->arena));
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
	bool *yes = arg;
	struct nodes at = { .arena = env->arena };
	xmlXPathObjectPtr r;

	if (o->kind == ORIGIN_PATH) {
		walk(o, start, &at);
		*yes = *yes || at.n > 0;
		return true;
	}
	r = evaluate(o, env, doc, start);
	*yes = *yes || (r != NULL && xmlXPathCastToBoolean(r) == 1);
	xmlXPathFreeObject(r);
	return true;
}

bool
origin_truth(const struct origin *o, const struct origin_env *env)
{
	const char *const *v;
	bool yes = false;

	if ((o->kind == ORIGIN_PATH && o->attribute == NULL) ||
	    o->kind == ORIGIN_XPATH)
		each_start(o, env, truth_from, &yes);
	else
		yes = origin_values(o, env, &v) > 0 && v[0][0] != '\0';
	return yes;
}
