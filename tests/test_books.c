#include "tests/expect.h"

#include <stdlib.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/ledger.h"

#define G1 "6513270e-0000-4000-8000-000000000001"
#define G2 "6513270e-0000-4000-8000-000000000002"
#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"

static char sum_a[DIGEST_HEX + 1], sum_b[DIGEST_HEX + 1];

static int
make_sums(void **unused)
{
	(void)unused;
	memset(sum_a, 'a', DIGEST_HEX);
	memset(sum_b, 'b', DIGEST_HEX);
	return 0;
}

struct feeder {
	struct books *books;
	int64_t seq;
};

static void
feed(struct feeder *f, const char *event, const char *id, const char *more)
{
	struct ledger_line l = { .day = "2026-03-03" };
	struct buf b = { 0 };
	struct err *none = NULL;

	buf_fmt(&b, "{\"seq\":%d,\"prev\":\"%064d\",\"time\":"
	    "\"2026-03-03T01:15:02Z\",\"event\":\"%s\",\"id\":\"%s\"%s}",
	    (int)++f->seq, 0, event, id, more);
	l.text = b.p;
	l.len = b.len;
	l.seq = f->seq;
	assert_int_equal(books_feed(f->books, &l, none), 0);
	buf_free(&b);
}

static void
receive(struct feeder *f, const char *id, const char *guid, const char *sum,
    const char *event, const char *more)
{
	char members[512];

	snprintf(members, sizeof members, ",\"package\":\"p\\\"1.zip\","
	    "\"sha256\":\"%s\",\"size\":42,\"instance\":\"%s\","
	    "\"app\":\"ttd/a\"", sum, guid);
	feed(f, "received", id, members);
	feed(f, event, id, more);
}

static struct feeder
new_books(void)
{
	return (struct feeder){ .books = books_new() };
}

static uint64_t
count(const struct feeder *f, enum state s)
{
	return books_totals(f->books)->state[s];
}

static void
what_waits_is_known_with_name_and_all(void **unused)
{
	struct feeder f = new_books();
	const struct package *p;

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "accepted", "");
	p = books_find(f.books, G1 "-" A);
	assert_non_null(p);
	assert_string_equal(p->name, "p\"1.zip");
	assert_string_equal(p->sha256, sum_a);
	assert_string_equal(p->guid, G1);
	assert_string_equal(p->app, "ttd/a");
	assert_int_equal(p->size, 42);
	assert_int_equal(p->state, STATE_ACCEPTED);
	assert_null(books_find(f.books, G2 "-" A));
	books_free(f.books);
}

static void
a_published_package_waits_no_more_and_is_still_known(void **unused)
{
	struct feeder f = new_books();

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "accepted", "");
	feed(&f, "published", G1 "-" A,
	    ",\"instances\":[{\"path\":\"a/b/c/d\"},{\"path\":\"e,f\"}]");
	assert_null(books_find(f.books, G1 "-" A));
	assert_int_equal(count(&f, STATE_PUBLISHED), 1);
	assert_int_equal(count(&f, STATE_ACCEPTED), 0);
	assert_int_equal(books_totals(f.books)->instances, 2);
	assert_int_equal(books_judge(f.books, G1, sum_a, NULL),
	    BOOKS_DUPLICATE);
	assert_int_equal(books_judge(f.books, G1, sum_b, NULL),
	    BOOKS_CONFLICT);
	assert_int_equal(books_judge(f.books, G2, sum_b, NULL), BOOKS_NEW);
	books_free(f.books);
}

static void
a_replay_counts_what_it_made_and_moves_nothing(void **unused)
{
	struct feeder f = new_books();
	char line[512];

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "published",
	    ",\"instances\":[{\"path\":\"a\"}]");
	snprintf(line, sizeof line, ",\"sha256\":\"%s\",\"instance\":\"" G1
	    "\",\"instances\":[{\"path\":\"b\",\"replaces\":\"a\"}],"
	    "\"unchanged\":[\"c\",\"d\"],\"gone\":[]", sum_a);
	feed(&f, "replayed", G1 "-" A, line);
	assert_int_equal(books_totals(f.books)->instances, 2);
	assert_int_equal(count(&f, STATE_PUBLISHED), 1);
	assert_int_equal(books_totals(f.books)->stray, 0);
	assert_int_equal(books_judge(f.books, G1, sum_a, NULL),
	    BOOKS_DUPLICATE);
	/* only what was published can be, with these bytes */
	receive(&f, G2 "-" A, G2, sum_a, "accepted", "");
	memcpy(strstr(line, G1), G2, ID_GUID);
	feed(&f, "replayed", G2 "-" A, line);
	assert_int_equal(books_totals(f.books)->stray, 1);
	memcpy(strstr(line, G2), G1, ID_GUID);
	memcpy(strstr(line, sum_a), sum_b, DIGEST_HEX);
	feed(&f, "replayed", G1 "-" A, line);
	assert_int_equal(books_totals(f.books)->stray, 2);
	assert_int_equal(books_totals(f.books)->instances, 2);
	books_free(f.books);
}

