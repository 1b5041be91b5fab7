#include "tests/expect.h"

#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/copy.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/mem.h"
#include "tests/scratch.h"

/* Synthetic: a month with an offset. */
#define PERSON "17889000074"

struct at {
	struct scratch *scratch;
	struct spool spool;
	struct run run;
	struct intake *in;
	struct err e;
	char noted[256];
	int notes;
};

static void
note(void *arg, const char *shown, const char *what)
{
	struct at *t = arg;

	t->notes++;
	snprintf(t->noted, sizeof t->noted, "%s: %s", shown, what);
}

static int
set_up(void **state)
{
	struct at *t = mem_alloc(sizeof *t);

	t->scratch = scratch_new();
	*state = t;
	if (spool_open(&t->spool, &t->scratch->conf, true, &t->e) == -1 ||
	    spool_begin_run(&t->run, &t->spool, &t->e) == -1)
		return -1;
	t->in = intake_new(&t->spool, &t->run, &t->scratch->conf, note, t);
	return 0;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	intake_free(t->in);
	spool_abandon_run(&t->run);
	spool_close(&t->spool);
	scratch_free(t->scratch);
	free(t);
	return 0;
}

static size_t
listed(struct at *t, struct intake_list *kept)
{
	struct intake_list l;
	size_t n;

	assert_int_equal(intake_scan(t->in, &l, &t->e), 0);
	n = l.n;
	if (kept != NULL)
		*kept = l;
	else
		intake_list_free(&l);
	return n;
}

static bool
claimed(struct at *t, const char *name, struct drop *d)
{
	bool taken;

	if (intake_claim(t->in, name, d, &taken, &t->e) == -1)
		fail_msg("%s", t->e.text);
	return taken;
}

static bool
in_claimed(const struct at *t, const char *name)
{
	return faccessat(t->run.claimed, name, F_OK, 0) == 0;
}

static void
content(const struct at *t, const struct drop *d, struct buf *b)
{
	struct err e;

	buf_reset(b);
	assert_int_equal(fsx_read(t->run.claimed, d->claim, 1 << 20, b, &e),
	    0);
}

static void
names_that_are_not_finished_are_left(void **state)
{
	static const char *const names[] = { ".a.zip", "a.part", "a.zip.tmp",
	    "a.filepart", ".part" };
	struct at *t = *state;
	struct intake_list l;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_false(intake_name_ok(names[i]));
	scratch_put(t->scratch, "incoming/.a.zip", "x");
	scratch_put(t->scratch, "incoming/a.zip.part", "x");
	scratch_put(t->scratch, "incoming/b.zip", "x");
	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_int_equal(listed(t, &l), 2);
	assert_string_equal(l.names[0], "a.zip");
	assert_string_equal(l.names[1], "b.zip");
	intake_list_free(&l);
}

static void
what_is_no_file_is_named_once_and_stays(void **state)
{
	struct at *t = *state;
	const int dir = t->spool.dir[PLACE_INCOMING];
	struct drop d;

	assert_int_equal(mkdirat(dir, "mappe", 0755), 0);
	assert_int_equal(listed(t, NULL), 0);
	assert_string_equal(t->noted, "mappe: NOT_A_FILE");
	assert_int_equal(mkfifoat(dir, "fifo", 0644), 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, PERSON ".zip"), 0);
	assert_int_equal(listed(t, NULL), 0);
	assert_int_equal(listed(t, NULL), 0);
	assert_int_equal(t->notes, 3);
	assert_null(strstr(t->noted, PERSON));
	assert_false(claimed(t, "fifo", &d));
	assert_false(claimed(t, PERSON ".zip", &d));
	assert_false(claimed(t, "mappe", &d));
}

