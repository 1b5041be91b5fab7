#include "spool/sheet.h"

#include <csv.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "spool/buf.h"

#define BOM "\xef\xbb\xbf"

/* A number as people write it: a sign, digits, one comma or point in them. */
static bool
plain_number(const char *s)
{
	size_t n;

	s += *s == '-' || *s == '+';
	n = strspn(s, "0123456789");
	s += n;
	if (n > 0 && (*s == '.' || *s == ',') && isdigit((unsigned char)s[1]))
		s += 1 + strspn(s + 1, "0123456789");
	return n > 0 && *s == '\0';
}

static bool
formula(const char *s)
{
	return *s != '\0' && strchr("=+-@\t\r", *s) != NULL &&
	    !plain_number(s);
}

static bool
needs_quotes(const char *s)
{
	size_t n = strlen(s);

	return strpbrk(s, ";\"\r\n") != NULL ||
	    (n > 0 && (isspace((unsigned char)s[0]) ||
	    isspace((unsigned char)s[n - 1])));
}

static void
quoted(struct buf *b, const char *s, size_t n)
{
	size_t room = 2 * n + 2;	/* each byte a quote, and two around */

	buf_reserve(b, room);
	b->len += csv_write2(b->p + b->len, room, s, n, '"');
	b->p[b->len] = '\0';
}

void
sheet_cell(struct sheet *c, const char *s)
{
	struct buf safe = { 0 };

	if (c->filled)
		buf_char(c->out, ';');
	c->filled = true;
	if (formula(s))
		buf_char(&safe, '\'');
	buf_str(&safe, s);
	if (needs_quotes(s))
		quoted(c->out, safe.p, safe.len);
	else
		buf_add(c->out, safe.p, safe.len);
	buf_free(&safe);
}

void
sheet_num(struct sheet *c, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, n);
	sheet_cell(c, text);
}

void
sheet_end(struct sheet *c)
{
	buf_str(c->out, "\r\n");
	c->filled = false;
}

void
sheet_head(struct buf *b, const char *const *names)
{
	struct sheet c = { .out = b };

	buf_str(b, BOM);
	for (; *names != NULL; names++)
		sheet_cell(&c, *names);
	sheet_end(&c);
}
