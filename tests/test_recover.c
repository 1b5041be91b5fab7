#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/verify.h"
#include "tests/killer.h"
#include "tests/play.h"
#include "tests/scratch.h"

#define G(n) "6513270e-0000-4000-8000-00000000000" n

static const struct {
	const char *path, *text;
} drops[] = {
	{ "incoming/a.zip", "publish " G("1") " one" },
	{ "incoming/b.zip", "refuse " G("2") " two" },
	{ "incoming/c.zip", "hold " G("3") " three" },
	{ "incoming/d.zip", "accept " G("4") " four" },
	{ "incoming/e.zip", "publish " G("1") " one" },	/* a duplicate */
	{ "incoming/f.zip", "publish " G("1") " other" },  /* a conflict */
	{ "incoming/g.tar.gz", "broken" },
	{ "incoming/h.zip", "later " G("5") " five" },
	{ "incoming/i.zip", "zip " G("6") " six" },
	{ "incoming/.part.zip", "not yet" },
};

struct game {
	struct scratch *scratch;
	size_t group;
};

static void
deal(struct game *g, enum conf_claim claim, size_t group)
{
	g->scratch = scratch_new();
	g->scratch->conf.watch.claim = claim;
	g->group = group;
	for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
		scratch_put(g->scratch, drops[i].path, drops[i].text);
}

static int
play_game(void *arg)
{
	struct game *g = arg;
	struct err e = { 0 };
	int rc = play(&g->scratch->conf, g->group, &e);

	if (rc == -1)
		fprintf(stderr, "play: %s\n", e.text);
	return rc;
}

static int
play_quietly(void *arg)
{
	struct game *g = arg;
	struct err e = { 0 };

	return play(&g->scratch->conf, g->group, &e);
}

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	(void)arg;
	print_error("ledger/%s.jsonl line %ld: %s\n", f->day, (long)f->line,
	    f->what);
}

static void
expect_sound_ledger(const struct scratch *s, long row)
{
	struct verify_result v;
	char path[256];
	struct err e;
	int dir;

	scratch_path(s, path, sizeof path, "ledger");
	dir = fsx_dir(AT_FDCWD, path, &e);
	assert_int_not_equal(dir, -1);
	assert_int_equal(verify_ledger(dir, &v, tell_fault, NULL, &e), 0);
	close(dir);
	if (v.faults > 0)
		fail_msg("point %ld: the ledger is broken", row);
}

static void
expect_balanced(const struct scratch *s, const char *when, long row)
{
	char why[160];

	if (!play_balanced(&s->conf, why))
		fail_msg("point %ld, %s: the books do not balance: %s", row,
		    when, why);
}

/* Equal lines aside, the first that differs. */
static void
expect_same_tree(const struct buf *want, const struct buf *have, long row)
{
	const char *a = buf_text(want), *b = buf_text(have);
	size_t i = 0, from = 0;

	if (strcmp(a, b) == 0)
		return;
	for (; a[i] == b[i]; i++)
		if (a[i] == '\n')
			from = i + 1;
	print_error("want: %.400s\nhave: %.400s\n", a + from, b + from);
	fail_msg("point %ld: the tree is not that of an undisturbed run",
	    row);
}

static void
undisturbed(struct buf *tree, enum conf_claim claim, size_t group, bool take)
{
	struct game g;

	deal(&g, claim, group);
	assert_int_equal(play_game(&g), 0);
	expect_balanced(g.scratch, "undisturbed", -1);
	expect_sound_ledger(g.scratch, -1);
	if (take)
		scratch_take_outbox(g.scratch);
	scratch_tree(g.scratch, tree);
	scratch_free(g.scratch);
}

/* How a crash at one point, and perhaps one in the recovery, is gone over. */
struct crash {
	enum conf_claim claim;
	size_t group;
	long again;		/* killed again at this point; -1: not */
	bool take;		/* owners take what they see meanwhile */
};

