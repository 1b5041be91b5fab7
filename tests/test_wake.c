#include "tests/expect.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/err.h"
#include "watcher/wake.h"

enum { LONG_MS = 1900, SHORT_MS = 30 };

static char top[] = "/tmp/test_wake.XXXXXX";
static char dir[64];
static unsigned notes;

static void
count(void *arg, const char *text)
{
	(void)arg;
	(void)text;
	notes++;
}

static struct wake *
begin(enum conf_poll how)
{
	struct wake *w;
	struct err e;

	notes = 0;
	w = wake_new(count, NULL, &e);
	assert_non_null(w);
	wake_watch(w, dir, how);
	return w;
}

static void
write_file(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static void
move(const char *from, const char *to)
{
	char a[128], b[128];

	snprintf(a, sizeof a, "%s/%s", dir, from);
	snprintf(b, sizeof b, "%s/%s", dir, to);
	assert_int_equal(rename(a, b), 0);
}

static void
each_way_to_drop_a_file_wakes_once(void **unused)
{
	char a[128], b[128];
	struct wake *w = begin(POLL_NO);

	(void)unused;
	assert_false(wake_polls(w));
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	write_file(".a");
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
	move(".a", "a.zip");
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
	snprintf(a, sizeof a, "%s/a.zip", dir);
	snprintf(b, sizeof b, "%s/b.zip", dir);
	assert_int_equal(link(a, b), 0);
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	assert_int_equal(notes, 0);
	wake_free(w);
}

static void
taking_a_file_away_does_not_wake(void **unused)
{
	char path[128];
	struct wake *w;
	int fd;

	(void)unused;
	write_file("a.zip");
	w = begin(POLL_AUTO);
	snprintf(path, sizeof path, "%s/a.zip", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	unlink(path);
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	wake_free(w);
}

/* More events than any queue holds: one overflow, then silence. */
static void
an_overflow_wakes_and_is_noted(void **unused)
{
	struct wake *w = begin(POLL_NO);

	(void)unused;
	write_file("a");
	for (int i = 0; i < 70000; i++)
		move(i % 2 == 0 ? "a" : "b", i % 2 == 0 ? "b" : "a");
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
	assert_int_equal(notes, 1);
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	write_file("c");
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
	wake_free(w);
}

static void
a_folder_that_is_replaced_is_lost_until_it_is_told_again(void **unused)
{
	static const enum conf_poll ways[] = { POLL_NO, POLL_YES };
	char aside[80];

	(void)unused;
	snprintf(aside, sizeof aside, "%s.aside", dir);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct wake *w = begin(ways[i]);

		assert_int_equal(rename(dir, aside), 0);
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(wake_wait(w, LONG_MS), WAKE_LOST);
		wake_watch(w, dir, ways[i]);
		write_file("d.zip");
		if (ways[i] == POLL_NO)
			assert_int_equal(wake_wait(w, LONG_MS), WAKE_FILES);
		else
			assert_int_equal(wake_wait(w, SHORT_MS), 0);
		wake_free(w);
		move("d.zip", "../gone");
		assert_int_equal(rmdir(dir), 0);
		assert_int_equal(rename(aside, dir), 0);
	}
}

static void
a_folder_that_is_missing_is_polled_for(void **unused)
{
	struct wake *w;

	(void)unused;
	snprintf(dir, sizeof dir, "%s/later", top);
	w = begin(POLL_NO);
	assert_true(wake_polls(w));
	assert_int_equal(notes, 1);
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	wake_free(w);
}

static void
polling_looks_at_the_clock(void **unused)
{
	struct wake *w = begin(POLL_YES);

	(void)unused;
	assert_true(wake_polls(w));
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	assert_int_equal(wake_wait(w, 60000), WAKE_FILES);
	wake_free(w);
}

static void
signals_wake_and_are_told_once(void **unused)
{
	struct wake *w = begin(POLL_NO);

	(void)unused;
	assert_false(wake_stopping(w));
	raise(SIGHUP);
	assert_false(wake_stopping(w));
	raise(SIGTERM);
	assert_true(wake_stopping(w));
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_RELOAD | WAKE_STOP);
	assert_int_equal(wake_wait(w, SHORT_MS), 0);
	raise(SIGINT);
	assert_int_equal(wake_wait(w, LONG_MS), WAKE_STOP);
	wake_free(w);
}

static void
network_file_systems_are_known(void **unused)
{
	(void)unused;
	assert_true(wake_is_network(0x6969));
	assert_true(wake_is_network(0xff534d42));
	assert_true(wake_is_network((int32_t)0xff534d42));
	assert_false(wake_is_network(0xef53));		/* ext4 */
	assert_false(wake_is_network(0x01021994));	/* tmpfs */
}

static int
make_dir(void **unused)
{
	(void)unused;
	snprintf(dir, sizeof dir, "%s/incoming", top);
	return mkdir(dir, 0700);
}

static int
remove_dir(void **unused)
{
	char line[128];

	(void)unused;
	snprintf(line, sizeof line, "rm -rf '%s'/*", top);
	return system(line);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_way_to_drop_a_file_wakes_once),
		TEST(taking_a_file_away_does_not_wake),
		TEST(an_overflow_wakes_and_is_noted),
		TEST(a_folder_that_is_replaced_is_lost_until_it_is_told_again),
		TEST(a_folder_that_is_missing_is_polled_for),
		TEST(polling_looks_at_the_clock),
		TEST(signals_wake_and_are_told_once),
		TEST(network_file_systems_are_known),
	};
	int rc;

	if (mkdtemp(top) == NULL)
		return 1;
	rc = cmocka_run_group_tests_name("wake", tests, NULL, NULL);
	rmdir(top);
	return rc;
}
