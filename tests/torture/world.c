#include "tests/torture/world.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/lines.h"
#include "spool/mem.h"
#include "spool/record.h"

enum { FILE_MAX = 1 << 30, SUM_SHOWN = 16 };

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* ------------------------------------------------------- whole folders */

void
world_remove(const char *dir)
{
	struct err e;

	must(fsx_remove_tree(AT_FDCWD, dir, &e) == 0, dir);
}

static void
copy_file(int from, int to, const char *name, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	struct buf b = { 0 };
	struct err e;

	must(fsx_read(from, name, FILE_MAX, &b, &e) == 0, name);
	must(fsx_put(to, name, buf_text(&b), b.len, &e) == 0, name);
	must(fchmodat(to, name, st->st_mode & 07777, 0) == 0, name);
	must(utimensat(to, name, times, 0) == 0, name);
	buf_free(&b);
}

static void
copy_below(int from, int to)
{
	struct fsx_list l = { 0 };
	struct stat st;
	struct err e;

	must(fsx_list(from, &l, &e) == 0, "list a folder");
	for (size_t i = 0; i < l.n; i++) {
		const char *name = l.v[i];
		int a, b;

		must(fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == 0,
		    name);
		if (!S_ISDIR(st.st_mode)) {
			copy_file(from, to, name, &st);
			continue;
		}
		must(mkdirat(to, name, 0700) == 0, name);
		a = fsx_dir(from, name, &e);
		b = fsx_dir(to, name, &e);
		copy_below(a, b);
		must(fchmod(b, st.st_mode & 07777) == 0, name);
		close(a);
		close(b);
	}
	fsx_list_free(&l);
}

void
world_copy(const char *from, const char *to)
{
	struct err e;
	int a, b;

	must(mkdir(to, 0750) == 0, to);
	a = fsx_dir(AT_FDCWD, from, &e);
	b = fsx_dir(AT_FDCWD, to, &e);
	must(a != -1 && b != -1, from);
	copy_below(a, b);
	close(a);
	close(b);
}

/* -------------------------------------------------------------- a picture */

struct lines {
	char **v;
	size_t n, cap;
};

static void
lines_add(struct lines *l, struct buf *b)
{
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = mem_dup(buf_text(b));
	buf_reset(b);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
lines_end(struct lines *l, struct buf *to)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, by_text);
	buf_reset(to);
	for (size_t i = 0; i < l->n; i++) {
		buf_fmt(to, "%s\n", l->v[i]);
		free(l->v[i]);
	}
	free(l->v);
}

