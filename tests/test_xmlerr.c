#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "watcher/xmlerr.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define XS "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
#define XSI "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
#define SECRET "15867210064"

/* What was said of one document: "@attribute|message;" for each error. */
static struct buf said;

static void
hear(void *arg, xmlErrorPtr e)
{
	char attribute[64];
	struct buf b = { 0 };

	(void)arg;
	xmlerr_schema_message(e, &b, attribute, sizeof attribute);
	buf_fmt(&said, "%s%s%s%s;", attribute[0] != '\0' ? "@" : "",
	    attribute, attribute[0] != '\0' ? "|" : "", buf_text(&b));
	buf_free(&b);
}

static void
hush(void *arg, xmlErrorPtr e)
{
	(void)arg;
	(void)e;
}

static void
validate(const char *schema, const char *text)
{
	xmlSchemaParserCtxtPtr p = xmlSchemaNewMemParserCtxt(schema,
	    (int)strlen(schema));
	xmlSchemaValidCtxtPtr v;
	xmlSchemaPtr s;
	xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);

	buf_reset(&said);
	s = xmlSchemaParse(p);
	if (s == NULL || doc == NULL)
		fail_msg("the test is wrong: %s: %s", schema, text);
	v = xmlSchemaNewValidCtxt(s);
	xmlSchemaSetValidStructuredErrors(v, hear, NULL);
	xmlSchemaValidateDoc(v, doc);
	xmlSchemaFreeValidCtxt(v);
	xmlSchemaFree(s);
	xmlSchemaFreeParserCtxt(p);
	xmlFreeDoc(doc);
}

/* --------------------------------------------------------------- facets */

#define RESTRICT(base, facet) "<xs:simpleType name='t'>" \
	"<xs:restriction base='xs:" base "'>" facet "</xs:restriction>" \
	"</xs:simpleType>"
#define LIST(facet) "<xs:simpleType name='t'><xs:restriction>" \
	"<xs:simpleType><xs:list itemType='xs:int'/></xs:simpleType>" facet \
	"</xs:restriction></xs:simpleType>"
#define UNION(facet) "<xs:simpleType name='t'><xs:restriction>" \
	"<xs:simpleType><xs:union memberTypes='xs:int xs:date'/>" \
	"</xs:simpleType>" facet "</xs:restriction></xs:simpleType>"
#define ATOMIC "The value is not a valid value of the atomic type 't'.;"

