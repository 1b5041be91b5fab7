#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "tests/game.h"
#include "tests/killer.h"
#include "tests/scratch.h"

/*
 * What whoever may write in incoming/ can do to a drop while it is taken: at
 * every moment of a run, each with both ways of claiming.  The run ends well,
 * the books balance, and no instance is made twice, nor of other bytes than
 * were ever dropped.
 */

enum { ID_PART = 12 };			/* of a sum, in an id */

#define DROP "incoming/a.zip"
#define FIRST "publish " G("1")
#define SECOND "publish " G("7")
#define SECRET "broken secret"

struct trick {
	const char *name;
	bool (*play)(const struct scratch *, const char *drop);
	const char *stays;		/* what then must not be lost */
};

static void
beside(const struct scratch *s, char *to, size_t room, const char *name)
{
	scratch_path(s, to, room, name);
}

/* True when it could be done: the drop may have gone already. */
static bool
take_rights(const struct scratch *s, const char *drop)
{
	(void)s;
	return chmod(drop, 0) == 0;
}

static bool
open_rights(const struct scratch *s, const char *drop)
{
	(void)s;
	return chmod(drop, 07777) == 0;
}

static bool
set_time(const struct scratch *s, const char *drop)
{
	static const struct timespec past[2] = { { .tv_sec = 1 },
	    { .tv_sec = 1 } };

	(void)s;
	return utimensat(AT_FDCWD, drop, past, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
take_back(const struct scratch *s, const char *drop)
{
	(void)s;
	return unlink(drop) == 0;
}

static bool
call_otherwise(const struct scratch *s, const char *drop)
{
	char to[256];

	beside(s, to, sizeof to, "incoming/b.zip");
	return rename(drop, to) == 0;
}

static bool
hide(const struct scratch *s, const char *drop)
{
	char to[256];

	beside(s, to, sizeof to, "incoming/.a");
	return rename(drop, to) == 0;
}

static bool
keep_a_link(const struct scratch *s, const char *drop)
{
	char to[256];

	beside(s, to, sizeof to, "incoming/.kept");
	return link(drop, to) == 0;
}

static bool
write_through(const char *drop, int flags, const char *text)
{
	int fd = open(drop, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags);

	if (fd == -1)
		return false;
	assert_int_equal(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	return close(fd) == 0;
}

static bool
append(const struct scratch *s, const char *drop)
{
	(void)s;
	return write_through(drop, O_APPEND, " evil");
}

static bool
cut(const struct scratch *s, const char *drop)
{
	(void)s;
	return write_through(drop, O_TRUNC, "broken");
}

static bool
write_over(const struct scratch *s, const char *drop)
{
	(void)s;
	return write_through(drop, 0, SECOND);
}

static bool
put_a_symlink(const struct scratch *s, const char *drop)
{
	char to[256];

	beside(s, to, sizeof to, "secret");
	return unlink(drop) == 0 && symlink(to, drop) == 0;
}

static bool
put_a_fifo(const struct scratch *s, const char *drop)
{
	(void)s;
	return unlink(drop) == 0 && mkfifo(drop, 0666) == 0;
}

static bool
put_a_folder(const struct scratch *s, const char *drop)
{
	(void)s;
	return unlink(drop) == 0 && mkdir(drop, 0777) == 0;
}

/* Another's file, which the dropper may link to but not read. */
static bool
put_a_link(const struct scratch *s, const char *drop)
{
	char to[256];

	beside(s, to, sizeof to, "secret");
	return unlink(drop) == 0 && link(to, drop) == 0;
}

static const struct trick tricks[] = {
	{ "take its rights", take_rights, FIRST },
	{ "open its rights", open_rights, FIRST },
	{ "set its time", set_time, FIRST },
	{ "take it back", take_back, NULL },
	{ "call it otherwise", call_otherwise, FIRST },
	{ "hide it", hide, FIRST },
	{ "keep a link", keep_a_link, FIRST },
	{ "append to it", append, FIRST " evil" },
	{ "cut it", cut, "broken" },
	{ "write over it", write_over, SECOND },
	{ "put a symbolic link", put_a_symlink, NULL },
	{ "put a FIFO", put_a_fifo, NULL },
	{ "put a folder", put_a_folder, NULL },
	{ "put a link to another's file", put_a_link, NULL },
};

struct playing {
	struct game game;
	const struct trick *trick;
	long at;
	bool played, done;
};

static void
play_trick(void *arg, const struct killer_call *c)
{
	struct playing *p = arg;
	char drop[256];

	if (c->n != p->at)
		return;
	p->played = true;
	scratch_path(p->game.scratch, drop, sizeof drop, DROP);
	p->done = p->trick->play(p->game.scratch, drop);
}

static size_t
times(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

/* Both instances of it, or none. */
static void
expect_whole(const struct playing *p, const char *tree, const char *guid)
{
	struct buf made = { 0 };
	size_t n;

	buf_fmt(&made, "mottak.xml = %s.", guid);
	n = times(tree, made.p);
	if (n != 0 && n != 2)
		fail_msg("%s at %ld: %zu instances\n%s", p->trick->name,
		    p->at, n, tree);
	buf_free(&made);
}

/* done/{day}/{guid}-{12 digits of its sum}.zip = TEXT */
static void
expect_judged(const struct playing *p, const char *tree)
{
	static const char done[] = "\ndone/T/", content[] = ".zip = ";
	char hex[DIGEST_HEX + 1];
	const char *text;

	for (; (tree = strstr(tree, done)) != NULL; tree++) {
		text = strstr(tree, content);
		if (text == NULL || text > strchr(tree + 1, '\n'))
			continue;
		text += sizeof content - 1;
		digest_hex_of(text, strcspn(text, "\n"), hex);
		if (strncmp(text - sizeof content + 1 - ID_PART, hex,
		    ID_PART) != 0)
			fail_msg("%s at %ld: other bytes than were judged: %s",
			    p->trick->name, p->at, tree);
	}
}

static void
expect_tree(const struct playing *p)
{
	struct buf tree = { 0 }, secret = { 0 };

	scratch_tree(p->game.scratch, &tree);
	expect_whole(p, tree.p, G("1"));
	expect_whole(p, tree.p, G("7"));
	expect_judged(p, tree.p);
	if (p->done && p->trick->stays != NULL &&
	    strstr(tree.p, p->trick->stays) == NULL)
		fail_msg("%s at %ld: lost\n%s", p->trick->name, p->at,
		    tree.p);
	scratch_read(p->game.scratch, "secret", &secret);
	assert_string_equal(buf_text(&secret), SECRET);
	buf_free(&tree);
	buf_free(&secret);
}

static bool
tricked_at(const struct trick *trick, long n, enum conf_claim claim)
{
	struct playing p = { .trick = trick, .at = n };

	p.game.scratch = scratch_new();
	p.game.scratch->conf.watch.claim = claim;
	p.game.group = 4;
	scratch_put(p.game.scratch, "secret", SECRET);
	scratch_put(p.game.scratch, DROP, FIRST);
	if (killer_watch(game_play, &p.game, play_trick, &p) != ENDED_WELL ||
	    game_play(&p.game) != 0)
		fail_msg("%s at %ld: the run ended badly", trick->name, n);
	game_expect_balanced(p.game.scratch, trick->name, n);
	game_expect_sound_ledger(p.game.scratch, n);
	expect_tree(&p);
	scratch_free(p.game.scratch);
	return p.played;
}

/*
 * What was claimed by rename is still its dropper's, who is trusted then
 * (flerapp.conf(5)); without its rights only root can read it.
 */
static bool
is_fair(const struct trick *t, enum conf_claim claim)
{
	return t->play != take_rights || claim == CLAIM_COPY || geteuid() == 0;
}

static void
no_trick_with_a_drop_harms_the_spool(void **unused)
{
	static const enum conf_claim claims[] = { CLAIM_COPY, CLAIM_RENAME };
	long n;

	(void)unused;
	for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++)
		for (size_t k = 0; k < sizeof claims / sizeof *claims; k++) {
			if (!is_fair(&tricks[i], claims[k]))
				continue;
			for (n = 0; tricked_at(&tricks[i], n, claims[k]); n++)
				;
			assert_true(n > 10);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_trick_with_a_drop_harms_the_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
