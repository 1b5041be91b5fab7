#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "schemas/xsd.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/finding.h"
#include "tests/fuzz/fuzz.h"
#include "watcher/form.h"
#include "watcher/take.h"

/*
 * A form against one of a few schemas: by a reader that has read others
 * before, at once; by a fresh one, in pieces; both must say and keep the same.
 */

enum { PIECES = 7 };

static const struct {
	const char *folder, *file;
	bool lenient;			/* in all that a site may want */
} schemas[] = {
	{ "tests/example/config/apps/eks/skademelding",
	    "models/Skademelding.xsd", false },
	{ "tests/data/schemas/model", "types.xsd", false },
	{ "tests/data/schemas/model", "namespaces.xsd", false },
	{ "tests/data/schemas/model", "occurs.xsd", false },
	{ "tests/data/schemas/model", "simple.xsd", false },
	{ "tests/data/schemas/model", "choice.xsd", false },
	{ "tests/data/schemas/model", "types.xsd", true },
	{ "tests/data/schemas/model", "namespaces.xsd", true },
};

enum { SCHEMAS = sizeof schemas / sizeof *schemas };

static struct form_type types[SCHEMAS];
static struct form_reader *old;

static void
leave(void)
{
	for (size_t i = 0; i < SCHEMAS; i++) {
		model_free(types[i].model);
		xsd_free(types[i].xsd);
	}
	form_reader_free(old);
}

static void
load(size_t i)
{
	const struct xsd_options options = { 0 };
	struct faults f = { 0 };
	struct form_type *t = &types[i];

	t->schema = schemas[i].file;
	if (schemas[i].lenient)
		t->lenient = (struct form_leniency){ .namespace = true,
		    .nil = true, .unknown = true, .fixed = true,
		    .date_time = true };
	t->encodings = FORM_UTF_8 | (i % 2 == 0 ? FORM_ISO_8859_1 |
	    FORM_WINDOWS_1252 : 0);
	t->xsd = xsd_load(schemas[i].folder, "a/b", schemas[i].file, &options,
	    &f);
	t->model = t->xsd != NULL ? model_new(t->xsd, &f) : NULL;
	if (t->model == NULL)
		fprintf(stderr, "%s: %s\n", schemas[i].file, f.v[0].text);
	assert(t->model != NULL);
	faults_free(&f);
}

static void
load_all(void)
{
	if (old != NULL)
		return;
	for (size_t i = 0; i < SCHEMAS; i++)
		load(i);
	old = form_reader_new();
	atexit(leave);
}

static void
tell_tree(struct buf *b, const xmlNode *n, int depth)
{
	assert(depth <= FORM_DEPTH_MAX);
	for (; n != NULL; n = n->next) {
		buf_fmt(b, "(%d %s", (int)n->type, (const char *)n->name);
		if (n->content != NULL)
			buf_fmt(b, " %s", (const char *)n->content);
		if (n->type == XML_ELEMENT_NODE)
			for (const xmlAttr *a = n->properties; a != NULL;
			    a = a->next)
				buf_fmt(b, " @%s=%s", (const char *)a->name,
				    (const char *)a->children->content);
		tell_tree(b, n->children, depth + 1);
		buf_char(b, ')');
	}
}

/*
 * Where bytes are neither UTF-8 nor markup, libxml2 names the one or the other
 * by where a piece ends.
 */
static void
tell_findings(struct buf *b, const struct findings *f)
{
	const struct finding *last = f->n > 0 ? &f->v[f->n - 1] : NULL;
	struct findings before = *f;

	if (last != NULL && (last->code == F_XML_ENCODING ||
	    last->code == F_XML_MALFORMED)) {
		buf_fmt(b, "not well-formed %s:%ld\n", last->file, last->line);
		before.n--;
	}
	fuzz_tell(b, &before);
}

/* How a form is to be read. */
struct way {
	struct form_reader *reader;
	const struct form_type *type;
	unsigned max_depth;
	size_t piece;			/* 0: at once */
};

static void
read_form(const struct way *w, struct fuzz in, struct buf *told)
{
	struct take everything = { .whole = true };
	struct arena arena = { 0 };
	struct findings f;
	struct form_job job = { .type = w->type, .file = "data/x",
	    .take = &everything, .max_depth = w->max_depth,
	    .arena = &arena, .findings = &f };
	xmlDocPtr doc;

	findings_init(&f, &arena);
	form_begin(w->reader, &job);
	while (in.n > 0) {
		size_t n = w->piece == 0 || w->piece > in.n ? in.n :
		    w->piece;
		void *copy = fuzz_copy((struct fuzz){ in.p, n });

		form_feed(w->reader, copy, n);
		free(copy);
		in.p += n;
		in.n -= n;
	}
	doc = form_end(w->reader);
	assert((doc == NULL) == (f.n > 0));
	fuzz_findings(&f);
	tell_findings(told, &f);
	if (doc != NULL) {
		assert(doc->children != NULL);
		tell_tree(told, doc->children, 0);
	}
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	unsigned options = fuzz_byte(&in);
	struct way w = { .max_depth = options & 128 ? 4 : 256 };
	struct buf one = { 0 }, two = { 0 };

	load_all();
	w.type = &types[options % 8 % SCHEMAS];
	w.reader = old;
	read_form(&w, in, &one);
	w.reader = form_reader_new();
	w.piece = 1 + options / 8 % PIECES;
	read_form(&w, in, &two);
	form_reader_free(w.reader);
	if (strcmp(buf_text(&one), buf_text(&two)) != 0) {
		fprintf(stderr, "at once:\n%s\nin pieces:\n%s\n",
		    buf_text(&one), buf_text(&two));
		abort();
	}
	buf_free(&one);
	buf_free(&two);
	return 0;
}
