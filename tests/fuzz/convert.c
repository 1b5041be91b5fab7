#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/lexical.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"
#include "transform/codes.h"
#include "transform/convert.h"
#include "transform/csv.h"

/*
 * A chain, then its values: what comes out is text where text went in, and
 * of the kind that the chain says it yields.
 */

enum { VALUES = 8 };

static const char day[] = "2026-03-02";

static struct codes_set *
lists(void)
{
	static const char kode[] = "from;to;valid_from;valid_to\nM;mann;;\n"
	    "G;gammel;;2025-12-31\nG;ny;2026-01-01;\n1;2;;\n";
	static struct codes_set *set;
	struct faults f = { 0 };

	if (set == NULL) {
		set = codes_set_new();
		codes_set_add(set, "kode", codes_read("kode.csv", kode,
		    sizeof kode - 1, &f));
		codes_set_add(set, "faulty", NULL);
		assert(f.n == 0);
	}
	return set;
}

static void
check_yield(const struct convert *c, const struct convert_result *r)
{
	struct convert_yield y = convert_yields(c);

	if (r->status != CONVERT_ONE || *r->text == '\0' ||
	    y.origin != YIELD_KIND)
		return;
	if (y.kind == VALUE_DATE)
		assert(lexical_date(r->text));
	if (y.kind == VALUE_DECIMAL)
		assert(lexical_decimal(r->text));
	if (y.kind == VALUE_INTEGER)
		assert(lexical_integer(r->text));
	if (y.kind == VALUE_BOOLEAN)
		assert(lexical_boolean(r->text));
	if (y.not_negative)
		assert(*r->text != '-');
}

static void
check_run(const struct convert *c, const char *const *values, size_t n,
    bool sound)
{
	struct arena arena = { 0 };
	struct convert_result r = convert_run(c, values, n, day, &arena);

	if (r.status == CONVERT_ONE) {
		assert(r.text != NULL);
		assert(strlen(r.text) <= CONVERT_TEXT_MAX);
		assert(!sound || text_utf8_ok(r.text, strlen(r.text)));
	}
	if (r.status == CONVERT_FAILED || r.status == CONVERT_MISSED)
		assert(r.step != NULL && r.why != NULL);
	if (convert_takes_many(c))
		assert(r.status != CONVERT_SEVERAL);
	check_yield(c, &r);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct csv_place place = { "map.csv", 7, 3, "convert" };
	struct fuzz in = fuzz_input(data, size), piece = fuzz_piece(&in);
	struct faults f = { 0 };
	char *chain = fuzz_string(piece), *values[VALUES];
	bool sound = text_utf8_ok(chain, strlen(chain));
	struct convert *c;
	size_t n = 0;

	setlocale(LC_CTYPE, "C.UTF-8");
	while (in.n > 0 && n < VALUES) {
		values[n] = fuzz_string(fuzz_piece(&in));
		sound = sound && text_utf8_ok(values[n], strlen(values[n]));
		n++;
	}
	c = convert_new(chain, lists(), &place, &f);
	assert((c == NULL) == (f.errors > 0));
	if (c != NULL)
		check_run(c, (const char *const *)values, n, sound);
	fuzz_faults(&f);
	convert_free(c);
	faults_free(&f);
	while (n > 0)
		free(values[--n]);
	free(chain);
	return 0;
}
