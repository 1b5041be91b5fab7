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
	assert_true(crash_everywhere(&c, 1) > 80);
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
	long n;

	(void)unused;
	if (!killer_can_fail())
		skip();
	undisturbed(&want, CLAIM_COPY, 4, false);
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		for (n = 0; fail_at(n, errors[i], false, &want); n++)
			;
		for (n = 0; fail_at(n, errors[i], true, &want); n += 5)
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
