#include "spool/text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

#include "spool/buf.h"
#include "spool/number.h"

enum { PERSON_DIGITS = 11, DATE_DIGITS = 6 };
#define MASK "***********"

size_t
text_utf8(const char *s, size_t n)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0x0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c;

	if (n == 0)
		return 0;
	for (size_t k = 0; k < 4; k++) {
		if ((u[0] & forms[k].mask) != forms[k].lead)
			continue;
		if (n < k + 1)
			return 0;
		c = (uint32_t)(u[0] & ~forms[k].mask & 0xff);
		for (size_t i = 1; i <= k; i++) {
			if ((u[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (u[i] & 0x3f);
		}
		if (c < forms[k].least || c > 0x10ffff ||
		    (c >= 0xd800 && c <= 0xdfff))
			return 0;
		return k + 1;
	}
	return 0;
}

bool
text_utf8_ok(const char *s, size_t n)
{
	size_t k;

	for (size_t i = 0; i < n; i += k)
		if ((k = text_utf8(s + i, n - i)) == 0)
			return false;
	return true;
}

static uint32_t
decode(const char *s, size_t k)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)s[0] & lead[k];

	for (size_t i = 1; i < k; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	return c;
}

static void
encode(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
	} else if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_char(b, (char)(0xe0 | c >> 12));
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_char(b, (char)(0xf0 | c >> 18));
		buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_char(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* Controls, line and paragraph marks, and marks that turn the writing round. */
static bool
hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfeff ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || (c & 0xfffe) == 0xfffe;
}

static size_t
digits(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && isdigit((unsigned char)s[k]))
		k++;
	return k;
}

/*
 * Length of what looks like a person number at s, where no digit goes
 * before, or 0: eleven digits, or six and five with a blank between.
 */
static size_t
eleven(const char *s, size_t n, bool valid_only)
{
	char number[PERSON_DIGITS + 1];
	size_t k = digits(s, n), used = 0;

	if (k == PERSON_DIGITS) {
		memcpy(number, s, PERSON_DIGITS);
		used = PERSON_DIGITS;
	} else if (k == DATE_DIGITS && n > k && s[k] == ' ' &&
	    digits(s + k + 1, n - k - 1) == PERSON_DIGITS - DATE_DIGITS) {
		memcpy(number, s, DATE_DIGITS);
		memcpy(number + DATE_DIGITS, s + k + 1,
		    PERSON_DIGITS - DATE_DIGITS);
		used = PERSON_DIGITS + 1;
	}
	number[PERSON_DIGITS] = '\0';
	if (used > 0 && valid_only &&
	    !number_person_ok(number, PERSON_ACCEPT_2032))
		used = 0;
	return used;
}

static void
show(struct buf *b, const char *s, size_t n, bool valid_only)
{
	uint32_t c;
	size_t i = 0, k;

	while (i < n) {
		if ((k = digits(s + i, n - i)) > 0) {
			size_t hit = eleven(s + i, n - i, valid_only);

			if (hit > 0)
				buf_str(b, MASK);
			else
				buf_add(b, s + i, k);
			i += hit > 0 ? hit : k;
			continue;
		}
		k = text_utf8(s + i, n - i);
		c = k > 0 ? decode(s + i, k) : 0;
		if (k == 0)
			buf_fmt(b, "\\x%02x", (unsigned char)s[i]);
		else if (hidden(c))
			buf_fmt(b, c < 0x100 ? "\\x%02x" : "\\u{%x}",
			    (unsigned)c);
		else
			buf_add(b, s + i, k);
		i += k > 0 ? k : 1;
	}
}

void
text_show(struct buf *b, const char *s, size_t n)
{
	show(b, s, n, false);
}

void
text_name(struct buf *b, const char *s, size_t n)
{
	show(b, s, n, true);
}

bool
text_has_person(const char *s, size_t n)
{
	size_t i = 0, k;

	while (i < n) {
		k = digits(s + i, n - i);
		if (k > 0 && eleven(s + i, n - i, true) > 0)
			return true;
		i += k > 0 ? k : 1;
	}
	return false;
}

bool
text_printable(const char *s, size_t n)
{
	size_t k;

	for (size_t i = 0; i < n; i += k) {
		k = text_utf8(s + i, n - i);
		if (k == 0 || hidden(decode(s + i, k)))
			return false;
	}
	return true;
}

/* wint_t holds a code point on every system we build for. */
static void
map_case(struct buf *b, const char *s, size_t n, wint_t (*map)(wint_t))
{
	size_t k;

	for (size_t i = 0; i < n; i += k > 0 ? k : 1) {
		k = text_utf8(s + i, n - i);
		if (k == 0)
			buf_char(b, s[i]);
		else
			encode(b, (uint32_t)map((wint_t)decode(s + i, k)));
	}
}

void
text_upper(struct buf *b, const char *s, size_t n)
{
	map_case(b, s, n, towupper);
}

void
text_lower(struct buf *b, const char *s, size_t n)
{
	map_case(b, s, n, towlower);
}
