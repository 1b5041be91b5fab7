#include "tests/attacks.h"

#include <string.h>

/* Forms: entities, encodings, what eats memory or time, what leads outside. */

#define DECL "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define ROOT "<Skademelding>"
#define NAME "Åse Prøve &amp; Sønn"
#define PLACE "Hull i gangveien ved Øvre bru"
#define ELSEWHERE "file:///etc/passwd"
#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
enum { TEXT = 11 << 20 };

/* The honest form, `from` made `to`. */
static void
changed(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf form = { 0 };

	buf_add(&form, h->form.p, h->form.len);
	attack_replace(&form, a->from, a->to, a->n > 0 ? a->n :
	    strlen(a->to));
	attack_form_is(h, &form);
	attack_zip(out, h);
	buf_free(&form);
}

/* Another form: n times `repeat` between `from` and `to`. */
static void
grown(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf form = { 0 };

	buf_str(&form, a->from);
	for (size_t i = 0; i < a->n; i++)
		buf_fmt(&form, a->repeat, (unsigned)i);
	buf_str(&form, a->to);
	attack_form_is(h, &form);
	attack_zip(out, h);
	buf_free(&form);
}

/* The form as somebody else encodes it. */
static void
encoded(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf form = { 0 };

	buf_add(&form, h->form.p, h->form.len);
	a->edit(&form);
	attack_form_is(h, &form);
	attack_zip(out, h);
	buf_free(&form);
}

/* A text of so many bytes, in a zip that they fit in. */
static void
long_text(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf form = { 0 }, text = { 0 }, packed = { 0 };

	buf_add(&form, h->form.p, h->form.len);
	attack_noise(&text, a->n);
	attack_replace(&form, PLACE, text.p, text.len);
	attack_form_is(h, &form);
	attack_zip(out, h);
	buf_reset(out);
	attack_deflate(&packed, form.p, form.len);
	h->parts[1].data = packed.p;
	h->parts[1].len = packed.len;
	h->parts[1].method = 8;
	h->parts[1].raw = true;
	h->parts[1].crc = make_crc(form.p, form.len);
	h->parts[1].size = (uint32_t)form.len;
	make_zip(out, h->parts, HONEST);
	buf_free(&form);
	buf_free(&text);
	buf_free(&packed);
}

/* -------------------------------------------------------------- encodings */

/* Two bytes for each of the first 256 characters; the form has no others. */
static void
two_bytes(struct buf *b, bool little)
{
	struct buf old = *b;

	*b = (struct buf){ 0 };
	for (size_t i = 0; i < old.len; i++) {
		unsigned char c = (unsigned char)old.p[i];

		if (c >= 0xc0)
			c = (unsigned char)((c & 3) << 6 |
			    ((unsigned char)old.p[++i] & 0x3f));
		buf_char(b, (char)(little ? c : 0));
		buf_char(b, (char)(little ? 0 : c));
	}
	buf_free(&old);
}

static void
utf_16(struct buf *b)
{
	attack_replace(b, "\"utf-8\"", "\"utf-16\"", 8);
	two_bytes(b, true);
	buf_reserve(b, 2);
	memmove(b->p + 2, b->p, b->len);
	memcpy(b->p, "\xff\xfe", 2);
	b->len += 2;
}

static void
utf_16_unmarked(struct buf *b)
{
	two_bytes(b, false);
}

/* One byte for each character. */
static void
latin_1(struct buf *b)
{
	size_t n = 0;

	two_bytes(b, true);
	for (size_t i = 0; i < b->len; i += 2)
		b->p[n++] = b->p[i];
	b->len = n;
}

static void
latin_1_told(struct buf *b)
{
	attack_replace(b, "\"utf-8\"", "\"iso-8859-1\"", 12);
	latin_1(b);
}

static void
latin_1_untold(struct buf *b)
{
	attack_replace(b, DECL, "", 0);
	latin_1(b);
}

static void
ebcdic(struct buf *b)
{
	buf_reset(b);
	buf_str(b, "\x4c\x6f\xa7\x94\x93\x40\xa5\x85\x99\xa2\x89\x96\x95");
}

/* --------------------------------------------------------------- the table */

#define DTD(label, inside) { "xml-dtd-" label, "XML_DTD", changed, \
	.from = DECL ROOT, .to = DECL "<!DOCTYPE Skademelding " inside ">" \
	ROOT }
#define NAME_IS(label, code, text) { "xml-" label, code, changed, \
	.from = NAME, .to = text, .n = sizeof (text) - 1 }
#define HEAD_IS(label, code, text) { "xml-" label, code, changed, \
	.from = DECL ROOT, .to = text }
#define CODED(label, hand) { "xml-" label, "XML_ENCODING", encoded, \
	.edit = hand }
#define GROWN(label, code, before, what, times, after) { "xml-" label, \
	code, grown, .from = before, .repeat = what, .n = times, \
	.to = after }

