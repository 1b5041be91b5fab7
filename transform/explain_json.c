/* explain_json: one object per line, for programs. */

#include <string.h>

#include "schemas/app.h"
#include "spool/answer.h"
#include "spool/json.h"
#include "spool/text.h"
#include "transform/explain_parts.h"
#include "transform/owner.h"
#include "transform/route.h"

enum { CUT = 200 };

static const char *const outcomes[] = {
	[FILL_VALUE] = "value", [FILL_PRESET] = "default",
	[FILL_EMPTY] = "empty", [FILL_SKIPPED] = "skipped",
	[FILL_FAULT] = "finding",
};

_Static_assert(sizeof outcomes / sizeof *outcomes == FILL_OUTCOMES,
    "every outcome needs a word");

static const char *const reasons[] = {
	[PLAN_APPLIES] = NULL, [PLAN_WHEN_FALSE] = "when",
	[PLAN_NO_NODES] = "for-each", [PLAN_FAILED] = "finding",
};

static void
begin(struct json *j, struct explain *x, const char *kind)
{
	json_init(j, &x->out, false);
	json_open(j, NULL, '{');
	json_str(j, "kind", kind);
}

static void
end(struct json *j, struct explain *x)
{
	json_close(j, '}');
	buf_char(&x->out, '\n');
}

static void
begin_with_route(struct json *j, struct explain *x, const char *kind)
{
	begin(j, x, kind);
	json_str(j, "route", x->route->name);
}

static void
print_route(struct explain *x, enum plan_applies how, size_t instances)
{
	const struct route *r = x->route;
	struct json j;

	begin_with_route(&j, x, "route");
	json_str(&j, "from", r->from->name);
	json_str(&j, "to", r->to->name);
	json_bool(&j, "applies", how == PLAN_APPLIES);
	json_str(&j, "why", reasons[how]);
	if (r->when_text != NULL)
		json_str(&j, "when", explain_show(x, r->when_text));
	if (r->for_each_text != NULL)
		json_str(&j, "forEach", explain_show(x, r->for_each_text));
	json_num(&j, "instances", (int64_t)instances);
	end(&j, x);
}

static void
print_instance(struct explain *x, const struct plan_instance *p)
{
	struct json j;

	begin_with_route(&j, x, "instance");
	json_num(&j, "index", (int64_t)x->index);
	json_num(&j, "of", (int64_t)x->of);
	if (x->owner != NULL)
		json_str(&j, "ownerKind", owner_kind_name(p->owner.kind));
	json_str(&j, "owner", x->owner);
	end(&j, x);
}

/* A text that is there, or no member. */
static void
member(struct json *j, const char *key, const char *s)
{
	if (*s != '\0')
		json_str(j, key, s);
}

static void
print_row(struct explain *x, const struct explain_row *r)
{
	struct json j;

	begin_with_route(&j, x, r->list ? "list" : "row");
	json_num(&j, "index", (int64_t)x->index);
	json_num(&j, "line", r->line);
	json_str(&j, "target", r->target);
	json_str(&j, "source", r->source);
	if (!r->list) {
		json_open(&j, "values", '[');
		for (size_t i = 0; i < r->n_values; i++)
			json_str(&j, NULL, r->values[i]);
		json_close(&j, ']');
	}
	json_num(&j, r->list ? "rows" : "count", (int64_t)r->of_values);
	member(&j, "convert", r->convert);
	member(&j, "when", r->condition);
	json_str(&j, "outcome", outcomes[r->outcome]);
	if (!r->list && (r->outcome == FILL_VALUE ||
	    r->outcome == FILL_PRESET))
		json_str(&j, "result", r->result);
	member(&j, "code", r->code);
	member(&j, "message", r->why);
	end(&j, x);
}

static void
nothing(struct explain *x)
{
	(void)x;
}

static void
shown(struct json *j, const char *key, const char *s)
{
	struct buf b = { 0 };

	if (s == NULL)
		return;
	text_show(&b, s, strlen(s));
	json_str(j, key, buf_text(&b));
	buf_free(&b);
}

static void
print_finding(struct explain *x, const struct finding *f)
{
	struct json j;

	begin(&j, x, "finding");
	json_str(&j, "code", finding_name(f->code));
	shown(&j, "message", f->message);
	shown(&j, "file", f->file);
	if (f->line > 0)
		json_num(&j, "line", f->line);
	shown(&j, "path", f->path);
	json_str(&j, "action", finding_action(f->code));
	end(&j, x);
}

/* The package last: its findings are known then. */
static void
print_end(struct explain *x, const struct answer *a)
{
	struct json j;

	for (size_t i = 0; i < a->findings.n; i++)
		print_finding(x, &a->findings.v[i]);
	begin(&j, x, "package");
	json_str(&j, "package", x->package);
	json_str(&j, "sha256", a->sha256);
	json_str(&j, "instance", *a->guid != '\0' ? a->guid : NULL);
	json_str(&j, "app", *a->app != '\0' ? a->app : NULL);
	json_num(&j, "findings", (int64_t)(a->findings.n +
	    a->findings.left_out));
	end(&j, x);
}

const struct explain_writer *
explain_json(void)
{
	static const struct explain_writer writer = { .cut = CUT,
	    .route = print_route, .instance = print_instance,
	    .row = print_row, .rows_end = nothing, .end = print_end };

	return &writer;
}
