#include "schemas/xsd_write.h"

#include <libxml/parser.h>

#include "schemas/dom.h"
#include "spool/buf.h"
#include "spool/mem.h"

struct writer {
	struct buf *out;
	xmlBufferPtr scratch;
	long line;
};

/* An attribute, a namespace declaration or a text, escaped as it must be. */
static void
put_node(struct writer *w, xmlDocPtr doc, xmlNodePtr n)
{
	xmlBufferEmpty(w->scratch);
	xmlNodeDump(w->scratch, doc, n, 0, 0);
	buf_str(w->out, (const char *)xmlBufferContent(w->scratch));
}

static void
put_name(struct writer *w, const xmlNode *n)
{
	if (n->ns != NULL && n->ns->prefix != NULL)
		buf_fmt(w->out, "%s:", (const char *)n->ns->prefix);
	buf_str(w->out, (const char *)n->name);
}

static void
put_start(struct writer *w, xmlNodePtr n)
{
	buf_char(w->out, '<');
	put_name(w, n);
	for (xmlNsPtr ns = n->nsDef; ns != NULL; ns = ns->next)
		put_node(w, n->doc, (xmlNodePtr)ns);
	for (xmlAttrPtr a = n->properties; a != NULL; a = a->next)
		put_node(w, n->doc, (xmlNodePtr)a);
	for (; w->line < xmlGetLineNo(n); w->line++)
		buf_char(w->out, '\n');
	buf_char(w->out, '>');
}

static void
put_text(struct writer *w, xmlNodePtr n)
{
	const xmlChar *p = n->content;

	put_node(w, n->doc, n);
	for (; p != NULL && *p != '\0'; p++)
		w->line += *p == '\n' ? 1 : 0;
}

static void
put_element(struct writer *w, xmlNodePtr n)
{
	xmlNodePtr child = dom_is(n, "annotation") ? NULL : n->children;

	put_start(w, n);
	for (; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			put_element(w, child);
		else if (child->type == XML_TEXT_NODE &&
		    !xmlIsBlankNode(child))
			put_text(w, child);
	}
	buf_str(w->out, "</");
	put_name(w, n);
	buf_char(w->out, '>');
}

void
xsd_write(xmlDocPtr doc, struct buf *out)
{
	struct writer w = { .out = out, .line = 1,
	    .scratch = xmlBufferCreate() };

	if (w.scratch == NULL)
		mem_exhausted();
	put_element(&w, xmlDocGetRootElement(doc));
	xmlBufferFree(w.scratch);
}
