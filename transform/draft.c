#include "transform/draft.h"

#include <stddef.h>
#include <string.h>

#include "spool/buf.h"

void
draft_head(struct buf *b)
{
	buf_str(b, "target;source;convert;required;default;when;note\n");
}

/* The reader takes blanks away from a cell that has no quotes. */
static void
cell(struct buf *b, const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0)
		return;
	if (strpbrk(s, ";\"\r\n") == NULL && s[0] != ' ' && s[0] != '\t' &&
	    s[n - 1] != ' ' && s[n - 1] != '\t') {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

void
draft_add(struct buf *b, const struct draft_row *r)
{
	const char *const cells[] = { r->target, r->source, r->convert,
	    r->required ? "yes" : "", "", "", r->note };
	size_t n = sizeof cells / sizeof *cells;

	for (size_t i = 0; i < n; i++) {
		cell(b, cells[i]);
		buf_char(b, i + 1 < n ? ';' : '\n');
	}
}
