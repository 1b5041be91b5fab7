#include "watcher/form.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/mem.h"
#include "watcher/kept.h"
#include "watcher/lenient.h"
#include "watcher/take.h"
#include "watcher/xmlerr.h"
#include "watcher/xmlhead.h"

enum {
	STRIDE = 5,			/* pointers of an attribute, SAX2 */
	CHUNK = 16 * 1024,
	NAMES_MAX = 20000,		/* then the parser's names start anew */
};

/* An element that is open. */
struct level {
	const char *name, *ns;
	long index;			/* among brothers of its name, from 1 */
	bool repeats;			/* the index is worth telling */
	const char *last_child;
	long last_count;
	const struct field *field;	/* NULL: not in the model */
	const struct field_type *type;	/* likewise */
	const struct take *take;	/* NULL: not kept */
	bool whole;			/* all below is kept */
	xmlNodePtr node;		/* NULL: not kept */
	bool held;			/* its text may be changed: a date */
	bool dropped;			/* it and all below do not count */
	bool nil;			/* dropped for its xsi:nil: empty */
	bool has_child;
};

struct form_reader {
	xmlSAXHandler sax;
	xmlParserCtxtPtr parser;
	struct form_job job;
	/* the schema's handler, plugged behind ours */
	xmlSAXHandler none, *schema_sax;
	void *schema_data;
	xmlSchemaValidCtxtPtr valid;
	xmlSchemaSAXPlugPtr plug;
	struct level levels[FORM_DEPTH_MAX + 1];
	size_t depth;
	const xmlChar *attributes[STRIDE * FORM_ATTRIBUTES_MAX];
	struct buf head, text, path;
	bool started, stopped, wrong_root;
	size_t before;			/* findings there when it began */
	xmlDocPtr doc;
};

/* ----------------------------------------------------------- findings */

/* Good until the next call; a form can have millions of errors. */
static struct buf *
path_here(struct form_reader *r)
{
	struct buf *b = &r->path;

	buf_reset(b);
	for (size_t i = 1; i <= r->depth; i++) {
		buf_fmt(b, "/%s", r->levels[i].name);
		if (r->levels[i].repeats || r->levels[i].index > 1)
			buf_fmt(b, "[%ld]", r->levels[i].index);
	}
	return b;
}

static long
line_of(const struct form_reader *r)
{
	return r->parser->input != NULL ? r->parser->input->line : 0;
}

static void __attribute__((format(printf, 3, 4)))
tell(struct form_reader *r, enum finding_code code, const char *fmt, ...)
{
	const struct buf *path = path_here(r);
	va_list ap;

	va_start(ap, fmt);
	findings_add(r->job.findings, r->job.ours ? F_MODEL_INVALID : code,
	    r->job.file, line_of(r), path->len > 0 ? path->p : NULL, "%s",
	    arena_vfmt(r->job.arena, fmt, ap));
	va_end(ap);
}

static void
stop(struct form_reader *r)
{
	r->stopped = true;
	xmlStopParser(r->parser);
}

static void
on_parser_error(void *data, xmlErrorPtr e)
{
	struct form_reader *r = data;
	struct buf b = { 0 };

	if (r->stopped || !xmlerr_counts(e))
		return;
	if (e->code == XML_ERR_DOCUMENT_END && r->depth > 0)
		buf_str(&b, "the document ends inside this element");
	else
		xmlerr_message(e, &b);
	tell(r, xmlerr_code(e), "%s", buf_text(&b));
	buf_free(&b);
	stop(r);
}

static void
on_schema_error(void *data, xmlErrorPtr e)
{
	struct form_reader *r = data;
	struct buf b = { 0 }, *path = path_here(r);
	char attribute[256];

	if (e->level < XML_ERR_ERROR)
		return;
	xmlerr_schema_message(e, &b, attribute, sizeof attribute);
	if (attribute[0] != '\0')
		buf_fmt(path, "/@%s", attribute);
	findings_add(r->job.findings, r->job.ours ? F_MODEL_INVALID : F_XSD,
	    r->job.file, line_of(r), buf_text(path), "%s", buf_text(&b));
	buf_free(&b);
}

/* -------------------------------------------------------------- events */

