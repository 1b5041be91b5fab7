#include "transform/origin.h"

#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "transform/origin_parts.h"

/* By local name, as the kept tree has no namespaces. */
static const struct field *
named(const struct field *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

const struct field *
origin_attribute(const struct field_type *t, const char *name)
{
	return named(t->attributes, t->n_attributes, name);
}

bool
origin_open(const struct field_type *t)
{
	return t->open || t->mixed;
}

size_t
origin_trail(const struct origin *o,
    const struct field *trail[ORIGIN_STEPS_MAX])
{
	const struct field *v;
	size_t n = model_roots(o->form->model, &v), i = 0;

	while (i < o->n_full) {
		trail[i] = named(v, n, o->full[i]);
		if (trail[i] == NULL)
			break;
		v = trail[i]->type->children;
		n = trail[i]->type->n_children;
		i++;
	}
	return i;
}

/* Counts multiplied; what has no bound stays so. */
static long
times(long a, long b)
{
	if (a == 0 || b == 0)
		return 0;
	if (a == MODEL_UNBOUNDED || b == MODEL_UNBOUNDED ||
	    a > 1000000 / b)
		return MODEL_UNBOUNDED;
	return a * b;
}

/* An omitted maxCount or minCount has a warning of its own (12-1). */
static void
count_forms(const struct origin *o, struct origin_facts *f)
{
	const struct data_type *t = o->form->type;

	if (o->in_document)
		return;
	if (t->has_min_count && t->min_count <= 0)
		f->least = 0;
	if (t->has_max_count)
		f->most = t->max_count > 0 && t->max_count < 1000000 ?
		    (long)t->max_count : MODEL_UNBOUNDED;
}

static void
count_field(const struct field *d, struct origin_facts *f)
{
	f->least = model_required(d) ? times(f->least, d->min) : 0;
	f->most = times(f->most, d->max);
}

static void
field_facts(const struct origin *o, struct origin_facts *f)
{
	const struct field *trail[ORIGIN_STEPS_MAX];
	size_t n = origin_trail(o, trail);

	if (n < o->n_full || n == 0)
		return;
	f->field = trail[n - 1];
	f->least = f->most = 1;
	count_forms(o, f);
	/* A root stands there just once. */
	for (size_t i = o->n_fixed > 0 ? o->n_fixed : 1; i < n; i++)
		count_field(trail[i], f);
	f->nillable = f->field->nillable && o->attribute == NULL;
	if (o->attribute != NULL) {
		f->field = origin_attribute(f->field->type, o->attribute);
		if (f->field != NULL)
			count_field(f->field, f);
	}
	if (f->field != NULL)
		f->sort = SORT_FIELD;
}

struct origin_facts
origin_facts(const struct origin *o)
{
	static const enum origin_sort sorts[] = {
		[ORIGIN_CONST] = SORT_CONST,
		[ORIGIN_INSTANCE] = SORT_INSTANCE,
		[ORIGIN_OWNER] = SORT_OWNER, [ORIGIN_PATH] = SORT_COMPUTED,
		[ORIGIN_XPATH] = SORT_COMPUTED,
	};
	struct origin_facts f = { .sort = sorts[o->kind], .text = o->text,
	    .column = o->column, .form = o->form,
	    .expression = o->kind == ORIGIN_XPATH };

	if (o->kind == ORIGIN_PATH && o->full_known)
		field_facts(o, &f);
	return f;
}