/* A type, a value that does not fit, and what is said of it as an element. */
static const struct facet {
	const char *type, *value, *want;
} facets[] = {
	{ RESTRICT("string", "<xs:pattern value=\"a'[0-9]\"/>"), "Ola",
	    "[facet 'pattern'] The value is not accepted by the pattern "
	    "'a'[0-9]'.;" },
	{ RESTRICT("string", "<xs:enumeration value='a'/>"
	    "<xs:enumeration value='b'/>"), "Ola", "[facet 'enumeration'] "
	    "The value is not an element of the set {'a', 'b'}.;" },
	{ RESTRICT("string", "<xs:length value='2'/>"), "Ola",
	    "[facet 'length'] The value has a length of '3'; this differs "
	    "from the allowed length of '2'.;" },
	{ RESTRICT("string", "<xs:minLength value='5'/>"), "Ola",
	    "[facet 'minLength'] The value has a length of '3'; this "
	    "underruns the allowed minimum length of '5'.;" },
	{ RESTRICT("string", "<xs:maxLength value='2'/>"), "Ola",
	    "[facet 'maxLength'] The value has a length of '3'; this exceeds "
	    "the allowed maximum length of '2'.;" },
	{ RESTRICT("decimal", "<xs:minInclusive value='5'/>"), "4",
	    "[facet 'minInclusive'] The value is less than the minimum value "
	    "allowed ('5').;" },
	{ RESTRICT("decimal", "<xs:maxInclusive value='3'/>"), "4",
	    "[facet 'maxInclusive'] The value is greater than the maximum "
	    "value allowed ('3').;" },
	{ RESTRICT("decimal", "<xs:minExclusive value='5'/>"), "5",
	    "[facet 'minExclusive'] The value must be greater than '5'.;" },
	{ RESTRICT("decimal", "<xs:maxExclusive value='3'/>"), "3",
	    "[facet 'maxExclusive'] The value must be less than '3'.;" },
	{ RESTRICT("decimal", "<xs:totalDigits value='1'/>"), "44",
	    "[facet 'totalDigits'] The value has more digits than are "
	    "allowed ('1').;" },
	{ RESTRICT("decimal", "<xs:fractionDigits value='1'/>"), "4.44",
	    "[facet 'fractionDigits'] The value has more fractional digits "
	    "than are allowed ('1').;" },
	{ RESTRICT("decimal", ""), "4x", ATOMIC },
	{ RESTRICT("int", ""), "5.5", ATOMIC },
	{ RESTRICT("boolean", ""), "ja", ATOMIC },
	{ RESTRICT("date", ""), "17.05.2024", ATOMIC },
	{ RESTRICT("dateTime", ""), "2024", ATOMIC },
	{ RESTRICT("double", ""), "1,5", ATOMIC },
	{ RESTRICT("anyURI", ""), "http://[", ATOMIC },
	{ RESTRICT("hexBinary", ""), "x", ATOMIC },
	{ RESTRICT("NCName", ""), "x:y", ATOMIC },
	{ RESTRICT("ID", ""), "4x", ATOMIC },
	{ RESTRICT("language", ""), "!!", ATOMIC },
	{ RESTRICT("QName", ""), "x:y", "The value has no corresponding "
	    "namespace declaration in scope.;" ATOMIC },
	{ LIST(""), "1 Ola", "The value is not a valid value of the atomic "
	    "type 'xs:int'.;The value is not a valid value of the list type "
	    "'t'.;" },
	{ LIST("<xs:maxLength value='1'/>"), "1 2", "[facet 'maxLength'] The "
	    "value has a length of '2'; this exceeds the allowed maximum "
	    "length of '1'.;The value is not a valid value of the list type "
	    "'t'.;" },
	{ UNION(""), "Ola", "The value is not a valid value of the union "
	    "type 't'.;" },
	{ UNION("<xs:enumeration value='3'/>"), "4", "[facet 'enumeration'] "
	    "The value is not an element of the set {'3'}.;The value is not "
	    "a valid value of the union type 't'.;" },
};

/*
 * Values that pretend to be the end of libxml2's sentence, with a person
 * number behind it.
 */
static const struct {
	const char *value;
} sly[] = {
	{ SECRET },
	{ "'" SECRET "'" },
	{ "' " SECRET },
	{ "'; " SECRET },
	{ "'. " SECRET },
	{ "a' is not accepted by the pattern 'x'. " SECRET },
	{ "a' is not an element of the set {" SECRET "}." },
	{ "a' is less than the minimum value allowed ('5'). " SECRET },
	{ "a' must be greater than '5'. " SECRET },
	{ "a' has more " SECRET },
	{ "a' has a length of '3'; " SECRET },
	{ "a' does not match the fixed value constraint '" SECRET "'." },
	{ "a' of the attribute " SECRET },
	{ "a' is not a valid value of " SECRET },
	{ "a'] in unique " SECRET },
	{ "a'] of keyref 'x'. " SECRET },
	{ "': [facet 'x'] The attribute '" SECRET "' is" },
	{ "] " SECRET },
	{ "The attribute '" SECRET },
	{ "Element '" SECRET "': " SECRET },
	{ "Element 'e', attribute '" SECRET "': x" },
	{ "%s%n " SECRET },
};

static void
schema_of_facet(struct buf *b, const char *type)
{
	buf_reset(b);
	buf_fmt(b, XS "<xs:element name='r'><xs:complexType><xs:sequence>"
	    "<xs:element name='e' minOccurs='0' type='t'/></xs:sequence>"
	    "<xs:attribute name='a' type='t'/></xs:complexType>"
	    "</xs:element>%s</xs:schema>", type);
}

