#include "watcher/zipdir.h"

#include <stdlib.h>
#include <string.h>

#include "spool/mem.h"
#include "watcher/member.h"
#include "watcher/source.h"

enum {
	CENTRAL_SIZE = 46, END_SIZE = 22, LOCATOR_SIZE = 20,
	DIRECTORY_MAX = 16 << 20,
	FIELD_HEAD = 4,			/* of an extra field: id and length */
};

static const char central_sign[] = "PK\1\2", end_sign[] = "PK\5\6",
    locator_sign[] = "PK\6\7";

enum { METHOD_DEFLATED = 8, METHOD_AES = 99 };

enum {
	FLAG_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13,
	/* what is encrypted, how hard it was deflated, UTF-8 */
	FLAG_KNOWN = FLAG_ENCRYPTED | ZIP_FLAG_DESCRIPTOR | 1 << 1 | 1 << 2 |
	    1 << 11,
};

enum {
	EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_NAME = 0x7075, EXTRA_AES = 0x9901,
	/* for whoever reads without the directory: mode, and where it links */
	EXTRA_STREAMED = 0x6c78, EXTRA_ASI = 0x756e,
};
enum { UNICODE_NAME_HEAD = 5 };		/* version and CRC */

enum { NONE16 = 0xffff };
#define NONE32 0xffffffffu

static const char no_zip64[] = "zip64 is not taken, as no package is that "
    "large: make it without (zip -fz-), or send a tar.gz";

uint16_t
zip_le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t
zip_le32(const unsigned char *p)
{
	return (uint32_t)zip_le16(p) | (uint32_t)zip_le16(p + 2) << 16;
}

static bool
signed_as(const unsigned char *p, const char *sign)
{
	return memcmp(p, sign, ZIP_SIGN) == 0;
}

int
zipdir_refuse(struct zipdir *z, const struct zip_record *r,
    enum finding_code code, const char *what)
{
	const char *file = NULL;

	if (r != NULL) {
		buf_reset(&z->shown);
		member_show(&z->shown, (const char *)r->name, r->name_len);
		file = buf_text(&z->shown);
	}
	findings_add(z->findings, code, file, 0, NULL, "%s", what);
	return -1;
}

bool
zipdir_ends(struct source *s)
{
	unsigned char end[END_SIZE];
	uint64_t size = source_size(s);

	return size >= END_SIZE &&
	    source_copy(s, size - END_SIZE, end, END_SIZE) == 0 &&
	    signed_as(end, end_sign);
}

enum behind { NOTHING, BYTES, COMMENT };

/* What an end record in the last n bytes of the file has behind it. */
static enum behind
behind_end(const char *tail, size_t n)
{
	enum behind found = NOTHING;
	const char *p = tail, *end = tail + n;

	for (; (p = memmem(p, (size_t)(end - p), end_sign, ZIP_SIGN)) != NULL;
	    p++) {
		found = BYTES;
		if (end - p >= END_SIZE && zip_le16((const unsigned char *)p +
		    20) == end - p - END_SIZE)
			return COMMENT;
	}
	return found;
}

/* No end record where it belongs: is it elsewhere, or cut off? */
static int
refuse_end(struct zipdir *z)
{
	static const struct {
		enum finding_code code;
		const char *what;
	} say[] = {
		[NOTHING] = { F_PACKAGE_TRUNCATED,
		    "the zip breaks off before its end" },
		[BYTES] = { F_PACKAGE_LAYOUT,
		    "bytes follow the end of the zip" },
		[COMMENT] = { F_PACKAGE_LAYOUT, "the zip has a comment, which "
		    "is not taken: make it without one" },
	};
	uint64_t size = source_size(z->source);
	size_t n = END_SIZE + ZIP_EXTENT_MAX;
	enum behind found;
	char *tail;

	if (size < n)
		n = (size_t)size;
	tail = mem_resize(NULL, n);
	if (source_copy(z->source, size - n, tail, n) == -1) {
		free(tail);
		return -1;
	}
	found = behind_end(tail, n);
	free(tail);
	return zipdir_refuse(z, NULL, say[found].code, say[found].what);
}

static bool
has_locator(struct zipdir *z, uint64_t end)
{
	unsigned char locator[LOCATOR_SIZE];

	return end >= LOCATOR_SIZE && source_copy(z->source,
	    end - LOCATOR_SIZE, locator, LOCATOR_SIZE) == 0 &&
	    signed_as(locator, locator_sign);
}

static int
check_end(struct zipdir *z, uint64_t max_entries)
{
	unsigned char e[END_SIZE];
	uint64_t at = source_size(z->source) - END_SIZE;
	uint32_t len, from;

	if (source_copy(z->source, at, e, END_SIZE) == -1)
		return -1;
	z->n = zip_le16(e + 10);
	len = zip_le32(e + 12);
	from = zip_le32(e + 16);
	if (z->n == NONE16 || len == NONE32 || from == NONE32 ||
	    has_locator(z, at))
		return zipdir_refuse(z, NULL, F_PACKAGE_FORMAT,
		    no_zip64);
	if (zip_le16(e + 4) != 0 || zip_le16(e + 6) != 0 ||
	    zip_le16(e + 8) != z->n)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "one part of a split zip");
	if (zip_le16(e + 20) != 0)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the end record has a comment that is not there");
	if (z->n > max_entries) {
		findings_add(z->findings, F_PACKAGE_TOO_MANY_ENTRIES, NULL, 0,
		    NULL, "%zu entries, at most %llu are allowed", z->n,
		    (unsigned long long)max_entries);
		return -1;
	}
	if ((uint64_t)from + len != at)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the central directory is not where the end record says");
	if (len > DIRECTORY_MAX)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the central directory is too large");
	z->at = from;
	z->len = len;
	return 0;
}

