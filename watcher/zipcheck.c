#include "watcher/zipcheck.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "watcher/member.h"
#include "watcher/source.h"
#include "watcher/zipdir.h"

enum {
	LOCAL_SIZE = 30,
	DESCRIPTOR_SIZE = 12,		/* and four more with a signature */
	WINDOW = 16 * 1024,
	DOS_FOLDER = 0x10,
};

static const char local_sign[] = "PK\3\4", descriptor_sign[] = "PK\7\10";

static bool
signed_as(const unsigned char *p, const char *sign)
{
	return memcmp(p, sign, ZIP_SIGN) == 0;
}

/* With a descriptor behind the member the header may leave these at zero. */
static bool
same_or_later(const struct zip_record *r, uint32_t local, uint32_t central)
{
	return local == central ||
	    ((r->flags & ZIP_FLAG_DESCRIPTOR) != 0 && local == 0);
}

static bool
same_header(const struct zip_record *r, const unsigned char *p)
{
	return zip_le16(p + 6) == r->flags && zip_le16(p + 8) == r->method &&
	    zip_le16(p + 26) == r->name_len &&
	    same_or_later(r, zip_le32(p + 14), r->crc) &&
	    same_or_later(r, zip_le32(p + 18), r->packed) &&
	    same_or_later(r, zip_le32(p + 22), r->size);
}

/* Name and extra fields behind the header: n bytes at `at`. */
static int
check_rest(struct zipdir *z, const struct zip_record *r, uint64_t at, size_t n)
{
	const unsigned char *rest;

	buf_reset(&z->scratch);
	buf_reserve(&z->scratch, n);
	if (source_copy(z->source, at, z->scratch.p, n) == -1)
		return -1;
	rest = (const unsigned char *)z->scratch.p;
	if (memcmp(rest, r->name, r->name_len) != 0)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "its header and the central directory name it differently");
	return zipdir_check_extra(z, r, rest + r->name_len, n - r->name_len);
}

/* The header at r->at; *data becomes the place behind it. */
static int
check_local(struct zipdir *z, const struct zip_record *r, uint64_t *data)
{
	unsigned char head[LOCAL_SIZE];
	uint64_t rest = r->at + (uint64_t)LOCAL_SIZE;
	size_t n;

	if (rest > z->at)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "lies outside the members");
	if (source_copy(z->source, r->at, head, LOCAL_SIZE) == -1)
		return -1;
	if (!signed_as(head, local_sign))
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "there is no header where the central directory says");
	if (!same_header(r, head))
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "its header and the central directory disagree");
	n = r->name_len + zip_le16(head + 28);
	if (n > z->at - rest)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "lies outside the members");
	*data = rest + n;
	return check_rest(z, r, rest, n);
}

/* All the bytes between the member's data and the next header. */
static int
check_descriptor(struct zipdir *z, const struct zip_record *r, uint64_t at,
    size_t n)
{
	unsigned char d[ZIP_SIGN + DESCRIPTOR_SIZE], *p = d;

	if (n != DESCRIPTOR_SIZE && n != sizeof d)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "no data descriptor of the right length follows it");
	if (source_copy(z->source, at, d, n) == -1)
		return -1;
	if (n == sizeof d)
		p += ZIP_SIGN;
	if ((n == sizeof d && !signed_as(d, descriptor_sign)) ||
	    zip_le32(p) != r->crc || zip_le32(p + 4) != r->packed ||
	    zip_le32(p + 8) != r->size)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "its data descriptor and the central directory disagree");
	return 0;
}

/*
 * Stored content has no end of its own.  Who reads from first byte to last,
 * without the directory, ends it at the first descriptor; so there must be
 * just one, and that must be known by its signature.
 */
static int
check_stored(struct zipdir *z, const struct zip_record *r, uint64_t at,
    bool is_signed)
{
	char window[WINDOW];
	uint64_t left = r->packed;
	size_t n;

	for (; is_signed && left >= ZIP_SIGN; at += n - (ZIP_SIGN - 1),
	    left -= n - (ZIP_SIGN - 1)) {
		n = left < sizeof window ? (size_t)left : sizeof window;
		if (source_copy(z->source, at, window, n) == -1)
			return -1;
		is_signed = memmem(window, n, descriptor_sign, ZIP_SIGN) ==
		    NULL;
	}
	if (is_signed)
		return 0;
	return zipdir_refuse(z, r, F_PACKAGE_LAYOUT, "is stored with a data "
	    "descriptor, so that its end is not certain: deflate it, or "
	    "write the zip to a file and not to a pipe");
}

/* From its header up to `next` there is the member and nothing else. */
static int
check_extent(struct zipdir *z, const struct zip_record *r, uint64_t next)
{
	uint64_t data = 0, end;
	size_t more;

	if (check_local(z, r, &data) == -1)
		return -1;
	end = data + r->packed;
	if (end > next)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "overlaps what follows it");
	more = next - end > ZIP_EXTENT_MAX ? 0 : (size_t)(next - end);
	if ((r->flags & ZIP_FLAG_DESCRIPTOR) != 0) {
		if (check_descriptor(z, r, end, more) == -1)
			return -1;
		return r->method != ZIP_STORED ? 0 : check_stored(z, r, data,
		    more == ZIP_SIGN + DESCRIPTOR_SIZE);
	}
	if (end < next)
		return zipdir_refuse(z, r, F_PACKAGE_LAYOUT,
		    "bytes that are no member's follow it");
	return 0;
}

static int
check_extents(struct zipdir *z)
{
	uint64_t first = z->n > 0 ? z->v[0].at : z->at, next;

	if (first != 0)
		return zipdir_refuse(z, NULL, F_PACKAGE_LAYOUT,
		    "bytes go before the first member");
	for (size_t i = 0; i < z->n; i++) {
		next = i + 1 < z->n ? z->v[i + 1].at : z->at;
		if (check_extent(z, &z->v[i], next) == -1)
			return -1;
	}
	return 0;
}

static enum member_type
type_of(const struct zip_record *r)
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
give(const struct zipdir *z, struct members *l)
{
	for (size_t i = 0; i < z->n; i++) {
		const struct zip_record *r = &z->v[i];
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
	struct zipdir z = { .source = s, .findings = f };
	int rc = -1;

	if (zipdir_read(&z, max_entries) == -1 || check_extents(&z) == -1)
		goto out;
	give(&z, l);
	rc = 0;
out:
	zipdir_free(&z);
	return rc;
}
