#include "transform/map.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/convert.h"
#include "transform/csv.h"

enum { TARGET, SOURCE, CONVERT, REQUIRED, DEFAULT, WHEN, NOTE, COLUMNS };
enum { DEPTH_MAX = 64 };

static const struct csv_column columns[COLUMNS] = {
	[TARGET] = { "target", true }, [SOURCE] = { "source", true },
	[CONVERT] = { "convert", false }, [REQUIRED] = { "required", false },
	[DEFAULT] = { "default", false }, [WHEN] = { "when", false },
	[NOTE] = { "note", false },
};

static const char data_values[] = "dataValues:";

struct map {
	struct csv csv;
	struct arena *arena;
	struct map_row *rows;		/* one for each row of the file */
	size_t n_rows;
	struct map_group top;
	struct map_node *root;
	struct map_row **data_rows;
	size_t n_data_rows, cap_data_rows;
	bool flat;
};

/* What is being bound. */
struct binding {
	struct map *map;
	const struct map_scope *scope;
	struct faults *faults;
	size_t row;			/* of the file */
};

static struct csv_place
at(const struct binding *b, size_t column)
{
	return csv_place(&b->map->csv, b->row, column);
}

static const char *
cell(const struct binding *b, size_t column)
{
	return csv_cell(&b->map->csv, b->row, column);
}

static void
wrong_target(const struct binding *b, const char *text)
{
	struct csv_place place = at(b, TARGET);

	csv_fault(b->faults, &place, "%s: %s", cell(b, TARGET), text);
}

/* ---------------------------------------------------------------- nodes */

static void *
grow_list(void *list, size_t *cap, size_t n)
{
	return mem_grow(list, cap, n + 1, sizeof(void *));
}

static bool
repeats(const struct field *f)
{
	return f->max == MODEL_UNBOUNDED || f->max > 1;
}

static struct map_node *
new_node(struct map *m, const struct field *f, const struct map_node *above)
{
	struct map_node *n = arena_zero(m->arena, sizeof *n);

	n->field = f;
	n->path = arena_fmt(m->arena, "%s%s%s%s", above->path,
	    *above->path != '\0' ? "." : "", f->name,
	    repeats(f) ? "[]" : "");
	return n;
}

static struct map_node *
find_node(const struct map_node *above, const struct field *f)
{
	bool attribute = f->kind == FIELD_ATTRIBUTE;
	struct map_node *const *list = attribute ? above->attributes :
	    above->children;
	size_t n = attribute ? above->n_attributes : above->n_children;

	for (size_t i = 0; i < n; i++)
		if (list[i]->field == f)
			return list[i];
	return NULL;
}

/* The child for a field, made where schema order has it. */
static struct map_node *
child_node(struct map *m, struct map_node *above, const struct field *f)
{
	bool attribute = f->kind == FIELD_ATTRIBUTE;
	struct map_node ***list = attribute ? &above->attributes :
	    &above->children;
	size_t *n = attribute ? &above->n_attributes : &above->n_children;
	size_t *cap = attribute ? &above->cap_attributes :
	    &above->cap_children, i = *n;
	struct map_node *found = find_node(above, f);

	if (found != NULL)
		return found;
	*list = grow_list(*list, cap, *n);
	/* Fields of one type stand in an array, in schema order. */
	while (i > 0 && (*list)[i - 1]->field > f) {
		(*list)[i] = (*list)[i - 1];
		i--;
	}
	(*list)[i] = new_node(m, f, above);
	++*n;
	return (*list)[i];
}

static void
free_node(struct map_node *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n_children; i++)
		free_node(n->children[i]);
	for (size_t i = 0; i < n->n_attributes; i++)
		free_node(n->attributes[i]);
	free(n->children);
	free(n->attributes);
}

/*
 * What must stand in an element once it is there, and no row fills: fixed and
 * default values, nil, empty parents; else it is a fault.
 */
