#include "tests/read_package.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/make_zip.h"

static const struct zip_part honest[] = {
	{ .name = "instance.json", .data = "{}" },
	{ .name = ELEMENT, .data = "<a/>", .method = 8 },
};
static const char honest_seen[] =
    "instance instance.json 2;element " ELEMENT " 4;";

static const struct package_limits small_limits = { .max_bytes = 2 << 20,
	.max_unpacked = 3 << 19, .max_entries = 5, .max_ratio = 50 };

/* The honest members and one more. */
static void
zip_with(struct buf *b, const struct zip_part *p)
{
	struct zip_part parts[] = { honest[0], honest[1], *p };

	buf_reset(b);
	make_zip(b, parts, COUNT(parts));
}

/* One member, deflated by libarchive. */
static void
deflated(struct buf *b, const char *name, const struct buf *data)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t room = data->len + 65536, used = 0;

	buf_reserve(b, room);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0640);
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)data->len);
	archive_write_set_format_zip(a);
	archive_write_set_options(a, "zip:!zip64");
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, b->p + b->len, room,
	    &used), ARCHIVE_OK);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, data->p, data->len),
	    (ssize_t)data->len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	b->len += used;
	archive_write_free(a);
	archive_entry_free(e);
}

/* ------------------------------------------------------------------ taken */

static void
all_that_belongs_in_a_package_is_given(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "data/" },
		{ .name = "instance.json", .data = "{ }" },
		{ .name = ELEMENT, .data = "<a/>", .method = 8,
		    .descriptor = 16 },
		{ .name = "data/" GUID, .data = "" },
		{ .name = "data/name.pdf", .data = "%PDF" },
		{ .name = "SHA256SUMS", .data = "x" },
		{ .name = "instanceevents.json", .data = "[]" },
	};
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_entries("short form", &b, "instance instance.json 3;"
	    "element " ELEMENT " 4;element data/" GUID " 0;"
	    "other data/name.pdf 4;sums SHA256SUMS 1;"
	    "events instanceevents.json 2;");
	read_package(&r, &b, NULL, 1);
	assert_string_equal(buf_text(&r.content), "{ }<a/>%PDFx[]");
	assert_string_equal(r.folder, "");
	reading_done(&r);
	buf_free(&b);
}

static void
the_long_form_is_given_as_the_short_one(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "ttd/" },
		{ .name = FOLDER "/" },
		{ .name = FOLDER "/data/" },
		{ .name = FOLDER "/instance.json", .data = "{ }" },
		{ .name = FOLDER "/" ELEMENT, .data = "<a/>" },
		{ .name = FOLDER "/SHA256SUMS", .data = "x" },
	};
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_entries("long form", &b, "instance instance.json 3;element "
	    ELEMENT " 4;sums SHA256SUMS 1;");
	read_package(&r, &b, NULL, 1);
	assert_string_equal(r.folder, FOLDER);
	reading_done(&r);
	buf_free(&b);
}

static void
the_document_may_be_called_as_its_folder(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = FOLDER "/" GUID, .data = "{ }" },
		{ .name = FOLDER "/" ELEMENT, .data = "<a/>" },
	};
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_entries("by guid", &b, "instance " GUID " 3;element "
	    ELEMENT " 4;");
	buf_free(&b);
}

static void
a_data_name_that_is_no_guid_is_left_to_the_caller(void **unused)
{
	static const char *const names[] = {
		"data/a", "data/Skjema.xml", "data/\xc3\xa6", "data/.hidden",
		"data/D23F0824-0000-4000-8000-0000000000AA", "data/" GUID "x",
	};
	struct buf b = { 0 }, want = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(names); i++) {
		buf_reset(&want);
		buf_fmt(&want, "%sother %s 1;", honest_seen, names[i]);
		zip_with(&b, &(struct zip_part){ .name = names[i],
		    .data = "x" });
		if (strcmp(names[i], "data/D23F0824-0000-4000-8000-"
		    "0000000000AA") == 0)
			expect_code(names[i], &b, NULL, F_ENTRY_DUPLICATE);
		else
			expect_entries(names[i], &b, want.p);
	}
	buf_free(&b);
	buf_free(&want);
}

