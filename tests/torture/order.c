#include "tests/torture/order.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/mem.h"
#include "tests/torture/place.h"

enum { PIDS = 16, TEXT_MAX = 1 << 20 };

/* What is not on disk yet. */
enum kind { DATA, NAME_NEW, NAME_MOVED, NAME_GONE };

struct pending {
	enum kind kind;
	char *path;			/* now, below the spool */
	char *first;			/* where it was made or came from */
	long since;
	bool doomed;			/* a sync of it failed */
};

/* What a process is in the middle of, as it was at the beginning. */
struct doing {
	pid_t pid;
	char from[PATH_MAX], to[PATH_MAX];
	long since;
	struct buf text;
};

struct order {
	char spool[PATH_MAX];
	size_t spool_len;
	struct pending *v;
	size_t n, cap;
	long now;
	struct doing doing[PIDS];
	size_t broken;
	char why[512];
	struct order_seen seen;
};

struct order *
order_new(const char *spool)
{
	struct order *o = mem_alloc(sizeof *o);

	if (realpath(spool, o->spool) == NULL)
		snprintf(o->spool, sizeof o->spool, "%s", spool);
	o->spool_len = strlen(o->spool);
	return o;
}

static void
forget(struct order *o, size_t i)
{
	free(o->v[i].path);
	free(o->v[i].first);
	o->v[i] = o->v[--o->n];
}

void
order_free(struct order *o)
{
	if (o == NULL)
		return;
	while (o->n > 0)
		forget(o, 0);
	for (size_t i = 0; i < PIDS; i++)
		buf_free(&o->doing[i].text);
	free(o->v);
	free(o);
}

size_t
order_broken(const struct order *o)
{
	return o->broken;
}

const char *
order_why(const struct order *o)
{
	return o->why;
}

const struct order_seen *
order_seen(const struct order *o)
{
	return &o->seen;
}

static void __attribute__((format(printf, 2, 3)))
broken(struct order *o, const char *fmt, ...)
{
	va_list ap;

	if (o->broken++ > 0)
		return;
	va_start(ap, fmt);
	vsnprintf(o->why, sizeof o->why, fmt, ap);
	va_end(ap);
}

/* ------------------------------------------------------------------ paths */

/* Below the spool, or false. */
static bool
below(const struct order *o, const char *full, char path[PATH_MAX])
{
	if (strncmp(full, o->spool, o->spool_len) != 0 ||
	    full[o->spool_len] != '/')
		return false;
	snprintf(path, PATH_MAX, "%s", full + o->spool_len + 1);
	return true;
}

static bool
path_of_fd(const struct order *o, pid_t pid, int fd, char path[PATH_MAX])
{
	char link[64], full[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, fd);
	n = readlink(link, full, sizeof full - 1);
	if (n == -1)
		return false;
	full[n] = '\0';
	return below(o, full, path);
}

/* Blocks are read short of the next page, which may not be there. */
static bool
read_string(pid_t pid, uint64_t at, char to[PATH_MAX])
{
	size_t got = 0;

	while (got < PATH_MAX - 1) {
		size_t n = 4096 - (size_t)((at + got) % 4096);
		struct iovec local = { to + got, n };
		struct iovec remote = { (void *)(uintptr_t)(at + got), n };
		ssize_t k;

		if (n > PATH_MAX - 1 - got)
			local.iov_len = remote.iov_len = PATH_MAX - 1 - got;
		k = process_vm_readv(pid, &local, 1, &remote, 1, 0);
		if (k <= 0)
			return false;
		if (memchr(to + got, '\0', (size_t)k) != NULL)
			return true;
		got += (size_t)k;
	}
	return false;
}

