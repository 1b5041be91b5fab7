#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spool/batch.h"
#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/sandbox.h"
#include "tests/scratch.h"

/*
 * A worker that lies about one package, among others that it is honest about
 * (tests/liar.c).  Whatever it does: that package is tried once more, alone,
 * by a worker that has seen no other, and then refused or held; the others
 * are published; the books balance, and nothing is left lying about.
 */

enum { HONEST = 4, FILES = 4, HONEST_NAME = 16 };

static char libexec[PATH_MAX];

struct at {
	struct scratch *s;
	struct conf conf;
	struct batch *batch;
	struct batch_result r;
	struct err e;
	char codes[64];			/* of the last that was not published */
	int descriptors;
	struct buf text;
};

static const char settings[] =
    "[spool]\nenvironment = test\nmin-free-bytes = 1M\n"
    "min-free-inodes = 100\n[watch]\nsettle = 0s\n"
    "[workers]\ncount = %d\ntimeout = %ds\nsandbox = %s\n";

/*
 * Seconds for a worker: more than anybody needs; for one that never answers;
 * and for both, where honest ones work beside it.
 */
enum { PATIENT = 60, IMPATIENT = 1, SHARED = 3 };

static void
write_settings(struct at *t, int count, int timeout, const char *sandbox)
{
	struct faults faults = { 0 };
	char text[512], dir[128];

	snprintf(text, sizeof text, settings, count, timeout, sandbox);
	scratch_put(t->s, "config/flerapp.conf", text);
	scratch_put(t->s, "config/routes/rute/route.conf", "[route]\n"
	    "from = ttd/sender-a\nto = ttd/mottak-b\n");
	scratch_path(t->s, dir, sizeof dir, "config");
	if (conf_load(&t->conf, dir, t->s->dir, &faults) == -1)
		show_faults(&faults);
	expect_no_errors(&faults, "flerapp.conf");
	faults_free(&faults);
}

static int
set_up(void **state)
{
	struct at *t = calloc(1, sizeof *t);

	t->s = scratch_new();
	write_settings(t, 1, PATIENT, "open");
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	batch_free(t->batch);
	scratch_free(t->s);
	buf_free(&t->text);
	free(t);
	return 0;
}

static int
count_in(const char *path)
{
	struct fsx_list l = { 0 };
	struct err e;
	int n, dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir == -1)
		return -1;
	assert_int_equal(fsx_list(dir, &l, &e), 0);
	n = (int)l.n;
	fsx_list_free(&l);
	close(dir);
	return n;
}

static int
things_in(const struct at *t, const char *folder)
{
	char path[256];

	scratch_path(t->s, path, sizeof path, folder);
	return count_in(path);
}

static void
on_event(void *arg, const struct batch_event *v)
{
	struct at *t = arg;

	if (v->state != STATE_PUBLISHED)
		snprintf(t->codes, sizeof t->codes, "%s", v->codes);
}

/* One pass over what was dropped; whether it came to its end. */
static bool
pass(struct at *t, enum batch_mode mode)
{
	const struct batch_hooks hooks = { .arg = t, .event = on_event };
	bool done;

	t->codes[0] = '\0';
	t->batch = batch_new(&t->conf, mode, &hooks, &t->e);
	if (t->batch == NULL)
		return false;
	t->descriptors = count_in("/proc/self/fd");
	done = batch_pass(t->batch, false, &t->r, &t->e) == 0;
	return done;
}

static void
finish(struct at *t, const char *row)
{
	if (t->batch == NULL)
		return;
	if (batch_balance(t->batch, &t->e) == -1)
		fail_msg("%s: %s", row, t->e.text);
	/* One worker's socket more or less; the ledger's day. */
	if (count_in("/proc/self/fd") > t->descriptors + 1)
		fail_msg("%s: descriptors are left open", row);
	batch_free(t->batch);
	t->batch = NULL;
	if (things_in(t, "tmp") != 0)
		fail_msg("%s: something lies in tmp/", row);
	/* The lock's name stays behind nothing. */
	if (things_in(t, "claimed") != 0)
		fail_msg("%s: something lies in claimed/", row);
}

static void
drop_honest(struct at *t)
{
	static const char *const names[HONEST] = { "a.sann.zip",
	    "b.sann.zip", "x.sann.zip", "y.sann.zip" };
	char path[64];

	for (size_t i = 0; i < HONEST; i++) {
		snprintf(path, sizeof path, "incoming/%s", names[i]);
		scratch_put(t->s, path, names[i]);
	}
}

static void
drop_lie(struct at *t, const char *lie)
{
	char path[64];

	snprintf(path, sizeof path, "incoming/m.%s.zip", lie);
	scratch_put(t->s, path, lie);
}

