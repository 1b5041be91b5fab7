#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/ledger.h"
#include "spool/overdue.h"
#include "spool/purge.h"
#include "spool/recover.h"
#include "tests/game.h"
#include "tests/killer.h"
#include "tests/play.h"
#include "tests/scratch.h"

enum { DAY = 24 * 3600, LATER = 100 };

static const char report_file[] = "reports/2026-03-03/report.json";

/* A purge of everything that is set, some days after the game. */
struct purging {
	struct game game;
	int days;			/* since then */
	unsigned places;
	struct spool spool;
	struct ledger *ledger;
	struct books *books;
	struct overdue overdue;
	size_t gone;			/* told */
};

static int
follow(void *arg, const struct ledger_line *l, struct err *e)
{
	struct purging *p = arg;

	if (overdue_feed(&p->overdue, p->books, l, e) == -1)
		return -1;
	return books_feed(p->books, l, e);
}

static void
on_gone(void *arg, const struct due *d)
{
	struct purging *p = arg;

	p->gone += d->count;
}

static int
in_run(struct purging *p, struct err *e)
{
	struct run run;
	int rc;

	if (spool_begin_run(&run, &p->spool, e) == -1)
		return -1;
	rc = purge(&(struct purge){ .spool = &p->spool, .run = &run,
	    .ledger = p->ledger, .books = p->books, .user = "kari",
	    .reason = "a reason", .gone = on_gone, .arg = p },
	    p->overdue.v, p->overdue.n, e);
	if (spool_end_run(&run, &p->spool, e) == -1)
		rc = -1;
	return rc;
}

static int
with_spool(struct purging *p, struct err *e)
{
	struct recovered told;
	int rc = -1;

	p->books = books_new();
	p->overdue = (struct overdue){ .conf = &p->game.scratch->conf,
	    .spool = &p->spool, .now = time(NULL) + p->days * DAY,
	    .places = p->places };
	p->ledger = ledger_open(p->spool.dir[PLACE_LEDGER], true, follow, p,
	    e);
	if (p->ledger != NULL && recover(&p->spool, p->ledger, &told, e) == 0 &&
	    overdue_end(&p->overdue, p->books, e) == 0)
		rc = in_run(p, e);
	ledger_close(p->ledger);
	overdue_free(&p->overdue);
	books_free(p->books);
	return rc;
}

static int
try_purge(void *arg)
{
	struct purging *p = arg;
	struct err e = { 0 };
	int rc = -1;

	p->gone = 0;
	if (spool_open(&p->spool, &p->game.scratch->conf, true, &e) == 0) {
		rc = with_spool(p, &e);
		spool_close(&p->spool);
	}
	return rc;
}

/*
 * A played spool in which one package waits in accepted/, and a report lies;
 * everything may go after a day.
 */
static void
begin(struct purging *p)
{
	struct err e = { 0 };
	struct conf *c;

	*p = (struct purging){ .days = LATER, .places = ~0u };
	game_deal(&p->game, CLAIM_COPY, 4);
	c = &p->game.scratch->conf;
	assert_int_equal(game_play(&p->game), 0);
	scratch_put(p->game.scratch, "incoming/last.zip", "accept " G("7"));
	assert_int_equal(play_intake(c, 1, &e), 0);
	scratch_put(p->game.scratch, report_file, "{}");
	c->retention.accepted = c->retention.held = c->retention.rejected =
	    c->retention.done = c->retention.outbox = c->retention.receipts =
	    c->retention.reports = 1;
}

static void
end(struct purging *p)
{
	scratch_free(p->game.scratch);
}

static void
everything_goes_and_the_books_balance(void **unused)
{
	struct purging p;
	struct buf tree = { 0 };

	(void)unused;
	begin(&p);
	assert_int_equal(try_purge(&p), 0);
	assert_true(p.gone > 10);
	game_expect_balanced(p.game.scratch, "purged", 0);
	game_expect_sound_ledger(p.game.scratch, 0);
	scratch_tree(p.game.scratch, &tree);
	assert_null(strstr(tree.p, "package.zip"));
	assert_null(strstr(tree.p, "mottak.xml"));
	assert_null(strstr(tree.p, "done/T"));
	assert_null(strstr(tree.p, "receipts/a"));
	assert_null(strstr(tree.p, "reports/T"));
	assert_non_null(strstr(tree.p, ".part.zip"));
	assert_int_equal(try_purge(&p), 0);
	assert_int_equal(p.gone, 0);
	buf_free(&tree);
	end(&p);
}

