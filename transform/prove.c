#include "transform/prove.h"

#include <stdarg.h>
#include <string.h>

#include "schemas/model.h"
#include "transform/prove_parts.h"

static bool
told(const struct faults *f, const struct csv_place *at, const char *text)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].line == at->line &&
		    f->v[i].column == at->column &&
		    strcmp(f->v[i].file, at->file) == 0 &&
		    strcmp(f->v[i].text, text) == 0)
			return true;
	return false;
}

static void
tell(struct proof *p, enum fault_level level, const struct csv_place *at,
    const char *text)
{
	if (at->name != NULL)
		text = arena_fmt(&p->arena, "%s: %s", at->name, text);
	if (told(p->faults, at, text))
		return;
	if (level == FAULT_ERROR)
		faults_add(p->faults, at->file, at->line, at->column, "%s",
		    text);
	else
		faults_warn(p->faults, at->file, at->line, at->column, "%s",
		    text);
}

void
prove_tell(struct proof *p, enum fault_level level,
    const struct csv_place *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(p, level, at, arena_vfmt(&p->arena, fmt, ap));
	va_end(ap);
}

void
prove_row(struct proof *p, enum fault_level level, const struct map_row *r,
    enum map_column column, const char *fmt, ...)
{
	struct csv_place at = map_place(p->route->map, r, column);
	va_list ap;

	va_start(ap, fmt);
	tell(p, level, &at, arena_fmt(&p->arena, "%s: %s", r->target,
	    arena_vfmt(&p->arena, fmt, ap)));
	va_end(ap);
}

struct csv_place
prove_conf(const struct proof *p, long line, const char *key)
{
	return (struct csv_place){ .line = line, .name = key,
	    .file = arena_fmt((struct arena *)&p->arena, "%s/route.conf",
	    p->route->folder) };
}

const char *
prove_count(struct proof *p, long most)
{
	return most == MODEL_UNBOUNDED ? "any number" :
	    arena_fmt(&p->arena, "up to %ld", most);
}

void
prove_each_row(struct proof *p, const struct map_group *g, prove_row_fn *fn)
{
	for (size_t i = 0; i < g->n_rows; i++)
		if (g->rows[i]->origin != NULL && g->rows[i]->convert != NULL)
			fn(p, g->rows[i]);
	for (size_t i = 0; i < g->n_groups; i++)
		prove_each_row(p, g->groups[i], fn);
}

void
prove_route(const struct route *r, struct faults *f)
{
	struct proof p = { .route = r, .faults = f };

	prove_sources(&p);
	prove_counts(&p);
	if (r->map != NULL) {
		prove_types(&p);
		prove_codes(&p);
	}
	prove_files(&p);
	prove_shown(&p);
	prove_owner(&p);
	arena_free(&p.arena);
}