static bool
crash_at(const struct crash *c, long n, const struct buf *want)
{
	struct buf have = { 0 };
	struct game g;
	enum killed how;

	deal(&g, c->claim, c->group);
	how = killer_run(play_game, &g, n);
	if (how == ENDED_BADLY)
		fail_msg("point %ld: ended badly", n);
	if (how == KILLED && scratch_has(g.scratch, "ledger"))
		expect_balanced(g.scratch, "after the crash", n);
	if (c->take)
		scratch_take_outbox(g.scratch);
	if (c->again != -1 &&
	    killer_run(play_game, &g, c->again) == ENDED_BADLY)
		fail_msg("point %ld, then %ld: ended badly", n, c->again);
	if (c->take)
		scratch_take_outbox(g.scratch);
	if (play_game(&g) != 0)
		fail_msg("point %ld: does not go on", n);
	expect_balanced(g.scratch, "after recovery", n);
	expect_sound_ledger(g.scratch, n);
	if (c->take)
		scratch_take_outbox(g.scratch);
	scratch_tree(g.scratch, &have);
	expect_same_tree(want, &have, n);
	buf_free(&have);
	scratch_free(g.scratch);
	return how == KILLED;
}

/* step 1 is every point; the number of points there were. */
static long
crash_everywhere(const struct crash *c, long step)
{
	struct buf want = { 0 };
	long n = 0;

	undisturbed(&want, c->claim, c->group, c->take);
	while (crash_at(c, n, &want))
		n += step;
	buf_free(&want);
	return n;
}

static void
a_kill_at_any_call_changes_nothing_in_the_end(void **unused)
{
	struct crash c = { CLAIM_COPY, 4, -1, false };

	(void)unused;
	assert_true(crash_everywhere(&c, 1) > 100);
}

static void
nor_where_drops_are_claimed_by_rename(void **unused)
{
	struct crash c = { CLAIM_RENAME, 4, -1, false };

	(void)unused;
	assert_true(crash_everywhere(&c, 1) > 100);
}

static void
no_owner_is_given_an_instance_twice(void **unused)
{
	struct crash c = { CLAIM_COPY, 64, -1, true };

	(void)unused;
	assert_true(crash_everywhere(&c, 2) > 80);
}

static void
a_kill_in_the_recovery_changes_nothing_either(void **unused)
{
	struct crash c = { CLAIM_COPY, 3, 0, false };
	struct crash r = { CLAIM_RENAME, 64, 0, true };

	(void)unused;
	for (c.again = 3; c.again < 60; c.again += 7) {
		r.again = c.again;
		crash_everywhere(&c, 11);
		crash_everywhere(&r, 13);
	}
}

/* The next start finds what one that failed has left; a second is enough. */
static bool
fail_at(long n, int error, bool for_ever, const struct buf *want)
{
	struct buf have = { 0 };
	struct game g;
	bool reached;

	deal(&g, n % 2 == 0 ? CLAIM_COPY : CLAIM_RENAME, 4);
	killer_fail(play_quietly, &g, n, error, for_ever, &reached);
	if (scratch_has(g.scratch, "ledger"))
		expect_balanced(g.scratch, "after the failure", n);
	if (play_game(&g) != 0)
		fail_msg("point %ld: does not go on", n);
	expect_balanced(g.scratch, "after recovery", n);
	expect_sound_ledger(g.scratch, n);
	scratch_tree(g.scratch, &have);
	expect_same_tree(want, &have, n);
	buf_free(&have);
	scratch_free(g.scratch);
	return reached;
}

static void
a_call_that_fails_loses_nothing(void **unused)
{
	static const int errors[] = { EIO, ENOSPC };
	struct buf want = { 0 };
	size_t n;

	(void)unused;
	if (!killer_can_fail())
		skip();
	undisturbed(&want, CLAIM_COPY, 4, false);
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		for (n = 0; fail_at((long)n, errors[i], false, &want); n += i + 1)
			;
		for (n = 0; fail_at((long)n, errors[i], true, &want); n += 5)
			;
	}
	buf_free(&want);
}

/* ------------------------------------------------------------ power cuts */

/*
 * What a power cut may leave and a kill cannot: renames come to the disk in
 * any order until they are synced. Each row undoes some of what was done
 * behind the ledger line, by hand.
 */
static void
shell(const struct scratch *s, const char *script)
{
	char line[1024];

	snprintf(line, sizeof line, "cd '%s' && R=$(cat run) && { %s; }",
	    s->dir, script);
	if (system(line) != 0)
		fail_msg("%s", script);
}

static void
keep_run(void *arg, const char *run)
{
	const struct game *g = arg;

	scratch_put(g->scratch, "run", run);
	/* What the commit is about to move, kept as it was. */
	shell(g->scratch, "rm -rf kept && mkdir kept && cp -a incoming "
	    "claimed tmp accepted kept/");
}

