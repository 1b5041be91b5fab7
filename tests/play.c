#include "tests/play.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/account.h"
#include "spool/answer.h"
#include "spool/books.h"
#include "spool/buf.h"
#include "spool/commit.h"
#include "spool/dossier.h"
#include "spool/earlier.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/original.h"
#include "spool/recover.h"
#include "spool/replay.h"
#include "spool/spool.h"
#include "spool/tally.h"

enum { TEXT_MAX = 1 << 20, MOST = 64 };
static const char app_b[] = "ttd/mottak-b";

struct stage {
	struct spool spool;
	struct run run;
	struct ledger *ledger;
	struct books *books;
	struct intake *intake;
	struct commit *commit;
	size_t group;
	bool both;
	play_hook *hook;
	void *hook_arg;
	const struct move *move;
	const char *replay;		/* the id of a package, or NULL */
	enum play_map map;
	struct dossiers *all;
	struct earlier *earlier;
	struct parcel parcels[MOST];
	struct drop drops[MOST];
	struct answer answers[MOST];
	size_t n;
	int made;
	struct err *e;
};

static const struct {
	const char *word;
	enum state first, second;	/* dropped; when it was accepted */
	enum finding_code code;
} verdicts[] = {
	{ "publish", STATE_PUBLISHED, STATE_PUBLISHED, 0 },
	{ "zip", STATE_PUBLISHED, STATE_PUBLISHED, 0 },
	{ "each", STATE_PUBLISHED, STATE_PUBLISHED, 0 },
	{ "accept", STATE_ACCEPTED, STATE_PUBLISHED, 0 },
	{ "later", STATE_ACCEPTED, STATE_HELD, F_OWNER_UNKNOWN },
	{ "hold", STATE_HELD, STATE_HELD, F_NOT_ENDED },
	{ "refuse", STATE_REJECTED, STATE_REJECTED, F_XSD },
	{ "broken", STATE_REJECTED, STATE_REJECTED, F_PACKAGE_UNREADABLE },
};

static size_t
verdict_of(const char *text)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		if (strncmp(text, verdicts[i].word,
		    strlen(verdicts[i].word)) == 0)
			return i;
	abort();
}

static void
make_file(struct arena *a, int dir, const char *name, const char *text,
    struct made_file *f, struct err *e)
{
	f->name = arena_dup(a, name);
	f->size = strlen(text);
	digest_hex_of(text, strlen(text), f->sha256);
	if (fsx_put(dir, name, text, strlen(text), e) == -1)
		abort();
}

/* What the text of a package makes: by which keys, and how many. */
static const struct kind {
	const char *word, *key;
	bool zip;
	size_t n[PLAY_MAPS];
} kinds[] = {
	{ "publish", "%s.rute%zu", false, { 2, 3 } },
	{ "zip", "%s.rute%zu", true, { 1, 1 } },
	{ "each", "%s.rute.%04zu", false, { 3, 2 } },
	{ "accept", "%s.rute%zu", false, { 2, 3 } },
};

static const struct kind *
kind_of(const char *word)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	abort();
}

/* The other map makes something else of the first one. */
static void
make_instance(struct stage *g, struct answer *a, int work,
    const struct kind *k, size_t i)
{
	struct made *m = &a->made[i];
	char *key = arena_zero(&a->arena, ID_KEY_MAX + 1);
	const char *text;
	int dir;

	snprintf(key, ID_KEY_MAX + 1, k->key, a->guid, i);
	text = i == 0 && g->map == PLAY_OTHER_MAP ? "changed" :
	    arena_dup(&a->arena, key);
	if (g->earlier != NULL)
		earlier_key(g->earlier, key);
	m->app = app_b;
	m->owner = i == 0 ? "org-310000027" : "org-310000019";
	m->key = key;
	m->from = arena_fmt(&a->arena, "m%d", g->made++);
	m->zip = k->zip;
	m->n_files = k->zip ? 1 : 2;
	m->files = arena_zero(&a->arena, 2 * sizeof *m->files);
	if (k->zip) {
		make_file(&a->arena, work, m->from, text, &m->files[0], g->e);
		answer_content(m->files, 1, m->content);
		return;
	}
	dir = fsx_open_dir(work, m->from, g->e);
	make_file(&a->arena, dir, "mottak.xml", text, &m->files[0], g->e);
	make_file(&a->arena, dir, "SHA256SUMS", arena_fmt(&a->arena,
	    "%s  mottak.xml\n", m->files[0].sha256), &m->files[1], g->e);
	answer_content(m->files, 2, m->content);
	close(dir);
}

