#include "transform/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/moment.h"
#include "spool/arena.h"
#include "spool/conf.h"
#include "spool/earlier.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "transform/config.h"
#include "transform/document.h"
#include "transform/fill.h"
#include "transform/plan_parts.h"
#include "transform/route.h"
#include "transform/units.h"
#include "watcher/check.h"
#include "watcher/form.h"

void
planner_init(struct planner *p, const struct config *config)
{
	*p = (struct planner){ .config = config,
	    .reader = form_reader_new(), .xpath = xmlXPathNewContext(NULL) };
	if (p->xpath == NULL)
		mem_exhausted();
	p->xpath->error = origin_quiet;
}

void
planner_done(struct planner *p)
{
	form_reader_free(p->reader);
	xmlXPathFreeContext(p->xpath);
	buf_free(&p->text);
}

/* ---------------------------------------------------------------- owner */

static void
owner_finding(struct plan_making *m, enum finding_code code, const char *why)
{
	const struct route *r = m->route;

	findings_add(m->checked->findings, code, arena_fmt(m->env.arena,
	    "routes/%s/route.conf", r->name), 0, NULL, "%s of route %s: %s",
	    r->owners != NULL ? "owner" : owner_kind_name(r->owner_kind),
	    r->name, why);
}

static bool
find_owner(struct plan_making *m)
{
	const struct route *r = m->route;
	struct owner *owner = &m->out->owner;
	struct owner_fault fault;
	const char *const *v;
	long n = origin_values(r->owner, &m->env, &v);
	const char *text = n > 0 ? v[0] : "", *unit = NULL;
	int rc;

	if (n == ORIGIN_FAILED || n > 1) {
		owner_finding(m, F_OWNER_AMBIGUOUS, n > 1 ? "the source has "
		    "several values" : "the source could not be worked out");
		return false;
	}
	if (r->owners != NULL)
		rc = owner_table_find(r->owners, text, m->day,
		    &m->env.owner_row, owner, &fault);
	else
		rc = owner_take(owner, m->planner->config->conf,
		    r->owner_kind, text, &fault);
	if (rc == -1) {
		owner_finding(m, fault.code, fault.why);
		return false;
	}
	if (owner->kind == OWNER_ORGANISATION)
		unit = units_find(m->planner->config->units, owner->value);
	if (!owner_allowed(owner, &r->to->meta.parties, unit)) {
		owner_finding(m, F_PARTY_TYPE_NOT_ALLOWED,
		    arena_fmt(m->env.arena, "%s takes no %s%s%s",
		    r->to->name, owner_kind_name(owner->kind),
		    unit != NULL ? " of the unit type " : "",
		    unit != NULL ? unit : ""));
		return false;
	}
	owner_tag(owner, m->planner->config->key, m->planner->config->key_len,
	    m->out->tag);
	return true;
}

/* ----------------------------------------------------------------- form */

static void
add_pair(void *arg, const char *key, const char *value)
{
	struct plan_making *m = arg;
	struct plan_instance *o = m->out;
	struct plan_pair *v = o->prefill;

	v[o->n_prefill++] = (struct plan_pair){
	    .key = arena_dup(m->env.arena, key), .value = value };
}

static size_t
count_rows(const struct route *r)
{
	return map_rows(r->map)->n_rows;
}

static void
make_prefill(struct plan_making *m, const struct fill *f)
{
	const struct route *r = m->route;

	if (!r->may_create)
		return;
	m->out->prefill = arena_zero(m->env.arena, (count_rows(r) + 1) *
	    sizeof *m->out->prefill);
	if (!document_pairs(map_root(r->map), f, add_pair, m))
		m->out->prefill = NULL;
}

static void
make_values(struct plan_making *m, const struct fill *f)
{
	struct plan_instance *o = m->out;
	struct map_row *const *rows;
	size_t n = map_data_values(m->route->map, &rows);

	o->values = arena_zero(m->env.arena, (n + 1) * sizeof *o->values);
	for (size_t i = 0; i < n; i++)
		if (f->values[rows[i]->slot] != NULL)
			o->values[o->n_values++] = (struct plan_pair){
			    .key = rows[i]->data_value,
			    .value = f->values[rows[i]->slot] };
}

static void
check_form(struct plan_making *m)
{
	const struct form_type *t = m->route->target;
	struct form_job job = {
		.type = t, .max_depth = FORM_DEPTH_MAX, .ours = true,
		.file = arena_fmt(m->env.arena, "%s.xml", t->type->id),
		.arena = m->env.arena, .findings = m->checked->findings,
	};

	form_check(m->planner->reader, &job, m->out->form,
	    m->out->form_size);
}

static void
make_form(struct plan_making *m)
{
	struct findings *found = m->checked->findings;
	size_t before = found->n;
	struct fill_job job = { .map = m->route->map, .file = m->route->file,
	    .day = m->day, .env = m->env, .findings = found,
	    .watch = m->planner->watch != NULL ?
	    &m->planner->watch->fill : NULL };
	struct fill *f = fill_map(&job);
	struct buf *b = &m->planner->text;

	if (found->n > before)
		return;
	buf_reset(b);
	document_write(map_root(m->route->map), f, b);
	m->out->form = arena_dupn(m->env.arena, b->p, b->len);
	m->out->form_size = b->len;
	make_values(m, f);
	make_prefill(m, f);
	check_form(m);
}