static void
a_package_larger_than_a_block_is_given_whole(void **unused)
{
	struct buf noise = { 0 }, b = { 0 };
	struct zip_part parts[] = { honest[0], { .name = ELEMENT }, {
	    .name = "data/" GUID, .method = 8 }, { .name = "SHA256SUMS",
	    .data = "x" } };
	struct reading r;

	(void)unused;
	make_noise(&noise, 700001);
	parts[1].data = parts[2].data = noise.p;
	parts[1].len = parts[2].len = noise.len;
	make_zip(&b, parts, COUNT(parts));
	expect_entries("large", &b, "instance instance.json 2;element "
	    ELEMENT " 700001;element data/" GUID " 700001;sums SHA256SUMS 1;");
	read_package(&r, &b, NULL, 1);
	assert_memory_equal(r.content.p, "{}", 2);
	assert_memory_equal(r.content.p + 2, noise.p, noise.len);
	assert_memory_equal(r.content.p + 2 + noise.len, noise.p, 1 << 18);
	reading_done(&r);
	buf_free(&noise);
	buf_free(&b);
}

static void
a_zip_without_members_has_no_entries(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, NULL, 0);
	expect_entries("empty zip", &b, "");
	buf_free(&b);
}

/* ------------------------------------------------------------------ names */

static void
a_dangerous_name_is_refused_and_passed_over(void **unused)
{
	static const struct { const char *name; size_t n; } rows[] = {
#define ROW(name) { name, sizeof name - 1 }
		ROW("../../evil.txt"), ROW("data/../../evil.txt"),
		ROW("data/.."), ROW(".."), ROW("."), ROW("././instance.json"),
		ROW(".//instance.json"), ROW("./../x"), ROW("./."),
		ROW("data/./x"), ROW("/evil.txt"), ROW("//evil.txt"),
		ROW("data//x"), ROW("data\\..\\evil.txt"), ROW("a\\b"),
		ROW("C:\\evil.txt"), ROW("C:evil.txt"), ROW("data/a:b"),
		ROW("data/a\0b"), ROW("instance.json\0"), ROW("\0"),
		ROW("data/a\ab"), ROW("data/a\nb"), ROW("data/a\r"),
		ROW("data/\x1b[31mred"), ROW("data/\x7f"),
		ROW("data/\xc2\x9b"), ROW("data/\xff\xfe"),
		ROW("data/\xc0\xaf"), ROW("data/\xe0\x80\xaf"),
		ROW("data/\xed\xa0\x80"), ROW("data/\xc3"),
		ROW("data/\xe2\x80\xae" "fdp.exe"),
		ROW("data/\xe2\x80\x8b"), ROW("data/\xef\xbb\xbf"),
#undef ROW
	};
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned utf8 = 0; utf8 <= 1; utf8++) {
			zip_with(&b, &(struct zip_part){
			    .name = rows[i].name, .name_len = rows[i].n,
			    .flags = utf8 << 11, .data = "evil" });
			expect_code(rows[i].name, &b, NULL, F_ENTRY_NAME);
			read_package(&r, &b, NULL, 1);
			assert_string_equal(buf_text(&r.seen), honest_seen);
			reading_done(&r);
		}
	buf_free(&b);
}

static void
an_empty_name_is_refused(void **unused)
{
	struct zip_part empty = { .name = "", .data = "evil" };
	struct buf b = { 0 };

	(void)unused;
	zip_with(&b, &empty);
	expect_code("empty", &b, NULL, F_ENTRY_NAME);
	buf_free(&b);
}

static void
a_name_beyond_the_limit_is_refused_and_shown_short(void **unused)
{
	char name[5001] = "data/";
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	memset(name + 5, 'a', sizeof name - 6);
	zip_with(&b, &(struct zip_part){ .name = name, .data = "x" });
	expect_code("long", &b, NULL, F_ENTRY_NAME);
	read_package(&r, &b, NULL, 1);
	assert_in_range(strlen(r.findings.v[0].file), 10, 130);
	reading_done(&r);
	buf_free(&b);
}

