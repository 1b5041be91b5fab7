#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/key.h"
#include "spool/ledger.h"
#include "spool/lines.h"
#include "spool/seal.h"
#include "tests/killer.h"
#include "tests/scratch.h"

#define PRIVATE "-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" \
	"-----END PRIVATE KEY-----\n"

struct at {
	struct scratch *scratch;
	int dir;			/* the ledger */
	char path[256];
	struct key *key;
	struct keys keys;
	struct err e;
};

static void
events(struct at *t, int n, const char *event)
{
	struct ledger *l = ledger_open(t->dir, true, NULL, NULL, &t->e);

	assert_non_null(l);
	for (int i = 0; i < n; i++)
		assert_int_equal(ledger_note(l, &t->e, event, "id", "x",
		    NULL), 0);
	ledger_close(l);
}

static void
lines(struct at *t, int n)
{
	events(t, n, "ended");
}

static const char *
ledger_path(struct at *t)
{
	scratch_path(t->scratch, t->path, sizeof t->path, "ledger");
	return t->path;
}

static int
set_up(void **state)
{
	struct at *t = calloc(1, sizeof *t);
	char path[256];

	t->scratch = scratch_new();
	scratch_put(t->scratch, "key", PRIVATE);
	scratch_path(t->scratch, path, sizeof path, "key");
	chmod(path, 0600);
	t->key = key_load(path, &t->e);
	key_public(t->key, &t->keys);
	t->dir = fsx_open_dir(AT_FDCWD, ledger_path(t), &t->e);
	*state = t;
	return t->dir == -1;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	close(t->dir);
	key_free(t->key);
	scratch_free(t->scratch);
	free(t);
	return 0;
}

static int
seal(struct at *t, const char *origin, struct seal_result *r)
{
	const struct seal_tools tools = { .key = t->key, .origin = origin,
	    .keys = &t->keys };

	return seal_ledger(t->dir, &tools, r, &t->e);
}

static struct seal_result
sealed(struct at *t)
{
	struct seal_result r;

	if (seal(t, "flerapp/test/ledger", &r) == -1)
		fail_msg("%s", t->e.text);
	return r;
}

static struct verify_result
verified(struct at *t)
{
	struct verify_result v;

	assert_int_equal(verify_ledger(t->dir, &t->keys, &v, NULL, NULL,
	    &t->e), 0);
	assert_int_equal(v.faults, 0);
	assert_true(v.signatures);
	return v;
}

static void
a_seal_has_all_lines_and_is_told_of_in_the_next(void **state)
{
	struct at *t = *state;
	struct seal_result r;

	lines(t, 5);
	r = sealed(t);
	assert_true(r.made);
	assert_int_equal(r.note.size, 5);
	assert_string_equal(r.name, "000000000005.note");
	assert_int_equal(verified(t).sealed, 5);
	assert_int_equal(verified(t).lines, 6);
	assert_int_equal(verified(t).told, 5);
}

static void
nothing_new_is_not_sealed_again(void **state)
{
	struct at *t = *state;
	struct seal_result r;

	r = sealed(t);
	assert_false(r.made);		/* an empty ledger */
	assert_int_equal(r.note.size, 0);
	assert_int_equal(verified(t).lines, 0);
	lines(t, 3);
	assert_true(sealed(t).made);
	r = sealed(t);
	assert_false(r.made);
	assert_int_equal(r.note.size, 3);
	assert_int_equal(verified(t).lines, 4);
	lines(t, 1);
	assert_true(sealed(t).made);
	assert_int_equal(verified(t).sealed, 5);
}

static void
a_changed_ledger_or_another_origin_is_not_sealed(void **state)
{
	struct at *t = *state;
	struct seal_result r;
	struct buf b = { 0 };

	lines(t, 3);
	sealed(t);
	lines(t, 1);
	assert_int_equal(seal(t, "flerapp/test/another", &r), -1);
	assert_int_equal(t->e.kind, ERR_CONFIG);
	scratch_read(t->scratch, "ledger/seals/000000000003.note", &b);
	b.p[b.len - 10] ^= 1;
	scratch_put(t->scratch, "ledger/seals/000000000003.note", b.p);
	assert_int_equal(seal(t, "flerapp/test/ledger", &r), -1);
	assert_int_equal(t->e.kind, ERR_BOOKS);
	assert_false(scratch_has(t->scratch, "ledger/seals/000000000005.note"));
	b.p[b.len - 10] ^= 1;
	scratch_put(t->scratch, "ledger/seals/000000000003.note", b.p);
	assert_true(sealed(t).made);
	buf_free(&b);
}

static void
another_process_that_seals_is_waited_for_by_the_caller(void **state)
{
	struct at *t = *state;
	struct seal_result r;
	int fd;
	char path[256];

	lines(t, 1);
	sealed(t);
	scratch_path(t->scratch, path, sizeof path, "ledger/.seal.lock");
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	lines(t, 1);
	assert_int_equal(seal(t, "flerapp/test/ledger", &r), -1);
	assert_int_equal(t->e.kind, ERR_AGAIN);
	close(fd);
	assert_true(sealed(t).made);
}

