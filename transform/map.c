#include "transform/map_parts.h"

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

static const struct csv_column columns[MAP_COLUMNS] = {
	[MAP_TARGET] = { "target", true }, [MAP_SOURCE] = { "source", true },
	[MAP_CONVERT] = { "convert", false },
	[MAP_REQUIRED] = { "required", false },
	[MAP_DEFAULT] = { "default", false }, [MAP_WHEN] = { "when", false },
	[MAP_NOTE] = { "note", false },
};

static const char data_values[] = "dataValues:";

struct csv_place
map_at(const struct map_binding *b, enum map_column column)
{
	return csv_place(&b->map->csv, b->row, column);
}

const char *
map_cell(const struct map_binding *b, enum map_column column)
{
	return csv_cell(&b->map->csv, b->row, column);
}

void
map_wrong(const struct map_binding *b, const char *text)
{
	struct csv_place place = map_at(b, MAP_TARGET);

	csv_fault(b->faults, &place, "%s: %s", map_cell(b, MAP_TARGET), text);
}

void *
map_grow(void *list, size_t *cap, size_t n)
{
	return mem_grow(list, cap, n + 1, sizeof(void *));
}

/* --------------------------------------------------------------- groups */

static struct map_group *
new_group(struct map *m, const struct map_target *t, const struct map_row *r)
{
	struct map_group *g = arena_zero(m->arena, sizeof *g);
	struct map_group *parent = t->group;

	*g = (struct map_group){ .target = r->target, .line = r->line,
	    .row = r, .field = t->node->field, .parent = parent,
	    .slot = parent->n_groups };
	parent->groups = map_grow(parent->groups, &parent->cap_groups,
	    parent->n_groups);
	parent->groups[parent->n_groups++] = g;
	return g;
}

