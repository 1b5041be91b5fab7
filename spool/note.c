#include "spool/note.h"

#include <inttypes.h>
#include <string.h>

#include "spool/base64.h"
#include "spool/buf.h"

#define DASH "\xe2\x80\x94 "

enum { SIZE_DIGITS = 15 };		/* far from the end of an int64_t */

struct reading {
	const char *p, *end;
};

struct span {
	const char *p;
	size_t n;
};

static bool
name_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '+')
			return false;
	return n > 0 && n <= NOTE_ORIGIN;
}

bool
note_origin_ok(const char *s)
{
	return name_ok(s, strlen(s));
}

void
note_id(unsigned char id[NOTE_ID], const char *name,
    const unsigned char key[NOTE_KEY])
{
	unsigned char sum[DIGEST_SIZE];
	struct buf b = { 0 };

	buf_fmt(&b, "%s\n\1", name);
	buf_add(&b, key, NOTE_KEY);
	digest_of(b.p, b.len, sum);
	memcpy(id, sum, NOTE_ID);
	buf_free(&b);
}

void
note_body(const struct note *n, struct buf *b)
{
	buf_fmt(b, "%s\n%" PRId64 "\n", n->origin, n->size);
	base64_write(b, n->root, sizeof n->root);
	buf_char(b, '\n');
}

void
note_signature(const struct note *n, struct buf *b)
{
	unsigned char both[NOTE_ID + NOTE_SIGNATURE];

	memcpy(both, n->id, NOTE_ID);
	memcpy(both + NOTE_ID, n->signature, NOTE_SIGNATURE);
	base64_write(b, both, sizeof both);
}

void
note_write(const struct note *n, struct buf *b)
{
	note_body(n, b);
	buf_fmt(b, "\n" DASH "%s ", n->origin);
	note_signature(n, b);
	buf_char(b, '\n');
}

/* ----------------------------------------------------------------- reading */

static bool
next_line(struct reading *r, struct span *line)
{
	const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));

	if (nl == NULL)
		return false;
	*line = (struct span){ r->p, (size_t)(nl - r->p) };
	r->p = nl + 1;
	return true;
}

/* Decimal, and the one way to write it. */
static bool
read_size(struct span s, int64_t *size)
{
	*size = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || i == SIZE_DIGITS)
			return false;
		*size = *size * 10 + (s.p[i] - '0');
	}
	return s.n > 0 && (*s.p != '0' || s.n == 1);
}

static const char *
read_body(struct note *n, struct reading *r)
{
	struct span s;

	if (!next_line(r, &s) || !name_ok(s.p, s.n))
		return "the first line is no origin";
	memcpy(n->origin, s.p, s.n);
	n->origin[s.n] = '\0';
	if (!next_line(r, &s) || !read_size(s, &n->size))
		return "the second line is no number of lines";
	if (!next_line(r, &s) || !base64_read(n->root, sizeof n->root, s.p,
	    s.n))
		return "the third line is no tree hash";
	if (!next_line(r, &s) || s.n != 0)
		return "the fourth line is not empty";
	return NULL;
}

/* "— NAME BASE64"; the first one under our name is kept. */
static const char *
read_signer(struct note *n, struct span s, bool *found)
{
	static const char bad[] = "a line of its signatures is none";
	unsigned char both[NOTE_ID + NOTE_SIGNATURE];
	const size_t dash = sizeof DASH - 1;
	const char *blank;
	size_t name;

	if (s.n <= dash || memcmp(s.p, DASH, dash) != 0)
		return bad;
	s.p += dash;
	s.n -= dash;
	blank = memchr(s.p, ' ', s.n);
	name = blank != NULL ? (size_t)(blank - s.p) : 0;
	if (!name_ok(s.p, name) || s.n - name - 1 < 8)
		return bad;
	if (*found || name != strlen(n->origin) ||
	    memcmp(s.p, n->origin, name) != 0)
		return NULL;
	if (!base64_read(both, sizeof both, blank + 1, s.n - name - 1))
		return "the signature is none of Ed25519";
	memcpy(n->id, both, NOTE_ID);
	memcpy(n->signature, both + NOTE_ID, NOTE_SIGNATURE);
	*found = true;
	return NULL;
}

const char *
note_parse(struct note *n, const char *text, size_t len)
{
	struct reading r = { text, text + len };
	const char *why = "it is too long";
	bool found = false;
	struct span s;

	memset(n, 0, sizeof *n);
	if (len > NOTE_MAX || (why = read_body(n, &r)) != NULL)
		return why;
	for (int i = 0; r.p < r.end; i++) {
		if (!next_line(&r, &s))
			return "it ends in the middle of a line";
		if (i == NOTE_SIGNERS)
			return "it has too many signatures";
		if ((why = read_signer(n, s, &found)) != NULL)
			return why;
	}
	return found ? NULL : "it has no signature of its origin";
}