static const struct attack rows[] = {
	/* no document type of any kind: entities, and what they bring in */
	DTD("empty", "[]"), DTD("attribute", "[<!ATTLIST funn x CDATA 'y'>]"),
	DTD("outside", "SYSTEM 'http://127.0.0.1:9/x.dtd'"),
	DTD("public", "PUBLIC 'x' 'http://127.0.0.1:9/x.dtd'"),
	DTD("file", "[<!ENTITY x SYSTEM '" ELSEWHERE "'>]"),
	DTD("parameter", "[<!ENTITY % x SYSTEM '" ELSEWHERE "'> %x;]"),
	DTD("laughs", "[<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>"
	    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;'>]"),
	DTD("notation", "[<!NOTATION x SYSTEM 'evil'>]"),
	NAME_IS("entity-unknown", "XML_MALFORMED", "&nbsp;"),
	/* encodings, told and untold; Altinn reads UTF-8 whatever is told */
	CODED("utf-16", utf_16), CODED("utf-16-unmarked", utf_16_unmarked),
	CODED("latin-1-told", latin_1_told), CODED("latin-1-lies", latin_1),
	CODED("latin-1-untold", latin_1_untold), CODED("ebcdic", ebcdic),
	HEAD_IS("utf-7", "XML_ENCODING",
	    "<?xml version='1.0' encoding='utf-7'?>" ROOT),
	HEAD_IS("utf-32-told", "XML_ENCODING",
	    "<?xml version='1.0' encoding='ucs-4'?>" ROOT),
	HEAD_IS("marked-and-told", "XML_ENCODING", "\xef\xbb\xbf"
	    "<?xml version='1.0' encoding='iso-8859-1'?>" ROOT),
	NAME_IS("overlong", "XML_ENCODING", "a\xc0\xaf" "b"),
	NAME_IS("surrogate", "XML_MALFORMED", "a\xed\xa0\x80" "b"),
	NAME_IS("cut-character", "XML_ENCODING", "a\xc3"),
	NAME_IS("nul", "XML_MALFORMED", "a\0b"),
	NAME_IS("nul-referred", "XML_MALFORMED", "&#0;"),
	NAME_IS("surrogate-referred", "XML_MALFORMED", "&#xd800;"),
	NAME_IS("control", "XML_MALFORMED", "a\x1b[2J"),
	/* depth, attributes, tags, text */
	GROWN("deep-300", "Xsd XML_TOO_DEEP", ROOT, "<a>", 300, ""),
	GROWN("deep-100000", "Xsd XML_TOO_DEEP", ROOT, "<a>", 100000, ""),
	GROWN("attributes-257", "XML_LIMIT", "<Skademelding ", "a%u='' ", 257,
	    "/>"),
	GROWN("attributes-80000", "XML_LIMIT", "<Skademelding ", "a%u='' ",
	    80000, "/>"),
	GROWN("namespaces-80000", "XML_LIMIT", "<Skademelding ",
	    "xmlns:a%u='b' ", 80000, "/>"),
	GROWN("long-attribute", "XML_LIMIT", "<Skademelding a='", "aaaaaaaa",
	    100000, "'/>"),
	GROWN("long-name", "XML_LIMIT", "<a", "aaaaaaaa", 100000, "/>"),
	GROWN("long-comment", "XML_LIMIT", "<!--", "aaaaaaaa", 100000, "-->"),
	GROWN("long-instruction", "XML_LIMIT", "<?a ", "aaaaaaaa", 100000,
	    "?>"),
	{ "xml-long-text", "XML_LIMIT", long_text, .n = TEXT },
	/* what would lead a reader outside, or to another schema */
	{ "xml-xinclude", "Xsd", changed, .from = "</Skademelding>",
	    .to = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
	    "href='" ELSEWHERE "' parse='text'/></Skademelding>" },
	{ "xml-schema-location-widens", "Xsd", changed, .from = ROOT,
	    .to = "<Skademelding " XSI " xsi:noNamespaceSchemaLocation='"
	    ELSEWHERE "'><evil/>" },
	HEAD_IS("type-of-its-own", "Xsd", "<Skademelding " XSI
	    " xsi:type='Funn'>"),
	/* two documents, or none */
	{ "xml-second-root", "XML_MALFORMED", changed,
	    .from = "</Skademelding>", .to = "</Skademelding><Evil/>" },
	{ "xml-text-behind", "XML_MALFORMED", changed,
	    .from = "</Skademelding>", .to = "</Skademelding>evil" },
	HEAD_IS("attribute-twice", "XML_MALFORMED",
	    "<Skademelding a='1' a='2'>"),
	{ "xml-other-root", "XML_ROOT", grown, .from = "<Evil/>", .to = "" },
	HEAD_IS("other-namespace", "XML_ROOT", "<Skademelding xmlns='evil'>"),
	{ "xml-empty", "XML_MALFORMED", grown, .from = "", .to = "" },
	{ "xml-cut", "XML_MALFORMED", changed, .from = "</Skademelding>",
	    .to = "" },
	/* odd, and no attack */
	HEAD_IS("marked", "", "\xef\xbb\xbf" DECL ROOT),
	HEAD_IS("schema-location", "", DECL "<Skademelding " XSI
	    " xsi:noNamespaceSchemaLocation='http://127.0.0.1:9/evil.xsd'"
	    " xsi:schemaLocation='urn:x " ELSEWHERE "'>"),
	HEAD_IS("stylesheet", "", DECL "<?xml-stylesheet href='" ELSEWHERE
	    "' type='text/xsl'?>" ROOT),
	NAME_IS("cdata", "", "<![CDATA[<!DOCTYPE x [<!ENTITY y 'z'>]>]]>"),
	NAME_IS("utf-7-text", "", "+ADw-script+AD4-"),
};

struct attack_list
attacks_form(void)
{
	return (struct attack_list){ rows, sizeof rows / sizeof *rows,
	    ".zip" };
}
