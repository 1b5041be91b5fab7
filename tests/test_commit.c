#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "tests/play.h"
#include "tests/scratch.h"

#define G(n) "6513270e-0000-4000-8000-00000000000" n
#define ONE "publish " G("1") " one"
#define BOX "outbox/ttd/mottak-b/org-310000027/"

struct at {
	struct scratch *s;
	struct buf tree, text;
	struct err e;
	bool done;		/* a hook has had its one turn */
};

static int
set_up(void **state)
{
	struct at *t = calloc(1, sizeof *t);

	t->s = scratch_new();
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	scratch_free(t->s);
	buf_free(&t->tree);
	buf_free(&t->text);
	free(t);
	return 0;
}

static void
expect_balance(const struct at *t, const char *when)
{
	char why[160];

	if (!play_balanced(&t->s->conf, why))
		fail_msg("%s: the books do not balance: %s", when, why);
}

static void
run(struct at *t)
{
	if (play(&t->s->conf, 4, &t->e) == -1)
		fail_msg("%s", t->e.text);
	expect_balance(t, "after the run");
	scratch_tree(t->s, &t->tree);
}

static void
ledger_text(struct at *t)
{
	struct fsx_list l = { 0 };
	char path[256];
	int dir;

	scratch_path(t->s, path, sizeof path, "ledger");
	dir = fsx_dir(AT_FDCWD, path, &t->e);
	assert_int_equal(fsx_list(dir, &l, &t->e), 0);
	close(dir);
	snprintf(path, sizeof path, "ledger/%s", l.v[l.n - 1]);
	fsx_list_free(&l);
	scratch_read(t->s, path, &t->text);
}

static void
expect_in(const struct buf *b, const char *words)
{
	if (strstr(buf_text(b), words) == NULL) {
		print_error("%s\n", buf_text(b));
		fail_msg("not there: %s", words);
	}
}

static void
expect_not_in(const struct buf *b, const char *words)
{
	if (strstr(buf_text(b), words) != NULL) {
		print_error("%s\n", buf_text(b));
		fail_msg("there: %s", words);
	}
}

/* The path of the only thing in a folder. */
static void
only_one(struct at *t, const char *folder, char path[256])
{
	struct fsx_list l = { 0 };
	char full[256];
	int dir;

	scratch_path(t->s, full, sizeof full, folder);
	dir = fsx_dir(AT_FDCWD, full, &t->e);
	assert_int_equal(fsx_list(dir, &l, &t->e), 0);
	close(dir);
	assert_int_equal(l.n, 1);
	snprintf(path, 256, "%s/%.100s", folder, l.v[0]);
	fsx_list_free(&l);
}

static void
each_verdict_lands_where_it_should(void **state)
{
	static const struct {
		const char *drop, *text, *there;
	} rows[] = {
		{ "a.zip", ONE, "done/T/" G("1") "-aa911b907cd7.zip = "
		    ONE },
		{ "b.tar.gz", "hold " G("2"), "/package.tar.gz = hold" },
		{ "c", "refuse " G("3"), "/package = refuse" },
		{ "d.ZIP", "broken", "/package.zip = broken" },
		{ "e.zip", "accept " G("4"), ".zip = accept" },
	};
	struct at *t = *state;
	char path[64];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(path, sizeof path, "incoming/%s", rows[i].drop);
		scratch_put(t->s, path, rows[i].text);
	}
	assert_int_equal(play_intake(&t->s->conf, 64, &t->e), 0);
	expect_balance(t, "intake");
	scratch_tree(t->s, &t->tree);
	expect_in(&t->tree, BOX G("1") ".rute0/SHA256SUMS");
	expect_in(&t->tree, "receipts/a.zip.aa911b907cd7.json");
	expect_in(&t->tree, "reason.json");
	expect_in(&t->tree, "reason.txt");
	expect_not_in(&t->tree, "incoming/a.zip");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect_in(&t->tree, rows[i].there);
	expect_in(&t->tree, "held/" G("2"));
	expect_in(&t->tree, "rejected/" G("3"));
	expect_in(&t->tree, "rejected/sha256-");
	run(t);
	expect_not_in(&t->tree, "accepted/6");
	expect_in(&t->tree, ".zip = accept " G("4"));
}

static void
reason_json_is_the_receipt(void **state)
{
	struct at *t = *state;
	struct buf receipt = { 0 };
	char folder[256], path[300];

	scratch_put(t->s, "incoming/a.zip", "refuse " G("1"));
	run(t);
	only_one(t, "rejected", folder);
	snprintf(path, sizeof path, "%s/reason.json", folder);
	scratch_read(t->s, path, &t->text);
	only_one(t, "receipts", path);
	scratch_read(t->s, path, &receipt);
	assert_string_equal(buf_text(&t->text), buf_text(&receipt));
	expect_in(&t->text, "\"state\": \"rejected\"");
	expect_in(&t->text, "\"code\": \"Xsd\"");
	buf_free(&receipt);
}