static void
a_name_is_shown_printable_and_masked(void **unused)
{
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	zip_with(&b, &(struct zip_part){ .name = "\x1b[2Jx 17054026641",
	    .data = "x" });
	read_package(&r, &b, NULL, 1);
	assert_string_equal(r.findings.v[0].file, "\\x1b[2Jx ***********");
	reading_done(&r);
	buf_free(&b);
}

static void
a_harmless_name_of_no_entry_is_unexpected(void **unused)
{
	static const char *const names[] = {
		"pakke.zip", "instance.json.bak", "sha256sums.txt", "x/y",
		"data/x/y", "data/" GUID "/x", "Data/" GUID, GUID,
		"SHA512SUMS", "other/", "data/sub/", FOLDER "/instance.json",
		FOLDER "/" ELEMENT, "ttd/", "\xc3\xa6.txt",
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(names); i++) {
		bool folder = names[i][strlen(names[i]) - 1] == '/';

		zip_with(&b, &(struct zip_part){ .name = names[i],
		    .data = folder ? "" : "x" });
		expect_code(names[i], &b, NULL, F_ENTRY_UNEXPECTED);
	}
	buf_free(&b);
}

static void
the_first_entry_decides_the_form(void **unused)
{
	static const struct { const char *first, *second; } rows[] = {
		{ FOLDER "/instance.json", ELEMENT },
		{ FOLDER "/instance.json", "instance.json" },
		{ FOLDER "/instance.json", "ttd/other/" GUID "/SHA256SUMS" },
		{ FOLDER "/instance.json", "ttd/innsending-a/" OTHER "/"
		    ELEMENT },
		{ FOLDER "/instance.json", FOLDER "/" OTHER },
		{ FOLDER "/instance.json", "data/" },
		{ FOLDER "/instance.json", "ttd/other/" },
		{ "data/", FOLDER "/instance.json" },
		{ "ttd/", "instance.json" },
		{ "instance.json", FOLDER "/data/" },
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zip_part parts[] = { { .name = rows[i].first },
		    { .name = rows[i].second } };

		buf_reset(&b);
		make_zip(&b, parts, 2);
		expect_code(rows[i].second, &b, NULL, F_ENTRY_UNEXPECTED);
	}
	buf_free(&b);
}

static void
an_entry_twice_is_refused(void **unused)
{
	static const char *const names[] = { "instance.json", ELEMENT,
	    "INSTANCE.JSON", "Instance.json",
	    "data/D23F0824-0000-4000-8000-0000000000AA" };
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	for (size_t i = 0; i < COUNT(names); i++) {
		zip_with(&b, &(struct zip_part){ .name = names[i],
		    .data = "evil" });
		expect_code(names[i], &b, NULL, F_ENTRY_DUPLICATE);
		read_package(&r, &b, NULL, 1);
		assert_string_equal(buf_text(&r.seen), honest_seen);
		reading_done(&r);
	}
	buf_free(&b);
}

static void
two_instance_documents_are_refused(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = FOLDER "/" GUID, .data = "{ }" },
		{ .name = FOLDER "/instance.json", .data = "{}" },
	};
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_code("two", &b, NULL, F_ENTRY_DUPLICATE);
	buf_free(&b);
}

static void
every_faulty_entry_is_named_once(void **unused)
{
	static const struct zip_part parts[] = {
		{ .name = "../a", .data = "x" },
		{ .name = "instance.json", .data = "{}" },
		{ .name = "b", .data = "x" },
		{ .name = "instance.json", .data = "x" },
		{ .name = "data/link", .data = "x",
		    .attributes = 0120777u << 16 },
		{ .name = ELEMENT, .data = "<a/>" },
	};
	static const enum finding_code codes[] = { F_ENTRY_NAME,
	    F_ENTRY_UNEXPECTED, F_ENTRY_DUPLICATE, F_ENTRY_TYPE };
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	read_package(&r, &b, NULL, 3);
	assert_int_equal(r.findings.n, COUNT(codes));
	for (size_t i = 0; i < COUNT(codes); i++)
		assert_int_equal(r.findings.v[i].code, codes[i]);
	assert_string_equal(buf_text(&r.seen), honest_seen);
	reading_done(&r);
	buf_free(&b);
}

