#include "tests/read_package.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct package_limits
usual_limits(void)
{
	return (struct package_limits){ .max_bytes = 64 << 20,
	    .max_unpacked = 128 << 20, .max_entries = 50, .max_ratio = 200 };
}

static const char *const kinds[] = {
	[ENTRY_INSTANCE] = "instance", [ENTRY_ELEMENT] = "element",
	[ENTRY_SUMS] = "sums", [ENTRY_EVENTS] = "events",
	[ENTRY_OTHER] = "other",
};

static void
read_entry(struct reading *r, struct package *p, const struct package_entry *e)
{
	const void *data;
	size_t n, total = 0;
	int rc;

	while ((rc = package_read(p, &data, &n)) == 1) {
		if (r->content.len < 1 << 20)
			buf_add(&r->content, data, n);
		total += n;
	}
	/* At its end it stays at its end, and broken it stays broken. */
	assert_int_equal(package_read(p, &data, &n), rc);
	buf_fmt(&r->seen, "%s %s %zu%s;", kinds[e->kind], e->name, total,
	    rc == 0 ? "" : "!");
	if (e->kind == ENTRY_ELEMENT)
		assert_string_equal(e->element, e->name + 5);
}

static void
read_all(struct reading *r, struct package *p)
{
	struct package_entry e;

	buf_reset(&r->seen);
	buf_reset(&r->content);
	while ((r->end = package_next(p, &e)) == 1)
		read_entry(r, p, &e);
	assert_int_equal(package_next(p, &e), r->end);
	strcpy(r->folder, package_folder(p));
}

void
read_package(struct reading *r, const struct buf *b,
    const struct package_limits *limits, int times)
{
	const struct package_limits usual = usual_limits();
	int fd = memfd_create("package", MFD_CLOEXEC);
	struct package *p;

	*r = (struct reading){ 0 };
	findings_init(&r->findings, &r->arena);
	assert_int_equal(write(fd, buf_text(b), b->len), (ssize_t)b->len);
	p = package_open(fd, limits != NULL ? limits : &usual, NULL,
	    &r->findings);
	r->opened = p != NULL;
	if (p != NULL) {
		assert_int_equal(package_size(p), b->len);
		for (int i = 0; i < times; i++) {
			if (i > 0 && package_rewind(p) == -1)
				break;
			read_all(r, p);
		}
		package_hash(p, r->hash);
	}
	package_free(p);
	close(fd);
}

void
reading_done(struct reading *r)
{
	buf_free(&r->seen);
	buf_free(&r->content);
	arena_free(&r->arena);
}

static void
show_findings(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		print_error("  %s [%s] %s\n", finding_name(f->v[i].code),
		    f->v[i].file != NULL ? f->v[i].file : "",
		    f->v[i].message);
}

void
expect_code(const char *label, const struct buf *b,
    const struct package_limits *limits, enum finding_code code)
{
	struct reading r;
	size_t other = 0;

	for (int times = 1; times <= 2; times++) {
		read_package(&r, b, limits, times);
		for (size_t i = 0; i < r.findings.n; i++)
			other += r.findings.v[i].code != code;
		if (other > 0 || (r.findings.n == 1) != (code != F_COUNT)) {
			show_findings(&r.findings);
			fail_msg("%s, read %d times: not just one %s", label,
			    times, code == F_COUNT ? "-" :
			    finding_name(code));
		}
		reading_done(&r);
	}
}

void
expect_entries(const char *label, const struct buf *b, const char *seen)
{
	char hash[DIGEST_HEX + 1];
	struct reading r;

	digest_hex_of(buf_text(b), b->len, hash);
	for (int times = 1; times <= 3; times++) {
		read_package(&r, b, NULL, times);
		if (!r.opened || r.end != 0 || r.findings.n > 0 ||
		    strcmp(buf_text(&r.seen), seen) != 0) {
			show_findings(&r.findings);
			fail_msg("%s: %d, %s", label, r.end,
			    buf_text(&r.seen));
		}
		assert_string_equal(r.hash, hash);
		reading_done(&r);
	}
}

void
make_packed(struct buf *out, const struct buf *in,
    int (*filter)(struct archive *))
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t room = in->len + 65536, used = 0;

	buf_reserve(out, room);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "data");
	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(filter(a), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, out->p + out->len, room,
	    &used), ARCHIVE_OK);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, in->p, in->len),
	    (ssize_t)in->len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	out->len += used;
	archive_write_free(a);
	archive_entry_free(e);
}

void
make_noise(struct buf *b, size_t n)
{
	uint32_t x = 2463534242u;

	buf_reserve(b, n);
	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		buf_char(b, (char)(x >> 24));
	}
}