/* Every instance in the outbox is whole: its files and no other. */
static void
expect_whole_instances(struct at *t, int want, const char *row)
{
	struct fsx_list l = { 0 };
	char path[256];
	int box;

	scratch_path(t->s, path, sizeof path,
	    "outbox/ttd/mottak-b/org-310000027");
	box = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (box != -1)
		assert_int_equal(fsx_list(box, &l, &t->e), 0);
	if ((int)l.n != want)
		fail_msg("%s: %zu instances, not %d", row, l.n, want);
	for (size_t i = 0; i < l.n; i++) {
		snprintf(path, sizeof path, "%s/outbox/ttd/mottak-b/"
		    "org-310000027/%.100s", t->s->dir, l.v[i]);
		if (count_in(path) != FILES)
			fail_msg("%s: an instance has %d files", row,
			    count_in(path));
	}
	fsx_list_free(&l);
	if (box != -1)
		close(box);
}

/* How often the lie's package was given out, and that it was alone at last. */
static void
expect_tried_alone(struct at *t, const char *lie, int want)
{
	char pid[32] = "", name[64], last[32] = "";
	int tries = 0, company = 0;
	const char *p;

	snprintf(name, sizeof name, "m.%s.zip", lie);
	scratch_read(t->s, "config/liar.log", &t->text);
	for (p = t->text.p; *p != '\0'; p = strchr(p, '\n') + 1) {
		char other[64];

		assert_int_equal(sscanf(p, "%31s %63s", pid, other), 2);
		if (strcmp(other, name) == 0) {
			tries++;
			memcpy(last, pid, sizeof last);
		}
	}
	for (p = t->text.p; *p != '\0'; p = strchr(p, '\n') + 1)
		company += strncmp(p, last, strlen(last)) == 0 &&
		    p[strlen(last)] == ' ';
	if (tries != want || (want > 1 && company != 1))
		fail_msg("%s: given out %d times, %d with its last worker",
		    lie, tries, company);
}

struct lie {
	const char *name, *code;	/* NULL: nothing is wrong with it */
};

/* ------------------------------------------------------------- the lies */

static const struct lie lies[] = {
	{ "sum", "WORKER_CRASHED" }, { "size", "WORKER_CRASHED" },
	{ "copycat", "WORKER_CRASHED" }, { "app", "WORKER_CRASHED" },
	{ "conflict", "WORKER_CRASHED" }, { "unreadable", "IO_ERROR" },
	{ "both", "WORKER_CRASHED" }, { "empty", "WORKER_CRASHED" },
	{ "owner", "WORKER_CRASHED" }, { "target", "WORKER_CRASHED" },
	{ "route", "WORKER_CRASHED" }, { "key", "WORKER_CRASHED" },
	{ "generation", "WORKER_CRASHED" }, { "content", "WORKER_CRASHED" },
	{ "zip", "WORKER_CRASHED" }, { "outside", "WORKER_CRASHED" },
	{ "dots", "WORKER_CRASHED" }, { "file-outside", "WORKER_CRASHED" },
	{ "elsewhere", "WORKER_CRASHED" }, { "file-size", "WORKER_CRASHED" },
	{ "file-sum", "WORKER_CRASHED" }, { "fewer", "WORKER_CRASHED" },
	{ "same-name", "WORKER_CRASHED" }, { "twice-made", "WORKER_CRASHED" },
	{ "other-bytes", "WORKER_CRASHED" }, { "sums", "WORKER_CRASHED" },
	{ "more", "WORKER_CRASHED" }, { "symlink", "WORKER_CRASHED" },
	{ "fifo", "WORKER_CRASHED" }, { "subfolder", "WORKER_CRASHED" },
	{ "second-name", "WORKER_CRASHED" }, { "setuid", "WORKER_CRASHED" },
	{ "folder-link", "WORKER_CRASHED" }, { "locked", "WORKER_CRASHED" },
	{ "keep-file", "WORKER_CRASHED" }, { "heap", "WORKER_CRASHED" },
	{ "other-item", "WORKER_CRASHED" }, { "garbage", "WORKER_CRASHED" },
	{ "truncated", "WORKER_CRASHED" }, { "oversized", "WORKER_CRASHED" },
	{ "unfinished", "WORKER_TIMEOUT" },
	{ "descriptors", "WORKER_CRASHED" },
	{ "flood-findings", "WORKER_CRASHED" },
	{ "flood-made", "WORKER_CRASHED" },
	{ "ready-again", "WORKER_CRASHED" }, { "no-space", "IO_ERROR" },
	{ "no-disk", "IO_ERROR" }, { "no-config", "IO_ERROR" },
	{ "stall", "WORKER_TIMEOUT" }, { "hang-up", "WORKER_CRASHED" },
	{ "exit", "WORKER_CRASHED" }, { "memory", "WORKER_MEMORY" },
	{ "signal", "WORKER_CRASHED" }, { "cpu", "WORKER_TIMEOUT" },
	/* The first answer is sound; what comes after it is about nothing. */
	{ "answer-twice", NULL }, { "flood-answers", NULL },
};

