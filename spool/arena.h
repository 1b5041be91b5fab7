#ifndef SPOOL_ARENA_H
#define SPOOL_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * arena: memory that is given back all at once.
 *
 * Everything that belongs to one package lives in its arena; arena_reset()
 * forgets it and keeps one block for the next.  A zeroed struct is an empty
 * arena.  What comes back is aligned for any type and not zeroed, but for
 * arena_zero().
 */

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used, total;		/* in the head; in all blocks */
};

void *arena_take(struct arena *, size_t);
void *arena_zero(struct arena *, size_t);
char *arena_dup(struct arena *, const char *);	/* NULL gives NULL */
char *arena_dupn(struct arena *, const char *, size_t);
char *arena_fmt(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vfmt(struct arena *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));
void arena_reset(struct arena *);
void arena_free(struct arena *);

#endif