/* The path of a socket must be short; only root can make a device. */
static void
sockets_and_devices_stay_too(void **state)
{
	struct at *t = *state;
	const int dir = t->spool.dir[PLACE_INCOMING];
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), want = 1;
	struct drop d;

	scratch_path(t->scratch, name.sun_path, sizeof name.sun_path,
	    "incoming/socket");
	assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof name), 0);
	if (mknodat(dir, "zero", S_IFCHR | 0666, makedev(1, 5)) == 0)
		want++;
	if (mknodat(dir, "disk", S_IFBLK | 0666, makedev(8, 0)) == 0)
		want++;
	assert_int_equal(listed(t, NULL), 0);
	assert_int_equal(t->notes, want);
	assert_false(claimed(t, "socket", &d));
	assert_false(claimed(t, "zero", &d));
	assert_false(claimed(t, "disk", &d));
	close(s);
}

static void
a_flood_of_names_is_listed_in_order(void **state)
{
	enum { FLOOD = 5000 };
	struct at *t = *state;
	struct intake_list l;
	char name[64];

	for (int i = 0; i < FLOOD; i++) {
		snprintf(name, sizeof name, "incoming/%d.zip",
		    FLOOD - 1 - i);
		scratch_put(t->scratch, name, "x");
	}
	assert_int_equal(listed(t, &l), FLOOD);
	for (size_t i = 1; i < l.n; i++)
		assert_true(strcmp(l.names[i - 1], l.names[i]) < 0);
	intake_list_free(&l);
}

static void
a_file_rests_before_it_is_taken(void **state)
{
	const struct timespec pause = { .tv_nsec = 160000000 };
	struct at *t = *state;
	struct intake_list l;

	t->scratch->conf.watch.settle = 150;
	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_int_equal(listed(t, &l), 0);
	assert_int_equal(l.young, 1);
	assert_in_range(l.wait_ms, 1, 151);
	intake_list_free(&l);
	nanosleep(&pause, NULL);
	assert_int_equal(listed(t, NULL), 1);
}

static void
a_write_time_in_the_future_keeps_nothing_waiting(void **state)
{
	const struct timespec pause = { .tv_nsec = 60000000 };
	const struct timespec future[2] =
	    { { .tv_sec = 4102444800 }, { .tv_sec = 4102444800 } };
	struct at *t = *state;

	t->scratch->conf.watch.settle = 50;
	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_int_equal(utimensat(t->spool.dir[PLACE_INCOMING], "a.zip",
	    future, 0), 0);
	nanosleep(&pause, NULL);
	assert_int_equal(listed(t, NULL), 1);
}

static void
a_claim_by_copy_leaves_the_drop_and_is_private(void **state)
{
	struct at *t = *state;
	struct buf b = { 0 };
	struct drop d;
	char byte;

	scratch_put(t->scratch, "incoming/a.zip", "good");
	assert_true(claimed(t, "a.zip", &d));
	assert_false(d.renamed);
	assert_true(scratch_has(t->scratch, "incoming/a.zip"));
	scratch_put(t->scratch, "incoming/a.zip", "evil");
	content(t, &d, &b);
	assert_string_equal(buf_text(&b), "good");
	assert_int_equal(read(d.fd, &byte, 1), 1);
	assert_int_equal(write(d.fd, "x", 1), -1);
	buf_free(&b);
	intake_settled(t->in, &d);
}

static void
what_is_claimed_is_not_listed_until_it_is_given_back(void **state)
{
	struct at *t = *state;
	struct drop d;

	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_int_equal(listed(t, NULL), 1);
	assert_true(claimed(t, "a.zip", &d));
	assert_int_equal(listed(t, NULL), 0);
	assert_int_equal(listed(t, NULL), 0);
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
	assert_false(in_claimed(t, "1"));
	assert_int_equal(listed(t, NULL), 1);
}

static void
what_is_open_for_writing_is_left(void **state)
{
	struct at *t = *state;
	struct drop d;
	int fd;

	scratch_put(t->scratch, "incoming/a.zip", "x");
	fd = openat(t->spool.dir[PLACE_INCOMING], "a.zip", O_WRONLY);
	assert_false(claimed(t, "a.zip", &d));
	close(fd);
	assert_true(claimed(t, "a.zip", &d));
	intake_settled(t->in, &d);
}

