#ifndef SPOOL_STATE_H
#define SPOOL_STATE_H

#include <stdbool.h>

/*
 * state: the folders of a spool, the states of a package, the lawful moves.
 *
 * The folder a package is in is its state.  A duplicate has no folder: its
 * bytes are those of the package it repeats.
 */

enum place {
	PLACE_INCOMING, PLACE_CLAIMED, PLACE_ACCEPTED, PLACE_HELD,
	PLACE_REJECTED, PLACE_DONE, PLACE_OUTBOX, PLACE_RECEIPTS,
	PLACE_LEDGER, PLACE_REPORTS, PLACE_TMP,
	PLACE_COUNT
};

enum state {
	STATE_INCOMING, STATE_CLAIMED, STATE_ACCEPTED, STATE_HELD,
	STATE_REJECTED, STATE_PUBLISHED, STATE_DUPLICATE,
	STATE_COUNT
};

const char *place_name(enum place);		/* "incoming" */
unsigned place_mode(enum place);		/* for the one who makes it */

const char *state_name(enum state);		/* "published", for people */
enum place state_place(enum state);		/* PLACE_COUNT: none */
bool state_lookup(const char *name, enum state *);
bool state_may_move(enum state from, enum state to);

/* The state an event of the ledger leaves a package in; false: none. */
bool state_of_event(const char *event, enum state *);

#endif
