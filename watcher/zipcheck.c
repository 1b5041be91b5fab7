#include "watcher/zipcheck.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/member.h"
#include "watcher/source.h"

enum {
	LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22, LOCATOR_SIZE = 20,
	DESCRIPTOR_SIZE = 12,		/* and four more with a signature */
	COMMENT_MAX = 65535,
	DIRECTORY_MAX = 16 << 20,
	FIELD_HEAD = 4,			/* of an extra field: id and length */
};

static const char local_sign[] = "PK\3\4", central_sign[] = "PK\1\2",
    end_sign[] = "PK\5\6", descriptor_sign[] = "PK\7\10",
    locator_sign[] = "PK\6\7";
enum { SIGN = 4 };

enum { METHOD_STORED = 0, METHOD_DEFLATED = 8, METHOD_AES = 99 };

enum {
	FLAG_DESCRIPTOR = 1 << 3,
	FLAG_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13,
	/* what is encrypted, how hard it was deflated, UTF-8 */
	FLAG_KNOWN = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | 1 << 1 | 1 << 2 |
	    1 << 11,
};

enum { EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_NAME = 0x7075,
	EXTRA_AES = 0x9901 };
enum { UNICODE_NAME_HEAD = 5 };		/* version and CRC */

enum { NONE16 = 0xffff };
#define NONE32 0xffffffffu
enum { DOS_FOLDER = 0x10 };

/* What a local header has to repeat, and where its member lies. */
struct record {
	const unsigned char *name;	/* in the central directory */
	size_t name_len;
	uint16_t flags, method;
	uint32_t crc, packed, size, attributes;
	uint32_t at;
};

struct zip {
	struct source *source;
	struct findings *findings;
	unsigned char *directory;
	size_t directory_len;
	uint64_t directory_at;
	struct record *v;
	size_t n;
	struct buf shown, scratch;
};

static uint16_t
le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static bool
signed_as(const unsigned char *p, const char *sign)
{
	return memcmp(p, sign, SIGN) == 0;
}

/* Both return -1, so that `return refuse(...)` reads. */
static int
refuse(struct zip *z, enum finding_code code, const char *what)
{
	findings_add(z->findings, code, NULL, 0, NULL, "%s", what);
	return -1;
}

static int
refuse_member(struct zip *z, const struct record *r, enum finding_code code,
    const char *what)
{
	buf_reset(&z->shown);
	member_show(&z->shown, (const char *)r->name, r->name_len);
	findings_add(z->findings, code, buf_text(&z->shown), 0, NULL, "%s",
	    what);
	return -1;
}

bool
zipcheck_ends(struct source *s)
{
	unsigned char end[END_SIZE];
	uint64_t size = source_size(s);

	return size >= END_SIZE &&
	    source_copy(s, size - END_SIZE, end, END_SIZE) == 0 &&
	    signed_as(end, end_sign);
}

/* No end record where it belongs: is it elsewhere, or cut off? */
static int
refuse_end(struct zip *z)
{
	uint64_t size = source_size(z->source);
	size_t n = END_SIZE + COMMENT_MAX;
	char *tail;
	bool found;

	if (size < n)
		n = (size_t)size;
	tail = mem_resize(NULL, n);
	if (source_copy(z->source, size - n, tail, n) == -1) {
		free(tail);
		return -1;
	}
	found = memmem(tail, n, end_sign, SIGN) != NULL;
	free(tail);
	if (!found)
		return refuse(z, F_PACKAGE_TRUNCATED,
		    "the zip breaks off before its end");
	return refuse(z, F_PACKAGE_LAYOUT,
	    "bytes or a comment follow the end of the zip");
}

static bool
has_locator(struct zip *z, uint64_t end)
{
	unsigned char locator[LOCATOR_SIZE];

	return end >= LOCATOR_SIZE && source_copy(z->source,
	    end - LOCATOR_SIZE, locator, LOCATOR_SIZE) == 0 &&
	    signed_as(locator, locator_sign);
}

static int
check_end(struct zip *z, uint64_t max_entries)
{
	unsigned char e[END_SIZE];
	uint64_t at = source_size(z->source) - END_SIZE;
	uint32_t len, from;

	if (source_copy(z->source, at, e, END_SIZE) == -1)
		return -1;
	z->n = le16(e + 10);
	len = le32(e + 12);
	from = le32(e + 16);
	if (z->n == NONE16 || len == NONE32 || from == NONE32 ||
	    has_locator(z, at))
		return refuse(z, F_PACKAGE_FORMAT, "zip64 is not taken");
	if (le16(e + 4) != 0 || le16(e + 6) != 0 || le16(e + 8) != z->n)
		return refuse(z, F_PACKAGE_LAYOUT, "one part of a split zip");
	if (le16(e + 20) != 0)
		return refuse(z, F_PACKAGE_LAYOUT,
		    "the end record has a comment that is not there");
	if (z->n > max_entries) {
		findings_add(z->findings, F_PACKAGE_TOO_MANY_ENTRIES, NULL, 0,
		    NULL, "%zu entries, at most %llu are allowed", z->n,
		    (unsigned long long)max_entries);
		return -1;
	}
	if ((uint64_t)from + len != at)
		return refuse(z, F_PACKAGE_LAYOUT,
		    "the central directory is not where the end record says");
	if (len > DIRECTORY_MAX)
		return refuse(z, F_PACKAGE_LAYOUT,
		    "the central directory is too large");
	z->directory_at = from;
	z->directory_len = len;
	return 0;
}

