#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/dossier.h"
#include "spool/fsx.h"
#include "spool/id.h"
#include "spool/ledger.h"
#include "spool/replay.h"
#include "tests/play.h"
#include "tests/scratch.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define G "6513270e-0000-4000-8000-000000000001"
#define TO "ttd/mottak-b/org-310000027/"
#define TO2 "ttd/mottak-b/org-310000019/"
#define BOX "outbox/" TO
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* ------------------------------------------------------------- a whole one */

struct at {
	struct scratch *s;
	char id[ID_MAX + 1];
	struct buf tree, ledger;
	struct err e;
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
	buf_free(&t->ledger);
	free(t);
	return 0;
}

static void
look(struct at *t)
{
	struct fsx_list l = { 0 };
	char path[256], why[160];
	int dir;

	if (!play_balanced(&t->s->conf, why))
		fail_msg("the books do not balance: %s", why);
	scratch_tree(t->s, &t->tree);
	scratch_path(t->s, path, sizeof path, "ledger");
	dir = fsx_dir(AT_FDCWD, path, &t->e);
	assert_int_equal(fsx_list(dir, &l, &t->e), 0);
	close(dir);
	snprintf(path, sizeof path, "ledger/%s", l.v[l.n - 1]);
	fsx_list_free(&l);
	scratch_read(t->s, path, &t->ledger);
}

static void
publish(struct at *t, const char *text)
{
	char sha256[DIGEST_HEX + 1];

	scratch_put(t->s, "incoming/a.zip", text);
	assert_int_equal(play_intake(&t->s->conf, 4, &t->e), 0);
	digest_hex_of(text, strlen(text), sha256);
	id_make(t->id, G, sha256);
	look(t);
}

static void
replay(struct at *t, enum play_map map)
{
	if (play_replay(&t->s->conf, t->id, map, &t->e) == -1)
		fail_msg("%s", t->e.text);
	look(t);
}

static void
expect_in(const struct buf *b, const char *words, bool there)
{
	if ((strstr(buf_text(b), words) != NULL) != there) {
		print_error("%s\n", buf_text(b));
		fail_msg("%sthere: %s", there ? "not " : "", words);
	}
}

static size_t
lines(const struct buf *b, const char *words)
{
	size_t n = 0;

	for (const char *p = buf_text(b); (p = strstr(p, words)) != NULL; p++)
		n++;
	return n;
}

static void
what_is_equal_is_not_made_again(void **state)
{
	struct at *t = *state;

	publish(t, "publish " G);
	replay(t, PLAY_MAP);
	expect_in(&t->ledger, "\"act\":\"replay\",\"reason\":\"a reason\","
	    "\"user\":\"kari\",\"instances\":[],\"unchanged\":[\"" TO G
	    ".rute0\",\"" TO2 G ".rute1\"],\"gone\":[],\"run\":\"", true);
	expect_in(&t->tree, "~2", false);
	expect_in(&t->tree, "\"state\": \"published\"", true);
}

static void
what_differs_comes_beside_it_under_the_next_key(void **state)
{
	struct at *t = *state;

	publish(t, "publish " G);
	replay(t, PLAY_OTHER_MAP);
	expect_in(&t->tree, BOX G ".rute0/mottak.xml = " G ".rute0\n", true);
	expect_in(&t->tree, BOX G ".rute0~2/mottak.xml = changed\n", true);
	expect_in(&t->tree, "outbox/" TO2 G ".rute1~2", false);
	expect_in(&t->tree, "outbox/" TO2 G ".rute2/", true);
	expect_in(&t->tree, "accepted/\nclaimed/\ndone/\ndone/T/", true);
	expect_in(&t->tree, "    \"" TO2 G ".rute1\",\n    \"" TO2 G
	    ".rute2\",\n    \"" TO G ".rute0~2\"\n  ]", true);
	expect_in(&t->ledger, "\"event\":\"replayed\",\"id\":\"" G, true);
	expect_in(&t->ledger, ",\"replaces\":\"" TO G ".rute0\"}", true);
	expect_in(&t->ledger, "\"unchanged\":[\"" TO2 G ".rute1\"]", true);
	assert_int_equal(lines(&t->ledger, "\"replaces\""), 1);
	assert_int_equal(lines(&t->ledger, "\"content\""), 4);
}