static void
a_day_that_is_not_over_keeps_all_of_it(void **unused)
{
	struct purging p;

	(void)unused;
	begin(&p);
	p.game.scratch->conf.retention.done = 0;
	p.days = 0;
	p.places = 1u << PLACE_DONE | 1u << PLACE_HELD | 1u << PLACE_OUTBOX;
	assert_int_equal(try_purge(&p), 0);
	assert_int_equal(p.gone, 0);
	p.places = 1u << PLACE_HELD;
	p.days = 1;
	assert_int_equal(try_purge(&p), 0);
	assert_int_equal(p.gone, 0);
	p.days = 2;
	assert_int_equal(try_purge(&p), 0);
	assert_true(p.gone > 0);
	end(&p);
}

static void
only_what_is_asked_for_goes(void **unused)
{
	struct buf tree = { 0 };
	struct purging p;

	(void)unused;
	begin(&p);
	p.places = 1u << PLACE_REJECTED;
	p.game.scratch->conf.retention.done = CONF_KEEP;
	assert_int_equal(try_purge(&p), 0);
	scratch_tree(p.game.scratch, &tree);
	assert_null(strstr(tree.p, "rejected/" G("2")));
	assert_non_null(strstr(tree.p, "held/" G("3")));
	assert_true(scratch_has(p.game.scratch, report_file));
	p.places = ~0u;
	assert_int_equal(try_purge(&p), 0);
	assert_false(scratch_has(p.game.scratch, report_file));
	scratch_tree(p.game.scratch, &tree);
	assert_non_null(strstr(tree.p, "done/T/" G("1")));
	game_expect_balanced(p.game.scratch, "but for done/", 0);
	buf_free(&tree);
	end(&p);
}

/* ------------------------------------------------------- what can go wrong */

static void
undisturbed(struct buf *tree)
{
	struct purging p;

	begin(&p);
	assert_int_equal(try_purge(&p), 0);
	scratch_tree(p.game.scratch, tree);
	end(&p);
}

/* Recovery alone, as any other verb would do it; with nothing to purge. */
static int
recover_only(void *arg)
{
	struct purging *p = arg;
	unsigned places = p->places;
	int rc;

	p->places = 0;
	rc = try_purge(p);
	p->places = places;
	return rc;
}

static void
expect_finished(struct purging *p, const struct buf *want, long n)
{
	struct buf have = { 0 };

	if (n % 2 == 0) {
		if (recover_only(p) != 0)
			fail_msg("point %ld: does not recover", n);
		game_expect_balanced(p->game.scratch, "after recovery", n);
	}
	if (try_purge(p) != 0)
		fail_msg("point %ld: does not go on", n);
	game_expect_balanced(p->game.scratch, "in the end", n);
	game_expect_sound_ledger(p->game.scratch, n);
	scratch_tree(p->game.scratch, &have);
	game_expect_same_tree(want, &have, n);
	buf_free(&have);
	end(p);
}

/* Killed there, and perhaps once more in the recovery. */
static bool
kill_at(long n, long again, const struct buf *want)
{
	struct purging p;
	enum killed how;

	begin(&p);
	how = killer_run(try_purge, &p, n);
	if (how == ENDED_BADLY)
		fail_msg("point %ld: ended badly", n);
	game_expect_balanced(p.game.scratch, "after the crash", n);
	if (again >= 0 && killer_run(recover_only, &p, again) == ENDED_BADLY)
		fail_msg("point %ld, then %ld: ended badly", n, again);
	game_expect_balanced(p.game.scratch, "after the next crash", n);
	expect_finished(&p, want, n);
	return how == KILLED;
}

static void
a_kill_at_any_call_changes_nothing_in_the_end(void **unused)
{
	struct buf want = { 0 };
	long n = 0;

	(void)unused;
	undisturbed(&want);
	while (kill_at(n, -1, &want))
		n++;
	assert_true(n > 50);
	for (long again = 1; again < 40; again += 5)
		for (long k = again % 7; kill_at(k, again, &want); k += 7)
			;
	buf_free(&want);
}

static bool
fail_at(long n, int error, bool for_ever, const struct buf *want)
{
	struct purging p;
	bool reached;

	begin(&p);
	killer_fail(try_purge, &p, n, error, for_ever, &reached);
	game_expect_balanced(p.game.scratch, "after the failure", n);
	expect_finished(&p, want, n);
	return reached;
}

static void
a_call_that_fails_leaves_no_half_of_it(void **unused)
{
	static const int errors[] = { EIO, ENOSPC, EACCES };
	struct buf want = { 0 };
	long n;

	(void)unused;
	if (!killer_can_fail())
		skip();
	undisturbed(&want);
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		for (n = 0; fail_at(n, errors[i], false, &want); n += 1 + (long)i)
			;
		for (n = 0; fail_at(n, errors[i], true, &want); n += 5)
			;
	}
	buf_free(&want);
}

/* ------------------------------------------------------------ what the order is */

