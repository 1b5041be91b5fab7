#include "schemas/xsd.h"

#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/uri.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schemas/dom.h"
#include "schemas/xsd_locate.h"
#include "schemas/xsd_write.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/mem.h"

/* Not a scheme that anything could fetch; it marks our own addresses. */
#define SCHEME "app:/"

enum {
	SCHEMA_MOST = 64 * 1024 * 1024,		/* bytes of one document */
	PARSE_OPTIONS = XML_PARSE_NONET | XML_PARSE_NOCDATA |
	    XML_PARSE_BIG_LINES,
};

struct xsd {
	struct arena arena;
	const char *label;
	struct xsd_document *docs;
	size_t n, cap;
	xmlSchemaPtr schema;
};

/* What is at hand while loading. */
struct load {
	struct xsd *xsd;
	int dir;
	enum xsd_patterns patterns;
	struct faults *faults;
	struct buf regexp;	/* libxml2 says it without a place */
	struct link {		/* what named each document first */
		const char *file;
		long line;
		bool import;
	} *links;
	size_t cap_links;
};

static const char *
in_app(const struct load *l, const char *file)
{
	return arena_fmt(&l->xsd->arena, "%s/%s", l->xsd->label, file);
}

static void
unanchor(xmlNodePtr pattern)
{
	xmlChar *value = xmlGetNoNsProp(pattern, (const xmlChar *)"value");
	char *out;

	if (value == NULL)
		return;
	out = mem_alloc(strlen((const char *)value) + 1);
	if (xsd_unanchor((const char *)value, out))
		xmlSetProp(pattern, (const xmlChar *)"value",
		    (const xmlChar *)out);
	free(out);
	xmlFree(value);
}

static void
rewrite(const struct load *l, xmlNodePtr pattern)
{
	static const char anything[] = "[\\s\\S]*";

	if (l->patterns == XSD_PATTERNS_ALTINN)
		unanchor(pattern);
	else if (l->patterns == XSD_PATTERNS_OFF)
		xmlSetProp(pattern, (const xmlChar *)"value",
		    (const xmlChar *)anything);
}

/* ------------------------------------------------- libxml2's own complaints */

/* The address that libxml2 knows a document by; nothing in it is special. */
static xmlChar *
address_new(const char *file)
{
	xmlChar *escaped = xmlURIEscapeStr((const xmlChar *)file,
	    (const xmlChar *)"/"), *url = NULL;

	if (escaped != NULL)
		url = xmlStrncatNew((const xmlChar *)SCHEME, escaped, -1);
	if (url == NULL)
		mem_exhausted();
	xmlFree(escaped);
	return url;
}

static const struct xsd_document *
by_address(const struct xsd *x, const char *url)
{
	const struct xsd_document *found = NULL;
	char *file;

	if (url == NULL || strncmp(url, SCHEME, sizeof SCHEME - 1) != 0)
		return NULL;
	file = xmlURIUnescapeString(url + sizeof SCHEME - 1, 0, NULL);
	for (size_t i = 0; file != NULL && found == NULL && i < x->n; i++)
		if (strcmp(x->docs[i].file, file) == 0)
			found = &x->docs[i];
	xmlFree(file);
	return found;
}

static bool
harmless(const xmlError *e)
{
	return e->code == XML_WAR_NS_URI || e->code == XML_WAR_NS_URI_RELATIVE;
}

/* What to do, where libxml2 says only what is wrong. */
static const struct {
	int code;
	const char *text;
} remedies[] = {
	{ XML_SCHEMAP_REGEXP_INVALID, "XSD cannot say this pattern; write it "
	    "without lookahead and other (?...) groups: " },
	{ XML_SCHEMAP_WARN_SKIP_SCHEMA, "import one document for a namespace "
	    "and let it include the others: " },
};

static const char *
remedy(int code)
{
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
		if (remedies[i].code == code)
			return remedies[i].text;
	return "";
}

/* One line, files named as people know them. */
static void
add_text(struct buf *out, const char *s)
{
	while (*s != '\0' && *s != '\n') {
		if (strncmp(s, SCHEME, sizeof SCHEME - 1) == 0)
			s += sizeof SCHEME - 1;
		else
			buf_char(out, *s++);
	}
}

static void
on_error(void *arg, xmlErrorPtr e)
{
	struct load *l = arg;
	const struct xsd_document *d = by_address(l->xsd, e->file);
	const char *file = d != NULL ? in_app(l, d->file) : l->xsd->label;
	struct buf text = { 0 };

	if (harmless(e))
		return;
	buf_str(&text, remedy(e->code));
	add_text(&text, e->message != NULL ? e->message : "");
	buf_reset(&l->regexp);
	if (e->domain == XML_FROM_REGEXP)
		buf_str(&l->regexp, buf_text(&text));
	else
		faults_add(l->faults, file, e->line, 0, "%s",
		    buf_text(&text));
	buf_free(&text);
}