static void
tell_lie(struct at *t, const struct lie *l)
{
	bool held = l->code != NULL && strcmp(l->code, "IO_ERROR") == 0;
	int bad = l->code != NULL;

	if (bad && strcmp(l->code, "WORKER_TIMEOUT") == 0)
		write_settings(t, 1, IMPATIENT, "open");
	drop_honest(t);
	drop_lie(t, l->name);
	if (!pass(t, BATCH_BOTH))
		fail_msg("%s: the pass stopped: %s", l->name, t->e.text);
	assert_string_equal(t->codes, bad ? l->code : "");
	if (t->r.state[held ? STATE_HELD : STATE_REJECTED] != (unsigned)bad ||
	    t->r.state[STATE_PUBLISHED] != HONEST + 1 - (unsigned)bad)
		fail_msg("%s: %d held, %d rejected, %d published", l->name,
		    (int)t->r.state[STATE_HELD],
		    (int)t->r.state[STATE_REJECTED],
		    (int)t->r.state[STATE_PUBLISHED]);
	finish(t, l->name);
	expect_whole_instances(t, HONEST + 1 - bad, l->name);
	expect_tried_alone(t, l->name, 1 + bad);
	assert_int_equal(things_in(t, "incoming"), 0);
	assert_int_equal(things_in(t, held ? "held" : "rejected"), bad);
}

static void
a_lie_costs_the_package_it_was_told_of_and_no_other(void **state)
{
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		set_up(state);
		tell_lie(*state, &lies[i]);
		tear_down(state);
	}
}

/* All at once, with several workers. */
static void
many_lies_stop_nothing(void **state)
{
	struct at *t = *state;
	unsigned bad = 0;

	write_settings(t, 3, SHARED, "open");
	drop_honest(t);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		/* No lie any more when its worker has ended of another. */
		if (strcmp(lies[i].name, "keep-file") == 0)
			continue;
		drop_lie(t, lies[i].name);
		bad += lies[i].code != NULL;
	}
	if (!pass(t, BATCH_BOTH))
		fail_msg("the pass stopped: %s", t->e.text);
	assert_int_equal(t->r.state[STATE_HELD] + t->r.state[STATE_REJECTED],
	    bad);
	assert_int_equal(t->r.state[STATE_PUBLISHED], HONEST + 2);
	finish(t, "all lies");
	expect_whole_instances(t, HONEST + 2, "all lies");
}

/* ------------------------------------------------------------ its own lies */

/* A duplicate is removed: it must be one by its bytes, which are ours. */
static void
nothing_is_lost_as_a_duplicate_of_what_it_is_not(void **state)
{
	struct at *t = *state;

	drop_honest(t);
	drop_lie(t, "copycat");
	assert_true(pass(t, BATCH_BOTH));
	assert_int_equal(t->r.state[STATE_DUPLICATE], 0);
	finish(t, "copycat");
	assert_int_equal(things_in(t, "rejected"), 1);
	/* and what is one is one */
	scratch_put(t->s, "incoming/c.sann.zip", "a.sann.zip");
	assert_true(pass(t, BATCH_BOTH));
	assert_int_equal(t->r.state[STATE_DUPLICATE], 1);
	finish(t, "a duplicate");
}

static void
expect_another_refused(struct at *t, const char *lie)
{
	drop_honest(t);
	drop_lie(t, lie);
	assert_true(pass(t, BATCH_INTAKE));
	assert_int_equal(t->r.state[STATE_ACCEPTED], HONEST + 1);
	finish(t, lie);
	assert_true(pass(t, BATCH_TRANSFORM));
	assert_int_equal(t->r.state[STATE_REJECTED], 1);
	assert_string_equal(t->codes, "WORKER_CRASHED");
	finish(t, lie);
	expect_tried_alone(t, lie, 3);
	expect_whole_instances(t, HONEST, lie);
}

static void
what_was_accepted_keeps_its_instance_and_its_app(void **state)
{
	static const char *const names[] = { "guid", "app" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		set_up(state);
		expect_another_refused(*state, names[i]);
		tear_down(state);
	}
}

