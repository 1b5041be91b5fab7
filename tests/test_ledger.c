#include "tests/expect.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/verify.h"
#include "tests/scratch.h"

/* What a follower saw: the lines, one behind the other. */
struct seen {
	struct buf text;
	int n;
};

struct at {
	struct scratch *scratch;
	int dir;
	struct err e;
	struct seen seen;
};

static int
set_up(void **state)
{
	struct at *t = mem_alloc(sizeof *t);

	t->scratch = scratch_new();
	t->dir = fsx_dir(AT_FDCWD, t->scratch->dir, &t->e);
	*state = t;
	return t->dir == -1;
}

static int
tear_down(void **state)
{
	struct at *t = *state;

	close(t->dir);
	scratch_free(t->scratch);
	buf_free(&t->seen.text);
	free(t);
	return 0;
}

static int
see(void *arg, const struct ledger_line *l, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	assert_int_equal(l->text[l->len], '\0');
	buf_fmt(&s->text, "%s\n", l->text);
	s->n++;
	return 0;
}

static struct ledger *
open_it(struct at *t, bool write)
{
	struct ledger *l;

	buf_reset(&t->seen.text);
	t->seen.n = 0;
	l = ledger_open(t->dir, write, see, &t->seen, &t->e);
	if (l == NULL)
		fail_msg("%s", t->e.text);
	return l;
}

static void
note(struct at *t, struct ledger *l, const char *event, const char *id)
{
	if (ledger_note(l, &t->e, event, "id", id, NULL) == -1)
		fail_msg("%s", t->e.text);
}

/* The one file that is there; the scratch folder is the ledger's. */
static void
day_file(const struct at *t, char name[64])
{
	struct fsx_list l = { 0 };
	struct err e;

	name[0] = '\0';
	assert_int_equal(fsx_list(t->dir, &l, &e), 0);
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i][0] != '.')
			snprintf(name, 64, "%s", l.v[i]);
	fsx_list_free(&l);
	assert_string_not_equal(name, "");
}

static void
append(const struct at *t, const void *bytes, size_t n)
{
	char name[64];
	int fd;

	day_file(t, name);
	fd = openat(t->dir, name, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void
rewrite(const struct at *t, const char *text)
{
	char name[64];

	day_file(t, name);
	scratch_put(t->scratch, name, text);
}

static void
read_all(const struct at *t, struct buf *b)
{
	char name[64];

	day_file(t, name);
	scratch_read(t->scratch, name, b);
}

static struct verify_result
verify(const struct at *t)
{
	struct verify_result v;
	struct err e;

	assert_int_equal(verify_ledger(t->dir, NULL, &v, NULL, NULL, &e), 0);
	return v;
}

static void
a_line_has_seq_prev_time_and_event_first(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct buf b = { 0 };
	const char *start = "{\"seq\":1,\"prev\":\"00000000000000000000000000"
	    "00000000000000000000000000000000000000\",\"time\":\"";

	note(t, l, "started", "x");
	read_all(t, &b);
	assert_int_equal(strncmp(buf_text(&b), start, strlen(start)), 0);
	assert_non_null(strstr(b.p,
	    "Z\",\"event\":\"started\",\"id\":\"x\"}\n"));
	buf_free(&b);
	ledger_close(l);
}

static void
the_chain_holds_over_processes_and_openings(void **state)
{
	struct at *t = *state;
	struct ledger *a = open_it(t, true), *b;

	note(t, a, "started", "1");
	b = ledger_open(t->dir, true, NULL, NULL, &t->e);
	note(t, b, "held", "2");
	note(t, a, "ended", "3");
	note(t, b, "ended", "4");
	ledger_close(b);
	ledger_close(a);
	a = open_it(t, true);
	note(t, a, "started", "5");
	assert_int_equal(t->seen.n, 5);
	assert_int_equal(ledger_seq(a), 5);
	ledger_close(a);
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).lines, 5);
}

static void
a_follower_sees_each_line_once_whoever_wrote_it(void **state)
{
	struct at *t = *state;
	struct ledger *a = open_it(t, true), *r;
	struct seen other = { .n = 0 };
	struct buf b = { 0 };

	r = ledger_open(t->dir, false, see, &other, &t->e);
	note(t, a, "started", "1");
	assert_int_equal(ledger_refresh(r, &t->e), 0);
	assert_int_equal(ledger_refresh(r, &t->e), 0);
	note(t, a, "ended", "2");
	assert_int_equal(ledger_refresh(r, &t->e), 0);
	read_all(t, &b);
	assert_string_equal(buf_text(&b), buf_text(&other.text));
	assert_string_equal(buf_text(&b), buf_text(&t->seen.text));
	buf_free(&b);
	buf_free(&other.text);
	ledger_close(r);
	ledger_close(a);
}

static void
writers_take_turns(void **state)
{
	enum { WRITERS = 4, LINES = 50 };
	struct at *t = *state;
	struct ledger *l;
	int status;

	for (int i = 0; i < WRITERS; i++) {
		if (fork() != 0)
			continue;
		l = ledger_open(t->dir, true, NULL, NULL, &t->e);
		for (int k = 0; l != NULL && k < LINES; k++)
			if (ledger_note(l, &t->e, "started", "id", "x",
			    NULL) == -1)
				_exit(1);
		_exit(l == NULL);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).lines, WRITERS * LINES);
}

