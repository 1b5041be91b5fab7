#include "tests/attacks.h"

#include <string.h>

/* instance.json and SHA256SUMS: JSON's tricks, and names used as paths. */

#define ORG "\"org\": \"eks\""
#define SIZE "\"size\": 380"
#define KART "\"Kart på stedet.pdf\""
#define FORM_ID "0a4f4a7e-6a0b-4a52-9d0f-6b7d5f1c2e31"
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
enum { BLANKS = 4 << 20 };

/* The honest instance.json, `from` made `to`. */
static void
changed(struct buf *out, struct honest *h, const struct attack *a)
{
	attack_replace(&h->instance, a->from, a->to, a->n > 0 ? a->n :
	    strlen(a->to));
	attack_zip(out, h);
}

/* Another one: n times `repeat` between `from` and `to`. */
static void
grown(struct buf *out, struct honest *h, const struct attack *a)
{
	buf_reset(&h->instance);
	buf_str(&h->instance, a->from);
	for (size_t i = 0; i < a->n; i++)
		buf_str(&h->instance, a->repeat);
	buf_str(&h->instance, a->to);
	attack_zip(out, h);
}

/* n more members, with names of their own. */
static void
many_members(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf more = { 0 };

	buf_str(&more, ORG);
	for (size_t i = 0; i < a->n; i++)
		buf_fmt(&more, ",\"k%zu\":%zu", i, i);
	attack_replace(&h->instance, ORG, more.p, more.len);
	attack_zip(out, h);
	buf_free(&more);
}

/* The honest one, and then the row's hand on it. */
static void
edited(struct buf *out, struct honest *h, const struct attack *a)
{
	a->edit(&h->instance);
	attack_zip(out, h);
}

/* SHA256SUMS of one line. */
static void
summed(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + 1];

	memcpy(parts, h->parts, sizeof h->parts);
	parts[HONEST] = (struct zip_part){ .name = "SHA256SUMS",
	    .data = a->to, .len = a->n };
	make_zip(out, parts, HONEST + 1);
}

static void
append_document(struct buf *b)
{
	buf_str(b, "\n{}");
}

static void
append_nul(struct buf *b)
{
	buf_char(b, '\0');
}

static void
append_blanks(struct buf *b)
{
	buf_reserve(b, BLANKS);
	memset(b->p + b->len, ' ', BLANKS);
	b->len += BLANKS;
}

static void
prepend(struct buf *b, const char *p, size_t n)
{
	buf_reserve(b, n);
	memmove(b->p + n, b->p, b->len);
	memcpy(b->p, p, n);
	b->len += n;
}

static void
prepend_mark(struct buf *b)
{
	prepend(b, "\xef\xbb\xbf", 3);
}

static void
prepend_comment(struct buf *b)
{
	prepend(b, "/* */", 5);
}

static void
utf_16(struct buf *b)
{
	struct buf old = *b;

	*b = (struct buf){ 0 };
	buf_add(b, "\xff\xfe", 2);
	for (size_t i = 0; i < old.len; i++) {
		buf_char(b, old.p[i]);
		buf_char(b, '\0');
	}
	buf_free(&old);
}

/* --------------------------------------------------------------- the table */

#define MALFORMED(label, before, after) { "json-" label, \
	"INSTANCE_MALFORMED", changed, .from = before, .to = after, \
	.n = sizeof (after) - 1 }
#define SIZE_IS(label, text) MALFORMED(label, SIZE, "\"size\": " text)
#define ORG_IS(label, text) MALFORMED(label, ORG, "\"org\": " text)
#define HAND(label, code, hand) { "json-" label, code, edited, .edit = hand }
#define SUMS(label, code, text) { "sums-" label, code, summed, .to = text, \
	.n = sizeof (text) - 1 }

