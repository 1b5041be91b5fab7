#include "spool/commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/books.h"
#include "spool/buf.h"
#include "spool/dossier.h"
#include "spool/entry.h"
#include "spool/err.h"
#include "spool/finding.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/made.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/replay.h"
#include "spool/settle.h"
#include "spool/spool.h"

enum { AGAIN_MAX = 999999, REASON_MAX = 64 << 20 };

struct commit {
	const struct spool *spool;
	struct run *run;
	struct ledger *ledger;
	struct books *books;
	bool single;
	struct arena arena;		/* of the group at hand */
};

struct commit *
commit_new(const struct spool *s, struct run *r, struct ledger *l,
    struct books *b, bool single)
{
	struct commit *c = mem_alloc(sizeof *c);

	c->spool = s;
	c->run = r;
	c->ledger = l;
	c->books = b;
	c->single = single;
	return c;
}

void
commit_free(struct commit *c)
{
	if (c == NULL)
		return;
	arena_free(&c->arena);
	free(c);
}

static bool
has_folder(enum state s)
{
	return s == STATE_HELD || s == STATE_REJECTED;
}

/* --------------------------------------------------- before the ledger line */

static int
id_used(const struct commit *c, const struct deed *d, size_t n,
    const char *id, struct err *e)
{
	static const enum place folders[] = { PLACE_HELD, PLACE_REJECTED };
	struct stat st;
	int there;

	for (size_t i = 0; i < n; i++)
		if (d[i].to != STATE_DUPLICATE && strcmp(d[i].id, id) == 0)
			return 1;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		there = fsx_look(c->spool->dir[folders[i]], id, &st, e);
		if (there != 0)
			return there;
	}
	return books_find(c->books, id) != NULL ? 1 : 0;
}

/* {id}, {id}.2, … ; a duplicate goes under the id of what it repeats. */
static int
choose_id(const struct commit *c, struct deed *d, size_t n,
    struct deed *mine, struct err *e)
{
	char base[ID_MAX + 1];
	int used = 0;

	id_make(base, mine->guid, mine->sha256);
	memcpy(mine->id, base, sizeof base);
	for (int k = 2; mine->to != STATE_DUPLICATE && k < AGAIN_MAX &&
	    (used = id_used(c, d, n, mine->id, e)) == 1; k++)
		snprintf(mine->id, sizeof mine->id, "%.*s.%d", ID_MAX - 8,
		    base, k);
	return used == -1 ? -1 : 0;
}

static void
from_drop(struct commit *c, const struct parcel *p, struct deed *d)
{
	struct buf shown = { 0 };

	receipt_shown(&shown, p->drop->name);
	d->name = arena_dup(&c->arena, buf_text(&shown));
	buf_free(&shown);
	d->sha256 = p->answer->sha256;
	d->size = p->drop->mark.size;
	d->guid = p->answer->guid;
	d->app = p->answer->app;
	d->n = p->drop->n;
	d->claim = p->drop->claim;
	d->copied = !p->drop->renamed;
	d->drop_name = p->drop->name;
	d->mark = p->drop->mark;
}

static int
from_accepted(struct commit *c, const char *id, struct deed *d,
    struct err *e)
{
	const struct package *p = books_find(c->books, id);

	if (p == NULL || p->purged)
		return err_set(e, ERR_NO_INPUT, "no package %s waits", id);
	memcpy(d->id, p->id, sizeof d->id);
	/* Copies: feeding the books may free the package. */
	d->name = arena_dup(&c->arena, p->name);
	d->sha256 = arena_dup(&c->arena, p->sha256);
	d->guid = arena_dup(&c->arena, p->guid);
	d->app = arena_dup(&c->arena, p->app);
	d->size = p->size;
	d->claim = "";
	return 0;
}

/* A finding of our own turns the verdict round. */
static void
turn(struct commit *c, struct parcel *p, struct deed *d, enum state to,
    enum finding_code code, const char *what, const char *which)
{
	struct findings *f = arena_zero(&c->arena, sizeof *f);

	findings_init(f, &c->arena);
	findings_add(f, code, NULL, 0, NULL, "%s%s", what, which);
	d->more = f;
	d->to = p->to = to;
}

static int
check_made(struct commit *c, struct parcel *p, struct deed *d, struct err *e)
{
	const char *wrong, *taken = NULL;
	int dir, rc;

	dir = fsx_dir(c->run->tmp, p->work, e);
	if (dir == -1)
		return -1;
	rc = made_check(dir, p->answer, NULL, &wrong, e);
	close(dir);
	if (rc == 0 && wrong == NULL)
		rc = made_outbox(c->spool, p->answer, &taken, e);
	if (rc == -1)
		return -1;
	if (wrong != NULL)
		turn(c, p, d, STATE_REJECTED, F_WORKER_CRASHED,
		    "what the worker made is not what it said: ", wrong);
	else if (taken != NULL)
		turn(c, p, d, STATE_HELD, F_CONFLICT,
		    "the outbox already holds ", taken);
	return 0;
}

