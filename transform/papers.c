#include "transform/papers.h"

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/json.h"
#include "transform/output.h"
#include "transform/plan.h"
#include "transform/route.h"
#include "watcher/check.h"

enum { MANIFEST_FORMAT = 1 };

static void
put_owner(struct json *j, const struct owner *o)
{
	static const char *const names[OWNER_KINDS] = {
		[OWNER_ORGANISATION] = "organisationNumber",
		[OWNER_PERSON] = "personNumber", [OWNER_PARTY] = "partyId",
		[OWNER_USERNAME] = "username",
	};

	json_open(j, "instanceOwner", '{');
	json_str(j, names[o->kind], o->value);
	json_close(j, '}');
}

static void
put_pairs(struct json *j, const char *name, const struct plan_pair *v,
    size_t n)
{
	json_open(j, name, '{');
	for (size_t i = 0; i < n; i++)
		json_str(j, v[i].key, v[i].value);
	json_close(j, '}');
}

static void
begin(struct json *j, struct buf *b, const struct plan_instance *p)
{
	json_init(j, b, true);
	json_open(j, NULL, '{');
	put_owner(j, &p->owner);
	json_str(j, "dueBefore", p->due);
	json_str(j, "visibleAfter", p->visible);
}

void
papers_instance(struct buf *b, const struct plan_instance *p)
{
	struct json j;

	begin(&j, b, p);
	if (p->n_values > 0)
		put_pairs(&j, "dataValues", p->values, p->n_values);
	json_close(&j, '}');
}

void
papers_create(struct buf *b, const struct plan_instance *p)
{
	struct json j;

	begin(&j, b, p);
	put_pairs(&j, "prefill", p->prefill, p->n_prefill);
	json_close(&j, '}');
}

static void
put_source(struct json *j, const struct checked *c, const char *name)
{
	json_open(j, "source", '{');
	json_str(j, "instance", c->instance.guid);
	json_str(j, "app", c->app->name);
	json_str(j, "archived", c->instance.archived);
	json_open(j, "package", '{');
	json_str(j, "name", name);
	json_str(j, "sha256", c->sha256);
	json_num(j, "size", (int64_t)c->size);
	json_close(j, '}');
	json_close(j, '}');
}

static void
put_part(struct json *j, const struct output *o, const char *name,
    const char *file, const char *content_type, const char *filename)
{
	const struct made_file *f = output_file(o, file);

	json_open(j, NULL, '{');
	json_str(j, "name", name);
	json_str(j, "file", file);
	json_str(j, "contentType", content_type);
	json_str(j, "filename", filename);
	json_num(j, "size", (int64_t)f->size);
	json_str(j, "sha256", f->sha256);
	json_close(j, '}');
}

static void
put_parts(struct json *j, const struct plan_instance *p,
    const struct output *o)
{
	struct buf form = { 0 };

	json_open(j, "parts", '[');
	put_part(j, o, p->route->target->type->id, papers_form_name(&form, p),
	    "application/xml", NULL);
	for (size_t i = 0; i < p->n_parts; i++)
		put_part(j, o, p->parts[i].type, p->parts[i].file,
		    p->parts[i].content_type, p->parts[i].filename);
	json_close(j, ']');
	buf_free(&form);
}

void
papers_manifest(struct buf *b, const struct plan_instance *p,
    const struct checked *c, const struct conf *conf, const char *name,
    const struct output *o)
{
	const struct route *r = p->route;
	struct json j;

	json_init(&j, b, true);
	json_open(&j, NULL, '{');
	json_num(&j, "format", MANIFEST_FORMAT);
	json_str(&j, "environment",
	    conf->spool.environment == CONF_TEST ? "test" : "prod");
	json_str(&j, "key", p->key);
	json_str(&j, "replaces", p->replaces);
	put_source(&j, c, name);
	json_open(&j, "target", '{');
	json_str(&j, "app", r->to->name);
	json_str(&j, "owner", p->tag);
	json_close(&j, '}');
	json_open(&j, "route", '{');
	json_str(&j, "name", r->name);
	json_num(&j, "index", (int64_t)p->index);
	json_num(&j, "of", (int64_t)p->of);
	json_str(&j, "sha256", r->sha256);
	json_close(&j, '}');
	put_parts(&j, p, o);
	json_close(&j, '}');
}

const char *
papers_form_name(struct buf *b, const struct plan_instance *p)
{
	buf_reset(b);
	buf_fmt(b, "%s.xml", p->route->target->type->id);
	return buf_text(b);
}