static void complete(struct binding *, struct map_node *, int depth);

static void
missing(const struct binding *b, const struct field *f,
    const struct map_node *above)
{
	faults_add(b->faults, b->map->csv.label, 0, 0, "no row fills %s%s%s%s, "
	    "which %s requires; add a row with it as target", above->path,
	    *above->path != '\0' ? "." : "", f->name,
	    repeats(f) ? "[]" : "", b->scope->target->schema);
}

static void
complete_child(struct binding *b, struct map_node *above,
    const struct field *f, int depth)
{
	struct map_node *n = find_node(above, f);
	const char *given = f->fixed != NULL ? f->fixed : f->preset;

	if (n == NULL && !model_required(f))
		return;
	if (n == NULL && f->type->simple != NULL && given == NULL &&
	    !f->nillable) {
		missing(b, f, above);
		return;
	}
	if (n == NULL) {
		n = child_node(b->map, above, f);
		if (f->type->simple != NULL)
			n->constant = given;
	}
	n->nil = f->type->simple != NULL && f->nillable && given == NULL &&
	    model_required(f) && n->group == NULL;
	n->must = model_required(f) && n->row == NULL && n->group == NULL;
	if (depth < DEPTH_MAX)
		complete(b, n, depth + 1);
}

static void
complete_attribute(struct binding *b, struct map_node *above,
    const struct field *f)
{
	const char *given = f->fixed != NULL ? f->fixed : f->preset;
	struct map_node *n;

	if (given == NULL && f->min == 0)
		return;
	n = child_node(b->map, above, f);
	if (n->row == NULL && given == NULL)
		missing(b, f, above);
	if (n->row == NULL)
		n->constant = given;
}

static void
complete(struct binding *b, struct map_node *n, int depth)
{
	const struct field_type *t = n->field->type;

	for (size_t i = 0; i < t->n_attributes; i++)
		complete_attribute(b, n, &t->attributes[i]);
	for (size_t i = 0; i < t->n_children; i++)
		complete_child(b, n, &t->children[i], depth);
}

/* --------------------------------------------------------------- groups */

static struct map_group *
new_group(struct map *m, struct map_group *parent, const char *target,
    long line)
{
	struct map_group *g = arena_zero(m->arena, sizeof *g);

	*g = (struct map_group){ .target = target, .line = line,
	    .parent = parent, .slot = parent->n_groups };
	parent->groups = grow_list(parent->groups, &parent->cap_groups,
	    parent->n_groups);
	parent->groups[parent->n_groups++] = g;
	return g;
}

static void
add_row(struct map_group *g, struct map_row *r)
{
	r->slot = g->n_rows;
	g->rows = grow_list(g->rows, &g->cap_rows, g->n_rows);
	g->rows[g->n_rows++] = r;
}

static void
free_group(struct map_group *g)
{
	for (size_t i = 0; i < g->n_groups; i++)
		free_group(g->groups[i]);
	origin_free(g->nodes);
	origin_free(g->when);
	free(g->groups);
	free(g->rows);
}

/* -------------------------------------------------------------- targets */

/*
 * A target path under way.  Its nodes are made when it has proved right, so
 * that a wrong one does not ask for what its parents require.
 */
struct target {
	const struct field *trail[DEPTH_MAX];
	size_t n_trail;
	struct map_node *node;		/* of the last, NULL: not made yet */
	struct map_group *group;	/* of the innermost target[] so far */
	bool opens;			/* the path ends in [] */
};

static const struct field *
last_field(const struct binding *b, const struct target *t)
{
	return t->n_trail > 0 ? t->trail[t->n_trail - 1] :
	    b->map->root->field;
}

