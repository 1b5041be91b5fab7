#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "tests/make_zip.h"
#include "watcher/member.h"
#include "watcher/source.h"
#include "watcher/zipcheck.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
enum { MAX_ENTRIES = 50 };

struct result {
	struct arena arena;
	struct findings findings;
	struct members members;
	int rc;
};

static void
check(struct result *r, const struct buf *zip)
{
	enum source_fault fault;
	struct source *s;
	int fd = memfd_create("zip", MFD_CLOEXEC);

	*r = (struct result){ 0 };
	findings_init(&r->findings, &r->arena);
	assert_int_equal(write(fd, buf_text(zip), zip->len),
	    (ssize_t)zip->len);
	s = source_open(fd, &fault);
	assert_non_null(s);
	r->rc = zipcheck(s, MAX_ENTRIES, &r->members, &r->findings);
	source_free(s);
	close(fd);
}

static void
done(struct result *r)
{
	members_free(&r->members);
	arena_free(&r->arena);
}

static void
expect_refused(const char *label, const struct buf *zip,
    enum finding_code code)
{
	struct result r;

	check(&r, zip);
	if (r.rc != -1 || r.findings.n != 1)
		fail_msg("%s: %d, %zu findings", label, r.rc, r.findings.n);
	if (r.findings.v[0].code != code)
		fail_msg("%s: %s, %s", label,
		    finding_name(r.findings.v[0].code),
		    r.findings.v[0].message);
	done(&r);
}

static void
expect_taken(const char *label, const struct buf *zip, size_t n)
{
	struct result r;

	check(&r, zip);
	if (r.rc != 0)
		fail_msg("%s: %s", label, r.findings.v[0].message);
	if (r.members.n != n || r.findings.n != 0)
		fail_msg("%s: %zu members", label, r.members.n);
	done(&r);
}

/* ------------------------------------------------------------------ taken */

static void
what_zip_programs_write_is_taken(void **unused)
{
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "stored", { .name = "a", .data = "abc" } },
		{ "deflated", { .name = "a", .data = "abc", .method = 8 } },
		{ "empty member", { .name = "a" } },
		{ "UTF-8 flag", { .name = "a", .flags = 1 << 11 } },
		{ "how hard it was deflated", { .name = "a", .method = 8,
		    .flags = 6 } },
		{ "descriptor with a signature", { .name = "a", .data = "abc",
		    .method = 8, .descriptor = 16 } },
		{ "descriptor without", { .name = "a", .data = "abc",
		    .method = 8, .descriptor = 12 } },
		{ "descriptor of a stored one", { .name = "a", .data = "abc",
		    .descriptor = 16 } },
		{ "time stamps", { .name = "a", .extra =
		    "UT\5\0\1abcdux\4\0\1\0\1\0", .extra_len = 17 } },
		{ "the same name in Unicode", { .name = "abc", .extra =
		    "up\10\0\1\0\0\0\0abc", .extra_len = 12 } },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zip_part parts[] = { rows[i].part, rows[i].part };

		buf_reset(&b);
		make_zip(&b, parts, 2);
		expect_taken(rows[i].label, &b, 2);
	}
	buf_free(&b);
}

static void
a_zip_without_members_is_taken(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, NULL, 0);
	expect_taken("empty", &b, 0);
	buf_free(&b);
}

/* The order of the central directory is the writer's own business. */
static void
members_come_in_the_order_of_the_file(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "first", .data = "1", .only_local = true },
		{ .name = "second", .data = "22" },
		{ .name = "first", .data = "1", .only_central = true,
		    .at = 1 },
	};
	struct buf b = { 0 };
	struct result r;

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	check(&r, &b);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.members.n, 2);
	assert_string_equal(r.members.v[0].name, "first");
	assert_int_equal(r.members.v[0].size, 1);
	assert_string_equal(r.members.v[1].name, "second");
	assert_int_equal(r.members.v[1].size, 2);
	done(&r);
	buf_free(&b);
}