static void
make_instances(struct stage *g, struct answer *a, const char *word)
{
	const struct kind *k = kind_of(word);
	int work = fsx_open_dir(g->run.tmp, "w0", g->e);

	a->n_made = k->n[g->map];
	a->made = arena_zero(&a->arena, a->n_made * sizeof *a->made);
	for (size_t i = 0; i < a->n_made; i++)
		make_instance(g, a, work, k, i);
	close(work);
}

static void
answer_of(struct stage *g, struct answer *a, int fd, size_t *v)
{
	char text[256] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n <= 0 || intake_sum(fd, TEXT_MAX, a->sha256, &a->size,
	    g->e) == -1)
		abort();
	*v = verdict_of(text);
	findings_init(&a->findings, &a->arena);
	if (verdicts[*v].code == F_PACKAGE_UNREADABLE)
		return;
	snprintf(a->guid, sizeof a->guid, "%s", strchr(text, ' ') + 1);
	snprintf(a->app, sizeof a->app, "ttd/innsending-a");
}

static void
decide(struct stage *g, struct parcel *p, struct answer *a, size_t v)
{
	bool dropped = p->drop != NULL;
	enum books_answer seen = books_judge(g->books, a->guid, a->sha256,
	    dropped ? NULL : p->id);

	p->answer = a;
	p->work = "w0";
	p->to = dropped ? verdicts[v].first : verdicts[v].second;
	if (seen == BOOKS_DUPLICATE)
		p->to = STATE_DUPLICATE;
	else if (seen == BOOKS_CONFLICT && p->to != STATE_REJECTED)
		p->to = STATE_HELD;
	if (p->to == STATE_PUBLISHED)
		make_instances(g, a, verdicts[v].word);
	else if (p->to == STATE_HELD || p->to == STATE_REJECTED)
		findings_add(&a->findings, seen == BOOKS_CONFLICT ?
		    F_CONFLICT : verdicts[v].code, "data/skjema.xml", 7,
		    "/Melding/Sak", "said by the package");
	books_expect(g->books, a->guid, a->sha256, p->to);
}

static int
commit_all(struct stage *g)
{
	int rc;

	if (g->hook != NULL)
		g->hook(g->hook_arg, g->run.id);
	rc = commit_group(g->commit, g->parcels, g->n, g->e);
	for (size_t i = 0; i < g->n; i++) {
		if (g->parcels[i].drop == NULL)
			;
		else if (rc == 0)
			intake_settled(g->intake, &g->drops[i]);
		else
			intake_give_back(g->intake, &g->drops[i],
			    &(struct err){ 0 });
		answer_free(&g->answers[i]);
	}
	g->n = 0;
	return rc;
}

static int
take_one(struct stage *g, const char *name)
{
	struct drop *d = &g->drops[g->n];
	struct parcel *p = &g->parcels[g->n];
	bool taken;
	size_t v;

	if (intake_claim(g->intake, name, d, &taken, g->e) == -1)
		return -1;
	if (!taken)
		return 0;
	*p = (struct parcel){ .drop = d };
	answer_of(g, &g->answers[g->n], d->fd, &v);
	decide(g, p, &g->answers[g->n], v);
	return ++g->n == g->group ? commit_all(g) : 0;
}