struct seen {
	bool synced, written;		/* the ledger, since the barrier */
	long early;			/* things that went before their line */
	long gone;
};

static void
watch_order(void *arg, const struct killer_call *c)
{
	struct seen *s = arg;

	if (strcmp(c->name, "syncfs") == 0)
		s->synced = true;
	else if (strcmp(c->name, "fdatasync") == 0)
		s->written = s->synced;
	else if (strncmp(c->from, "done/", 5) == 0 ||
	    strncmp(c->from, "held/", 5) == 0 ||
	    strncmp(c->from, "outbox/", 7) == 0) {
		s->gone++;
		s->early += !s->written;
	}
}

static void
nothing_goes_before_its_line_is_on_disk(void **unused)
{
	struct purging p;
	struct seen s = { .gone = 0 };

	(void)unused;
	begin(&p);
	assert_int_equal(killer_watch(try_purge, &p, watch_order, &s),
	    ENDED_WELL);
	assert_true(s.gone > 5);
	assert_int_equal(s.early, 0);
	end(&p);
}

/* ------------------------------------------------------- what comes after it */

static void
what_was_published_is_never_made_again(void **unused)
{
	struct purging p;
	struct buf tree = { 0 };
	struct err e = { 0 };
	const struct conf *c;

	(void)unused;
	begin(&p);
	c = &p.game.scratch->conf;
	assert_int_equal(try_purge(&p), 0);
	scratch_put(p.game.scratch, "incoming/again.zip",
	    "publish " G("1") " one");
	assert_int_equal(play(c, 1, &e), 0);
	assert_false(scratch_has(p.game.scratch, "outbox/ttd/mottak-b/"
	    "org-310000027/" G("1") ".rute0"));
	/* What never was published may come again. */
	scratch_put(p.game.scratch, "incoming/late.zip", "accept " G("7"));
	scratch_put(p.game.scratch, "incoming/hold.zip",
	    "hold " G("3") " three");
	assert_int_equal(play(c, 1, &e), 0);
	assert_true(scratch_has(p.game.scratch, "outbox/ttd/mottak-b/"
	    "org-310000027/" G("7") ".rute0"));
	scratch_tree(p.game.scratch, &tree);
	assert_non_null(strstr(tree.p, "held/" G("3")));
	buf_free(&tree);
	game_expect_balanced(p.game.scratch, "with repetitions", 0);
	game_expect_sound_ledger(p.game.scratch, 0);
	end(&p);
}

/* Its folder comes back from a backup: known, and removed once more. */
static void
what_comes_back_goes_once_more(void **unused)
{
	struct purging p;
	char held[] = "held/" G("3") "-000000000000", why[160];
	struct buf tree = { 0 };
	const char *at;

	(void)unused;
	begin(&p);
	scratch_tree(p.game.scratch, &tree);
	at = strstr(tree.p, "held/" G("3"));
	assert_non_null(at);
	memcpy(held, at, sizeof held - 1);
	assert_int_equal(try_purge(&p), 0);
	scratch_put(p.game.scratch, held, "");
	assert_true(scratch_has(p.game.scratch, held));
	assert_true(play_balanced(&p.game.scratch->conf, why));
	assert_int_equal(try_purge(&p), 0);
	assert_int_equal(p.gone, 1);
	assert_false(scratch_has(p.game.scratch, held));
	game_expect_balanced(p.game.scratch, "once more", 0);
	buf_free(&tree);
	end(&p);
}

static void
a_damaged_line_leads_nowhere_else(void **unused)
{
	static const char *const bad[] = { "", "/etc/passwd", "held", "held/",
	    "held/../ledger", "ledger/x", "incoming/x", "held/x/y", "done/x",
	    "outbox/a/b/c", "outbox/a/b/c/.d", "tmp/x", "done//x", "./held/x",
	    "receipts/x", "heldx/y" };
	static const char *const good[] = { "held/x", "rejected/x",
	    "accepted/x.zip", "done/2026-03-03/x.zip", "outbox/a/b/c/d.zip" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (removal_path_ok(bad[i]))
			fail_msg("taken: %s", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!removal_path_ok(good[i]))
			fail_msg("not taken: %s", good[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_goes_and_the_books_balance),
		cmocka_unit_test(a_day_that_is_not_over_keeps_all_of_it),
		cmocka_unit_test(only_what_is_asked_for_goes),
		cmocka_unit_test(a_kill_at_any_call_changes_nothing_in_the_end),
		cmocka_unit_test(a_call_that_fails_leaves_no_half_of_it),
		cmocka_unit_test(nothing_goes_before_its_line_is_on_disk),
		cmocka_unit_test(what_was_published_is_never_made_again),
		cmocka_unit_test(what_comes_back_goes_once_more),
		cmocka_unit_test(a_damaged_line_leads_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
