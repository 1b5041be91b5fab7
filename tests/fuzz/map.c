#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "transform/codes.h"
#include "transform/map.h"
#include "transform/route.h"

/*
 * map.csv between two fixed apps: faults, or trees in which every row has a
 * place and every path leads to a field.
 */

enum { DEPTH = 64 };

static size_t
check_group(const struct map_group *g, int depth)
{
	size_t n = g->n_rows;

	assert(depth < DEPTH);
	for (size_t i = 0; i < g->n_rows; i++) {
		const struct map_row *r = g->rows[i];

		assert(r->slot == i && r->origin != NULL);
		assert(r->convert != NULL && r->line > 0);
		assert((r->field != NULL) != (r->data_value != NULL));
	}
	for (size_t i = 0; i < g->n_groups; i++) {
		assert(g->groups[i]->slot == i && g->groups[i]->parent == g);
		assert(g->groups[i]->nodes != NULL);
		n += check_group(g->groups[i], depth + 1);
	}
	return n;
}

static size_t
check_node(const struct map_node *n, int depth)
{
	size_t rows = n->row != NULL;

	assert(depth < DEPTH && n->field != NULL && n->path != NULL);
	for (size_t i = 0; i < n->n_children; i++) {
		assert(i == 0 || n->children[i - 1]->field <
		    n->children[i]->field);
		rows += check_node(n->children[i], depth + 1);
	}
	for (size_t i = 0; i < n->n_attributes; i++)
		rows += check_node(n->attributes[i], depth + 1);
	return rows;
}

static void
check_map(const struct map *m)
{
	struct map_row *const *rows;
	size_t n = map_data_values(m, &rows);

	assert(check_group(map_rows(m), 0) ==
	    check_node(map_root(m), 0) + n);
	for (size_t i = 0; i < n; i++)
		assert(rows[i]->data_value != NULL);
}

static const struct form_type *
form_of(const char *app)
{
	const struct form_type *t = app_only_form(house_app(app));

	assert(t != NULL && t->model != NULL && t->root != NULL);
	return t;
}

static void
load(struct fuzz in, unsigned options)
{
	struct origin_takes takes = { .n = 0 };
	struct arena arena = { 0 };
	struct codes_set *codes = codes_set_new();
	struct faults f = { 0 };
	struct map_scope scope = { .codes = codes, .origins = {
	    .arena = &arena, .takes = &takes, .app = house_app(house_a),
	    .form = options & 1 ? NULL : form_of(house_a) },
	    .target = form_of(options & 2 ? house_a : house_b) };
	struct buf path = { 0 };
	struct map *m;

	codes_set_add(codes, "faulty", NULL);
	fuzz_put("map.csv", in);
	buf_fmt(&path, "%s/map.csv", fuzz_path());
	m = map_load("map.csv", path.p, &scope, &f);
	assert((m == NULL) == (f.errors > 0));
	if (m != NULL)
		check_map(m);
	fuzz_faults(&f);
	map_free(m);
	faults_free(&f);
	codes_set_free(codes);
	origin_takes_done(&takes);
	arena_free(&arena);
	buf_free(&path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	unsigned options = fuzz_byte(&in);

	load(in, options);
	return 0;
}
