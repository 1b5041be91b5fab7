#include "transform/plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/moment.h"
#include "spool/arena.h"
#include "spool/conf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "spool/text.h"
#include "transform/config.h"
#include "transform/document.h"
#include "transform/fill.h"
#include "transform/route.h"
#include "transform/units.h"
#include "watcher/check.h"
#include "watcher/form.h"
#include "watcher/rules.h"

enum { FILENAME_MAX_BYTES = 255 };

/* One instance under way. */
struct making {
	struct planner *planner;
	struct checked *checked;
	const struct route *route;
	struct plan_instance *out;
	struct origin_env env;
	char day[MOMENT_DATE_SIZE];
};

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
owner_finding(struct making *m, enum finding_code code, const char *why)
{
	const struct route *r = m->route;

	findings_add(m->checked->findings, code, arena_fmt(m->env.arena,
	    "routes/%s/route.conf", r->name), 0, NULL, "%s of route %s: %s",
	    r->owners != NULL ? "owner" : owner_kind_name(r->owner_kind),
	    r->name, why);
}

static bool
find_owner(struct making *m)
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

/* ---------------------------------------------------------- attachments */

static const struct {
	const char *type, *extension;
} extensions[] = {
	{ "application/pdf", "pdf" }, { "image/png", "png" },
	{ "image/jpeg", "jpg" }, { "image/gif", "gif" },
	{ "image/tiff", "tif" }, { "application/xml", "xml" },
	{ "text/xml", "xml" }, { "application/json", "json" },
	{ "text/plain", "txt" }, { "text/csv", "csv" },
	{ "text/html", "html" }, { "application/zip", "zip" },
	{ "application/rtf", "rtf" }, { "application/msword", "doc" },
	{ "application/vnd.ms-excel", "xls" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml"
	    ".document", "docx" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml"
	    ".sheet", "xlsx" },
	{ "application/vnd.oasis.opendocument.text", "odt" },
};

static const char *
extension_of(const char *content_type)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (strcmp(extensions[i].type, content_type) == 0)
			return extensions[i].extension;
	return "bin";
}

/* A bare MIME type in lower case, as B's binary check wants it (4.4). */
static const char *
bare_type(struct arena *arena, const char *content_type)
{
	size_t n = content_type != NULL ? strcspn(content_type, ";") : 0;
	char *s = arena_dupn(arena, n > 0 ? content_type : "", n);

	while (n > 0 && s[n - 1] == ' ')
		s[--n] = '\0';
	for (size_t i = 0; i < n; i++)
		s[i] = (char)tolower((unsigned char)s[i]);
	return s;
}

/* A name for people: no path, no control characters, no person number. */
static const char *
display_name(struct arena *arena, const char *name)
{
	struct buf b = { 0 };
	const char *s;
	size_t n = 0;

	if (name == NULL)
		return NULL;
	text_name(&b, name, strlen(name));
	for (char *p = b.p; p != NULL && *p != '\0'; p++)
		if (strchr("/\\\"", *p) != NULL)
			*p = '_';
	while (n < b.len) {
		size_t k = text_utf8(b.p + n, b.len - n);

		if (k == 0 || n + k > FILENAME_MAX_BYTES)
			break;
		n += k;
	}
	s = arena_dupn(arena, buf_text(&b), n);
	buf_free(&b);
	return s;
}

static void
part_finding(struct making *m, enum finding_code code,
    const struct element *x, const char *type, const char *what)
{
	findings_add(m->checked->findings, code, rules_place(x,
	    m->checked->findings), 0, NULL, "as %s of %s: %s", type,
	    m->route->to->name, what);
}

/* Contract 4.4, in its order; binary parts are compared as a whole. */
static void
check_part(struct making *m, const struct plan_part *p,
    const struct data_type *t)
{
	const struct element *x = p->element;

	if (*p->content_type == '\0' ||
	    !appmeta_allows(t, p->content_type, true))
		part_finding(m, F_PART_CONTENT_TYPE, x, t->id,
		    "the content type is not allowed");
	if (x->size == 0)
		part_finding(m, F_PART_EMPTY, x, t->id, "the file is empty");
	if (t->max_size > 0 && x->size / APPMETA_MEGABYTE >= t->max_size &&
	    x->size > t->max_size * APPMETA_MEGABYTE)
		part_finding(m, F_PART_TOO_LARGE, x, t->id,
		    "the file is too large");
}

