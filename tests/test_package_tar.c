#include "tests/read_package.h"

#include <archive.h>
#include <locale.h>
#include <string.h>

#include "tests/make_tar.h"

static const struct tar_part honest[] = {
	{ .name = "instance.json", .data = "{}" },
	{ .name = ELEMENT, .data = "<a/>" },
};
static const char honest_seen[] =
    "instance instance.json 2;element " ELEMENT " 4;";

static const struct {
	const char *name;
	int (*write)(struct archive *);
} filters[] = {
	{ "gzip", archive_write_add_filter_gzip },
	{ "zstd", archive_write_add_filter_zstd },
	{ "xz", archive_write_add_filter_xz },
};

/* The honest members, then what `last` writes, then the end. */
static void
tar_with(struct buf *b, const struct tar_part *last, size_t n)
{
	buf_reset(b);
	for (size_t i = 0; i < COUNT(honest); i++)
		tar_member(b, &honest[i]);
	make_tar(b, last, n);
}

static void
expect_part(const char *label, const struct tar_part *p,
    enum finding_code code)
{
	struct buf b = { 0 };

	tar_with(&b, p, 1);
	expect_code(label, &b, NULL, code);
	buf_free(&b);
}

/* One member with a pax header of one key before it. */
static void
expect_pax(const char *key, const char *value, size_t n, char flag,
    enum finding_code code)
{
	struct buf b = { 0 };

	tar_pax(&b, flag, key, value, n);
	make_tar(&b, honest, COUNT(honest));
	expect_code(key, &b, NULL, code);
	buf_free(&b);
}

/* ------------------------------------------------------------------ taken */

static void
a_tar_is_taken_bare_and_in_one_filter(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	expect_entries("tar", &tar, honest_seen);
	for (size_t i = 0; i < COUNT(filters); i++) {
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		expect_entries(filters[i].name, &b, honest_seen);
	}
	buf_free(&tar);
	buf_free(&b);
}

static void
every_age_of_tar_is_taken(void **unused)
{
	static const char *const magic[] = { NULL, "ustar  ", "" };
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(magic); i++) {
		struct tar_part parts[] = { honest[0], honest[1] };

		parts[0].magic = parts[1].magic = magic[i];
		parts[1].flag = TAR_FLAG_V7;
		buf_reset(&b);
		make_tar(&b, parts, COUNT(parts));
		expect_entries("age", &b, honest_seen);
	}
	buf_free(&b);
}

static void
folders_of_the_layout_are_passed_over(void **unused)
{
	static const struct tar_part parts[] = {
		{ .name = "data", .flag = '5' },
		{ .name = "data/", .flag = '5' },
		{ .name = "data/", .flag = TAR_FLAG_V7, .magic = "" },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(parts); i++) {
		buf_reset(&b);
		tar_member(&b, &parts[i]);
		make_tar(&b, honest, COUNT(honest));
		expect_entries("folder first", &b, honest_seen);
		tar_with(&b, &parts[i], 1);
		expect_entries("folder last", &b, honest_seen);
	}
	buf_free(&b);
}

/* As tar -cf x.tar . writes them; and by hand, where not all have one. */
static void
one_dot_before_a_name_is_passed_over(void **unused)
{
	static const struct tar_part whole[] = {
		{ .name = "./", .flag = '5' },
		{ .name = "./data/", .flag = '5' },
		{ .name = "./instance.json", .data = "{}" },
		{ .name = "./" ELEMENT, .data = "<a/>" },
	}, mixed[] = {
		{ .name = ".", .flag = '5' },
		{ .name = "./instance.json", .data = "{}" },
		{ .name = "data", .flag = '5' },
		{ .name = ELEMENT, .data = "<a/>" },
		{ .name = "./", .flag = '5' },
	}, deep[] = {
		{ .name = "./", .flag = '5' },
		{ .name = "./ttd", .flag = '5' },
		{ .name = "./" FOLDER "/instance.json", .data = "{}" },
		{ .name = "./" FOLDER "/" ELEMENT, .data = "<a/>" },
	};
	struct buf b = { 0 };

	(void)unused;
	make_tar(&b, whole, COUNT(whole));
	expect_entries("tar of .", &b, honest_seen);
	buf_reset(&b);
	make_tar(&b, mixed, COUNT(mixed));
	expect_entries("some", &b, honest_seen);
	buf_reset(&b);
	make_tar(&b, deep, COUNT(deep));
	expect_entries("the long form", &b, honest_seen);
	buf_free(&b);
}

