#include "spool/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/spool.h"

enum { PATH_ROOM = 1024 };

static const char *const names[] = {
	[REMOVAL_ORIGINAL] = "original", [REMOVAL_RETURNED] = "returned",
	[REMOVAL_INSTANCE] = "instance", [REMOVAL_RECEIPTS] = "receipts",
	[REMOVAL_REPORTS] = "reports",
};

_Static_assert(sizeof names / sizeof *names == REMOVAL_COUNT,
    "every kind needs a name");

/* How many parts a path has that leads to what may be removed. */
static const struct {
	enum place place;
	int parts;
} depths[] = {
	{ PLACE_ACCEPTED, 2 }, { PLACE_HELD, 2 }, { PLACE_REJECTED, 2 },
	{ PLACE_DONE, 3 }, { PLACE_OUTBOX, 5 },
};

const char *
removal_name(enum removal_kind k)
{
	return names[k];
}

bool
removal_lookup(const char *name, enum removal_kind *k)
{
	for (unsigned i = 0; i < REMOVAL_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*k = (enum removal_kind)i;
			return true;
		}
	return false;
}

/* The ledger may be damaged: it must not lead us astray. */
bool
removal_path_ok(const char *path)
{
	size_t first = strcspn(path, "/");
	int parts = 0;

	if (strlen(path) >= PATH_ROOM)
		return false;
	for (const char *p = path; ; p++) {
		if (*p == '/' || *p == '.' || *p == '\0')
			return false;
		parts++;
		p += strcspn(p, "/");
		if (*p == '\0')
			break;
	}
	for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
		const char *top = place_name(depths[i].place);

		if (strlen(top) == first && strncmp(top, path, first) == 0)
			return parts == depths[i].parts;
	}
	return false;
}

/* --------------------------------------------------------------- one thing */

/* Out of sight by one rename; what an earlier try left there goes first. */
static int
take_folder(const struct spool *s, const char *run, const char *path,
    size_t number, struct err *e)
{
	char to[PATH_ROOM];

	snprintf(to, sizeof to, "%s/gone.%zu", run, number);
	if (fsx_make_dir(s->dir[PLACE_TMP], run, e) == -1 ||
	    fsx_remove_tree(s->dir[PLACE_TMP], to, e) == -1)
		return -1;
	if (fsx_rename_new(s->root, path, s->dir[PLACE_TMP], to, e) == -1)
		return e->sys == ENOENT ? 0 : -1;
	return fsx_remove_tree(s->dir[PLACE_TMP], to, e);
}

static int
take_away(const struct spool *s, const char *run, const char *path,
    size_t number, struct err *e)
{
	struct stat st;

	if (fstatat(s->root, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		    err_sys(e, "look at %s", path);
	return S_ISDIR(st.st_mode) ? take_folder(s, run, path, number, e) :
	    fsx_unlink(s->root, path, e);
}

/* ----------------------------------------------------- all before a day */

static int
receipts_before(const struct spool *s, const char *before, removal_fn *fn,
    void *arg, struct err *e)
{
	const int dir = s->dir[PLACE_RECEIPTS];
	struct fsx_list l = { 0 };
	char path[PATH_ROOM], time[STAMP_LEN + 1];
	struct stat st;
	int rc = dir == -1 ? 0 : fsx_list(dir, &l, e);

	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		if (fstatat(dir, l.v[i], &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISREG(st.st_mode))
			continue;
		stamp_of(time, st.st_mtime);
		if (strncmp(time, before, STAMP_DAY) >= 0)
			continue;
		snprintf(path, sizeof path, "%s/%s",
		    place_name(PLACE_RECEIPTS), l.v[i]);
		rc = fn(arg, path, (size_t)st.st_size, e);
	}
	fsx_list_free(&l);
	return rc;
}

static int
reports_before(const struct spool *s, const char *before, removal_fn *fn,
    void *arg, struct err *e)
{
	const int dir = s->dir[PLACE_REPORTS];
	struct fsx_list l = { 0 };
	char path[PATH_ROOM];
	int rc = dir == -1 ? 0 : fsx_list(dir, &l, e);

	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		if (!stamp_day_ok(l.v[i]) || strcmp(l.v[i], before) >= 0)
			continue;
		snprintf(path, sizeof path, "%s/%s",
		    place_name(PLACE_REPORTS), l.v[i]);
		rc = fn(arg, path, 0, e);
	}
	fsx_list_free(&l);
	return rc;
}

int
removal_each_before(const struct spool *s, enum removal_kind k,
    const char *before, removal_fn *fn, void *arg, struct err *e)
{
	return (k == REMOVAL_RECEIPTS ? receipts_before : reports_before)(s,
	    before, fn, arg, e);
}

struct taking {
	const struct spool *spool;
	const char *run;
	size_t number;
};

static int
take_one(void *arg, const char *path, size_t bytes, struct err *e)
{
	struct taking *t = arg;

	(void)bytes;
	return take_away(t->spool, t->run, path, t->number, e);
}

/* ---------------------------------------------------------------- together */

/* A day of done/ that is empty now; who publishes waits for our role. */
static int
leave_day(const struct spool *s, const char *path, struct err *e)
{
	char day[PATH_ROOM];
	size_t n = strlen(place_name(PLACE_DONE)) + 1 + STAMP_DAY;

	snprintf(day, sizeof day, "%.*s", (int)n, path);
	if (unlinkat(s->root, day, AT_REMOVEDIR) == 0 || errno == ENOENT ||
	    errno == ENOTEMPTY || errno == EEXIST)
		return 0;
	return err_sys(e, "remove %s", day);
}

static bool
in_done(const char *path)
{
	const char *top = place_name(PLACE_DONE);

	return strncmp(path, top, strlen(top)) == 0 && path[strlen(top)] == '/';
}

int
removal_do(const struct spool *s, const char *run, const struct removal *v,
    size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct taking t = { s, run, i };

		if (v[i].path == NULL ? removal_each_before(s, v[i].kind,
		    v[i].before, take_one, &t, e) == -1 :
		    take_away(s, run, v[i].path, i, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (v[i].path != NULL && in_done(v[i].path) &&
		    (i + 1 == n || v[i + 1].path == NULL ||
		    strncmp(v[i].path, v[i + 1].path,
		    sizeof "done/" - 1 + STAMP_DAY) != 0) &&
		    leave_day(s, v[i].path, e) == -1)
			return -1;
	return 0;
}
