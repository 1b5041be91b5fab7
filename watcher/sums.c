#include "watcher/sums.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/id.h"
#include "spool/mem.h"

enum { LINE_HEAD = DIGEST_HEX + 2 };	/* hex, a blank, a blank or * */

/* "hex  path" in n bytes without its line end. */
static bool
parse_line(struct sum *s, struct arena *a, const char *line, size_t n)
{
	if (n <= LINE_HEAD || line[DIGEST_HEX] != ' ' ||
	    (line[DIGEST_HEX + 1] != ' ' && line[DIGEST_HEX + 1] != '*') ||
	    memchr(line, '\0', n) != NULL || memchr(line, '\r', n) != NULL)
		return false;
	memcpy(s->hex, line, DIGEST_HEX);
	s->hex[DIGEST_HEX] = '\0';
	s->seen = false;
	line += LINE_HEAD;
	n -= LINE_HEAD;
	if (n > 2 && memcmp(line, "./", 2) == 0) {
		line += 2;
		n -= 2;
	}
	s->path = arena_dupn(a, line, n);
	return id_hex_ok(s->hex, DIGEST_HEX);
}

static size_t
count_lines(const char *text, size_t n)
{
	size_t lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

static int
by_path(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static bool
is_new(void **tree, const struct sum *s)
{
	const struct sum **slot = tsearch(s, tree, by_path);

	if (slot == NULL)
		mem_exhausted();
	return *slot == s;
}

/* The tree borrows what it holds. */
static void
keep(void *sum)
{
	(void)sum;
}

static int
parse_lines(struct sums *l, struct arena *a, const char *text, size_t n,
    void **tree)
{
	const char *end = text + n, *stop;

	for (; text < end; text = stop + 1) {
		struct sum *s = &l->v[l->n];

		l->bad_line = (long)l->n + 1;
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		if (!parse_line(s, a, text, (size_t)(stop - text)) ||
		    !is_new(tree, s))
			return -1;
		l->n++;
	}
	return 0;
}

int
sums_parse(struct sums *l, struct arena *a, const char *text, size_t n)
{
	void *tree = NULL;
	int rc = -1;

	*l = (struct sums){ .bad_line = 1 };
	if (n == 0 || n > SUMS_MAX_BYTES)
		return -1;
	l->v = arena_take(a, count_lines(text, n) * sizeof *l->v);
	if (parse_lines(l, a, text, n, &tree) == -1) {
		l->n = 0;
		goto out;
	}
	qsort(l->v, l->n, sizeof *l->v, by_path);
	l->bad_line = 0;
	rc = 0;
out:
	tdestroy(tree, keep);
	return rc;
}

struct sum *
sums_find(const struct sums *l, const char *path)
{
	struct sum key = { .path = path };

	return l->n > 0 ? bsearch(&key, l->v, l->n, sizeof *l->v, by_path) :
	    NULL;
}