static void
a_torn_tail_is_cut_and_told(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} tails[] = {
		{ "{\"seq\":3,\"pre", 13 },
		{ "\0\0\0\0\0\0\0", 7 },
		{ "\0\0\0\n\0\0\n", 7 },
		{ "x", 1 },
	};
	struct at *t = *state;
	struct ledger *l = open_it(t, true);

	note(t, l, "started", "1");
	ledger_close(l);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		append(t, tails[i].bytes, tails[i].n);
		assert_int_equal(verify(t).torn, tails[i].n);
		l = open_it(t, false);		/* readers change nothing */
		ledger_close(l);
		assert_int_equal(verify(t).torn, tails[i].n);
		l = open_it(t, true);
		assert_int_equal(t->seen.n, i + 2);
		assert_non_null(strstr(buf_text(&t->seen.text),
		    "\"event\":\"recovered\""));
		ledger_close(l);
		assert_int_equal(verify(t).torn, 0);
		assert_int_equal(verify(t).faults, 0);
	}
}

static void
a_longer_torn_tail_than_the_line_that_tells_of_it_goes_too(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct buf tail = { 0 };

	note(t, l, "started", "1");
	ledger_close(l);
	for (int i = 0; i < 5000; i++)
		buf_str(&tail, "torn");
	append(t, tail.p, tail.len);
	buf_free(&tail);
	l = open_it(t, true);
	note(t, l, "ended", "2");
	ledger_close(l);
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).lines, 3);
}

static void
a_receipt_without_its_verdict_was_never_written(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct buf b = { 0 };

	note(t, l, "started", "1");
	note(t, l, "received", "2");
	ledger_close(l);
	l = open_it(t, false);
	assert_int_equal(t->seen.n, 1);
	ledger_close(l);
	assert_int_not_equal(verify(t).torn, 0);
	l = open_it(t, true);
	ledger_close(l);
	read_all(t, &b);
	assert_null(strstr(buf_text(&b), "\"received\""));
	assert_int_equal(verify(t).faults, 0);
	buf_free(&b);
}

static void
damage_in_the_middle_is_never_cut(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct buf b = { 0 };
	size_t len;

	note(t, l, "started", "1");
	note(t, l, "ended", "2");
	note(t, l, "started", "3");
	ledger_close(l);
	read_all(t, &b);
	len = b.len;
	memcpy(strstr(b.p, "\"ended\""), "#######", 7);
	rewrite(t, b.p);
	l = open_it(t, true);
	assert_int_equal(ledger_unread(l), 1);
	assert_int_equal(t->seen.n, 2);
	ledger_close(l);
	read_all(t, &b);
	assert_int_equal(b.len, len);
	assert_int_not_equal(verify(t).faults, 0);
	buf_free(&b);
}

static void
a_write_that_fails_leaves_the_ledger_as_it_was(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct rlimit old, low;
	struct buf before = { 0 }, after = { 0 };

	note(t, l, "started", "1");
	read_all(t, &before);
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	low = old;
	low.rlim_cur = before.len + 20;		/* a part of it gets through */
	setrlimit(RLIMIT_FSIZE, &low);
	assert_int_equal(ledger_note(l, &t->e, "ended", "id", "2", NULL), -1);
	setrlimit(RLIMIT_FSIZE, &old);
	read_all(t, &after);
	assert_string_equal(buf_text(&before), buf_text(&after));
	note(t, l, "ended", "3");		/* and it goes on */
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).lines, 2);
	buf_free(&before);
	buf_free(&after);
	ledger_close(l);
}

/* ------------------------------------------------------------ verification */

struct told {
	int64_t line;
	int n;
};

static void
first_fault(void *arg, const struct verify_fault *f)
{
	struct told *told = arg;

	if (told->n++ == 0)
		told->line = f->line;
}

static void
four_lines(struct at *t, struct buf *b)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	struct ledger *l = open_it(t, true);

	for (size_t i = 0; i < 4; i++)
		note(t, l, i % 2 == 0 ? "published" : "held", ids[i]);
	ledger_close(l);
	read_all(t, b);
}

static void
any_bit_that_is_turned_is_found(void **state)
{
	struct at *t = *state;
	struct buf b = { 0 };
	char *last;

	four_lines(t, &b);
	last = b.p + b.len - 2;
	while (last[-1] != '\n')
		last--;
	/* The last line's own members need a seal: nothing follows it. */
	for (size_t i = 0; i < (size_t)(last - b.p); i += 7) {
		struct verify_result v;

		b.p[i] = (char)(b.p[i] ^ 1);
		rewrite(t, b.p);
		v = verify(t);
		if (v.faults == 0)
			fail_msg("a changed byte at %zu was not found", i);
		b.p[i] = (char)(b.p[i] ^ 1);
	}
	buf_free(&b);
}

