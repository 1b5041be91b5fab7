#include "transform/alike.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/text.h"

/* What has several spellings, in lower case, and the one that stands. */
static const struct {
	const char *from, *to;
} spellings[] = {
	{ "æ", "a" }, { "ae", "a" }, { "ä", "a" }, { "ø", "o" },
	{ "oe", "o" }, { "ö", "o" }, { "å", "a" }, { "aa", "a" },
	{ "é", "e" }, { "è", "e" }, { "ü", "u" },
};

static const char *const marks[] = { "datadef", "grp" };

static size_t
spelling(struct buf *b, const char *s)
{
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		size_t n = strlen(spellings[i].from);

		if (strncmp(spellings[i].from, s, n) == 0) {
			buf_str(b, spellings[i].to);
			return n;
		}
	}
	return 0;
}

/* A mark and a number, but not the whole name. */
static void
drop_mark(struct buf *b, size_t from)
{
	size_t digits = b->len;

	while (digits > from && isdigit((unsigned char)b->p[digits - 1]))
		digits--;
	if (digits == b->len)
		return;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);

		if (digits - from > n &&
		    memcmp(b->p + digits - n, marks[i], n) == 0) {
			b->len = digits - n;
			b->p[b->len] = '\0';
			return;
		}
	}
}

void
alike_fold(struct buf *b, const char *name)
{
	struct buf lower = { 0 };
	size_t from = b->len, k;

	text_lower(&lower, name, strlen(name));
	for (const char *s = buf_text(&lower); *s != '\0'; s += k) {
		k = spelling(b, s);
		if (k > 0)
			continue;
		k = 1;
		if (strchr("-_.", *s) == NULL)
			buf_char(b, *s);
	}
	drop_mark(b, from);
	buf_free(&lower);
}
