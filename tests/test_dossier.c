#include "tests/expect.h"

#include "spool/buf.h"
#include "spool/dossier.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/ledger.h"

#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define OTHER "00000001-0000-4000-8000-000000000001"
#define SUM "0123456789ab" "0123456789ab0123456789ab0123456789ab01234567" \
	"89ab0123"
#define ID GUID "-0123456789ab"
#define PATH "ttd/b/org-310000027/" GUID ".r"

static int64_t seq;

static void
feed(struct dossiers *d, const char *event, const char *id, const char *rest)
{
	struct buf b = { 0 };
	struct ledger_line l = { .day = "2026-03-03" };
	struct err e;

	seq++;
	buf_fmt(&b, "{\"seq\":%jd,\"prev\":\"%064d\",\"time\":\"2026-03-03T01:"
	    "15:%02jdZ\",\"event\":\"%s\",\"id\":\"%s\"%s}", (intmax_t)seq,
	    0, (intmax_t)seq, event, id, rest);
	l.text = b.p;
	l.len = b.len;
	l.seq = seq;
	assert_int_equal(dossiers_feed(d, &l, &e), 0);
	buf_free(&b);
}

#define RECEIVED(name, guid) ",\"package\":\"" name "\",\"sha256\":\"" SUM \
	"\",\"size\":7,\"instance\":\"" guid "\",\"app\":\"ttd/a\""

static void
a_life(struct dossiers *d)
{
	seq = 0;
	feed(d, "received", ID, RECEIVED("a \\\"b\\\".zip", GUID));
	feed(d, "accepted", ID, "");
	feed(d, "received", OTHER "-0123456789ab", RECEIVED("o.zip", OTHER));
	feed(d, "rejected", OTHER "-0123456789ab", "");
	feed(d, "published", ID, ",\"instances\":[{\"path\":\"" PATH ".0001\","
	    "\"sha256\":\"x\"},{\"path\":\"" PATH ".0002\"}]");
	feed(d, "received", ID, RECEIVED("again.zip", GUID));
	feed(d, "duplicate", ID, "");
}

static void
every_way_to_ask_leads_to_the_package(void **unused)
{
	static const char *const asked[] = {
		ID, GUID, GUID ".r.0002", PATH ".0001", "outbox/" PATH
		".0002.zip", "/var/spool/flerapp/outbox/" PATH
		".0001/manifest.json",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct dossiers *d = dossiers_new();
		const struct dossier *x;

		assert_true(dossiers_want(d, asked[i]));
		a_life(d);
		x = dossiers_next(d, 0, NULL);
		if (x == NULL || strcmp(x->id, ID) != 0)
			fail_msg("%s leads nowhere", asked[i]);
		assert_null(dossiers_next(d, 0, x));
		dossiers_free(d);
	}
}

static void
what_came_again_changes_nothing(void **unused)
{
	struct dossiers *d = dossiers_new();
	const struct dossier *x;

	(void)unused;
	dossiers_want(d, ID);
	a_life(d);
	x = dossiers_next(d, 0, NULL);
	assert_int_equal(x->state, STATE_PUBLISHED);
	assert_string_equal(x->name, "a \"b\".zip");
	assert_string_equal(x->time, "2026-03-03T01:15:05Z");
	assert_int_equal(x->again, 1);
	assert_int_equal(x->n_lines, 5);
	assert_int_equal(x->n_made, 2);
	assert_string_equal(dossier_made(x, GUID ".r.0002"), PATH ".0002");
	assert_null(dossier_made(x, GUID ".r"));
	dossiers_free(d);
}

/* From each generation to the one before, to the next, and to the package. */
static void
a_replay_adds_generations_and_moves_nothing(void **unused)
{
	struct dossiers *d = dossiers_new();
	const struct dossier *x;

	(void)unused;
	dossiers_want(d, PATH ".0002~3");
	a_life(d);
	assert_null(dossiers_next(d, 0, NULL));
	feed(d, "replayed", ID, ",\"instances\":[{\"path\":\"" PATH
	    ".0002~2\",\"content\":\"" SUM "\",\"replaces\":\"" PATH
	    ".0002\"}]");
	feed(d, "replayed", ID, ",\"instances\":[{\"path\":\"" PATH
	    ".0002~3\",\"replaces\":\"" PATH ".0002~2\"}]");
	x = dossiers_next(d, 0, NULL);
	assert_non_null(x);
	assert_int_equal(x->state, STATE_PUBLISHED);
	assert_string_equal(x->time, "2026-03-03T01:15:05Z");
	assert_int_equal(x->n_made, 4);
	assert_string_equal(x->made[2].content, SUM);
	assert_string_equal(x->made[3].replaces, PATH ".0002~2");
	assert_string_equal(dossier_next(x, PATH ".0002"), PATH ".0002~2");
	assert_string_equal(dossier_next(x, PATH ".0002~2"), PATH ".0002~3");
	assert_null(dossier_next(x, PATH ".0002~3"));
	assert_null(dossier_next(x, PATH ".0001"));
	dossiers_free(d);
}

static void
a_hash_finds_all_that_had_it(void **unused)
{
	struct dossiers *d = dossiers_new();
	const struct dossier *x;

	(void)unused;
	dossiers_want(d, SUM);
	a_life(d);
	x = dossiers_next(d, 0, NULL);
	assert_non_null(x);
	assert_string_equal(dossiers_next(d, 0, x)->guid, OTHER);
	dossiers_free(d);
}

static void
what_nobody_knows_is_nothing(void **unused)
{
	static const char *const asked[] = { "", "finnes-ikke", "../x",
	    GUID ".r", GUID ".r.0003", "outbox/ttd/b/org-310000027" };

	(void)unused;
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct dossiers *d = dossiers_new();

		dossiers_want(d, asked[i]);
		a_life(d);
		if (dossiers_next(d, 0, NULL) != NULL)
			fail_msg("%s leads somewhere", asked[i]);
		dossiers_free(d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_ask_leads_to_the_package),
		cmocka_unit_test(what_came_again_changes_nothing),
		cmocka_unit_test(a_replay_adds_generations_and_moves_nothing),
		cmocka_unit_test(a_hash_finds_all_that_had_it),
		cmocka_unit_test(what_nobody_knows_is_nothing),
	};

	return cmocka_run_group_tests_name("dossier", tests, NULL, NULL);
}
