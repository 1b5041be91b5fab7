#include <ctype.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/moment.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/text.h"
#include "transform/plan_parts.h"
#include "transform/route.h"
#include "watcher/check.h"
#include "watcher/rules.h"

enum { FILENAME_MAX_BYTES = 255 };

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
part_finding(struct plan_making *m, enum finding_code code,
    const struct element *x, const char *type, const char *what)
{
	findings_add(m->checked->findings, code, rules_place(x,
	    m->checked->findings), 0, NULL, "as %s of %s: %s", type,
	    m->route->to->name, what);
}

/* Contract 4.4, in its order; binary parts are compared as a whole. */
static void
check_part(struct plan_making *m, const struct plan_part *p,
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
add_part(struct plan_making *m, const struct element *x,
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
take_parts(struct plan_making *m, const struct route_attachment *a)
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

void
plan_attach(struct plan_making *m)
{
	const struct route *r = m->route;
	size_t most = r->n_attachments * m->checked->instance.n_elements;

	m->out->parts = arena_zero(m->env.arena, (most + 1) *
	    sizeof *m->out->parts);
	for (size_t i = 0; i < r->n_attachments; i++)
		take_parts(m, &r->attachments[i]);
}
