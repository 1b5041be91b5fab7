#include "spool/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/mem.h"

enum { BLOCK = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t cap;
	alignas(max_align_t) unsigned char bytes[];
};

static void
add_block(struct arena *a, size_t need)
{
	size_t cap = need > BLOCK ? need : BLOCK;
	struct arena_block *b;

	if (cap > SIZE_MAX / 2)
		mem_exhausted();
	b = mem_resize(NULL, sizeof *b + cap);
	b->next = a->head;
	b->cap = cap;
	a->head = b;
	a->used = 0;
	a->total += cap;
}

void *
arena_take(struct arena *a, size_t n)
{
	const size_t unit = alignof(max_align_t);
	void *p;

	if (n > SIZE_MAX / 2)
		mem_exhausted();
	n = (n + unit - 1) / unit * unit;
	if (a->head == NULL || a->head->cap - a->used < n)
		add_block(a, n);
	p = a->head->bytes + a->used;
	a->used += n;
	return p;
}

void *
arena_zero(struct arena *a, size_t n)
{
	return memset(arena_take(a, n), 0, n);
}

char *
arena_dupn(struct arena *a, const char *s, size_t n)
{
	char *p = arena_take(a, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
arena_dup(struct arena *a, const char *s)
{
	return s != NULL ? arena_dupn(a, s, strlen(s)) : NULL;
}

char *
arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	p = arena_take(a, (size_t)(n > 0 ? n : 0) + 1);
	p[0] = '\0';
	if (n > 0)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

char *
arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vfmt(a, fmt, ap);
	va_end(ap);
	return p;
}

/* Keep one block of the usual size: the next package needs it at once. */
void
arena_reset(struct arena *a)
{
	struct arena_block *b, *next, *kept = NULL;

	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		if (kept == NULL && b->cap == BLOCK)
			kept = b;
		else
			free(b);
	}
	if (kept != NULL)
		kept->next = NULL;
	*a = (struct arena){ .head = kept, .total = kept != NULL ? BLOCK : 0 };
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->head);
	*a = (struct arena){ 0 };
}
