#include "spool/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/commit.h"
#include "spool/crew.h"
#include "spool/desk.h"
#include "spool/dossier.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/log.h"
#include "spool/original.h"
#include "spool/receipt.h"
#include "spool/recover.h"
#include "spool/replay.h"
#include "spool/text.h"
#include "spool/working.h"

struct replaying {
	const struct cmdline *line;
	struct desk desk;
	struct dossiers *all;
	struct run run;
	struct crew *crew;
	struct commit *commit;
	char user[CMD_USER_MAX];
	bool refused;			/* one of them, by what is found now */
};

/* --------------------------------------------------------------- may it be */

static int
no_such(const char *id)
{
	struct buf shown = { 0 };
	struct err e;

	text_name(&shown, id, strlen(id));
	err_set(&e, ERR_NO_INPUT, "no such package: give its whole id (%s)",
	    buf_text(&shown));
	buf_free(&shown);
	return cmd_fail(&e);
}

/* What it needs first, when it was not published. */
static int
not_published(const struct dossier *x)
{
	static const char *const needs[STATE_COUNT] = {
		[STATE_CLAIMED] = "flerapp status",
		[STATE_ACCEPTED] = "flerapp run",
		[STATE_HELD] = "flerapp release --reason TEXT",
		[STATE_REJECTED] = "flerapp requeue --reason TEXT",
	};
	const char *need = needs[x->state];

	log_line(LEVEL_ERROR, "cannot replay %s: it is %s, and nothing was "
	    "made of it yet; try: %s%s%s", x->id, state_name(x->state),
	    need != NULL ? need : "flerapp show",
	    x->state == STATE_ACCEPTED || x->state == STATE_CLAIMED ? "" :
	    " ", x->state == STATE_ACCEPTED || x->state == STATE_CLAIMED ?
	    "" : x->id);
	return ERR_DATA;
}

/* All that cannot be is told before the first of them is made again. */
static int
ask_all(struct replaying *p)
{
	const struct cmdline *c = p->line;
	int rc = 0;

	for (size_t i = 0; i < c->n_args; i++) {
		const struct dossier *x = id_ok(c->args[i]) ?
		    dossiers_next(p->all, i, NULL) : NULL;
		struct err e;

		if (x == NULL) {
			rc = no_such(c->args[i]);
		} else if (x->state != STATE_PUBLISHED) {
			rc = not_published(x);
		} else if (x->purged) {
			err_set(&e, ERR_NO_INPUT, "cannot replay %s: "
			    "retention has removed its original", x->id);
			rc = cmd_fail(&e);
		}
	}
	return rc;
}

/* ----------------------------------------------------------- what was done */

static void
tell_paths(const struct deed_paths *p, const char *before,
    const char *behind)
{
	for (size_t i = 0; i < p->n; i++)
		printf("  %s %s%s\n", before, p->v[i], behind);
}

static void
tell_text(const struct replaying *p, const struct replay *r)
{
	const bool dry = p->line->dry_run;
	const struct answer *a = &r->made;

	printf("%s: %zu %smade, %zu unchanged, %zu no longer made\n",
	    r->x->id, a->n_made, dry ? "would be " : "", r->unchanged.n,
	    r->gone.n);
	for (size_t i = 0; i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		printf("  %s %s/%s/%s\n", dry ? "would make" : "made", m->app,
		    m->owner, m->key);
		if (r->replaces[i] != NULL)
			printf("    in place of %s%s\n", r->replaces[i],
			    r->blind[i] ? " (what that holds is not known "
			    "any more: it counts as different)" : "");
	}
	tell_paths(&r->unchanged, "unchanged", "");
	tell_paths(&r->gone, "no longer made:", " (it stays)");
}

static void
add_paths(struct json *j, const char *name, const struct deed_paths *p)
{
	json_open(j, name, '[');
	for (size_t i = 0; i < p->n; i++)
		json_str(j, NULL, p->v[i]);
	json_close(j, ']');
}