/* Who has a lease is asked to give it up, and need not hurry. */
static void
a_lease_on_a_drop_stops_nobody(void **state)
{
	struct at *t = *state;
	struct drop d;
	int fd;

	scratch_put(t->scratch, "incoming/a.zip", "x");
	fd = openat(t->spool.dir[PLACE_INCOMING], "a.zip", O_RDWR);
	assert_int_equal(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	assert_false(claimed(t, "a.zip", &d));
	assert_int_equal(listed(t, NULL), 1);
	close(fd);
	assert_true(claimed(t, "a.zip", &d));
	intake_settled(t->in, &d);
}

/* Its descriptor is closed, and yet somebody can still write to it. */
static void
what_is_mapped_for_writing_is_left(void **state)
{
	struct at *t = *state;
	struct drop d;
	char *p;
	int fd;

	scratch_put(t->scratch, "incoming/a.zip", "good");
	fd = openat(t->spool.dir[PLACE_INCOMING], "a.zip", O_RDWR);
	p = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(p != MAP_FAILED);
	close(fd);
	p[0] = 'f';
	assert_false(claimed(t, "a.zip", &d));
	munmap(p, 4);
	assert_true(claimed(t, "a.zip", &d));
	intake_settled(t->in, &d);
}

/* Opened for reading, and opened again by it for writing; another name. */
static void
what_the_dropper_kept_changes_no_copy(void **state)
{
	struct at *t = *state;
	const int dir = t->spool.dir[PLACE_INCOMING];
	struct buf b = { 0 };
	char path[64];
	struct drop d;
	int kept, again;

	scratch_put(t->scratch, "incoming/a.zip", "good");
	kept = openat(dir, "a.zip", O_RDONLY | O_CLOEXEC);
	assert_int_equal(linkat(dir, "a.zip", dir, ".kept", 0), 0);
	assert_true(claimed(t, "a.zip", &d));
	snprintf(path, sizeof path, "/proc/self/fd/%d", kept);
	again = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(again, "evil", 4), 4);
	content(t, &d, &b);
	assert_string_equal(buf_text(&b), "good");
	close(again);
	again = openat(dir, ".kept", O_WRONLY | O_TRUNC | O_CLOEXEC);
	content(t, &d, &b);
	assert_string_equal(buf_text(&b), "good");
	close(again);
	close(kept);
	buf_free(&b);
	intake_settled(t->in, &d);
}

static void
a_copy_of_what_changed_meanwhile_is_none(void **state)
{
	static const struct {
		const char *what;
		off_t size;
		enum copied how;
	} rows[] = {
		{ "untouched", -1, COPIED }, { "cut", 2, COPY_CHANGED },
		{ "emptied", 0, COPY_CHANGED }, { "longer", 9, COPY_CHANGED },
		{ "written over", 4, COPY_CHANGED },
	};
	const struct timespec tick = { .tv_nsec = 20000000 };
	struct at *t = *state;
	const int dir = t->spool.dir[PLACE_INCOMING];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int from, to = memfd_create("copy", MFD_CLOEXEC);
		struct drop_mark before;
		struct stat st;

		scratch_put(t->scratch, "incoming/a.zip", "good");
		from = openat(dir, "a.zip", O_RDWR | O_CLOEXEC);
		assert_int_equal(fstat(from, &st), 0);
		mark_of(&before, &st);
		nanosleep(&tick, NULL);
		if (rows[i].size == st.st_size)
			assert_int_equal(pwrite(from, "evil", 4, 0), 4);
		else if (rows[i].size != -1)
			assert_int_equal(ftruncate(from, rows[i].size), 0);
		if (copy_drop(from, to, &before, &t->e) != rows[i].how)
			fail_msg("%s", rows[i].what);
		close(from);
		close(to);
	}
}

static void
what_has_gone_is_no_fault(void **state)
{
	struct at *t = *state;
	struct drop d;

	assert_false(claimed(t, "gone.zip", &d));
}