static void
the_verdict_before_decides_what_the_next_one_is(void **unused)
{
	static const struct {
		const char *event;
		enum books_answer same, other;
	} rows[] = {
		{ "accepted", BOOKS_DUPLICATE, BOOKS_CONFLICT },
		{ "published", BOOKS_DUPLICATE, BOOKS_CONFLICT },
		{ "held", BOOKS_DUPLICATE, BOOKS_NEW },
		{ "rejected", BOOKS_NEW, BOOKS_NEW },
		{ "duplicate", BOOKS_NEW, BOOKS_NEW },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feeder f = new_books();

		receive(&f, G1 "-" A, G1, sum_a, rows[i].event, "");
		if (books_judge(f.books, G1, sum_a, NULL) != rows[i].same ||
		    books_judge(f.books, G1, sum_b, NULL) != rows[i].other)
			fail_msg("%s: wrong answer", rows[i].event);
		books_free(f.books);
	}
}

static void
an_accepted_package_meets_only_what_is_published(void **unused)
{
	struct feeder f = new_books();

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "accepted", "");
	assert_int_equal(books_judge(f.books, G1, sum_a, G1 "-" A),
	    BOOKS_NEW);
	/* A conflict that an operator has released all the same. */
	receive(&f, G1 "-" B, G1, sum_b, "held", "");
	feed(&f, "released", G1 "-" B, "");
	assert_int_equal(books_judge(f.books, G1, sum_b, G1 "-" B),
	    BOOKS_NEW);
	feed(&f, "published", G1 "-" A, "");
	assert_int_equal(books_judge(f.books, G1, sum_b, G1 "-" B),
	    BOOKS_CONFLICT);
	books_free(f.books);
}

static void
what_is_decided_but_not_written_counts_already(void **unused)
{
	struct feeder f = new_books();

	(void)unused;
	books_expect(f.books, G1, sum_a, STATE_PUBLISHED);
	assert_int_equal(books_judge(f.books, G1, sum_a, NULL),
	    BOOKS_DUPLICATE);
	assert_int_equal(books_judge(f.books, G1, sum_b, NULL),
	    BOOKS_CONFLICT);
	books_forget(f.books);
	assert_int_equal(books_judge(f.books, G1, sum_a, NULL), BOOKS_NEW);
	books_expect(f.books, G2, sum_b, STATE_HELD);
	assert_int_equal(books_judge(f.books, G2, sum_b, NULL),
	    BOOKS_DUPLICATE);
	assert_int_equal(books_judge(f.books, G2, sum_a, NULL), BOOKS_NEW);
	/* Its line takes the expectation away; the books know it now. */
	receive(&f, G2 "-" B, G2, sum_b, "rejected", "");
	assert_int_equal(books_judge(f.books, G2, sum_b, NULL), BOOKS_NEW);
	books_free(f.books);
}

static void
an_id_is_never_used_twice(void **unused)
{
	struct feeder f = new_books();
	char id[ID_MAX + 1];

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "rejected", "");
	books_new_id(f.books, G1, sum_a, id);
	assert_string_equal(id, G1 "-" A ".2");
	receive(&f, G1 "-" A ".2", G1, sum_a, "rejected", "");
	books_new_id(f.books, G1, sum_a, id);
	assert_string_equal(id, G1 "-" A ".3");
	feed(&f, "purged", G1 "-" A ".2", ",\"state\":\"rejected\"");
	books_new_id(f.books, G1, sum_a, id);
	assert_string_equal(id, G1 "-" A ".3");
	assert_int_equal(count(&f, STATE_REJECTED), 2);
	assert_int_equal(books_totals(f.books)->purged[STATE_REJECTED], 1);
	books_new_id(f.books, "", sum_b, id);
	assert_string_equal(id, "sha256-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	books_free(f.books);
}