static bool
path_at(const struct order *o, pid_t pid, uint64_t dir, uint64_t name,
    char path[PATH_MAX])
{
	char text[PATH_MAX], top[PATH_MAX], link[64];
	char full[2 * PATH_MAX + 2];
	ssize_t n;

	if (!read_string(pid, name, text))
		return false;
	if (text[0] == '/')
		return below(o, text, path);
	if ((int)dir == AT_FDCWD)
		return false;		/* no program of ours goes there */
	snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, (int)dir);
	n = readlink(link, top, sizeof top - 1);
	if (n == -1)
		return false;
	top[n] = '\0';
	snprintf(full, sizeof full, "%s/%s", top, text);
	return below(o, full, path);
}

static bool
is_there(const struct order *o, const char *path)
{
	char full[2 * PATH_MAX + 2];
	struct stat st;

	snprintf(full, sizeof full, "%s/%s", o->spool, path);
	return lstat(full, &st) == 0;
}

/* ------------------------------------------------------- what is pending */

static void
add(struct order *o, enum kind kind, const char *path, const char *first)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].kind == kind && strcmp(o->v[i].path, path) == 0) {
			o->v[i].since = ++o->now;
			return;
		}
	o->v = mem_grow(o->v, &o->cap, o->n + 1, sizeof *o->v);
	o->v[o->n++] = (struct pending){ .kind = kind,
	    .path = mem_dup(path), .first = mem_dup(first),
	    .since = ++o->now };
}

/* What lies below a path that moves goes along. */
static void
moved(struct order *o, const char *from, const char *to)
{
	for (size_t i = 0; i < o->n; i++) {
		struct pending *p = &o->v[i];
		struct buf b = { 0 };

		if (!at_or_below(p->path, from) || p->kind == NAME_GONE)
			continue;
		buf_fmt(&b, "%s%s", to, p->path + strlen(from));
		free(p->path);
		p->path = b.p;
	}
	add(o, NAME_GONE, from, from);
	add(o, NAME_MOVED, to, from);
}

/* What was made since the last sync and is gone again was never there. */
static void
gone(struct order *o, const char *path)
{
	bool was_new = false;

	for (size_t i = o->n; i-- > 0;) {
		struct pending *p = &o->v[i];

		if (p->kind == NAME_GONE || !at_or_below(p->path, path))
			continue;
		was_new = was_new || (p->kind == NAME_NEW &&
		    strcmp(p->path, path) == 0);
		forget(o, i);
	}
	if (!was_new)
		add(o, NAME_GONE, path, path);
}

/* Of a file its bytes, of a folder the names in it; "": everything. */
static bool
covers(const char *path, const struct pending *p)
{
	size_t n = strlen(path);

	if (n == 0)
		return true;
	if (p->kind == DATA)
		return strcmp(p->path, path) == 0;
	return strncmp(p->path, path, n) == 0 && p->path[n] == '/' &&
	    strchr(p->path + n + 1, '/') == NULL;
}

static void
synced(struct order *o, const char *path, long since)
{
	for (size_t i = o->n; i-- > 0;)
		if (o->v[i].since <= since && !o->v[i].doomed &&
		    covers(path, &o->v[i]))
			forget(o, i);
}

/* The kernel may have let go of it, and calls a second sync a success. */
static void
doom(struct order *o, const char *path, long since)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].since <= since && covers(path, &o->v[i]))
			o->v[i].doomed = true;
}

/* ------------------------------------------------------------- the rules */

static const char *
words(enum kind k)
{
	static const char *const names[] = { [DATA] = "the bytes of",
	    [NAME_NEW] = "the name", [NAME_MOVED] = "the move to",
	    [NAME_GONE] = "the removal of" };

	return names[k];
}

/*
 * claimed/{run}/{n} is run/n in the line; tmp/{run}/made/7/... is
 * run/made/7, and tmp/{run}/{id}/... the id.
 */