/* Nobody could read it before: it was held or refused for that, and let go. */
static void
take_names(struct deed *d, const struct answer *a)
{
	d->guid = a->guid;
	d->app = a->app;
	d->named = true;
}

/*
 * What was accepted must still be what is there, and be told to be the same
 * instance; a worker that was taken over may say anything.
 */
static void
check_same(struct commit *c, struct parcel *p, struct deed *d)
{
	const struct answer *a = p->answer;

	if (a->sha256[0] != '\0' && strcmp(a->sha256, d->sha256) != 0)
		turn(c, p, d, STATE_REJECTED, F_CHANGED_WHILE_READ,
		    "it was accepted with other bytes: sha256 ", d->sha256);
	else if (d->to == STATE_PUBLISHED && d->guid[0] == '\0')
		take_names(d, a);
	else if (d->to == STATE_PUBLISHED && strcmp(a->guid, d->guid) != 0)
		turn(c, p, d, STATE_REJECTED, F_WORKER_CRASHED,
		    "the worker named another instance than ", d->guid);
}

static void
list_made(struct commit *c, const struct answer *a, const char *work,
    struct deed *d)
{
	d->n_made = a->n_made;
	d->made = arena_zero(&c->arena, (a->n_made + 1) * sizeof *d->made);
	for (size_t i = 0; i < a->n_made; i++) {
		const struct made *m = &a->made[i];
		const struct made_file *last = &m->files[m->n_files - 1];

		d->made[i].path = arena_fmt(&c->arena, "%s/%s/%s", m->app,
		    m->owner, m->key);
		d->made[i].from = arena_fmt(&c->arena, "%s/%s/%s",
		    c->run->id, work, m->from);
		d->made[i].sha256 = last->sha256;
		d->made[i].zip = m->zip;
		d->made[i].content = m->content;
	}
}

/* tmp/{run}/{id}/ with its reasons, to be joined by the package later. */
static int
write_reasons(struct commit *c, struct deed *d, struct err *e)
{
	const char *none = NULL;
	struct receipt r;
	int dir, rc;

	if (fsx_remove_tree(c->run->tmp, d->id, e) == -1)
		return -1;
	dir = fsx_open_dir(c->run->tmp, d->id, e);
	if (dir == -1)
		return -1;
	settle_receipt(&r, d, &none);
	rc = receipt_reasons(dir, &r, e);
	close(dir);
	return rc;
}

static int
prepare(struct commit *c, struct parcel *p, struct deed *d, size_t before,
    const char *now, struct err *e)
{
	struct deed *mine = d + before;

	mine->to = p->to;
	mine->run = c->run->id;
	mine->told = true;
	mine->reason_time = now;
	mine->findings = &p->answer->findings;
	mine->more = p->more;
	if (p->drop != NULL)
		from_drop(c, p, mine);
	else if (from_accepted(c, p->id, mine, e) == -1)
		return -1;
	else
		check_same(c, p, mine);
	if (mine->to == STATE_PUBLISHED && check_made(c, p, mine, e) == -1)
		return -1;
	if (p->drop != NULL && choose_id(c, d, before, mine, e) == -1)
		return -1;
	memcpy(p->id, mine->id, sizeof p->id);
	if (mine->to == STATE_PUBLISHED)
		list_made(c, p->answer, p->work, mine);
	return has_folder(mine->to) ? write_reasons(c, mine, e) : 0;
}

/*
 * What would stop us behind the ledger line stops us before it: a folder
 * that cannot be written, or drops that are not ours to remove.
 */
static int
check_rights(const struct spool *s, struct err *e)
{
	static const enum place written[] = { PLACE_INCOMING, PLACE_ACCEPTED,
	    PLACE_HELD, PLACE_REJECTED, PLACE_DONE, PLACE_OUTBOX,
	    PLACE_RECEIPTS };
	struct stat st;

	for (size_t i = 0; i < sizeof written / sizeof *written; i++)
		if (faccessat(s->root, place_name(written[i]), W_OK | X_OK,
		    AT_EACCESS) == -1)
			return err_sys(e, "write to %s/%s", s->path,
			    place_name(written[i]));
	if (fstat(s->dir[PLACE_INCOMING], &st) == -1)
		return err_sys(e, "look at %s/incoming", s->path);
	if ((st.st_mode & S_ISVTX) != 0 && geteuid() != 0 &&
	    st.st_uid != geteuid())
		return err_set(e, ERR_RIGHTS, "%s/incoming is sticky and "
		    "another user's: drops cannot be taken away", s->path);
	return 0;
}