static void
a_dot_hides_no_entry_that_is_there_twice(void **unused)
{
	static const struct tar_part twice = { .name = "./instance.json",
	    .data = "{}" }, other = { .name = "./readme", .data = "x" };

	(void)unused;
	expect_part("twice", &twice, F_ENTRY_DUPLICATE);
	expect_part("unexpected", &other, F_ENTRY_UNEXPECTED);
	expect_part("a file called .", &(struct tar_part){ .name = "./",
	    .data = "x" }, F_ENTRY_TYPE);
	expect_part("a link called .", &(struct tar_part){ .name = "./",
	    .flag = '2', .link = "/" }, F_ENTRY_NAME);
}

static void
long_names_are_taken_in_every_way_of_writing(void **unused)
{
	static const char name[] = FOLDER "/" ELEMENT;
	static const char seen[] = "element " ELEMENT " 4;";
	const struct tar_part prefixed = { .name = ELEMENT,
	    .prefix = FOLDER, .data = "<a/>" },
	    cut = { .name = "cut", .data = "<a/>", .magic = "ustar  " },
	    gnu = { .name = "././@LongLink", .flag = 'L', .data = name,
	    .len = sizeof name, .magic = "ustar  " };
	struct buf b = { 0 };

	(void)unused;
	make_tar(&b, &prefixed, 1);
	expect_entries("ustar prefix", &b, seen);
	buf_reset(&b);
	tar_member(&b, &gnu);
	make_tar(&b, &cut, 1);
	expect_entries("GNU long name", &b, seen);
	buf_reset(&b);
	tar_pax(&b, 'x', "path", name, sizeof name - 1);
	make_tar(&b, &cut, 1);
	expect_entries("pax path", &b, seen);
	buf_free(&b);
}

static void
a_pax_header_without_power_is_taken(void **unused)
{
	static const char *const keys[] = { "mtime", "uname", "comment",
	    "LIBARCHIVE.xattr.user.x", "SCHILY.xattr.user.x" };

	(void)unused;
	for (size_t i = 0; i < COUNT(keys); i++)
		expect_pax(keys[i], "1", 1, 'x', F_COUNT);
	expect_pax("comment", "0123456789", 10, 'g', F_COUNT);
	expect_pax("size", "2", 1, 'x', F_COUNT);
}

static void
large_tars_are_given_whole(void **unused)
{
	struct buf noise = { 0 }, tar = { 0 }, b = { 0 };
	struct tar_part parts[] = { { .name = ELEMENT }, {
	    .name = "data/" GUID }, honest[0] };
	static const char seen[] = "element " ELEMENT " 700001;"
	    "element data/" GUID " 700001;instance instance.json 2;";

	(void)unused;
	make_noise(&noise, 700001);
	parts[0].data = parts[1].data = noise.p;
	parts[0].len = parts[1].len = noise.len;
	make_tar(&tar, parts, COUNT(parts));
	expect_entries("tar", &tar, seen);
	for (size_t i = 0; i < COUNT(filters); i++) {
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		expect_entries(filters[i].name, &b, seen);
	}
	buf_free(&noise);
	buf_free(&tar);
	buf_free(&b);
}

static void
an_empty_tar_in_a_filter_has_no_entries(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };

	(void)unused;
	tar_end(&tar);
	make_packed(&b, &tar, archive_write_add_filter_gzip);
	expect_entries("empty", &b, "");
	buf_free(&tar);
	buf_free(&b);
}

