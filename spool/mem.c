#include "spool/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
mem_exhausted(void)
{
	static const char text[] = "flerapp: out of memory; try: raise the "
	    "memory limit of this service\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);

	(void)n;
	_exit(MEM_EXIT);
}

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		mem_exhausted();
	return p;
}

void *
mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n > 0 ? n : 1);

	if (q == NULL)
		mem_exhausted();
	return q;
}

/* Room for `need` elements of `size` bytes; *cap counts elements. */
void *
mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap > 0 ? *cap : 8;

	if (need <= *cap)
		return p;
	while (n < need) {
		if (n > SIZE_MAX / 2 / size)
			mem_exhausted();
		n *= 2;
	}
	p = mem_resize(p, n * size);
	*cap = n;
	return p;
}

char *
mem_dupn(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	memcpy(p, s, n);
	return p;
}

char *
mem_dup(const char *s)
{
	return s != NULL ? mem_dupn(s, strlen(s)) : NULL;
}
