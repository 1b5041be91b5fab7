/*
 * starve.so: see starve.h.  Preloaded, so it stands on glibc's own names
 * for its allocator and asks nothing of anybody.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/torture/starve.h"

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static volatile struct starve_page *page;

static void __attribute__((constructor))
find_page(void)
{
	const char *path = getenv(STARVE_PAGE);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p;

	if (fd == -1)
		return;
	p = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	close(fd);
	if (p != MAP_FAILED)
		page = p;
}

static bool
starved(void)
{
	long n;

	if (page == NULL)
		return false;
	n = page->count++;
	if (page->at < 0 || n < page->at || (n > page->at && !page->for_ever))
		return false;
	page->hit++;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return starved() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return starved() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return starved() ? NULL : __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return starved() ? NULL : __libc_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *q = starved() ? NULL : __libc_memalign(align, n);

	if (q == NULL)
		return ENOMEM;
	*p = q;
	return 0;
}
