#include "spool/fsx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/mem.h"

enum { FILE_MODE = 0640, DIR_MODE = 0750, CHUNK = 64 * 1024, DEPTH = 16 };

static int
looked(int rc, const char *name, struct err *e)
{
	if (rc == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 :
	    err_sys(e, "look at %s", name);
}

int
fsx_look(int dir, const char *name, struct stat *st, struct err *e)
{
	return looked(fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW), name, e);
}

int
fsx_there(const char *path, mode_t type, struct err *e)
{
	struct stat st;
	int rc = looked(stat(path, &st), path, e);

	return rc == 1 && (st.st_mode & S_IFMT) != type ? 0 : rc;
}

int
fsx_read(int dir, const char *name, size_t most, struct buf *b, struct err *e)
{
	int fd, rc = -1;
	ssize_t n;
	size_t start = b->len;

	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return err_sys(e, "open %s", name);
	do {
		buf_reserve(b, CHUNK);
		n = read(fd, b->p + b->len, CHUNK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_sys(e, "read %s", name);
			goto out;
		}
		b->len += (size_t)n;
		b->p[b->len] = '\0';
		if (b->len - start > most) {
			err_set(e, ERR_DATA, "%s is larger than %zu bytes",
			    name, most);
			goto out;
		}
	} while (n != 0);
	rc = 0;
out:
	close(fd);
	return rc;
}

int
fsx_make_dir(int dir, const char *name, struct err *e)
{
	if (mkdirat(dir, name, DIR_MODE) == -1 && errno != EEXIST)
		return err_sys(e, "make folder %s", name);
	return 0;
}

int
fsx_open_dir(int dir, const char *name, struct err *e)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = openat(dir, name, flags);

	if (fd == -1 && errno == ENOENT) {
		if (fsx_make_dir(dir, name, e) == -1)
			return -1;
		fd = openat(dir, name, flags);
	}
	if (fd == -1)
		err_sys(e, "open folder %s", name);
	return fd;
}

int
fsx_dir(int dir, const char *name, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd == -1 ? err_sys(e, "open folder %s", name) : fd;
}

int
fsx_make_path(int dir, const char *path, struct err *e)
{
	char part[PATH_MAX];
	size_t n = 0;

	do {
		n += strcspn(path + n, "/");
		if (n >= sizeof part)
			return err_set(e, ERR_BUG, "path %s", path);
		memcpy(part, path, n);
		part[n] = '\0';
		if (fsx_make_dir(dir, part, e) == -1)
			return -1;
	} while (path[n++] == '/');
	return 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
fsx_list(int dir, struct fsx_list *l, struct err *e)
{
	struct dirent *d;
	DIR *list = NULL;
	int rc = -1, fd = fsx_dir(dir, ".", e);

	if (fd == -1)
		return -1;
	if ((list = fdopendir(fd)) == NULL) {
		close(fd);
		return err_sys(e, "read folder");
	}
	while (errno = 0, (d = readdir(list)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0)
			continue;
		l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] = mem_dup(d->d_name);
	}
	if (errno != 0) {
		err_sys(e, "read folder");
		goto out;
	}
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, by_bytes);
	rc = 0;
out:
	closedir(list);
	return rc;
}

void
fsx_list_free(struct fsx_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct fsx_list){ .n = 0 };
}

int
fsx_write(int fd, const void *data, size_t n, struct err *e)
{
	const char *p = data;
	ssize_t k;

	while (n > 0) {
		k = write(fd, p, n);
		if (k == -1 && errno == EINTR)
			continue;
		if (k == -1)
			return err_sys(e, "write");
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

int
fsx_put(int dir, const char *name, const void *data, size_t n, struct err *e)
{
	int fd, rc = -1;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, FILE_MODE);
	if (fd == -1)
		return err_sys(e, "create %s", name);
	rc = fsx_write(fd, data, n, e);
	if (close(fd) == -1 && errno != EINTR && rc == 0)
		rc = err_sys(e, "close %s", name);
	if (rc == -1)
		unlinkat(dir, name, 0);
	return rc;
}

int
fsx_replace(int dir, const char *name, const void *data, size_t n,
    struct err *e)
{
	char temp[NAME_MAX + 1];

	if (snprintf(temp, sizeof temp, ".%.*s", NAME_MAX - 1, name) < 0)
		return err_set(e, ERR_BUG, "name %s", name);
	if (unlinkat(dir, temp, 0) == -1 && errno != ENOENT)
		return err_sys(e, "remove %s", temp);
	if (fsx_put(dir, temp, data, n, e) == -1)
		return -1;
	return fsx_rename(dir, temp, dir, name, e);
}

static int
put_synced(int dir, const char *name, const void *data, size_t n,
    struct err *e)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, FILE_MODE);
	int rc;

	if (fd == -1)
		return err_sys(e, "create %s", name);
	rc = fsx_write(fd, data, n, e);
	if (rc == 0)
		rc = fsx_sync(fd, name, e);
	close(fd);
	return rc;
}