static void
the_message_of_trouble_is_shown_masked(void **state)
{
	struct at *t = *state;
	struct fsx_list l = { 0 };
	char path[256];
	int dir;

	drop_lie(t, "no-space");
	assert_true(pass(t, BATCH_BOTH));
	finish(t, "no-space");
	scratch_path(t->s, path, sizeof path, "held");
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fsx_list(dir, &l, &t->e), 0);
	close(dir);
	snprintf(path, sizeof path, "held/%.100s/reason.txt", l.v[0]);
	scratch_read(t->s, path, &t->text);
	assert_non_null(strstr(t->text.p, "No space left on device"));
	assert_null(strstr(t->text.p, "15867210064"));
	fsx_list_free(&l);
}

/* The sandbox: a folder that was told is out of its maker's reach. */
static void
nothing_can_be_added_to_what_was_told(void **state)
{
	struct at *t = *state;

	write_settings(t, 1, PATIENT, "enforce");
	drop_honest(t);
	drop_lie(t, "keep-folder");
	if (!pass(t, BATCH_BOTH))
		fail_msg("the pass stopped: %s", t->e.text);
	assert_int_equal(t->r.state[STATE_PUBLISHED], HONEST + 1);
	finish(t, "keep-folder");
	expect_whole_instances(t, HONEST + 1, "keep-folder");
}

/* --------------------------------------------------------------- the house */

/* The disk is full, and we see it: nobody is blamed, all waits. */
static void
trouble_that_we_have_too_stops_the_pass(void **state)
{
	struct at *t = *state;

	drop_lie(t, "no-space");
	drop_honest(t);
	t->conf.spool.min_free_bytes = 0;
	assert_non_null(t->batch = batch_new(&t->conf, BATCH_BOTH,
	    &(struct batch_hooks){ .arg = t, .event = on_event }, &t->e));
	t->descriptors = count_in("/proc/self/fd");
	/* From here on too little is free, but nobody looked yet. */
	t->conf.spool.min_free_bytes = UINT64_MAX;
	assert_int_equal(batch_pass(t->batch, false, &t->r, &t->e), -1);
	assert_int_equal(t->e.kind, ERR_SPACE);
	finish(t, "no space");
	assert_int_equal(things_in(t, "incoming"), HONEST + 1);
	assert_int_equal(things_in(t, "held"), 0);
}

struct start {
	const char *lie;
	enum err_kind kind;
};

static void
a_worker_that_cannot_start_loses_nothing(void **state)
{
	static const struct start rows[] = {
		{ "trouble", ERR_RIGHTS }, { "garbage", ERR_SYSTEM },
		{ "exit", ERR_SYSTEM }, { "never", ERR_SYSTEM },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct at *t;

		set_up(state);
		t = *state;
		write_settings(t, 1, SHARED, "open");
		drop_honest(t);
		scratch_put(t->s, "config/liar", rows[i].lie);
		assert_false(pass(t, BATCH_BOTH));
		assert_int_equal(t->e.kind, rows[i].kind);
		assert_int_equal(things_in(t, "incoming"), HONEST);
		assert_int_equal(things_in(t, "tmp"), 0);
		tear_down(state);
	}
}

/* The package that needs a second worker stops us: both must be the same. */
static void
another_configuration_is_nobodys_fault(void **state)
{
	struct at *t = *state;

	drop_lie(t, "exit");
	drop_honest(t);
	scratch_put(t->s, "config/lie-config", "");
	assert_false(pass(t, BATCH_BOTH));
	assert_int_equal(t->e.kind, ERR_AGAIN);
	finish(t, "another configuration");
	assert_int_equal(t->r.state[STATE_REJECTED], 0);
	assert_int_equal(things_in(t, "rejected"), 0);
}

static void
find_liar(void)
{
	ssize_t n = readlink("/proc/self/exe", libexec, sizeof libexec - 8);

	assert_true(n > 0);
	libexec[n] = '\0';
	memcpy(strrchr(libexec, '/'), "/liar", sizeof "/liar");
	setenv("FLERAPP_LIBEXEC", libexec, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_lie_costs_the_package_it_was_told_of_and_no_other),
		TEST(many_lies_stop_nothing),
		TEST(nothing_is_lost_as_a_duplicate_of_what_it_is_not),
		cmocka_unit_test(
		    what_was_accepted_keeps_its_instance_and_its_app),
		TEST(the_message_of_trouble_is_shown_masked),
		TEST(nothing_can_be_added_to_what_was_told),
		TEST(trouble_that_we_have_too_stops_the_pass),
		cmocka_unit_test(a_worker_that_cannot_start_loses_nothing),
		TEST(another_configuration_is_nobodys_fault),
	};

	umask(027);
	find_liar();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
