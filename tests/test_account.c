#include "tests/expect.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/account.h"
#include "spool/books.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/ledger.h"
#include "spool/spool.h"
#include "tests/play.h"
#include "tests/scratch.h"

#define G(n) "6513270e-0000-4000-8000-00000000000" n

static void
shell(const struct scratch *s, const char *script)
{
	char line[1024];

	snprintf(line, sizeof line, "cd '%s' && { %s; }", s->dir, script);
	if (system(line) != 0)
		fail_msg("%s", script);
}

/* One of each: published as folders and as a zip, accepted, held, refused. */
static struct scratch *
played(void)
{
	struct scratch *s = scratch_new();
	struct err e = { 0 };

	scratch_put(s, "incoming/a.zip", "publish " G("1"));
	scratch_put(s, "incoming/b.zip", "zip " G("2"));
	scratch_put(s, "incoming/c.zip", "hold " G("3"));
	scratch_put(s, "incoming/d.zip", "refuse " G("4"));
	assert_int_equal(play(&s->conf, 8, &e), 0);
	scratch_put(s, "incoming/e.zip", "accept " G("5"));
	assert_int_equal(play_intake(&s->conf, 8, &e), 0);
	return s;
}

static void
take_told(void *arg, const char *path, const char *what)
{
	buf_fmt(arg, "%s: %s\n", path, what);
}

/* What is told, and how much was read. */
static void
take(const struct scratch *s, struct account *a, struct buf *told)
{
	struct books *b = books_new();
	struct ledger *l;
	struct spool spool;
	struct err e;

	a->spool = &spool;
	a->books = b;
	a->tell = take_told;
	a->arg = told;
	a->originals = a->instances = a->faults = 0;
	buf_reset(told);
	assert_int_equal(spool_open(&spool, &s->conf, false, &e), 0);
	l = ledger_open(spool.dir[PLACE_LEDGER], false, books_feed, b, &e);
	assert_non_null(l);
	assert_int_equal(account_take(a, &e), 0);
	ledger_close(l);
	spool_close(&spool);
	books_free(b);
	a->spool = NULL;
	a->books = NULL;
}

static void
what_is_as_it_was_made_is_accounted_for(void **unused)
{
	struct scratch *s = played();
	struct buf told = { 0 };
	struct account a = { .since = 0 };

	(void)unused;
	take(s, &a, &told);
	assert_string_equal(buf_text(&told), "");
	assert_int_equal(a.faults, 0);
	assert_int_equal(a.originals, 5);
	assert_int_equal(a.instances, 3);
	scratch_free(s);
}

static void
what_did_not_change_is_not_read_again(void **unused)
{
	struct scratch *s = played();
	struct buf told = { 0 };
	struct account a = { .since = time(NULL) + 2 };

	(void)unused;
	take(s, &a, &told);
	assert_int_equal(a.originals, 0);
	assert_int_equal(a.instances, 0);
	assert_int_equal(a.faults, 0);
	scratch_free(s);
}

/* And what is changed behind that is. */
static void
what_we_have_made_meanwhile_is_not_read_again(void **unused)
{
	const struct timespec a_tick = { .tv_nsec = 20 * 1000 * 1000 };
	struct account a = { .since = 0 };
	struct buf told = { 0 };
	struct timespec now;
	struct scratch *s;

	(void)unused;
	clock_gettime(CLOCK_REALTIME_COARSE, &a.ours[0]);
	s = played();
	clock_gettime(CLOCK_REALTIME, &a.ours[1]);
	take(s, &a, &told);
	assert_int_equal(a.originals, 0);
	assert_int_equal(a.instances, 0);
	nanosleep(&a_tick, NULL);
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	assert_true(now.tv_sec > a.ours[1].tv_sec ||
	    now.tv_nsec > a.ours[1].tv_nsec);
	shell(s, "echo x >> $(ls done/*/*1-*.zip)");
	take(s, &a, &told);
	assert_int_equal(a.originals, 1);
	assert_int_equal(a.faults, 1);
	buf_free(&told);
	scratch_free(s);
}

