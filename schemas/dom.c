#include "schemas/dom.h"

#include <string.h>

#include "spool/arena.h"

bool
dom_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
dom_is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && n->ns != NULL &&
	    strcmp((const char *)n->name, name) == 0 &&
	    dom_same((const char *)n->ns->href, DOM_XSD_NS);
}

static xmlNodePtr
element_from(xmlNodePtr n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

xmlNodePtr
dom_first(const xmlNode *n)
{
	return element_from(n->children);
}

xmlNodePtr
dom_next(const xmlNode *n)
{
	return element_from(n->next);
}

xmlNodePtr
dom_after(const xmlNode *n)
{
	xmlNodePtr next = dom_first(n);

	for (; next == NULL; n = n->parent) {
		if (n->type != XML_ELEMENT_NODE)
			return NULL;
		next = dom_next(n);
	}
	return next;
}

xmlNodePtr
dom_child(const xmlNode *n, const char *name)
{
	xmlNodePtr child = dom_first(n);

	while (child != NULL && !dom_is(child, name))
		child = dom_next(child);
	return child;
}

char *
dom_text(struct arena *a, const xmlNode *n, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(n, (const xmlChar *)name);
	char *copy = arena_dup(a, (const char *)value);

	xmlFree(value);
	return copy;
}

char *
dom_token(struct arena *a, const xmlNode *n, const char *name)
{
	static const char blanks[] = " \t\r\n";
	char *s = dom_text(a, n, name);
	size_t len;

	if (s == NULL)
		return NULL;
	s += strspn(s, blanks);
	len = strlen(s);
	while (len > 0 && strchr(blanks, s[len - 1]) != NULL)
		s[--len] = '\0';
	return s;
}

bool
dom_true(const xmlNode *n, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(n, (const xmlChar *)name);
	const char *s = (const char *)value;
	bool is = s != NULL && (strstr(s, "true") != NULL ||
	    strchr(s, '1') != NULL);

	xmlFree(value);
	return is;
}
