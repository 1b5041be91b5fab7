#include "tests/read_form.h"

#include <libxml/tree.h>
#include <stdlib.h>

#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/fault.h"

#define FOLDER "tests/data/forms"

static struct form_reader *shared;

const struct form_job usual_job = { .file = "data/x",
    .max_depth = FORM_DEPTH_MAX };

struct form_type *
form_type_new(const char *schema)
{
	const struct xsd_options options = { .patterns = XSD_PATTERNS_ALTINN };
	struct form_type *t = calloc(1, sizeof *t);
	struct faults f = { 0 };

	t->schema = schema;
	t->encodings = FORM_UTF_8;
	t->xsd = xsd_load(FOLDER, "ttd/a", schema, &options, &f);
	t->model = t->xsd != NULL ? model_new(t->xsd, &f) : NULL;
	if (t->model == NULL)
		fail_msg("%s: %s", schema, f.v[0].text);
	faults_free(&f);
	return t;
}

void
form_type_free(struct form_type *t)
{
	model_free(t->model);
	xsd_free(t->xsd);
	free(t);
}

/* ---------------------------------------------------------------- the tree */

static void
show_text(struct buf *b, xmlNodePtr first)
{
	for (xmlNodePtr n = first; n != NULL; n = n->next)
		buf_str(b, (const char *)n->content);
}

static void
show_node(struct buf *b, xmlNodePtr node, xmlNodePtr parent)
{
	assert_ptr_equal(node->parent, parent);
	if (node->type == XML_TEXT_NODE) {
		buf_fmt(b, "'%s'", (const char *)node->content);
		return;
	}
	assert_int_equal(node->type, XML_ELEMENT_NODE);
	assert_null(node->ns);
	buf_str(b, (const char *)node->name);
	for (xmlAttrPtr a = node->properties; a != NULL; a = a->next) {
		buf_fmt(b, "[@%s=", (const char *)a->name);
		show_text(b, a->children);
		buf_char(b, ']');
	}
	if (node->children == NULL)
		return;
	buf_char(b, '(');
	for (xmlNodePtr n = node->children; n != NULL; n = n->next) {
		if (n != node->children)
			buf_char(b, ' ');
		show_node(b, n, node);
		assert_ptr_equal(n->next != NULL ? n->next->prev :
		    node->last, n);
	}
	buf_char(b, ')');
}

/* ------------------------------------------------------------- one reading */

static void
add_path(struct take *top, struct arena *arena, char *path)
{
	const char *names[20];
	size_t n = 0, k = strlen(path);
	bool whole = k > 0 && path[k - 1] == '*';
	char *save = NULL, *w;
	struct take *t;

	if (whole)
		path[k - 1] = '\0';
	for (w = strtok_r(path, "/", &save); w != NULL;
	    w = strtok_r(NULL, "/", &save))
		names[n++] = w;
	t = take_path(top, arena, names, n);
	t->whole |= whole;
}

static const struct take *
make_take(struct arena *arena, const char *text)
{
	struct take *top = arena_zero(arena, sizeof *top);
	char *copy = arena_dup(arena, text), *save = NULL, *w;

	if (text[0] == '\0')
		return NULL;
	for (w = strtok_r(copy, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save))
		add_path(top, arena, w);
	return top;
}

void
read_job(struct reading *o, const struct form_job *usual, const char *take,
    const char *text, size_t n, size_t piece, bool old)
{
	struct form_job job = *usual;
	struct form_reader *r;
	xmlDocPtr doc;

	*o = (struct reading){ .usable = false };
	findings_init(&o->findings, &o->arena);
	if (shared == NULL)
		shared = form_reader_new();
	r = old ? shared : form_reader_new();
	job.take = make_take(&o->arena, take);
	job.arena = &o->arena;
	job.findings = &o->findings;
	form_begin(r, &job);
	for (size_t i = 0, k; i < n; i += k) {
		k = piece > 0 && piece < n - i ? piece : n - i;
		form_feed(r, text + i, k);
	}
	doc = form_end(r);
	o->usable = doc != NULL;
	for (xmlNodePtr x = doc != NULL ? doc->children : NULL; x != NULL;
	    x = x->next)
		show_node(&o->kept, x, (xmlNodePtr)doc);
	if (!old)
		form_reader_free(r);
}

void
read_form(struct reading *o, const struct form_type *type, const char *take,
    const char *text, size_t n, size_t piece, bool old)
{
	struct form_job job = usual_job;

	job.type = type;
	read_job(o, &job, take, text, n, piece, old);
}

void
reading_done(struct reading *o)
{
	buf_free(&o->kept);
	arena_free(&o->arena);
}

void
read_form_end(void)
{
	form_reader_free(shared);
	shared = NULL;
}

/* --------------------------------------------------------------- every way */

void
expect_bytes(const char *label, const struct form_type *type,
    const char *take, const struct buf *b, const char *found,
    const char *kept)
{
	static const size_t pieces[] = { 0, 1, 7, 512 };

	for (size_t i = 0; i < 2 * N(pieces); i++) {
		size_t piece = pieces[i / 2];
		struct reading o;

		/* A byte at a time takes its time. */
		if (b->len > 1 << 18 && piece > 0 && piece < 512)
			continue;
		read_form(&o, type, take, buf_text(b), b->len, piece,
		    i % 2 == 0);
		expect_found(&o.findings, found, label);
		if (o.usable != (kept != NULL))
			fail_msg("%s: %s usable", label, o.usable ? "is" :
			    "not");
		if (kept != NULL && strcmp(buf_text(&o.kept), kept) != 0)
			fail_msg("%s: kept %s, not %s", label,
			    buf_text(&o.kept), kept);
		reading_done(&o);
	}
}

void
expect_form(const char *label, const struct form_type *type,
    const char *take, const char *text, const char *found, const char *kept)
{
	struct buf b = { 0 };

	buf_str(&b, text);
	expect_bytes(label, type, take, &b, found, kept);
	buf_free(&b);
}
