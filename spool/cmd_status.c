#include "spool/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/desk.h"
#include "spool/err.h"
#include "spool/finding.h"
#include "spool/incoming.h"
#include "spool/json.h"
#include "spool/tally.h"

static const struct {
	enum state state;
	const char *hint;
} columns[] = {
	{ STATE_INCOMING, "flerapp run" },
	{ STATE_CLAIMED, "flerapp run" },
	{ STATE_ACCEPTED, "flerapp run" },
	{ STATE_HELD, "flerapp list --state held" },
	{ STATE_REJECTED, "flerapp list --state rejected" },
	{ STATE_PUBLISHED, NULL },
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static void
odd_json(void *arg, const char *shown)
{
	struct json *j = arg;

	json_open(j, NULL, '{');
	json_str(j, "code", finding_name(F_NOT_A_FILE));
	json_str(j, "name", shown);
	json_close(j, '}');
}

static uint64_t
removed(const struct tally *t)
{
	uint64_t n = 0;

	for (int s = 0; s < STATE_COUNT; s++)
		n += t->totals.purged[s];
	return n;
}

static int
status_json(const struct desk *d, const struct tally *t, struct err *e)
{
	struct buf b = { 0 };
	struct json j;
	int rc;

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_open(&j, "states", '{');
	for (size_t i = 0; i < COLUMNS; i++)
		json_num(&j, place_name(state_place(columns[i].state)),
		    (int64_t)t->state[columns[i].state]);
	json_close(&j, '}');
	json_num(&j, "received", (int64_t)t->received);
	json_num(&j, "published", (int64_t)t->totals.state[STATE_PUBLISHED]);
	json_num(&j, "duplicate", (int64_t)t->totals.state[STATE_DUPLICATE]);
	json_num(&j, "instances", (int64_t)t->totals.instances);
	json_num(&j, "purged", (int64_t)removed(t));
	json_bool(&j, "balanced", t->balanced);
	if (!t->balanced)
		json_str(&j, "why", t->why);
	json_num(&j, "ledger", ledger_seq(d->ledger));
	json_str(&j, "spool", d->spool.path);
	json_open(&j, "odd", '[');
	rc = incoming_each(&d->spool, true, odd_json, &j, e);
	json_close(&j, ']');
	json_close(&j, '}');
	if (rc == 0)
		puts(buf_text(&b));
	buf_free(&b);
	return rc;
}

static void
odd_text(void *arg, const char *shown)
{
	(void)arg;
	printf("odd: incoming/%s is no file and stays there (%s); "
	    "try: remove it\n", shown, finding_name(F_NOT_A_FILE));
}

static void
print_books(const struct tally *t)
{
	const uint64_t *n = t->totals.state;

	printf("\nreceived %" PRIu64 " = published %" PRIu64 " + rejected %"
	    PRIu64 " + held %" PRIu64 " + duplicate %" PRIu64 " + waiting %"
	    PRIu64 ": %s\n", t->received, n[STATE_PUBLISHED],
	    n[STATE_REJECTED], n[STATE_HELD], n[STATE_DUPLICATE],
	    t->received - n[STATE_PUBLISHED] - n[STATE_REJECTED] -
	    n[STATE_HELD] - n[STATE_DUPLICATE],
	    t->balanced ? "balanced" : "NOT BALANCED");
	printf("instances made: %" PRIu64 "\n", t->totals.instances);
	if (removed(t) > 0)
		printf("removed by retention: %" PRIu64 "\n", removed(t));
	if (!t->balanced)
		printf("not balanced: %s; try: flerapp ledger verify\n",
		    t->why);
}

static int
status_text(const struct desk *d, const struct tally *t, struct err *e)
{
	static const char *const roles[] = {
		[ROLE_INTAKE] = "intake", [ROLE_TRANSFORM] = "transform",
	};

	printf("%s\n\n", d->spool.path);
	for (size_t i = 0; i < COLUMNS; i++) {
		uint64_t n = t->state[columns[i].state];
		const char *hint = columns[i].hint;

		printf("  %-10s %8" PRIu64 "%s%s\n",
		    place_name(state_place(columns[i].state)), n,
		    n > 0 && hint != NULL ? "   try: " : "",
		    n > 0 && hint != NULL ? hint : "");
	}
	print_books(t);
	for (int r = 0; r < ROLE_COUNT; r++)
		if (spool_busy(&d->spool, (enum role)r))
			printf("at work now: %s\n", roles[r]);
	return incoming_each(&d->spool, true, odd_text, NULL, e);
}

int
cmd_status(const struct cmdline *c)
{
	struct desk d = { .first = NULL };
	struct tally t;
	struct err e;
	int rc = desk_open(&d, c, false);

	if (rc != 0)
		goto out;
	if (tally_take(&t, &d.spool, d.ledger, d.books, &e) == -1 ||
	    (c->json ? status_json : status_text)(&d, &t, &e) == -1)
		rc = cmd_fail(&e);
	else
		rc = t.balanced ? 0 : ERR_BOOKS;
out:
	desk_close(&d);
	return rc;
}