static void
a_claim_by_rename_takes_the_drop_itself(void **state)
{
	struct at *t = *state;
	struct drop d;

	t->scratch->conf.watch.claim = CLAIM_RENAME;
	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_true(claimed(t, "a.zip", &d));
	assert_true(d.renamed);
	assert_string_equal(d.claim, "1.a.zip");
	assert_false(scratch_has(t->scratch, "incoming/a.zip"));
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
	assert_true(scratch_has(t->scratch, "incoming/a.zip"));
}

static void
what_is_given_back_covers_nothing(void **state)
{
	struct at *t = *state;
	struct buf b = { 0 };
	struct drop d;

	t->scratch->conf.watch.claim = CLAIM_RENAME;
	scratch_put(t->scratch, "incoming/a.zip", "old");
	assert_true(claimed(t, "a.zip", &d));
	scratch_put(t->scratch, "incoming/a.zip", "new");
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
	scratch_read(t->scratch, "incoming/a.zip", &b);
	assert_string_equal(buf_text(&b), "new");
	scratch_read(t->scratch, "incoming/2-a.zip", &b);
	assert_string_equal(buf_text(&b), "old");
	buf_free(&b);
}

static void
a_file_with_two_names_is_copied_all_the_same(void **state)
{
	struct at *t = *state;
	const int dir = t->spool.dir[PLACE_INCOMING];
	struct drop d;

	t->scratch->conf.watch.claim = CLAIM_RENAME;
	scratch_put(t->scratch, "incoming/a.zip", "x");
	assert_int_equal(linkat(dir, "a.zip", dir, ".kept", 0), 0);
	assert_true(claimed(t, "a.zip", &d));
	assert_false(d.renamed);
	intake_settled(t->in, &d);
}

static void
a_person_number_in_a_name_stays_in_incoming(void **state)
{
	struct at *t = *state;
	char name[NAME_MAX + 1];
	struct drop d;

	t->scratch->conf.watch.claim = CLAIM_RENAME;
	scratch_put(t->scratch, "incoming/" PERSON ".zip", "x");
	assert_true(claimed(t, PERSON ".zip", &d));
	assert_string_equal(d.claim, "1");
	intake_drop_name(name, 7, PERSON ".zip");
	assert_string_equal(name, "7.***********.zip");
	intake_settled(t->in, &d);
}

static void
the_longest_name_is_taken(void **state)
{
	struct at *t = *state;
	char path[NAME_MAX + 16] = "incoming/";
	char *name = path + strlen(path);
	struct drop d;

	memset(name, 'n', NAME_MAX);
	memcpy(name + NAME_MAX - 4, ".zip", 5);
	t->scratch->conf.watch.claim = CLAIM_RENAME;
	scratch_put(t->scratch, path, "x");
	assert_true(claimed(t, name, &d));
	assert_string_equal(d.name, name);
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
	assert_true(scratch_has(t->scratch, path));
}

static void
what_is_too_large_is_never_copied(void **state)
{
	struct at *t = *state;
	char want[DIGEST_HEX + 1];
	struct drop d;

	t->scratch->conf.packages.max_bytes = 4;
	scratch_put(t->scratch, "incoming/a.zip", "12345");
	digest_hex_of("12345", 5, want);
	assert_true(claimed(t, "a.zip", &d));
	assert_true(d.too_large);
	assert_true(d.renamed);
	assert_string_equal(d.sha256, want);
	assert_true(in_claimed(t, "1.a.zip"));
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
	assert_true(scratch_has(t->scratch, "incoming/a.zip"));
	t->scratch->conf.packages.max_bytes = 5;
	assert_true(claimed(t, "a.zip", &d));
	assert_false(d.too_large);
	intake_settled(t->in, &d);
}

