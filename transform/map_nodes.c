#include "transform/map_parts.h"

#include <stdlib.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/fault.h"

bool
map_repeats(const struct field *f)
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
	    map_repeats(f) ? "[]" : "");
	return n;
}

struct map_node *
map_find_node(const struct map_node *above, const struct field *f)
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
struct map_node *
map_child_node(struct map *m, struct map_node *above, const struct field *f)
{
	bool attribute = f->kind == FIELD_ATTRIBUTE;
	struct map_node ***list = attribute ? &above->attributes :
	    &above->children;
	size_t *n = attribute ? &above->n_attributes : &above->n_children;
	size_t *cap = attribute ? &above->cap_attributes :
	    &above->cap_children, i = *n;
	struct map_node *found = map_find_node(above, f);

	if (found != NULL)
		return found;
	*list = map_grow(*list, cap, *n);
	/* Fields of one type stand in an array, in schema order. */
	while (i > 0 && (*list)[i - 1]->field > f) {
		(*list)[i] = (*list)[i - 1];
		i--;
	}
	(*list)[i] = new_node(m, f, above);
	++*n;
	return (*list)[i];
}

void
map_free_node(struct map_node *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n_children; i++)
		map_free_node(n->children[i]);
	for (size_t i = 0; i < n->n_attributes; i++)
		map_free_node(n->attributes[i]);
	free(n->children);
	free(n->attributes);
}

static void
missing(const struct map_binding *b, const struct field *f,
    const struct map_node *above)
{
	faults_add(b->faults, b->map->csv.label, 1, 0, "no row fills %s%s%s%s, "
	    "which %s requires; add a row with it as target", above->path,
	    *above->path != '\0' ? "." : "", f->name,
	    map_repeats(f) ? "[]" : "", b->scope->target->schema);
}

static void
complete_child(const struct map_binding *b, struct map_node *above,
    const struct field *f, int depth)
{
	struct map_node *n = map_find_node(above, f);
	const char *given = f->fixed != NULL ? f->fixed : f->preset;

	if (n == NULL && !model_required(f))
		return;
	if (n == NULL && f->type->simple != NULL && given == NULL &&
	    !f->nillable) {
		missing(b, f, above);
		return;
	}
	if (n == NULL) {
		n = map_child_node(b->map, above, f);
		if (f->type->simple != NULL)
			n->constant = given;
	}
	n->nil = f->type->simple != NULL && f->nillable && given == NULL &&
	    model_required(f) && n->group == NULL;
	n->must = model_required(f) && n->row == NULL && n->group == NULL;
	if (depth < MAP_DEPTH_MAX)
		map_complete(b, n, depth + 1);
}

static void
complete_attribute(const struct map_binding *b, struct map_node *above,
    const struct field *f)
{
	const char *given = f->fixed != NULL ? f->fixed : f->preset;
	struct map_node *n;

	if (given == NULL && f->min == 0)
		return;
	n = map_child_node(b->map, above, f);
	if (n->row == NULL && given == NULL)
		missing(b, f, above);
	if (n->row == NULL)
		n->constant = given;
}

void
map_complete(const struct map_binding *b, struct map_node *n, int depth)
{
	const struct field_type *t = n->field->type;

	for (size_t i = 0; i < t->n_attributes; i++)
		complete_attribute(b, n, &t->attributes[i]);
	for (size_t i = 0; i < t->n_children; i++)
		complete_child(b, n, &t->children[i], depth);
}