/* ----------------------------------------------------- names of other files */

static const char *const links[] = { "include", "import", "redefine" };

enum { N_LINKS = sizeof links / sizeof *links };

static const char *
link_kind(const xmlNode *n)
{
	for (size_t i = 0; i < N_LINKS; i++)
		if (dom_is(n, links[i]))
			return links[i];
	return NULL;
}

/* ---------------------------------------------------------- the documents */

static size_t
find(const struct xsd *x, const char *file, const char *ns)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (strcmp(x->docs[i].file, file) == 0 &&
		    dom_same(x->docs[i].ns, ns))
			break;
	return i;
}

static void
add_document(struct load *l, struct xsd_document d, struct link by)
{
	struct xsd *x = l->xsd;

	x->docs = mem_grow(x->docs, &x->cap, x->n + 1, sizeof *x->docs);
	l->links = mem_grow(l->links, &l->cap_links, x->n + 1,
	    sizeof *l->links);
	l->links[x->n] = by;
	x->docs[x->n++] = d;
}

static void
follow_link(struct load *l, size_t from, xmlNodePtr n, const char *kind)
{
	const struct xsd_document d = l->xsd->docs[from];
	struct arena *a = &l->xsd->arena;
	char *location = dom_token(a, n, "schemaLocation"), *file;
	bool import = strcmp(kind, "import") == 0;
	const char *ns, *why = NULL;
	xmlChar *url;

	if (location == NULL)
		return;
	file = xsd_locate(a, l->dir, d.file, location, &why);
	if (file == NULL) {
		faults_add(l->faults, in_app(l, d.file), xmlGetLineNo(n), 0,
		    "xs:%s of '%s': %s", kind, location, why);
		return;
	}
	url = address_new(file);
	xmlSetProp(n, (const xmlChar *)"schemaLocation", url);
	xmlFree(url);
	ns = import ? dom_token(a, n, "namespace") : d.ns;
	if (find(l->xsd, file, ns) == l->xsd->n)
		add_document(l, (struct xsd_document){ .file = file,
		    .ns = ns }, (struct link){ d.file, xmlGetLineNo(n),
		    import });
}

static xmlDocPtr
parse(struct load *l, const char *file, const struct buf *text)
{
	xmlChar *url = address_new(file);
	xmlDocPtr doc;

	doc = xmlReadMemory(buf_text(text), (int)text->len,
	    (const char *)url, NULL, PARSE_OPTIONS);
	xmlFree(url);
	if (doc != NULL && doc->intSubset != NULL) {
		faults_add(l->faults, in_app(l, file), 0, 0,
		    "a DTD in a schema is not read; take the DOCTYPE out");
		xmlFreeDoc(doc);
		doc = NULL;
	}
	return doc;
}

static xmlDocPtr
read_document(struct load *l, const char *file)
{
	struct buf text = { 0 };
	struct err e = { 0 };
	size_t before = l->faults->errors;
	xmlDocPtr doc = NULL;

	if (fsx_read(l->dir, file, SCHEMA_MOST, &text, &e) == -1)
		faults_add(l->faults, in_app(l, file), 0, 0, "%s", e.text);
	else
		doc = parse(l, file, &text);
	if (doc == NULL && l->faults->errors == before)
		faults_add(l->faults, in_app(l, file), 0, 0,
		    "this is no XML");
	buf_free(&text);
	return doc;
}

/* xml:base would make libxml2 look for its neighbours elsewhere. */
static void
refuse_base(struct load *l, const char *file, xmlNodePtr n)
{
	if (xmlHasNsProp(n, (const xmlChar *)"base", XML_XML_NAMESPACE) !=
	    NULL)
		faults_add(l->faults, in_app(l, file), xmlGetLineNo(n), 0,
		    "xml:base is not followed; take it out");
}

/* libxml2 lets an import say one namespace and bring another. */
static void
check_ns(struct load *l, size_t i, xmlNodePtr root)
{
	const char *own = dom_token(&l->xsd->arena, root, "targetNamespace");
	struct xsd_document *d = &l->xsd->docs[i];
	const struct link *by = &l->links[i];

	if (i == 0)
		d->ns = own;
	else if (by->import && !dom_same(own, d->ns))
		faults_add(l->faults, in_app(l, by->file), by->line, 0,
		    "this imports namespace '%s', but that of %s is '%s'",
		    d->ns != NULL ? d->ns : "", d->file,
		    own != NULL ? own : "");
}

