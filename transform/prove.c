#include "transform/prove.h"

#include <stdbool.h>

#include "schemas/app.h"
#include "transform/config.h"
#include "transform/map.h"
#include "transform/route.h"

struct proof {
	FILE *out;
	const struct route *route;
	size_t rows, trees;
};

static void
look_at(struct proof *p, const struct origin *o, const char *file, long line,
    const char *what)
{
	if (o == NULL || !origin_needs_tree(o))
		return;
	p->trees++;
	fprintf(p->out, "  needs the whole form in memory: %s (%s", what,
	    file);
	if (line > 0)
		fprintf(p->out, ":%ld", line);
	fputs(")\n", p->out);
}

static void
look_at_group(struct proof *p, const struct map_group *g)
{
	const char *file = p->route->file;

	look_at(p, g->nodes, file, g->line, g->target);
	look_at(p, g->when, file, g->line, "when");
	for (size_t i = 0; i < g->n_rows; i++) {
		const struct map_row *r = g->rows[i];

		p->rows++;
		look_at(p, r->origin, file, r->line, r->source);
		look_at(p, r->when, file, r->line, "when");
	}
	for (size_t i = 0; i < g->n_groups; i++)
		look_at_group(p, g->groups[i]);
}

static void
report_route(const struct route *r, FILE *out)
{
	struct proof p = { .out = out, .route = r };

	fprintf(out, "%s: %s -> %s, form %s\n", r->name, r->from->name,
	    r->to->name, r->target->type->id);
	look_at(&p, r->when, "route.conf", 0, "when");
	look_at(&p, r->for_each, "route.conf", 0, "for-each");
	look_at(&p, r->owner, "route.conf", 0, "owner");
	look_at_group(&p, map_rows(r->map));
	fprintf(out, "  %zu rows, %zu kinds of attachment%s%s\n", p.rows,
	    r->n_attachments, r->may_create ? ", create.json" : "",
	    p.trees == 0 ? "; forms are read as they stream" : "");
}

void
prove_report(const struct config *c, FILE *out)
{
	for (size_t i = 0; i < c->n_routes; i++)
		report_route(c->routes[i], out);
	fprintf(out, "%zu apps, %zu routes, no faults\n", c->n_apps,
	    c->n_routes);
}