static void
tell_json(const struct replaying *p, const struct replay *r)
{
	const struct answer *a = &r->made;
	struct buf b = { 0 }, path = { 0 };
	struct json j;

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "id", r->x->id);
	json_str(&j, "state", state_name(r->x->state));
	json_bool(&j, "done", !p->line->dry_run);
	json_open(&j, "instances", '[');
	for (size_t i = 0; i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		buf_reset(&path);
		buf_fmt(&path, "%s/%s/%s", m->app, m->owner, m->key);
		json_open(&j, NULL, '{');
		json_str(&j, "path", buf_text(&path));
		json_str(&j, "replaces", r->replaces[i]);
		json_bool(&j, "compared", !r->blind[i]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	add_paths(&j, "unchanged", &r->unchanged);
	add_paths(&j, "gone", &r->gone);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
	buf_free(&path);
}

/* ------------------------------------------------------- what is in its way */

static void
refused_json(const struct dossier *x, const struct receipt *r)
{
	struct buf b = { 0 }, line = { 0 }, list = { 0 };
	const char *raw;
	struct json j;
	size_t n;

	receipt_line(&line, r);
	if (json_get_raw(buf_text(&line), "findings", &raw, &n))
		buf_add(&list, raw, n);
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "id", x->id);
	json_str(&j, "state", state_name(x->state));
	json_bool(&j, "done", false);
	json_raw(&j, "findings", buf_text(&list));
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
	buf_free(&line);
	buf_free(&list);
}