static void
document_of_facet(struct buf *b, const char *value, bool attribute)
{
	buf_reset(b);
	buf_str(b, attribute ? "<r a=\"" : "<r><e>");
	buf_str(b, value);
	buf_str(b, attribute ? "\"/>" : "</e></r>");
}

/* Each sentence that is about an attribute names it. */
static void
named(struct buf *b, const char *want)
{
	const char *end;

	buf_reset(b);
	for (; *want != '\0'; want = end) {
		const char *next = strstr(want, ".;");

		end = next != NULL ? next + 2 : want + strlen(want);
		buf_str(b, "@a|");
		buf_add(b, want, (size_t)(end - want));
	}
}

static void
each_facet_has_its_sentence_without_the_value(void **unused)
{
	struct buf schema = { 0 }, text = { 0 }, want = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(facets); i++) {
		schema_of_facet(&schema, facets[i].type);
		document_of_facet(&text, facets[i].value, false);
		validate(schema.p, text.p);
		if (strcmp(buf_text(&said), facets[i].want) != 0)
			fail_msg("%s: %s", facets[i].type, buf_text(&said));
		document_of_facet(&text, facets[i].value, true);
		validate(schema.p, text.p);
		named(&want, facets[i].want);
		if (strcmp(buf_text(&said), want.p) != 0)
			fail_msg("%s of an attribute: %s", facets[i].type,
			    buf_text(&said));
	}
	buf_free(&schema);
	buf_free(&text);
	buf_free(&want);
}

static void
no_value_can_talk_itself_into_a_message(void **unused)
{
	struct buf schema = { 0 }, text = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(facets); i++) {
		schema_of_facet(&schema, facets[i].type);
		for (size_t k = 0; k < 2 * N(sly); k++) {
			document_of_facet(&text, sly[k / 2].value, k % 2 == 0);
			validate(schema.p, text.p);
			if (strstr(buf_text(&said), SECRET) != NULL)
				fail_msg("%s: %s: %s", facets[i].type,
				    sly[k / 2].value, buf_text(&said));
		}
	}
	buf_free(&schema);
	buf_free(&text);
}

/* libxml2 cuts its messages at 64 kB: then their end is the value, too. */
static void
a_value_of_many_bytes_is_not_told(void **unused)
{
	struct buf schema = { 0 }, text = { 0 }, value = { 0 };

	(void)unused;
	for (int i = 0; i < 9000; i++)
		buf_str(&value, "' is not " SECRET " '");
	for (size_t i = 0; i < N(facets); i++) {
		schema_of_facet(&schema, facets[i].type);
		for (int k = 0; k < 2; k++) {
			document_of_facet(&text, value.p, k == 0);
			validate(schema.p, text.p);
			if (strstr(buf_text(&said), SECRET) != NULL ||
			    said.len > 1500)
				fail_msg("%s: %.2000s", facets[i].type,
				    buf_text(&said));
		}
	}
	buf_free(&schema);
	buf_free(&text);
	buf_free(&value);
}

/* -------------------------------------------------------------- structure */

#define R(content) XS "<xs:element name='r'><xs:complexType>" content \
	"</xs:complexType></xs:element></xs:schema>"
#define AB "<xs:sequence><xs:element name='a' type='xs:int'/>" \
	"<xs:element name='b' type='xs:int' minOccurs='0'/></xs:sequence>"
#define NIL "<xs:sequence><xs:element name='a' nillable='true'>" \
	"<xs:complexType><xs:simpleContent><xs:extension base='xs:int'>" \
	"<xs:attribute name='k' use='required'/><xs:attribute name='f' " \
	"fixed='7'/></xs:extension></xs:simpleContent></xs:complexType>" \
	"</xs:element></xs:sequence>"