/* -------------------------------------------------------- names and types */

static void
a_dangerous_name_is_refused_and_passed_over(void **unused)
{
	static const char *const names[] = { "../../evil.txt", "/evil.txt",
	    "data/../x", "././x", ".//x", "./../x", "./.", ".", "C:\\evil.txt", "a\\b",
	    "data/\x1b[31m", "data/\xff\xfe", "data/a\nb", "data//x" };
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct tar_part p = { .name = names[i], .data = "evil" };

		expect_part(names[i], &p, F_ENTRY_NAME);
		tar_with(&b, &p, 1);
		read_package(&r, &b, NULL, 1);
		assert_string_equal(buf_text(&r.seen), honest_seen);
		reading_done(&r);
		buf_reset(&b);
		tar_pax(&b, 'x', "path", names[i], strlen(names[i]));
		make_tar(&b, honest, COUNT(honest));
		expect_code(names[i], &b, NULL, F_ENTRY_NAME);
	}
	buf_free(&b);
}

/* libarchive ends these names at the NUL, and they look harmless to it. */
static void
a_nul_in_a_long_name_is_refused(void **unused)
{
	static const char name[] = ELEMENT "\0.exe";
	const struct tar_part gnu = { .name = "long", .flag = 'L',
	    .data = name, .len = sizeof name };
	struct buf b = { 0 };

	(void)unused;
	expect_pax("path", name, sizeof name - 1, 'x', F_ENTRY_NAME);
	tar_member(&b, &gnu);
	make_tar(&b, honest, COUNT(honest));
	expect_code("GNU", &b, NULL, F_ENTRY_NAME);
	buf_free(&b);
}

static void
an_empty_name_is_refused(void **unused)
{
	(void)unused;
	expect_part("empty", &(struct tar_part){ .name = "" }, F_ENTRY_NAME);
	expect_pax("path", "", 0, 'x', F_ENTRY_NAME);
}

