#include "spool/reread.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/id.h"

enum { DOCUMENT_MAX = 64 << 20 };

void
reread_squeeze(struct buf *b, const char *text, size_t n)
{
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (inside && c == '\\' && i + 1 < n) {
			buf_char(b, c);
			c = text[++i];
		} else if (c == '"') {
			inside = !inside;
		} else if (!inside && (c == ' ' || c == '\n')) {
			continue;
		}
		buf_char(b, c);
	}
}

int
reread_file(int dir, const char *path, struct buf *b, struct err *e)
{
	struct buf text = { 0 };
	int rc = fsx_read(dir, path, DOCUMENT_MAX, &text, e);

	if (rc == 0)
		reread_squeeze(b, buf_text(&text), text.len);
	else if (e->sys == ENOENT || e->sys == ENOTDIR)
		e->kind = ERR_NO_INPUT;
	buf_free(&text);
	return rc;
}

int
reread_reason(int root, enum state s, const char *id, struct buf *b,
    struct err *e)
{
	char path[ID_MAX + 64];

	if (s != STATE_HELD && s != STATE_REJECTED)
		return 0;
	snprintf(path, sizeof path, "%s/%s/reason.json",
	    place_name(state_place(s)), id);
	return reread_file(root, path, b, e);
}
