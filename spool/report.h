#ifndef SPOOL_REPORT_H
#define SPOOL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/id.h"
#include "spool/removal.h"
#include "spool/report_flow.h"
#include "spool/spool.h"
#include "spool/stamp.h"

/*
 * report: what happened on a UTC day, gathered while the ledger streams by.
 *
 * A day is a file of the ledger.  report_feed() is given each line before
 * the books are: they are what was true until then, and are looked through
 * at the day's beginning and end.  Kept are sums, and what people look at
 * one by one: refusals, what is held, runs, operators' acts.  What is told of
 * every package goes out line by line.  Texts of strangers and operators are
 * masked here.
 */

struct books;
struct err;
struct ledger_line;
struct tally;
struct verify_result;

enum { REPORT_EXAMPLES = 3, REPORT_CODE = 48, REPORT_WORD = 24,
    REPORT_SHORT = 12 };

struct report_app {
	char name[ID_APP_MAX + 1];	/* "" where it could not be read */
	struct report_flow flow;
};

/* One event that left a package in a state; as it is told line by line. */
struct report_event {
	int64_t seq, size;
	const char *time, *event, *id, *package, *sha256, *instance, *app;
	const char *received, *run, *codes;	/* codes parted by blanks */
	enum state to;
	bool fresh;			/* it was received with this event */
	int64_t instances;
};

typedef int report_fn(void *arg, const struct report_event *, struct err *);

/* Held or refused on that day. */
struct report_refusal {
	char id[ID_MAX + 1], time[STAMP_LEN + 1], app[ID_APP_MAX + 1];
	enum state to;
	char *package, *codes;		/* codes "": an operator's word */
};

/* How many packages of an app a rule held or refused. */
struct report_rule {
	char code[REPORT_CODE], app[ID_APP_MAX + 1];
	enum state to;
	int64_t n;
	char examples[REPORT_EXAMPLES][ID_MAX + 1];
};

/* What a run worked with; from one run to the next these are compared. */
enum report_fact {
	REPORT_VERSION, REPORT_PROGRAM, REPORT_WORKER, REPORT_SETTINGS,
	REPORT_CONFIG, REPORT_SANDBOX,
	REPORT_FACTS
};

struct report_run {
	char id[RUN_MAX + 1], mode[REPORT_WORD];
	char started[STAMP_LEN + 1], ended[STAMP_LEN + 1];	/* or "" */
	char facts[REPORT_FACTS][DIGEST_HEX + 1];
	char was[REPORT_FACTS][REPORT_SHORT + 1];  /* in the run before */
	bool first, of_day;		/* first of all; has part in the day */
	unsigned changed;		/* bit set of facts, since the run before */
	int64_t received, state[STATE_COUNT], instances;	/* that day */
};

struct report_act {
	char id[ID_MAX + 1], time[STAMP_LEN + 1], verb[REPORT_WORD];
	char app[ID_APP_MAX + 1];
	char *user, *reason;
	int64_t seq;
};

/* Of the ledger's own life: recovered, repaired, sealed and the like. */
struct report_note {
	char time[STAMP_LEN + 1], event[REPORT_WORD];
	char *details;
};

/* Held when the day ended. */
struct report_held {
	char id[ID_MAX + 1], app[ID_APP_MAX + 1];
	char received[STAMP_LEN + 1], since[STAMP_LEN + 1];
	char *package, *codes;		/* codes: filled in by who can read them */
	int64_t age;			/* seconds, when the day ended or now */
};

const char *report_fact_name(enum report_fact);		/* "program" */

#define REPORT_LIST(type) struct { struct type *v; size_t n, cap; }

struct report {
	char day[STAMP_DAY + 1], made[STAMP_LEN + 1];
	char until[STAMP_LEN + 1];	/* the day's end, or now */
	report_fn *each;
	void *arg;

	REPORT_LIST(report_app) apps;
	REPORT_LIST(report_rule) rules;
	REPORT_LIST(report_refusal) refusals;
	REPORT_LIST(report_run) runs;
	REPORT_LIST(report_act) acts;
	REPORT_LIST(report_note) notes;
	REPORT_LIST(report_held) held;
	int64_t hours[24][STATE_COUNT];
	int64_t removed[REMOVAL_COUNT];	/* by retention */
	int64_t stray;			/* lines of that day without sense */
	int64_t first_seq, last_seq;	/* 0: no line */
	struct buf last_line;		/* with its newline */

	/* while it streams */
	bool opened, closed;
	uint64_t stray_before;
	struct report_run previous;	/* the run that started last */
	struct buf just, text, codes;	/* just: the last `received` line */
};

struct report *report_new(const char *day, report_fn *, void *arg);
void report_free(struct report *);

int report_feed(struct report *, struct books *, const struct ledger_line *,
    struct err *);

/* All lines were fed: close the day if that is still to be done. */
int report_end(struct report *, struct books *, struct err *);

/* Of all apps together. */
void report_total(const struct report *, struct report_flow *);

/*
 * Whether the day's flows meet, and then the folders and the ledger as they
 * are now; why gets the first thing that does not fit.  The tally may be
 * NULL: the folders cannot be seen.
 */
bool report_sound(const struct report *, const struct tally *,
    const struct verify_result *, char why[200]);

#endif