static void
only_plain_files_are_given(void **unused)
{
	static const struct tar_part parts[] = {
		{ .name = "data/" GUID, .flag = '1', .link = "instance.json" },
		{ .name = "data/" GUID, .flag = '2', .link = "/etc/passwd" },
		{ .name = "data/" GUID, .flag = '3' },
		{ .name = "data/" GUID, .flag = '4' },
		{ .name = "data/" GUID, .flag = '6' },
		{ .name = "data/" GUID "/", .data = "x" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(parts); i++)
		expect_part("type", &parts[i], F_ENTRY_TYPE);
}

static void
an_entry_twice_is_refused(void **unused)
{
	static const struct tar_part parts[] = {
		{ .name = "instance.json", .data = "{}" },
		{ .name = "INSTANCE.json", .data = "{}" },
		{ .name = ELEMENT, .data = "<b/>" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(parts); i++)
		expect_part(parts[i].name, &parts[i], F_ENTRY_DUPLICATE);
}

static void
a_harmless_name_of_no_entry_is_unexpected(void **unused)
{
	static const struct tar_part parts[] = {
		{ .name = "readme.txt", .data = "x" },
		{ .name = "folder", .flag = '5' },
		{ .name = FOLDER "/instance.json", .data = "{}" },
		{ .name = "instance.json/x" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(parts); i++)
		expect_part(parts[i].name, &parts[i], F_ENTRY_UNEXPECTED);
}

/* ------------------------------------------------ what is not taken of tar */

static void
features_that_are_not_taken_are_refused(void **unused)
{
	static const char flags[] = "SMVDNAIXZ8";
	static const struct { const char *key, *value; } keys[] = {
		{ "GNU.sparse.major", "1" }, { "GNU.sparse.name", "x" },
		{ "GNU.sparse.realsize", "1125899906842624" },
		{ "SCHILY.realsize", "5" }, { "SCHILY.filetype", "sparse" },
		{ "hdrcharset", "BINARY" }, { "SUN.holesdata", "0 1" },
		{ "unknown", "1" },
	};
	struct tar_part linked = { .name = "data/" GUID, .flag = '1',
	    .link = "instance.json", .data = "content" };

	(void)unused;
	for (size_t i = 0; flags[i] != '\0'; i++) {
		char label[] = { flags[i], '\0' };

		expect_part(label, &(struct tar_part){ .name = "data/" GUID,
		    .flag = flags[i], .data = "x" }, F_PACKAGE_FORMAT);
	}
	for (size_t i = 0; i < COUNT(keys); i++)
		expect_pax(keys[i].key, keys[i].value, strlen(keys[i].value),
		    'x', F_PACKAGE_FORMAT);
	expect_pax("path", "instance.json", 13, 'g', F_PACKAGE_FORMAT);
	expect_pax("size", "1", 1, 'g', F_PACKAGE_FORMAT);
	expect_part("a link with content", &linked, F_PACKAGE_FORMAT);
	linked.flag = '5';
	expect_part("a folder with content", &linked, F_PACKAGE_FORMAT);
}

static void
a_faulty_pax_header_is_refused(void **unused)
{
	static const struct {
		const char *text;
		enum finding_code code;
	} rows[] = {
		{ "x", F_PACKAGE_UNREADABLE },
		{ "11 path=abc", F_PACKAGE_UNREADABLE },
		{ "99 path=abc\n", F_PACKAGE_UNREADABLE },
		{ "9999999999999999999 path=abc\n", F_PACKAGE_UNREADABLE },
		{ "0 path=abc\n", F_PACKAGE_UNREADABLE },
		{ "3 \n", F_PACKAGE_UNREADABLE },
		{ "5 ab\n", F_PACKAGE_UNREADABLE },
		{ " 12 path=abc\n", F_PACKAGE_UNREADABLE },
		{ "12 path=abc\n12 path=abd\n", F_PACKAGE_LAYOUT },
		{ "9 size=\n", F_PACKAGE_UNREADABLE },
		{ "8 size=\n", F_PACKAGE_LAYOUT },
		{ "10 size=-1\n", F_PACKAGE_UNREADABLE },
		{ "11 size=-1\n", F_PACKAGE_LAYOUT },
		{ "11 size=2x\n", F_PACKAGE_LAYOUT },
		{ "29 size=99999999999999999999\n", F_PACKAGE_LAYOUT },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&b);
		tar_member(&b, &(struct tar_part){ .name = "pax",
		    .flag = 'x', .data = rows[i].text });
		make_tar(&b, honest, COUNT(honest));
		expect_code(rows[i].text, &b, NULL, rows[i].code);
	}
	buf_free(&b);
}

static void
two_extended_headers_of_a_kind_are_refused(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	tar_pax(&b, 'x', "mtime", "1", 1);
	tar_pax(&b, 'x', "path", "a", 1);
	make_tar(&b, honest, COUNT(honest));
	expect_code("pax", &b, NULL, F_PACKAGE_LAYOUT);
	buf_reset(&b);
	tar_pax(&b, 'x', "path", ELEMENT, strlen(ELEMENT));
	tar_member(&b, &(struct tar_part){ .name = "l", .flag = 'L',
	    .data = "data/a" });
	make_tar(&b, honest, 1);
	expect_code("pax and GNU", &b, NULL, F_PACKAGE_LAYOUT);
	buf_free(&b);
}

static void
a_pax_size_is_the_size(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	tar_pax(&b, 'x', "size", "700", 3);
	make_tar(&b, honest, COUNT(honest));
	/* It swallows the next header, and the tar goes on in the middle. */
	expect_code("larger", &b, NULL, F_PACKAGE_UNREADABLE);
	buf_reset(&b);
	tar_pax(&b, 'x', "size", "1125899906842624", 16);
	make_tar(&b, honest, COUNT(honest));
	expect_code("a petabyte", &b, NULL, F_PACKAGE_TRUNCATED);
	buf_free(&b);
}

/* ------------------------------------------------------- damage and limits */

static void
a_damaged_header_is_refused(void **unused)
{
	(void)unused;
	expect_part("sum", &(struct tar_part){ .name = "data/" GUID,
	    .data = "x", .spoil = 1 }, F_PACKAGE_UNREADABLE);
}

static void
a_tar_that_is_cut_is_refused(void **unused)
{
	static const size_t cuts[] = { 512 + 1, 512 + 512, 512 + 700,
	    512 + 512 + 512, 512 + 512 + 512 + 512 };
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(cuts); i++) {
		buf_reset(&b);
		make_tar(&b, honest, COUNT(honest));
		b.len = cuts[i];
		expect_code("cut", &b, NULL, F_PACKAGE_TRUNCATED);
	}
	buf_free(&b);
}

static void
a_filtered_tar_that_is_cut_is_refused(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };
	struct reading r;

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	make_noise(&tar, 100);
	memset(tar.p + tar.len - 100, 0, 100);
	for (size_t i = 0; i < COUNT(filters); i++) {
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		while (b.len > 8) {
			b.len--;
			read_package(&r, &b, NULL, 1);
			if (r.opened && r.end == 0 && r.findings.n == 0)
				fail_msg("%s cut to %zu: taken",
				    filters[i].name, b.len);
			assert_int_equal(r.findings.n, 1);
			reading_done(&r);
		}
	}
	buf_free(&tar);
	buf_free(&b);
}