/* Played to the end, then its run's folders put back, as if not removed. */
static void
play_and_bring_back(struct game *g, const char *script)
{
	struct err e = { 0 };

	deal(g, CLAIM_COPY, 64);
	assert_int_equal(play_hooked(&g->scratch->conf, 64, keep_run, g, &e),
	    0);
	shell(g->scratch, "mkdir claimed/$R tmp/$R");
	shell(g->scratch, script);
	shell(g->scratch, "rm -rf kept run");
}

static void
renames_that_a_power_cut_undid_are_done_again(void **unused)
{
	static const char *const scripts[] = {
		/* The last group published d and held h, from accepted/. */
		"true",
		"mv done/*/*4-*.zip accepted/",
		"K=$(ls outbox/ttd/mottak-b/org-310000027 | grep 4.rute0);"
		" cd outbox/ttd/mottak-b/org-310000027; mv $K .$K",
		"mkdir tmp/$R/w0; M=$(cd kept/tmp/$R/w0; grep -l 4.rute0"
		" */mottak.xml | cut -d/ -f1);"
		" mv outbox/ttd/mottak-b/org-310000027/*4.rute0 tmp/$R/w0/$M",
		"H=$(ls held | grep 5-); mv held/$H/package.zip"
		" accepted/$H.zip",
		"H=$(ls held | grep 5-); mv held/$H/package.zip"
		" accepted/$H.zip; mv held/$H tmp/$R/$H",
		"H=$(ls held | grep 5-); mv held/$H tmp/$R/$H",
		"rm -rf receipts/d.zip.* receipts/h.zip.*",
		/* One file, two names (btrfs). */
		"ln done/*/*4-*.zip accepted/",
		"H=$(ls held | grep 5-); ln held/$H/package.zip"
		" accepted/$H.zip",
	};
	struct buf want = { 0 }, have = { 0 };
	struct game g;

	(void)unused;
	undisturbed(&want, CLAIM_COPY, 64, false);
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		play_and_bring_back(&g, scripts[i]);
		if (strstr(scripts[i], "ln ") == NULL)
			expect_balanced(g.scratch, "power cut", (long)i);
		assert_int_equal(play_game(&g), 0);
		expect_balanced(g.scratch, "recovered", (long)i);
		scratch_tree(g.scratch, &have);
		expect_same_tree(&want, &have, (long)i);
		scratch_free(g.scratch);
	}
	buf_free(&want);
	buf_free(&have);
}

static void
a_working_run_is_left_alone(void **unused)
{
	struct game g;
	struct spool s;
	struct run r;
	struct err e;
	char path[256];

	(void)unused;
	deal(&g, CLAIM_COPY, 4);
	assert_int_equal(spool_open(&s, &g.scratch->conf, true, &e), 0);
	assert_int_equal(spool_begin_run(&r, &s, &e), 0);
	snprintf(path, sizeof path, "claimed/%s/1", r.id);
	scratch_put(g.scratch, path, "a copy");
	assert_int_equal(play_game(&g), 0);
	assert_true(scratch_has(g.scratch, path));
	spool_abandon_run(&r);
	assert_int_equal(play_game(&g), 0);
	assert_false(scratch_has(g.scratch, path));
	spool_close(&s);
	scratch_free(g.scratch);
}

static void
a_zip_that_a_power_cut_left_under_two_names_is_given_once(void **unused)
{
	static const char *const scripts[] = {
		"mkdir tmp/$R/w0; ln outbox/*/*/*/*.zip tmp/$R/w0/m0",
		"cd outbox/*/*/*; ln *.zip .$(echo *.zip)",
	};
	struct buf want = { 0 }, have = { 0 };
	struct game g = { .group = 4 };
	struct err e = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		g.scratch = scratch_new();
		scratch_put(g.scratch, "incoming/a.zip", "zip " G("1"));
		assert_int_equal(play_hooked(&g.scratch->conf, 4, keep_run,
		    &g, &e), 0);
		shell(g.scratch, "rm -rf kept");
		scratch_tree(g.scratch, &want);
		shell(g.scratch, "mkdir claimed/$R tmp/$R");
		shell(g.scratch, scripts[i]);
		assert_int_equal(play_game(&g), 0);
		scratch_tree(g.scratch, &have);
		expect_same_tree(&want, &have, (long)i);
		scratch_free(g.scratch);
	}
	buf_free(&want);
	buf_free(&have);
}