static void
only_plain_files_are_given(void **unused)
{
	static const uint32_t modes[] = { 0120777, 0010644, 0020644, 0060644,
	    0140644, 0040755 };
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(modes); i++) {
		zip_with(&b, &(struct zip_part){ .name = "data/" GUID,
		    .data = "/etc/passwd", .attributes = modes[i] << 16 });
		expect_code("mode", &b, NULL, F_ENTRY_TYPE);
	}
	buf_free(&b);
}

/* ------------------------------------------------------- damage and limits */

static void
damaged_content_is_refused_and_the_rest_read(void **unused)
{
	const struct zip_part parts[] = {
		{ .name = "data/" GUID, .data = "abc", .crc = 5 },
		honest[0], honest[1],
	};
	struct buf b = { 0 };
	struct reading r;

	(void)unused;
	make_zip(&b, parts, COUNT(parts));
	expect_code("crc", &b, NULL, F_PACKAGE_UNREADABLE);
	read_package(&r, &b, NULL, 1);
	assert_string_equal(buf_text(&r.seen), "element data/" GUID " 3!;"
	    "instance instance.json 2;element " ELEMENT " 4;");
	reading_done(&r);
	buf_free(&b);
}

static void
content_that_cannot_be_inflated_is_refused(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	zip_with(&b, &honest[1]);
	/* The block type of honest[1]'s deflated content. */
	b.p[30 + 13 + 2 + 30 + 41] = 7;
	expect_code("deflate", &b, NULL, F_PACKAGE_UNREADABLE);
	buf_free(&b);
}

static void
content_of_another_length_than_declared_is_refused(void **unused)
{
	struct buf b = { 0 }, noise = { 0 };

	(void)unused;
	zip_with(&b, &(struct zip_part){ .name = "data/" GUID,
	    .data = "abcdef", .method = 8, .size = 3 });
	expect_code("longer", &b, NULL, F_PACKAGE_UNREADABLE);
	make_noise(&noise, 700000);
	zip_with(&b, &(struct zip_part){ .name = "data/" GUID,
	    .data = noise.p, .len = noise.len, .method = 8, .size = 100 });
	expect_code("much longer", &b, NULL, F_PACKAGE_BOMB);
	buf_free(&noise);
	zip_with(&b, &(struct zip_part){ .name = "data/" GUID,
	    .data = "abcdef", .method = 8, .size = 9 });
	expect_code("shorter", &b, NULL, F_PACKAGE_UNREADABLE);
	buf_free(&b);
}

/* Who reads without the directory would end the member there. */
static void
a_descriptor_inside_stored_content_is_refused(void **unused)
{
	struct buf data = { 0 }, b = { 0 };
	struct zip_part part = { .name = "data/" GUID, .descriptor = 16 };
	uint32_t crc = make_crc("abc", 3);

	(void)unused;
	buf_str(&data, "abcPK\7\10");
	for (int i = 0; i < 4; i++)
		buf_char(&data, (char)(crc >> 8 * i));
	buf_add(&data, "\3\0\0\0\3\0\0\0and more", 16);
	part.data = data.p;
	part.len = data.len;
	zip_with(&b, &part);
	expect_code("inside", &b, NULL, F_PACKAGE_LAYOUT);
	part.descriptor = 0;
	zip_with(&b, &part);
	expect_code("no descriptor of its own", &b, NULL, F_COUNT);
	part.descriptor = 16;
	part.method = 8;
	zip_with(&b, &part);
	expect_code("deflated", &b, NULL, F_COUNT);
	buf_free(&data);
	buf_free(&b);
}