/* The package stays what it is: published as it was. */
static void
tell_refused(struct replaying *p, const struct dossier *x,
    const struct answer *a)
{
	struct receipt r = { .package = x->name, .sha256 = x->sha256,
	    .instance = x->guid, .app = x->app, .findings = &a->findings,
	    .time = x->time, .state = findings_verdict(&a->findings) ==
	    VERDICT_HELD ? STATE_HELD : STATE_REJECTED };
	struct buf b = { 0 };

	p->refused = true;
	if (p->line->json) {
		refused_json(x, &r);
		return;
	}
	printf("%s: cannot be made again; it stays as it was published. "
	    "Dropped now, this would be said of it:\n", x->id);
	receipt_text(&b, &r);
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

/* --------------------------------------------------------------- a package */

static int
have_it_read(struct replaying *p, size_t i, struct replay *r, int fd,
    struct crew_answer *a, struct err *e)
{
	struct crew_job job = { .item = (uint32_t)i, .mode = CREW_MAP,
	    .name = r->x->name, .fd = fd, .guid = r->x->guid,
	    .app = r->x->app, .replay = true };
	int rc;

	job.earlier = replay_tell(r, e);
	if (job.earlier == -1)
		return -1;
	crew_give(p->crew, &job);
	rc = crew_next(p->crew, -1, a, e);
	close(job.earlier);
	return rc == 1 ? 0 : -1;
}

/* What is not committed goes at once: there may be many packages. */
static int
tidy(const struct replaying *p, const struct crew_answer *a, struct err *e)
{
	int rc = 0, dir;

	if (a->answer->n_made == 0)
		return 0;
	dir = fsx_dir(p->run.tmp, a->work, e);
	if (dir == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < a->answer->n_made; i++)
		rc = fsx_remove_tree(dir, a->answer->made[i].from, e);
	close(dir);
	return rc;
}

static int
commit(struct replaying *p, struct replay *r, struct err *e)
{
	if (p->line->dry_run ||
	    commit_replay(p->commit, r, p->line->reason, p->user, e) == 0) {
		(p->line->json ? tell_json : tell_text)(p, r);
		return 0;
	}
	if (e->kind != ERR_DATA)
		return -1;
	p->refused = true;
	cmd_fail(e);
	return 0;
}

static int
judge(struct replaying *p, struct replay *r, const struct crew_answer *a,
    struct err *e)
{
	const char *wrong, *sha256 = a->answer->sha256;

	if (sha256[0] != '\0' && strcmp(sha256, r->x->sha256) != 0)
		return err_set(e, ERR_BOOKS, "%s is published, but its "
		    "original is not what was received (sha256 %s)",
		    r->x->id, sha256);
	if (a->answer->findings.n > 0) {
		tell_refused(p, r->x, a->answer);
		return 0;
	}
	replay_compare(r, a->answer, a->work, &wrong);
	if (wrong == NULL)
		return commit(p, r, e);
	p->refused = true;
	log_line(LEVEL_ERROR, "cannot replay %s: %s", r->x->id, wrong);
	return 0;
}

static int
with_original(struct replaying *p, size_t i, struct replay *r, int fd,
    struct err *e)
{
	struct crew_answer a = { .answer = NULL };
	int rc = -1;

	if (have_it_read(p, i, r, fd, &a, e) == 0 &&
	    judge(p, r, &a, e) == 0)
		rc = tidy(p, &a, e);
	if (a.answer != NULL)
		answer_free(a.answer);
	free(a.answer);
	return rc;
}

static int
replay_one(struct replaying *p, size_t i, struct err *e)
{
	const struct dossier *x = dossiers_next(p->all, i, NULL);
	const struct spool *s = &p->desk.spool;
	char path[ORIGINAL_PATH];
	struct replay r = { .x = NULL };
	int fd, rc = -1;

	original_path(path, x->state, x->id, x->name, x->time);
	fd = openat(s->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		err_sys(e, "open %s", path);
		if (e->sys == ENOENT)
			err_set(e, ERR_BOOKS, "%s is published, but its "
			    "original is not there (%s)", x->id, path);
		return -1;
	}
	if (spool_check_space(s, e) == 0 &&
	    replay_init(&r, x, s->dir[PLACE_OUTBOX], e) == 0)
		rc = with_original(p, i, &r, fd, e);
	replay_free(&r);
	close(fd);
	return rc;
}

static int
replay_all(struct replaying *p, struct err *e)
{
	for (size_t i = 0; i < p->line->n_args; i++)
		if (replay_one(p, i, e) == -1)
			return cmd_fail(e);
	return p->refused ? ERR_DATA : 0;
}

/* ---------------------------------------------------------------- together */

static int
with_crew(struct replaying *p)
{
	const struct conf *conf = &p->desk.conf;
	struct ledger *l = p->line->dry_run ? NULL : p->desk.ledger;
	struct err e = { .kind = ERR_NONE };
	int rc;

	if (crew_unsafe(conf) != NULL)
		log_line(LEVEL_WARNING, "%s", crew_unsafe(conf));
	p->crew = crew_new(conf, p->run.tmp, &e);
	if (p->crew == NULL || (l != NULL && working_began(&p->desk.spool,
	    l, conf, p->crew, &p->run, "replay", &e) == -1)) {
		crew_free(p->crew);
		return cmd_fail(&e);
	}
	rc = replay_all(p, &e);
	crew_free(p->crew);
	if (l != NULL && !p->run.broken &&
	    working_ended(l, &p->run, "", &e) == -1 && rc == 0)
		rc = cmd_fail(&e);
	return rc;
}

static int
in_run(struct replaying *p)
{
	struct spool *s = &p->desk.spool;
	struct err e;
	int rc;

	if (spool_begin_run(&p->run, s, &e) == -1)
		return cmd_fail(&e);
	p->commit = commit_new(s, &p->run, p->desk.ledger, p->desk.books,
	    true);
	rc = with_crew(p);
	commit_free(p->commit);
	if (spool_end_run(&p->run, s, &e) == -1 && rc == 0)
		rc = cmd_fail(&e);
	return rc;
}

static int
really(struct replaying *p)
{
	struct spool *s = &p->desk.spool;
	struct recovered told;
	struct err e;
	int rc;

	if (spool_lock(s, ROLE_TRANSFORM, false, &e) == -1)
		return cmd_fail(&e);
	if (ledger_refresh(p->desk.ledger, &e) == -1 ||
	    recover(s, p->desk.ledger, &told, &e) == -1)
		rc = cmd_fail(&e);
	else if ((rc = ask_all(p)) == 0)
		rc = in_run(p);
	spool_unlock(s, ROLE_TRANSFORM);
	return rc;
}

/* Workers write below tmp/ all the same: what they make must be compared. */
static int
only_say(struct replaying *p)
{
	int rc = ask_all(p);

	return rc == 0 ? in_run(p) : rc;
}

int
cmd_replay(const struct cmdline *c)
{
	struct replaying p = { .line = c };
	int rc = cmd_reason(c);

	if (rc != 0)
		return rc;
	cmd_user(p.user);
	p.all = dossiers_new();
	for (size_t i = 0; i < c->n_args; i++)
		dossiers_want(p.all, c->args[i]);
	p.desk.first = dossiers_feed;
	p.desk.arg = p.all;
	rc = desk_open(&p.desk, c, !c->dry_run);
	if (rc == 0)
		rc = c->dry_run ? only_say(&p) : really(&p);
	desk_close(&p.desk);
	dossiers_free(p.all);
	return rc;
}
