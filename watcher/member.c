#include "watcher/member.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/mem.h"
#include "spool/text.h"

struct member *
members_add(struct members *l, const char *name, size_t n)
{
	struct member *m;

	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	m = &l->v[l->n++];
	*m = (struct member){ .name = arena_dupn(&l->arena, name, n),
	    .name_len = n };
	return m;
}

void
members_reset(struct members *l)
{
	arena_reset(&l->arena);
	l->n = 0;
}

void
members_free(struct members *l)
{
	arena_free(&l->arena);
	free(l->v);
	*l = (struct members){ 0 };
}

void
member_show(struct buf *b, const char *name, size_t n)
{
	size_t end = n;

	if (n > MEMBER_SHOWN) {
		end = MEMBER_SHOWN;
		while (end > 0 && ((unsigned char)name[end] & 0xc0) == 0x80)
			end--;
	}
	text_show(b, name, end);
	if (end < n)
		buf_str(b, "...");
}
