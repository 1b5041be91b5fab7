#include "tests/make_zip.h"

#include <string.h>

#include "spool/buf.h"

enum { STORED_MAX = 0xffff, DEFLATED = 8 };

static void
le16(struct buf *b, unsigned v)
{
	buf_char(b, (char)(v & 0xff));
	buf_char(b, (char)(v >> 8 & 0xff));
}

static void
le32(struct buf *b, uint32_t v)
{
	le16(b, v & 0xffff);
	le16(b, v >> 16);
}

uint32_t
make_crc(const char *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void
deflate_stored(struct buf *b, const char *p, size_t n)
{
	size_t k;

	do {
		k = n < STORED_MAX ? n : STORED_MAX;
		buf_char(b, k == n);
		le16(b, (unsigned)k);
		le16(b, (unsigned)~k);
		buf_add(b, p, k);
		p += k;
		n -= k;
	} while (n > 0);
}

/* The part with all that was left out put in. */
static struct zip_part
whole(const struct zip_part *given, size_t packed)
{
	struct zip_part p = *given;

	if (p.name_len == 0)
		p.name_len = strlen(p.name);
	if (p.crc == 0)
		p.crc = make_crc(p.data, p.len);
	if (p.packed == 0)
		p.packed = (uint32_t)packed;
	if (p.size == 0)
		p.size = (uint32_t)p.len;
	if (p.descriptor > 0)
		p.flags |= 1 << 3;
	return p;
}

static void
local(struct buf *b, const struct zip_part *p)
{
	const char *name = p->local_name != NULL ? p->local_name : p->name;
	bool later = p->descriptor > 0;

	buf_add(b, "PK\3\4\24\0", 6);
	le16(b, p->local_flags > 0 ? p->local_flags : p->flags);
	le16(b, p->local_method > 0 ? p->local_method : p->method);
	le32(b, 0x00210000);
	le32(b, later ? 0 : p->local_crc > 0 ? p->local_crc : p->crc);
	le32(b, later ? 0 : p->packed);
	le32(b, later ? 0 : p->local_size > 0 ? p->local_size : p->size);
	le16(b, (unsigned)p->name_len);
	le16(b, (unsigned)p->extra_len);
	buf_add(b, name, p->name_len);
	buf_add(b, p->extra, p->extra_len);
}

static void
central(struct buf *b, const struct zip_part *p, size_t at)
{
	size_t comment = p->comment != NULL ? strlen(p->comment) : 0;

	buf_add(b, "PK\1\2\24\3\24\0", 8);
	le16(b, p->flags);
	le16(b, p->method);
	le32(b, 0x00210000);
	le32(b, p->crc);
	le32(b, p->packed);
	le32(b, p->size);
	le16(b, (unsigned)p->name_len);
	le16(b, (unsigned)p->extra_len);
	le16(b, (unsigned)comment);
	le32(b, 0);
	le32(b, p->attributes);
	le32(b, p->at > 0 ? p->at - 1 : (uint32_t)at);
	buf_add(b, p->name, p->name_len);
	buf_add(b, p->extra, p->extra_len);
	buf_add(b, p->comment, comment);
}

static void
descriptor(struct buf *b, const struct zip_part *p)
{
	if (p->descriptor == 16)
		buf_add(b, "PK\7\10", 4);
	if (p->descriptor > 0) {
		le32(b, p->descriptor_crc > 0 ? p->descriptor_crc : p->crc);
		le32(b, p->packed);
		le32(b, p->size);
	}
}

static void
member(struct buf *b, struct buf *directory, const struct zip_part *given)
{
	struct zip_part p = *given;
	struct buf packed = { 0 };
	size_t at = b->len;

	if (p.data == NULL)
		p.data = "";
	if (p.len == 0)
		p.len = strlen(p.data);
	if (p.method == DEFLATED && !p.raw)
		deflate_stored(&packed, p.data, p.len);
	else
		buf_add(&packed, p.data, p.len);
	p = whole(&p, packed.len);
	if (!p.only_central) {
		local(b, &p);
		buf_add(b, packed.p, packed.len);
		descriptor(b, &p);
		buf_str(b, p.gap != NULL ? p.gap : "");
	}
	if (!p.only_local)
		central(directory, &p, at);
	buf_free(&packed);
}

void
make_zip(struct buf *b, const struct zip_part *v, size_t n)
{
	struct buf directory = { 0 };
	size_t at, count = 0;

	for (size_t i = 0; i < n; i++) {
		member(b, &directory, &v[i]);
		count += !v[i].only_local;
	}
	at = b->len;
	buf_add(b, directory.p, directory.len);
	buf_add(b, "PK\5\6\0\0\0\0", 8);
	le16(b, (unsigned)count);
	le16(b, (unsigned)count);
	le32(b, (uint32_t)directory.len);
	le32(b, (uint32_t)at);
	le16(b, 0);
	buf_free(&directory);
}

unsigned char *
zip_end(struct buf *b)
{
	return (unsigned char *)b->p + b->len - ZIP_END;
}
