#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"

/*
 * Two schemas, the first the main one, the other there to be included: a
 * fault, or a model that can be walked.
 */

enum { DEPTH = 5, STEPS = 3000 };

struct walk {
	const struct model *model;
	size_t steps;
};

static void
check_field(const struct field *f)
{
	assert(f->name != NULL && *f->name != '\0' && f->type != NULL);
	assert(f->min >= 0);
	assert(f->max == MODEL_UNBOUNDED || f->max >= f->min);
	assert(f->kind == FIELD_ELEMENT || f->max <= 1);
	assert(f->file != NULL && f->line >= 0);
}

static void
check_simple(const struct simple *s)
{
	assert(s->kind < VALUE_KINDS);
	assert(value_kind_name(s->kind) != NULL);
	value_holds(s, value_builtin("string"));
	value_holds(value_builtin("string"), s);
	for (size_t i = 0; i < s->n_codes; i++)
		assert(s->codes[i] != NULL);
}

static void
check_type(struct walk *w, const struct field_type *t, int depth)
{
	const struct field *found;

	if (t->simple != NULL) {
		assert(t->n_children == 0);
		check_simple(t->simple);
	}
	for (size_t i = 0; i < t->n_children && w->steps < STEPS; i++) {
		const struct field *f = &t->children[i];

		w->steps++;
		check_field(f);
		assert(f->kind == FIELD_ELEMENT);
		assert(model_child(t, f->name, f->ns) == f);
		assert(model_step(t, f->name, &found) != MODEL_NONE);
		model_required(f);
		if (depth < DEPTH)
			check_type(w, f->type, depth + 1);
	}
	for (size_t i = 0; i < t->n_attributes; i++) {
		check_field(&t->attributes[i]);
		assert(t->attributes[i].kind == FIELD_ATTRIBUTE);
	}
}

static void
check_model(const struct model *m)
{
	struct walk w = { .model = m };
	const struct field *roots;
	size_t n = model_roots(m, &roots);

	for (size_t i = 0; i < n; i++) {
		check_field(&roots[i]);
		assert(model_root(m, roots[i].name, roots[i].ns) != NULL);
		check_type(&w, roots[i].type, 0);
	}
	model_pick_root(m, "a", NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), first;
	const struct xsd_options options = { 0 };
	const struct xsd_document *docs;
	struct faults f = { 0 };
	struct model *m = NULL;
	struct xsd *x;

	first = fuzz_piece(&in);
	fuzz_put("main.xsd", first);
	fuzz_put("b.xsd", in);
	x = xsd_load(fuzz_path(), "a/b", "main.xsd", &options, &f);
	assert((x == NULL) == (f.errors > 0));
	if (x != NULL) {
		assert(xsd_schema(x) != NULL && xsd_documents(x, &docs) > 0);
		m = model_new(x, &f);
		assert((m == NULL) == (f.errors > 0));
	}
	xsd_free(x);
	if (m != NULL)
		check_model(m);
	model_free(m);
	fuzz_faults(&f);
	faults_free(&f);
	return 0;
}
