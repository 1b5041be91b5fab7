#include "tests/scratch.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/mem.h"

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* In memory where there is such a place: hundreds of syncs are made. */
struct scratch *
scratch_new(void)
{
	struct scratch *s = mem_alloc(sizeof *s);

	snprintf(s->dir, sizeof s->dir, "/dev/shm/flerapp-test.XXXXXX");
	if (mkdtemp(s->dir) == NULL) {
		snprintf(s->dir, sizeof s->dir, "/tmp/flerapp-test.XXXXXX");
		must(mkdtemp(s->dir) != NULL, "mkdtemp");
	}
	snprintf(s->conf.spool.root, sizeof s->conf.spool.root, "%s", s->dir);
	s->conf.packages.max_bytes = 1 << 20;
	return s;
}

void
scratch_free(struct scratch *s)
{
	struct err e;

	must(fsx_remove_tree(AT_FDCWD, s->dir, &e) == 0, s->dir);
	free(s);
}

void
scratch_path(const struct scratch *s, char *to, size_t room, const char *path)
{
	snprintf(to, room, "%s/%s", s->dir, path);
}

void
scratch_put(const struct scratch *s, const char *path, const char *text)
{
	char full[512];
	FILE *f;

	for (const char *p = path; (p = strchr(p, '/')) != NULL; p++) {
		snprintf(full, sizeof full, "%s/%.*s", s->dir,
		    (int)(p - path), path);
		mkdir(full, 0750);
	}
	scratch_path(s, full, sizeof full, path);
	f = fopen(full, "we");
	must(f != NULL, full);
	fputs(text, f);
	must(fclose(f) == 0, full);
}

void
scratch_read(const struct scratch *s, const char *path, struct buf *b)
{
	char full[512];
	struct err e;

	scratch_path(s, full, sizeof full, path);
	buf_reset(b);
	must(fsx_read(AT_FDCWD, full, 1 << 30, b, &e) == 0, full);
}

bool
scratch_has(const struct scratch *s, const char *path)
{
	char full[512];
	struct stat st;

	scratch_path(s, full, sizeof full, path);
	return lstat(full, &st) == 0;
}

/* Digits in the shape of a point in time, or of a day, become T. */
static size_t
time_like(const char *s)
{
	static const char *const shapes[] =
	    { "dddd-dd-ddTdd:dd:ddZ", "dddd-dd-dd", NULL };

	for (int i = 0; shapes[i] != NULL; i++) {
		size_t k = 0;

		while (shapes[i][k] != '\0' && s[k] != '\0' &&
		    (shapes[i][k] == 'd' ? isdigit((unsigned char)s[k]) :
		    s[k] == shapes[i][k]))
			k++;
		if (shapes[i][k] == '\0')
			return k;
	}
	return 0;
}

static void
add_timeless(struct buf *b, const char *s, size_t n)
{
	size_t k;

	for (size_t i = 0; i < n; i += k) {
		k = time_like(s + i);
		if (k > 0)
			buf_char(b, 'T');
		else
			buf_add(b, s + i, k = 1);
	}
}

/* One whose rights were taken away is still ours. */
static void
add_file(struct buf *b, int dir, const char *name)
{
	struct buf text = { 0 };
	struct err e;

	if (faccessat(dir, name, R_OK, 0) == -1)
		must(fchmodat(dir, name, 0600, 0) == 0, name);
	must(fsx_read(dir, name, 1 << 30, &text, &e) == 0, name);
	buf_str(b, " = ");
	add_timeless(b, buf_text(&text), text.len);
	buf_char(b, '\n');
	buf_free(&text);
}

static bool
left_out(const char *path, const char *name)
{
	size_t n = strlen(name);

	return strcmp(path, "ledger") == 0 ||
	    (n > 5 && strcmp(name + n - 5, ".lock") == 0);
}

static void
add_folder(struct buf *b, int parent, const char *name, const char *path)
{
	struct fsx_list l = { 0 };
	char below[1024];
	struct stat st;
	struct err e;
	int dir = fsx_dir(parent, name, &e);

	must(dir != -1 && fsx_list(dir, &l, &e) == 0, path);
	for (size_t i = 0; i < l.n; i++) {
		if (left_out(path, l.v[i]))
			continue;
		snprintf(below, sizeof below, "%s%s%s", path,
		    *path != '\0' ? "/" : "", l.v[i]);
		must(fstatat(dir, l.v[i], &st, AT_SYMLINK_NOFOLLOW) == 0,
		    below);
		add_timeless(b, below, strlen(below));
		if (S_ISREG(st.st_mode))
			add_file(b, dir, l.v[i]);
		else
			buf_str(b, "/\n");
		if (S_ISDIR(st.st_mode))
			add_folder(b, dir, l.v[i], below);
	}
	fsx_list_free(&l);
	close(dir);
}

void
scratch_tree(const struct scratch *s, struct buf *b)
{
	buf_reset(b);
	add_folder(b, AT_FDCWD, s->dir, "");
}

static void
take_below(const struct scratch *s, int parent, const char *name, int depth)
{
	struct fsx_list l = { 0 };
	char to[512];
	struct err e;
	int dir = fsx_dir(parent, name, &e);

	must(dir != -1 && fsx_list(dir, &l, &e) == 0, name);
	for (size_t i = 0; i < l.n; i++) {
		if (depth > 1) {
			take_below(s, dir, l.v[i], depth - 1);
		} else if (l.v[i][0] != '.') {
			snprintf(to, sizeof to, "%s/taken/%s", s->dir,
			    l.v[i]);
			/* EEXIST here: the owner was given it twice. */
			must(renameat2(dir, l.v[i], AT_FDCWD, to,
			    RENAME_NOREPLACE) == 0, to);
		}
	}
	fsx_list_free(&l);
	close(dir);
}

void
scratch_take_outbox(const struct scratch *s)
{
	char path[512];

	scratch_path(s, path, sizeof path, "taken");
	mkdir(path, 0750);
	scratch_path(s, path, sizeof path, "outbox");
	if (scratch_has(s, "outbox"))
		take_below(s, AT_FDCWD, path, 4);
}