static int
check_unicode_name(struct zip *z, const struct record *r,
    const unsigned char *p, size_t n)
{
	if (n != UNICODE_NAME_HEAD + r->name_len ||
	    memcmp(p + UNICODE_NAME_HEAD, r->name, r->name_len) != 0)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "an extra field gives another name");
	return 0;
}

static int
check_extra(struct zip *z, const struct record *r, const unsigned char *p,
    size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len) {
		if (n < FIELD_HEAD ||
		    (len = FIELD_HEAD + (size_t)le16(p + 2)) > n)
			return refuse_member(z, r, F_PACKAGE_LAYOUT,
			    "an extra field is cut off");
		switch (le16(p)) {
		case EXTRA_ZIP64:
			return refuse_member(z, r, F_PACKAGE_FORMAT,
			    "zip64 is not taken");
		case EXTRA_AES:
			return refuse_member(z, r, F_PACKAGE_ENCRYPTED,
			    "encrypted");
		case EXTRA_UNICODE_NAME:
			if (check_unicode_name(z, r, p + FIELD_HEAD,
			    len - FIELD_HEAD) == -1)
				return -1;
		}
	}
	return 0;
}

static int
check_features(struct zip *z, const struct record *r)
{
	if ((r->flags & FLAG_ENCRYPTED) != 0 || r->method == METHOD_AES)
		return refuse_member(z, r, F_PACKAGE_ENCRYPTED, "encrypted");
	if (r->method != METHOD_STORED && r->method != METHOD_DEFLATED)
		return refuse_member(z, r, F_PACKAGE_FORMAT,
		    "neither stored nor deflated");
	if ((r->flags & ~FLAG_KNOWN) != 0)
		return refuse_member(z, r, F_PACKAGE_FORMAT,
		    "a zip feature that is not taken");
	if (r->method == METHOD_STORED && r->packed != r->size)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "stored, but with two sizes");
	return 0;
}

/* One record of the central directory; how many bytes, or 0. */
static size_t
read_record(struct zip *z, struct record *r, const unsigned char *p, size_t n)
{
	size_t len, extra;

	if (n < CENTRAL_SIZE || !signed_as(p, central_sign)) {
		refuse(z, F_PACKAGE_LAYOUT,
		    "the central directory has fewer entries than it says");
		return 0;
	}
	*r = (struct record){ .name = p + CENTRAL_SIZE,
	    .name_len = le16(p + 28), .flags = le16(p + 8),
	    .method = le16(p + 10), .crc = le32(p + 16),
	    .packed = le32(p + 20), .size = le32(p + 24),
	    .attributes = le32(p + 38), .at = le32(p + 42) };
	extra = le16(p + 30);
	len = CENTRAL_SIZE + r->name_len + extra;
	if (len > n) {
		refuse(z, F_PACKAGE_LAYOUT, "the central directory is cut off");
		return 0;
	}
	if (le16(p + 32) != 0 || le16(p + 34) != 0) {
		refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "a comment, or a part of a split zip");
		return 0;
	}
	if (check_features(z, r) == -1 ||
	    check_extra(z, r, r->name + r->name_len, extra) == -1)
		return 0;
	return len;
}