/* The watcher's run outlives what the transform does with its packages. */
static void
what_a_later_run_moved_on_is_left_to_it(void **unused)
{
	struct buf want = { 0 }, have = { 0 };
	struct game g = { .group = 4 };
	struct err e = { 0 };

	(void)unused;
	g.scratch = scratch_new();
	scratch_put(g.scratch, "incoming/a.zip", "accept " G("1"));
	scratch_put(g.scratch, "incoming/b.zip", "later " G("2"));
	assert_int_equal(play_intake_hooked(&g.scratch->conf, 4, keep_run, &g,
	    &e), 0);
	shell(g.scratch, "rm -rf kept");
	assert_int_equal(play_game(&g), 0);
	scratch_tree(g.scratch, &want);
	shell(g.scratch, "mkdir claimed/$R");
	assert_int_equal(play_game(&g), 0);
	scratch_tree(g.scratch, &have);
	expect_same_tree(&want, &have, 0);
	buf_free(&want);
	buf_free(&have);
	scratch_free(g.scratch);
}

/* -------------------------------------------------------------- the order */

struct order {
	long synced, ledger, ledger_synced, hidden, shown, receipt, removed;
	long last_sync;
	const char *wrong;
};

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool
is_key(const char *path, bool hidden)
{
	const char *name = strrchr(path, '/');

	return begins(path, "outbox/") && name != NULL &&
	    (name[1] == '.') == hidden;
}

/*
 * The barriers, as one run of one group shows them. Today's file systems
 * hide a missing sync, so the calls themselves are looked at.
 */
static void
watch_order(void *arg, const struct killer_call *c)
{
	struct order *o = arg;
	const char *wrong = NULL;

	if (strcmp(c->name, "syncfs") == 0)
		o->last_sync = c->n;
	else if (strcmp(c->name, "fdatasync") == 0)
		o->ledger_synced = c->n;
	else if (strcmp(c->name, "create") == 0 &&
	    strstr(c->from, ".jsonl") != NULL) {
		o->ledger = c->n;
		if (o->last_sync == 0)
			wrong = "the ledger before the files";
	} else if (strcmp(c->name, "rename") != 0) {
		if (strcmp(c->name, "unlink") == 0 && o->receipt > 0 &&
		    strchr(c->from, 'Z') != NULL &&
		    o->last_sync < o->receipt)
			wrong = "the run is removed before its moves";
	} else if (is_key(c->to, true)) {
		o->hidden = c->n;
		if (o->ledger_synced < o->ledger || o->ledger == 0)
			wrong = "an instance moved before the ledger";
	} else if (is_key(c->to, false)) {
		o->shown = c->n;
		if (o->last_sync < o->hidden)
			wrong = "an instance is seen before it left tmp/";
	} else if (strstr(c->to, ".json") != NULL) {
		o->receipt = c->n;
		if (o->shown == 0)
			wrong = "a receipt before the instance";
	} else if (begins(c->to, "done/") && o->receipt == 0)
		wrong = "the original before the receipt";
	if (wrong != NULL)
		o->wrong = wrong;
}

static void
the_barriers_stand_where_they_should(void **unused)
{
	struct game g = { .group = 4 };
	struct order o = { .wrong = NULL };

	(void)unused;
	g.scratch = scratch_new();
	scratch_put(g.scratch, "incoming/a.zip", "publish " G("1"));
	scratch_put(g.scratch, "incoming/b.zip", "zip " G("2"));
	assert_int_equal(killer_watch(play_game, &g, watch_order, &o),
	    ENDED_WELL);
	if (o.wrong != NULL)
		fail_msg("%s", o.wrong);
	assert_true(o.ledger > 0 && o.hidden > 0 && o.shown > 0 &&
	    o.receipt > 0);
	scratch_free(g.scratch);
}

struct replacing {
	struct game game;
	long at;
	bool done;
};

static void
replace_at(void *arg, const struct killer_call *c)
{
	struct replacing *r = arg;
	char from[256], to[256];

	if (c->n != r->at)
		return;
	r->done = true;
	scratch_put(r->game.scratch, "incoming/.new", "publish " G("7"));
	scratch_path(r->game.scratch, from, sizeof from, "incoming/.new");
	scratch_path(r->game.scratch, to, sizeof to, "incoming/a.zip");
	assert_int_equal(rename(from, to), 0);
}

