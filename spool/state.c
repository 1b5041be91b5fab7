#include "spool/state.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned mode;
} places[] = {
	/* Sticky: who may drop may not touch what others dropped. */
	[PLACE_INCOMING] = { "incoming", 03770 },
	[PLACE_CLAIMED] = { "claimed", 0750 },
	[PLACE_ACCEPTED] = { "accepted", 0750 },
	[PLACE_HELD] = { "held", 0750 },
	[PLACE_REJECTED] = { "rejected", 0750 },
	[PLACE_DONE] = { "done", 0750 },
	[PLACE_OUTBOX] = { "outbox", 0750 },
	[PLACE_RECEIPTS] = { "receipts", 0750 },
	[PLACE_LEDGER] = { "ledger", 0750 },
	[PLACE_REPORTS] = { "reports", 0750 },
	[PLACE_TMP] = { "tmp", 0750 },
};

_Static_assert(sizeof places / sizeof *places == PLACE_COUNT,
    "every place needs a row");

#define TO(s) (1u << STATE_##s)

static const struct {
	const char *name;
	enum place place;
	unsigned moves;			/* bit set of lawful next states */
} states[] = {
	[STATE_INCOMING] = { "incoming", PLACE_INCOMING, TO(CLAIMED) },
	[STATE_CLAIMED] = { "claimed", PLACE_CLAIMED,
	    TO(INCOMING) | TO(ACCEPTED) | TO(HELD) | TO(REJECTED) |
	    TO(PUBLISHED) | TO(DUPLICATE) },
	[STATE_ACCEPTED] = { "accepted", PLACE_ACCEPTED,
	    TO(PUBLISHED) | TO(HELD) | TO(REJECTED) },
	[STATE_HELD] = { "held", PLACE_HELD, TO(ACCEPTED) | TO(REJECTED) },
	[STATE_REJECTED] = { "rejected", PLACE_REJECTED, TO(ACCEPTED) },
	[STATE_PUBLISHED] = { "published", PLACE_DONE, 0 },
	[STATE_DUPLICATE] = { "duplicate", PLACE_COUNT, 0 },
};

_Static_assert(sizeof states / sizeof *states == STATE_COUNT,
    "every state needs a row");

static const struct {
	const char *name;
	enum state state;
} events[] = {
	{ "received", STATE_CLAIMED },
	{ "accepted", STATE_ACCEPTED },
	{ "released", STATE_ACCEPTED },
	{ "requeued", STATE_ACCEPTED },
	{ "held", STATE_HELD },
	{ "rejected", STATE_REJECTED },
	{ "published", STATE_PUBLISHED },
	{ "duplicate", STATE_DUPLICATE },
};

const char *
place_name(enum place p)
{
	return places[p].name;
}

unsigned
place_mode(enum place p)
{
	return places[p].mode;
}

const char *
state_name(enum state s)
{
	return states[s].name;
}

enum place
state_place(enum state s)
{
	return states[s].place;
}

bool
state_lookup(const char *name, enum state *s)
{
	for (unsigned i = 0; i < STATE_COUNT; i++)
		if (strcmp(states[i].name, name) == 0) {
			*s = (enum state)i;
			return true;
		}
	return false;
}

bool
state_may_move(enum state from, enum state to)
{
	return (states[from].moves >> to & 1) != 0;
}

bool
state_of_event(const char *event, enum state *s)
{
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(events[i].name, event) == 0) {
			*s = events[i].state;
			return true;
		}
	return false;
}