static void
the_ledger_says_received_and_the_verdict_behind_it(void **state)
{
	struct at *t = *state;
	const char *received, *published;

	scratch_put(t->s, "incoming/a.zip", ONE);
	run(t);
	ledger_text(t);
	received = strstr(t->text.p, "\"event\":\"received\",\"id\":\"" G("1")
	    "-aa911b907cd7\",\"package\":\"a.zip\",\"sha256\":\"aa911b");
	published = strstr(t->text.p, "\"event\":\"published\",\"id\":\"" G("1")
	    "-aa911b907cd7\",\"instances\":[{\"path\":\"ttd/mottak-b/"
	    "org-310000027/" G("1") ".rute0\",\"from\":\"2");
	assert_non_null(received);
	assert_non_null(published);
	assert_true(received < published);
}

static void
what_is_refused_again_gets_a_new_number(void **state)
{
	struct at *t = *state;

	for (int i = 0; i < 3; i++) {
		scratch_put(t->s, "incoming/a.zip", "broken");
		scratch_put(t->s, "incoming/b.zip", "broken");
		run(t);
	}
	for (int i = 2; i <= 6; i++) {
		char path[32];

		snprintf(path, sizeof path, ".%d/package.zip = broken", i);
		expect_in(&t->tree, path);
	}
	expect_not_in(&t->tree, ".7/package.zip");
}

static void
a_package_held_is_a_duplicate_when_it_comes_again(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, "incoming/a.zip", "hold " G("1"));
	scratch_put(t->s, "incoming/b.zip", "hold " G("1"));
	run(t);
	expect_in(&t->tree, "\"state\": \"duplicate\"");
	expect_not_in(&t->tree, ".2/");
	expect_in(&t->tree, "receipts/b.zip.");
}

static void
an_instance_the_outbox_already_has_is_never_replaced(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, BOX G("1") ".rute0/mine", "an owner's");
	scratch_put(t->s, "incoming/a.zip", ONE);
	scratch_put(t->s, "incoming/b.zip", "publish " G("2"));
	run(t);
	expect_in(&t->tree, "\"code\": \"CONFLICT\"");
	expect_in(&t->tree, "/package.zip = " ONE);
	expect_in(&t->tree, BOX G("1") ".rute0/mine = an owner's");
	expect_not_in(&t->tree, G("1") ".rute1/");
	expect_in(&t->tree, BOX G("2") ".rute0/mottak.xml");
}

/* ------------------------------------------------------ workers that lie */

static const char *lie;

/* So that not only its length betrays it. */
static const char as_long_as_it[] =
    "/etc/./././././././././././././././/passwd";

_Static_assert(sizeof as_long_as_it - 1 == ID_GUID + sizeof ".rute0" - 1,
    "as long as the text of mottak.xml");

static void
second_name(const struct at *t, const char *full)
{
	char other[256];

	scratch_path(t->s, other, sizeof other, "reports/kept");
	assert_int_equal(link(full, other), 0);
}

static void
tamper(void *arg, const char *run)
{
	struct at *t = arg;
	char path[256], full[512];

	if (t->done)
		return;
	t->done = true;
	snprintf(path, sizeof path, "tmp/%s/w0/m0/%s", run, strchr(lie, ':') +
	    1);
	scratch_path(t->s, full, sizeof full, path);
	if (strncmp(lie, "add", 3) == 0)
		scratch_put(t->s, path, "more than was told");
	else if (strncmp(lie, "remove", 6) == 0)
		assert_int_equal(unlink(full), 0);
	else if (strncmp(lie, "link", 4) == 0)
		assert_int_equal(unlink(full) + symlink(as_long_as_it, full),
		    0);
	else if (strncmp(lie, "second", 6) == 0)
		second_name(t, full);
	else if (strncmp(lie, "folder", 6) == 0)
		assert_int_equal(unlink(full) + mkdir(full, 0755), 0);
}