static void
keep(struct form_reader *r, struct level *l, const xmlChar **a, int n)
{
	struct arena *arena = r->job.arena;
	xmlNodePtr above = r->depth > 1 ? r->levels[r->depth - 1].node :
	    (xmlNodePtr)r->doc;
	const char *name = l->take != NULL ? l->take->name :
	    arena_dup(arena, l->name);

	l->node = kept_element(arena, above, name, line_of(r));
	for (int i = 0; i < n; i++, a += STRIDE)
		if (!lenient_in_xsi(a))
			kept_attribute(arena, l->node, (const char *)a[0],
			    (const char *)a[3], (size_t)(a[4] - a[3]));
}

/* Text is kept of leaves, and among elements where the schema lets it be. */
static bool
keeps_text(const struct level *l)
{
	return l->node != NULL && (!l->has_child || l->type == NULL ||
	    l->type->mixed);
}

/*
 * All the text before a tag at once: libxml2's validator takes the length of
 * what it has for each piece that it gets, and an &amp; is a piece.
 */
static void
hand_text(struct form_reader *r, const struct level *l)
{
	struct buf *b = &r->text;

	if (b->len > 0 && !r->wrong_root)
		r->schema_sax->characters(r->schema_data,
		    (const xmlChar *)b->p, (int)b->len);
	if (b->len > 0 && keeps_text(l))
		kept_text(r->job.arena, l->node, b->p, b->len);
	buf_reset(b);
}

static void
find_take(struct form_reader *r, struct level *l)
{
	const struct level *above = &r->levels[r->depth - 1];

	if (l->dropped)
		return;
	if (above->whole)
		l->whole = true;
	else if (above->take != NULL)
		l->take = take_child(above->take, l->name);
	if (l->take != NULL && l->take->whole)
		l->whole = true;
}

static void
find_type(struct form_reader *r, struct level *l, const char *ns)
{
	const struct level *above = &r->levels[r->depth - 1];
	const struct field *f = NULL;

	if (r->depth == 1) {
		f = model_root(r->job.type->model, l->name, ns);
		r->wrong_root = f == NULL;
	} else if (above->type != NULL) {
		f = model_child(above->type, l->name, ns);
	}
	if (f == NULL)
		return;
	l->field = f;
	l->type = f->type;
	l->repeats = f->max != 1;
	l->held = lenient_holds(&r->job.type->lenient, f->type);
}

/* What may stand in an open type is not known to us; a leaf has no child. */
static bool
may_drop(const struct form_reader *r, const struct field_type *above)
{
	return r->job.type->lenient.unknown && above != NULL &&
	    !above->open && above->simple == NULL;
}

/* With namespace = lenient, what has none has that of the schema. */
static const char *
namespace_of(const struct form_reader *r, const char *name, const char *ns)
{
	const struct field_type *above = r->levels[r->depth].type;

	if (ns != NULL || !r->job.type->lenient.namespace ||
	    (above != NULL && model_child(above, name, NULL) != NULL))
		return ns;
	return xsd_target_ns(r->job.type->xsd);
}

static bool
push(struct form_reader *r, const char *name, const char *ns)
{
	struct level *above = &r->levels[r->depth], *l;

	if (r->depth >= r->job.max_depth) {
		tell(r, F_XML_TOO_DEEP, "elements are nested deeper than %u",
		    r->job.max_depth);
		stop(r);
		return false;
	}
	if (above->last_child == NULL || strcmp(above->last_child, name) != 0)
		above->last_count = 0;
	above->last_child = name;
	above->has_child = true;
	hand_text(r, above);
	l = &r->levels[++r->depth];
	*l = (struct level){ .name = name, .ns = ns,
	    .index = ++above->last_count };
	find_type(r, l, ns);
	l->dropped = above->dropped || (l->field == NULL &&
	    may_drop(r, above->type));
	find_take(r, l);
	return true;
}

static void
check_root(struct form_reader *r, const char *name, const char *ns)
{
	if (!r->wrong_root)
		return;
	tell(r, F_XML_ROOT, "the schema %s has no element %s %s%s",
	    r->job.type->schema, name, ns != NULL ? "in the namespace " :
	    "in no namespace", ns != NULL ? ns : "");
}

/*
 * The parser frees what it allocated for the values by their places in its
 * list, so that is not ours to change.
 */
static bool
copy_attributes(struct form_reader *r, const xmlChar **a, int n)
{
	if (n > FORM_ATTRIBUTES_MAX) {
		tell(r, F_XML_LIMIT, "more than %d attributes",
		    FORM_ATTRIBUTES_MAX);
		stop(r);
		return false;
	}
	if (n > 0)
		memcpy(r->attributes, a, (size_t)n * STRIDE * sizeof *a);
	return true;
}