/* As many bytes as a file can have, and none of them on the disk. */
static void
a_hole_beyond_the_limit_is_not_read_to_its_end(void **state)
{
	static const off_t sizes[] = { (off_t)1 << 50, (off_t)1 << 43 };
	struct at *t = *state;
	struct drop d;
	int fd, rc = -1;

	t->scratch->conf.packages.max_bytes = 4;
	scratch_put(t->scratch, "incoming/a.zip", "");
	fd = openat(t->spool.dir[PLACE_INCOMING], "a.zip", O_WRONLY);
	for (size_t i = 0; rc == -1 && i < sizeof sizes / sizeof *sizes; i++)
		rc = ftruncate(fd, sizes[i]);
	assert_int_equal(rc, 0);
	close(fd);
	assert_true(claimed(t, "a.zip", &d));
	assert_true(d.too_large);
	assert_int_equal(d.summed, INTAKE_SUM_MAX);
	assert_int_equal(intake_give_back(t->in, &d, &t->e), 0);
}

static void
an_empty_file_is_a_package_too(void **state)
{
	struct at *t = *state;
	struct drop d;

	scratch_put(t->scratch, "incoming/a.zip", "");
	assert_true(claimed(t, "a.zip", &d));
	assert_int_equal(d.mark.size, 0);
	intake_settled(t->in, &d);
}

/* As nobody, since root can read it all the same. */
static bool
stays_unread(struct at *t)
{
	enum { NOBODY = 65534 };
	const int dir = t->spool.dir[PLACE_INCOMING];
	struct drop d;

	if (fchmodat(dir, "a.zip", 0, 0) == -1)
		return false;
	if (geteuid() == 0 && (fchown(dir, NOBODY, NOBODY) == -1 ||
	    setgroups(0, NULL) == -1 ||
	    setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
	    setresuid(NOBODY, NOBODY, NOBODY) == -1))
		return false;
	return !claimed(t, "a.zip", &d) && !claimed(t, "a.zip", &d) &&
	    t->notes == 1 && strcmp(t->noted, "a.zip: cannot be read") == 0;
}

static void
a_file_that_may_not_be_read_stays_and_is_named_once(void **state)
{
	struct at *t = *state;
	int status;
	pid_t pid;

	scratch_put(t->scratch, "incoming/a.zip", "x");
	pid = fork();
	if (pid == 0)
		_exit(stays_unread(t) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(scratch_has(t->scratch, "incoming/a.zip"));
}

static void
a_large_file_is_copied_whole(void **state)
{
	enum { SIZE = 700001 };
	struct at *t = *state;
	struct buf b = { 0 };
	char *text = mem_alloc(SIZE + 1);
	struct drop d;

	for (int i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i % 23);
	text[SIZE] = '\0';
	scratch_put(t->scratch, "incoming/a.zip", text);
	assert_true(claimed(t, "a.zip", &d));
	content(t, &d, &b);
	assert_int_equal(b.len, SIZE);
	assert_string_equal(b.p, text);
	free(text);
	buf_free(&b);
	intake_settled(t->in, &d);
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(names_that_are_not_finished_are_left),
		at(what_is_no_file_is_named_once_and_stays),
		at(sockets_and_devices_stay_too),
		at(a_flood_of_names_is_listed_in_order),
		at(a_file_rests_before_it_is_taken),
		at(a_write_time_in_the_future_keeps_nothing_waiting),
		at(a_claim_by_copy_leaves_the_drop_and_is_private),
		at(what_is_claimed_is_not_listed_until_it_is_given_back),
		at(what_is_open_for_writing_is_left),
		at(a_lease_on_a_drop_stops_nobody),
		at(what_is_mapped_for_writing_is_left),
		at(what_the_dropper_kept_changes_no_copy),
		at(a_copy_of_what_changed_meanwhile_is_none),
		at(what_has_gone_is_no_fault),
		at(a_claim_by_rename_takes_the_drop_itself),
		at(what_is_given_back_covers_nothing),
		at(a_file_with_two_names_is_copied_all_the_same),
		at(a_person_number_in_a_name_stays_in_incoming),
		at(the_longest_name_is_taken),
		at(what_is_too_large_is_never_copied),
		at(a_hole_beyond_the_limit_is_not_read_to_its_end),
		at(an_empty_file_is_a_package_too),
		at(a_file_that_may_not_be_read_stays_and_is_named_once),
		at(a_large_file_is_copied_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