static void
a_file_that_is_too_large_is_not_read(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	make_noise(&b, (2 << 20) + 1);
	expect_code("file", &b, &small_limits, F_PACKAGE_TOO_LARGE);
	buf_free(&b);
}

static void
content_is_counted_as_it_comes(void **unused)
{
	struct buf noise = { 0 }, b = { 0 };
	struct zip_part parts[] = { { .name = ELEMENT }, {
	    .name = "data/" GUID } };

	(void)unused;
	make_noise(&noise, 3 << 18);
	parts[0].data = parts[1].data = noise.p;
	parts[0].len = parts[1].len = noise.len;
	make_zip(&b, parts, 2);
	expect_code("at the limit", &b, &small_limits, F_COUNT);
	parts[1].len--;
	parts[0].len += 2;
	buf_char(&noise, 'x');
	buf_char(&noise, 'x');
	parts[0].data = parts[1].data = noise.p;
	buf_reset(&b);
	make_zip(&b, parts, 2);
	expect_code("over it", &b, &small_limits, F_PACKAGE_TOO_LARGE);
	buf_free(&noise);
	buf_free(&b);
}

static void
a_member_that_grows_beyond_the_ratio_is_a_bomb(void **unused)
{
	struct buf zeros = { 0 }, b = { 0 };
	struct package_limits limits = usual_limits();

	(void)unused;
	buf_reserve(&zeros, 4 << 20);
	memset(zeros.p, 0, 4 << 20);
	zeros.len = 1 << 20;
	deflated(&b, ELEMENT, &zeros);
	expect_code("its first MiB is free", &b, NULL, F_COUNT);
	buf_reset(&b);
	zeros.len = 4 << 20;
	deflated(&b, ELEMENT, &zeros);
	expect_code("bomb", &b, NULL, F_PACKAGE_BOMB);
	limits.max_ratio = 2000;
	expect_code("allowed", &b, &limits, F_COUNT);
	limits.max_ratio = 0;
	expect_code("none allowed", &b, &limits, F_PACKAGE_BOMB);
	buf_free(&zeros);
	buf_free(&b);
}

static void
more_entries_than_allowed_are_refused(void **unused)
{
	struct zip_part parts[6] = { { .name = "data/0" }, { .name = "data/1" },
	    { .name = "data/2" }, { .name = "data/3" }, { .name = "data/4" },
	    { .name = "data/5" } };
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, parts, 5);
	expect_code("five", &b, &small_limits, F_COUNT);
	buf_reset(&b);
	make_zip(&b, parts, 6);
	expect_code("six", &b, &small_limits, F_PACKAGE_TOO_MANY_ENTRIES);
	buf_free(&b);
}

/* ------------------------------------------------------------- no packages */

static void
what_is_no_package_is_refused(void **unused)
{
	static const struct {
		const char *label, *head;
		size_t n;
		enum finding_code code;
	} rows[] = {
#define ROW(label, head, code) { label, head, sizeof head - 1, code }
		ROW("empty", "", F_PACKAGE_TRUNCATED),
		ROW("text", "hei, dette er ikke en pakke\n", F_PACKAGE_FORMAT),
		ROW("a zip's first bytes", "PK\3\4", F_PACKAGE_TRUNCATED),
		ROW("7z", "7z\xbc\xaf\x27\x1c\0\4", F_PACKAGE_FORMAT),
		ROW("rar", "Rar!\x1a\7\1\0", F_PACKAGE_FORMAT),
		ROW("lrzip", "LRZI\0\6", F_PACKAGE_FORMAT),
		ROW("bzip2", "BZh91AY&SY", F_PACKAGE_FORMAT),
		ROW("compress", "\x1f\x9d\x90", F_PACKAGE_FORMAT),
		ROW("cpio", "070701000000", F_PACKAGE_FORMAT),
		ROW("mtree", "#mtree\n./x type=file\n", F_PACKAGE_FORMAT),
		ROW("xar", "xar!\0\x1c\0\1", F_PACKAGE_FORMAT),
		ROW("cab", "MSCF\0\0\0\0", F_PACKAGE_FORMAT),
		ROW("ar", "!<arch>\ndebian-binary", F_PACKAGE_FORMAT),
		ROW("uuencode", "begin 644 x\n", F_PACKAGE_FORMAT),
		ROW("zstd's skippable frame", "\x50\x2a\x4d\x18\0\0\0\0",
		    F_PACKAGE_FORMAT),
#undef ROW
	};
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t pad = 0; pad <= 40000; pad += 40000) {
			if (rows[i].n == 0 && pad > 0)
				continue;
			buf_reset(&b);
			buf_add(&b, rows[i].head, rows[i].n);
			for (size_t k = 0; k < pad; k++)
				buf_char(&b, '\0');
			expect_code(rows[i].label, &b, NULL, rows[i].code);
		}
	buf_reset(&b);
	make_noise(&b, 5000);
	expect_code("noise", &b, NULL, F_PACKAGE_FORMAT);
	buf_free(&b);
}