static void
what_a_worker_made_must_be_what_it_said(void **state)
{
	static const char *const lies[] = { "add:extra.xml", "add:mottak.xml",
	    "add:.hidden", "remove:mottak.xml", "link:mottak.xml",
	    "second:mottak.xml", "folder:mottak.xml" };

	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		struct at *t;

		set_up(state);
		t = *state;
		lie = lies[i];
		scratch_put(t->s, "incoming/a.zip", ONE);
		scratch_put(t->s, "incoming/b.zip", "publish " G("2"));
		if (play_hooked(&t->s->conf, 4, tamper, t, &t->e) == -1)
			fail_msg("%s: %s", lie, t->e.text);
		expect_balance(t, lie);
		scratch_tree(t->s, &t->tree);
		expect_in(&t->tree, "\"code\": \"WORKER_CRASHED\"");
		expect_in(&t->tree, "/package.zip = " ONE);
		expect_not_in(&t->tree, "/" G("1") ".rute");
		expect_in(&t->tree, BOX G("2") ".rute0/mottak.xml");
		tear_down(state);
	}
}

/* ------------------------------------------------------ drops that change */

static void
replace_drop(void *arg, const char *run)
{
	struct at *t = arg;
	char from[256], to[256];

	(void)run;
	if (t->done)
		return;
	t->done = true;
	scratch_put(t->s, "incoming/.new", "publish " G("7"));
	scratch_path(t->s, from, sizeof from, "incoming/.new");
	scratch_path(t->s, to, sizeof to, "incoming/a.zip");
	assert_int_equal(rename(from, to), 0);
}

static void
another_drop_of_the_same_name_is_not_taken_for_the_first(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, "incoming/a.zip", ONE);
	assert_int_equal(play_hooked(&t->s->conf, 4, replace_drop, t, &t->e),
	    0);
	expect_balance(t, "replaced");
	scratch_tree(t->s, &t->tree);
	expect_in(&t->tree, "incoming/a.zip = publish " G("7"));
	expect_in(&t->tree, ".zip = " ONE);
	run(t);
	expect_in(&t->tree, ".zip = publish " G("7"));
}

static void
remove_it(void *arg, const char *run)
{
	struct at *t = arg;
	char path[256];

	(void)run;
	scratch_path(t->s, path, sizeof path, "incoming/a.zip");
	unlink(path);
}

static void
a_drop_its_sender_has_removed_meanwhile_is_kept(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, "incoming/a.zip", ONE);
	assert_int_equal(play_hooked(&t->s->conf, 4, remove_it, t, &t->e), 0);
	expect_balance(t, "removed");
	scratch_tree(t->s, &t->tree);
	expect_in(&t->tree, ".zip = " ONE);
}

/* --------------------------------------------------- before the ledger line */

static void
an_outbox_that_cannot_be_written_leaves_all_as_it_was(void **state)
{
	static const enum conf_claim claims[] = { CLAIM_COPY, CLAIM_RENAME };
	struct buf before = { 0 };

	for (size_t i = 0; i < 2; i++) {
		struct at *t;
		char box[256];

		set_up(state);
		t = *state;
		t->s->conf.watch.claim = claims[i];
		scratch_put(t->s, "incoming/a.zip", ONE);
		scratch_put(t->s, "incoming/b.zip", "accept " G("2"));
		/* Modes do not stop root: a file does. */
		scratch_put(t->s, "outbox/ttd", "in the way");
		assert_int_equal(play(&t->s->conf, 1, &t->e), -1);
		assert_true(t->e.kind == ERR_SYSTEM ||
		    t->e.kind == ERR_RIGHTS || t->e.kind == ERR_IO);
		expect_balance(t, "blocked");
		scratch_tree(t->s, &t->tree);
		expect_in(&t->tree, "incoming/a.zip = " ONE);
		expect_in(&t->tree, "claimed/\ndone/\n");
		scratch_path(t->s, box, sizeof box, "outbox/ttd");
		assert_int_equal(unlink(box), 0);
		run(t);
		expect_in(&t->tree, BOX G("1") ".rute0/mottak.xml");
		tear_down(state);
	}
	buf_free(&before);
}

static void
spoil(void *arg, const char *run)
{
	struct at *t = arg;
	char path[256];

	(void)run;
	only_one(t, "accepted", path);
	scratch_put(t->s, path, "accept " G("2") " but other bytes");
}

static void
accepted_bytes_that_have_changed_are_refused(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, "incoming/a.zip", "accept " G("2"));
	assert_int_equal(play_intake(&t->s->conf, 4, &t->e), 0);
	spoil(t, NULL);
	assert_int_equal(play(&t->s->conf, 4, &t->e), 0);
	expect_balance(t, "spoilt");
	scratch_tree(t->s, &t->tree);
	expect_in(&t->tree, "\"code\": \"CHANGED_WHILE_READ\"");
	expect_not_in(&t->tree, G("2") ".rute");
}