#define FIXED "<xs:sequence><xs:element name='a' fixed='7' type='xs:string'" \
	" minOccurs='0'/><xs:element name='m' fixed='7' minOccurs='0'>" \
	"<xs:complexType mixed='true'><xs:sequence><xs:element name='q' " \
	"minOccurs='0'/></xs:sequence></xs:complexType></xs:element>" \
	"<xs:element name='e' minOccurs='0'><xs:complexType/></xs:element>" \
	"</xs:sequence>"
#define KEYS XS "<xs:element name='r'><xs:complexType><xs:sequence>" \
	"<xs:element name='a' maxOccurs='9'><xs:complexType><xs:attribute " \
	"name='i'/><xs:attribute name='to'/></xs:complexType></xs:element>" \
	"</xs:sequence></xs:complexType><xs:key name='k'><xs:selector " \
	"xpath='a'/><xs:field xpath='@i'/></xs:key><xs:keyref name='kr' " \
	"refer='k'><xs:selector xpath='a'/><xs:field xpath='@to'/>" \
	"</xs:keyref></xs:element></xs:schema>"
#define UNIQUE XS "<xs:element name='r'><xs:complexType><xs:sequence>" \
	"<xs:element name='a' maxOccurs='9'><xs:complexType><xs:sequence>" \
	"<xs:element name='x' type='xs:string' maxOccurs='3'/><xs:element " \
	"name='y' type='xs:string' minOccurs='0'/></xs:sequence>" \
	"</xs:complexType></xs:element></xs:sequence></xs:complexType>" \
	"<xs:unique name='u'><xs:selector xpath='a'/><xs:field xpath='x'/>" \
	"<xs:field xpath='y'/></xs:unique></xs:element></xs:schema>"
#define ABSTRACT XS "<xs:element name='r' abstract='true'/><xs:complexType " \
	"name='t' abstract='true'/><xs:element name='s' type='t'/>" \
	"<xs:element name='w'><xs:complexType><xs:sequence><xs:any " \
	"processContents='strict'/></xs:sequence><xs:anyAttribute/>" \
	"</xs:complexType></xs:element></xs:schema>"
#define TYPE "@{http://www.w3.org/2001/XMLSchema-instance}type|"
#define NILS "@{http://www.w3.org/2001/XMLSchema-instance}nil|"

