#include "spool/account.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/id.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"
#include "spool/spool.h"

/*
 * The ledger is read once: what is found in the outbox is kept, 16 bytes an
 * instance, and struck out where a line of the ledger says the same.  Only
 * when something is left over is the outbox gone through again, for its name.
 */

enum {
	KEYS = 3,			/* the depth: org, app, owner, key */
	CLAIM = 16, FIRST = 64,
	SUMS_MAX = 1 << 20,
};

static const char sums_name[] = "SHA256SUMS";

struct claim {
	unsigned char sum[CLAIM];	/* of place and hash; zeros: free */
	bool known;			/* the ledger says so, too */
};

struct claims {
	struct claim *v;
	size_t cap, n;
};

struct walk {
	struct account *account;
	struct claims claims;
	struct buf path, place;		/* "org/app/owner/", where we are */
	bool again;			/* the second time, for the names */
};

static void
tell(struct walk *w, const char *name, const char *what)
{
	struct buf b = { 0 };

	buf_fmt(&b, "outbox/%s%s", buf_text(&w->path), name);
	account_fault(w->account, b.p, what);
	buf_free(&b);
}

/* ---------------------------------------------------------------- claims */

static bool
is_free(const struct claim *c)
{
	static const unsigned char none[CLAIM];

	return memcmp(c->sum, none, CLAIM) == 0;
}

static void
claim_of(struct claim *c, const struct buf *place, const char *sha256)
{
	unsigned char sum[DIGEST_SIZE];
	struct buf b = { 0 };

	buf_fmt(&b, "%s %s", buf_text(place), sha256);
	digest_of(b.p, b.len, sum);
	buf_free(&b);
	memcpy(c->sum, sum, CLAIM);
	c->known = false;
}

/* Its row, or the free one where the search ended. */
static struct claim *
find(const struct claims *s, const struct claim *c)
{
	size_t i;

	memcpy(&i, c->sum, sizeof i);
	i &= s->cap - 1;
	while (!is_free(&s->v[i]) &&
	    memcmp(s->v[i].sum, c->sum, CLAIM) != 0)
		i = (i + 1) & (s->cap - 1);
	return &s->v[i];
}

static void
keep(struct claims *s, const struct claim *c)
{
	struct claims old = *s;

	if ((s->n + 1) * 2 > s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : FIRST;
		s->v = mem_alloc(s->cap * sizeof *s->v);
		for (size_t i = 0; i < old.cap; i++)
			if (!is_free(&old.v[i]))
				*find(s, &old.v[i]) = old.v[i];
		free(old.v);
	}
	*find(s, c) = *c;
	s->n++;
}

/* Each instance of a line, whatever its event. */
static int
strike(void *arg, const struct ledger_line *l, struct err *e)
{
	struct claims *s = arg;
	struct buf path = { 0 }, sum = { 0 };
	struct slice list, object;
	struct record r;
	struct claim c, *have;

	(void)e;
	if (!record_parse(&r, l->text, l->len))
		return 0;
	for (list = r.instances; record_next(&list, &object); ) {
		buf_reset(&path);
		buf_reset(&sum);
		if (!json_get_str(object.p, "path", &path) ||
		    !json_get_str(object.p, "sha256", &sum))
			continue;
		claim_of(&c, &path, buf_text(&sum));
		have = find(s, &c);
		have->known = !is_free(have);
	}
	buf_free(&path);
	buf_free(&sum);
	return 0;
}

/* -------------------------------------------------------------- instances */

/* Lines of our own writing: 64 hex digits, two blanks, a name. */
static const char *
check_line(int dir, const char *line, size_t n)
{
	char name[NAME_MAX + 1], hex[DIGEST_HEX + 1];
	const size_t at = DIGEST_HEX + 2;

	if (n <= at || n - at > NAME_MAX || line[DIGEST_HEX] != ' ')
		return "its SHA256SUMS is not of our writing";
	memcpy(name, line + at, n - at);
	name[n - at] = '\0';
	if (!id_plain_ok(name))
		return "its SHA256SUMS is not of our writing";
	if (account_sum(dir, name, hex) != ACCOUNT_READ)
		return "a file that its SHA256SUMS names cannot be read";
	return strncmp(hex, line, DIGEST_HEX) == 0 ? NULL :
	    "a file is not what its SHA256SUMS says";
}

static const char *
check_files(int dir, const char *sums, size_t n_files)
{
	const char *wrong = NULL, *end;
	size_t n = 1;			/* SHA256SUMS itself */

	for (; wrong == NULL && *sums != '\0'; sums = end + 1, n++) {
		end = strchr(sums, '\n');
		if (end == NULL)
			return "its SHA256SUMS ends in the middle of a line";
		wrong = check_line(dir, sums, (size_t)(end - sums));
	}
	return wrong != NULL || n == n_files ? wrong :
	    "it holds a file that its SHA256SUMS does not name";
}

static bool
any_changed(const struct account *a, int dir, const struct fsx_list *names)
{
	struct stat st;
	bool yes = fstat(dir, &st) == -1 || account_changed(a, &st);

	for (size_t i = 0; !yes && i < names->n; i++)
		yes = fstatat(dir, names->v[i], &st, AT_SYMLINK_NOFOLLOW) ==
		    -1 || account_changed(a, &st);
	return yes;
}

