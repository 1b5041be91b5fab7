#include "tests/game.h"

#include <fcntl.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/verify.h"
#include "tests/expect.h"
#include "tests/play.h"

static const struct {
	const char *path, *text;
} drops[] = {
	{ "incoming/a.zip", "publish " G("1") " one" },
	{ "incoming/b.zip", "refuse " G("2") " two" },
	{ "incoming/c.zip", "hold " G("3") " three" },
	{ "incoming/d.zip", "accept " G("4") " four" },
	{ "incoming/e.zip", "publish " G("1") " one" },	/* a duplicate */
	{ "incoming/f.zip", "publish " G("1") " other" },  /* a conflict */
	{ "incoming/g.tar.gz", "broken" },
	{ "incoming/h.zip", "later " G("5") " five" },
	{ "incoming/i.zip", "zip " G("6") " six" },
	{ "incoming/.part.zip", "not yet" },
};

void
game_deal(struct game *g, enum conf_claim claim, size_t group)
{
	g->scratch = scratch_new();
	g->scratch->conf.watch.claim = claim;
	g->group = group;
	for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
		scratch_put(g->scratch, drops[i].path, drops[i].text);
}

int
game_play(void *arg)
{
	struct game *g = arg;
	struct err e = { 0 };
	int rc = play(&g->scratch->conf, g->group, &e);

	if (rc == -1)
		fprintf(stderr, "play: %s\n", e.text);
	return rc;
}

int
game_play_quietly(void *arg)
{
	struct game *g = arg;
	struct err e = { 0 };

	return play(&g->scratch->conf, g->group, &e);
}

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	(void)arg;
	print_error("%s line %ld: %s\n", f->file, (long)f->line, f->what);
}

void
game_expect_sound_ledger(const struct scratch *s, long row)
{
	struct verify_result v;
	char path[256];
	struct err e;
	int dir;

	scratch_path(s, path, sizeof path, "ledger");
	dir = fsx_dir(AT_FDCWD, path, &e);
	assert_int_not_equal(dir, -1);
	assert_int_equal(verify_ledger(dir, NULL, &v, tell_fault, NULL, &e), 0);
	close(dir);
	if (v.faults > 0)
		fail_msg("point %ld: the ledger is broken", row);
}

void
game_expect_balanced(const struct scratch *s, const char *when, long row)
{
	char why[160];

	if (!play_accounted(&s->conf, why))
		fail_msg("point %ld, %s: the books do not balance: %s", row,
		    when, why);
}

/* Equal lines aside, the first that differs. */
void
game_expect_same_tree(const struct buf *want, const struct buf *have, long row)
{
	const char *a = buf_text(want), *b = buf_text(have);
	size_t i = 0, from = 0;

	if (strcmp(a, b) == 0)
		return;
	for (; a[i] == b[i]; i++)
		if (a[i] == '\n')
			from = i + 1;
	print_error("want: %.400s\nhave: %.400s\n", a + from, b + from);
	fail_msg("point %ld: the tree is not that of an undisturbed run",
	    row);
}

void
game_undisturbed(struct buf *tree, enum conf_claim claim, size_t group,
    bool take)
{
	struct game g;

	game_deal(&g, claim, group);
	assert_int_equal(game_play(&g), 0);
	game_expect_balanced(g.scratch, "undisturbed", -1);
	game_expect_sound_ledger(g.scratch, -1);
	if (take)
		scratch_take_outbox(g.scratch);
	scratch_tree(g.scratch, tree);
	scratch_free(g.scratch);
}