/* What is in an element that counts as absent must not be lost. */
static void
nil_content(struct form_reader *r)
{
	struct level *l = &r->levels[r->depth];

	if (!l->nil)
		return;
	l->nil = false;
	tell(r, F_XSD, "Neither character nor element content is allowed "
	    "because the element is 'nilled'.");
}

static void
on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attributes,
    int n_defaulted, const xmlChar **attributes)
{
	struct form_reader *r = data;
	const struct form_leniency *lenient = &r->job.type->lenient;
	const xmlChar **a = r->attributes;
	struct level *l;
	int n;

	if (r->stopped)
		return;
	nil_content(r);
	if (!push(r, (const char *)name, namespace_of(r, (const char *)name,
	    (const char *)uri)))
		return;
	l = &r->levels[r->depth];
	if (r->depth == 1)
		check_root(r, l->name, l->ns);
	if (!copy_attributes(r, attributes, n_attributes))
		return;
	n = lenient_attributes(lenient, l->type, a, n_attributes);
	l->nil = !l->dropped && r->depth > 1 &&
	    lenient_absent(lenient, l->field, a, n);
	l->dropped |= l->nil;
	if (l->dropped)
		return;
	if (l->whole || l->take != NULL)
		keep(r, l, a, n);
	lenient_fixed(lenient, l->type, a, n);
	if (!r->wrong_root)
		r->schema_sax->startElementNs(r->schema_data, name, prefix,
		    (const xmlChar *)l->ns, n_ns, ns, n, n_defaulted, a);
}

static void
on_end(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct form_reader *r = data;
	struct level *l = &r->levels[r->depth];

	(void)uri;
	if (r->stopped || r->depth == 0)
		return;
	if (l->dropped) {
		r->depth--;
		return;
	}
	if (l->held)
		lenient_text(l->type, &r->text);
	hand_text(r, l);
	if (!r->wrong_root)
		r->schema_sax->endElementNs(r->schema_data, name, prefix,
		    (const xmlChar *)l->ns);
	r->depth--;
}

static bool
blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(" \t\r\n", s[i]) == NULL)
			return false;
	return true;
}

static void
on_text(void *data, const xmlChar *s, int n)
{
	struct form_reader *r = data;
	struct level *l = &r->levels[r->depth];

	if (r->stopped || r->depth == 0)
		return;
	if (l->dropped) {
		if (!blank((const char *)s, (size_t)n))
			nil_content(r);
		return;
	}
	if (r->text.len + (size_t)n > FORM_TEXT_MAX) {
		tell(r, F_XML_LIMIT, "a text of more than %d bytes",
		    FORM_TEXT_MAX);
		stop(r);
		return;
	}
	buf_add(&r->text, s, (size_t)n);
}

static void
on_doctype(void *data, const xmlChar *name, const xmlChar *public_id,
    const xmlChar *system_id)
{
	struct form_reader *r = data;

	(void)name;
	(void)public_id;
	(void)system_id;
	if (r->stopped)
		return;
	tell(r, F_XML_DTD, "the document has a document type declaration");
	stop(r);
}

/* ------------------------------------------------------------- a form */

static void
make_parser(struct form_reader *r)
{
	xmlFreeParserCtxt(r->parser);
	r->parser = xmlCreatePushParserCtxt(&r->sax, r, NULL, 0, NULL);
	if (r->parser == NULL)
		mem_exhausted();
}

struct form_reader *
form_reader_new(void)
{
	struct form_reader *r = mem_alloc(sizeof *r);

	r->sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start, .endElementNs = on_end,
		.characters = on_text, .ignorableWhitespace = on_text,
		.cdataBlock = on_text, .internalSubset = on_doctype,
		.serror = on_parser_error,
	};
	r->none = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC };
	make_parser(r);
	return r;
}

void
form_reader_free(struct form_reader *r)
{
	if (r == NULL)
		return;
	xmlFreeParserCtxt(r->parser);
	buf_free(&r->head);
	buf_free(&r->text);
	buf_free(&r->path);
	free(r);
}

static void
plug_schema(struct form_reader *r)
{
	r->schema_sax = &r->none;
	r->schema_data = NULL;
	r->valid = xmlSchemaNewValidCtxt(xsd_schema(r->job.type->xsd));
	if (r->valid == NULL)
		mem_exhausted();
	xmlSchemaSetValidStructuredErrors(r->valid, on_schema_error, r);
	r->plug = xmlSchemaSAXPlug(r->valid, &r->schema_sax, &r->schema_data);
	if (r->plug == NULL)
		mem_exhausted();
}