static void
add_row(struct map_group *g, struct map_row *r)
{
	r->slot = g->n_rows;
	g->rows = map_grow(g->rows, &g->cap_rows, g->n_rows);
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

/* ----------------------------------------------------------------- rows */

/* Where relative paths start: at the group's nodes. */
static struct origin_scope
scope_in(const struct map_binding *b, const struct map_group *g)
{
	struct origin_scope scope = b->scope->origins;

	if (g != &b->map->top) {
		scope.base = g->nodes;
		scope.base_lost = g->nodes == NULL;
	}
	return scope;
}

static struct origin *
compile(const struct map_binding *b, enum map_column column,
    const struct map_group *g)
{
	struct origin_scope scope = scope_in(b, g);
	struct csv_place place = map_at(b, column);

	return origin_new(map_cell(b, column), &scope, &place, b->faults);
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
constant_of(const struct map_binding *b, const struct map_row *r)
{
	const char *text = origin_const(r->origin);
	struct csv_place place = map_at(b, MAP_SOURCE);
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
check_constant(const struct map_binding *b, const struct map_row *r)
{
	const char *text = constant_of(b, r), *fixed = r->field->fixed;
	const char *want = fixed != NULL ? "what is fixed to " :
	    value_kind_name(r->field->type->simple->kind);
	struct csv_place place = map_at(b, MAP_SOURCE);

	if (fixed == NULL)
		fixed = "";
	if (text != NULL && *text == '\0' && *r->preset == '\0')
		csv_fault(b->faults, &place, "%s: %s gives nothing; take the "
		    "row away", r->target, r->source);
	if (text != NULL && *text != '\0' && !holds(r->field, text))
		csv_fault(b->faults, &place, "%s cannot hold %s; want %s%s",
		    r->target, r->source, want, fixed);
	place = map_at(b, MAP_DEFAULT);
	if (*r->preset != '\0' && !holds(r->field, r->preset))
		csv_fault(b->faults, &place, "%s cannot hold the default %s; "
		    "want %s%s", r->target, r->preset, want, fixed);
}

static bool
read_required(const struct map_binding *b)
{
	const char *text = map_cell(b, MAP_REQUIRED);
	struct csv_place place = map_at(b, MAP_REQUIRED);

	if (*text != '\0' && strcmp(text, "yes") != 0 &&
	    strcmp(text, "no") != 0)
		csv_fault(b->faults, &place, "%s: want yes or no", text);
	return strcmp(text, "yes") == 0;
}

static void
read_texts(struct map_binding *b, struct map_row *r)
{
	struct csv_place place = map_at(b, MAP_CONVERT);

	r->preset = map_cell(b, MAP_DEFAULT);
	r->convert = convert_new(map_cell(b, MAP_CONVERT), b->scope->codes,
	    &place, b->faults);
}

static void
read_row(struct map_binding *b, struct map_row *r, struct map_group *g)
{
	read_texts(b, r);
	r->required = read_required(b);
	r->origin = compile(b, MAP_SOURCE, g);
	if (*map_cell(b, MAP_WHEN) != '\0')
		r->when = compile(b, MAP_WHEN, g);
	add_row(g, r);
}

/* A repeated element that holds a text: each node gives one value. */
static void
read_values(struct map_binding *b, struct map_row *r, struct map_node *n,
    struct map_group *g)
{
	struct origin_scope scope = scope_in(b, g);
	struct csv_place place = map_at(b, MAP_SOURCE);

	read_texts(b, r);
	r->field = n->field;
	r->origin = origin_new(".", &scope, &place, b->faults);
	n->row = r;
	add_row(g, r);
}

static void
open_group(struct map_binding *b, const struct map_target *t,
    struct map_row *r)
{
	struct map_group *g = new_group(b->map, t, r);
	struct csv_place place = map_at(b, MAP_SOURCE);

	g->required = read_required(b);
	g->nodes = compile(b, MAP_SOURCE, t->group);
	if (*map_cell(b, MAP_WHEN) != '\0')
		g->when = compile(b, MAP_WHEN, t->group);
	if (g->nodes != NULL && !origin_gives_nodes(g->nodes)) {
		csv_fault(b->faults, &place, "%s: a list needs a path to "
		    "elements", r->source);
		origin_free(g->nodes);
		g->nodes = NULL;
	}
	t->node->group = g;
	b->map->flat = false;
	if (g->field->type->simple != NULL)
		read_values(b, r, t->node, g);
	else if (*map_cell(b, MAP_CONVERT) != '\0' ||
	    *map_cell(b, MAP_DEFAULT) != '\0')
		map_wrong(b, "a row that opens a list takes neither "
		    "convert nor default");
}

static void
bind_field(struct map_binding *b, struct map_row *r)
{
	struct map_target t;

	if (!map_resolve(b, &t))
		return;
	if (t.opens) {
		open_group(b, &t, r);
		return;
	}
	if (t.node->field->type->simple == NULL) {
		map_wrong(b, "this field holds other fields, not a text; "
		    "Altinn would answer with an error");
		return;
	}
	if (t.node->row != NULL) {
		map_wrong(b, "the same field is filled twice; Altinn takes "
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
bind_data_value(struct map_binding *b, struct map_row *r)
{
	struct map *m = b->map;

	r->data_value = map_cell(b, MAP_TARGET) + sizeof data_values - 1;
	if (*r->data_value == '\0')
		map_wrong(b, "needs a name behind the colon");
	for (size_t i = 0; i < m->n_data_rows; i++)
		if (strcmp(m->data_rows[i]->data_value, r->data_value) == 0)
			map_wrong(b, "the same data value twice");
	read_row(b, r, &m->top);
	m->data_rows = map_grow(m->data_rows, &m->cap_data_rows,
	    m->n_data_rows);
	m->data_rows[m->n_data_rows++] = r;
}

static void
bind_rows(struct map_binding *b)
{
	struct map *m = b->map;

	for (b->row = 0; b->row < m->n_rows; b->row++) {
		struct map_row *r = &m->rows[b->row];

		r->target = map_cell(b, MAP_TARGET);
		r->source = map_cell(b, MAP_SOURCE);
		r->conversion = map_cell(b, MAP_CONVERT);
		r->condition = map_cell(b, MAP_WHEN);
		r->line = map_at(b, MAP_TARGET).line;
		if (strncmp(map_cell(b, MAP_TARGET), data_values,
		    sizeof data_values - 1) == 0)
			bind_data_value(b, r);
		else
			bind_field(b, r);
	}
}

struct map *
map_bind(const char *label, const char *path, const struct map_scope *scope,
    struct faults *f)
{
	static const struct csv_format format =
	    { columns, MAP_COLUMNS, false };
	struct map *m = mem_alloc(sizeof *m);
	struct map_binding b = { .map = m, .scope = scope, .faults = f };

	m->arena = scope->origins.arena;
	m->top.target = "";
	m->flat = true;
	m->root = arena_zero(m->arena, sizeof *m->root);
	m->root->field = scope->target->root;
	m->root->path = "";
	m->root->must = true;
	if (csv_load(&m->csv, label, path, &format, f) == -1) {
		map_free(m);
		return NULL;
	}
	m->n_rows = m->csv.n_rows;
	m->rows = arena_zero(m->arena, (m->n_rows + 1) * sizeof *m->rows);
	bind_rows(&b);
	map_complete(&b, m->root, 0);
	return m;
}

struct map *
map_load(const char *label, const char *path, const struct map_scope *scope,
    struct faults *f)
{
	size_t before = f->errors;
	struct map *m = map_bind(label, path, scope, f);

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
	map_free_node(m->root);
	free(m->data_rows);
	csv_done(&m->csv);
	free(m);
}

struct csv_place
map_place(const struct map *m, const struct map_row *r,
    enum map_column column)
{
	return csv_place(&m->csv, (size_t)(r - m->rows), column);
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