static bool
step_found(const struct binding *b, const struct target *t, const char *step,
    const struct field **f)
{
	const struct field_type *type = last_field(b, t)->type;

	switch (model_step(type, step, f)) {
	case MODEL_ONE:
		return true;
	case MODEL_SEVERAL:
		wrong_target(b, "the name is ambiguous: several fields differ "
		    "from it only in case or hyphens");
		return false;
	case MODEL_NONE:
		break;
	}
	if (type->simple != NULL)
		wrong_target(b, "goes on below a field that holds a text");
	else if (strchr(step, '[') != NULL)
		wrong_target(b, "a list is written Name[], without a number");
	else
		wrong_target(b, "B's schema has no such field; Altinn would "
		    "ignore it");
	return false;
}

/* A repeated element: [] must say so, and a row must have opened it. */
static bool
enter_list(const struct binding *b, struct target *t, const struct field *f,
    bool brackets, bool last)
{
	bool open = t->node != NULL && t->node->group != NULL;

	if (repeats(f) != brackets)
		wrong_target(b, brackets ? "this element does not repeat: "
		    "write it without []" : "this element repeats: write it "
		    "with [], in a row that opens it");
	else if (brackets && last && open)
		wrong_target(b, "the same target twice");
	else if (brackets && !last && !open)
		wrong_target(b, "no row opens this list: put a row with the "
		    "list as target, ending in [], before this one");
	else {
		t->opens = brackets && last;
		if (brackets && !last)
			t->group = (struct map_group *)t->node->group;
		return true;
	}
	return false;
}

static bool
take_step(const struct binding *b, struct target *t, char *step, bool last)
{
	size_t n = strlen(step);
	bool brackets = n > 2 && strcmp(step + n - 2, "[]") == 0;
	const struct field *f = last_field(b, t);

	if (brackets)
		step[n - 2] = '\0';
	if (last && f->type->simple != NULL && f->kind == FIELD_ELEMENT &&
	    strcasecmp(step, "value") == 0)
		return true;		/* .value of a SERES leaf */
	if (t->n_trail == DEPTH_MAX) {
		wrong_target(b, "the path is too deep");
		return false;
	}
	if (!step_found(b, t, step, &f))
		return false;
	t->trail[t->n_trail++] = f;
	t->node = t->node != NULL ? find_node(t->node, f) : NULL;
	return enter_list(b, t, f, brackets, last);
}

static void
make_nodes(const struct binding *b, struct target *t)
{
	t->node = b->map->root;
	for (size_t i = 0; i < t->n_trail; i++) {
		const struct field_type *type = t->trail[i]->type;

		t->node = child_node(b->map, t->node, t->trail[i]);
		t->node->dot_value = type->simple != NULL &&
		    type->n_attributes > 0;
	}
}

static bool
resolve(const struct binding *b, struct target *t)
{
	char *path = mem_dup(cell(b, TARGET)), *step = path, *dot;
	bool ok = *path != '\0';

	*t = (struct target){ .node = b->map->root, .group = &b->map->top };
	if (!ok)
		wrong_target(b, "the target is empty");
	for (; ok && step != NULL; step = dot) {
		dot = strchr(step, '.');
		if (dot != NULL)
			*dot++ = '\0';
		ok = take_step(b, t, step, dot == NULL);
	}
	if (ok)
		make_nodes(b, t);
	free(path);
	return ok;
}

/* ----------------------------------------------------------------- rows */

/* Where relative paths start: at the group's nodes. */
static struct origin_scope
scope_in(const struct binding *b, const struct map_group *g)
{
	struct origin_scope scope = b->scope->origins;

	if (g != &b->map->top) {
		scope.base = g->nodes;
		scope.base_lost = g->nodes == NULL;
	}
	return scope;
}

static struct origin *
compile(const struct binding *b, size_t column, const struct map_group *g)
{
	struct origin_scope scope = scope_in(b, g);
	struct csv_place place = at(b, column);

	return origin_new(cell(b, column), &scope, &place, b->faults);
}

