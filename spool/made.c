#include "spool/made.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/spool.h"
#include "spool/sum.h"

enum { PATH_ROOM = 512 };

/* What nobody may have: S_ISGID comes from the folder above. */
static const mode_t not_of_file = 07137, not_of_folder = 05027;

/* Beside these errors a folder is not what a sound worker makes. */
static bool
our_fault(int sys)
{
	static const int ours[] = { EIO, ENOSPC, EDQUOT, EROFS, ENOMEM,
	    EMFILE, ENFILE, EINTR };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (sys == ours[i])
			return true;
	return false;
}

/* ---------------------------------------------------------------- a file */

/* Regular, with one name, ours to read, nobody's to run; of this size. */
static bool
stat_ok(const struct stat *st, uint64_t size)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	    (st->st_mode & S_IRUSR) != 0 &&
	    (st->st_mode & not_of_file) == 0 &&
	    (uint64_t)st->st_size == size;
}

/*
 * Who still has the file open for writing could write on when it is long
 * published.  Where we may not ask (no leases here), the hash has to do.
 */
static bool
has_writer(int fd)
{
	return fcntl(fd, F_SETLEASE, F_RDLCK) == -1 && errno == EAGAIN;
}

/* What a lease shuts out, and the bytes; the close lets go of the lease. */
static int
check_bytes(int dir, const char *name, const struct made_file *f,
    struct sum *sum, bool *ok, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	char hex[DIGEST_HEX + 1];
	struct stat st;
	uint64_t size;
	int rc = 0;

	*ok = false;
	if (fd == -1)
		return our_fault(errno) ? err_sys(e, "open what a worker "
		    "made") : 0;
	if (fstat(fd, &st) == -1) {
		rc = err_sys(e, "look at what a worker made");
	} else if (stat_ok(&st, f->size) && !has_writer(fd)) {
		rc = sum_file(sum, fd, f->size, hex, &size);
		if (rc == -1)
			err_sys(e, "read what a worker made");
		*ok = rc == 0 && size == f->size &&
		    strcmp(hex, f->sha256) == 0;
	}
	close(fd);
	return rc;
}

static int
check_file(int dir, const char *name, const struct made_file *f,
    struct sum *sum, bool *ok, struct err *e)
{
	struct stat st;
	int there;

	if (sum != NULL)
		return check_bytes(dir, name, f, sum, ok, e);
	there = fsx_look(dir, name, &st, e);
	*ok = there == 1 && stat_ok(&st, f->size);
	return there == -1 ? -1 : 0;
}

/* -------------------------------------------------------------- a folder */