static void
a_name_is_given_with_all_its_bytes(void **unused)
{
	static const struct zip_part part = { .name = "a\0b\\\xff",
	    .name_len = 5, .data = "x" };
	struct buf b = { 0 };
	struct result r;

	(void)unused;
	make_zip(&b, &part, 1);
	check(&r, &b);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.members.v[0].name_len, 5);
	assert_memory_equal(r.members.v[0].name, "a\0b\\\xff", 6);
	done(&r);
	buf_free(&b);
}

static void
attributes_and_a_slash_tell_the_type(void **unused)
{
#define MODE(m) ((uint32_t)(m) << 16)
	static const struct {
		const char *name, *data;
		uint32_t attributes;
		enum member_type type;
	} rows[] = {
		{ "a", "x", 0, MEMBER_FILE },
		{ "a", "x", MODE(0100640), MEMBER_FILE },
		{ "a", "x", MODE(0644), MEMBER_FILE },
		{ "a", "x", 0x20, MEMBER_FILE },
		{ "a/", "", 0, MEMBER_FOLDER },
		{ "a/", "", MODE(040755) | 0x10, MEMBER_FOLDER },
		{ "a/", "x", 0, MEMBER_SPECIAL },
		{ "a/", "", MODE(0100644), MEMBER_SPECIAL },
		{ "a", "", MODE(040755), MEMBER_SPECIAL },
		{ "a", "", 0x10, MEMBER_SPECIAL },
		{ "a", "/etc/passwd", MODE(0120777), MEMBER_SPECIAL },
		{ "a/", "", MODE(0120777), MEMBER_SPECIAL },
		{ "a", "", MODE(0010644), MEMBER_SPECIAL },
		{ "a", "", MODE(0020644), MEMBER_SPECIAL },
		{ "a", "", MODE(0060644), MEMBER_SPECIAL },
		{ "a", "", MODE(0140644), MEMBER_SPECIAL },
	};
#undef MODE
	struct buf b = { 0 };
	struct result r;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zip_part p = { .name = rows[i].name,
		    .data = rows[i].data, .attributes = rows[i].attributes };

		buf_reset(&b);
		make_zip(&b, &p, 1);
		check(&r, &b);
		if (r.rc != 0 || r.members.v[0].type != rows[i].type)
			fail_msg("row %zu", i);
		done(&r);
	}
	buf_free(&b);
}

/* ---------------------------------------------------------------- refused */

/* Between two honest members, so that nothing is told by its place. */
static void
expect_part_refused(const char *label, const struct zip_part *p,
    enum finding_code code)
{
	struct zip_part parts[] = { { .name = "one", .data = "first" }, *p,
	    { .name = "two", .data = "last" } };
	struct buf b = { 0 };

	make_zip(&b, parts, COUNT(parts));
	expect_refused(label, &b, code);
	buf_free(&b);
}

static void
a_local_header_that_disagrees_is_refused(void **unused)
{
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "name", { .name = "data/1", .local_name = "data/2" } },
		{ "size", { .name = "a", .data = "abc", .local_size = 2 } },
		{ "crc", { .name = "a", .data = "abc", .local_crc = 5 } },
		{ "method", { .name = "a", .data = "abc", .method = 8,
		    .local_method = 9 } },
		{ "flags", { .name = "a", .local_flags = 1 << 11 } },
		{ "place", { .name = "a", .data = "abc", .at = 3 } },
		{ "place beyond the members", { .name = "a", .data = "abc",
		    .at = 0x7fffffff } },
		{ "stored with two sizes", { .name = "a", .data = "abc",
		    .size = 100 } },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_part_refused(rows[i].label, &rows[i].part,
		    F_PACKAGE_LAYOUT);
}

static void
a_descriptor_that_disagrees_is_refused(void **unused)
{
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "crc", { .name = "a", .data = "abc", .method = 8,
		    .descriptor = 16, .descriptor_crc = 5 } },
		{ "crc, no signature", { .name = "a", .data = "abc",
		    .method = 8, .descriptor = 12, .descriptor_crc = 5 } },
		{ "missing", { .name = "a", .data = "abc", .method = 8,
		    .flags = 1 << 3 } },
		{ "too long", { .name = "a", .data = "abc", .method = 8,
		    .descriptor = 16, .gap = "12345678" } },
		{ "stored, no signature", { .name = "a", .data = "abc",
		    .descriptor = 12 } },
		{ "stored, a signature inside", { .name = "a",
		    .data = "PK\7\10", .descriptor = 16 } },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_part_refused(rows[i].label, &rows[i].part,
		    F_PACKAGE_LAYOUT);
}