static const struct attack rows[] = {
	/* a name twice: whoever reads it takes the first or the last */
	ORG_IS("twice", "\"eks\", \"org\": \"eks\""),
	ORG_IS("twice-escaped", "\"eks\", \"\\u006frg\": \"eks\""),
	MALFORMED("twice-inside", "\"isArchived\": true",
	    "\"isArchived\": false, \"isArchived\": true"),
	/* numbers that are none, or that nobody holds */
	SIZE_IS("nan", "NaN"), SIZE_IS("infinity", "-Infinity"),
	SIZE_IS("huge-exponent", "1e999"), SIZE_IS("hex", "0x17c"),
	SIZE_IS("huge-integer", "99999999999999999999999"),
	SIZE_IS("zero-first", "0380"), SIZE_IS("plus", "+380"),
	SIZE_IS("negative", "-1"), SIZE_IS("fraction", "380.0"),
	SIZE_IS("text", "\"380\""),
	/* text that is no Unicode, or holds what no name may */
	ORG_IS("lone-surrogate", "\"\\ud800\""),
	ORG_IS("low-surrogate", "\"\\udc00\\ud800\""),
	ORG_IS("nul-escaped", "\"eks\\u0000x\""),
	ORG_IS("nul", "\"eks\0\""), ORG_IS("control", "\"eks\x1b\""),
	ORG_IS("not-utf8", "\"\xff\xfe\""),
	ORG_IS("overlong", "\"\xc0\xaf\""),
	ORG_IS("surrogate-bytes", "\"\xed\xa0\x80\""),
	MALFORMED("nul-in-name", ORG, "\"o\\u0000rg\": 1"),
	/* what others take for JSON */
	ORG_IS("comma", "\"eks\",,"), ORG_IS("quotes", "'eks'"),
	ORG_IS("comment", "\"eks\" // eks\n"),
	HAND("comment-first", "INSTANCE_MALFORMED", prepend_comment),
	HAND("marked", "INSTANCE_MALFORMED", prepend_mark),
	HAND("utf-16", "INSTANCE_MALFORMED", utf_16),
	HAND("second-document", "INSTANCE_MALFORMED", append_document),
	HAND("nul-behind", "INSTANCE_MALFORMED", append_nul),
	{ "json-empty", "INSTANCE_MALFORMED", grown, .from = "", .to = "" },
	{ "json-null", "INSTANCE_MALFORMED", grown, .from = "null",
	    .to = "" },
	{ "json-list", "INSTANCE_MALFORMED", grown, .from = "[]", .to = "" },
	/* depth and size */
	{ "json-deep-33", "INSTANCE_MALFORMED", grown, .from = "",
	    .repeat = "[", .n = 33, .to = "" },
	{ "json-deep-100000", "INSTANCE_MALFORMED", grown, .from = "",
	    .repeat = "{\"a\":", .n = 100000, .to = "1" },
	HAND("large", "PACKAGE_TOO_LARGE", append_blanks),
	/* names that somebody might use as paths */
	{ "json-element-dotdot", "INSTANCE_INCONSISTENT UNLISTED_FILE "
	    "ELEMENT_MISSING", changed, .from = "\"id\": \"" FORM_ID,
	    .to = "\"id\": \"../../evil" },
	{ "json-type-dotdot", "DATATYPE_UNKNOWN", changed,
	    .from = "\"dataType\": \"kart\"",
	    .to = "\"dataType\": \"../kart\"" },
	{ "json-app-dotdot", "INSTANCE_INCONSISTENT APP_UNKNOWN", changed,
	    .from = "eks/skademelding", .to = "../../etc" },
	{ "json-party-dotdot", "INSTANCE_INCONSISTENT", changed,
	    .from = "\"partyId\": \"50045678\"",
	    .to = "\"partyId\": \"../../1\"" },
	{ "json-id-dotdot", "INSTANCE_INCONSISTENT", changed,
	    .from = "50045678/7b1f6a90", .to = "50045678/../../etc" },
	{ "json-size-lies", "SIZE_MISMATCH", changed, .from = SIZE,
	    .to = "\"size\": 9007199254740993" },
	/* sums */
	SUMS("wrong", "HASH_MISMATCH", HEX "  instance.json\n"),
	SUMS("dotdot", "HASH_MISMATCH", HEX "  ../../../etc/passwd\n"),
	SUMS("escaped", "SUMS_MALFORMED", "\\" HEX "  a\\nb\n"),
	SUMS("nul", "SUMS_MALFORMED", HEX "  a\0b\n"),
	SUMS("twice", "SUMS_MALFORMED", HEX "  a\n" HEX "  ./a\n"),
	SUMS("none", "SUMS_MALFORMED", "evil\n"),
	/* odd, and no attack */
	{ "json-filename-dotdot", "", changed, .from = KART,
	    .to = "\"../../../tmp/evil.pdf\"" },
	{ "json-filename-odd", "", changed, .from = KART,
	    .to = "\"a\\n\\u001b[2J\\u202e$(id).pdf\"" },
	{ "json-more-members", "", many_members, .n = 50000 },
};

struct attack_list
attacks_json(void)
{
	return (struct attack_list){ rows, sizeof rows / sizeof *rows,
	    ".zip" };
}