static const struct {
	const char *schema, *text, *want;
} structures[] = {
	{ R(AB), "<r/>", "Missing child element(s). Expected is ( a ).;" },
	{ R(AB), "<r><x/></r>", "This element is not expected. Expected is "
	    "( a ).;" },
	{ R(AB), "<r><a>1</a><a>1</a></r>", "This element is not expected. "
	    "Expected is ( b ).;" },
	{ R(AB), "<r>" SECRET "<a>1</a></r>", "Character content other than "
	    "whitespace is not allowed because the content type is "
	    "'element-only'.;" },
	{ R(AB), "<r z='" SECRET "'><a>1</a></r>",
	    "@z|The attribute 'z' is not allowed.;" },
	{ R(AB), "<r><a b='" SECRET "'>1</a></r>",
	    "@b|The attribute 'b' is not allowed.;" },
	{ R(AB), "<r><a><q/></a></r>", "Element content is not allowed, "
	    "because the type definition is simple.;The value is not a valid "
	    "value of the atomic type 'xs:int'.;" },
	{ R(AB), "<q/>", "No matching global declaration available for the "
	    "validation root.;" },
	{ R(AB), "<r xmlns=\"a': " SECRET "\"/>",
	    "The value is not valid (libxml2's error 1845).;" },
	{ R(AB), "<r " XSI "><a xsi:nil='true'/></r>", "The element is not "
	    "'nillable'.;The value is not a valid value of the atomic type "
	    "'xs:int'.;" },
	{ R(AB), "<r " XSI "><a xsi:nil='" SECRET "'>1</a></r>", NILS "The "
	    "value is not a valid value of the atomic type 'xs:boolean'.;" },
	{ R(AB), "<r " XSI "><a xsi:type='n" SECRET "'>1</a></r>", TYPE "The "
	    "value of the xsi:type attribute does not resolve to a type "
	    "definition.;" },
	{ R(AB), "<r " XSI "><a xsi:type='x:n" SECRET "'>1</a></r>", TYPE
	    "The value has no corresponding namespace declaration in "
	    "scope.;" },
	{ R(AB), "<r " XSI "><a xsi:type='!! " SECRET "'>1</a></r>", TYPE
	    "The value is not a valid value of the atomic type 'xs:QName'.;" },
	{ R(AB), "<r " XSI " xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
	    "<a xsi:type='xs:date'>1</a></r>", TYPE "The type definition "
	    "'{http://www.w3.org/2001/XMLSchema}date', specified by "
	    "xsi:type, is blocked or not validly derived from the type "
	    "definition of the element declaration.;" },
	{ R(NIL), "<r " XSI "><a xsi:nil='true' k='1'>" SECRET "</a></r>",
	    "Neither character nor element content is allowed because the "
	    "element is 'nilled'.;" },
	{ R(NIL), "<r " XSI "><a xsi:nil='true' k='1'><x/></a></r>",
	    "Neither character nor element content is allowed, because the "
	    "element was 'nilled'.;" },
	{ R(NIL), "<r><a>1</a></r>",
	    "The attribute 'k' is required but missing.;" },
	{ R(NIL), "<r><a k='1' f='" SECRET "'>1</a></r>", "@f|The value does "
	    "not match the fixed value constraint '7'.;" },
	{ R(FIXED), "<r><a>" SECRET "</a></r>", "The value does not match "
	    "the fixed value constraint '7'.;" },
	{ R(FIXED), "<r><m>" SECRET "</m></r>", "The value does not match "
	    "the fixed value constraint '7'.;" },
	{ R(FIXED), "<r><m>7" SECRET "<q/></m></r>", "The value does not "
	    "match the fixed value constraint '7'.;" },
	{ R(FIXED), "<r><e>" SECRET "</e></r>", "Character content is not "
	    "allowed, because the content type is empty.;" },
	{ R(FIXED), "<r><e><q/></e></r>", "Element content is not allowed, "
	    "because the content type is empty.;" },
	{ KEYS, "<r><a i='" SECRET "'/><a i='" SECRET "'/></r>",
	    "Duplicate key-sequence in key identity-constraint 'k'.;" },
	{ KEYS, "<r><a i=\"'] in " SECRET "\"/><a i=\"'] in " SECRET "\"/>"
	    "</r>", "Duplicate key-sequence in key identity-constraint "
	    "'k'.;" },
	{ KEYS, "<r><a/></r>", "Not all fields of key identity-constraint "
	    "'k' evaluate to a node.;" },
	{ KEYS, "<r><a i='1' to='" SECRET "'/></r>",
	    "No match found for key-sequence of keyref 'kr'.;" },
	{ UNIQUE, "<r><a><x>" SECRET "</x><y>b</y></a><a><x>" SECRET "</x>"
	    "<y>b</y></a></r>", "Duplicate key-sequence in unique "
	    "identity-constraint 'u'.;" },
	{ UNIQUE, "<r><a><x>" SECRET "</x><x>" SECRET "</x></a></r>", "The "
	    "XPath 'x' of a field of unique identity-constraint 'u' "
	    "evaluates to a node-set with more than one member.;" },
	{ ABSTRACT, "<r/>", "The element declaration is abstract.;" },
	{ ABSTRACT, "<s/>", "The type definition is abstract.;" },
	{ ABSTRACT, "<w><q/></w>", "No matching global element declaration "
	    "available, but demanded by the strict wildcard.;" },
	{ ABSTRACT, "<w q='" SECRET "'><w><s/></w></w>", "@q|No matching "
	    "global attribute declaration available, but demanded by the "
	    "strict wildcard.;The type definition is abstract.;" },
};

static void
each_rule_of_structure_has_its_sentence(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(structures); i++) {
		validate(structures[i].schema, structures[i].text);
		if (strcmp(buf_text(&said), structures[i].want) != 0)
			fail_msg("%s: %s", structures[i].text,
			    buf_text(&said));
	}
}