/* Read document i, make it fit for libxml2, and note what it links to. */
static void
take_document(struct load *l, size_t i)
{
	const char *file = l->xsd->docs[i].file, *kind;
	xmlNodePtr root, n;
	xmlDocPtr doc;

	doc = l->xsd->docs[i].doc = read_document(l, file);
	if (doc == NULL)
		return;
	root = xmlDocGetRootElement(doc);
	if (!dom_is(root, "schema")) {
		faults_add(l->faults, in_app(l, file), xmlGetLineNo(root), 0,
		    "the root is '%s', not the schema element of %s",
		    (const char *)root->name, DOM_XSD_NS);
		return;
	}
	check_ns(l, i, root);
	for (n = root; n != NULL; n = dom_after(n)) {
		refuse_base(l, file, n);
		if (dom_is(n, "pattern"))
			rewrite(l, n);
		kind = n->parent == root ? link_kind(n) : NULL;
		if (kind != NULL)
			follow_link(l, i, n, kind);
	}
}

/* --------------------------------------------- handing documents to libxml2 */

static xmlParserInputPtr
feed(xmlParserCtxtPtr ctxt, const struct xsd_document *d, const char *url)
{
	xmlParserInputBufferPtr bytes;
	xmlParserInputPtr input = NULL;
	struct buf text = { 0 };

	xsd_write(d->doc, &text);
	bytes = xmlParserInputBufferCreateMem(buf_text(&text), (int)text.len,
	    XML_CHAR_ENCODING_NONE);
	if (bytes != NULL)
		input = xmlNewIOInputStream(ctxt, bytes,
		    XML_CHAR_ENCODING_NONE);
	if (input == NULL)
		mem_exhausted();
	input->filename = (char *)xmlStrdup((const xmlChar *)url);
	buf_free(&text);
	return input;
}

/*
 * libxml2 gives a loader nothing of its caller's; the context of the error
 * handler, which is ours as long as this loader is, takes its place.
 */
static xmlParserInputPtr
serve(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	const struct load *l = xmlStructuredErrorContext;
	const struct xsd_document *d = by_address(l->xsd, url);

	(void)id;
	if (d != NULL)
		return feed(ctxt, d, url);
	faults_add(l->faults, l->xsd->label, 0, 0, "'%s' is not loaded",
	    url != NULL ? url : "");
	return NULL;
}

static void
compile(struct load *l)
{
	xmlSchemaParserCtxtPtr ctxt =
	    xmlSchemaNewDocParserCtxt(l->xsd->docs[0].doc);
	size_t before = l->faults->errors;
	const char *file = in_app(l, l->xsd->docs[0].file);

	if (ctxt == NULL)
		mem_exhausted();
	l->xsd->schema = xmlSchemaParse(ctxt);
	xmlSchemaFreeParserCtxt(ctxt);
	if (l->regexp.len > 0)
		faults_add(l->faults, file, 0, 0, "%s", l->regexp.p);
	if (l->xsd->schema == NULL && l->faults->errors == before)
		faults_add(l->faults, file, 0, 0, "libxml2 cannot compile it");
}

/* ------------------------------------------------------------------- whole */

static void
load_all(struct load *l, const char *file)
{
	struct xsd *x = l->xsd;
	size_t before = l->faults->errors;

	add_document(l, (struct xsd_document){
	    .file = arena_dup(&x->arena, file) }, (struct link){ 0 });
	for (size_t i = 0; i < x->n; i++)
		take_document(l, i);
	if (l->faults->errors == before)
		compile(l);
}

struct xsd *
xsd_load(const char *folder, const char *label, const char *file,
    const struct xsd_options *options, struct faults *faults)
{
	struct xsd *x = mem_alloc(sizeof *x);
	struct load l = { .xsd = x, .faults = faults,
	    .patterns = options->patterns };
	xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
	xmlStructuredErrorFunc handler = xmlStructuredError;
	void *context = xmlStructuredErrorContext;
	size_t before = faults->errors;

	x->label = arena_dup(&x->arena, label);
	l.dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l.dir == -1) {
		faults_add(faults, label, 0, 0, "cannot open the folder: %s",
		    strerror(errno));
		goto out;
	}
	xmlSetStructuredErrorFunc(&l, on_error);
	xmlSetExternalEntityLoader(serve);
	load_all(&l, file);
	xmlSetExternalEntityLoader(loader);
	xmlSetStructuredErrorFunc(context, handler);
	close(l.dir);
out:
	buf_free(&l.regexp);
	free(l.links);
	if (faults->errors == before)
		return x;
	xsd_free(x);
	return NULL;
}

/* The schema points into its documents. */
void
xsd_free(struct xsd *x)
{
	if (x == NULL)
		return;
	xmlSchemaFree(x->schema);
	for (size_t i = 0; i < x->n; i++)
		xmlFreeDoc(x->docs[i].doc);
	free(x->docs);
	arena_free(&x->arena);
	free(x);
}

xmlSchemaPtr
xsd_schema(const struct xsd *x)
{
	return x->schema;
}

const char *
xsd_target_ns(const struct xsd *x)
{
	return x->docs[0].ns;
}

const char *
xsd_label(const struct xsd *x)
{
	return x->label;
}

size_t
xsd_documents(const struct xsd *x, const struct xsd_document **docs)
{
	*docs = x->docs;
	return x->n;
}