static bool
names_it(const char *text, const struct pending *p)
{
	char want[PATH_MAX + 2], id[PATH_MAX + 2];
	const char *in, *rest;
	size_t k;

	if (is_trace(p->path) || !of_a_run(p->path))
		return false;
	in = strchr(p->path, '/') + 1;		/* {run}/... */
	rest = strchr(in, '/') + 1;
	if (begins(p->path, "claimed/")) {
		snprintf(want, sizeof want, "%.*s\"", (int)(rest - in +
		    (long)strcspn(rest, ".")), in);
		return strstr(text, want) != NULL;
	}
	k = strcspn(rest, "/");
	if (rest[k] == '\0')
		return false;
	snprintf(id, sizeof id, "\"%.*s\"", (int)k, rest);
	k += 1 + strcspn(rest + k + 1, "/");
	snprintf(want, sizeof want, "%.*s\"", (int)(rest - in) + (int)k, in);
	return strstr(text, want) != NULL || strstr(text, id) != NULL;
}

static void
check_line(struct order *o, const char *text)
{
	o->seen.lines++;
	if (strstr(text, "\"group\":") == NULL)
		return;			/* who began, who ended */
	o->seen.commits++;
	for (size_t i = 0; i < o->n; i++) {
		const struct pending *p = &o->v[i];

		if (names_it(text, p))
			broken(o, "named: the ledger names it, and %s %s is "
			    "not on disk", words(p->kind), p->path);
		else if (!of_a_run(p->path) && !begins(p->path, "incoming/") &&
		    !begins(p->path, "ledger/"))
			broken(o, "before: a group is committed, and %s %s of "
			    "the one before is not on disk", words(p->kind),
			    p->path);
	}
}

static void
check_ledger(struct order *o, const char *what, const char *path)
{
	for (size_t i = 0; i < o->n; i++)
		if (begins(o->v[i].path, "ledger/") && !is_lock(o->v[i].path))
			broken(o, "ledger: %s %s, and %s %s is not on disk",
			    what, path, words(o->v[i].kind), o->v[i].path);
}

/* The copy of claimed/{run}/{n}.{name} began as claimed/{run}/{n}. */
static void
check_drop(struct order *o, const char *path)
{
	char copy[PATH_MAX];

	o->seen.dropped++;
	check_ledger(o, "a drop is removed:", path);
	snprintf(copy, sizeof copy, "%.*s", (int)(strchr(base(path), '.') -
	    path), path);
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->v[i].first, copy) == 0 &&
		    (o->v[i].kind == DATA || o->v[i].kind == NAME_NEW))
			broken(o, "copied: the drop %s is removed, and %s %s "
			    "is not on disk", path, words(o->v[i].kind),
			    o->v[i].path);
}

static void
check_shown(struct order *o, const char *from, const char *to)
{
	o->seen.shown++;
	check_ledger(o, "an instance is shown:", to);
	if (!is_instance(from))
		broken(o, "hidden: %s is shown and never was hidden", to);
	for (size_t i = 0; i < o->n; i++)
		if (at_or_below(o->v[i].path, from))
			broken(o, "hidden: %s is shown, and %s %s is not on "
			    "disk", to, words(o->v[i].kind), o->v[i].path);
}

static void
check_traces(struct order *o, const char *path)
{
	o->seen.removed++;
	for (size_t i = 0; i < o->n; i++)
		if (!of_a_run(o->v[i].path) && !is_lock(o->v[i].path) &&
		    !begins(o->v[i].path, "ledger/"))
			broken(o, "traces: %s is removed, and %s %s is not on "
			    "disk", path, words(o->v[i].kind), o->v[i].path);
}

void
order_end(struct order *o, int status)
{
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 &&
	    WEXITSTATUS(status) != 3))
		return;
	for (size_t i = 0; i < o->n; i++)
		if (!of_a_run(o->v[i].path) && !is_lock(o->v[i].path))
			broken(o, "end: it has ended well, and %s %s is not "
			    "on disk", words(o->v[i].kind), o->v[i].path);
}

/* -------------------------------------------------------------- the calls */

static void
see_rename(struct order *o, const char *from, const char *to)
{
	if (is_instance(to) && base(to)[0] != '.')
		check_shown(o, from, to);
	else if (is_instance(to))
		check_ledger(o, "an instance leaves tmp/:", to);
	moved(o, from, to);
}

