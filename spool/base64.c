#include "spool/base64.h"

#include <stdint.h>
#include <string.h>

#include "spool/buf.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_write(struct buf *b, const void *data, size_t n)
{
	const unsigned char *p = data;
	char four[4];

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t bits = (uint32_t)p[i] << 16;

		if (have > 1)
			bits |= (uint32_t)p[i + 1] << 8;
		if (have > 2)
			bits |= p[i + 2];
		for (size_t k = 0; k < 4; k++)
			four[k] = k <= have ?
			    letters[bits >> (18 - 6 * k) & 63] : '=';
		buf_add(b, four, sizeof four);
	}
}

static bool
value_of(char c, uint32_t *bits)
{
	const char *at = c != '\0' ? strchr(letters, c) : NULL;

	if (at != NULL)
		*bits = *bits << 6 | (uint32_t)(at - letters);
	return at != NULL;
}

/* Four characters, of which the last may be padding; gives 1 to 3 bytes. */
static bool
read_four(unsigned char *to, size_t want, const char *four)
{
	uint32_t bits = 0;

	for (size_t k = 0; k < 4; k++) {
		if (k > want && four[k] == '=')
			bits <<= 6;
		else if (k > want || !value_of(four[k], &bits))
			return false;
	}
	for (size_t k = 0; k < want; k++)
		to[k] = (unsigned char)(bits >> (16 - 8 * k));
	return want == 3 || (bits & ((1u << (24 - 8 * want)) - 1)) == 0;
}

bool
base64_read(unsigned char *to, size_t n, const char *text, size_t len)
{
	if (len != (n + 2) / 3 * 4)
		return false;
	for (size_t i = 0; i < n; i += 3)
		if (!read_four(to + i, n - i < 3 ? n - i : 3,
		    text + i / 3 * 4))
			return false;
	return true;
}
