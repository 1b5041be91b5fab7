#include "tests/make_tar.h"

#include <stdio.h>
#include <string.h>

#include "spool/buf.h"

static void
octal(char *to, size_t n, uint64_t v)
{
	char text[32];

	snprintf(text, sizeof text, "%0*llo", (int)n - 1,
	    (unsigned long long)v);
	memcpy(to, text, n);
}

static void
put(char *to, size_t n, const char *s)
{
	if (s != NULL)
		memcpy(to, s, strnlen(s, n));
}

static void
pad(struct buf *b)
{
	while (b->len % TAR_UNIT != 0)
		buf_char(b, '\0');
}

void
tar_member(struct buf *b, const struct tar_part *p)
{
	char h[TAR_UNIT] = { 0 };
	const char *data = p->data != NULL ? p->data : "";
	size_t len = p->len > 0 ? p->len : strlen(data);
	unsigned sum = 0;

	put(h, 100, p->name);
	octal(h + 100, 8, 0640);
	octal(h + 108, 8, 0);
	octal(h + 116, 8, 0);
	octal(h + 124, 12, p->size > 0 ? p->size : len);
	octal(h + 136, 12, 0);
	memset(h + 148, ' ', 8);
	h[156] = (char)(p->flag == 0 ? '0' : p->flag == TAR_FLAG_V7 ? 0 :
	    p->flag);
	put(h + 157, 100, p->link);
	if (p->magic == NULL)
		memcpy(h + 257, "ustar\00000", 8);
	else
		put(h + 257, 8, p->magic);
	put(h + 345, 155, p->prefix);
	for (size_t i = 0; i < sizeof h; i++)
		sum += (unsigned char)h[i];
	octal(h + 148, 7, sum + (unsigned)p->spoil);
	buf_add(b, h, sizeof h);
	buf_add(b, data, len);
	pad(b);
}

void
tar_end(struct buf *b)
{
	char zeros[2 * TAR_UNIT] = { 0 };

	buf_add(b, zeros, sizeof zeros);
}

void
make_tar(struct buf *b, const struct tar_part *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tar_member(b, &v[i]);
	tar_end(b);
}

void
pax_record(struct buf *b, const char *key, const char *value, size_t n)
{
	size_t rest = strlen(key) + n + 3, len = rest + 1;
	char digits[24];

	while ((size_t)snprintf(digits, sizeof digits, "%zu", len) + rest !=
	    len)
		len++;
	buf_fmt(b, "%s %s=", digits, key);
	buf_add(b, value, n);
	buf_char(b, '\n');
}

void
tar_pax(struct buf *b, char flag, const char *key, const char *value, size_t n)
{
	struct buf text = { 0 };

	pax_record(&text, key, value, n);
	tar_member(b, &(struct tar_part){ .name = "pax", .flag = flag,
	    .data = text.p, .len = text.len });
	buf_free(&text);
}
