#include "spool/earlier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/id.h"
#include "spool/mem.h"

enum { PATH_ROOM = ID_APP_MAX + ID_OWNER_MAX + ID_KEY_MAX + 3,
    CHUNK = 64 * 1024 };

struct earlier {
	struct buf text;		/* its newlines made NUL */
	char **paths;			/* into text, sorted by their keys */
	size_t n, cap;
};

bool
earlier_path_ok(const char *path)
{
	const char *key = strrchr(path, '/'), *owner;
	char text[PATH_ROOM + 1];

	if (key == NULL || strlen(path) > PATH_ROOM ||
	    !id_key_ok(key + 1))
		return false;
	memcpy(text, path, (size_t)(key - path));
	text[key - path] = '\0';
	owner = strrchr(text, '/');
	if (owner == NULL || !id_owner_ok(owner + 1))
		return false;
	text[owner - text] = '\0';
	return id_app_ok(text);
}

/* ------------------------------------------------------ the coordinator's */

/*
 * A worker that was taken over may not change what the next one is told when
 * the package is tried once more.
 */
static int
seal(int fd, struct err *e)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_WRITE) == -1)
		return err_sys(e, "seal a list for a worker");
	return 0;
}

int
earlier_write(const char *const *paths, size_t n, struct err *e)
{
	int fd = memfd_create("earlier", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct buf b = { 0 };
	int rc = 0;

	if (fd == -1)
		return err_sys(e, "make a list for a worker");
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s\n", paths[i]);
	if (b.len > EARLIER_MAX)
		rc = err_set(e, ERR_DATA, "too much was made before: more "
		    "than %d bytes of paths", EARLIER_MAX);
	else if (b.len > 0)
		rc = fsx_write(fd, b.p, b.len, e);
	if (rc == 0)
		rc = seal(fd, e);
	buf_free(&b);
	if (rc == -1)
		close(fd);
	return rc == 0 ? fd : -1;
}

/* ------------------------------------------------------------ the worker's */

static const char *
key_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int
by_key(const void *a, const void *b)
{
	return id_key_order(key_of(*(char *const *)a), key_of(*(char *const *)b));
}

static int
read_text(int fd, struct buf *b, struct err *e)
{
	ssize_t n;

	do {
		buf_reserve(b, CHUNK);
		n = pread(fd, b->p + b->len, CHUNK, (off_t)b->len);
		if (n > 0)
			b->len += (size_t)n;
	} while ((n > 0 && b->len <= EARLIER_MAX) || (n == -1 && errno == EINTR));
	if (n == -1)
		return err_sys(e, "read the list of a replay");
	b->p[b->len] = '\0';
	return b->len <= EARLIER_MAX ? 0 :
	    err_set(e, ERR_BUG, "the list of a replay is too long");
}

static bool
take_lines(struct earlier *x)
{
	char *p = x->text.p, *end = p + x->text.len, *next;

	for (; p < end; p = next + 1) {
		next = memchr(p, '\n', (size_t)(end - p));
		if (next == NULL)
			return false;
		*next = '\0';
		if (strlen(p) != (size_t)(next - p) || !earlier_path_ok(p))
			return false;
		x->paths = mem_grow(x->paths, &x->cap, x->n + 1, sizeof p);
		x->paths[x->n++] = p;
	}
	if (x->n > 1)
		qsort(x->paths, x->n, sizeof *x->paths, by_key);
	for (size_t i = 1; i < x->n; i++)
		if (by_key(&x->paths[i - 1], &x->paths[i]) == 0)
			return false;
	return true;
}

struct earlier *
earlier_read(int fd, struct err *e)
{
	struct earlier *x = mem_alloc(sizeof *x);

	if (read_text(fd, &x->text, e) == 0) {
		if (take_lines(x))
			return x;
		err_set(e, ERR_BUG, "the list of a replay is malformed");
	}
	earlier_free(x);
	return NULL;
}

void
earlier_free(struct earlier *x)
{
	if (x == NULL)
		return;
	free(x->paths);
	buf_free(&x->text);
	free(x);
}

static const char *
find(const struct earlier *x, const char *key)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = id_key_order(key, key_of(x->paths[mid]));

		if (c == 0)
			return x->paths[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const char *
earlier_key(const struct earlier *x, char *key)
{
	const char *before = find(x, key);
	size_t n = id_key_base(key);

	if (before != NULL)
		snprintf(key + n, ID_KEY_MAX + 1 - n, "~%u",
		    id_key_generation(key_of(before)) + 1);
	return before;
}