static void
a_changed_byte_of_a_filter_never_changes_entries(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };
	struct reading r;

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	for (size_t i = 0; i < COUNT(filters); i++) {
		/* Most write zstd without a sum, and libarchive does. */
		if (filters[i].write == archive_write_add_filter_zstd)
			continue;
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		for (size_t k = 0; k < b.len; k++) {
			b.p[k] ^= 0x55;
			read_package(&r, &b, NULL, 1);
			if (r.findings.n == 0 && (r.end != 0 ||
			    strcmp(buf_text(&r.content), "{}<a/>") != 0))
				fail_msg("%s, byte %zu: %s", filters[i].name,
				    k, buf_text(&r.seen));
			reading_done(&r);
			b.p[k] ^= 0x55;
		}
	}
	buf_free(&tar);
	buf_free(&b);
}

static void
only_zeros_may_follow_the_end(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };
	char zeros[20480] = { 0 };

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	buf_add(&tar, zeros, sizeof zeros);
	expect_entries("zeros", &tar, honest_seen);
	buf_add(&b, tar.p, tar.len);
	make_tar(&b, honest, COUNT(honest));
	expect_code("another tar", &b, NULL, F_PACKAGE_LAYOUT);
	buf_reset(&b);
	buf_add(&b, tar.p, tar.len);
	buf_char(&b, 'x');
	expect_code("a byte", &b, NULL, F_PACKAGE_LAYOUT);
	for (size_t i = 0; i < COUNT(filters); i++) {
		struct buf packed = { 0 };

		make_packed(&packed, &b, filters[i].write);
		expect_code("a byte in a filter", &packed, NULL,
		    F_PACKAGE_LAYOUT);
		buf_free(&packed);
	}
	buf_free(&tar);
	buf_free(&b);
}

static void
nothing_may_follow_the_filter(void **unused)
{
	struct buf tar = { 0 }, b = { 0 };
	struct reading r;

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	for (size_t i = 0; i < COUNT(filters); i++) {
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		make_noise(&b, 700);
		read_package(&r, &b, NULL, 1);
		if (r.findings.n != 1 || (r.findings.v[0].code !=
		    F_PACKAGE_LAYOUT && r.findings.v[0].code !=
		    F_PACKAGE_UNREADABLE))
			fail_msg("%s: %zu findings", filters[i].name,
			    r.findings.n);
		reading_done(&r);
	}
	buf_free(&tar);
	buf_free(&b);
}

