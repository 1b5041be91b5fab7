#include "watcher/xmlerr.h"

#include <libxml/parserInternals.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"

static const struct {
	int error;
	enum finding_code code;
} codes[] = {
	{ XML_ERR_INVALID_ENCODING, F_XML_ENCODING },
	{ XML_ERR_UNKNOWN_ENCODING, F_XML_ENCODING },
	{ XML_ERR_UNSUPPORTED_ENCODING, F_XML_ENCODING },
	{ XML_ERR_MISSING_ENCODING, F_XML_ENCODING },
	{ XML_I18N_CONV_FAILED, F_XML_ENCODING },
	{ XML_ERR_UNDECLARED_ENTITY, F_XML_MALFORMED },
	{ XML_ERR_DOCTYPE_NOT_FINISHED, F_XML_DTD },
	{ XML_ERR_NAME_TOO_LONG, F_XML_LIMIT },
};

/* Where a value stands in libxml2's sentences: between these two. */
static const struct {
	const char *before, *after;
} values[] = {
	{ "The value '", "' is not accepted" },
	{ "The value '", "' is not an element" },
	{ "The value '", "' is less than" },
	{ "The value '", "' is greater than" },
	{ "The value '", "' must be" },
	{ "The value '", "' has more" },
	{ "The value '", "' does not match" },
	{ "The actual value '", "' does not match" },
	{ "The value '", "' of simple type" },
	{ "The QName value '", "' of the attribute" },
	{ "key-sequence [", "] in " },
	{ "key-sequence [", "] found" },
	{ "'", "' is not a valid value" },
};

enum finding_code
xmlerr_code(const xmlError *e)
{
	enum finding_code code = F_XML_MALFORMED;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].error == e->code)
			code = codes[i].code;
	return code;
}

static const char *
find_last(const char *s, const char *what)
{
	const char *hit = NULL, *p = s;

	while ((p = strstr(p, what)) != NULL)
		hit = p++;
	return hit;
}

static void
add_trimmed(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && strchr(" \r\n", s[n - 1]) != NULL)
		n--;
	buf_add(b, s, n);
}

/* The sentence, with "the value" where the value stood. */
static void
add_without_value(struct buf *b, const char *s)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const char *from = strstr(s, values[i].before), *to;
		bool whole_word = values[i].before[0] == 'k';

		if (from == NULL || (values[i].before[0] == '\'' && from != s))
			continue;
		to = find_last(from, values[i].after);
		if (to == NULL)
			continue;
		buf_add(b, s, (size_t)(from - s));
		buf_str(b, whole_word ? "key-sequence" : "The value");
		add_trimmed(b, to + 1);
		return;
	}
	add_trimmed(b, s);
}

void
xmlerr_message(const xmlError *e, struct buf *b)
{
	const char *s = e->message != NULL ? e->message : "not well-formed";

	/*
	 * Names are part of the structure and may be told; libxml2 puts no
	 * text content into parser errors, but for characters it cannot read.
	 */
	if (e->code == XML_ERR_INVALID_ENCODING)
		s = "the bytes are not UTF-8";
	add_trimmed(b, s);
}

void
xmlerr_schema_message(const xmlError *e, struct buf *b, char *attribute,
    size_t size)
{
	static const char element[] = "Element '", attr[] = ", attribute '";
	const char *s = e->message != NULL ? e->message : "not valid", *end;

	attribute[0] = '\0';
	if (strncmp(s, element, sizeof element - 1) == 0 &&
	    (end = strstr(s, "': ")) != NULL) {
		const char *a = strstr(s, attr);

		if (a != NULL && a < end) {
			const char *name = a + sizeof attr - 1;

			snprintf(attribute, size, "%.*s", (int)(end - name),
			    name);
		}
		s = end + 3;
	}
	if (*s == '[' && strncmp(s, "[facet", 6) == 0 &&
	    (end = strchr(s, ']')) != NULL) {
		buf_add(b, s, (size_t)(end + 2 - s));
		s = end + 2;
	}
	add_without_value(b, s);
}