static void
a_long_list_of_codes_is_cut(void **unused)
{
	struct buf schema = { 0 };

	(void)unused;
	buf_str(&schema, XS "<xs:element name='r'><xs:simpleType>"
	    "<xs:restriction base='xs:string'>");
	for (int i = 0; i < 500; i++)
		buf_fmt(&schema, "<xs:enumeration value='ææø%d'/>", i);
	buf_str(&schema, "</xs:restriction></xs:simpleType></xs:element>"
	    "</xs:schema>");
	validate(schema.p, "<r>x</r>");
	assert_true(said.len < 500);
	assert_string_equal(said.p + said.len - 5, " ...;");
	/* not in the middle of a character */
	assert_true(((unsigned char)said.p[said.len - 6] & 0x80) == 0 ||
	    ((unsigned char)said.p[said.len - 7] & 0xc0) == 0xc0);
	buf_free(&schema);
}

static void
an_unknown_sentence_is_not_told(void **unused)
{
	static const struct {
		const char *text;
	} rows[] = {
		{ "Element 'e': Something new about '" SECRET "'.\n" },
		{ "Element 'e': [facet 'new'] " SECRET " is not new.\n" },
		{ "Element 'e': The value '" SECRET "' is new.\n" },
		{ SECRET }, { "Element '" SECRET }, { "" }, { "[facet" },
		{ "Element 'e': " },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		xmlError e = { .code = 1999, .message = (char *)rows[i].text };

		buf_reset(&said);
		hear(NULL, &e);
		if (strstr(said.p, SECRET) != NULL ||
		    strstr(said.p, "(libxml2's error 1999)") == NULL)
			fail_msg("%s: %s", rows[i].text, said.p);
	}
}

/* ------------------------------------------------------------ the parser */

struct heard {
	enum finding_code code;
	bool counts;
};

static void
hear_parser(void *arg, xmlErrorPtr e)
{
	struct heard *h = arg;

	if (h->counts)
		return;
	buf_reset(&said);
	h->counts = xmlerr_counts(e);
	h->code = xmlerr_code(e);
	xmlerr_message(e, &said);
}

static const struct {
	const char *text;
	enum finding_code code;
	const char *words;
} malformed[] = {
	{ "<a>&n" SECRET ";</a>", F_XML_MALFORMED, "an entity that is not "
	    "defined; & in a text is written &amp;" },
	{ "<a b='&n" SECRET ";'/>", F_XML_MALFORMED, "an entity" },
	{ "<a>&n" SECRET "</a>", F_XML_MALFORMED, "expecting ';'" },
	{ "<a>& " SECRET "</a>", F_XML_MALFORMED, "no name" },
	{ "<a b=" SECRET "/>", F_XML_MALFORMED, "expected" },
	{ "<a b='" SECRET "' b=''/>", F_XML_MALFORMED,
	    "Attribute b redefined" },
	{ "<a b='" SECRET "<'/>", F_XML_MALFORMED, "Unescaped '<'" },
	{ "<a>" SECRET "</b>", F_XML_MALFORMED,
	    "Opening and ending tag mismatch: a line 1 and b" },
	{ "<a>]]>" SECRET "</a>", F_XML_MALFORMED, "']]>' not allowed" },
	{ "<a>\x01" SECRET "</a>", F_XML_MALFORMED,
	    "PCDATA invalid Char value 1" },
	{ "<a>&#" SECRET ";</a>", F_XML_MALFORMED, "out of bounds" },
	{ "<a>&#0;</a>", F_XML_MALFORMED, "invalid xmlChar value 0" },
	{ "<p:a>" SECRET "</p:a>", F_XML_MALFORMED,
	    "Namespace prefix p on a is not defined" },
	{ "<a p:b='" SECRET "'/>", F_XML_MALFORMED,
	    "Namespace prefix p for b on a is not defined" },
	{ "<a/>" SECRET, F_XML_MALFORMED, "Extra content" },
	{ SECRET, F_XML_MALFORMED,
	    "the document does not begin with an element" },
	{ "<?xml version='2." SECRET "'?><a/>", F_XML_MALFORMED,
	    "a version of XML other than 1.0" },
	{ "<?xml version='1.0' encoding='n" SECRET "'?><a/>", F_XML_ENCODING,
	    "the document's encoding is not known" },
	{ "<?xml version='1.0' standalone='" SECRET "'?><a/>",
	    F_XML_MALFORMED, "standalone accepts only" },
	{ "<!-- -- " SECRET "--><a/>", F_XML_MALFORMED, "Double hyphen" },
	{ "<a>Bl\xe5 " SECRET "</a>", F_XML_ENCODING,
	    "the bytes are not UTF-8" },
	{ "<a b='Bl\xe5 " SECRET "'/>", F_XML_ENCODING,
	    "the bytes are not UTF-8" },
	{ "<a>\xed\xa0\x80</a>", F_XML_MALFORMED, "out of allowed range" },
	{ "<a>\xc0\x80</a>", F_XML_ENCODING, "the bytes are not UTF-8" },
	{ "<?xml version='1.0' encoding='iso-8859-1'?><a>\x01</a>",
	    F_XML_MALFORMED, "invalid Char" },
};