static void
a_zip_with_bytes_around_it_is_refused(void **unused)
{
	struct buf b = { 0 }, zip = { 0 };

	(void)unused;
	make_zip(&zip, honest, COUNT(honest));
	make_noise(&b, 700);
	buf_add(&b, zip.p, zip.len);
	expect_code("before it", &b, NULL, F_PACKAGE_LAYOUT);
	make_noise(&zip, 700);
	expect_code("behind it", &zip, NULL, F_PACKAGE_LAYOUT);
	buf_free(&b);
	buf_free(&zip);
}

static void
only_a_plain_file_is_a_package(void **unused)
{
	struct arena arena = { 0 };
	struct findings f;
	char hash[DIGEST_HEX + 1];
	uint64_t size;
	int dir = open("/", O_RDONLY | O_DIRECTORY);

	(void)unused;
	findings_init(&f, &arena);
	assert_null(package_open(dir, &small_limits, NULL, &f));
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].code, F_NOT_A_FILE);
	assert_null(package_open(-1, &small_limits, NULL, &f));
	assert_int_equal(f.v[1].code, F_IO_ERROR);
	assert_int_equal(package_hash_file(dir, hash, &size), -1);
	arena_free(&arena);
	close(dir);
}

static void
a_file_that_is_no_package_has_a_hash(void **unused)
{
	char want[DIGEST_HEX + 1], hash[DIGEST_HEX + 1];
	struct buf b = { 0 };
	uint64_t size = 0;
	int fd = memfd_create("noise", MFD_CLOEXEC);

	(void)unused;
	make_noise(&b, 1000000);
	assert_int_equal(write(fd, b.p, b.len), (ssize_t)b.len);
	digest_hex_of(b.p, b.len, want);
	assert_int_equal(package_hash_file(fd, hash, &size), 0);
	assert_string_equal(hash, want);
	assert_int_equal(size, b.len);
	buf_free(&b);
	close(fd);
}

/* Grown or cut while it is read: at the start, or when the hash is asked. */
static void
a_package_that_changes_is_refused(void **unused)
{
	static const long change[] = { -1, 1 };
	struct buf b = { 0 }, noise = { 0 };
	struct zip_part parts[] = { honest[0], { .name = ELEMENT } };

	(void)unused;
	make_noise(&noise, 600000);
	parts[1].data = noise.p;
	parts[1].len = noise.len;
	make_zip(&b, parts, 2);
	for (size_t i = 0; i < COUNT(change); i++) {
		struct arena arena = { 0 };
		struct findings f;
		struct package_entry e;
		struct package *p;
		char hash[DIGEST_HEX + 1];
		int fd = memfd_create("package", MFD_CLOEXEC);

		findings_init(&f, &arena);
		assert_int_equal(write(fd, b.p, b.len), (ssize_t)b.len);
		p = package_open(fd, &small_limits, NULL, &f);
		assert_int_equal(package_next(p, &e), 1);
		assert_int_equal(ftruncate(fd, (long)b.len + change[i] *
		    500000), 0);
		while (package_next(p, &e) == 1) {
			const void *data;
			size_t n;

			while (package_read(p, &data, &n) == 1)
				;
		}
		package_hash(p, hash);
		assert_string_equal(hash, "");
		assert_int_equal(f.n, 1);
		assert_int_equal(f.v[0].code, F_CHANGED_WHILE_READ);
		package_free(p);
		arena_free(&arena);
		close(fd);
	}
	buf_free(&noise);
	buf_free(&b);
}