/* SHA256SUMS is the list that was told, as sha256sum writes it. */
static bool
sums_ok(const struct made *m, struct sum *sum)
{
	const struct made_file *last = &m->files[m->n_files - 1];
	char hex[DIGEST_HEX + 1];
	struct buf b = { 0 };

	for (const struct made_file *f = m->files; f < last; f++)
		buf_fmt(&b, "%s  %s\n", f->sha256, f->name);
	sum_text(sum, buf_text(&b), b.len, hex);
	buf_free(&b);
	return strcmp(hex, last->sha256) == 0;
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

/*
 * Whether there are so many entries and no more; their names come with the
 * files.  A worker can make millions: nobody reads on then.
 */
static int
count_ok(int fd, size_t want, bool *ok, struct err *e)
{
	_Alignas(struct dirent64) char room[4096];
	size_t n = 0;
	ssize_t len = 1;

	want += 2;			/* . and .. */
	while (len > 0 && n <= want) {
		len = getdents64(fd, room, sizeof room);
		for (ssize_t at = 0; at < len; n++)
			at += ((struct dirent64 *)(room + at))->d_reclen;
	}
	*ok = n == want;
	return len == -1 ? err_sys(e, "read what a worker made") : 0;
}

static int
check_files(int fd, const struct made *m, struct sum *sum, bool *ok,
    struct err *e)
{
	int rc = count_ok(fd, m->n_files, ok, e);

	*ok = rc == 0 && *ok && !names_twice(m);
	for (size_t i = 0; rc == 0 && *ok && i < m->n_files; i++)
		rc = check_file(fd, m->files[i].name, &m->files[i], sum, ok,
		    e);
	if (rc == 0 && *ok && sum != NULL)
		*ok = sums_ok(m, sum);
	return rc;
}

static int
check_folder(int dir, const struct made *m, struct sum *sum, bool *ok,
    struct err *e)
{
	struct stat st;
	int rc = 0, fd;

	*ok = false;
	fd = openat(dir, m->from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return our_fault(errno) ? err_sys(e, "open what a worker "
		    "made") : 0;
	if (fstat(fd, &st) == -1)
		rc = err_sys(e, "look at what a worker made");
	else if ((st.st_mode & S_IRWXU) == S_IRWXU &&
	    (st.st_mode & not_of_folder) == 0)
		rc = check_files(fd, m, sum, ok, e);
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

int
made_take(int tmp, const char *work, struct answer *a, unsigned *number,
    const char **wrong, struct err *e)
{
	char from[PATH_ROOM], to[PATH_ROOM];

	*wrong = NULL;
	for (size_t i = 0; *wrong == NULL && i < a->n_made; i++) {
		struct made *m = &a->made[i];
		const char *name = arena_fmt(&a->arena, "%u", (*number)++);

		snprintf(from, sizeof from, "%s/%s", work, m->from);
		snprintf(to, sizeof to, MADE_FOLDER "/%s", name);
		if (fsx_rename_new(tmp, from, tmp, to, e) == 0)
			m->from = name;
		else if (our_fault(e->sys))
			return -1;
		else
			*wrong = "what it made is not where it said";
	}
	return 0;
}

int
made_check(int dir, const struct answer *a, struct sum *sum,
    const char **wrong, struct err *e)
{
	bool ok;
	int rc;

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
			rc = check_file(dir, m->from, &m->files[0], sum, &ok,
			    e);
		else
			rc = check_folder(dir, m, sum, &ok, e);
		if (rc == -1)
			return -1;
		if (!ok)
			*wrong = "the files are not those it named";
	}
	return 0;
}

/* Also under the name it would have for a moment: both must be free. */
static int
key_taken(const struct spool *s, const struct made *m, struct err *e)
{
	const char *ext = m->zip ? ".zip" : "";
	char path[PATH_ROOM];
	struct stat st;
	int there;

	snprintf(path, sizeof path, "%s/%s/%s%s", m->app, m->owner, m->key,
	    ext);
	there = fsx_look(s->dir[PLACE_OUTBOX], path, &st, e);
	if (there != 0)
		return there;
	snprintf(path, sizeof path, "%s/%s/.%s%s", m->app, m->owner, m->key,
	    ext);
	return fsx_look(s->dir[PLACE_OUTBOX], path, &st, e);
}

int
made_outbox(const struct spool *s, const struct answer *a,
    const char **taken, struct err *e)
{
	const int outbox = s->dir[PLACE_OUTBOX];
	char path[PATH_ROOM];
	int there;

	*taken = NULL;
	for (size_t i = 0; *taken == NULL && i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		snprintf(path, sizeof path, "%s/%s", m->app, m->owner);
		if (faccessat(outbox, path, W_OK | X_OK, AT_EACCESS) == -1 &&
		    (errno != ENOENT || fsx_make_path(outbox, path, e) == -1 ||
		    faccessat(outbox, path, W_OK | X_OK, AT_EACCESS) == -1))
			return err_sys(e, "write to %s/outbox/%s", s->path,
			    path);
		there = key_taken(s, m, e);
		if (there == -1)
			return -1;
		if (there == 1)
			*taken = m->key;
	}
	return 0;
}