static void
hear_document(struct heard *h, const char *text)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
	    .serror = hear_parser };
	xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, h, NULL, 0, NULL);

	*h = (struct heard){ .code = F_COUNT };
	buf_reset(&said);
	xmlParseChunk(p, text, (int)strlen(text), 0);
	xmlParseChunk(p, NULL, 0, 1);
	xmlFreeParserCtxt(p);
}

static void
what_is_not_well_formed_is_told_without_its_text(void **unused)
{
	struct heard h;

	(void)unused;
	for (size_t i = 0; i < N(malformed); i++) {
		hear_document(&h, malformed[i].text);
		if (!h.counts || h.code != malformed[i].code ||
		    strstr(buf_text(&said), malformed[i].words) == NULL)
			fail_msg("%s: %s", malformed[i].text,
			    buf_text(&said));
		if (strstr(buf_text(&said), SECRET) != NULL)
			fail_msg("told: %s", buf_text(&said));
	}
}

/* Real schemas have æ, ø and blanks in their namespaces. */
static void
a_warning_does_not_count(void **unused)
{
	static const char *const rows[] = {
		"<a xmlns='relative'/>", "<a xmlns='http://seres.no/ø b'/>",
		"<p:a xmlns:p='%zz'/>", "<a xml:space='Nordmann'/>",
		"<?xml version='1.1'?><a/>", "<a/>",
	};
	struct heard h;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		hear_document(&h, rows[i]);
		if (h.counts)
			fail_msg("%s: %s", rows[i], said.p);
	}
}

static void
an_error_without_a_message_is_told(void **unused)
{
	xmlError e = { .code = XML_ERR_INTERNAL_ERROR };

	(void)unused;
	buf_reset(&said);
	xmlerr_message(&e, &said);
	assert_string_equal(said.p, "not well-formed");
	buf_reset(&said);
	hear(NULL, &e);
	assert_string_equal(said.p,
	    "The value is not valid (libxml2's error 1).;");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_facet_has_its_sentence_without_the_value),
		cmocka_unit_test(no_value_can_talk_itself_into_a_message),
		cmocka_unit_test(a_value_of_many_bytes_is_not_told),
		cmocka_unit_test(each_rule_of_structure_has_its_sentence),
		cmocka_unit_test(a_long_list_of_codes_is_cut),
		cmocka_unit_test(an_unknown_sentence_is_not_told),
		cmocka_unit_test(
		    what_is_not_well_formed_is_told_without_its_text),
		cmocka_unit_test(a_warning_does_not_count),
		cmocka_unit_test(an_error_without_a_message_is_told),
	};
	int rc;

	xmlSetStructuredErrorFunc(NULL, hush);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	buf_free(&said);
	xmlCleanupParser();
	return rc;
}
