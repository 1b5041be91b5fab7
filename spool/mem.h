#ifndef SPOOL_MEM_H
#define SPOOL_MEM_H

#include <stddef.h>

/*
 * mem: memory that is there or ends the process.
 *
 * Work that was not committed is done anew after a restart, so a process that
 * is out of memory stops at once (exit MEM_EXIT) and never goes on with a
 * half-made answer.  All sizes are in bytes; what comes back is freed with
 * free(3).
 */

enum { MEM_EXIT = 71 };

void *mem_alloc(size_t n);			/* zeroed */
void *mem_resize(void *p, size_t n);		/* as realloc(3) */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);
char *mem_dup(const char *s);			/* NULL gives NULL */
char *mem_dupn(const char *s, size_t n);	/* n bytes and a NUL */
void mem_exhausted(void) __attribute__((noreturn));

#endif
