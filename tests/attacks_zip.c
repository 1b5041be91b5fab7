#include "tests/attacks.h"

#include <stdlib.h>
#include <string.h>

/* Archives that are zips, or say so, or are nothing that we take. */

#define BYTES(s) s, sizeof (s) - 1
#define MODE(m) ((uint32_t)(m) << 16)
#define EVENTS "instanceevents.json"	/* nobody's, so that all is the zip's */
#define OTHER "data/11111111-128b-4f33-8c5c-7fd0a6a3a450"
enum { MORE = 60, SWOLLEN = 6 << 20, MAGIC_FILE = 2048 };

/* The honest parts, and the row's. */
static void
with(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + 1];

	memcpy(parts, h->parts, sizeof h->parts);
	parts[HONEST] = a->zip;
	make_zip(out, parts, HONEST + 1);
}

/* The last honest part with what the row says of it. */
static void
instead(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part old = h->parts[HONEST - 1];

	h->parts[HONEST - 1] = a->zip;
	if (a->zip.name == NULL)
		h->parts[HONEST - 1].name = old.name;
	if (a->zip.data == NULL) {
		h->parts[HONEST - 1].data = old.data;
		h->parts[HONEST - 1].len = old.len;
	}
	make_zip(out, h->parts, HONEST);
}

/* The honest zip, and then the row's hand on it. */
static void
edited(struct buf *out, struct honest *h, const struct attack *a)
{
	attack_zip(out, h);
	a->edit(out);
}

/* Two names for two parts: the row's own, and `from`. */
static void
pair(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + 2];

	memcpy(parts, h->parts, sizeof h->parts);
	parts[HONEST] = parts[HONEST + 1] = a->zip;
	parts[HONEST + 1].name = a->from;
	make_zip(out, parts, HONEST + 2);
}

/* n bytes that shrink to next to nothing; the row may lie about their size. */
static void
swollen(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + 1];
	struct buf packed = { 0 };
	char *zeros = calloc(a->n, 1);

	memcpy(parts, h->parts, sizeof h->parts);
	attack_deflate(&packed, zeros, a->n);
	parts[HONEST] = (struct zip_part){ .name = EVENTS, .method = 8,
	    .raw = true, .data = packed.p, .len = packed.len,
	    .crc = make_crc(zeros, a->n), .size = a->zip.size > 0 ?
	    a->zip.size : (uint32_t)a->n };
	make_zip(out, parts, HONEST + 1);
	buf_free(&packed);
	free(zeros);
}

/* n bytes that shrink like text. */
static void
large(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + 1];
	struct buf text = { 0 }, packed = { 0 };

	memcpy(parts, h->parts, sizeof h->parts);
	attack_noise(&text, a->n);
	attack_deflate(&packed, text.p, text.len);
	parts[HONEST] = (struct zip_part){ .name = EVENTS, .method = 8,
	    .raw = true, .data = packed.p, .len = packed.len,
	    .crc = make_crc(text.p, text.len), .size = (uint32_t)text.len };
	make_zip(out, parts, HONEST + 1);
	buf_free(&text);
	buf_free(&packed);
}

static void
stored(struct buf *out, struct honest *h, const struct attack *a)
{
	struct attack row = { .zip = { .name = EVENTS } };
	struct buf text = { 0 };

	attack_noise(&text, a->n);
	row.zip.data = text.p;
	row.zip.len = text.len;
	with(out, h, &row);
	buf_free(&text);
}

/* `n` names in the directory; each its own body, or all the first one's. */
static void
many(struct buf *out, struct honest *h, const struct attack *a)
{
	struct zip_part parts[HONEST + MORE];
	char names[MORE][sizeof OTHER];

	memcpy(parts, h->parts, sizeof h->parts);
	for (size_t i = 0; i < a->n; i++) {
		memcpy(names[i], OTHER, sizeof OTHER);
		names[i][5] = (char)('a' + i % 6);
		names[i][6] = (char)('0' + i / 6);
		parts[HONEST + i] = (struct zip_part){ .name = names[i],
		    .data = "kernel", .only_central = a->zip.only_central &&
		    i > 0, .at = a->zip.only_central ? a->zip.at : 0 };
	}
	if (a->zip.only_central)
		make_zip(out, parts + HONEST, a->n);
	else
		make_zip(out, parts, HONEST + a->n);
}