static void
a_second_time_makes_nothing_and_a_change_back_makes_a_third(void **state)
{
	struct at *t = *state;
	struct buf after = { 0 };

	publish(t, "zip " G);
	replay(t, PLAY_OTHER_MAP);
	expect_in(&t->tree, BOX G ".rute0~2.zip = changed\n", true);
	buf_str(&after, buf_text(&t->tree));
	replay(t, PLAY_OTHER_MAP);
	assert_string_equal(buf_text(&t->tree), buf_text(&after));
	assert_int_equal(lines(&t->ledger, "\"event\":\"replayed\""), 2);
	replay(t, PLAY_MAP);
	expect_in(&t->tree, BOX G ".rute0~3.zip = " G ".rute0\n", true);
	expect_in(&t->ledger, "\"replaces\":\"" TO G ".rute0~2\"", true);
	expect_in(&t->tree, "    \"" TO G ".rute0~3\"\n  ]", true);
	buf_free(&after);
}

static void
what_is_no_longer_made_is_said_and_stays(void **state)
{
	struct at *t = *state;

	publish(t, "each " G);
	replay(t, PLAY_OTHER_MAP);
	expect_in(&t->tree, BOX G ".rute.0000~2/mottak.xml = changed", true);
	expect_in(&t->tree, TO2 G ".rute.0002/mottak.xml = ", true);
	expect_in(&t->ledger, "\"gone\":[\"" TO2 G ".rute.0002\"]", true);
	expect_in(&t->tree, "    \"" TO2 G ".rute.0002\",\n", true);
}

static void
what_the_owners_took_away_is_still_known(void **state)
{
	struct at *t = *state;

	publish(t, "publish " G);
	scratch_take_outbox(t->s);
	replay(t, PLAY_MAP);
	scratch_take_outbox(t->s);
	replay(t, PLAY_OTHER_MAP);
	scratch_take_outbox(t->s);
	look(t);
	expect_in(&t->tree, ".rute1~2", false);
	expect_in(&t->tree, "taken/", true);
}

/* Nobody else makes such keys; it may be a folder of an operator's. */
static void
a_key_that_is_taken_stops_it_before_anything_is_done(void **state)
{
	static const char *const taken[] =
	    { BOX G ".rute0~2/x", BOX "." G ".rute0~2/x" };
	struct at *t = *state;

	publish(t, "publish " G);
	for (size_t i = 0; i < N(taken); i++) {
		struct buf before = { 0 };

		scratch_put(t->s, taken[i], "mine");
		look(t);
		buf_str(&before, buf_text(&t->tree));
		assert_int_equal(play_replay(&t->s->conf, t->id,
		    PLAY_OTHER_MAP, &t->e), -1);
		assert_int_equal(t->e.kind, ERR_DATA);
		assert_non_null(strstr(t->e.text, ".rute0~2"));
		look(t);
		assert_string_equal(buf_text(&t->tree), buf_text(&before));
		expect_in(&t->ledger, "replayed", false);
		buf_free(&before);
	}
}

static void
what_was_not_published_is_not_made_again(void **state)
{
	struct at *t = *state;

	publish(t, "hold " G);
	assert_int_equal(play_replay(&t->s->conf, t->id, PLAY_MAP, &t->e),
	    -1);
	look(t);
	expect_in(&t->ledger, "replayed", false);
}

/* ------------------------------------------------------------ the comparing */

static void
feed(struct dossiers *d, const char *event, const char *rest)
{
	static int64_t seq;
	struct buf b = { 0 };
	struct ledger_line l = { .day = "2026-03-03" };
	struct err e;

	seq++;
	buf_fmt(&b, "{\"seq\":%jd,\"prev\":\"%064d\",\"time\":\"2026-03-03T01:"
	    "15:02Z\",\"event\":\"%s\",\"id\":\"" G "-e3b0c44298fc\"%s}",
	    (intmax_t)seq, 0, event, rest);
	l.text = b.p;
	l.len = b.len;
	l.seq = seq;
	assert_int_equal(dossiers_feed(d, &l, &e), 0);
	buf_free(&b);
}

