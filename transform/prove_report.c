#include "transform/prove.h"

#include <stdbool.h>

#include "schemas/app.h"
#include "spool/fault.h"
#include "transform/config.h"
#include "transform/map.h"
#include "transform/route.h"

struct survey {
	FILE *out;
	const struct route *route;
	size_t rows, trees;
};

static void
look_at(struct survey *s, const struct origin *o, const char *file, long line,
    const char *what)
{
	if (o == NULL || !origin_needs_tree(o))
		return;
	s->trees++;
	fprintf(s->out, "  needs the whole form in memory: %s (%s", what,
	    file);
	if (line > 0)
		fprintf(s->out, ":%ld", line);
	fputs(")\n", s->out);
}

static void
look_at_group(struct survey *s, const struct map_group *g)
{
	const char *file = s->route->file;

	look_at(s, g->nodes, file, g->line, g->target);
	look_at(s, g->when, file, g->line, "when");
	for (size_t i = 0; i < g->n_rows; i++) {
		const struct map_row *r = g->rows[i];

		s->rows++;
		look_at(s, r->origin, file, r->line, r->source);
		look_at(s, r->when, file, r->line, "when");
	}
	for (size_t i = 0; i < g->n_groups; i++)
		look_at_group(s, g->groups[i]);
}

static void
report_route(const struct route *r, FILE *out)
{
	struct survey s = { .out = out, .route = r };

	fprintf(out, "%s: %s -> %s, form %s\n", r->name, r->from->name,
	    r->to->name, r->target->type->id);
	look_at(&s, r->when, "route.conf", r->when_line, "when");
	look_at(&s, r->for_each, "route.conf", r->for_each_line, "for-each");
	look_at(&s, r->owner, "route.conf", r->owner_line, "owner");
	look_at_group(&s, map_rows(r->map));
	fprintf(out, "  %zu rows, %zu kinds of attachment%s%s\n", s.rows,
	    r->n_attachments, r->may_create ? ", create.json" : "",
	    s.trees == 0 ? "; forms are read as they stream" : "");
}

void
prove_report(const struct config *c, const struct faults *f, FILE *out)
{
	size_t warnings = f->n - f->errors;

	for (size_t i = 0; i < c->n_routes; i++)
		report_route(c->routes[i], out);
	fprintf(out, "%zu apps, %zu routes, no faults", c->n_apps,
	    c->n_routes);
	if (warnings > 0)
		fprintf(out, ", %zu warning%s", warnings,
		    warnings == 1 ? "" : "s");
	fputs("\n", out);
}