/* Also where two looks at the content meet. */
static void
no_place_hides_a_signature_in_stored_content(void **unused)
{
	enum { AROUND = 16 * 1024, SPAN = 40 };
	char *text = test_malloc(3 * AROUND + 1);
	struct zip_part part = { .name = "a", .data = text, .descriptor = 16 };
	struct buf b = { 0 };

	(void)unused;
	memset(text, 'P', 3 * AROUND);
	text[3 * AROUND] = '\0';
	make_zip(&b, &part, 1);
	expect_taken("no signature", &b, 1);
	for (size_t i = 1; i <= 2; i++)
		for (size_t k = i * AROUND - SPAN; k < i * AROUND + SPAN; k++) {
			memcpy(text + k, "PK\7\10", 4);
			buf_reset(&b);
			make_zip(&b, &part, 1);
			expect_refused("signature", &b, F_PACKAGE_LAYOUT);
			memcpy(text + k, "PPPP", 4);
		}
	memcpy(text + 3 * AROUND - 4, "PK\7\10", 4);
	buf_reset(&b);
	make_zip(&b, &part, 1);
	expect_refused("at the end", &b, F_PACKAGE_LAYOUT);
	test_free(text);
	buf_free(&b);
}

static void
a_member_only_in_local_headers_is_refused(void **unused)
{
	static const struct zip_part hidden = { .name = "a", .data = "abc",
	    .only_local = true };

	(void)unused;
	expect_part_refused("hidden", &hidden, F_PACKAGE_LAYOUT);
}

static void
a_member_only_in_the_directory_is_refused(void **unused)
{
	static const struct zip_part ghost = { .name = "a", .data = "abc",
	    .only_central = true };

	(void)unused;
	expect_part_refused("ghost", &ghost, F_PACKAGE_LAYOUT);
}

static void
bytes_of_no_member_are_refused(void **unused)
{
	static const struct zip_part gap = { .name = "a", .gap = "x" },
	    comment = { .name = "a", .comment = "x" };
	static const struct zip_part one = { .name = "a", .data = "abc" };
	struct buf b = { 0 }, c = { 0 };

	(void)unused;
	expect_part_refused("between members", &gap, F_PACKAGE_LAYOUT);
	expect_part_refused("in a comment", &comment, F_PACKAGE_LAYOUT);
	buf_str(&b, "#!/bin/sh\n");
	make_zip(&c, &one, 1);
	buf_add(&b, c.p, c.len);
	expect_refused("before the first", &b, F_PACKAGE_LAYOUT);
	buf_str(&c, "x");
	expect_refused("behind the end", &c, F_PACKAGE_LAYOUT);
	memset(zip_end(&c) + 19, 1, 1);
	expect_refused("in the archive's comment", &c, F_PACKAGE_LAYOUT);
	buf_free(&b);
	buf_free(&c);
}

/* What people do meet, they are told how to do without. */
static void
what_is_not_taken_is_called_by_its_name(void **unused)
{
	static const struct {
		const char *words;
		struct zip_part part;
		const char *archive_comment;
	} rows[] = {
		{ "zip -fz-", { .name = "a", .extra =
		    "\1\0\20\0aaaaaaaabbbbbbbb", .extra_len = 20 }, NULL },
		{ "the zip has a comment", { .name = "a" }, "PK\5\6 hello" },
		{ "has a comment", { .name = "a", .comment = "x" }, NULL },
	};
	struct buf b = { 0 };
	struct result r;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *c = rows[i].archive_comment;

		buf_reset(&b);
		make_zip(&b, &rows[i].part, 1);
		if (c != NULL) {
			zip_end(&b)[20] = (unsigned char)strlen(c);
			buf_str(&b, c);
		}
		check(&r, &b);
		assert_int_equal(r.rc, -1);
		if (strstr(r.findings.v[0].message, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].words,
			    r.findings.v[0].message);
		done(&r);
	}
	buf_free(&b);
}