static void
with_durability_package_each_is_a_group_of_its_own(void **state)
{
	struct at *t = *state;

	t->s->conf.transform.durability = DURABILITY_PACKAGE;
	scratch_put(t->s, "incoming/a.zip", ONE);
	scratch_put(t->s, "incoming/b.zip", "hold " G("2"));
	scratch_put(t->s, "incoming/c.zip", "refuse " G("3"));
	run(t);
	ledger_text(t);
	expect_in(&t->text, "\"group\":3}");
}

static void
zips_are_published_as_one_file(void **state)
{
	struct at *t = *state;

	scratch_put(t->s, "incoming/a.zip", "zip " G("1"));
	run(t);
	expect_in(&t->tree, BOX G("1") ".rute0.zip = ");
	expect_in(&t->tree, "\"ttd/mottak-b/org-310000027/" G("1")
	    ".rute0\"");
}

/* --------------------------------------------------------- operator's moves */

static void
move(struct at *t, enum act act, const char *id)
{
	if (play_move(&t->s->conf, act, id, &t->e) == -1)
		fail_msg("%s", t->e.text);
	expect_balance(t, "after the move");
	scratch_tree(t->s, &t->tree);
}

static void
an_operator_moves_what_waits(void **state)
{
	struct at *t = *state;
	char path[256];
	const char *id;

	scratch_put(t->s, "incoming/a.zip", "hold " G("1"));
	run(t);
	only_one(t, "held", path);
	id = strchr(path, '/') + 1;
	move(t, ACT_RELEASE, id);
	expect_in(&t->tree, ".zip = hold");
	expect_in(&t->tree, "held/\nincoming/");
	expect_in(&t->tree, "\"state\": \"accepted\"");
	move(t, ACT_HOLD, id);
	expect_in(&t->tree, "/package.zip = hold");
	expect_in(&t->tree, "The operator says: a reason");
	move(t, ACT_REJECT, id);
	expect_in(&t->tree, "held/\nincoming/");
	expect_in(&t->tree, "\"state\": \"rejected\"");
	move(t, ACT_REQUEUE, id);
	expect_in(&t->tree, "rejected/\nreports/");
	ledger_text(t);
	expect_in(&t->text, "\"event\":\"requeued\",\"id\":\"" G("1"));
	expect_in(&t->text, "\"reason\":\"a reason\",\"user\":\"kari\"");
}

static void
what_it_was_held_for_stays_when_it_is_refused(void **state)
{
	struct at *t = *state;
	char path[256];

	scratch_put(t->s, "incoming/a.zip", "hold " G("1"));
	run(t);
	only_one(t, "held", path);
	move(t, ACT_REJECT, strchr(path, '/') + 1);
	expect_in(&t->tree, "\"code\": \"NOT_ENDED\"");
	expect_in(&t->tree, "\"state\": \"rejected\"");
}

static void
unlawful_moves_are_refused_and_change_nothing(void **state)
{
	static const enum act wrong[] = { ACT_HOLD, ACT_REQUEUE };
	struct at *t = *state;
	struct buf before = { 0 };
	char path[256];

	scratch_put(t->s, "incoming/a.zip", "hold " G("1"));
	run(t);
	only_one(t, "held", path);
	scratch_tree(t->s, &before);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(play_move(&t->s->conf, wrong[i],
		    strchr(path, '/') + 1, &t->e), -1);
		assert_int_equal(t->e.kind, ERR_DATA);
	}
	assert_int_equal(play_move(&t->s->conf, ACT_HOLD, "no-such", &t->e),
	    -1);
	assert_int_equal(t->e.kind, ERR_NO_INPUT);
	scratch_tree(t->s, &t->tree);
	assert_string_equal(buf_text(&t->tree), buf_text(&before));
	buf_free(&before);
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(each_verdict_lands_where_it_should),
		at(reason_json_is_the_receipt),
		at(the_ledger_says_received_and_the_verdict_behind_it),
		at(what_is_refused_again_gets_a_new_number),
		at(a_package_held_is_a_duplicate_when_it_comes_again),
		at(an_instance_the_outbox_already_has_is_never_replaced),
		cmocka_unit_test(what_a_worker_made_must_be_what_it_said),
		at(another_drop_of_the_same_name_is_not_taken_for_the_first),
		at(a_drop_its_sender_has_removed_meanwhile_is_kept),
		cmocka_unit_test(
		    an_outbox_that_cannot_be_written_leaves_all_as_it_was),
		at(accepted_bytes_that_have_changed_are_refused),
		at(with_durability_package_each_is_a_group_of_its_own),
		at(zips_are_published_as_one_file),
		at(an_operator_moves_what_waits),
		at(what_it_was_held_for_stays_when_it_is_refused),
		at(unlawful_moves_are_refused_and_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
