#include "spool/multipart.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/fsx.h"

enum { FIRST = 16, STEP = 8, MOST = 56 };

static size_t
at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

static void
rest(const struct part *p)
{
	if (p->rest != NULL)
		p->rest(p->arg);
}

/* Chunks overlap by what could stand across their border. */
static bool
occurs_in(const char *boundary, const struct part *p)
{
	const char *data = p->data;
	size_t len = strlen(boundary);
	bool found = false;

	for (size_t at = 0; !found && at + len <= p->size;
	    at += MULTIPART_CHUNK) {
		found = memmem(data + at, at_most(p->size - at,
		    MULTIPART_CHUNK + len - 1), boundary, len) != NULL;
		rest(p);
	}
	return found;
}

static bool
occurs(const char *boundary, const struct part *p, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n && !found; i++)
		found = occurs_in(boundary, &p[i]);
	return found;
}

void
multipart_boundary(char boundary[MULTIPART_BOUNDARY + 1], const char *seed,
    const struct part *p, size_t n)
{
	char hex[DIGEST_HEX + 1], before[DIGEST_HEX + 1];
	int digits = FIRST;

	digest_hex_of(seed, strlen(seed), hex);
	for (;;) {
		snprintf(boundary, MULTIPART_BOUNDARY + 1, "flerapp-%.*s",
		    digits, hex);
		if (!occurs(boundary, p, n))
			return;
		if (digits < MOST) {
			digits += STEP;
		} else {
			memcpy(before, hex, sizeof before);
			digest_hex_of(before, DIGEST_HEX, hex);
		}
	}
}

void
multipart_type(struct buf *b, const char *boundary)
{
	buf_fmt(b, "Content-Type: multipart/form-data; boundary=\"%s\"",
	    boundary);
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%';
}

/* For readers of the old form: one _ for each character they may not get. */
static void
add_quoted(struct buf *b, const char *s)
{
	buf_str(b, "; filename=\"");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c & 0xc0) != 0x80)
			buf_char(b, is_plain(c) ? *s : '_');
	}
	buf_char(b, '"');
}

/* RFC 5987: ext-value with its attr-char. */
static void
add_extended(struct buf *b, const char *s)
{
	static const char attr[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~";

	buf_str(b, "; filename*=UTF-8''");
	for (; *s != '\0'; s++) {
		if (strchr(attr, *s) != NULL)
			buf_char(b, *s);
		else
			buf_fmt(b, "%%%02X", (unsigned char)*s);
	}
}

static void
add_head(struct buf *b, const char *boundary, const struct part *p)
{
	buf_fmt(b, "--%s\r\nContent-Type: %s\r\n"
	    "Content-Disposition: form-data; name=\"%s\"", boundary, p->type,
	    p->name);
	if (p->filename != NULL) {
		add_quoted(b, p->filename);
		add_extended(b, p->filename);
	}
	buf_str(b, "\r\n\r\n");
}

static int
write_data(int fd, const struct part *p, struct err *e)
{
	const char *data = p->data;
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < p->size; at += MULTIPART_CHUNK) {
		rc = fsx_write(fd, data + at, at_most(p->size - at,
		    MULTIPART_CHUNK), e);
		rest(p);
	}
	return rc;
}

static int
write_part(int fd, const char *boundary, const struct part *p,
    struct err *e)
{
	struct buf head = { 0 };
	int rc;

	add_head(&head, boundary, p);
	rc = fsx_write(fd, head.p, head.len, e);
	if (rc == 0)
		rc = write_data(fd, p, e);
	if (rc == 0)
		rc = fsx_write(fd, "\r\n", 2, e);
	buf_free(&head);
	return rc;
}

int
multipart_write(int fd, const char *boundary, const struct part *p, size_t n,
    struct err *e)
{
	struct buf end = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = write_part(fd, boundary, &p[i], e);
	buf_fmt(&end, "--%s--\r\n", boundary);
	if (rc == 0)
		rc = fsx_write(fd, end.p, end.len, e);
	buf_free(&end);
	return rc;
}