/* As a self-extracting zip whose places were moved to be right again. */
static void
a_zip_that_begins_late_is_refused(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "program", .data = "first", .only_local = true },
		{ .name = "one", .data = "first" },
		{ .name = "two", .data = "last" },
	};
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_refused("late", &b, F_PACKAGE_LAYOUT);
	buf_free(&b);
}

static void
members_that_share_bytes_are_refused(void **unused)
{
	struct zip_part parts[40] = {
		{ .name = "data/00", .data = "kernel", .method = 8 } };
	char names[COUNT(parts)][8];
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 1; i < COUNT(parts); i++) {
		strcpy(names[i], "data/00");
		names[i][5] = (char)('0' + i / 10);
		names[i][6] = (char)('0' + i % 10);
		parts[i] = (struct zip_part){ .name = names[i],
		    .data = "kernel", .method = 8, .only_central = true,
		    .at = 1 };
	}
	make_zip(&b, parts, COUNT(parts));
	expect_refused("forty names, one body", &b, F_PACKAGE_LAYOUT);
	buf_free(&b);
}

/* Each member's data hold all headers that follow: every sum can be right. */
static void
members_inside_each_other_are_refused(void **unused)
{
	struct buf inner = { 0 }, b = { 0 };
	struct zip_part outer = { .name = "out" }, in = { .name = "in",
	    .data = "x", .only_central = true, .at = 1 + 30 + 3 };
	struct zip_part parts[2];

	(void)unused;
	make_zip(&inner, &(struct zip_part){ .name = "in", .data = "x" }, 1);
	outer.data = inner.p;
	outer.len = 30 + 2 + 1;
	parts[0] = outer;
	parts[1] = in;
	make_zip(&b, parts, 2);
	expect_refused("nested", &b, F_PACKAGE_LAYOUT);
	buf_free(&inner);
	buf_free(&b);
}

static void
an_end_record_that_counts_wrong_is_refused(void **unused)
{
	static const struct {
		const char *label;
		int at, add;
		enum finding_code code;
	} rows[] = {
		{ "more on this disk", 8, 1, F_PACKAGE_LAYOUT },
		{ "this disk is another", 4, 1, F_PACKAGE_LAYOUT },
		{ "the directory is on another disk", 6, 1, F_PACKAGE_LAYOUT },
		{ "the directory is longer", 12, 1, F_PACKAGE_LAYOUT },
		{ "the directory is shorter", 12, -1, F_PACKAGE_LAYOUT },
		{ "the directory is later", 16, 1, F_PACKAGE_LAYOUT },
		{ "a comment that is not there", 20, 1, F_PACKAGE_LAYOUT },
	};
	static const struct zip_part parts[] = {
		{ .name = "one", .data = "first" },
		{ .name = "two", .data = "last" },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&b);
		make_zip(&b, parts, 2);
		zip_end(&b)[rows[i].at] = (unsigned char)
		    (zip_end(&b)[rows[i].at] + rows[i].add);
		expect_refused(rows[i].label, &b, rows[i].code);
	}
	for (unsigned char n = 1; n <= 3; n += 2) {
		buf_reset(&b);
		make_zip(&b, parts, 2);
		zip_end(&b)[8] = zip_end(&b)[10] = n;
		expect_refused("count", &b, F_PACKAGE_LAYOUT);
	}
	buf_free(&b);
}

/* Bytes between the last record and the end record, counted in or not. */
static void
bytes_behind_the_directory_are_refused(void **unused)
{
	static const struct zip_part part = { .name = "a", .data = "abc" };
	struct buf b = { 0 }, end = { 0 };

	(void)unused;
	for (int counted = 0; counted <= 1; counted++) {
		buf_reset(&b);
		buf_reset(&end);
		make_zip(&b, &part, 1);
		buf_add(&end, zip_end(&b), ZIP_END);
		b.len -= ZIP_END;
		buf_str(&b, "0123456789");
		end.p[12] = (char)(end.p[12] + (counted ? 10 : 0));
		buf_add(&b, end.p, end.len);
		expect_refused(counted ? "counted" : "not counted", &b,
		    F_PACKAGE_LAYOUT);
	}
	buf_free(&b);
	buf_free(&end);
}

