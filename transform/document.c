#include "transform/document.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "schemas/model.h"
#include "spool/buf.h"
#include "spool/text.h"
#include "transform/fill.h"
#include "transform/map.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"
#define REPLACEMENT "\xef\xbf\xbd"

static const char declaration[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
static const char root_namespaces[] =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
    " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

/*
 * Altinn replaces what XML 1.0 cannot hold, C1 controls, U+FEFF, U+FFFE and
 * U+FFFF (contract 7.2).  k is the length of the sequence at s, 0: no UTF-8.
 */
static bool
replaced(const char *s, size_t k)
{
	const unsigned char *u = (const unsigned char *)s;

	if (k == 1)
		return u[0] < 0x20 && strchr("\t\n\r", s[0]) == NULL;
	if (k == 2)
		return u[0] == 0xc2 && u[1] < 0xa0;
	if (k == 3)
		return (u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf) ||
		    (u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe);
	return k == 0;
}

static const char *
escaped(char c, bool attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#xD;";
	case '"':
		return attribute ? "&quot;" : NULL;
	case '\t':
		return attribute ? "&#x9;" : NULL;
	case '\n':
		return attribute ? "&#xA;" : NULL;
	default:
		return NULL;
	}
}

static void
write_text(struct buf *b, const char *s, bool attribute)
{
	size_t n = strlen(s), k;

	for (size_t i = 0; i < n; i += k > 0 ? k : 1) {
		const char *as = escaped(s[i], attribute);

		k = (unsigned char)s[i] < 0x80 ? 1 : text_utf8(s + i, n - i);
		if (as != NULL)
			buf_str(b, as);
		else if (replaced(s + i, k))
			buf_str(b, REPLACEMENT);
		else
			buf_add(b, s + i, k);
	}
}

static const char *
value_of(const struct map_node *n, const struct fill *f)
{
	return n->row != NULL ? f->values[n->row->slot] : n->constant;
}

/* A namespace gets a prefix of its own, as .NET has it: q1, q2… */
static void
write_attribute(struct buf *b, const struct field *f, const char *value,
    size_t number)
{
	if (f->ns != NULL && strcmp(f->ns, XML_NS) == 0) {
		buf_fmt(b, " xml:%s=\"", f->name);
	} else if (f->ns != NULL) {
		buf_fmt(b, " xmlns:q%zu=\"", number);
		write_text(b, f->ns, true);
		buf_fmt(b, "\" q%zu:%s=\"", number, f->name);
	} else {
		buf_fmt(b, " %s=\"", f->name);
	}
	write_text(b, value, true);
	buf_char(b, '"');
}

/* The attributes; whether one of them got its value from a row. */
static bool
write_attributes(struct buf *b, const struct map_node *n,
    const struct fill *f)
{
	bool filled = false;

	for (size_t i = 0; i < n->n_attributes; i++) {
		const struct map_node *a = n->attributes[i];
		const char *value = value_of(a, f);

		if (value == NULL)
			continue;
		write_attribute(b, a->field, value, i + 1);
		filled = filled || a->row != NULL;
	}
	return filled;
}

static void
write_start(struct buf *b, const struct field *f, const char *ns, bool root)
{
	bool same = ns == NULL || f->ns == NULL ? ns == f->ns :
	    strcmp(ns, f->ns) == 0;

	buf_fmt(b, "<%s", f->name);
	if (!same) {
		buf_str(b, " xmlns=\"");
		write_text(b, f->ns != NULL ? f->ns : "", true);
		buf_char(b, '"');
	}
	if (root)
		buf_str(b, root_namespaces);
}

static bool write_node(struct buf *, const struct map_node *,
    const struct fill *, const char *ns);

/* What stands between the tags; whether any of it came from a row. */
static bool
write_content(struct buf *b, const struct map_node *n, const struct fill *f)
{
	const char *value = value_of(n, f);
	bool filled = false;

	if (value != NULL && n->field->type->simple != NULL) {
		write_text(b, value, false);
		filled = n->row != NULL;
	}
	for (size_t i = 0; i < n->n_children; i++)
		if (write_node(b, n->children[i], f, n->field->ns))
			filled = true;
	return filled;
}

static bool
write_element(struct buf *b, const struct map_node *n, const struct fill *f,
    const char *ns, bool root)
{
	size_t start = b->len, open;
	bool filled;

	write_start(b, n->field, ns, root);
	filled = write_attributes(b, n, f);
	open = b->len;
	buf_char(b, '>');
	if (write_content(b, n, f))
		filled = true;
	if (b->len == open + 1) {
		b->len = open;
		if (n->nil)
			buf_str(b, " xsi:nil=\"true\"");
		buf_str(b, " />");
	} else {
		buf_fmt(b, "</%s>", n->field->name);
	}
	if (!filled && !n->must && !n->nil && !root) {
		b->len = start;
		b->p[start] = '\0';
	}
	return filled;
}

static bool
write_node(struct buf *b, const struct map_node *n, const struct fill *f,
    const char *ns)
{
	const struct fill_rows *rows;
	bool filled = false;

	if (n->group == NULL)
		return write_element(b, n, f, ns, false);
	rows = &f->groups[n->group->slot];
	for (size_t i = 0; i < rows->n; i++)
		if (write_element(b, n, rows->v[i], ns, false))
			filled = true;
	return filled;
}

void
document_write(const struct map_node *root, const struct fill *f,
    struct buf *b)
{
	buf_str(b, declaration);
	write_element(b, root, f, NULL, true);
}

/* ---------------------------------------------------------------- pairs */

static bool
has_zone(const struct simple *s, const char *value)
{
	const char *time = strchr(value, 'T');

	return s->kind == VALUE_DATE_TIME && time != NULL &&
	    strpbrk(time, "Z+-") != NULL;
}

static bool
pair(const struct map_node *n, const struct fill *f, document_pair_fn *fn,
    void *arg)
{
	struct buf key = { 0 };
	const char *value = n->row != NULL ? value_of(n, f) : NULL;

	if (value == NULL)
		return true;
	if (has_zone(n->field->type->simple, value))
		return false;
	buf_str(&key, n->path);
	if (n->dot_value)
		buf_str(&key, ".value");
	fn(arg, buf_text(&key), value);
	buf_free(&key);
	return true;
}

bool
document_pairs(const struct map_node *n, const struct fill *f,
    document_pair_fn *fn, void *arg)
{
	bool ok = pair(n, f, fn, arg);

	for (size_t i = 0; i < n->n_attributes && ok; i++)
		ok = pair(n->attributes[i], f, fn, arg);
	for (size_t i = 0; i < n->n_children && ok; i++)
		ok = document_pairs(n->children[i], f, fn, arg);
	return ok;
}