/*
 * The hash of an instance's SHA256SUMS, to hex; false: it was not read, and
 * *wrong says why when that is a fault.  An empty folder is on its way out.
 */
static bool
sum_folder(const struct account *a, int dir, char hex[DIGEST_HEX + 1],
    const char **wrong)
{
	struct fsx_list names = { 0 };
	struct buf sums = { 0 };
	bool done = false;
	struct err e;

	if (fsx_list(dir, &names, &e) == -1) {
		*wrong = "it cannot be read";
	} else if (names.n > 0 && any_changed(a, dir, &names)) {
		if (fsx_read(dir, sums_name, SUMS_MAX, &sums, &e) == -1)
			*wrong = "its SHA256SUMS is missing or unreadable";
		else
			*wrong = check_files(dir, buf_text(&sums), names.n);
		digest_hex_of(buf_text(&sums), sums.len, hex);
		done = *wrong == NULL;
	}
	buf_free(&sums);
	fsx_list_free(&names);
	return done;
}

static bool
sum_zip(const struct account *a, int owner, const char *name,
    char hex[DIGEST_HEX + 1], const char **wrong)
{
	enum account_file how = ACCOUNT_GONE;
	struct stat st;

	if (fstatat(owner, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    account_changed(a, &st))
		how = account_sum(owner, name, hex);
	if (how == ACCOUNT_UNREADABLE)
		*wrong = "it cannot be read";
	return how == ACCOUNT_READ;
}

/* What the ledger must say of it; false: nothing to ask, or *wrong. */
static bool
read_instance(const struct account *a, int owner, const char *name,
    char hex[DIGEST_HEX + 1], const char **wrong)
{
	bool done;
	int dir;

	*wrong = NULL;
	dir = openat(owner, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (dir == -1)
		return errno == ENOTDIR && sum_zip(a, owner, name, hex, wrong);
	done = sum_folder(a, dir, hex, wrong);
	close(dir);
	return done;
}

/* -------------------------------------------------------------- the walk */

/* org/app/owner/key, without the .zip: as the ledger writes it. */
static void
place_of(struct buf *place, const char *path, const char *name)
{
	size_t n = strlen(name);

	if (n > 4 && strcmp(name + n - 4, ".zip") == 0)
		n -= 4;
	buf_reset(place);
	buf_fmt(place, "%s%.*s", path, (int)n, name);
}

static void
look_at(struct walk *w, int owner, const char *name)
{
	char hex[DIGEST_HEX + 1];
	struct claim c, *have;
	const char *wrong;

	if (!read_instance(w->account, owner, name, hex, &wrong)) {
		if (wrong != NULL && !w->again)
			tell(w, name, wrong);
		return;
	}
	place_of(&w->place, buf_text(&w->path), name);
	claim_of(&c, &w->place, hex);
	if (!w->again) {
		w->account->instances++;
		keep(&w->claims, &c);
	} else if (w->claims.n > 0) {
		have = find(&w->claims, &c);
		if (!is_free(have) && !have->known)
			tell(w, name, "the ledger does not know it, or knows "
			    "it with other bytes");
	}
}

static int walk(struct walk *, int dir, int depth, struct err *);

static int
walk_into(struct walk *w, int dir, const char *name, int depth,
    struct err *e)
{
	size_t before = w->path.len;
	int rc = 0, fd;

	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	buf_fmt(&w->path, "%s/", name);
	if (fd != -1)
		rc = walk(w, fd, depth + 1, e);
	else if (errno != ENOENT && !w->again)
		tell(w, "", "it is no folder, or cannot be read");
	w->path.len = before;
	w->path.p[before] = '\0';
	return rc;
}

/* Takes the descriptor.  In the folder's own order: there may be many. */
static int
walk(struct walk *w, int dir, int depth, struct err *e)
{
	const struct dirent *entry;
	DIR *d = fdopendir(dir);
	int rc = 0;

	if (d == NULL) {
		close(dir);
		return err_sys(e, "read outbox/%s", buf_text(&w->path));
	}
	while (rc == 0 && (entry = readdir(d)) != NULL) {
		/* A name that begins with a dot is not complete. */
		if (entry->d_name[0] == '.')
			continue;
		if (depth < KEYS)
			rc = walk_into(w, dir, entry->d_name, depth, e);
		else
			look_at(w, dir, entry->d_name);
	}
	closedir(d);
	return rc;
}

static int
walk_all(struct walk *w, struct err *e)
{
	int dir = w->account->spool->dir[PLACE_OUTBOX];

	if (dir == -1)
		return 0;
	dir = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return err_sys(e, "read outbox/");
	buf_reset(&w->path);
	return walk(w, dir, 0, e);
}

static bool
any_unknown(const struct claims *s)
{
	for (size_t i = 0; i < s->cap; i++)
		if (!is_free(&s->v[i]) && !s->v[i].known)
			return true;
	return false;
}

int
account_outbox(struct account *a, struct err *e)
{
	struct walk w = { .account = a };
	int rc = walk_all(&w, e);

	/* The line of an instance is there before it can be seen. */
	if (rc == 0 && w.claims.n > 0)
		rc = ledger_scan(a->spool->dir[PLACE_LEDGER], strike,
		    &w.claims, e);
	if (rc == 0 && any_unknown(&w.claims)) {
		w.again = true;
		rc = walk_all(&w, e);
	}
	free(w.claims.v);
	buf_free(&w.path);
	buf_free(&w.place);
	return rc;
}
