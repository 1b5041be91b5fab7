#include "watcher/tarcheck.h"

#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/member.h"
#include "watcher/pax.h"

enum {
	EXTENDED_MAX = 64 * 1024,	/* a pax header, a GNU long name */
	SIZE_BITS_MAX = 56,		/* of a size in base 256 */
	HEADERS_MAX = 4,		/* of an entry, with those before it */
};

/* Where the fields of a header are. */
enum {
	NAME = 0, NAME_LEN = 100, SIZE = 124, SIZE_LEN = 12, SUM = 148,
	SUM_LEN = 8, FLAG = 156, MAGIC = 257, MAGIC_LEN = 6, PREFIX = 345,
	PREFIX_LEN = 155,
};

/* The first three are those of enum member_type. */
enum kind {
	FILE_HERE, FOLDER, SPECIAL, PAX, PAX_GLOBAL, LONG_NAME, LONG_LINK,
};

static const struct { char flag; enum kind kind; } kinds[] = {
	{ '0', FILE_HERE }, { '\0', FILE_HERE }, { '7', FILE_HERE },
	{ '5', FOLDER }, { '1', SPECIAL }, { '2', SPECIAL }, { '3', SPECIAL },
	{ '4', SPECIAL }, { '6', SPECIAL }, { 'x', PAX },
	{ 'g', PAX_GLOBAL }, { 'L', LONG_NAME }, { 'K', LONG_LINK },
};

enum state { HEADER, CONTENT, EXTENDED, PADDING, ENDED };

struct tarcheck {
	uint64_t max_entries;
	struct members *members;
	struct findings *findings;
	enum state state;
	enum kind kind;			/* of the extended header */
	uint64_t left;			/* of content or padding */
	uint64_t headers;
	struct buf block;		/* what is there of a header */
	struct buf extended, name, shown;
	unsigned seen;			/* kinds of extended header before it */
	bool has_name, has_size;	/* given by an extended header */
	uint64_t size;
};

struct tarcheck *
tarcheck_new(uint64_t max_entries, struct members *l, struct findings *f)
{
	struct tarcheck *t = mem_alloc(sizeof *t);

	t->max_entries = max_entries;
	t->members = l;
	t->findings = f;
	return t;
}

void
tarcheck_free(struct tarcheck *t)
{
	if (t == NULL)
		return;
	buf_free(&t->block);
	buf_free(&t->extended);
	buf_free(&t->name);
	buf_free(&t->shown);
	free(t);
}

static void
next_member(struct tarcheck *t)
{
	t->state = HEADER;
	t->seen = 0;
	t->has_name = t->has_size = false;
	buf_reset(&t->name);
}

static int
refuse(struct tarcheck *t, enum finding_code code, const char *what)
{
	const struct members *l = t->members;
	const struct member *last = l->n > 0 ? &l->v[l->n - 1] : NULL;

	buf_reset(&t->shown);
	if (last != NULL)
		member_show(&t->shown, last->name, last->name_len);
	findings_add(t->findings, code, NULL, 0, NULL, "%s%s%s", what,
	    last != NULL ? ", after " : "", buf_text(&t->shown));
	return -1;
}