/* As before, but the file ends in the sum that belongs to the tar. */
static void
nothing_may_lie_before_gzips_last_bytes(void **unused)
{
	enum { TRAILER = 8 };
	struct buf tar = { 0 }, b = { 0 };
	char trailer[TRAILER];

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	make_packed(&b, &tar, archive_write_add_filter_gzip);
	memcpy(trailer, b.p + b.len - TRAILER, TRAILER);
	make_noise(&b, 700);
	buf_add(&b, trailer, TRAILER);
	expect_code("hidden", &b, NULL, F_PACKAGE_LAYOUT);
	buf_free(&tar);
	buf_free(&b);
}

static void
two_filters_are_refused(void **unused)
{
	struct buf tar = { 0 }, once = { 0 }, twice = { 0 };

	(void)unused;
	make_tar(&tar, honest, COUNT(honest));
	for (size_t i = 0; i < COUNT(filters); i++)
		for (size_t k = 0; k < COUNT(filters); k++) {
			buf_reset(&once);
			buf_reset(&twice);
			make_packed(&once, &tar, filters[i].write);
			make_packed(&twice, &once, filters[k].write);
			expect_code(filters[k].name, &twice, NULL,
			    F_PACKAGE_FORMAT);
		}
	buf_free(&tar);
	buf_free(&once);
	buf_free(&twice);
}

static void
a_filter_without_a_tar_inside_is_refused(void **unused)
{
	static const char *const texts[] = { "hei, dette er ikke en pakke",
	    "PK\3\4", "" };
	struct buf text = { 0 }, b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(texts); i++) {
		buf_reset(&text);
		buf_str(&text, texts[i]);
		while (text.len < 2000 * (i < 2))
			buf_char(&text, ' ');
		buf_reset(&b);
		make_packed(&b, &text, archive_write_add_filter_gzip);
		expect_code(texts[i], &b, NULL, i < 2 ? F_PACKAGE_FORMAT :
		    F_PACKAGE_UNREADABLE);
	}
	buf_free(&text);
	buf_free(&b);
}

static void
more_entries_than_allowed_are_refused(void **unused)
{
	struct package_limits limits = usual_limits();
	struct buf b = { 0 };

	(void)unused;
	limits.max_entries = 2;
	tar_with(&b, NULL, 0);
	expect_code("two", &b, &limits, F_COUNT);
	tar_with(&b, &(struct tar_part){ .name = "data/", .flag = '5' }, 1);
	expect_code("three", &b, &limits, F_PACKAGE_TOO_MANY_ENTRIES);
	buf_reset(&b);
	for (int i = 0; i < 100; i++)
		tar_pax(&b, "gx"[i % 2], "comment", "x", 1);
	tar_with(&b, NULL, 0);
	buf_reset(&b);
	for (int i = 0; i < 20000; i++)
		tar_member(&b, &(struct tar_part){ .name = "data/" GUID });
	tar_end(&b);
	expect_code("20000", &b, NULL, F_PACKAGE_TOO_MANY_ENTRIES);
	buf_free(&b);
}

static void
content_is_counted_as_it_comes(void **unused)
{
	struct package_limits limits = usual_limits();
	struct buf noise = { 0 }, b = { 0 };
	struct tar_part parts[] = { { .name = ELEMENT }, {
	    .name = "unexpected" } };
	struct reading r;

	(void)unused;
	limits.max_unpacked = 1 << 20;
	make_noise(&noise, (1 << 19) + 1);
	parts[0].data = parts[1].data = noise.p;
	parts[0].len = parts[1].len = 1 << 19;
	make_tar(&b, parts, 2);
	expect_code("at the limit", &b, &limits, F_ENTRY_UNEXPECTED);
	parts[1].name = "data/" GUID;
	parts[1].len++;
	buf_reset(&b);
	make_tar(&b, parts, 2);
	expect_code("over it", &b, &limits, F_PACKAGE_TOO_LARGE);
	/* Counted too when nobody asked for it. */
	parts[1].name = "unexpected";
	buf_reset(&b);
	make_tar(&b, parts, 2);
	read_package(&r, &b, &limits, 1);
	assert_int_equal(r.end, -1);
	assert_int_equal(r.findings.n, 2);
	assert_true(findings_has(&r.findings, F_PACKAGE_TOO_LARGE));
	reading_done(&r);
	buf_free(&noise);
	buf_free(&b);
}