/* Digits in the shape of a point in time, or of a day, become T. */
static size_t
time_like(const char *s)
{
	static const char *const shapes[] =
	    { "dddd-dd-ddTdd:dd:ddZ", "dddd-dd-dd" };

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
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

/* The instances are compared to the byte: nothing in them is by chance. */
static void
add_sum(struct buf *b, int dir, const char *name, const char *path)
{
	struct buf text = { 0 }, plain = { 0 };
	char hex[DIGEST_HEX + 1];
	struct err e;

	must(fsx_read(dir, name, FILE_MAX, &text, &e) == 0, name);
	if (strncmp(path, "outbox", 6) == 0)
		buf_add(&plain, buf_text(&text), text.len);
	else
		add_timeless(&plain, buf_text(&text), text.len);
	digest_hex_of(buf_text(&plain), plain.len, hex);
	buf_fmt(b, " %.*s", SUM_SHOWN, hex);
	buf_free(&plain);
	buf_free(&text);
}

static bool
left_out(const char *path, const char *name)
{
	size_t n = strlen(name);

	return strcmp(path, "ledger") == 0 || strcmp(path, "reports") == 0 ||
	    (n > 5 && strcmp(name + n - 5, ".lock") == 0);
}

static void
add_folder(struct lines *l, int parent, const char *name, const char *path)
{
	struct fsx_list names = { 0 };
	struct buf line = { 0 };
	char below[PATH_MAX];
	struct stat st;
	struct err e;
	int dir = fsx_dir(parent, name, &e);

	must(dir != -1 && fsx_list(dir, &names, &e) == 0, path);
	for (size_t i = 0; i < names.n; i++) {
		if (left_out(path, names.v[i]))
			continue;
		snprintf(below, sizeof below, "%s%s%s", path,
		    *path != '\0' ? "/" : "", names.v[i]);
		must(fstatat(dir, names.v[i], &st, AT_SYMLINK_NOFOLLOW) == 0,
		    below);
		add_timeless(&line, below, strlen(below));
		if (S_ISDIR(st.st_mode))
			buf_char(&line, '/');
		else
			add_sum(&line, dir, names.v[i], path);
		lines_add(l, &line);
		if (S_ISDIR(st.st_mode))
			add_folder(l, dir, names.v[i], below);
	}
	buf_free(&line);
	fsx_list_free(&names);
	close(dir);
}

/* ------------------------------------------------------------- the ledger */

static void
add_instances(struct buf *b, struct slice list)
{
	struct slice at = list, object;
	struct buf text = { 0 };

	while (record_next(&at, &object)) {
		char *copy = mem_dupn(object.p, object.n);

		buf_str(b, " ->");
		if (json_get_str(copy, "path", &text))
			buf_fmt(b, " %s", buf_text(&text));
		if (json_get_str(copy, "sha256", &text))
			buf_fmt(b, " %.*s", SUM_SHOWN, buf_text(&text));
		buf_free(&text);
		free(copy);
	}
}

/* A replay that made nothing, as after one that had made all. */
static bool
asked_again(const struct record *r)
{
	static const char event[] = "replayed";
	struct slice at = r->instances, first;

	return r->event.n == sizeof event - 1 &&
	    memcmp(r->event.p, event, r->event.n) == 0 &&
	    !record_next(&at, &first);
}

/*
 * What is about a package; who worked when is another each time, and whether
 * the user has a name cannot always be found out.
 */
static int
add_record(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	static const char *const keys[] = { "id", "package", "sha256", "size",
	    "instance", "app", "codes", "act", "reason" };
	struct lines *l = arg;
	struct buf line = { 0 };
	struct record r;
	const char *raw;
	size_t n;

	(void)at;
	(void)e;
	if (!record_parse(&r, text, len)) {
		buf_fmt(&line, "ledger: no record: %.60s", text);
		lines_add(l, &line);
		buf_free(&line);
		return 0;
	}
	if (r.id.n == 0 || asked_again(&r))
		return 0;
	buf_fmt(&line, "ledger: %.*s", (int)r.event.n, r.event.p);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_get_raw(text, keys[i], &raw, &n))
			buf_fmt(&line, " %.*s", (int)n, raw);
	add_instances(&line, r.instances);
	lines_add(l, &line);
	buf_free(&line);
	return 0;
}

static void
each_record(const char *spool, lines_fn *fn, void *arg)
{
	struct fsx_list days = { 0 };
	char path[PATH_MAX];
	int64_t end, size;
	struct err e;
	int dir;

	snprintf(path, sizeof path, "%s/ledger", spool);
	dir = fsx_dir(AT_FDCWD, path, &e);
	if (dir == -1)
		return;
	must(lines_days(dir, &days, &e) == 0, path);
	for (size_t i = 0; i < days.n; i++)
		must(lines_read(dir, days.v[i], 0, fn, arg, &end, &size,
		    &e) == 0, days.v[i]);
	fsx_list_free(&days);
	close(dir);
}

void
world_picture(const char *spool, const char *taken, struct buf *b)
{
	struct lines l = { .n = 0 };
	struct stat st;

	add_folder(&l, AT_FDCWD, spool, "");
	if (stat(taken, &st) == 0)
		add_folder(&l, AT_FDCWD, taken, "outbox");
	each_record(spool, add_record, &l);
	lines_end(&l, b);
}

struct wanted {
	const char *package;
	struct buf *id;
};

static int
find_id(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	struct wanted *w = arg;
	struct buf name = { 0 };
	struct record r;

	(void)at;
	(void)e;
	if (record_parse(&r, text, len) && record_is(r.event, "received") &&
	    record_text(text, "package", &name) &&
	    strcmp(buf_text(&name), w->package) == 0) {
		buf_reset(w->id);
		buf_add(w->id, r.id.p, r.id.n);
	}
	buf_free(&name);
	return 0;
}