static bool
all_zero(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Octal digits between blanks, or base 256; -1 when it is neither. */
static int
number(const unsigned char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	if (p[0] == 0x80) {
		for (i = 1; i < n; i++) {
			if (v >> (SIZE_BITS_MAX - 8) != 0)
				return -1;
			v = v << 8 | p[i];
		}
		*out = v;
		return 0;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	*out = v;
	return 0;
}

bool
tarcheck_sum_ok(const void *block)
{
	const unsigned char *h = block;
	uint64_t want, sum = 0;

	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= SUM && i < SUM + SUM_LEN ? ' ' : h[i];
	return number(h + SUM, SUM_LEN, &want) == 0 && want == sum;
}

static void
header_name(struct tarcheck *t, const unsigned char *h)
{
	const char *s = (const char *)h;

	if (memcmp(s + MAGIC, "ustar", MAGIC_LEN) == 0 && s[PREFIX] != '\0') {
		buf_add(&t->name, s + PREFIX, strnlen(s + PREFIX, PREFIX_LEN));
		buf_char(&t->name, '/');
	}
	buf_add(&t->name, s + NAME, strnlen(s + NAME, NAME_LEN));
}

static bool
ends_in_slash(const struct buf *name)
{
	return name->len > 0 && name->p[name->len - 1] == '/';
}

static int
member(struct tarcheck *t, const unsigned char *h, enum kind kind,
    uint64_t size)
{
	struct member *m;

	if (!t->has_name)
		header_name(t, h);
	if (t->has_size)
		size = t->size;
	if (kind == FILE_HERE && ends_in_slash(&t->name) && size != 0)
		return refuse(t, F_ENTRY_TYPE, "a folder with content");
	if (kind != FILE_HERE && size != 0)
		return refuse(t, F_PACKAGE_FORMAT,
		    "a link or folder with content");
	m = members_add(t->members, buf_text(&t->name), t->name.len);
	m->type = kind == FILE_HERE && ends_in_slash(&t->name) ?
	    MEMBER_FOLDER : (enum member_type)kind;
	m->size = size;
	next_member(t);
	t->left = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	t->state = t->left > 0 ? CONTENT : HEADER;
	return 0;
}

static int
extended(struct tarcheck *t, enum kind kind, uint64_t size)
{
	if ((t->seen & 1u << kind) != 0)
		return refuse(t, F_PACKAGE_LAYOUT,
		    "two extended headers of a kind for one entry");
	if (size == 0 || size > EXTENDED_MAX)
		return refuse(t, F_PACKAGE_FORMAT,
		    "an extended header that is empty or too large");
	t->seen |= 1u << kind;
	t->kind = kind;
	t->left = size;
	t->state = EXTENDED;
	buf_reset(&t->extended);
	return 0;
}

static bool
lookup(unsigned char flag, enum kind *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if ((unsigned char)kinds[i].flag == flag) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

static int
header(struct tarcheck *t, const unsigned char *h)
{
	enum kind kind;
	uint64_t size;

	if (all_zero(h, TAR_BLOCK)) {
		t->state = ENDED;
		return t->seen == 0 ? 0 : refuse(t, F_PACKAGE_TRUNCATED,
		    "an extended header without its entry");
	}
	if (!tarcheck_sum_ok(h) || number(h + SIZE, SIZE_LEN, &size) == -1)
		return t->headers == 0 ?
		    refuse(t, F_PACKAGE_FORMAT, "there is no tar inside") :
		    refuse(t, F_PACKAGE_UNREADABLE, "a damaged tar header");
	if (++t->headers > t->max_entries * HEADERS_MAX ||
	    t->members->n >= t->max_entries)
		return refuse(t, F_PACKAGE_TOO_MANY_ENTRIES,
		    "more entries than are allowed");
	if (!lookup(h[FLAG], &kind))
		return refuse(t, F_PACKAGE_FORMAT,
		    "a sparse file, or another tar feature that is not taken");
	return kind >= PAX ? extended(t, kind, size) :
	    member(t, h, kind, size);
}

static int
take_name(struct tarcheck *t, const char *name, size_t n)
{
	if (t->has_name)
		return refuse(t, F_PACKAGE_LAYOUT,
		    "two long names for one entry");
	buf_add(&t->name, name, n);
	t->has_name = true;
	return 0;
}

static int
pax(struct tarcheck *t)
{
	struct pax x;
	enum finding_code code;
	const char *why = pax_parse(&x, buf_text(&t->extended),
	    t->extended.len, t->kind == PAX_GLOBAL, &code);

	if (why != NULL)
		return refuse(t, code, why);
	if (x.has_size) {
		t->has_size = true;
		t->size = x.size;
	}
	return x.path != NULL ? take_name(t, x.path, x.path_len) : 0;
}

/* GNU tar ends the name with one NUL; another one is part of it. */
static int
long_name(struct tarcheck *t)
{
	size_t n = t->extended.len;

	if (n > 0 && t->extended.p[n - 1] == '\0')
		n--;
	return take_name(t, buf_text(&t->extended), n);
}

static int
finish_extended(struct tarcheck *t)
{
	t->left = (TAR_BLOCK - t->extended.len % TAR_BLOCK) % TAR_BLOCK;
	t->state = t->left > 0 ? PADDING : HEADER;
	switch (t->kind) {
	case PAX:
	case PAX_GLOBAL:
		return pax(t);
	case LONG_NAME:
		return long_name(t);
	default:
		return 0;
	}
}

static size_t
least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* Each takes what it needs of n bytes at p and says how much, or 0. */
static size_t
feed_header(struct tarcheck *t, const unsigned char *p, size_t n)
{
	size_t k = least(TAR_BLOCK - t->block.len, n);

	if (k == TAR_BLOCK)
		return header(t, p) == 0 ? k : 0;
	buf_add(&t->block, p, k);
	if (t->block.len < TAR_BLOCK)
		return k;
	if (header(t, (const unsigned char *)t->block.p) == -1)
		return 0;
	buf_reset(&t->block);
	return k;
}

static size_t
feed_extended(struct tarcheck *t, const unsigned char *p, size_t n)
{
	size_t k = least(t->left, n);

	buf_add(&t->extended, p, k);
	t->left -= k;
	return t->left > 0 || finish_extended(t) == 0 ? k : 0;
}

static size_t
feed_content(struct tarcheck *t, size_t n)
{
	size_t k = least(t->left, n);

	t->left -= k;
	if (t->left == 0)
		t->state = HEADER;
	return k;
}

static size_t
feed_end(struct tarcheck *t, const unsigned char *p, size_t n)
{
	if (all_zero(p, n))
		return n;
	refuse(t, F_PACKAGE_LAYOUT, "bytes follow the end of the tar");
	return 0;
}

static size_t
feed(struct tarcheck *t, const unsigned char *p, size_t n)
{
	switch (t->state) {
	case HEADER:
		return feed_header(t, p, n);
	case EXTENDED:
		return feed_extended(t, p, n);
	case CONTENT:
	case PADDING:
		return feed_content(t, n);
	case ENDED:
		break;
	}
	return feed_end(t, p, n);
}

int
tarcheck_feed(struct tarcheck *t, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t k;

	for (; n > 0; p += k, n -= k)
		if ((k = feed(t, p, n)) == 0)
			return -1;
	return 0;
}

int
tarcheck_end(struct tarcheck *t)
{
	if (t->state == ENDED)
		return 0;
	if (t->headers == 0)
		return refuse(t, F_PACKAGE_FORMAT, "there is no tar inside");
	return refuse(t, F_PACKAGE_TRUNCATED, "the tar breaks off");
}
