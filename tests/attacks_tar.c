#include "tests/attacks.h"

#include <archive.h>
#include <string.h>

#include "tests/read_package.h"

/* Archives that are tars, bare or in a filter. */

#define OTHER_FILE "data/11111111-128b-4f33-8c5c-7fd0a6a3a450"
#define EVENTS "instanceevents.json"
enum { MORE = 60, SWOLLEN = 12 << 20, ZEROS = 20 << 20, GZIP_TAIL = 8 };

/* The honest members, without an end. */
static void
honest_members(struct buf *out, const struct honest *h)
{
	for (size_t i = 0; i < HONEST; i++)
		tar_member(out, &(struct tar_part){ .name = h->parts[i].name,
		    .data = h->parts[i].data, .len = h->parts[i].len });
}

/* They, and the row's; then, when it has one, the row's hand on the tar. */
static void
with(struct buf *out, struct honest *h, const struct attack *a)
{
	honest_members(out, h);
	if (a->tar.name != NULL)
		tar_member(out, &a->tar);
	tar_end(out);
	if (a->edit != NULL)
		a->edit(out);
}

/* A member in its last place that a pax header says `from` = `to` of. */
static void
paxed(struct buf *out, struct honest *h, const struct attack *a)
{
	honest_members(out, h);
	tar_pax(out, a->tar.flag != 0 ? a->tar.flag : 'x', a->from, a->to,
	    a->n > 0 ? a->n : strlen(a->to));
	tar_member(out, &(struct tar_part){ .name = EVENTS, .data = "x" });
	tar_end(out);
}

/* Two headers that name one member: pax's `to`, and `tar`'s. */
static void
named_twice(struct buf *out, struct honest *h, const struct attack *a)
{
	honest_members(out, h);
	tar_pax(out, 'x', "path", a->to, strlen(a->to));
	tar_member(out, &a->tar);
	tar_member(out, &(struct tar_part){ .name = EVENTS, .data = "x" });
	tar_end(out);
}

/* GNU's long name for the member behind it, `n` bytes. */
static void
long_named(struct buf *out, struct honest *h, const struct attack *a)
{
	honest_members(out, h);
	tar_member(out, &(struct tar_part){ .name = "././@LongLink",
	    .flag = 'L', .data = a->from, .len = a->n });
	tar_member(out, &(struct tar_part){ .name = EVENTS, .data = "x" });
	tar_end(out);
}

static void
many(struct buf *out, struct honest *h, const struct attack *a)
{
	honest_members(out, h);
	for (size_t i = 0; i < a->n; i++)
		tar_member(out, &(struct tar_part){ .name = EVENTS });
	tar_end(out);
}

/* As tar -cf x.tar . in the folder of the package writes it. */
static void
dotted(struct buf *out, struct honest *h, const struct attack *a)
{
	char name[128] = "./";

	tar_member(out, &(struct tar_part){ .name = "./", .flag = '5' });
	tar_member(out, &(struct tar_part){ .name = "./data/", .flag = '5' });
	for (size_t i = 0; i < HONEST; i++) {
		strcpy(name + 2, h->parts[i].name);
		tar_member(out, &(struct tar_part){ .name = name,
		    .data = h->parts[i].data, .len = h->parts[i].len });
	}
	if (a->tar.name != NULL)
		tar_member(out, &a->tar);
	tar_end(out);
}

/* ------------------------------------------------------- hands on the tar */

static void
pack(struct buf *b, int (*filter)(struct archive *))
{
	struct buf in = *b;

	*b = (struct buf){ 0 };
	make_packed(b, &in, filter);
	buf_free(&in);
}

static void
gzipped(struct buf *b)
{
	pack(b, archive_write_add_filter_gzip);
}

static void
zstd(struct buf *b)
{
	pack(b, archive_write_add_filter_zstd);
}

static void
xz(struct buf *b)
{
	pack(b, archive_write_add_filter_xz);
}

static void
bzip2(struct buf *b)
{
	pack(b, archive_write_add_filter_bzip2);
}

static void
gzip_of_gzip(struct buf *b)
{
	gzipped(b);
	gzipped(b);
}

static void
xz_of_zstd(struct buf *b)
{
	zstd(b);
	xz(b);
}

static void
zeros(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	memset(b->p + b->len, 0, n);
	b->len += n;
}

