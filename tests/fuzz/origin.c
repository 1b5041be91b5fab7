#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sample.h"
#include "transform/csv.h"
#include "transform/origin.h"

/*
 * A source of map.csv, or a for-each and a source within it: what compiles
 * has only names that libxml2 knows, and a path that the schema knows gives
 * as many values as the schema allows.
 */

enum { TEXT_MAX = 400, NODES = 4 };

static struct sample *table;

static const char tillegg[] =
    "<Tillegg><linje><tekst>en</tekst></linje></Tillegg>";

static void
leave(void)
{
	sample_free(table);
}

/* Such a fault would come in the night, and from some packages only. */
static void
on_error(void *arg, xmlErrorPtr e)
{
	(void)arg;
	assert(e->code != XML_XPATH_UNKNOWN_FUNC_ERROR);
	assert(e->code != XML_XPATH_UNDEF_VARIABLE_ERROR);
	assert(e->code != XML_XPATH_UNDEF_PREFIX_ERROR);
}

static void
lay_table(void)
{
	if (table != NULL)
		return;
	table = sample_new();
	sample_form(table, "skjema", sample_skjema);
	sample_form(table, "tillegg", tillegg);
	table->xpath->error = on_error;
	atexit(leave);
}

static void
check_values(const struct origin *o, const struct origin_env *env)
{
	const struct origin_facts facts = origin_facts(o);
	const char *const *v = NULL;
	long n = origin_values(o, env, &v);
	int truth = origin_truth(o, env);

	assert(n >= 0 || n == ORIGIN_FAILED);
	for (long i = 0; i < n; i++)
		assert(v[i] != NULL);
	assert(truth == 0 || truth == 1 || truth == ORIGIN_FAILED);
	if (facts.sort != SORT_FIELD)
		return;
	assert(facts.field != NULL && n >= 0);
	assert(facts.most == MODEL_UNBOUNDED || n <= facts.most);
}

static long
check_nodes(const struct origin *o, const struct origin_env *env,
    xmlNodePtr **nodes)
{
	long n = origin_gives_nodes(o) ? origin_nodes(o, env, nodes) : 0;

	assert(n >= 0 || n == ORIGIN_FAILED);
	for (long i = 0; i < n; i++)
		assert((*nodes)[i] != NULL);
	return n;
}

/* What both texts are read against, and what comes of it. */
struct trying {
	struct origin_scope scope;
	struct origin_env env;
	struct faults faults;
};

static struct origin *
compile(struct trying *t, const char *text)
{
	static const struct csv_place place = { "map.csv", 7, 2, "source" };
	size_t before = t->faults.errors;
	struct origin *o = origin_new(text, &t->scope, &place, &t->faults);

	assert((o == NULL) == (t->faults.errors > before));
	return o;
}

static void
try_within(struct trying *t, const struct origin *base, const char *text)
{
	xmlNodePtr *nodes = NULL, *inner = NULL;
	long n = check_nodes(base, &t->env, &nodes);
	struct origin *o;

	t->scope.base = base;
	o = compile(t, text);
	for (long i = 0; o != NULL && i < n && i < NODES; i++) {
		t->env.node = nodes[i];
		check_values(o, &t->env);
		check_nodes(o, &t->env, &inner);
	}
	origin_free(o);
}

static void
try_texts(const char *first, const char *second)
{
	struct arena arena = { 0 }, package = { 0 };
	struct origin_takes takes = { .n = 0 };
	struct trying t = { .scope = sample_scope(table),
	    .env = sample_env(table) };
	struct origin *o;

	t.scope.arena = &arena;
	t.scope.takes = &takes;
	t.env.arena = &package;
	o = compile(&t, first);
	if (o != NULL) {
		check_values(o, &t.env);
		try_within(&t, o, second);
	}
	fuzz_faults(&t.faults);
	origin_free(o);
	faults_free(&t.faults);
	origin_takes_done(&takes);
	arena_free(&package);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), piece = fuzz_piece(&in);
	char *first, *second;

	if (size > TEXT_MAX)
		return 0;
	lay_table();
	first = fuzz_string(piece);
	second = fuzz_string(in);
	try_texts(first, second);
	free(first);
	free(second);
	return 0;
}