static void
what_an_owner_has_taken_is_not_missed(void **unused)
{
	struct scratch *s = played();
	struct buf told = { 0 };
	struct account a = { .since = 0 };

	(void)unused;
	scratch_take_outbox(s);
	take(s, &a, &told);
	assert_string_equal(buf_text(&told), "");
	assert_int_equal(a.instances, 0);
	scratch_free(s);
}

static void
every_change_is_found_and_says_where(void **unused)
{
	static const struct {
		const char *script, *where, *what;
	} rows[] = {
		{ "echo x >> $(ls done/*/*1-*.zip)", "done/", "bytes" },
		{ "echo x >> $(ls accepted/*)", "accepted/", "bytes" },
		{ "echo x >> $(ls held/*/package.zip)", "held/", "bytes" },
		{ "echo x >> $(ls rejected/*/package.zip)", "rejected/",
		    "bytes" },
		/* Another package's bytes under its name. */
		{ "cp accepted/* $(ls done/*/*1-*.zip)", "done/", "bytes" },
		{ "ln -sf /dev/null $(ls done/*/*1-*.zip)", "done/",
		    "cannot be read" },
		{ "echo x >> $(ls outbox/*/*/*/*rute0/mottak.xml)",
		    "rute0: ", "not what its SHA256SUMS says" },
		{ "rm $(ls outbox/*/*/*/*rute0/mottak.xml)", "rute0: ",
		    "cannot be read" },
		{ "rm $(ls outbox/*/*/*/*rute0/SHA256SUMS)", "rute0: ",
		    "SHA256SUMS is missing" },
		{ "touch $(ls -d outbox/*/*/*/*rute0)/ny.xml", "rute0: ",
		    "does not name" },
		{ "echo x >> $(ls outbox/*/*/*/*rute0/SHA256SUMS)", "rute0: ",
		    "not of our writing" },
		{ "truncate -s -1 $(ls outbox/*/*/*/*rute0/SHA256SUMS)",
		    "rute0: ", "middle of a line" },
		{ "cd outbox/*/*/org-310000027/*rute0 && echo x > mottak.xml &&"
		    " sha256sum mottak.xml > SHA256SUMS", "rute0: ",
		    "ledger does not know" },
		/* Whole, but in another owner's folder. */
		{ "cp -r outbox/*/*/org-310000027/*rute0 "
		    "outbox/*/*/org-310000019/", "org-310000019/",
		    "ledger does not know" },
		{ "echo x >> $(ls outbox/*/*/*/*.zip)", ".zip: ",
		    "ledger does not know" },
		{ "touch outbox/ttd/fil", "outbox/ttd/fil/", "no folder" },
	};
	struct buf told = { 0 };
	struct account a = { .since = 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scratch *s = played();

		shell(s, rows[i].script);
		take(s, &a, &told);
		if (a.faults != 1 ||
		    strstr(buf_text(&told), rows[i].where) == NULL ||
		    strstr(buf_text(&told), rows[i].what) == NULL)
			fail_msg("%s: %ju faults: %s", rows[i].script,
			    (uintmax_t)a.faults, buf_text(&told));
		scratch_free(s);
	}
	buf_free(&told);
}

static void
a_change_after_the_last_look_is_found(void **unused)
{
	struct scratch *s = played();
	struct buf told = { 0 };
	struct account a = { .since = time(NULL) - 60 };

	(void)unused;
	/* The file's own times can be set at will, its change time cannot. */
	shell(s, "echo x >> $(ls done/*/*1-*.zip) && "
	    "touch -d '2020-01-01' $(ls done/*/*1-*.zip)");
	take(s, &a, &told);
	assert_int_equal(a.faults, 1);
	buf_free(&told);
	scratch_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_as_it_was_made_is_accounted_for),
		cmocka_unit_test(what_did_not_change_is_not_read_again),
		cmocka_unit_test(
		    what_we_have_made_meanwhile_is_not_read_again),
		cmocka_unit_test(what_an_owner_has_taken_is_not_missed),
		cmocka_unit_test(every_change_is_found_and_says_where),
		cmocka_unit_test(a_change_after_the_last_look_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
