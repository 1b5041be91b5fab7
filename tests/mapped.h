#ifndef TESTS_MAPPED_H
#define TESTS_MAPPED_H

#include "schemas/app.h"
#include "spool/buf.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/codes.h"
#include "transform/map.h"

/* mapped: a map.csv of the sample's apps, loaded from its rows. */

static inline struct map *
load_map(struct sample *s, const struct codes_set *codes,
    const struct origin *base, const char *rows)
{
	struct map_scope scope = { .origins = sample_scope(s),
	    .target = app_form(s->to, "sak"), .codes = codes };
	struct buf text = { 0 };
	struct map *m;
	char path[512];

	scope.origins.base = base;
	buf_fmt(&text, "target;source;convert;required;default;when;note\n%s",
	    rows);
	scratch_put(s->scratch, "map.csv", buf_text(&text));
	scratch_path(s->scratch, path, sizeof path, "map.csv");
	m = map_load("map.csv", path, &scope, &s->faults);
	buf_free(&text);
	return m;
}

#endif
