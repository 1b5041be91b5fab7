#include "tests/torture/starve.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/mem.h"

struct starve {
	char path[PATH_MAX];
	volatile struct starve_page *page;
};

struct starve *
starve_new(const char *path)
{
	struct starve *s = mem_alloc(sizeof *s);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p;

	snprintf(s->path, sizeof s->path, "%s", path);
	if (fd == -1 || ftruncate(fd, sizeof *s->page) == -1)
		abort();
	p = mmap(NULL, sizeof *s->page, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (p == MAP_FAILED)
		abort();
	s->page = p;
	close(fd);
	starve_set(s, -1, false);
	return s;
}

void
starve_free(struct starve *s)
{
	if (s != NULL)
		munmap((void *)(unsigned long)s->page, sizeof *s->page);
	free(s);
}

const char *
starve_path(const struct starve *s)
{
	return s->path;
}

void
starve_set(struct starve *s, long at, bool for_ever)
{
	*s->page = (struct starve_page){ .at = at, .for_ever = for_ever };
}

bool
starve_hit(const struct starve *s)
{
	return s->page->hit > 0;
}
