#include "transform/map_parts.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/model.h"
#include "spool/mem.h"

static const struct field *
last_field(const struct map_binding *b, const struct map_target *t)
{
	return t->n_trail > 0 ? t->trail[t->n_trail - 1] :
	    b->map->root->field;
}

static bool
step_found(const struct map_binding *b, const struct map_target *t,
    const char *step, const struct field **f)
{
	const struct field_type *type = last_field(b, t)->type;

	switch (model_step(type, step, f)) {
	case MODEL_ONE:
		return true;
	case MODEL_SEVERAL:
		map_wrong(b, "the name is ambiguous: several fields differ "
		    "from it only in case or hyphens");
		return false;
	case MODEL_NONE:
		break;
	}
	if (type->simple != NULL)
		map_wrong(b, "goes on below a field that holds a text");
	else if (strchr(step, '[') != NULL)
		map_wrong(b, "a list is written Name[], without a number");
	else
		map_wrong(b, "B's schema has no such field; Altinn would "
		    "ignore it");
	return false;
}

/* A repeated element: [] must say so, and a row must have opened it. */
static bool
enter_list(const struct map_binding *b, struct map_target *t,
    const struct field *f, bool brackets, bool last)
{
	bool open = t->node != NULL && t->node->group != NULL;

	if (map_repeats(f) != brackets)
		map_wrong(b, brackets ? "this element does not repeat: "
		    "write it without []" : "this element repeats: write it "
		    "with [], in a row that opens it");
	else if (brackets && last && open)
		map_wrong(b, "the same target twice");
	else if (brackets && !last && !open)
		map_wrong(b, "no row opens this list: put a row with the "
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
take_step(const struct map_binding *b, struct map_target *t, char *step,
    bool last)
{
	size_t n = strlen(step);
	bool brackets = n > 2 && strcmp(step + n - 2, "[]") == 0;
	const struct field *f = last_field(b, t);

	if (brackets)
		step[n - 2] = '\0';
	if (last && f->type->simple != NULL && f->kind == FIELD_ELEMENT &&
	    strcasecmp(step, "value") == 0)
		return true;		/* .value of a SERES leaf */
	if (t->n_trail == MAP_DEPTH_MAX) {
		map_wrong(b, "the path is too deep");
		return false;
	}
	if (!step_found(b, t, step, &f))
		return false;
	t->trail[t->n_trail++] = f;
	t->node = t->node != NULL ? map_find_node(t->node, f) : NULL;
	return enter_list(b, t, f, brackets, last);
}

static void
make_nodes(const struct map_binding *b, struct map_target *t)
{
	t->node = b->map->root;
	for (size_t i = 0; i < t->n_trail; i++) {
		const struct field_type *type = t->trail[i]->type;

		t->node = map_child_node(b->map, t->node, t->trail[i]);
		t->node->dot_value = type->simple != NULL &&
		    type->n_attributes > 0;
	}
}

bool
map_resolve(const struct map_binding *b, struct map_target *t)
{
	char *path = mem_dup(map_cell(b, MAP_TARGET)), *step = path, *dot;
	bool ok = *path != '\0';

	*t = (struct map_target){ .node = b->map->root, .group = &b->map->top };
	if (!ok)
		map_wrong(b, "the target is empty");
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
