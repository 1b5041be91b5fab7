#ifndef SPOOL_REPORT_FLOW_H
#define SPOOL_REPORT_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/state.h"

/*
 * report_flow: how packages moved between states on a day, as sums that must
 * meet.
 *
 * Every sum is one of packages, of bytes, and a hash total: the first 64
 * bits of each SHA-256, added up.  So two packages that changed places, or
 * one taken for another, show although the number is right.
 */

struct report_count {
	int64_t n, bytes;
	uint64_t hash;			/* modulo 2^64 */
};

struct report_flow {
	struct report_count received;
	/* waiting at the beginning and the end: accepted, held, rejected */
	struct report_count opening[STATE_COUNT], closing[STATE_COUNT];
	struct report_count in[STATE_COUNT], left[STATE_COUNT];
	struct report_count purged[STATE_COUNT];	/* by retention */
	int64_t instances;
};

struct report_count report_one(int64_t bytes, const char *sha256);
void report_add(struct report_count *, struct report_count);
void report_take(struct report_count *, struct report_count);
bool report_none(struct report_count);

void report_flow_add(struct report_flow *, const struct report_flow *);

/* What came into a state, less what left it again: the day's share of it. */
struct report_count report_net(const struct report_flow *, enum state);

/*
 * opening + received - published - rejected - held - duplicate - removed
 * - closing, where opening and closing are the accepted ones that wait.
 */
struct report_count report_difference(const struct report_flow *);

/* opening + in - left - removed - closing of one of the waiting states. */
struct report_count report_gap(const struct report_flow *, enum state);

bool report_meets(const struct report_flow *);	/* no difference, no gap */

#endif
