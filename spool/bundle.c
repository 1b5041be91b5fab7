#include "spool/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/mem.h"
#include "spool/stored.h"

struct mapped {
	void *data;
	size_t size;
};

struct bundle {
	char path[PATH_MAX];
	int dir;			/* -1: it is a zip, files[0] */
	struct mapped *files;
	size_t n, cap;
};

/* Nothing is mapped for an empty file: there is no such mapping. */
static int
map(struct bundle *b, int dir, const char *name, struct err *e)
{
	struct mapped m = { NULL, 0 };
	struct stat st;
	int rc = -1, fd = openat(dir, name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1)
		return err_sys(e, "open %s", name);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_SYSTEM, "%s is no plain file", name);
		goto out;
	}
	m.size = (size_t)st.st_size;
	if (m.size > 0)
		m.data = mmap(NULL, m.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (m.data == MAP_FAILED) {
		err_sys(e, "read %s", name);
		goto out;
	}
	b->files = mem_grow(b->files, &b->cap, b->n + 1, sizeof m);
	b->files[b->n++] = m;
	rc = 0;
out:
	close(fd);
	return rc;
}

struct bundle *
bundle_open(int outbox, const char *path, struct err *e)
{
	struct bundle *b = mem_alloc(sizeof *b);
	char zip[PATH_MAX];
	int rc = 0;

	snprintf(b->path, sizeof b->path, "%s", path);
	snprintf(zip, sizeof zip, "%s.zip", path);
	b->dir = openat(outbox, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    O_NOFOLLOW);
	if (b->dir == -1 && errno == ENOENT)
		rc = map(b, outbox, zip, e);
	else if (b->dir == -1)
		rc = err_sys(e, "open outbox/%s", path);
	if (rc == -1) {
		if (e->sys == ENOENT)
			err_set(e, ERR_NO_INPUT, "not in the outbox any more "
			    "(outbox/%s)", path);
		bundle_free(b);
		return NULL;
	}
	return b;
}

void
bundle_free(struct bundle *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		if (b->files[i].data != NULL)
			munmap(b->files[i].data, b->files[i].size);
	if (b->dir != -1)
		close(b->dir);
	free(b->files);
	free(b);
}

int
bundle_file(struct bundle *b, const char *name, const void **data,
    size_t *size, struct err *e)
{
	if (b->dir == -1) {
		if (b->files[0].size > 0 && stored_find(b->files[0].data,
		    b->files[0].size, name, data, size))
			return 0;
		return err_set(e, ERR_BOOKS, "the zip does not hold %s "
		    "(outbox/%s.zip)", name, b->path);
	}
	if (map(b, b->dir, name, e) == -1)
		return -1;
	*data = b->files[b->n - 1].data;
	*size = b->files[b->n - 1].size;
	return 0;
}

void
bundle_rest(void *bundle)
{
	const struct bundle *b = bundle;

	for (size_t i = 0; i < b->n; i++)
		if (b->files[i].data != NULL)
			madvise(b->files[i].data, b->files[i].size,
			    MADV_DONTNEED);
}