static struct dossiers *
known_by(const char *instances, const char *again)
{
	struct dossiers *d = dossiers_new();
	struct buf b = { 0 };

	dossiers_want(d, G);
	feed(d, "received", ",\"package\":\"a.zip\",\"sha256\":\"" HEX
	    "\",\"size\":7,\"instance\":\"" G "\",\"app\":\"ttd/a\"");
	buf_fmt(&b, ",\"instances\":[%s]", instances);
	feed(d, "published", buf_text(&b));
	buf_reset(&b);
	buf_fmt(&b, ",\"act\":\"replay\",\"instances\":[%s]", again);
	if (*again != '\0')
		feed(d, "replayed", buf_text(&b));
	buf_free(&b);
	return d;
}

static struct made
made(const char *app, const char *key, const char *content)
{
	struct made m = { .app = app, .owner = "org-310000027", .key = key };

	snprintf(m.content, sizeof m.content, "%s", content);
	return m;
}

#define ONE(c) "{\"path\":\"" TO G ".r\",\"content\":\"" c "\"}"
#define OTHER \
    "ffb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
what_no_sound_worker_says_is_not_taken(void **unused)
{
	static const struct {
		const char *sha256, *guid, *app, *key, *and, *again;
	} rows[] = {
		{ OTHER, G, "ttd/a", G ".r~2", NULL, "" },
		{ HEX, "6513270e-0000-4000-8000-000000000002", "ttd/a",
		    G ".r~2", NULL, "" },
		{ HEX, G, "ttd/x", G ".r~2", NULL, "" },
		{ HEX, G, "ttd/a", G ".r", NULL, "" },
		{ HEX, G, "ttd/a", G ".r~3", NULL, "" },
		{ HEX, G, "ttd/a", G ".r~2", G ".r~2", "" },
		{ HEX, G, "ttd/a", G ".ny~2", NULL, "" },
		{ HEX, G, "ttd/a", G ".r~2", NULL, "{\"path\":\"" TO G
		    ".r~2\",\"content\":\"" OTHER "\"}" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct dossiers *d = known_by(ONE(HEX), rows[i].again);
		struct made m[2] = { made("ttd/mottak-b", rows[i].key, HEX),
		    made("ttd/mottak-b", rows[i].and, HEX) };
		struct answer a = { .made = m,
		    .n_made = rows[i].and != NULL ? 2 : 1 };
		const char *wrong;
		struct replay r;
		struct err e;

		snprintf(a.sha256, sizeof a.sha256, "%s", rows[i].sha256);
		snprintf(a.guid, sizeof a.guid, "%s", rows[i].guid);
		snprintf(a.app, sizeof a.app, "%s", rows[i].app);
		assert_int_equal(replay_init(&r, dossiers_next(d, 0, NULL),
		    -1, &e), 0);
		replay_compare(&r, &a, "w0", &wrong);
		if (wrong == NULL)
			fail_msg("row %zu was taken", i);
		replay_free(&r);
		dossiers_free(d);
	}
}

static void
compare(struct replay *r, const struct dossiers *d, int outbox,
    struct made *m, size_t n)
{
	struct answer a = { .sha256 = HEX, .guid = G, .app = "ttd/a",
	    .made = m, .n_made = n };
	const char *wrong;
	struct err e;

	assert_int_equal(replay_init(r, dossiers_next(d, 0, NULL), outbox,
	    &e), 0);
	replay_compare(r, &a, "w0", &wrong);
	assert_null(wrong);
}

static void
another_app_or_an_older_content_is_no_match(void **unused)
{
	struct dossiers *d = known_by(ONE(HEX), "{\"path\":\"" TO G
	    ".r~2\",\"content\":\"" OTHER "\",\"replaces\":\"" TO G ".r\"}");
	struct made older = made("ttd/mottak-b", G ".r~3", HEX);
	struct made app = made("ttd/mottak", G ".r~3", OTHER);
	struct made same = made("ttd/mottak-b", G ".r~3", OTHER);
	struct replay r;

	(void)unused;
	compare(&r, d, -1, &older, 1);
	assert_int_equal(r.made.n_made, 1);
	assert_string_equal(r.replaces[0], TO G ".r~2");
	assert_false(r.blind[0]);
	replay_free(&r);
	compare(&r, d, -1, &app, 1);
	assert_int_equal(r.made.n_made, 1);
	replay_free(&r);
	compare(&r, d, -1, &same, 1);
	assert_int_equal(r.made.n_made, 0);
	assert_string_equal(r.unchanged.v[0], TO G ".r~2");
	replay_free(&r);
	dossiers_free(d);

	/* the newest is that with the highest number, not the last line */
	d = known_by(ONE(HEX), "{\"path\":\"" TO G ".r~10\",\"content\":\""
	    OTHER "\"},{\"path\":\"" TO G ".r~9\",\"content\":\"" HEX
	    "\"}");
	same.key = G ".r~11";
	compare(&r, d, -1, &same, 1);
	assert_int_equal(r.unchanged.n, 1);
	assert_string_equal(r.unchanged.v[0], TO G ".r~10");
	replay_free(&r);
	dossiers_free(d);
}

static void
a_damaged_ledger_is_not_built_upon(void **unused)
{
	static const char *const damaged[] = { "", "x", "../" TO G ".r",
	    TO, "ttd/mottak-b/" G ".r", TO G ".r~1", "/" TO G ".r" };
	struct buf b = { 0 };
	struct replay r;
	struct err e;

	(void)unused;
	for (size_t i = 0; i < N(damaged); i++) {
		struct dossiers *d;

		buf_reset(&b);
		buf_fmt(&b, "{\"path\":\"%s\"}", damaged[i]);
		d = known_by(buf_text(&b), "");
		if (replay_init(&r, dossiers_next(d, 0, NULL), -1, &e) == 0)
			fail_msg("row %zu: \"%s\"", i, damaged[i]);
		assert_int_equal(e.kind, ERR_BOOKS);
		replay_free(&r);
		dossiers_free(d);
	}
	buf_free(&b);
}

/* Lines of an earlier version do not tell the content. */
static void
without_content_in_the_ledger_the_outbox_tells_it(void **unused)
{
	static const char sums[] = HEX "  instance.json\n" OTHER
	    "  b.xml\n" HEX "  manifest.json\n";
	struct dossiers *d = known_by("{\"path\":\"" TO G ".r\"}", "");
	struct scratch *s = scratch_new();
	struct made m = made("ttd/mottak-b", G ".r~2", "");
	struct buf kept = { 0 };
	struct replay r;
	char path[256];
	int box;

	(void)unused;
	buf_str(&kept, HEX "  instance.json\n" OTHER "  b.xml\n");
	digest_hex_of(kept.p, kept.len, m.content);
	scratch_put(s, BOX G ".r/SHA256SUMS", sums);
	scratch_path(s, path, sizeof path, "outbox");
	box = open(path, O_RDONLY | O_DIRECTORY);
	compare(&r, d, box, &m, 1);
	assert_int_equal(r.unchanged.n, 1);
	replay_free(&r);

	m.content[0] ^= 1;
	compare(&r, d, box, &m, 1);
	assert_int_equal(r.made.n_made, 1);
	assert_false(r.blind[0]);
	replay_free(&r);

	scratch_take_outbox(s);
	compare(&r, d, box, &m, 1);
	assert_int_equal(r.made.n_made, 1);
	assert_true(r.blind[0]);
	replay_free(&r);
	close(box);
	buf_free(&kept);
	scratch_free(s);
	dossiers_free(d);
}

#define at(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		at(what_is_equal_is_not_made_again),
		at(what_differs_comes_beside_it_under_the_next_key),
		at(a_second_time_makes_nothing_and_a_change_back_makes_a_third),
		at(what_is_no_longer_made_is_said_and_stays),
		at(what_the_owners_took_away_is_still_known),
		at(a_key_that_is_taken_stops_it_before_anything_is_done),
		at(what_was_not_published_is_not_made_again),
		cmocka_unit_test(what_no_sound_worker_says_is_not_taken),
		cmocka_unit_test(another_app_or_an_older_content_is_no_match),
		cmocka_unit_test(a_damaged_ledger_is_not_built_upon),
		cmocka_unit_test(
		    without_content_in_the_ledger_the_outbox_tells_it),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