int
fsx_keep(int dir, const char *name, const void *data, size_t n,
    struct err *e)
{
	char temp[NAME_MAX + 1];

	if (snprintf(temp, sizeof temp, ".%.*s", NAME_MAX - 1, name) < 0)
		return err_set(e, ERR_BUG, "name %s", name);
	/* What is there was left by one that was killed. */
	if (fsx_unlink(dir, temp, e) == -1 ||
	    put_synced(dir, temp, data, n, e) == -1 ||
	    fsx_rename(dir, temp, dir, name, e) == -1)
		return -1;
	return fsx_sync(dir, name, e);
}

int
fsx_rename(int from, const char *name, int to, const char *new_name,
    struct err *e)
{
	if (renameat(from, name, to, new_name) == -1)
		return err_sys(e, "move %s to %s", name, new_name);
	return 0;
}

int
fsx_rename_new(int from, const char *name, int to, const char *new_name,
    struct err *e)
{
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) == -1)
		return err_sys(e, "move %s to %s", name, new_name);
	return 0;
}

int
fsx_unlink(int dir, const char *name, struct err *e)
{
	if (unlinkat(dir, name, 0) == -1 && errno != ENOENT)
		return err_sys(e, "remove %s", name);
	return 0;
}

/* A tree under removal: what lies too deep is lifted up to its top. */
struct removal {
	int top;
	unsigned lifted;
};

/* Its maker may have left us no rights to what is ours all the same. */
static int
open_to_remove(int dir, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags);

	if (fd == -1 && errno == EACCES &&
	    fchmodat(dir, name, S_IRWXU, 0) == 0)
		fd = openat(dir, name, flags);
	return fd;
}

static int
unlink_entry(int dir, const char *name, int flags)
{
	int rc = unlinkat(dir, name, flags);

	if (rc == -1 && errno == EACCES && fchmod(dir, S_IRWXU) == 0)
		rc = unlinkat(dir, name, flags);
	return rc;
}

static int
lift(struct removal *r, int dir, const char *name, struct err *e)
{
	char new_name[32];
	int rc;

	if (fchmodat(dir, name, S_IRWXU, 0) == -1)
		return err_sys(e, "remove folder %s", name);
	do {
		snprintf(new_name, sizeof new_name, ".lifted-%u",
		    r->lifted++);
		rc = fsx_rename_new(dir, name, r->top, new_name, e);
	} while (rc == -1 && e->sys == EEXIST);
	return rc;
}

static int remove_folder(struct removal *, int dir, const char *name,
    int depth, struct err *);

static int
remove_entries(struct removal *r, int fd, int depth, struct err *e)
{
	struct dirent *d;
	DIR *list = fdopendir(fd);
	int rc = 0;

	if (list == NULL) {
		close(fd);
		return err_sys(e, "read folder");
	}
	while (rc == 0 && (errno = 0, d = readdir(list)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0 ||
		    unlink_entry(fd, d->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			rc = err_sys(e, "remove %s", d->d_name);
		else if (depth == 0)
			rc = lift(r, fd, d->d_name, e);
		else
			rc = remove_folder(r, fd, d->d_name, depth - 1, e);
	}
	if (rc == 0 && errno != 0)
		rc = err_sys(e, "read folder");
	closedir(list);
	return rc;
}

static int
remove_folder(struct removal *r, int dir, const char *name, int depth,
    struct err *e)
{
	int fd = open_to_remove(dir, name);

	if (fd == -1)
		return err_sys(e, "open folder %s", name);
	if (remove_entries(r, fd, depth, e) == -1)
		return -1;
	return unlink_entry(dir, name, AT_REMOVEDIR) == 0 ? 0 :
	    err_sys(e, "remove folder %s", name);
}

/* As deep as it may be: each round lifts what the one before did not reach. */
int
fsx_remove_tree(int dir, const char *name, struct err *e)
{
	struct removal r = { .lifted = 0 };
	unsigned before;
	int rc;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	r.top = open_to_remove(dir, name);
	if (r.top == -1)
		return err_sys(e, "open folder %s", name);
	do {
		before = r.lifted;
		rc = remove_folder(&r, dir, name, DEPTH, e);
	} while (rc == -1 && e->sys == ENOTEMPTY && r.lifted > before);
	close(r.top);
	return rc;
}

int
fsx_lock(int fd, int how)
{
	int rc;

	do {
		rc = flock(fd, how);
	} while (rc == -1 && errno == EINTR);
	return rc;
}

int
fsx_sync(int fd, const char *what, struct err *e)
{
	return fsync(fd) == -1 ? err_sys(e, "sync %s", what) : 0;
}

int
fsx_sync_data(int fd, const char *what, struct err *e)
{
	return fdatasync(fd) == -1 ? err_sys(e, "sync %s", what) : 0;
}

int
fsx_sync_fs(int fd, const char *what, struct err *e)
{
	return syncfs(fd) == -1 ? err_sys(e, "sync %s", what) : 0;
}