void
form_begin(struct form_reader *r, const struct form_job *job)
{
	r->job = *job;
	r->depth = 0;
	r->levels[0] = (struct level){ .take = job->take };
	r->levels[0].whole = job->take != NULL && job->take->whole;
	buf_reset(&r->head);
	buf_reset(&r->text);
	r->started = r->stopped = r->wrong_root = false;
	r->before = job->findings->n + job->findings->left_out;
	r->doc = kept_document(job->arena);
	if (xmlDictSize(r->parser->dict) > NAMES_MAX)
		make_parser(r);
	if (job->max_depth > FORM_DEPTH_MAX)
		r->job.max_depth = FORM_DEPTH_MAX;
	plug_schema(r);
}

static void
start_parser(struct form_reader *r)
{
	const char *s = buf_text(&r->head);
	size_t n = r->head.len, mark = xmlhead_mark(s, n);
	char encoding[XMLHEAD_NAME + 1];

	r->started = true;
	xmlCtxtResetPush(r->parser, NULL, 0, NULL, NULL);
	xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_BIG_LINES);
	s += mark;
	n -= mark;
	if (!xmlhead_encoding(s, n, mark > 0 ? FORM_UTF_8 :
	    r->job.type->encodings, encoding)) {
		tell(r, F_XML_ENCODING, "the document %s%s",
		    encoding[0] != '\0' ? "says that it is in " :
		    "is not UTF-8", encoding);
		stop(r);
	} else if (n > 0) {
		xmlParseChunk(r->parser, s, (int)n, 0);
	}
}

static size_t
pending(const struct form_reader *r)
{
	const xmlParserInput *in = r->parser->input;

	return r->stopped || in == NULL ? 0 : (size_t)(in->end - in->cur);
}

/* Of a CDATA section libxml2 gives 300 bytes a call: call again. */
static void
drain_cdata(struct form_reader *r)
{
	size_t left = SIZE_MAX;

	while (r->parser->instate == XML_PARSER_CDATA_SECTION &&
	    pending(r) < left) {
		left = pending(r);
		xmlParseChunk(r->parser, "", 0, 0);
	}
}

/* What the parser holds back is a tag or comment without its end. */
static void
check_pending(struct form_reader *r)
{
	drain_cdata(r);
	if (pending(r) <= FORM_TAG_MAX)
		return;
	tell(r, F_XML_LIMIT, "a tag or comment of more than %d bytes",
	    FORM_TAG_MAX);
	stop(r);
}

void
form_feed(struct form_reader *r, const void *data, size_t n)
{
	const char *p = data;
	size_t k;

	if (!r->started) {
		k = n < XMLHEAD_SIZE - r->head.len ? n : XMLHEAD_SIZE - r->head.len;
		buf_add(&r->head, p, k);
		p += k;
		n -= k;
		if (r->head.len == XMLHEAD_SIZE)
			start_parser(r);
	}
	while (n > 0 && !r->stopped) {
		k = n < CHUNK ? n : CHUNK;
		xmlParseChunk(r->parser, p, (int)k, 0);
		check_pending(r);
		p += k;
		n -= k;
	}
}

xmlDocPtr
form_end(struct form_reader *r)
{
	struct findings *f = r->job.findings;
	bool internal;

	if (!r->started)
		start_parser(r);
	if (!r->stopped && r->head.len == 0) {
		tell(r, F_XML_MALFORMED, "the form is empty");
		stop(r);
	}
	if (!r->stopped)
		xmlParseChunk(r->parser, NULL, 0, 1);
	xmlSchemaSAXUnplug(r->plug);
	/* An error of the validator's own must not pass for valid. */
	internal = !r->stopped && !r->wrong_root &&
	    xmlSchemaIsValid(r->valid) != 1;
	xmlSchemaFreeValidCtxt(r->valid);
	if (internal && f->n + f->left_out == r->before)
		tell(r, F_XSD, "the schema could not be followed to the end");
	return f->n + f->left_out == r->before ? r->doc : NULL;
}

bool
form_check(struct form_reader *r, const struct form_job *job,
    const void *data, size_t n)
{
	form_begin(r, job);
	form_feed(r, data, n);
	return form_end(r) != NULL;
}