static void
see_removal(struct order *o, const char *path)
{
	if (begins(path, "incoming/") || is_taken_drop(path))
		check_drop(o, path);
	else if (is_trace(path))
		check_traces(o, path);
	gone(o, path);
}

static void
see_write(struct order *o, const struct doing *d)
{
	if (is_day(d->from))
		check_line(o, buf_text(&d->text));
	add(o, DATA, d->from, d->from);
}

static struct doing *
doing_of(struct order *o, pid_t pid)
{
	struct doing *free_row = NULL;

	for (size_t i = 0; i < PIDS; i++) {
		if (o->doing[i].pid == pid)
			return &o->doing[i];
		if (o->doing[i].pid == 0 && free_row == NULL)
			free_row = &o->doing[i];
	}
	if (free_row == NULL)
		abort();
	free_row->pid = pid;
	return free_row;
}

static void
read_text(struct doing *d, const struct strike_call *c)
{
	size_t n = c->args[2] < TEXT_MAX ? (size_t)c->args[2] : TEXT_MAX;
	struct iovec local, remote;

	buf_reset(&d->text);
	buf_reserve(&d->text, n + 1);
	local = (struct iovec){ d->text.p, n };
	remote = (struct iovec){ (void *)(uintptr_t)c->args[1], n };
	if (process_vm_readv(c->pid, &local, 1, &remote, 1, 0) ==
	    (ssize_t)n)
		d->text.len = n;
	d->text.p[d->text.len] = '\0';
}

/* Names are read before the call: behind it they may mean another. */
static void
at_beginning(struct order *o, struct doing *d, const struct strike_call *c)
{
	const uint64_t *a = c->args;

	d->from[0] = d->to[0] = '\0';
	d->since = o->now;
	switch (c->nr) {
	case SYS_write:
	case SYS_pwrite64:
		if (path_of_fd(o, c->pid, (int)a[0], d->from) &&
		    is_day(d->from))
			read_text(d, c);
		break;
	case SYS_copy_file_range:
		path_of_fd(o, c->pid, (int)a[2], d->from);
		break;
	case SYS_ftruncate:
	case SYS_fsync:
	case SYS_fdatasync:
		path_of_fd(o, c->pid, (int)a[0], d->from);
		break;
	case SYS_openat:
		if ((a[2] & O_CREAT) == 0 ||
		    !path_at(o, c->pid, a[0], a[1], d->from) ||
		    is_there(o, d->from))
			d->from[0] = '\0';
		break;
	case SYS_unlinkat:
	case SYS_mkdirat:
		path_at(o, c->pid, a[0], a[1], d->from);
		break;
	case SYS_renameat:
	case SYS_renameat2:
		if (!path_at(o, c->pid, a[0], a[1], d->from) ||
		    !path_at(o, c->pid, a[2], a[3], d->to))
			d->from[0] = '\0';
		break;
	}
}

static bool
is_sync(long nr)
{
	return nr == SYS_syncfs || nr == SYS_fsync || nr == SYS_fdatasync;
}

static void
at_end(struct order *o, const struct doing *d, const struct strike_call *c)
{
	if (is_sync(c->nr)) {
		o->seen.syncs++;
		(c->result == 0 ? synced : doom)(o, d->from, d->since);
	}
	if (c->result < 0 || d->from[0] == '\0')
		return;
	switch (c->nr) {
	case SYS_write:
	case SYS_pwrite64:
	case SYS_copy_file_range:
	case SYS_ftruncate:
		see_write(o, d);
		break;
	case SYS_openat:
	case SYS_mkdirat:
		add(o, NAME_NEW, d->from, d->from);
		break;
	case SYS_unlinkat:
		see_removal(o, d->from);
		break;
	case SYS_renameat:
	case SYS_renameat2:
		see_rename(o, d->from, d->to);
		break;
	}
}

void
order_see(void *arg, const struct strike_call *c)
{
	struct order *o = arg;
	struct doing *d = doing_of(o, c->pid);

	if (c->done)
		at_end(o, d, c);
	else
		at_beginning(o, d, c);
}