static void
lines_that_are_gone_doubled_or_swapped_are_found(void **state)
{
	static const struct {
		const char *what, *order;	/* of lines 0 to 3 */
		int64_t line;
	} rows[] = {
		{ "one gone", "023", 2 },
		{ "the first gone", "123", 1 },
		{ "one twice", "01123", 3 },
		{ "two swapped", "0213", 2 },
		{ "one inserted from elsewhere", "01203", 4 },
	};
	struct at *t = *state;
	struct buf b = { 0 }, mixed = { 0 };
	const char *lines[5];
	struct verify_result v;

	four_lines(t, &b);
	lines[0] = b.p;
	for (int i = 1; i < 5; i++)
		lines[i] = strchr(lines[i - 1], '\n') + 1;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told told = { .n = 0 };

		buf_reset(&mixed);
		for (const char *p = rows[i].order; *p != '\0'; p++)
			buf_add(&mixed, lines[*p - '0'],
			    (size_t)(lines[*p - '0' + 1] - lines[*p - '0']));
		rewrite(t, mixed.p);
		assert_int_equal(verify_ledger(t->dir, NULL, &v, first_fault, &told,
		    &t->e), 0);
		if (told.n == 0 || told.line != rows[i].line)
			fail_msg("%s: %d faults, first in line %ld",
			    rows[i].what, told.n, (long)told.line);
	}
	buf_free(&mixed);
	buf_free(&b);
}

static void
the_chain_runs_across_the_days(void **state)
{
	struct at *t = *state;
	struct buf b = { 0 }, day = { 0 };
	struct ledger *l;
	const char *cut;
	char name[64];

	four_lines(t, &b);
	day_file(t, name);
	cut = strchr(strchr(b.p, '\n') + 1, '\n') + 1;
	buf_add(&day, b.p, (size_t)(cut - b.p));
	scratch_put(t->scratch, "2001-01-01.jsonl", day.p);
	scratch_put(t->scratch, name, cut);
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).days, 2);
	l = open_it(t, true);
	assert_int_equal(t->seen.n, 4);
	note(t, l, "ended", "e");
	ledger_close(l);
	assert_int_equal(verify(t).faults, 0);
	/* The older day put behind the newer one. */
	assert_int_equal(renameat(t->dir, "2001-01-01.jsonl", t->dir,
	    "2999-01-01.jsonl"), 0);
	assert_int_not_equal(verify(t).faults, 0);
	buf_free(&b);
	buf_free(&day);
}

static void
a_clock_that_was_set_back_does_not_break_the_order(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	char name[64];

	note(t, l, "started", "1");
	ledger_close(l);
	day_file(t, name);
	assert_int_equal(renameat(t->dir, name, t->dir, "2999-12-31.jsonl"),
	    0);
	l = open_it(t, true);
	note(t, l, "ended", "2");
	ledger_close(l);
	assert_int_equal(verify(t).faults, 0);
	assert_int_equal(verify(t).days, 1);
}

static void
a_line_of_many_megabytes_is_read_back(void **state)
{
	struct at *t = *state;
	struct ledger *l = open_it(t, true);
	struct json *j;

	assert_int_equal(ledger_begin(l, &t->e), 0);
	j = ledger_add(l, "published");
	json_open(j, "instances", '[');
	for (int i = 0; i < 100000; i++) {
		json_open(j, NULL, '{');
		json_str(j, "path", "ttd/mottak-b/org-310000027/en-nokkel");
		json_close(j, '}');
	}
	json_close(j, ']');
	ledger_end(l);
	assert_int_equal(ledger_commit(l, &t->e), 0);
	ledger_close(l);
	l = open_it(t, true);
	assert_int_equal(t->seen.n, 1);
	ledger_close(l);
	assert_int_equal(verify(t).faults, 0);
}

static void
a_ledger_that_is_not_there_is_empty_to_a_reader(void **unused)
{
	struct err e;
	struct ledger *l = ledger_open(-1, false, NULL, NULL, &e);
	struct verify_result v;

	(void)unused;
	assert_non_null(l);
	assert_int_equal(ledger_seq(l), 0);
	ledger_close(l);
	assert_int_equal(verify_ledger(-1, NULL, &v, NULL, NULL, &e), 0);
	assert_int_equal(v.lines, 0);
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(a_line_has_seq_prev_time_and_event_first),
		at(the_chain_holds_over_processes_and_openings),
		at(a_follower_sees_each_line_once_whoever_wrote_it),
		at(writers_take_turns),
		at(a_torn_tail_is_cut_and_told),
		at(a_longer_torn_tail_than_the_line_that_tells_of_it_goes_too),
		at(a_receipt_without_its_verdict_was_never_written),
		at(damage_in_the_middle_is_never_cut),
		at(a_write_that_fails_leaves_the_ledger_as_it_was),
		at(any_bit_that_is_turned_is_found),
		at(lines_that_are_gone_doubled_or_swapped_are_found),
		at(the_chain_runs_across_the_days),
		at(a_clock_that_was_set_back_does_not_break_the_order),
		at(a_line_of_many_megabytes_is_read_back),
		at(a_ledger_that_is_not_there_is_empty_to_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