static int
by_place(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int
read_directory(struct zip *z)
{
	size_t used = 0, k;

	z->directory = mem_resize(NULL, z->directory_len);
	z->v = mem_resize(NULL, z->n * sizeof *z->v);
	if (source_copy(z->source, z->directory_at, z->directory,
	    z->directory_len) == -1)
		return -1;
	for (size_t i = 0; i < z->n; i++, used += k) {
		k = read_record(z, &z->v[i], z->directory + used,
		    z->directory_len - used);
		if (k == 0)
			return -1;
	}
	if (used != z->directory_len)
		return refuse(z, F_PACKAGE_LAYOUT,
		    "the central directory has more entries than it says");
	qsort(z->v, z->n, sizeof *z->v, by_place);
	return 0;
}

/* With a descriptor behind the member the header may leave these at zero. */
static bool
same_or_later(const struct record *r, uint32_t local, uint32_t central)
{
	return local == central ||
	    ((r->flags & FLAG_DESCRIPTOR) != 0 && local == 0);
}

static bool
same_header(const struct record *r, const unsigned char *p)
{
	return le16(p + 6) == r->flags && le16(p + 8) == r->method &&
	    le16(p + 26) == r->name_len &&
	    same_or_later(r, le32(p + 14), r->crc) &&
	    same_or_later(r, le32(p + 18), r->packed) &&
	    same_or_later(r, le32(p + 22), r->size);
}

static unsigned char *
room(struct zip *z, size_t n)
{
	buf_reset(&z->scratch);
	buf_reserve(&z->scratch, n);
	return (unsigned char *)z->scratch.p;
}

/* The header at r->at; *data becomes the place behind it. */
static int
check_local(struct zip *z, const struct record *r, uint64_t *data)
{
	unsigned char head[LOCAL_SIZE], *rest;
	size_t extra;

	if (r->at + (uint64_t)LOCAL_SIZE > z->directory_at)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "lies outside the members");
	if (source_copy(z->source, r->at, head, LOCAL_SIZE) == -1)
		return -1;
	if (!signed_as(head, local_sign))
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "there is no header where the central directory says");
	if (!same_header(r, head))
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "its header and the central directory disagree");
	extra = le16(head + 28);
	*data = r->at + (uint64_t)LOCAL_SIZE + r->name_len + extra;
	if (*data > z->directory_at)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "lies outside the members");
	rest = room(z, r->name_len + extra);
	if (source_copy(z->source, r->at + (uint64_t)LOCAL_SIZE, rest,
	    r->name_len + extra) == -1)
		return -1;
	if (memcmp(rest, r->name, r->name_len) != 0)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "its header and the central directory name it differently");
	return check_extra(z, r, rest + r->name_len, extra);
}

/* All the bytes between the member's data and the next header. */
static int
check_descriptor(struct zip *z, const struct record *r, uint64_t at, size_t n)
{
	unsigned char d[SIGN + DESCRIPTOR_SIZE], *p = d;

	if (n != DESCRIPTOR_SIZE && n != sizeof d)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "no data descriptor of the right length follows it");
	if (source_copy(z->source, at, d, n) == -1)
		return -1;
	if (n == sizeof d)
		p += SIGN;
	if ((n == sizeof d && !signed_as(d, descriptor_sign)) ||
	    le32(p) != r->crc || le32(p + 4) != r->packed ||
	    le32(p + 8) != r->size)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "its data descriptor and the central directory disagree");
	return 0;
}

/* From its header up to `next` there is the member and nothing else. */
static int
check_extent(struct zip *z, const struct record *r, uint64_t next)
{
	uint64_t end;

	if (check_local(z, r, &end) == -1)
		return -1;
	end += r->packed;
	if (end > next)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "overlaps what follows it");
	if ((r->flags & FLAG_DESCRIPTOR) != 0)
		return check_descriptor(z, r, end,
		    next - end > COMMENT_MAX ? 0 : (size_t)(next - end));
	if (end < next)
		return refuse_member(z, r, F_PACKAGE_LAYOUT,
		    "bytes that are no member's follow it");
	return 0;
}

static int
check_extents(struct zip *z)
{
	uint64_t first = z->n > 0 ? z->v[0].at : z->directory_at, next;

	if (first != 0)
		return refuse(z, F_PACKAGE_LAYOUT,
		    "bytes go before the first member");
	for (size_t i = 0; i < z->n; i++) {
		next = i + 1 < z->n ? z->v[i + 1].at : z->directory_at;
		if (check_extent(z, &z->v[i], next) == -1)
			return -1;
	}
	return 0;
}

static enum member_type
type_of(const struct record *r)
{
	uint32_t mode = r->attributes >> 16 & S_IFMT;
	bool slash = r->name_len > 0 && r->name[r->name_len - 1] == '/';

	if (slash)
		return r->size == 0 && (mode == 0 || mode == S_IFDIR) ?
		    MEMBER_FOLDER : MEMBER_SPECIAL;
	if ((mode != 0 && mode != S_IFREG) ||
	    (r->attributes & DOS_FOLDER) != 0)
		return MEMBER_SPECIAL;
	return MEMBER_FILE;
}

static void
give(const struct zip *z, struct members *l)
{
	for (size_t i = 0; i < z->n; i++) {
		const struct record *r = &z->v[i];
		struct member *m = members_add(l, (const char *)r->name,
		    r->name_len);

		m->type = type_of(r);
		m->size = r->size;
		m->packed = r->packed;
	}
}

int
zipcheck(struct source *s, uint64_t max_entries, struct members *l,
    struct findings *f)
{
	struct zip z = { .source = s, .findings = f };
	int rc = -1;

	if (!zipcheck_ends(s)) {
		if (source_fault(s) == SOURCE_FINE)
			refuse_end(&z);
		goto out;
	}
	if (check_end(&z, max_entries) == -1 || read_directory(&z) == -1 ||
	    check_extents(&z) == -1)
		goto out;
	give(&z, l);
	rc = 0;
out:
	free(z.directory);
	free(z.v);
	buf_free(&z.shown);
	buf_free(&z.scratch);
	return rc;
}