/* A member whose content is a member too, and both are in the directory. */
static void
nested(struct buf *out, struct honest *h, const struct attack *a)
{
	enum { HEAD = 30 };
	struct buf inner = { 0 };
	struct zip_part parts[2] = { { .name = "data/out" }, { .name = "in",
	    .data = "x", .only_central = true, .at = 1 + HEAD + 8 } };

	(void)h;
	(void)a;
	make_zip(&inner, &(struct zip_part){ .name = "in", .data = "x" }, 1);
	parts[0].data = inner.p;
	parts[0].len = HEAD + 2 + 1;
	make_zip(out, parts, 2);
	buf_free(&inner);
}

/* The row's first bytes, and then so many others that no magic is missed. */
static void
magic(struct buf *out, struct honest *h, const struct attack *a)
{
	(void)h;
	buf_add(out, a->from, a->n);
	while (a->n > 0 && out->len < MAGIC_FILE)
		buf_char(out, 'x');
}

/* A CD's magic is in its seventeenth sector. */
static void
iso(struct buf *out, struct honest *h, const struct attack *a)
{
	enum { SECTOR = 2048, FIRST = 16 };

	(void)h;
	(void)a;
	buf_reserve(out, SECTOR * (FIRST + 4));
	memset(out->p, 0, SECTOR * (FIRST + 4));
	memcpy(out->p + SECTOR * FIRST, "\1CD001\1", 7);
	out->len = SECTOR * (FIRST + 4);
}

/* ------------------------------------------------------- hands on the zip */

static void
prepend(struct buf *b, const char *p, size_t n)
{
	struct buf old = *b;

	*b = (struct buf){ 0 };
	buf_add(b, p, n);
	buf_add(b, old.p, old.len);
	buf_free(&old);
}

static void
prepend_program(struct buf *b)
{
	prepend(b, BYTES("#!/bin/sh\nexit\n"));
}

static void
prepend_span_mark(struct buf *b)
{
	prepend(b, BYTES("PK\7\10"));
}

static void
append_bytes(struct buf *b)
{
	buf_str(b, "evil");
}

static void
append_itself(struct buf *b)
{
	struct buf again = { 0 };

	buf_add(&again, b->p, b->len);
	buf_add(b, again.p, again.len);
	buf_free(&again);
}

static void
add_comment(struct buf *b)
{
	zip_end(b)[20] = 4;
	buf_str(b, "evil");
}

static void
cut_end(struct buf *b)
{
	b->len -= ZIP_END + 8;
}

static void
cut_half(struct buf *b)
{
	b->len /= 2;
}

static void
cut_middle(struct buf *b)
{
	memmove(b->p + 100, b->p + 200, b->len - 200);
	b->len -= 100;
}

static void
other_disk(struct buf *b)
{
	zip_end(b)[4] = 1;
}

static void
count_one_less(struct buf *b)
{
	zip_end(b)[8]--;
	zip_end(b)[10]--;
}

static void
zip64_end(struct buf *b)
{
	unsigned char end[ZIP_END];

	memcpy(end, zip_end(b), ZIP_END);
	b->len -= ZIP_END;
	buf_add(b, BYTES("PK\6\7aaaabbbbccccdddd"));
	buf_add(b, end, ZIP_END);
}

static void
nothing_inside(struct buf *b)
{
	buf_reset(b);
	make_zip(b, NULL, 0);
}

/* --------------------------------------------------------------- the table */

#define NAMED(label, text) { "zip-name-" label, "ENTRY_NAME", with, \
	.zip = { .name = text, .name_len = sizeof (text) - 1, .data = "x" } }
#define TYPED(label, attrs) { "zip-type-" label, "ENTRY_TYPE", with, \
	.zip = { .name = OTHER, .data = "/etc/passwd", .attributes = attrs } }
#define METHOD(label, number) { "zip-method-" label, "PACKAGE_FORMAT", with, \
	.zip = { .name = EVENTS, .data = "x", .method = number } }
#define NO_ZIP(label, text) { "magic-" label, "PACKAGE_FORMAT", magic, \
	.from = text, .n = sizeof (text) - 1 }
#define HAND(label, code, hand) { "zip-" label, code, edited, .edit = hand }
#define SAYS(label, code, ...) { "zip-" label, code, instead, \
	.zip = { __VA_ARGS__ } }
#define MORE_IN(label, code, ...) { "zip-" label, code, with, \
	.zip = { __VA_ARGS__ } }