static bool
holds(const struct field *f, const char *text)
{
	const struct simple *s = f->type->simple;
	struct buf b = { 0 };
	bool ok;

	if (value_collapses(s))
		value_collapse(text, &b);
	else
		buf_str(&b, text);
	ok = value_fits(s, buf_text(&b)) && (f->fixed == NULL ||
	    strcmp(f->fixed, buf_text(&b)) == 0);
	buf_free(&b);
	return ok;
}

/*
 * What a constant becomes, as far as it is the same every day: "" when that
 * is nothing, NULL when it was told or cannot be known.
 */
static const char *
constant_of(const struct binding *b, const struct map_row *r)
{
	const char *text = origin_const(r->origin);
	struct csv_place place = at(b, SOURCE);
	struct convert_result c;

	if (text == NULL || r->convert == NULL ||
	    convert_yields(r->convert).origin == YIELD_CODES)
		return NULL;
	c = convert_run(r->convert, &text, 1, "", b->map->arena);
	if (c.status == CONVERT_ONE)
		return c.text;
	csv_fault(b->faults, &place, "const:%s: %s: %s", text,
	    c.step != NULL ? c.step : "convert",
	    c.why != NULL ? c.why : "the value does not fit");
	return NULL;
}

/* A constant that the target cannot hold is a fault at load. */
static void
check_constant(const struct binding *b, const struct map_row *r)
{
	const char *text = constant_of(b, r), *fixed = r->field->fixed;
	const char *want = fixed != NULL ? "what is fixed to " :
	    value_kind_name(r->field->type->simple->kind);
	struct csv_place place = at(b, SOURCE);

	if (fixed == NULL)
		fixed = "";
	if (text != NULL && *text == '\0' && *r->preset == '\0')
		csv_fault(b->faults, &place, "%s: %s gives nothing; take the "
		    "row away", r->target, r->source);
	if (text != NULL && *text != '\0' && !holds(r->field, text))
		csv_fault(b->faults, &place, "%s cannot hold %s; want %s%s",
		    r->target, r->source, want, fixed);
	place = at(b, DEFAULT);
	if (*r->preset != '\0' && !holds(r->field, r->preset))
		csv_fault(b->faults, &place, "%s cannot hold the default %s; "
		    "want %s%s", r->target, r->preset, want, fixed);
}

static void
read_texts(struct binding *b, struct map_row *r)
{
	const char *required = cell(b, REQUIRED);
	struct csv_place place = at(b, CONVERT);

	r->target = cell(b, TARGET);
	r->source = cell(b, SOURCE);
	r->preset = cell(b, DEFAULT);
	r->line = at(b, TARGET).line;
	r->convert = convert_new(cell(b, CONVERT), b->scope->codes, &place,
	    b->faults);
	r->required = strcmp(required, "yes") == 0;
	if (!r->required && *required != '\0' && strcmp(required, "no") != 0) {
		place = at(b, REQUIRED);
		csv_fault(b->faults, &place, "%s: want yes or no", required);
	}
}

static void
read_row(struct binding *b, struct map_row *r, struct map_group *g)
{
	read_texts(b, r);
	r->origin = compile(b, SOURCE, g);
	if (*cell(b, WHEN) != '\0')
		r->when = compile(b, WHEN, g);
	add_row(g, r);
}

/* A repeated element that holds a text: each node gives one value. */
static void
read_values(struct binding *b, struct map_row *r, struct map_node *n,
    struct map_group *g)
{
	struct origin_scope scope = scope_in(b, g);
	struct csv_place place = at(b, SOURCE);

	read_texts(b, r);
	r->field = n->field;
	r->origin = origin_new(".", &scope, &place, b->faults);
	n->row = r;
	add_row(g, r);
}

