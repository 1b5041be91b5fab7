#include "watcher/kept.h"

#include <string.h>

#include "spool/arena.h"

xmlDocPtr
kept_document(struct arena *arena)
{
	xmlDocPtr doc = arena_zero(arena, sizeof *doc);

	doc->type = XML_DOCUMENT_NODE;
	doc->doc = doc;
	return doc;
}

static xmlNodePtr
new_node(struct arena *arena, xmlDocPtr doc, xmlElementType type,
    const char *name)
{
	xmlNodePtr n = arena_zero(arena, sizeof *n);

	n->type = type;
	n->name = (const xmlChar *)name;
	n->doc = doc;
	return n;
}

static void
append(xmlNodePtr parent, xmlNodePtr child)
{
	child->parent = parent;
	child->prev = parent->last;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->children = child;
	parent->last = child;
}

static xmlNodePtr
text_node(struct arena *arena, xmlDocPtr doc, const char *s, size_t n)
{
	xmlNodePtr t = new_node(arena, doc, XML_TEXT_NODE, "text");

	t->content = (xmlChar *)arena_dupn(arena, s, n);
	return t;
}

xmlNodePtr
kept_element(struct arena *arena, xmlNodePtr parent, const char *name,
    long line)
{
	xmlNodePtr n = new_node(arena, parent->doc, XML_ELEMENT_NODE, name);

	n->line = (unsigned short)line;
	append(parent, n);
	return n;
}

void
kept_text(struct arena *arena, xmlNodePtr element, const char *s, size_t n)
{
	append(element, text_node(arena, element->doc, s, n));
}

/* libxml2's SAX2 gives each & of a value as &#38;, whatever it was. */
static void
unescape(char *s)
{
	char *to = s;

	while (*s != '\0') {
		*to++ = *s;
		s += strncmp(s, "&#38;", 5) == 0 ? 5 : 1;
	}
	*to = '\0';
}

void
kept_attribute(struct arena *arena, xmlNodePtr element, const char *name,
    const char *value, size_t n)
{
	xmlAttrPtr a = arena_zero(arena, sizeof *a), last;
	xmlNodePtr t = text_node(arena, element->doc, value, n);

	unescape((char *)t->content);
	a->type = XML_ATTRIBUTE_NODE;
	a->name = (xmlChar *)arena_dup(arena, name);
	a->doc = element->doc;
	a->parent = element;
	a->children = a->last = t;
	t->parent = (xmlNodePtr)a;
	for (last = element->properties; last != NULL && last->next != NULL;)
		last = last->next;
	a->prev = last;
	if (last != NULL)
		last->next = a;
	else
		element->properties = a;
}
