#include "spool/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/mem.h"

enum { FILE_MAX = 64 << 20, DEPTH_MAX = 16 };

struct listing {
	const char *dir;
	struct faults *faults;
	char **paths;
	size_t n, cap;
	bool bad;
};

static char *
join(const char *a, const char *b)
{
	struct buf s = { 0 };

	buf_fmt(&s, "%s/%s", a, b);
	return s.p;
}

static void
unreadable(struct listing *l, const char *path)
{
	l->bad = true;
	faults_add(l->faults, path, 0, 0, "cannot be read: %s",
	    strerror(errno));
}

static void
add(struct listing *l, const char *path, int depth)
{
	char *full = join(l->dir, path), *below;
	struct dirent *d;
	struct stat st;
	DIR *dir;

	if (stat(full, &st) == 0 && S_ISREG(st.st_mode)) {
		l->paths = mem_grow(l->paths, &l->cap, l->n + 1,
		    sizeof *l->paths);
		l->paths[l->n++] = mem_dup(path);
	} else if ((dir = depth > 0 ? opendir(full) : NULL) != NULL) {
		while ((errno = 0, d = readdir(dir)) != NULL) {
			if (strcmp(d->d_name, ".") == 0 ||
			    strcmp(d->d_name, "..") == 0)
				continue;
			below = join(path, d->d_name);
			add(l, below, depth - 1);
			free(below);
		}
		if (errno != 0)
			unreadable(l, path);
		closedir(dir);
	} else {
		unreadable(l, path);
	}
	free(full);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
hash_file(struct listing *l, const char *path, struct buf *lines)
{
	char *full = join(l->dir, path), hex[DIGEST_HEX + 1];
	struct buf bytes = { 0 };
	struct err e;

	if (fsx_read(AT_FDCWD, full, FILE_MAX, &bytes, &e) == 0) {
		digest_hex_of(buf_text(&bytes), bytes.len, hex);
		buf_fmt(lines, "%s  %s\n", hex, path);
	} else {
		l->bad = true;
		faults_add(l->faults, path, 0, 0, "%s", e.text);
	}
	buf_free(&bytes);
	free(full);
}

static int
list(const char *dir, const char *const *folders, size_t n,
    struct buf *lines, struct faults *f)
{
	struct listing l = { .dir = dir, .faults = f };

	for (size_t i = 0; i < n; i++)
		add(&l, folders[i], DEPTH_MAX);
	if (l.n > 0)
		qsort(l.paths, l.n, sizeof *l.paths, by_bytes);
	for (size_t i = 0; i < l.n; i++)
		if (i == 0 || strcmp(l.paths[i], l.paths[i - 1]) != 0)
			hash_file(&l, l.paths[i], lines);
	for (size_t i = 0; i < l.n; i++)
		free(l.paths[i]);
	free(l.paths);
	return l.bad ? -1 : 0;
}

int
listing_hash(const char *dir, const char *const *folders, size_t n,
    char sha256[DIGEST_HEX + 1], struct faults *f)
{
	struct buf lines = { 0 };
	int rc = list(dir, folders, n, &lines, f);

	digest_hex_of(buf_text(&lines), lines.len, sha256);
	buf_free(&lines);
	return rc;
}

static bool
has_folder(const char *dir, const char *name, struct faults *f)
{
	char *full = join(dir, name);
	struct err e;
	int there = fsx_there(full, S_IFDIR, &e);

	if (there == -1)
		faults_add(f, name, 0, 0, "%s", e.text);
	free(full);
	return there == 1;
}

int
listing_config(const char *dir, struct buf *lines, struct faults *f)
{
	static const char *const all[] = { "apps", "routes" };
	const char *folders[2];
	size_t n = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (has_folder(dir, all[i], f))
			folders[n++] = all[i];
	return list(dir, folders, n, lines, f);
}