static void
moves_by_an_operator_change_the_count_and_nothing_more(void **unused)
{
	struct feeder f = new_books();

	(void)unused;
	receive(&f, G1 "-" A, G1, sum_a, "rejected", "");
	feed(&f, "requeued", G1 "-" A, ",\"act\":\"requeue\"");
	assert_int_equal(count(&f, STATE_ACCEPTED), 1);
	assert_int_equal(count(&f, STATE_REJECTED), 0);
	feed(&f, "held", G1 "-" A, ",\"act\":\"hold\"");
	assert_int_equal(count(&f, STATE_HELD), 1);
	assert_int_equal(books_judge(f.books, G1, sum_b, NULL), BOOKS_NEW);
	feed(&f, "rejected", G1 "-" A, ",\"act\":\"reject\"");
	assert_int_equal(count(&f, STATE_REJECTED), 1);
	assert_int_equal(books_totals(f.books)->received, 1);
	assert_int_equal(books_totals(f.books)->stray, 0);
	books_free(f.books);
}

static void
lines_that_fit_nothing_are_counted_and_change_nothing(void **unused)
{
	struct feeder f = new_books();

	(void)unused;
	feed(&f, "accepted", G1 "-" A, "");
	assert_int_equal(books_totals(f.books)->stray, 1);
	receive(&f, "../../etc/passwd", G1, sum_a, "accepted", "");
	assert_null(books_find(f.books, "../../etc/passwd"));
	assert_true(books_totals(f.books)->stray > 1);
	receive(&f, G1 "-" A, G1, sum_a, "published", "");
	feed(&f, "held", G1 "-" A, "");
	assert_int_equal(count(&f, STATE_HELD), 0);
	feed(&f, "started", "", "");
	books_free(f.books);
}

/* An id like G1's, with a number in it. */
static void
numbered(char id[ID_MAX + 1], char guid[ID_GUID + 1], int n)
{
	snprintf(guid, ID_GUID + 1, "6513270e-0000-4000-8000-%012d", n);
	snprintf(id, ID_MAX + 1, "%s-" A, guid);
}

static int
count_package(void *arg, const struct package *p, struct err *e)
{
	(void)p;
	(void)e;
	++*(int *)arg;
	return 0;
}

static void
many_come_and_go(void **unused)
{
	enum { MANY = 20000 };
	struct feeder f = new_books();
	char id[ID_MAX + 1], guid[ID_GUID + 1];
	int n = 0;

	(void)unused;
	for (int i = 0; i < MANY; i++) {
		numbered(id, guid, i);
		receive(&f, id, guid, sum_a, "accepted", "");
		if (i % 10 == 0)
			continue;
		feed(&f, "published", id, "");
	}
	assert_int_equal(books_each(f.books, STATE_ACCEPTED, count_package,
	    &n, NULL), 0);
	assert_int_equal(n, MANY / 10);
	assert_int_equal(count(&f, STATE_PUBLISHED), MANY - MANY / 10);
	for (int i = 0; i < MANY; i++) {
		numbered(id, guid, i);
		if ((books_find(f.books, id) != NULL) != (i % 10 == 0) ||
		    books_judge(f.books, guid, sum_a, NULL) !=
		    BOOKS_DUPLICATE)
			fail_msg("package %d", i);
	}
	assert_int_equal(books_totals(f.books)->stray, 0);
	books_free(f.books);
}

static int
publish_it(void *arg, const struct package *p, struct err *e)
{
	char id[ID_MAX + 1];

	(void)e;
	memcpy(id, p->id, sizeof id);
	feed(arg, "published", id, "");
	return 0;
}

static void
each_may_feed_the_books(void **unused)
{
	struct feeder f = new_books();
	char id[ID_MAX + 1], guid[ID_GUID + 1];

	(void)unused;
	for (int i = 0; i < 500; i++) {
		numbered(id, guid, i);
		receive(&f, id, guid, sum_a, "accepted", "");
	}
	assert_int_equal(books_each(f.books, STATE_ACCEPTED, publish_it, &f,
	    NULL), 0);
	assert_int_equal(count(&f, STATE_PUBLISHED), 500);
	assert_int_equal(count(&f, STATE_ACCEPTED), 0);
	books_free(f.books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_known_with_name_and_all),
		cmocka_unit_test(
		    a_published_package_waits_no_more_and_is_still_known),
		cmocka_unit_test(
		    a_replay_counts_what_it_made_and_moves_nothing),
		cmocka_unit_test(
		    the_verdict_before_decides_what_the_next_one_is),
		cmocka_unit_test(
		    an_accepted_package_meets_only_what_is_published),
		cmocka_unit_test(
		    what_is_decided_but_not_written_counts_already),
		cmocka_unit_test(an_id_is_never_used_twice),
		cmocka_unit_test(
		    moves_by_an_operator_change_the_count_and_nothing_more),
		cmocka_unit_test(
		    lines_that_fit_nothing_are_counted_and_change_nothing),
		cmocka_unit_test(many_come_and_go),
		cmocka_unit_test(each_may_feed_the_books),
	};

	return cmocka_run_group_tests(tests, make_sums, NULL);
}