/* One member of zeros before the rest, that a filter shrinks to nothing. */
static void
swell(struct buf *b)
{
	struct buf old = *b, content = { 0 };

	*b = (struct buf){ 0 };
	zeros(&content, SWOLLEN);
	tar_member(b, &(struct tar_part){ .name = EVENTS, .data = content.p,
	    .len = content.len });
	buf_add(b, old.p, old.len);
	buf_free(&old);
	buf_free(&content);
}

static void
swollen_gzip(struct buf *b)
{
	swell(b);
	gzipped(b);
}

static void
swollen_zstd(struct buf *b)
{
	swell(b);
	zstd(b);
}

static void
swollen_xz(struct buf *b)
{
	swell(b);
	xz(b);
}

static void
zeros_behind(struct buf *b)
{
	zeros(b, ZEROS);
	gzipped(b);
}

static void
second_tar(struct buf *b)
{
	make_tar(b, &(struct tar_part){ .name = "instance.json",
	    .data = "{}" }, 1);
}

static void
zip_behind(struct buf *b)
{
	make_zip(b, &(struct zip_part){ .name = "instance.json",
	    .data = "{}" }, 1);
}

static void
cut_half(struct buf *b)
{
	b->len /= 2;
}

static void
cut_end(struct buf *b)
{
	b->len -= (size_t)2 * TAR_UNIT;
}

static void
cut_gzip(struct buf *b)
{
	gzipped(b);
	b->len -= GZIP_TAIL + 40;
}

static void
spoil_gzip(struct buf *b)
{
	gzipped(b);
	b->p[b->len - GZIP_TAIL] ^= 1;
}

static void
gzip_and_bytes(struct buf *b)
{
	gzipped(b);
	buf_str(b, "evil, hidden behind the end");
}

/* One tar, but its halves are gzips of their own. */
static void
gzip_by_halves(struct buf *b)
{
	struct buf one = { 0 }, two = { 0 };
	size_t half = b->len / 2;

	buf_add(&one, b->p, half);
	buf_add(&two, b->p + half, b->len - half);
	buf_reset(b);
	attack_gzip(b, &one);
	attack_gzip(b, &two);
	buf_free(&one);
	buf_free(&two);
}

/* What is in the filter is no tar. */
static void
gzip_of(struct buf *out, struct honest *h, const struct attack *a)
{
	struct buf in = { 0 };

	(void)h;
	buf_add(&in, a->from, a->n);
	while (in.len < (size_t)4 * TAR_UNIT)
		buf_char(&in, 'x');
	attack_gzip(out, &in);
	buf_free(&in);
}

/* --------------------------------------------------------------- the table */

#define NAMED(label, text) { "tar-name-" label, "ENTRY_NAME", with, \
	.tar = { .name = text, .data = "x" } }
#define TYPED(label, code, letter, ...) { "tar-type-" label, code, with, \
	.tar = { .name = OTHER_FILE, .flag = letter, __VA_ARGS__ } }
#define PAX(label, code, key, value) { "tar-pax-" label, code, paxed, \
	.from = key, .to = value }
#define HAND(label, code, hand) { "tar-" label, code, with, .edit = hand }
#define GZIP_OF(label, text) { "tar-gzip-of-" label, "PACKAGE_FORMAT", \
	gzip_of, .from = text, .n = sizeof (text) - 1 }