/* -------------------------------------------------------- the ledger lines */

/* Whatever the ledger may hold now is left to recovery. */
static int
close_lines(struct commit *c, struct err *e)
{
	if (ledger_commit(c->ledger, e) == -1) {
		c->run->broken = ledger_broken(c->ledger);
		return -1;
	}
	c->run->group++;
	c->run->broken = true;		/* until it is all settled */
	return 0;
}

static int
write_lines(struct commit *c, struct deed *d, size_t n, struct err *e)
{
	if (ledger_begin(c->ledger, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		memcpy(d[i].time, ledger_time(c->ledger), sizeof d[i].time);
		entry_write(c->ledger, &d[i], c->run->group + 1);
	}
	return close_lines(c, e);
}

/* ---------------------------------------------------------------- a group */

static void
mark_booked(struct parcel *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].drop != NULL)
			p[i].drop->booked = true;
}

static int
commit_some(struct commit *c, struct parcel *p, size_t n, struct err *e)
{
	const struct spool *s = c->spool;
	char now[STAMP_LEN + 1];
	struct deed *d;

	arena_reset(&c->arena);
	d = arena_zero(&c->arena, n * sizeof *d);
	stamp_now(now);
	if (check_rights(s, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (prepare(c, &p[i], d, i, now, e) == -1)
			return -1;
	if (spool_sync(c->spool, c->run, e) == -1)
		return -1;
	if (write_lines(c, d, n, e) == -1) {
		if (c->run->broken)
			mark_booked(p, n);
		return -1;
	}
	mark_booked(p, n);
	if (settle(s, d, n, false, e) == -1)
		return -1;
	c->run->broken = false;
	return 0;
}

int
commit_group(struct commit *c, struct parcel *p, size_t n, struct err *e)
{
	size_t step = c->single ? 1 : n;

	if (c->run->broken)
		return err_set(e, ERR_AGAIN, "a commit stopped half-way");
	for (size_t i = 0; i < n; i += step)
		if (commit_some(c, p + i, step, e) == -1)
			return -1;
	return 0;
}

/* -------------------------------------------------------- operator's moves */

static const struct {
	const char *verb, *event;
	unsigned from;			/* bit set of states */
	enum state to;
} acts[] = {
	[ACT_HOLD] = { "hold", "held", 1u << STATE_ACCEPTED, STATE_HELD },
	[ACT_RELEASE] = { "release", "released", 1u << STATE_HELD,
	    STATE_ACCEPTED },
	[ACT_REQUEUE] = { "requeue", "requeued", 1u << STATE_REJECTED,
	    STATE_ACCEPTED },
	[ACT_REJECT] = { "reject", "rejected",
	    1u << STATE_ACCEPTED | 1u << STATE_HELD, STATE_REJECTED },
};

_Static_assert(sizeof acts / sizeof *acts == ACT_COUNT,
    "every act needs a row");

int
commit_may_move(const struct books *b, const struct move *m, struct err *e)
{
	const struct package *p = books_find(b, m->id);

	if (p == NULL || p->purged)
		return err_set(e, ERR_NO_INPUT, "no package %s waits", m->id);
	if ((acts[m->act].from >> p->state & 1) == 0)
		return err_set(e, ERR_DATA, "cannot %s %s: it is %s",
		    acts[m->act].verb, m->id, state_name(p->state));
	return 0;
}

/* The findings it was held for stay with a package that is then refused. */
static int
old_findings(struct commit *c, struct deed *d, struct err *e)
{
	const struct package *p = books_find(c->books, d->id);
	struct buf text = { 0 };
	const char *raw;
	char *path;
	size_t n;
	int rc;

	if (p->state != STATE_HELD || d->to != STATE_REJECTED)
		return 0;
	path = arena_fmt(&c->arena, "held/%s/reason.json", d->id);
	rc = fsx_read(c->spool->root, path, REASON_MAX, &text, e);
	if (rc == -1 && e->sys == ENOENT)
		rc = 0;
	if (rc == 0 && json_get_raw(buf_text(&text), "findings", &raw, &n))
		d->findings_json = arena_dupn(&c->arena, raw, n);
	buf_free(&text);
	return rc;
}

static const char *
masked(struct commit *c, const char *reason)
{
	struct buf note = { 0 };
	const char *text;

	receipt_masked(&note, reason);
	text = arena_dup(&c->arena, buf_text(&note));
	buf_free(&note);
	return text;
}

static int
write_move(struct commit *c, const struct move *m, struct deed *d,
    struct err *e)
{
	if (ledger_begin(c->ledger, e) == -1)
		return -1;
	/* The books are up to date only now. */
	if (commit_may_move(c->books, m, e) == -1) {
		ledger_abort(c->ledger);
		return -1;
	}
	memcpy(d->time, ledger_time(c->ledger), sizeof d->time);
	entry_move(c->ledger, d, c->run->group + 1, &(struct entry_act){
	    acts[m->act].event, acts[m->act].verb, m->user });
	return close_lines(c, e);
}

int
commit_move(struct commit *c, const struct move *m, struct err *e)
{
	char now[STAMP_LEN + 1];
	struct deed *d;

	arena_reset(&c->arena);
	d = arena_zero(&c->arena, sizeof *d);
	if (commit_may_move(c->books, m, e) == -1 ||
	    check_rights(c->spool, e) == -1 ||
	    from_accepted(c, m->id, d, e) == -1)
		return -1;
	stamp_now(now);
	d->note = masked(c, m->reason);
	d->to = acts[m->act].to;
	d->run = c->run->id;
	d->told = true;
	d->reason_time = now;
	if (old_findings(c, d, e) == -1 ||
	    (has_folder(d->to) && write_reasons(c, d, e) == -1) ||
	    spool_sync(c->spool, c->run, e) == -1 ||
	    write_move(c, m, d, e) == -1 ||
	    settle(c->spool, d, 1, false, e) == -1)
		return -1;
	c->run->broken = false;
	return 0;
}

/* ------------------------------------------------------------- a replay */

/* In a replay no verdict is turned: nothing is done, and that is told. */
static int
check_replay(struct commit *c, const struct replay *r, struct err *e)
{
	const char *wrong = NULL, *taken = NULL;
	int dir, rc;

	if (r->made.n_made == 0)
		return 0;
	dir = fsx_dir(c->run->tmp, r->work, e);
	if (dir == -1)
		return -1;
	rc = made_check(dir, &r->made, NULL, &wrong, e);
	close(dir);
	if (rc == 0 && wrong == NULL)
		rc = made_outbox(c->spool, &r->made, &taken, e);
	if (rc == 0 && wrong != NULL)
		rc = err_set(e, ERR_DATA, "cannot replay %s: what the worker "
		    "made is not what it said: %s", r->x->id, wrong);
	else if (rc == 0 && taken != NULL)
		rc = err_set(e, ERR_DATA, "cannot replay %s: the outbox "
		    "already holds %s", r->x->id, taken);
	return rc;
}

static struct deed *
replay_deed(struct commit *c, const struct replay *r, const char *reason)
{
	struct deed *d = arena_zero(&c->arena, sizeof *d);
	const struct dossier *x = r->x;

	memcpy(d->id, x->id, sizeof d->id);
	d->to = STATE_PUBLISHED;
	d->name = x->name;
	d->sha256 = x->sha256;
	d->guid = x->guid;
	d->app = x->app;
	d->size = (uint64_t)x->size;
	d->run = c->run->id;
	d->claim = "";
	d->told = true;
	d->note = masked(c, reason);
	d->replay = true;
	d->unchanged = r->unchanged;
	d->gone = r->gone;
	list_made(c, &r->made, r->work, d);
	for (size_t i = 0; i < d->n_made; i++)
		d->made[i].replaces = r->replaces[i];
	return d;
}

static int
write_replay(struct commit *c, struct deed *d, const char *user,
    struct err *e)
{
	if (ledger_begin(c->ledger, e) == -1)
		return -1;
	memcpy(d->time, ledger_time(c->ledger), sizeof d->time);
	entry_replay(c->ledger, d, c->run->group + 1, &(struct entry_act){
	    "replayed", "replay", user });
	return close_lines(c, e);
}

int
commit_replay(struct commit *c, const struct replay *r, const char *reason,
    const char *user, struct err *e)
{
	struct deed *d;

	if (c->run->broken)
		return err_set(e, ERR_AGAIN, "a commit stopped half-way");
	arena_reset(&c->arena);
	if (check_rights(c->spool, e) == -1 || check_replay(c, r, e) == -1)
		return -1;
	d = replay_deed(c, r, reason);
	if (spool_sync(c->spool, c->run, e) == -1 ||
	    write_replay(c, d, user, e) == -1 ||
	    settle(c->spool, d, 1, false, e) == -1)
		return -1;
	c->run->broken = false;
	return 0;
}
