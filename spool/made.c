#include "spool/made.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/spool.h"

enum { PATH_ROOM = 512 };

static bool
file_ok(int dir, const char *name, uint64_t size)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    (uint64_t)st.st_size == size;
}

static int
check_folder(int dir, const struct made *m, bool *ok, struct err *e)
{
	struct fsx_list names = { 0 };
	int rc = -1, fd;

	*ok = false;
	fd = openat(dir, m->from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ?
		    0 : err_sys(e, "open what a worker made");
	if (fsx_list(fd, &names, e) == -1)
		goto out;
	*ok = names.n == m->n_files;
	for (size_t i = 0; *ok && i < m->n_files; i++)
		*ok = file_ok(fd, m->files[i].name, m->files[i].size);
	rc = 0;
out:
	fsx_list_free(&names);
	close(fd);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	const struct made *x = *(const struct made *const *)a;
	const struct made *y = *(const struct made *const *)b;
	int c = strcmp(x->key, y->key);

	if (c == 0)
		c = strcmp(x->owner, y->owner);
	return c != 0 ? c : strcmp(x->app, y->app);
}

static int
by_from(const void *a, const void *b)
{
	const struct made *x = *(const struct made *const *)a;
	const struct made *y = *(const struct made *const *)b;

	return strcmp(x->from, y->from);
}

static bool
any_twice(const struct answer *a, int (*order)(const void *, const void *))
{
	const struct made **v;
	bool twice = false;

	if (a->n_made < 2)
		return false;
	v = mem_alloc(a->n_made * sizeof *v);
	for (size_t i = 0; i < a->n_made; i++)
		v[i] = &a->made[i];
	qsort(v, a->n_made, sizeof *v, order);
	for (size_t i = 1; !twice && i < a->n_made; i++)
		twice = order(&v[i - 1], &v[i]) == 0;
	free(v);
	return twice;
}

/* A file may be named twice in the list while another lies there unnamed. */
static bool
names_twice(const struct made *m)
{
	for (size_t i = 0; i < m->n_files; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(m->files[i].name, m->files[k].name) == 0)
				return true;
	return false;
}

int
made_check(int dir, const struct answer *a, const char **wrong,
    struct err *e)
{
	bool ok;

	*wrong = NULL;
	if (a->n_made == 0)
		*wrong = "nothing was made";
	else if (any_twice(a, by_path))
		*wrong = "one instance was made twice";
	else if (any_twice(a, by_from))
		*wrong = "one folder was named for two instances";
	for (size_t i = 0; *wrong == NULL && i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		if (m->zip)
			ok = m->n_files == 1 &&
			    file_ok(dir, m->from, m->files[0].size);
		else if (names_twice(m))
			ok = false;
		else if (check_folder(dir, m, &ok, e) == -1)
			return -1;
		if (!ok)
			*wrong = "the files are not those it named";
	}
	return 0;
}

/* Also under the name it would have for a moment: both must be free. */
static bool
key_taken(const struct spool *s, const struct made *m)
{
	const char *ext = m->zip ? ".zip" : "";
	char path[PATH_ROOM];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s/%s%s", m->app, m->owner, m->key,
	    ext);
	if (fstatat(s->dir[PLACE_OUTBOX], path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	snprintf(path, sizeof path, "%s/%s/.%s%s", m->app, m->owner, m->key,
	    ext);
	return fstatat(s->dir[PLACE_OUTBOX], path, &st,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

int
made_outbox(const struct spool *s, const struct answer *a,
    const char **taken, struct err *e)
{
	const int outbox = s->dir[PLACE_OUTBOX];
	char path[PATH_ROOM];

	*taken = NULL;
	for (size_t i = 0; *taken == NULL && i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		snprintf(path, sizeof path, "%s/%s", m->app, m->owner);
		if (faccessat(outbox, path, W_OK | X_OK, AT_EACCESS) == -1 &&
		    (errno != ENOENT || fsx_make_path(outbox, path, e) == -1 ||
		    faccessat(outbox, path, W_OK | X_OK, AT_EACCESS) == -1))
			return err_sys(e, "write to %s/outbox/%s", s->path,
			    path);
		if (key_taken(s, m))
			*taken = m->key;
	}
	return 0;
}