static int
first_half(struct stage *g)
{
	struct intake_list l;
	int rc = intake_scan(g->intake, &l, g->e);

	for (size_t i = 0; rc == 0 && i < l.n; i++)
		rc = take_one(g, l.names[i]);
	if (rc == 0 && g->n > 0)
		rc = commit_all(g);
	intake_list_free(&l);
	return rc;
}

static int
judge_accepted(void *arg, const struct package *p, struct err *e)
{
	struct stage *g = arg;
	char path[ORIGINAL_PATH];
	size_t v;
	int fd;

	original_path(path, p->state, p->id, p->name, p->time);
	fd = openat(g->spool.root, path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(e, "open %s", path);
	g->parcels[g->n] = (struct parcel){ .drop = NULL };
	memcpy(g->parcels[g->n].id, p->id, sizeof p->id);
	answer_of(g, &g->answers[g->n], fd, &v);
	close(fd);
	decide(g, &g->parcels[g->n], &g->answers[g->n], v);
	return ++g->n == g->group ? commit_all(g) : 0;
}

static int
second_half(struct stage *g)
{
	if (books_each(g->books, STATE_ACCEPTED, judge_accepted, g,
	    g->e) == -1)
		return -1;
	return g->n > 0 ? commit_all(g) : 0;
}

/* The package is read again, and what another map makes of it committed. */
static int
compare_and_commit(struct stage *g, struct replay *r, int fd)
{
	struct answer *a = &g->answers[0];
	const char *wrong;
	int rc, list = replay_tell(r, g->e);
	size_t v;

	g->earlier = earlier_read(list, g->e);
	close(list);
	if (g->earlier == NULL)
		abort();
	answer_of(g, a, fd, &v);
	make_instances(g, a, verdicts[v].word);
	replay_compare(r, a, "w0", &wrong);
	rc = wrong != NULL ? err_set(g->e, ERR_DATA, "%s", wrong) :
	    commit_replay(g->commit, r, "a reason", "kari", g->e);
	answer_free(a);
	earlier_free(g->earlier);
	return rc;
}

static int
replay(struct stage *g)
{
	const struct dossier *x = dossiers_next(g->all, 0, NULL);
	char path[ORIGINAL_PATH];
	struct replay r;
	int fd, rc;

	if (x == NULL || x->state != STATE_PUBLISHED)
		return err_set(g->e, ERR_NO_INPUT, "%s is not published",
		    g->replay);
	original_path(path, x->state, x->id, x->name, x->time);
	fd = openat(g->spool.root, path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(g->e, "open %s", path);
	rc = replay_init(&r, x, g->spool.dir[PLACE_OUTBOX], g->e);
	if (rc == 0)
		rc = compare_and_commit(g, &r, fd);
	replay_free(&r);
	close(fd);
	return rc;
}

static int
act(struct stage *g)
{
	if (g->replay != NULL)
		return replay(g);
	if (g->move != NULL)
		return commit_move(g->commit, g->move, g->e);
	if (first_half(g) == -1)
		return -1;
	return g->both ? second_half(g) : 0;
}

static int
with_run(struct stage *g, const struct conf *c)
{
	int rc;

	if (spool_begin_run(&g->run, &g->spool, g->e) == -1)
		return -1;
	g->intake = intake_new(&g->spool, &g->run, c, NULL, NULL);
	g->commit = commit_new(&g->spool, &g->run, g->ledger, g->books,
	    c->transform.durability == DURABILITY_PACKAGE);
	rc = act(g);
	commit_free(g->commit);
	intake_free(g->intake);
	if (spool_end_run(&g->run, &g->spool, g->e) == -1)
		rc = -1;
	return rc;
}

static int
follow(void *arg, const struct ledger_line *l, struct err *e)
{
	struct stage *g = arg;

	if (dossiers_feed(g->all, l, e) == -1)
		return -1;
	return books_feed(g->books, l, e);
}

static int
with_ledger(struct stage *g, const struct conf *c)
{
	struct recovered told;
	int rc = -1;

	g->books = books_new();
	g->all = dossiers_new();
	if (g->replay != NULL)
		dossiers_want(g->all, g->replay);
	g->ledger = ledger_open(g->spool.dir[PLACE_LEDGER], true, follow, g,
	    g->e);
	if (g->ledger != NULL &&
	    recover(&g->spool, g->ledger, &told, g->e) == 0)
		rc = with_run(g, c);
	ledger_close(g->ledger);
	books_free(g->books);
	dossiers_free(g->all);
	return rc;
}

static int
on_stage(const struct conf *c, const struct stage *how, struct err *e)
{
	struct stage *g = mem_alloc(sizeof *g);
	int rc = -1;

	*g = *how;
	g->e = e;
	if (spool_open(&g->spool, c, true, e) == 0) {
		if (spool_lock(&g->spool, ROLE_INTAKE, false, e) == 0 &&
		    spool_lock(&g->spool, ROLE_TRANSFORM, false, e) == 0)
			rc = with_ledger(g, c);
		spool_close(&g->spool);
	}
	free(g);
	return rc;
}

int
play(const struct conf *c, size_t group, struct err *e)
{
	return on_stage(c, &(struct stage){ .group = group, .both = true }, e);
}

int
play_intake(const struct conf *c, size_t group, struct err *e)
{
	return on_stage(c, &(struct stage){ .group = group }, e);
}

int
play_hooked(const struct conf *c, size_t group, play_hook *hook, void *arg,
    struct err *e)
{
	return on_stage(c, &(struct stage){ .group = group, .both = true,
	    .hook = hook, .hook_arg = arg }, e);
}

int
play_intake_hooked(const struct conf *c, size_t group, play_hook *hook,
    void *arg, struct err *e)
{
	return on_stage(c, &(struct stage){ .group = group, .hook = hook,
	    .hook_arg = arg }, e);
}

int
play_move(const struct conf *c, enum act how, const char *id, struct err *e)
{
	const struct move m = { .id = id, .act = how, .reason = "a reason",
	    .user = "kari" };

	return on_stage(c, &(struct stage){ .move = &m }, e);
}

int
play_replay(const struct conf *c, const char *id, enum play_map map,
    struct err *e)
{
	return on_stage(c, &(struct stage){ .replay = id, .map = map }, e);
}

static void
first_fault(void *arg, const char *path, const char *what)
{
	char *why = arg;

	if (*why == '\0')
		snprintf(why, 160, "%s: %s", path, what);
}

/* The books from outside; the bytes too when that is wanted. */
static bool
look(const struct conf *c, bool bytes, char why[160])
{
	struct books *b = books_new();
	struct ledger *l = NULL;
	struct spool s;
	struct account a = { .spool = &s, .books = b, .tell = first_fault,
	    .arg = why };
	struct tally t;
	struct err e = { 0 };
	bool well = false;

	snprintf(why, 160, "not read");
	if (spool_open(&s, c, false, &e) == 0) {
		l = ledger_open(s.dir[PLACE_LEDGER], false, books_feed, b,
		    &e);
		if (l != NULL && tally_take(&t, &s, l, b, &e) == 0) {
			snprintf(why, 160, "%s", t.why);
			well = t.balanced && (!bytes ||
			    (account_take(&a, &e) == 0 && a.faults == 0));
		}
		spool_close(&s);
	}
	if (e.kind != ERR_NONE)
		snprintf(why, 160, "%.150s", e.text);
	ledger_close(l);
	books_free(b);
	return well;
}

bool
play_balanced(const struct conf *c, char why[160])
{
	return look(c, false, why);
}

bool
play_accounted(const struct conf *c, char why[160])
{
	return look(c, true, why);
}
