#include "spool/report_flow.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const enum state waiting[] =
    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };

enum { WAITING = sizeof waiting / sizeof *waiting, HASH_DIGITS = 16 };

struct report_count
report_one(int64_t bytes, const char *sha256)
{
	char digits[HASH_DIGITS + 1] = "";

	strncat(digits, sha256, HASH_DIGITS);
	return (struct report_count){ .n = 1, .bytes = bytes,
	    .hash = strtoull(digits, NULL, 16) };
}

void
report_add(struct report_count *to, struct report_count c)
{
	to->n += c.n;
	to->bytes += c.bytes;
	to->hash += c.hash;
}

void
report_take(struct report_count *from, struct report_count c)
{
	from->n -= c.n;
	from->bytes -= c.bytes;
	from->hash -= c.hash;
}

bool
report_none(struct report_count c)
{
	return c.n == 0 && c.bytes == 0 && c.hash == 0;
}

void
report_flow_add(struct report_flow *to, const struct report_flow *f)
{
	report_add(&to->received, f->received);
	for (int s = 0; s < STATE_COUNT; s++) {
		report_add(&to->opening[s], f->opening[s]);
		report_add(&to->closing[s], f->closing[s]);
		report_add(&to->in[s], f->in[s]);
		report_add(&to->left[s], f->left[s]);
		report_add(&to->purged[s], f->purged[s]);
	}
	to->instances += f->instances;
}

struct report_count
report_net(const struct report_flow *f, enum state s)
{
	struct report_count c = f->in[s];

	report_take(&c, f->left[s]);
	return c;
}

struct report_count
report_difference(const struct report_flow *f)
{
	static const enum state ends[] = { STATE_PUBLISHED, STATE_REJECTED,
	    STATE_HELD, STATE_DUPLICATE };
	struct report_count c = f->opening[STATE_ACCEPTED];

	report_add(&c, f->received);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		report_take(&c, report_net(f, ends[i]));
	report_take(&c, f->purged[STATE_ACCEPTED]);
	report_take(&c, f->closing[STATE_ACCEPTED]);
	return c;
}

struct report_count
report_gap(const struct report_flow *f, enum state s)
{
	struct report_count c = f->opening[s];

	report_add(&c, report_net(f, s));
	report_take(&c, f->purged[s]);
	report_take(&c, f->closing[s]);
	return c;
}

bool
report_meets(const struct report_flow *f)
{
	bool meets = report_none(report_difference(f));

	for (size_t i = 0; i < WAITING; i++)
		meets = meets && report_none(report_gap(f, waiting[i]));
	return meets;
}
