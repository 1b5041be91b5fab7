#include "tests/expect.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/id.h"
#include "tests/game.h"
#include "tests/killer.h"
#include "tests/play.h"
#include "tests/scratch.h"

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

	game_deal(&g, c->claim, c->group);
	how = killer_run(game_play, &g, n);
	if (how == ENDED_BADLY)
		fail_msg("point %ld: ended badly", n);
	if (how == KILLED && scratch_has(g.scratch, "ledger"))
		game_expect_balanced(g.scratch, "after the crash", n);
	if (c->take)
		scratch_take_outbox(g.scratch);
	if (c->again != -1 &&
	    killer_run(game_play, &g, c->again) == ENDED_BADLY)
		fail_msg("point %ld, then %ld: ended badly", n, c->again);
	if (c->take)
		scratch_take_outbox(g.scratch);
	if (game_play(&g) != 0)
		fail_msg("point %ld: does not go on", n);
	game_expect_balanced(g.scratch, "after recovery", n);
	game_expect_sound_ledger(g.scratch, n);
	if (c->take)
		scratch_take_outbox(g.scratch);
	scratch_tree(g.scratch, &have);
	game_expect_same_tree(want, &have, n);
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

	game_undisturbed(&want, c->claim, c->group, c->take);
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

	game_deal(&g, n % 2 == 0 ? CLAIM_COPY : CLAIM_RENAME, 4);
	killer_fail(game_play_quietly, &g, n, error, for_ever, &reached);
	if (scratch_has(g.scratch, "ledger"))
		game_expect_balanced(g.scratch, "after the failure", n);
	if (game_play(&g) != 0)
		fail_msg("point %ld: does not go on", n);
	game_expect_balanced(g.scratch, "after recovery", n);
	game_expect_sound_ledger(g.scratch, n);
	scratch_tree(g.scratch, &have);
	game_expect_same_tree(want, &have, n);
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
	game_undisturbed(&want, CLAIM_COPY, 4, false);
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		for (n = 0; fail_at((long)n, errors[i], false, &want);
		    n += i + 1)
			;
		for (n = 0; fail_at((long)n, errors[i], true, &want); n += 5)
			;
	}
	buf_free(&want);
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
	game_deal(&g, CLAIM_COPY, 4);
	assert_int_equal(spool_open(&s, &g.scratch->conf, true, &e), 0);
	assert_int_equal(spool_begin_run(&r, &s, &e), 0);
	snprintf(path, sizeof path, "claimed/%s/1", r.id);
	scratch_put(g.scratch, path, "a copy");
	assert_int_equal(game_play(&g), 0);
	assert_true(scratch_has(g.scratch, path));
	spool_abandon_run(&r);
	assert_int_equal(game_play(&g), 0);
	assert_false(scratch_has(g.scratch, path));
	spool_close(&s);
	scratch_free(g.scratch);
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
	assert_int_equal(game_play(&m.game), 0);
	for (; m.step < step; m.step++)
		assert_int_equal(make_move(&m), 0);
	how = killer_run(make_move, &m, n);
	game_expect_balanced(m.game.scratch, "move killed", n);
	/* Done or not done, and never half: it may be asked for once more. */
	if (make_move(&m) == -1)
		assert_int_equal(play_intake(&m.game.scratch->conf, 1, &e),
		    0);
	game_expect_balanced(m.game.scratch, "move recovered", n);
	game_expect_sound_ledger(m.game.scratch, n);
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

/* ----------------------------------------------------------- replays */

static const char *const published[] =
    { "publish " G("1"), "zip " G("1"), "each " G("1") };

struct again {
	struct game game;
	char id[ID_MAX + 1];
	bool quiet;
};

static void
deal_published(struct again *a, const char *text)
{
	char sha256[DIGEST_HEX + 1];

	*a = (struct again){ .game = { scratch_new(), 1 } };
	scratch_put(a->game.scratch, "incoming/a.zip", text);
	assert_int_equal(game_play(&a->game), 0);
	digest_hex_of(text, strlen(text), sha256);
	id_make(a->id, G("1"), sha256);
}

static int
make_again(void *arg)
{
	struct again *a = arg;
	struct err e = { 0 };
	int rc = play_replay(&a->game.scratch->conf, a->id, PLAY_OTHER_MAP,
	    &e);

	if (rc == -1 && !a->quiet)
		fprintf(stderr, "replay: %s\n", e.text);
	return rc;
}

static void
replay_undisturbed(const char *text, bool take, struct buf *want)
{
	struct again a;

	deal_published(&a, text);
	if (take)
		scratch_take_outbox(a.game.scratch);
	assert_int_equal(make_again(&a), 0);
	if (take)
		scratch_take_outbox(a.game.scratch);
	game_expect_balanced(a.game.scratch, "undisturbed", -1);
	scratch_tree(a.game.scratch, want);
	scratch_free(a.game.scratch);
}