/* ------------------------------------------------------------ instances */

static const char *
later(struct plan_making *m, int64_t span)
{
	char text[MOMENT_SIZE];

	if (span < 0)
		return NULL;
	moment_shift(m->checked->instance.archived, span, text);
	return arena_dup(m->env.arena, text);
}

static void
make_key(struct plan_making *m)
{
	struct plan_instance *o = m->out;
	const char *guid = m->checked->instance.guid;

	if (m->route->for_each == NULL)
		snprintf(o->key, sizeof o->key, "%s.%s", guid,
		    m->route->name);
	else
		snprintf(o->key, sizeof o->key, "%s.%s.%04zu", guid,
		    m->route->name, o->index);
	if (m->planner->earlier != NULL)
		o->replaces = earlier_key(m->planner->earlier, o->key);
}

static struct plan_instance *
new_instance(struct plan *plan, struct arena *arena)
{
	if (plan->n == plan->cap) {
		size_t cap = plan->cap > 0 ? 2 * plan->cap : 4;
		struct plan_instance *v = arena_take(arena, cap * sizeof *v);

		if (plan->n > 0)
			memcpy(v, plan->v, plan->n * sizeof *v);
		plan->v = v;
		plan->cap = cap;
	}
	memset(&plan->v[plan->n], 0, sizeof *plan->v);
	return &plan->v[plan->n++];
}

static void
make_instance(struct plan_making *m, struct plan *plan, size_t index, size_t of)
{
	const struct plan_watch *w = m->planner->watch;
	bool owned;

	m->out = new_instance(plan, m->env.arena);
	m->out->route = m->route;
	m->out->index = index;
	m->out->of = of;
	make_key(m);
	m->out->due = later(m, m->route->due_after);
	m->out->visible = later(m, m->route->visible_after);
	owned = find_owner(m);
	if (w != NULL)
		w->instance(w->arg, m->out, owned);
	/* Without an owner, owner: sources have no row to read. */
	if (owned)
		make_form(m);
	plan_attach(m);
}

static void
route_finding(struct plan_making *m, const char *why)
{
	findings_add(m->checked->findings, F_MAP_SOURCE, arena_fmt(
	    m->env.arena, "routes/%s/route.conf", m->route->name), 0, NULL,
	    "%s", why);
}

static int
applies(struct plan_making *m)
{
	const struct origin *when = m->route->when;
	int yes = when != NULL ? origin_truth(when, &m->env) : 1;

	if (yes == ORIGIN_FAILED)
		route_finding(m, "when could not be worked out");
	return yes;
}

/* The nodes of for-each, or one NULL; 0 when the route does not apply. */
static size_t
route_nodes(struct plan_making *m, xmlNodePtr **nodes, enum plan_applies *how)
{
	static xmlNodePtr none[1];
	const struct route *r = m->route;
	long n = 1;
	int yes = applies(m);

	*nodes = none;
	*how = yes == 0 ? PLAN_WHEN_FALSE : PLAN_FAILED;
	if (yes != 1)
		return 0;
	if (r->for_each != NULL)
		n = origin_nodes(r->for_each, &m->env, nodes);
	if (n == ORIGIN_FAILED)
		route_finding(m, "for-each could not be worked out");
	else if (n > PLAN_INSTANCES_MAX)
		route_finding(m, arena_fmt(m->env.arena,
		    "for-each gives more than %d nodes", PLAN_INSTANCES_MAX));
	*how = n == ORIGIN_FAILED || n > PLAN_INSTANCES_MAX ? PLAN_FAILED :
	    n == 0 ? PLAN_NO_NODES : PLAN_APPLIES;
	return *how == PLAN_APPLIES ? (size_t)n : 0;
}

static void
make_route(struct planner *p, struct checked *c, const struct route *r,
    struct plan *plan)
{
	struct plan_making m = { .planner = p, .checked = c, .route = r };
	const struct plan_watch *w = p->watch;
	enum plan_applies how;
	xmlNodePtr *nodes;
	size_t n;

	m.env = (struct origin_env){ .arena = c->arena, .xpath = p->xpath,
	    .checked = c, .owners = r->owners };
	moment_date(c->instance.archived, m.day);
	n = route_nodes(&m, &nodes, &how);
	if (w != NULL)
		w->route(w->arg, r, how, n);
	for (size_t i = 0; i < n; i++) {
		if (c->findings->n == FINDINGS_MAX)
			return;
		m.env.node = nodes[i];
		make_instance(&m, plan, i + 1, n);
	}
}

void
plan_make(struct planner *p, struct checked *c, struct plan *plan)
{
	const struct config *config = p->config;

	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < config->n_routes; i++)
		if (config->routes[i]->from == c->app)
			make_route(p, c, config->routes[i], plan);
	if (plan->n == 0 && c->findings->n == 0)
		findings_add(c->findings, F_NO_ROUTE, NULL, 0, NULL,
		    "no route applies to this instance of %s", c->app->name);
}