static size_t
count_parts(const struct plan_instance *o, const char *type)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_parts; i++)
		if (strcmp(o->parts[i].type, type) == 0)
			n++;
	return n;
}

static void
add_part(struct making *m, const struct element *x,
    const struct route_attachment *a)
{
	struct plan_instance *o = m->out;
	struct plan_part *p = &o->parts[o->n_parts];
	struct arena *arena = m->env.arena;
	const struct data_type *t = a->target;
	size_t n = count_parts(o, t->id) + 1;

	*p = (struct plan_part){ .element = x, .type = t->id,
	    .content_type = bare_type(arena, x->content_type),
	    .filename = display_name(arena, x->filename) };
	p->file = arena_fmt(arena, "%s-%zu.%s", t->id, n,
	    extension_of(p->content_type));
	o->n_parts++;
	check_part(m, p, t);
	if (t->max_count > 0 && (int64_t)n == t->max_count + 1)
		part_finding(m, F_PART_TOO_MANY, x, t->id,
		    "more files than maxCount");
}

/* The newest by `created`; of equal ones the later in the list (12-13). */
static const struct element *
newest(const struct instance *in, const char *type)
{
	const struct element *last = NULL;
	int64_t at, best = INT64_MIN;

	for (size_t i = 0; i < in->n_elements; i++) {
		const struct element *x = &in->elements[i];

		if (x->deleted || strcmp(x->type, type) != 0)
			continue;
		if (x->created == NULL || !moment_parse(x->created, &at))
			at = INT64_MIN;
		if (at >= best) {
			best = at;
			last = x;
		}
	}
	return last;
}

static void
take_parts(struct making *m, const struct route_attachment *a)
{
	const struct instance *in = &m->checked->instance;
	const struct element *last = newest(in, a->source);

	if (last == NULL && a->required)
		findings_add(m->checked->findings, F_MAP_REQUIRED,
		    arena_fmt(m->env.arena, "routes/%s/attachments.csv",
		    m->route->name), a->line, a->source, "the instance has "
		    "no %s, which this route requires", a->source);
	for (size_t i = 0; i < in->n_elements; i++) {
		const struct element *x = &in->elements[i];

		if (!x->deleted && strcmp(x->type, a->source) == 0 &&
		    (!a->last || x == last))
			add_part(m, x, a);
	}
}

static void
make_parts(struct making *m)
{
	const struct route *r = m->route;
	size_t most = r->n_attachments * m->checked->instance.n_elements;

	m->out->parts = arena_zero(m->env.arena, (most + 1) *
	    sizeof *m->out->parts);
	for (size_t i = 0; i < r->n_attachments; i++)
		take_parts(m, &r->attachments[i]);
}

/* ----------------------------------------------------------------- form */

static void
add_pair(void *arg, const char *key, const char *value)
{
	struct making *m = arg;
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
make_prefill(struct making *m, const struct fill *f)
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
make_values(struct making *m, const struct fill *f)
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
check_form(struct making *m)
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
make_form(struct making *m)
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
later(struct making *m, int64_t span)
{
	char text[MOMENT_SIZE];

	if (span < 0)
		return NULL;
	moment_shift(m->checked->instance.archived, span, text);
	return arena_dup(m->env.arena, text);
}

static void
make_key(struct making *m)
{
	struct plan_instance *o = m->out;
	const char *guid = m->checked->instance.guid;

	if (m->route->for_each == NULL)
		snprintf(o->key, sizeof o->key, "%s.%s", guid,
		    m->route->name);
	else
		snprintf(o->key, sizeof o->key, "%s.%s.%04zu", guid,
		    m->route->name, o->index);
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
make_instance(struct making *m, struct plan *plan, size_t index, size_t of)
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
	make_parts(m);
}

static void
route_finding(struct making *m, const char *why)
{
	findings_add(m->checked->findings, F_MAP_SOURCE, arena_fmt(
	    m->env.arena, "routes/%s/route.conf", m->route->name), 0, NULL,
	    "%s", why);
}

static int
applies(struct making *m)
{
	const struct origin *when = m->route->when;
	int yes = when != NULL ? origin_truth(when, &m->env) : 1;

	if (yes == ORIGIN_FAILED)
		route_finding(m, "when could not be worked out");
	return yes;
}

/* The nodes of for-each, or one NULL; 0 when the route does not apply. */
static size_t
route_nodes(struct making *m, xmlNodePtr **nodes, enum plan_applies *how)
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
	struct making m = { .planner = p, .checked = c, .route = r };
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