/* Killed, looked at, perhaps killed once more, and asked for again. */
static bool
kill_replay(const char *text, long n, long again, bool take,
    const struct buf *want)
{
	struct buf have = { 0 };
	enum killed how;
	struct again a;

	deal_published(&a, text);
	if (take)
		scratch_take_outbox(a.game.scratch);
	how = killer_run(make_again, &a, n);
	if (how == ENDED_BADLY)
		fail_msg("%s, point %ld: ended badly", text, n);
	game_expect_balanced(a.game.scratch, "replay killed", n);
	if (take)
		scratch_take_outbox(a.game.scratch);
	if (again != -1 && killer_run(make_again, &a, again) == ENDED_BADLY)
		fail_msg("%s, %ld, then %ld: ended badly", text, n, again);
	/* Done or not done, and never half: it may be asked for once more. */
	if (make_again(&a) != 0)
		fail_msg("%s, point %ld: does not go on", text, n);
	game_expect_balanced(a.game.scratch, "replay recovered", n);
	game_expect_sound_ledger(a.game.scratch, n);
	if (take)
		scratch_take_outbox(a.game.scratch);
	scratch_tree(a.game.scratch, &have);
	game_expect_same_tree(want, &have, n);
	buf_free(&have);
	scratch_free(a.game.scratch);
	return how == KILLED;
}

/* Nobody asks again: the next run of another kind puts it right. */
static bool
recover_replay(const char *text, long n, const struct buf *want)
{
	struct buf before = { 0 }, have = { 0 };
	enum killed how;
	struct again a;

	deal_published(&a, text);
	scratch_tree(a.game.scratch, &before);
	how = killer_run(make_again, &a, n);
	assert_int_equal(game_play(&a.game), 0);
	game_expect_balanced(a.game.scratch, "replay recovered", n);
	scratch_tree(a.game.scratch, &have);
	if (strcmp(buf_text(&before), buf_text(&have)) != 0)
		game_expect_same_tree(want, &have, n);
	buf_free(&before);
	buf_free(&have);
	scratch_free(a.game.scratch);
	return how == KILLED;
}

static void
a_replay_that_was_killed_is_done_or_was_never_begun(void **unused)
{
	struct buf want = { 0 };

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		buf_reset(&want);
		replay_undisturbed(published[i], false, &want);
		for (long n = 0; recover_replay(published[i], n, &want); n++)
			;
	}
	buf_free(&want);
}

static void
a_kill_in_a_replay_makes_no_instance_twice_or_by_half(void **unused)
{
	static const long second[] = { -1, 5, 17, 29 };
	struct buf want = { 0 };
	long n;

	(void)unused;
	for (size_t i = 0; i < 3; i++)
		for (int take = 0; take < 2; take++) {
			buf_reset(&want);
			replay_undisturbed(published[i], take, &want);
			for (n = 0; kill_replay(published[i], n,
			    second[n % 4 * take], take, &want); n++)
				;
			assert_true(n > 25);
		}
	buf_free(&want);
}

static bool
fail_replay(const char *text, long n, int error, bool for_ever,
    const struct buf *want)
{
	struct buf have = { 0 };
	struct again a;
	bool reached;

	deal_published(&a, text);
	a.quiet = true;
	killer_fail(make_again, &a, n, error, for_ever, &reached);
	game_expect_balanced(a.game.scratch, "replay failed", n);
	a.quiet = false;
	if (make_again(&a) != 0)
		fail_msg("%s, point %ld: does not go on", text, n);
	game_expect_balanced(a.game.scratch, "replay recovered", n);
	game_expect_sound_ledger(a.game.scratch, n);
	scratch_tree(a.game.scratch, &have);
	game_expect_same_tree(want, &have, n);
	buf_free(&have);
	scratch_free(a.game.scratch);
	return reached;
}

static void
a_call_that_fails_in_a_replay_loses_nothing(void **unused)
{
	struct buf want = { 0 };

	(void)unused;
	if (!killer_can_fail())
		skip();
	for (size_t i = 0; i < 3; i++) {
		buf_reset(&want);
		replay_undisturbed(published[i], false, &want);
		for (long n = 0; fail_replay(published[i], n,
		    n % 2 == 0 ? EIO : ENOSPC, n % 3 == 0, &want); n++)
			;
	}
	buf_free(&want);
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
		cmocka_unit_test(a_working_run_is_left_alone),
		cmocka_unit_test(
		    a_kill_in_an_operators_move_leaves_no_half_of_it),
		cmocka_unit_test(
		    a_kill_in_a_replay_makes_no_instance_twice_or_by_half),
		cmocka_unit_test(
		    a_replay_that_was_killed_is_done_or_was_never_begun),
		cmocka_unit_test(a_call_that_fails_in_a_replay_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