static bool
replaced_at(long n, enum conf_claim claim)
{
	struct replacing r = { .at = n };
	struct buf tree = { 0 };

	r.game.scratch = scratch_new();
	r.game.scratch->conf.watch.claim = claim;
	r.game.group = 4;
	scratch_put(r.game.scratch, "incoming/a.zip", "publish " G("1"));
	assert_int_equal(killer_watch(play_game, &r.game, replace_at, &r),
	    ENDED_WELL);
	assert_int_equal(play_game(&r.game), 0);
	expect_balanced(r.game.scratch, "replaced", n);
	scratch_tree(r.game.scratch, &tree);
	if (r.done && strstr(tree.p, ".zip = publish " G("7")) == NULL)
		fail_msg("point %ld: lost: %s", n, tree.p);
	buf_free(&tree);
	scratch_free(r.game.scratch);
	return r.done;
}

static void
a_drop_that_is_replaced_at_any_moment_is_not_lost(void **unused)
{
	static const enum conf_claim claims[] = { CLAIM_COPY, CLAIM_RENAME };
	long n;

	(void)unused;
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		for (n = 0; replaced_at(n, claims[i]); n++)
			;
		assert_true(n > 30);
	}
}

/* ------------------------------------------------------- operator's moves */

static const enum act acts[] =
    { ACT_RELEASE, ACT_HOLD, ACT_REJECT, ACT_REQUEUE };

/* Until the one at `step` is done, and no further: a kill comes in it. */
struct moves {
	struct game game;
	char id[ID_MAX + 1];
	size_t step;
};

static int
make_move(void *arg)
{
	struct moves *m = arg;
	struct err e = { 0 };

	return play_move(&m->game.scratch->conf, acts[m->step], m->id, &e);
}

static bool
kill_move(size_t step, long n)
{
	struct moves m = { .step = 0 };
	struct buf tree = { 0 };
	enum killed how;
	struct err e = { 0 };

	m.game.scratch = scratch_new();
	m.game.group = 1;
	scratch_put(m.game.scratch, "incoming/a.zip", "hold " G("1"));
	snprintf(m.id, sizeof m.id, G("1") "-4a0d1a897bc8");
	assert_int_equal(play_game(&m.game), 0);
	for (; m.step < step; m.step++)
		assert_int_equal(make_move(&m), 0);
	how = killer_run(make_move, &m, n);
	expect_balanced(m.game.scratch, "move killed", n);
	/* Done or not done, and never half: it may be asked for once more. */
	if (make_move(&m) == -1)
		assert_int_equal(play_intake(&m.game.scratch->conf, 1, &e),
		    0);
	expect_balanced(m.game.scratch, "move recovered", n);
	expect_sound_ledger(m.game.scratch, n);
	scratch_tree(m.game.scratch, &tree);
	if (strstr(tree.p, "claimed/\ndone/\n") == NULL ||
	    strstr(tree.p, "= hold " G("1")) == NULL)
		fail_msg("point %ld of move %zu: %s", n, step, tree.p);
	buf_free(&tree);
	scratch_free(m.game.scratch);
	return how == KILLED;
}

static void
a_kill_in_an_operators_move_leaves_no_half_of_it(void **unused)
{
	(void)unused;
	for (size_t step = 0; step < sizeof acts / sizeof *acts; step++)
		for (long n = 0; kill_move(step, n); n++)
			;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_at_any_call_changes_nothing_in_the_end),
		cmocka_unit_test(nor_where_drops_are_claimed_by_rename),
		cmocka_unit_test(no_owner_is_given_an_instance_twice),
		cmocka_unit_test(a_kill_in_the_recovery_changes_nothing_either),
		cmocka_unit_test(a_call_that_fails_loses_nothing),
		cmocka_unit_test(renames_that_a_power_cut_undid_are_done_again),
		cmocka_unit_test(
		    a_zip_that_a_power_cut_left_under_two_names_is_given_once),
		cmocka_unit_test(what_a_later_run_moved_on_is_left_to_it),
		cmocka_unit_test(the_barriers_stand_where_they_should),
		cmocka_unit_test(
		    a_drop_that_is_replaced_at_any_moment_is_not_lost),
		cmocka_unit_test(a_working_run_is_left_alone),
		cmocka_unit_test(
		    a_kill_in_an_operators_move_leaves_no_half_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
