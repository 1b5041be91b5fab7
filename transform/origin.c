#include "transform/origin.h"

#include <ctype.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/csv.h"
#include "transform/expression.h"
#include "transform/origin_parts.h"
#include "transform/owner.h"
#include "watcher/take.h"

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
		if (n == 0 || o->n_steps == ORIGIN_STEPS_MAX)
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
	o->in_document = base != NULL && base->form == o->form;
	if (o->absolute || !o->in_document)
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
	o->n_fixed = o->n_full;
	for (size_t i = 0; i < o->n_steps && o->full_known; i++) {
		bool up = strcmp(o->steps[i], "..") == 0;

		if (!up && o->n_full < ORIGIN_STEPS_MAX)
			o->full[o->n_full++] = o->steps[i];
		else if (up && o->n_full > 0)
			o->n_full--;
		else
			o->full_known = false;
		if (o->n_fixed > o->n_full)
			o->n_fixed = o->n_full;
	}
}

/*
 * A path that A's schema does not know never gives a value, but a map may
 * well be older or newer than the schema: a warning.
 */
static void
check_exists(const struct origin *o, const struct csv_place *place,
    struct faults *f)
{
	const struct field *last[ORIGIN_STEPS_MAX];
	size_t n = origin_trail(o, last);

	if (n < o->n_fixed)
		return;			/* the list's own row tells */
	if (n < o->n_full && (n == 0 || !origin_open(last[n - 1]->type)))
		faults_warn(f, place->file, place->line, place->column,
		    "%s: %s: the schema %s knows no %s there; it never gives "
		    "a value", place->name, o->text, o->form->schema,
		    o->full[n]);
	else if (n > 0 && n == o->n_full && o->attribute != NULL &&
	    origin_attribute(last[n - 1]->type, o->attribute) == NULL &&
	    !last[n - 1]->type->open)
		faults_warn(f, place->file, place->line, place->column,
		    "%s: %s: the schema %s knows no attribute %s there; it "
		    "never gives a value", place->name, o->text,
		    o->form->schema, o->attribute);
}

/* What is being compiled, for the faults. */
struct compiling {
	const struct origin *origin;
	const struct csv_place *place;
	struct faults *faults;
};

/* What would fail in the night, and perhaps only then. */
static void
check_name(void *arg, const struct expression_name *name)
{
	const struct compiling *c = arg;
	const char *why = NULL;

	if (name->kind == EXPRESSION_FUNCTION && !expression_function(name))
		why = "XPath 1.0 has no such function";
	else if (name->kind == EXPRESSION_VARIABLE)
		why = "there are no variables";
	else if (name->kind == EXPRESSION_PREFIX)
		why = "write names without a prefix; they match the form's "
		    "own namespace";
	if (why != NULL)
		csv_fault(c->faults, c->place, "%s: %.*s: %s",
		    c->origin->text, (int)name->len, name->text, why);
}

static int
compile_xpath(struct origin *o, const struct origin_scope *s,
    const struct csv_place *place, struct faults *f)
{
	struct compiling c = { o, place, f };
	size_t before = f->errors;
	xmlXPathContextPtr ctx = xmlXPathNewContext(NULL);

	if (ctx == NULL)
		mem_exhausted();
	ctx->error = origin_quiet;
	o->kind = ORIGIN_XPATH;
	o->xpath = xmlXPathCtxtCompile(ctx, (const xmlChar *)o->text);
	xmlXPathFreeContext(ctx);
	if (o->xpath == NULL || !expression_closed(o->text)) {
		csv_fault(f, place, "%s is no XPath 1.0", o->text);
		return -1;
	}
	expression_names(o->text, check_name, &c);
	if (f->errors > before)
		return -1;
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
	if (s->base == NULL && s->base_lost && !o->absolute)
		return 0;
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

	/* In a group, what is relative starts at a node of its form. */
	o->form = s->base != NULL && s->base->form != NULL &&
	    *o->text != '/' ? s->base->form : s->form;
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
	if (s->owners_lost)
		return -1;		/* owners.csv tells why */
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
	if (*o->text == '\0') {
		csv_fault(f, place, "the cell is empty");
		return -1;
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