static void
open_group(struct binding *b, const struct target *t, struct map_row *r)
{
	struct map_group *g;
	struct csv_place place = at(b, SOURCE);

	g = new_group(b->map, t->group, cell(b, TARGET), at(b, TARGET).line);
	g->nodes = compile(b, SOURCE, t->group);
	if (*cell(b, WHEN) != '\0')
		g->when = compile(b, WHEN, t->group);
	if (g->nodes != NULL && !origin_gives_nodes(g->nodes))
		csv_fault(b->faults, &place, "%s: a list needs a path to "
		    "elements", cell(b, SOURCE));
	t->node->group = g;
	b->map->flat = false;
	if (t->node->field->type->simple != NULL)
		read_values(b, r, t->node, g);
	else if (*cell(b, CONVERT) != '\0' || *cell(b, DEFAULT) != '\0')
		wrong_target(b, "a row that opens a list takes neither "
		    "convert nor default");
}

static void
bind_field(struct binding *b, struct map_row *r)
{
	struct target t;

	if (!resolve(b, &t))
		return;
	if (t.opens) {
		open_group(b, &t, r);
		return;
	}
	if (t.node->field->type->simple == NULL) {
		wrong_target(b, "this field holds other fields, not a text; "
		    "Altinn would answer with an error");
		return;
	}
	if (t.node->row != NULL) {
		wrong_target(b, "the same field is filled twice; Altinn takes "
		    "the first and ignores this one");
		return;
	}
	r->field = t.node->field;
	t.node->row = r;
	read_row(b, r, t.group);
	if (r->origin != NULL)
		check_constant(b, r);
}

static void
bind_data_value(struct binding *b, struct map_row *r)
{
	struct map *m = b->map;

	r->data_value = cell(b, TARGET) + sizeof data_values - 1;
	if (*r->data_value == '\0')
		wrong_target(b, "dataValues: needs a name");
	for (size_t i = 0; i < m->n_data_rows; i++)
		if (strcmp(m->data_rows[i]->data_value, r->data_value) == 0)
			wrong_target(b, "the same data value twice");
	read_row(b, r, &m->top);
	m->data_rows = grow_list(m->data_rows, &m->cap_data_rows,
	    m->n_data_rows);
	m->data_rows[m->n_data_rows++] = r;
}

static void
bind_rows(struct binding *b)
{
	struct map *m = b->map;

	for (b->row = 0; b->row < m->n_rows; b->row++) {
		struct map_row *r = &m->rows[b->row];

		if (strncmp(cell(b, TARGET), data_values,
		    sizeof data_values - 1) == 0)
			bind_data_value(b, r);
		else
			bind_field(b, r);
	}
}

struct map *
map_load(const char *label, const char *path, const struct map_scope *scope,
    struct faults *f)
{
	static const struct csv_format format = { columns, COLUMNS, false };
	struct map *m = mem_alloc(sizeof *m);
	struct binding b = { .map = m, .scope = scope, .faults = f };
	size_t before = f->errors;

	m->arena = scope->origins.arena;
	m->top.target = "";
	m->flat = true;
	m->root = arena_zero(m->arena, sizeof *m->root);
	m->root->field = scope->target->root;
	m->root->path = "";
	m->root->must = true;
	if (csv_load(&m->csv, label, path, &format, f) == 0) {
		m->n_rows = m->csv.n_rows;
		m->rows = arena_zero(m->arena, (m->n_rows + 1) *
		    sizeof *m->rows);
		bind_rows(&b);
		complete(&b, m->root, 0);
	}
	if (f->errors > before) {
		map_free(m);
		m = NULL;
	}
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_rows; i++) {
		origin_free(m->rows[i].origin);
		origin_free(m->rows[i].when);
		convert_free(m->rows[i].convert);
	}
	free_group(&m->top);
	free_node(m->root);
	free(m->data_rows);
	csv_done(&m->csv);
	free(m);
}

const struct map_group *
map_rows(const struct map *m)
{
	return &m->top;
}

const struct map_node *
map_root(const struct map *m)
{
	return m->root;
}

size_t
map_data_values(const struct map *m, struct map_row *const **rows)
{
	*rows = m->data_rows;
	return m->n_data_rows;
}

bool
map_is_flat(const struct map *m)
{
	return m->flat;
}
