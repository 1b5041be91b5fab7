#include "spool/cmd.h"

#include <stdio.h>
#include <string.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/commit.h"
#include "spool/desk.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/recover.h"
#include "spool/text.h"

static const struct {
	const char *verb;
	enum act act;
	enum state to;
} moves[] = {
	{ "hold", ACT_HOLD, STATE_HELD },
	{ "release", ACT_RELEASE, STATE_ACCEPTED },
	{ "requeue", ACT_REQUEUE, STATE_ACCEPTED },
	{ "reject", ACT_REJECT, STATE_REJECTED },
};

_Static_assert(sizeof moves / sizeof *moves == ACT_COUNT,
    "every act needs a verb");

struct moving {
	const struct cmdline *line;
	struct desk desk;
	struct commit *commit;
	size_t row;			/* of moves */
	char user[CMD_USER_MAX];
};

static struct move
move_of(const struct moving *m, size_t i)
{
	return (struct move){ .id = m->line->args[i],
	    .act = moves[m->row].act, .reason = m->line->reason,
	    .user = m->user };
}

static void
tell(const struct moving *m, size_t i)
{
	const char *to = state_name(moves[m->row].to);
	struct buf b = { 0 };
	struct json j;

	if (!m->line->json) {
		printf("%s %s%s\n", m->line->args[i],
		    m->line->dry_run ? "would be " : "", to);
		return;
	}
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "id", m->line->args[i]);
	json_str(&j, "state", to);
	json_bool(&j, "done", !m->line->dry_run);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
}

/* All that cannot be is told before the first of them is moved. */
static int
ask_all(const struct moving *m)
{
	struct buf shown = { 0 };
	struct move move;
	struct err e;
	int rc = 0;

	for (size_t i = 0; i < m->line->n_args; i++) {
		move = move_of(m, i);
		if (!id_ok(move.id)) {
			text_name(&shown, move.id, strlen(move.id));
			err_set(&e, ERR_NO_INPUT, "no such package: give "
			    "its whole id (%s)", buf_text(&shown));
			buf_reset(&shown);
		} else if (commit_may_move(m->desk.books, &move, &e) == 0) {
			continue;
		}
		rc = cmd_fail(&e);
	}
	buf_free(&shown);
	return rc;
}

static int
move_all(struct moving *m)
{
	struct move move;
	struct err e;

	for (size_t i = 0; i < m->line->n_args; i++) {
		move = move_of(m, i);
		if (commit_move(m->commit, &move, &e) == -1)
			return cmd_fail(&e);
		tell(m, i);
	}
	return 0;
}

static int
in_run(struct moving *m)
{
	struct spool *s = &m->desk.spool;
	struct run run;
	struct err e;
	int rc;

	if (spool_begin_run(&run, s, &e) == -1)
		return cmd_fail(&e);
	m->commit = commit_new(s, &run, m->desk.ledger, m->desk.books, true);
	rc = move_all(m);
	commit_free(m->commit);
	if (spool_end_run(&run, s, &e) == -1 && rc == 0)
		rc = cmd_fail(&e);
	return rc;
}

static int
really(struct moving *m)
{
	struct spool *s = &m->desk.spool;
	struct recovered r;
	struct err e;
	int rc;

	if (spool_lock(s, ROLE_TRANSFORM, false, &e) == -1)
		return cmd_fail(&e);
	if (ledger_refresh(m->desk.ledger, &e) == -1 ||
	    recover(s, m->desk.ledger, &r, &e) == -1)
		rc = cmd_fail(&e);
	else if ((rc = ask_all(m)) == 0)
		rc = in_run(m);
	spool_unlock(s, ROLE_TRANSFORM);
	return rc;
}

static int
only_say(struct moving *m)
{
	int rc = ask_all(m);

	for (size_t i = 0; rc == 0 && i < m->line->n_args; i++)
		tell(m, i);
	return rc;
}

int
cmd_move(const struct cmdline *c)
{
	struct moving m = { .line = c };
	int rc;

	while (strcmp(moves[m.row].verb, c->verb) != 0)
		m.row++;
	if ((rc = cmd_reason(c)) != 0)
		return rc;
	cmd_user(m.user);
	rc = desk_open(&m.desk, c, !c->dry_run);
	if (rc == 0)
		rc = c->dry_run ? only_say(&m) : really(&m);
	desk_close(&m.desk);
	return rc;
}