static const struct attack rows[] = {
	/* names; libarchive ends some of them at a NUL */
	NAMED("dotdot", "../../evil"), NAMED("absolute", "/etc/cron.d/evil"),
	NAMED("backslash", "a\\..\\b"), NAMED("dots", "././instance.json"),
	NAMED("escape", "data/\x1b[2J"), NAMED("not-utf8", "data/\xff\xfe"),
	NAMED("empty", ""),
	{ "tar-name-nul-gnu", "ENTRY_NAME", long_named,
	    .from = "data/a\0.xml", .n = 12 },
	{ "tar-name-nul-pax", "ENTRY_NAME", paxed, .from = "path",
	    .to = "data/a\0.xml", .n = 11 },
	{ "tar-twice", "ENTRY_DUPLICATE", with,
	    .tar = { .name = "instance.json", .data = "{}" } },
	{ "tar-twice-with-dot", "ENTRY_DUPLICATE", dotted,
	    .tar = { .name = "instance.json", .data = "{}" } },
	{ "tar-dotted-dotdot", "ENTRY_NAME", dotted,
	    .tar = { .name = "./../evil", .data = "x" } },
	/* what is no plain file */
	TYPED("hard-link", "ENTRY_TYPE", '1', .link = "instance.json"),
	TYPED("symlink", "ENTRY_TYPE", '2', .link = "/etc/passwd"),
	TYPED("device", "ENTRY_TYPE", '3'), TYPED("disk", "ENTRY_TYPE", '4'),
	TYPED("fifo", "ENTRY_TYPE", '6'),
	TYPED("link-with-content", "PACKAGE_FORMAT", '1', .data = "x"),
	TYPED("sparse", "PACKAGE_FORMAT", 'S'),
	TYPED("volume", "PACKAGE_FORMAT", 'M'),
	TYPED("label", "PACKAGE_FORMAT", 'V'),
	TYPED("dump-folder", "PACKAGE_FORMAT", 'D'),
	TYPED("unknown", "PACKAGE_FORMAT", 'Z'),
	/* headers that say something else than the member's own */
	PAX("path", "ENTRY_NAME", "path", "../../evil"),
	PAX("path-twice", "ENTRY_DUPLICATE", "path", "instance.json"),
	PAX("size-petabyte", "PACKAGE_TRUNCATED", "size", "1125899906842624"),
	PAX("size-swallows", "PACKAGE_TRUNCATED", "size", "2000"),
	PAX("size-faulty", "PACKAGE_LAYOUT", "size", "-1"),
	PAX("sparse", "PACKAGE_FORMAT", "GNU.sparse.major", "1"),
	PAX("sparse-petabyte", "PACKAGE_FORMAT", "GNU.sparse.realsize",
	    "1125899906842624"),
	PAX("sun-holes", "PACKAGE_FORMAT", "SUN.holesdata", "0 1"),
	PAX("charset", "PACKAGE_FORMAT", "hdrcharset", "BINARY"),
	PAX("unknown", "PACKAGE_FORMAT", "EVIL.key", "1"),
	{ "tar-pax-global-path", "PACKAGE_FORMAT", paxed, .from = "path",
	    .to = "instance.json", .tar.flag = 'g' },
	{ "tar-named-twice", "PACKAGE_LAYOUT", named_twice,
	    .to = "instance.json", .tar = { .name = "l", .flag = 'L',
	    .data = "data/x" } },
	/* bytes around it, damage, a part only */
	HAND("second-tar", "PACKAGE_LAYOUT", second_tar),
	HAND("zip-behind", "PACKAGE_LAYOUT", zip_behind),
	HAND("cut-half", "PACKAGE_TRUNCATED XML_MALFORMED", cut_half),
	HAND("cut-end", "PACKAGE_TRUNCATED", cut_end),
	{ "tar-sum", "PACKAGE_UNREADABLE", with,
	    .tar = { .name = EVENTS, .data = "x", .spoil = 1 } },
	{ "tar-many-entries", "PACKAGE_TOO_MANY_ENTRIES", many, .n = MORE },
	/* filters */
	HAND("gzip-of-gzip", "PACKAGE_FORMAT", gzip_of_gzip),
	HAND("xz-of-zstd", "PACKAGE_FORMAT", xz_of_zstd),
	HAND("bzip2", "PACKAGE_FORMAT", bzip2),
	HAND("gzip-bomb", "PACKAGE_BOMB", swollen_gzip),
	HAND("zstd-bomb", "PACKAGE_BOMB", swollen_zstd),
	HAND("xz-bomb", "PACKAGE_BOMB", swollen_xz),
	HAND("zeros-behind", "PACKAGE_BOMB", zeros_behind),
	HAND("gzip-cut", "PACKAGE_TRUNCATED", cut_gzip),
	HAND("gzip-sum", "PACKAGE_UNREADABLE", spoil_gzip),
	HAND("gzip-and-bytes", "PACKAGE_LAYOUT", gzip_and_bytes),
	HAND("gzip-by-halves", "PACKAGE_UNREADABLE", gzip_by_halves),
	GZIP_OF("zip", "PK\3\4"), GZIP_OF("lrzip", "LRZI\0\6"),
	GZIP_OF("mtree", "#mtree\n./evil type=file\n"),
	/* odd, and no attack */
	HAND("plain", "", NULL), HAND("gzip", "", gzipped),
	HAND("zstd", "", zstd), HAND("xz", "", xz),
	{ "tar-dotted", "", dotted, .n = 0 },
	PAX("comment", "", "comment", "hello"),
	{ "tar-folder", "", with, .tar = { .name = "data/", .flag = '5' } },
};

struct attack_list
attacks_tar(void)
{
	return (struct attack_list){ rows, sizeof rows / sizeof *rows,
	    ".tar" };
}