static int
check_unicode_name(struct zipdir *z, const struct zip_record *r,
    const unsigned char *p, size_t n)
{
	if (n != UNICODE_NAME_HEAD + r->name_len ||
	    memcmp(p + UNICODE_NAME_HEAD, r->name, r->name_len) != 0)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "an extra field gives another name");
	return 0;
}

int
zipdir_check_extra(struct zipdir *z, const struct zip_record *r,
    const unsigned char *p, size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len) {
		if (n < FIELD_HEAD ||
		    (len = FIELD_HEAD + (size_t)zip_le16(p + 2)) > n)
			return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
			    "an extra field is cut off");
		switch (zip_le16(p)) {
		case EXTRA_ZIP64:
			return zipdir_refuse(z, r, F_PACKAGE_FORMAT,
			    no_zip64);
		case EXTRA_AES:
			return zipdir_refuse(z, r, F_PACKAGE_ENCRYPTED,
			    "encrypted");
		case EXTRA_STREAMED:
		case EXTRA_ASI:
			return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
			    "an extra field may give another type");
		case EXTRA_UNICODE_NAME:
			if (check_unicode_name(z, r, p + FIELD_HEAD,
			    len - FIELD_HEAD) == -1)
				return -1;
		}
	}
	return 0;
}

static int
check_features(struct zipdir *z, const struct zip_record *r)
{
	if ((r->flags & FLAG_ENCRYPTED) != 0 || r->method == METHOD_AES)
		return zipdir_refuse(z, r, F_PACKAGE_ENCRYPTED, "encrypted");
	if (r->method != ZIP_STORED && r->method != METHOD_DEFLATED)
		return zipdir_refuse(z, r, F_PACKAGE_FORMAT,
		    "neither stored nor deflated");
	if ((r->flags & ~FLAG_KNOWN) != 0)
		return zipdir_refuse(z, r, F_PACKAGE_FORMAT,
		    "a zip feature that is not taken");
	if (r->method == ZIP_STORED && r->packed != r->size)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "stored, but with two sizes");
	return 0;
}

/* One record of the central directory; how many bytes, or 0. */
static size_t
read_record(struct zipdir *z, struct zip_record *r, const unsigned char *p,
    size_t n)
{
	size_t len, extra;

	if (n < CENTRAL_SIZE || !signed_as(p, central_sign)) {
		zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the central directory has fewer entries than it says");
		return 0;
	}
	*r = (struct zip_record){ .name = p + CENTRAL_SIZE,
	    .name_len = zip_le16(p + 28), .flags = zip_le16(p + 8),
	    .method = zip_le16(p + 10), .crc = zip_le32(p + 16),
	    .packed = zip_le32(p + 20), .size = zip_le32(p + 24),
	    .attributes = zip_le32(p + 38), .at = zip_le32(p + 42) };
	extra = zip_le16(p + 30);
	len = CENTRAL_SIZE + r->name_len + extra;
	if (len > n) {
		zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the central directory is cut off");
		return 0;
	}
	if (zip_le16(p + 32) != 0 || zip_le16(p + 34) != 0) {
		zipdir_refuse(z, r, F_PACKAGE_LAYOUT, zip_le16(p + 34) != 0 ?
		    "lies in another part of a split zip" :
		    "has a comment, which is not taken: make the zip without");
		return 0;
	}
	if (check_features(z, r) == -1 ||
	    zipdir_check_extra(z, r, r->name + r->name_len, extra) == -1)
		return 0;
	return len;
}

static int
by_place(const void *a, const void *b)
{
	const struct zip_record *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int
read_directory(struct zipdir *z)
{
	size_t used = 0, k;

	z->bytes = mem_resize(NULL, z->len);
	z->v = mem_resize(NULL, z->n * sizeof *z->v);
	if (source_copy(z->source, z->at, z->bytes,
	    z->len) == -1)
		return -1;
	for (size_t i = 0; i < z->n; i++, used += k) {
		k = read_record(z, &z->v[i], z->bytes + used,
		    z->len - used);
		if (k == 0)
			return -1;
	}
	if (used != z->len)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "the central directory has more entries than it says");
	qsort(z->v, z->n, sizeof *z->v, by_place);
	return 0;
}

int
zipdir_read(struct zipdir *z, uint64_t max_entries)
{
	if (!zipdir_ends(z->source)) {
		if (source_fault(z->source) == SOURCE_FINE)
			refuse_end(z);
		return -1;
	}
	return check_end(z, max_entries) == 0 ? read_directory(z) : -1;
}

void
zipdir_free(struct zipdir *z)
{
	free(z->bytes);
	free(z->v);
	buf_free(&z->shown);
	buf_free(&z->scratch);
}