bool
world_id(const char *spool, const char *package, struct buf *id)
{
	struct wanted w = { package, id };

	buf_reset(id);
	each_record(spool, find_id, &w);
	return id->len > 0;
}

/* ----------------------------------------------------------------- owners */

/* Folders are made; what lies `depth` below, unless hidden, moves. */
static bool
take_below(int from, int to, int depth, char *key)
{
	struct fsx_list l = { 0 };
	bool fine = true;
	struct err e;

	must(fsx_list(from, &l, &e) == 0, "list the outbox");
	for (size_t i = 0; i < l.n && fine; i++) {
		int a, b;

		if (depth == 0) {
			if (l.v[i][0] == '.')
				continue;
			fine = renameat2(from, l.v[i], to, l.v[i],
			    RENAME_NOREPLACE) == 0;
			snprintf(key, NAME_MAX + 1, "%s", l.v[i]);
			continue;
		}
		a = fsx_dir(from, l.v[i], &e);
		b = fsx_open_dir(to, l.v[i], &e);
		must(a != -1 && b != -1, l.v[i]);
		fine = take_below(a, b, depth - 1, key);
		close(a);
		close(b);
	}
	fsx_list_free(&l);
	return fine;
}

bool
world_take(const char *spool, const char *taken, char *key)
{
	char path[PATH_MAX];
	struct stat st;
	struct err e;
	bool fine;
	int from, to;

	snprintf(path, sizeof path, "%s/outbox", spool);
	if (stat(path, &st) == -1)
		return true;
	from = fsx_dir(AT_FDCWD, path, &e);
	to = fsx_open_dir(AT_FDCWD, taken, &e);
	must(from != -1 && to != -1, taken);
	fine = take_below(from, to, 3, key);
	close(from);
	close(to);
	return fine;
}

/* ------------------------------------------------------------- comparing */

static size_t
line_at(const char *s)
{
	return strcspn(s, "\n");
}

static int
compare_lines(const char *a, const char *b)
{
	size_t m = line_at(a), n = line_at(b);
	int c = memcmp(a, b, m < n ? m : n);

	return c != 0 ? c : (m > n) - (m < n);
}

static const char *
next_line(const char *s)
{
	s += line_at(s);
	return *s == '\n' ? s + 1 : s;
}

static void
count(struct world_difference *d, const char *line, bool missing,
    struct buf *report)
{
	buf_fmt(report, "  %c %.*s\n", missing ? '-' : '+',
	    (int)line_at(line), line);
	if (strncmp(line, "ledger: ", 8) == 0)
		d->untrue++;
	else if (missing)
		d->lost++;
	else
		d->doubled++;
}

/* Folders that only hold what owners take come twice: skip the second. */
static const char *
skip_same(const char *at)
{
	const char *next = next_line(at);
	size_t n = line_at(at);

	while (n > 0 && at[n - 1] == '/' && *next != '\0' &&
	    compare_lines(at, next) == 0)
		next = next_line(next);
	return next;
}

void
world_compare(const struct buf *want, const struct buf *have,
    struct world_difference *d, struct buf *report)
{
	const char *a = buf_text(want), *b = buf_text(have);
	int c;

	*d = (struct world_difference){ 0 };
	while (*a != '\0' || *b != '\0') {
		c = *a == '\0' ? 1 : *b == '\0' ? -1 : compare_lines(a, b);
		if (c < 0)
			count(d, a, true, report);
		else if (c > 0)
			count(d, b, false, report);
		if (c <= 0)
			a = skip_same(a);
		if (c >= 0)
			b = skip_same(b);
	}
}

bool
world_within(const struct buf *want, const struct buf *have,
    const char *with, struct buf *report)
{
	const char *a = buf_text(want), *b = buf_text(have);
	bool fine = true;

	for (; *b != '\0'; b = next_line(b)) {
		if (strncmp(b, with, strlen(with)) != 0)
			continue;
		while (*a != '\0' && compare_lines(a, b) < 0)
			a = next_line(a);
		if (*a != '\0' && compare_lines(a, b) == 0)
			continue;
		buf_fmt(report, "  + %.*s\n", (int)line_at(b), b);
		fine = false;
	}
	return fine;
}