static const struct attack rows[] = {
	/* names that lead elsewhere, or cannot be shown as they are */
	NAMED("dotdot", "../../evil"), NAMED("inside", "data/../../evil"),
	NAMED("absolute", "/etc/cron.d/evil"), NAMED("backslash", "a\\..\\b"),
	NAMED("drive", "C:evil"), NAMED("dot", "data/./x"),
	NAMED("dots", "././instance.json"), NAMED("slashes", "data//x"),
	NAMED("nul", "data/a\0.xml"), NAMED("newline", "data/a\nb"),
	NAMED("escape", "data/\x1b[2J"), NAMED("delete", "data/\x7f"),
	NAMED("right-to-left", "data/\xe2\x80\xae" "lmx.exe"),
	NAMED("not-utf8", "data/\xff\xfe"), NAMED("overlong", "a\xc0\xaf" "b"),
	NAMED("surrogate", "data/\xed\xa0\x80"),
	/* names that are one for somebody else */
	MORE_IN("twice", "ENTRY_DUPLICATE", .name = "instance.json",
	    .data = "{}"),
	MORE_IN("twice-in-case", "ENTRY_DUPLICATE", .name = "INSTANCE.json"),
	MORE_IN("twice-with-dot", "ENTRY_DUPLICATE",
	    .name = "./instance.json"),
	{ "zip-twice-composed", "UNLISTED_FILE", pair,
	    .zip = { .name = "data/\xc3\xa5" }, .from = "data/a\xcc\x8a" },
	MORE_IN("archive-inside", "ENTRY_UNEXPECTED", .name = "a.zip",
	    .data = "PK\3\4"),
	MORE_IN("unlisted", "UNLISTED_FILE", .name = OTHER, .data = "x"),
	/* what is no plain file */
	TYPED("symlink", MODE(0120777)), TYPED("fifo", MODE(0010644)),
	TYPED("device", MODE(0020644)), TYPED("disk", MODE(0060644)),
	TYPED("socket", MODE(0140644)), TYPED("folder", MODE(0040755)),
	TYPED("dos-folder", 0x10),
	/* bombs; limits count the bytes that come, not those declared */
	{ "zip-bomb-ratio", "PACKAGE_BOMB", swollen, .n = SWOLLEN },
	{ "zip-bomb-declares-100", "PACKAGE_BOMB", swollen, .n = SWOLLEN,
	    .zip.size = 100 },
	{ "zip-larger-than-declared", "PACKAGE_UNREADABLE", swollen, .n = 5000,
	    .zip.size = 100 },
	{ "zip-smaller-than-declared", "PACKAGE_UNREADABLE", swollen, .n = 5000,
	    .zip.size = 5001 },
	{ "zip-large-unpacked", "PACKAGE_TOO_LARGE", large,
	    .n = ATTACK_UNPACKED + 1 },
	{ "zip-large-file", "PACKAGE_TOO_LARGE", stored,
	    .n = ATTACK_BYTES + 1 },
	{ "zip-many-entries", "PACKAGE_TOO_MANY_ENTRIES", many, .n = MORE },
	{ "zip-one-body-for-40", "PACKAGE_LAYOUT", many, .n = 40,
	    .zip = { .only_central = true, .at = 1 } },
	{ "zip-body-in-a-body", "PACKAGE_LAYOUT", nested, .n = 2 },
	/* two readers, two packages */
	SAYS("local-name", "PACKAGE_LAYOUT",
	    .local_name = "data/c2b7f1de-3f8d-4e61-b0a9-7e5a4c3d2b54"),
	SAYS("local-size", "PACKAGE_LAYOUT", .local_size = 5),
	SAYS("local-crc", "PACKAGE_LAYOUT", .local_crc = 5),
	SAYS("local-method", "PACKAGE_LAYOUT", .local_method = 8),
	SAYS("local-flags", "PACKAGE_LAYOUT", .local_flags = 1 << 11),
	SAYS("two-sizes", "PACKAGE_LAYOUT", .size = 5),
	SAYS("descriptor", "PACKAGE_LAYOUT", .descriptor = 16,
	    .descriptor_crc = 5),
	SAYS("descriptor-inside", "PACKAGE_LAYOUT", .descriptor = 16,
	    .data = "%PDF-1.4 PK\7\10"),
	SAYS("unicode-name", "PACKAGE_LAYOUT",
	    .extra = "up\6\0\1\0\0\0\0x", .extra_len = 10),
	MORE_IN("hidden", "PACKAGE_LAYOUT", .name = OTHER, .data = "x",
	    .only_local = true),
	MORE_IN("ghost", "PACKAGE_LAYOUT", .name = OTHER, .data = "x",
	    .only_central = true),
	MORE_IN("gap", "PACKAGE_LAYOUT", .name = EVENTS, .gap = "evil"),
	MORE_IN("comment-of-a-member", "PACKAGE_LAYOUT", .name = EVENTS,
	    .comment = "evil"),
	HAND("comment", "PACKAGE_LAYOUT", add_comment),
	HAND("prepended", "PACKAGE_LAYOUT", prepend_program),
	HAND("appended", "PACKAGE_LAYOUT", append_bytes),
	HAND("two-behind-each-other", "PACKAGE_LAYOUT", append_itself),
	HAND("miscounted", "PACKAGE_LAYOUT", count_one_less),
	/* damaged, or a part only */
	HAND("cut-end", "PACKAGE_TRUNCATED", cut_end),
	HAND("cut-half", "PACKAGE_TRUNCATED", cut_half),
	HAND("cut-middle", "PACKAGE_LAYOUT", cut_middle),
	HAND("split", "PACKAGE_LAYOUT", other_disk),
	HAND("split-first", "PACKAGE_LAYOUT", prepend_span_mark),
	SAYS("crc", "PACKAGE_UNREADABLE", .crc = 0x12345678),
	MORE_IN("no-deflate", "PACKAGE_UNREADABLE", .name = EVENTS,
	    .method = 8, .raw = true, .data = "\xff\xff\xff\xff", .size = 4),
	HAND("empty", "INSTANCE_MISSING", nothing_inside),
	/* what is not taken */
	MORE_IN("encrypted", "PACKAGE_ENCRYPTED", .name = EVENTS, .flags = 1),
	MORE_IN("encrypted-strong", "PACKAGE_ENCRYPTED", .name = EVENTS,
	    .flags = 1 | 1 << 6),
	MORE_IN("encrypted-aes", "PACKAGE_ENCRYPTED", .name = EVENTS,
	    .method = 99),
	MORE_IN("patch", "PACKAGE_FORMAT", .name = EVENTS, .flags = 1 << 5),
	MORE_IN("zip64", "PACKAGE_FORMAT", .name = EVENTS,
	    .extra = "\1\0\20\0aaaaaaaabbbbbbbb", .extra_len = 20),
	HAND("zip64-end", "PACKAGE_FORMAT", zip64_end),
	METHOD("shrink", 1), METHOD("implode", 6), METHOD("deflate64", 9),
	METHOD("bzip2", 12), METHOD("lzma", 14), METHOD("zstd", 93),
	METHOD("xz", 95), METHOD("jpeg", 96), METHOD("wavpack", 97),
	METHOD("ppmd", 98),
	/* formats that libarchive would know, and programs it would run */
	NO_ZIP("mtree", "#mtree\n./evil type=file\n"),
	NO_ZIP("lrzip", "LRZI\0\6"), NO_ZIP("rar", "Rar!\x1a\7\1\0"),
	NO_ZIP("7z", "7z\xbc\xaf\x27\x1c"), NO_ZIP("cpio", "070701"),
	NO_ZIP("old-cpio", "\xc7\x71"), NO_ZIP("ar", "!<arch>\n"),
	NO_ZIP("cab", "MSCF\0\0\0\0"), NO_ZIP("xar", "xar!\0\34\0\1"),
	NO_ZIP("warc", "WARC/1.0\r\n"), NO_ZIP("bzip2", "BZh91AY&SY"),
	NO_ZIP("lzip", "LZIP\1"), NO_ZIP("compress", "\x1f\x9d\x90"),
	NO_ZIP("lz4", "\4\x22\x4d\x18"), NO_ZIP("lzop", "\x89LZO\0\r\n"),
	NO_ZIP("uu", "begin 644 evil\n"), NO_ZIP("rpm", "\xed\xab\xee\xdb"),
	NO_ZIP("program", "\x7f" "ELF"), NO_ZIP("text", "hei\n"),
	{ "magic-iso", "PACKAGE_FORMAT", iso, .n = 1 },
	{ "magic-none", "PACKAGE_TRUNCATED", magic, .from = "" },
	/* odd, and no attack */
	MORE_IN("events", "", .name = EVENTS, .data = "rubbish"),
	SAYS("descriptor-honest", "", .descriptor = 16, .method = 8),
	SAYS("descriptor-unsigned", "", .descriptor = 12, .method = 8),
	MORE_IN("folder", "", .name = "data/"),
	MORE_IN("top-folder", "", .name = "./"),
};

struct attack_list
attacks_zip(void)
{
	return (struct attack_list){ rows, sizeof rows / sizeof *rows,
	    ".zip" };
}