static void
a_second_zip_behind_the_first_is_refused(void **unused)
{
	static const struct zip_part one = { .name = "one", .data = "first" },
	    two = { .name = "two", .data = "last" };
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, &one, 1);
	make_zip(&b, &two, 1);
	expect_refused("two zips", &b, F_PACKAGE_LAYOUT);
	buf_free(&b);
}

static void
encryption_is_refused(void **unused)
{
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "ZipCrypto", { .name = "a", .data = "abc", .flags = 1 } },
		{ "strong", { .name = "a", .flags = 1 | 1 << 6 } },
		{ "hidden headers", { .name = "a", .flags = 1 << 13 } },
		{ "AES", { .name = "a", .data = "abc", .method = 99 } },
		{ "AES by its field", { .name = "a", .extra =
		    "\x01\x99\7\0\2\0AE\3\10\0", .extra_len = 11 } },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_part_refused(rows[i].label, &rows[i].part,
		    F_PACKAGE_ENCRYPTED);
}

static void
features_that_are_not_taken_are_refused(void **unused)
{
	static const unsigned methods[] = { 1, 6, 9, 12, 14, 93, 95, 98 };
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "patch data", { .name = "a", .flags = 1 << 5 } },
		{ "enhanced deflate", { .name = "a", .flags = 1 << 4 } },
		{ "zip64", { .name = "a", .extra =
		    "\1\0\20\0aaaaaaaabbbbbbbb", .extra_len = 20 } },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_part_refused(rows[i].label, &rows[i].part,
		    F_PACKAGE_FORMAT);
	for (size_t i = 0; i < COUNT(methods); i++)
		expect_part_refused("method", &(struct zip_part){ .name = "a",
		    .method = methods[i] }, F_PACKAGE_FORMAT);
}

static void
zip64_records_are_refused(void **unused)
{
	static const struct zip_part part = { .name = "a", .data = "abc" };
	struct buf b = { 0 }, end = { 0 };

	(void)unused;
	make_zip(&b, &part, 1);
	memset(zip_end(&b) + 16, 0xff, 4);
	expect_refused("place in the other record", &b, F_PACKAGE_FORMAT);
	buf_reset(&b);
	make_zip(&b, &part, 1);
	buf_add(&end, zip_end(&b), ZIP_END);
	b.len -= ZIP_END;
	buf_add(&b, "PK\6\7aaaabbbbccccdddd", 20);
	buf_add(&b, end.p, end.len);
	expect_refused("locator", &b, F_PACKAGE_FORMAT);
	buf_free(&b);
	buf_free(&end);
}

static void
a_faulty_extra_field_is_refused(void **unused)
{
	static const struct { const char *label; struct zip_part part; }
	rows[] = {
		{ "cut off", { .name = "a", .extra = "UT\5\0\1",
		    .extra_len = 5 } },
		{ "too short", { .name = "a", .extra = "UT\0",
		    .extra_len = 3 } },
		{ "another name", { .name = "abc", .extra =
		    "up\10\0\1\0\0\0\0abd", .extra_len = 12 } },
		{ "a type for streams", { .name = "a", .extra =
		    "xl\5\0\4\0\0\377\241", .extra_len = 9 } },
		{ "a type and a link", { .name = "a", .extra =
		    "nu\16\0aaaa\377\241aaaaaaaa", .extra_len = 18 } },
		{ "a longer name", { .name = "abc", .extra =
		    "up\11\0\1\0\0\0\0abcd", .extra_len = 13 } },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_part_refused(rows[i].label, &rows[i].part,
		    F_PACKAGE_LAYOUT);
}

static void
more_entries_than_allowed_are_refused(void **unused)
{
	struct zip_part parts[MAX_ENTRIES + 1];
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(parts); i++)
		parts[i] = (struct zip_part){ .name = "a" };
	make_zip(&b, parts, MAX_ENTRIES);
	expect_taken("as many as allowed", &b, MAX_ENTRIES);
	buf_reset(&b);
	make_zip(&b, parts, MAX_ENTRIES + 1);
	expect_refused("one more", &b, F_PACKAGE_TOO_MANY_ENTRIES);
	buf_free(&b);
}