static void
a_filter_that_swells_beyond_the_ratio_is_a_bomb(void **unused)
{
	struct buf zeros = { 0 }, tar = { 0 }, b = { 0 };
	struct tar_part part = { .name = ELEMENT, .len = 40 << 20 };

	(void)unused;
	buf_reserve(&zeros, part.len);
	memset(zeros.p, 0, part.len);
	part.data = zeros.p;
	make_tar(&tar, &part, 1);
	for (size_t i = 0; i < COUNT(filters); i++) {
		buf_reset(&b);
		make_packed(&b, &tar, filters[i].write);
		expect_code(filters[i].name, &b, NULL, F_PACKAGE_BOMB);
	}
	buf_free(&zeros);
	buf_free(&tar);
	buf_free(&b);
}

/* Behind the end there are only zeros, but they are without end. */
static void
zeros_behind_the_end_are_counted(void **unused)
{
	struct package_limits limits = usual_limits();
	struct buf tar = { 0 }, b = { 0 };

	(void)unused;
	limits.max_unpacked = 1 << 20;
	make_tar(&tar, honest, COUNT(honest));
	buf_reserve(&tar, 20 << 20);
	memset(tar.p + tar.len, 0, 20 << 20);
	tar.len += 20 << 20;
	make_packed(&b, &tar, archive_write_add_filter_gzip);
	expect_code("zeros", &b, &limits, F_PACKAGE_BOMB);
	buf_free(&tar);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tar_is_taken_bare_and_in_one_filter),
		cmocka_unit_test(every_age_of_tar_is_taken),
		cmocka_unit_test(folders_of_the_layout_are_passed_over),
		cmocka_unit_test(one_dot_before_a_name_is_passed_over),
		cmocka_unit_test(a_dot_hides_no_entry_that_is_there_twice),
		cmocka_unit_test(long_names_are_taken_in_every_way_of_writing),
		cmocka_unit_test(a_pax_header_without_power_is_taken),
		cmocka_unit_test(large_tars_are_given_whole),
		cmocka_unit_test(an_empty_tar_in_a_filter_has_no_entries),
		cmocka_unit_test(a_dangerous_name_is_refused_and_passed_over),
		cmocka_unit_test(a_nul_in_a_long_name_is_refused),
		cmocka_unit_test(an_empty_name_is_refused),
		cmocka_unit_test(only_plain_files_are_given),
		cmocka_unit_test(an_entry_twice_is_refused),
		cmocka_unit_test(a_harmless_name_of_no_entry_is_unexpected),
		cmocka_unit_test(features_that_are_not_taken_are_refused),
		cmocka_unit_test(a_faulty_pax_header_is_refused),
		cmocka_unit_test(two_extended_headers_of_a_kind_are_refused),
		cmocka_unit_test(a_pax_size_is_the_size),
		cmocka_unit_test(a_damaged_header_is_refused),
		cmocka_unit_test(a_tar_that_is_cut_is_refused),
		cmocka_unit_test(a_filtered_tar_that_is_cut_is_refused),
		cmocka_unit_test(
		    a_changed_byte_of_a_filter_never_changes_entries),
		cmocka_unit_test(only_zeros_may_follow_the_end),
		cmocka_unit_test(nothing_may_follow_the_filter),
		cmocka_unit_test(nothing_may_lie_before_gzips_last_bytes),
		cmocka_unit_test(two_filters_are_refused),
		cmocka_unit_test(a_filter_without_a_tar_inside_is_refused),
		cmocka_unit_test(more_entries_than_allowed_are_refused),
		cmocka_unit_test(content_is_counted_as_it_comes),
		cmocka_unit_test(
		    a_filter_that_swells_beyond_the_ratio_is_a_bomb),
		cmocka_unit_test(zeros_behind_the_end_are_counted),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