/* The file of the day without its last line. */
static void
cut_last_line(struct at *t)
{
	struct fsx_list days = { 0 };
	struct buf b = { 0 };
	char name[64];

	assert_int_equal(lines_days(t->dir, &days, &t->e), 0);
	assert_int_equal(days.n, 1);
	snprintf(name, sizeof name, "ledger/%s.jsonl", days.v[0]);
	scratch_read(t->scratch, name, &b);
	b.p[b.len - 1] = '\0';
	strrchr(b.p, '\n')[1] = '\0';
	scratch_put(t->scratch, name, b.p);
	fsx_list_free(&days);
	buf_free(&b);
}

static void
a_seal_whose_line_is_missing_gets_it_and_stays_as_it_is(void **state)
{
	struct at *t = *state;
	struct stat one, two;
	char path[256];

	lines(t, 3);
	sealed(t);
	scratch_path(t->scratch, path, sizeof path,
	    "ledger/seals/000000000003.note");
	assert_int_equal(stat(path, &one), 0);
	cut_last_line(t);
	assert_int_equal(verified(t).sealed, 3);
	assert_int_equal(verified(t).told, 0);
	assert_true(sealed(t).made);
	assert_int_equal(verified(t).told, 3);
	assert_int_equal(stat(path, &two), 0);
	assert_int_equal(one.st_ino, two.st_ino);
}

static void
other_lines_in_a_sound_chain_do_not_fit_the_seal(void **state)
{
	struct at *t = *state;
	struct buf note = { 0 };
	struct verify_result v;

	lines(t, 3);
	sealed(t);
	scratch_read(t->scratch, "ledger/seals/000000000003.note", &note);
	close(t->dir);
	assert_int_equal(fsx_remove_tree(AT_FDCWD, ledger_path(t), &t->e), 0);
	t->dir = fsx_open_dir(AT_FDCWD, ledger_path(t), &t->e);
	scratch_put(t->scratch, "ledger/seals/000000000003.note", note.p);
	events(t, 2, "held");
	assert_int_equal(verify_ledger(t->dir, &t->keys, &v, NULL, NULL,
	    &t->e), 0);
	assert_int_equal(v.faults, 1);		/* a tail is missing */
	events(t, 2, "held");
	assert_int_equal(verify_ledger(t->dir, &t->keys, &v, NULL, NULL,
	    &t->e), 0);
	assert_int_equal(v.faults, 1);
	assert_int_equal(v.sealed, 0);
	buf_free(&note);
}

/* ------------------------------------------------------------------ crashes */

static int
seal_quietly(void *arg)
{
	struct seal_result r;

	return seal(arg, "flerapp/test/ledger", &r);
}

/* A seal before, lines since: what is killed, or fails, at each call. */
static void
begin_anew(void **state)
{
	tear_down(state);
	assert_int_equal(set_up(state), 0);
	lines(*state, 3);
	sealed(*state);
	lines(*state, 2);
}

static void
expect_sealed_again(struct at *t, long n, bool more)
{
	struct verify_result v = verified(t);	/* also before it goes on */

	if (v.sealed != 4 && v.sealed != 3 && v.sealed != 6)
		fail_msg("point %ld: sealed %ld", n, (long)v.sealed);
	if (more)
		lines(t, 1);
	sealed(t);
	v = verified(t);
	if (v.told == 0 || v.told != v.sealed || v.torn > 0 ||
	    v.sealed + 1 != v.lines)
		fail_msg("point %ld: %ld of %ld lines, told %ld", n,
		    (long)v.sealed, (long)v.lines, (long)v.told);
}

static void
killed_at_every_call_it_seals_again(void **state)
{
	enum killed how = KILLED;
	long n = 0;

	for (int more = 0; more < 2; more++) {
		for (n = 1, how = KILLED; how == KILLED; n++) {
			begin_anew(state);
			how = killer_run(seal_quietly, *state, n);
			assert_int_not_equal(how, ENDED_BADLY);
			expect_sealed_again(*state, n, more == 1);
		}
		assert_true(n > 8);
	}
}

static void
every_call_may_fail_and_it_seals_again(void **state)
{
	static const int errors[] = { EIO, ENOSPC };
	bool reached = true;

	if (!killer_can_fail())
		skip();
	for (size_t i = 0; i < 4; i++)
		for (long n = 1; n == 1 || reached; n++) {
			begin_anew(state);
			killer_fail(seal_quietly, *state, n, errors[i / 2],
			    i % 2 == 1, &reached);
			expect_sealed_again(*state, n, n % 2 == 1);
		}
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(a_seal_has_all_lines_and_is_told_of_in_the_next),
		at(nothing_new_is_not_sealed_again),
		at(a_changed_ledger_or_another_origin_is_not_sealed),
		at(another_process_that_seals_is_waited_for_by_the_caller),
		at(a_seal_whose_line_is_missing_gets_it_and_stays_as_it_is),
		at(other_lines_in_a_sound_chain_do_not_fit_the_seal),
		at(killed_at_every_call_it_seals_again),
		at(every_call_may_fail_and_it_seals_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