static void
entries_may_be_left_unread(void **unused)
{
	struct arena arena = { 0 };
	struct findings f;
	struct package_entry e;
	struct package *p;
	struct buf b = { 0 };
	char want[DIGEST_HEX + 1], hash[DIGEST_HEX + 1];
	int fd = memfd_create("package", MFD_CLOEXEC);

	(void)unused;
	findings_init(&f, &arena);
	make_zip(&b, honest, COUNT(honest));
	assert_int_equal(write(fd, b.p, b.len), (ssize_t)b.len);
	p = package_open(fd, &small_limits, NULL, &f);
	assert_int_equal(package_next(p, &e), 1);
	assert_int_equal(package_next(p, &e), 1);
	assert_int_equal(e.kind, ENTRY_ELEMENT);
	assert_string_equal(e.element, OTHER);
	assert_int_equal(package_rewind(p), 0);
	assert_int_equal(package_next(p, &e), 1);
	assert_int_equal(e.kind, ENTRY_INSTANCE);
	assert_int_equal(package_next(p, &e), 1);
	assert_int_equal(package_next(p, &e), 0);
	package_hash(p, hash);
	digest_hex_of(b.p, b.len, want);
	assert_string_equal(hash, want);
	assert_int_equal(f.n, 0);
	package_free(p);
	arena_free(&arena);
	buf_free(&b);
	close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_belongs_in_a_package_is_given),
		cmocka_unit_test(the_long_form_is_given_as_the_short_one),
		cmocka_unit_test(the_document_may_be_called_as_its_folder),
		cmocka_unit_test(
		    a_data_name_that_is_no_guid_is_left_to_the_caller),
		cmocka_unit_test(a_package_larger_than_a_block_is_given_whole),
		cmocka_unit_test(a_zip_without_members_has_no_entries),
		cmocka_unit_test(a_dangerous_name_is_refused_and_passed_over),
		cmocka_unit_test(an_empty_name_is_refused),
		cmocka_unit_test(
		    a_name_beyond_the_limit_is_refused_and_shown_short),
		cmocka_unit_test(a_name_is_shown_printable_and_masked),
		cmocka_unit_test(a_harmless_name_of_no_entry_is_unexpected),
		cmocka_unit_test(the_first_entry_decides_the_form),
		cmocka_unit_test(an_entry_twice_is_refused),
		cmocka_unit_test(two_instance_documents_are_refused),
		cmocka_unit_test(every_faulty_entry_is_named_once),
		cmocka_unit_test(only_plain_files_are_given),
		cmocka_unit_test(damaged_content_is_refused_and_the_rest_read),
		cmocka_unit_test(content_that_cannot_be_inflated_is_refused),
		cmocka_unit_test(
		    content_of_another_length_than_declared_is_refused),
		cmocka_unit_test(
		    a_descriptor_inside_stored_content_is_refused),
		cmocka_unit_test(a_file_that_is_too_large_is_not_read),
		cmocka_unit_test(content_is_counted_as_it_comes),
		cmocka_unit_test(
		    a_member_that_grows_beyond_the_ratio_is_a_bomb),
		cmocka_unit_test(more_entries_than_allowed_are_refused),
		cmocka_unit_test(what_is_no_package_is_refused),
		cmocka_unit_test(a_zip_with_bytes_around_it_is_refused),
		cmocka_unit_test(only_a_plain_file_is_a_package),
		cmocka_unit_test(a_file_that_is_no_package_has_a_hash),
		cmocka_unit_test(a_package_that_changes_is_refused),
		cmocka_unit_test(entries_may_be_left_unread),
	};

	/* libarchive refuses names in UTF-8 without it, as the worker has. */
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
