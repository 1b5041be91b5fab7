#include "watcher/xmlerr.h"

#include <libxml/parserInternals.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"

enum { MESSAGE_MOST = 400 };	/* a schema can list thousands of codes */

/* Our own words where libxml2's repeat the document, or help nobody. */
static const struct {
	int error;
	enum finding_code code;
	const char *text;		/* NULL: libxml2's */
} codes[] = {
	{ XML_ERR_INVALID_ENCODING, F_XML_ENCODING,
	    "the bytes are not UTF-8" },
	{ XML_ERR_UNKNOWN_ENCODING, F_XML_ENCODING,
	    "the document's encoding is not known" },
	{ XML_ERR_UNSUPPORTED_ENCODING, F_XML_ENCODING,
	    "the document's encoding is not known" },
	{ XML_ERR_MISSING_ENCODING, F_XML_ENCODING, NULL },
	{ XML_I18N_CONV_FAILED, F_XML_ENCODING,
	    "the bytes are not of the encoding that the document names" },
	{ XML_ERR_UNDECLARED_ENTITY, F_XML_MALFORMED,
	    "an entity that is not defined; & in a text is written &amp;" },
	{ XML_ERR_DOCUMENT_EMPTY, F_XML_MALFORMED,
	    "the document does not begin with an element" },
	{ XML_ERR_UNKNOWN_VERSION, F_XML_MALFORMED,
	    "a version of XML other than 1.0" },
	{ XML_ERR_DOCTYPE_NOT_FINISHED, F_XML_DTD, NULL },
	{ XML_ERR_NAME_TOO_LONG, F_XML_LIMIT, NULL },
};

/*
 * How libxml2's sentences about a value begin, which of the error's strings
 * the value is, and what we say for both.  What follows is the schema's.
 */
static const struct {
	const char *before;
	int string;
	const char *instead, *after;
} valued[] = {
	{ "The value '", 1, "The value", "'" },
	{ "The actual value '", 1, "The value", "'" },
	{ "The initial value '", 1, "The value", "'" },
	{ "The QName value '", 1, "The value", "'" },
	{ "Duplicate value '", 1, "Duplicate value", "'" },
	{ "Duplicate key-sequence ", 1, "Duplicate key-sequence", "" },
	{ "No match found for key-sequence ", 2,
	    "No match found for key-sequence", "" },
	{ "More than one match found for key-sequence ", 2,
	    "More than one match found for key-sequence", "" },
	{ "'", 1, "The value", "'" },
};

/* How those begin that hold names and numbers only. */
static const char *const valueless[] = {
	"This element is not expected", "Missing child element(s)",
	"The attribute '", "The element ", "Element content is not",
	"Character content is not", "Character content other than",
	"The character content is not", "The content ",
	"Neither character nor element", "No matching global ",
	"The type definition ", "Not all fields of ", "The XPath '",
	"The value has a length of ", "The value is not ",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The bytes are told by a code that other characters have, too. */
static int
code_of(const xmlError *e)
{
	static const char bytes[] = "Input is not proper UTF-8";

	return e->message != NULL && strncmp(e->message, bytes,
	    sizeof bytes - 1) == 0 ? XML_ERR_INVALID_ENCODING : e->code;
}

bool
xmlerr_counts(const xmlError *e)
{
	return e->level >= XML_ERR_ERROR && e->code != XML_WAR_NS_URI;
}

enum finding_code
xmlerr_code(const xmlError *e)
{
	enum finding_code code = F_XML_MALFORMED;

	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].error == code_of(e))
			code = codes[i].code;
	return code;
}

static void
add_sentence(struct buf *b, const char *s)
{
	size_t n = strlen(s), most = MESSAGE_MOST;

	while (n > 0 && strchr(" \r\n", s[n - 1]) != NULL)
		n--;
	if (n <= most) {
		buf_add(b, s, n);
		return;
	}
	while (((unsigned char)s[most] & 0xc0) == 0x80)
		most--;
	buf_add(b, s, most);
	buf_str(b, " ...");
}

void
xmlerr_message(const xmlError *e, struct buf *b)
{
	const char *s = e->message != NULL ? e->message : "not well-formed";

	/* What has no row holds names at most, and they may be told. */
	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].error == code_of(e) && codes[i].text != NULL)
			s = codes[i].text;
	add_sentence(b, s);
}

/*
 * The rest of the sentence behind the value; NULL when the value is not
 * there as a whole, as libxml2 cuts long messages.
 */
static const char *
behind_value(const char *s, const char *value, const char *after)
{
	size_t n = value != NULL ? strlen(value) : 0, k = strlen(after);

	if (value == NULL || strncmp(s, value, n) != 0 ||
	    strncmp(s + n, after, k) != 0)
		return NULL;
	return s + n + k;
}

static bool
add_without_value(struct buf *b, const xmlError *e, const char *s)
{
	for (size_t i = 0; i < COUNT(valued); i++) {
		size_t n = strlen(valued[i].before);
		const char *rest = NULL;

		if (strncmp(s, valued[i].before, n) == 0)
			rest = behind_value(s + n, valued[i].string == 1 ?
			    e->str1 : e->str2, valued[i].after);
		if (rest == NULL)
			continue;
		buf_str(b, valued[i].instead);
		add_sentence(b, rest);
		return true;
	}
	return false;
}

/* Only sentences that we know: any other might hold a value. */
static void
add_rule(struct buf *b, const xmlError *e, const char *s)
{
	if (add_without_value(b, e, s))
		return;
	for (size_t i = 0; i < COUNT(valueless); i++)
		if (strncmp(s, valueless[i], strlen(valueless[i])) == 0) {
			add_sentence(b, s);
			return;
		}
	buf_fmt(b, "The value is not valid (libxml2's error %d).", e->code);
}

void
xmlerr_schema_message(const xmlError *e, struct buf *b, char *attribute,
    size_t size)
{
	static const char element[] = "Element '", attr[] = ", attribute '";
	const char *s = e->message != NULL ? e->message : "", *end;

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
	if (strncmp(s, "[facet", 6) == 0 && (end = strchr(s, ']')) != NULL &&
	    end[1] == ' ') {
		buf_add(b, s, (size_t)(end + 2 - s));
		s = end + 2;
	}
	add_rule(b, e, s);
}
