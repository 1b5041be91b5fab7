#include "spool/purge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/overdue.h"
#include "spool/receipt.h"
#include "spool/removal.h"
#include "spool/spool.h"

enum { GROUP = 64 };

/* What would stop us behind the ledger line stops us before it. */
static int
check_rights(const struct spool *s, const struct due *v, size_t n,
    struct err *e)
{
	char folder[1024];
	const char *path;

	for (size_t i = 0; i < n; i++) {
		path = v[i].path != NULL ? v[i].path : place_name(v[i].place);
		snprintf(folder, sizeof folder, "%.*s", v[i].path != NULL ?
		    (int)(strrchr(path, '/') - path) : (int)strlen(path),
		    path);
		if (faccessat(s->root, folder, W_OK | X_OK, AT_EACCESS) == -1 &&
		    errno != ENOENT)
			return err_sys(e, "write to %s/%s", s->path, folder);
	}
	return 0;
}

/* Still where it was found, and nobody has moved it on since. */
static bool
still_due(const struct purge *p, const struct due *d)
{
	const enum state s = overdue_state(d->place);
	const struct package *k;
	struct stat st;

	if (d->path == NULL)
		return true;
	if (fstatat(p->spool->root, d->path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	if (d->kind != REMOVAL_ORIGINAL || s == STATE_PUBLISHED)
		return true;
	k = books_find(p->books, d->id);
	return k != NULL && !k->purged && k->state == s &&
	    strncmp(k->time, d->day, STAMP_DAY) == 0;
}

static void
write_line(const struct purge *p, const struct due *d, const char *reason)
{
	struct json *j = ledger_add(p->ledger, "purged");

	json_str(j, "what", removal_name(d->kind));
	json_str(j, "id", d->id);
	if (d->kind == REMOVAL_ORIGINAL || d->kind == REMOVAL_RETURNED)
		json_str(j, "state", state_name(overdue_state(d->place)));
	json_str(j, "path", d->path);
	if (d->path == NULL) {
		json_str(j, "before", d->day);
		json_num(j, "count", (int64_t)d->count);
	}
	json_str(j, "sha256", d->sha256);
	json_num(j, "size", (int64_t)d->bytes);
	json_str(j, "act", "purge");
	json_str(j, "reason", reason);
	json_str(j, "user", p->user);
	json_str(j, "run", p->run->id);
	json_num(j, "group", p->run->group + 1);
	ledger_end(p->ledger);
}

/* The lines, and what they speak of; *n_gone 0: nothing is due any more. */
static int
write_lines(const struct purge *p, const struct due *v, size_t n,
    const struct due **gone, size_t *n_gone, struct err *e)
{
	struct buf reason = { 0 };

	*n_gone = 0;
	if (ledger_begin(p->ledger, e) == -1)
		return -1;
	receipt_masked(&reason, p->reason);
	for (size_t i = 0; i < n; i++)
		if (still_due(p, &v[i])) {
			write_line(p, &v[i], buf_text(&reason));
			gone[(*n_gone)++] = &v[i];
		}
	buf_free(&reason);
	if (*n_gone == 0) {
		ledger_abort(p->ledger);
		return 0;
	}
	if (ledger_commit(p->ledger, e) == -1) {
		p->run->broken = ledger_broken(p->ledger);
		return -1;
	}
	p->run->group++;
	p->run->broken = true;		/* until it is all gone */
	return 0;
}

/* The barrier covers the group before: recovery looks at the last one only. */
static int
purge_some(const struct purge *p, const struct due *v, size_t n,
    struct err *e)
{
	const struct due *gone[GROUP];
	struct removal r[GROUP];
	size_t n_gone;

	if (check_rights(p->spool, v, n, e) == -1 ||
	    spool_sync(p->spool, p->run, e) == -1 ||
	    write_lines(p, v, n, gone, &n_gone, e) == -1)
		return -1;
	for (size_t i = 0; i < n_gone; i++) {
		r[i] = (struct removal){ .kind = gone[i]->kind,
		    .path = gone[i]->path };
		memcpy(r[i].before, gone[i]->day, sizeof r[i].before);
	}
	if (removal_do(p->spool, p->run->id, r, n_gone, e) == -1)
		return -1;
	p->run->broken = false;
	for (size_t i = 0; i < n_gone && p->gone != NULL; i++)
		p->gone(p->arg, gone[i]);
	return 0;
}

int
purge(const struct purge *p, const struct due *v, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i += GROUP)
		if (purge_some(p, v + i, n - i < GROUP ? n - i : GROUP,
		    e) == -1)
			return -1;
	return 0;
}