/* Whatever the place of the cut, and never a part of the members. */
static void
a_zip_that_is_cut_is_refused(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "one", .data = "first", .method = 8,
		    .descriptor = 16 },
		{ .name = "two", .data = "last" },
	};
	struct buf whole = { 0 }, b = { 0 };
	struct result r;

	(void)unused;
	make_zip(&whole, parts, 2);
	for (size_t n = 1; n < whole.len; n++) {
		buf_reset(&b);
		buf_add(&b, whole.p, n);
		check(&r, &b);
		if (r.rc != -1 || r.findings.n != 1)
			fail_msg("cut at %zu: taken", n);
		if (n <= whole.len - ZIP_END &&
		    r.findings.v[0].code != F_PACKAGE_TRUNCATED)
			fail_msg("cut at %zu: %s", n,
			    finding_name(r.findings.v[0].code));
		done(&r);
	}
	buf_free(&whole);
	buf_free(&b);
}

/* Every byte of the structure counts: one bit off is seen, or is no matter. */
static void
a_changed_bit_never_changes_names_or_places(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "one", .data = "first", .method = 8,
		    .descriptor = 16 },
		{ .name = "two", .data = "last" },
	};
	struct buf b = { 0 };
	struct result r;

	(void)unused;
	make_zip(&b, parts, 2);
	for (size_t i = 0; i < b.len * 8; i++) {
		b.p[i / 8] = (char)(b.p[i / 8] ^ 1 << i % 8);
		check(&r, &b);
		if (r.rc == 0 && (r.members.n != 2 ||
		    strcmp(r.members.v[0].name, "one") != 0 ||
		    strcmp(r.members.v[1].name, "two") != 0 ||
		    r.members.v[0].size != 5 || r.members.v[1].size != 4))
			fail_msg("bit %zu of byte %zu", i % 8, i / 8);
		done(&r);
		b.p[i / 8] = (char)(b.p[i / 8] ^ 1 << i % 8);
	}
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_zip_programs_write_is_taken),
		cmocka_unit_test(a_zip_without_members_is_taken),
		cmocka_unit_test(members_come_in_the_order_of_the_file),
		cmocka_unit_test(a_name_is_given_with_all_its_bytes),
		cmocka_unit_test(attributes_and_a_slash_tell_the_type),
		cmocka_unit_test(a_local_header_that_disagrees_is_refused),
		cmocka_unit_test(a_descriptor_that_disagrees_is_refused),
		cmocka_unit_test(no_place_hides_a_signature_in_stored_content),
		cmocka_unit_test(a_member_only_in_local_headers_is_refused),
		cmocka_unit_test(a_member_only_in_the_directory_is_refused),
		cmocka_unit_test(bytes_of_no_member_are_refused),
		cmocka_unit_test(what_is_not_taken_is_called_by_its_name),
		cmocka_unit_test(a_zip_that_begins_late_is_refused),
		cmocka_unit_test(members_that_share_bytes_are_refused),
		cmocka_unit_test(members_inside_each_other_are_refused),
		cmocka_unit_test(an_end_record_that_counts_wrong_is_refused),
		cmocka_unit_test(bytes_behind_the_directory_are_refused),
		cmocka_unit_test(a_second_zip_behind_the_first_is_refused),
		cmocka_unit_test(encryption_is_refused),
		cmocka_unit_test(features_that_are_not_taken_are_refused),
		cmocka_unit_test(zip64_records_are_refused),
		cmocka_unit_test(a_faulty_extra_field_is_refused),
		cmocka_unit_test(more_entries_than_allowed_are_refused),
		cmocka_unit_test(a_zip_that_is_cut_is_refused),
		cmocka_unit_test(a_changed_bit_never_changes_names_or_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
