#include "spool/report_page.h"

#include <inttypes.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/report.h"
#include "spool/tally.h"
#include "spool/verify.h"

static const enum state outcomes[] = { STATE_ACCEPTED, STATE_PUBLISHED,
    STATE_REJECTED, STATE_HELD, STATE_DUPLICATE };

enum { OUTCOMES = sizeof outcomes / sizeof *outcomes };

static const char *
known(const char *s)
{
	return *s != '\0' ? s : NULL;
}

static void
count(struct json *j, const char *key, struct report_count c)
{
	char hash[20];

	snprintf(hash, sizeof hash, "%016" PRIx64, c.hash);
	json_open(j, key, '{');
	json_num(j, "packages", c.n);
	json_num(j, "bytes", c.bytes);
	json_str(j, "hashTotal", hash);
	json_close(j, '}');
}

static void
flow(struct json *j, const struct report_flow *f)
{
	static const enum state ends[] = { STATE_PUBLISHED, STATE_REJECTED,
	    STATE_HELD, STATE_DUPLICATE };

	count(j, "opening", f->opening[STATE_ACCEPTED]);
	count(j, "received", f->received);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		count(j, state_name(ends[i]), report_net(f, ends[i]));
	count(j, "removed", f->purged[STATE_ACCEPTED]);
	count(j, "closing", f->closing[STATE_ACCEPTED]);
	count(j, "difference", report_difference(f));
	json_num(j, "heldBefore", f->opening[STATE_HELD].n);
	json_num(j, "heldAfter", f->closing[STATE_HELD].n);
	json_num(j, "rejectedBefore", f->opening[STATE_REJECTED].n);
	json_num(j, "rejectedAfter", f->closing[STATE_REJECTED].n);
	json_num(j, "instances", f->instances);
	json_bool(j, "meets", report_meets(f));
}

static void
balance(struct json *j, const struct report *r)
{
	struct report_flow total;

	report_total(r, &total);
	json_open(j, "balance", '{');
	flow(j, &total);
	json_close(j, '}');
	json_open(j, "apps", '[');
	for (size_t i = 0; i < r->apps.n; i++) {
		json_open(j, NULL, '{');
		json_str(j, "app", known(r->apps.v[i].name));
		flow(j, &r->apps.v[i].flow);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
hours(struct json *j, const struct report *r)
{
	json_open(j, "hours", '[');
	for (int h = 0; h < 24; h++) {
		json_open(j, NULL, '{');
		json_num(j, "hour", h);
		for (size_t i = 0; i < OUTCOMES; i++)
			json_num(j, state_name(outcomes[i]),
			    r->hours[h][outcomes[i]]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
rules(struct json *j, const struct report *r)
{
	json_open(j, "rules", '[');
	for (size_t i = 0; i < r->rules.n; i++) {
		const struct report_rule *u = &r->rules.v[i];

		json_open(j, NULL, '{');
		json_str(j, "code", known(u->code));
		json_str(j, "app", known(u->app));
		json_str(j, "state", state_name(u->to));
		json_num(j, "packages", u->n);
		json_open(j, "examples", '[');
		for (int k = 0; k < REPORT_EXAMPLES && k < u->n; k++)
			json_str(j, NULL, u->examples[k]);
		json_close(j, ']');
		json_str(j, "action", report_rule_action(u->code));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
run(struct json *j, const struct report_run *u)
{
	json_open(j, NULL, '{');
	json_str(j, "run", u->id);
	json_str(j, "mode", u->mode);
	json_str(j, "started", u->started);
	json_str(j, "ended", known(u->ended));
	for (int i = 0; i < REPORT_FACTS; i++)
		json_str(j, report_fact_name((enum report_fact)i),
		    known(u->facts[i]));
	json_open(j, "changed", '[');
	for (int i = 0; i < REPORT_FACTS; i++)
		if ((u->changed >> i & 1) != 0)
			json_str(j, NULL,
			    report_fact_name((enum report_fact)i));
	json_close(j, ']');
	json_num(j, "received", u->received);
	for (size_t i = 0; i < OUTCOMES; i++)
		json_num(j, state_name(outcomes[i]), u->state[outcomes[i]]);
	json_num(j, "instances", u->instances);
	json_close(j, '}');
}

static void
held(struct json *j, const struct report *r)
{
	json_open(j, "held", '[');
	for (size_t i = 0; i < r->held.n; i++) {
		const struct report_held *h = &r->held.v[i];

		json_open(j, NULL, '{');
		json_str(j, "id", h->id);
		json_str(j, "package", h->package);
		json_str(j, "app", known(h->app));
		json_str(j, "received", h->received);
		json_str(j, "since", h->since);
		json_num(j, "ageSeconds", h->age);
		json_str(j, "codes", h->codes);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
acts(struct json *j, const struct report *r)
{
	json_open(j, "actions", '[');
	for (size_t i = 0; i < r->acts.n; i++) {
		const struct report_act *a = &r->acts.v[i];

		json_open(j, NULL, '{');
		json_num(j, "seq", a->seq);
		json_str(j, "time", a->time);
		json_str(j, "action", a->verb);
		json_str(j, "id", known(a->id));
		json_str(j, "app", known(a->app));
		json_str(j, "user", a->user);
		json_str(j, "reason", a->reason);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_open(j, "notes", '[');
	for (size_t i = 0; i < r->notes.n; i++) {
		json_open(j, NULL, '{');
		json_str(j, "time", r->notes.v[i].time);
		json_str(j, "event", r->notes.v[i].event);
		json_str(j, "details", r->notes.v[i].details);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
removed(struct json *j, const struct report *r)
{
	json_open(j, "removed", '{');
	for (int i = 0; i < REMOVAL_COUNT; i++)
		json_num(j, removal_name((enum removal_kind)i),
		    r->removed[i]);
	json_close(j, '}');
}

static void
ledger(struct json *j, const struct report_facts *f)
{
	const struct report *r = f->report;

	json_open(j, "ledger", '{');
	json_num(j, "firstSeq", r->first_seq);
	json_num(j, "lastSeq", r->last_seq);
	json_str(j, "head", known(f->head));
	json_bool(j, "verified", f->ledger->faults == 0);
	json_num(j, "faults", f->ledger->faults);
	json_num(j, "lines", f->ledger->lines);
	json_num(j, "seq", f->ledger->seq);
	json_str(j, "headNow", f->ledger->head);
	json_num(j, "sealed", f->ledger->sealed);
	json_bool(j, "signatures", f->ledger->signatures);
	json_close(j, '}');
}

static void
folders(struct json *j, const struct tally *now)
{
	if (now == NULL)
		return;
	json_open(j, "now", '{');
	json_bool(j, "balanced", now->balanced);
	json_num(j, "incoming", (int64_t)(now->state[STATE_INCOMING] +
	    now->state[STATE_CLAIMED]));
	for (int s = STATE_ACCEPTED; s <= STATE_PUBLISHED; s++)
		json_num(j, state_name((enum state)s),
		    (int64_t)now->state[s]);
	json_close(j, '}');
}

void
report_json(struct buf *b, const struct report_facts *f, bool pretty)
{
	const struct report *r = f->report;
	struct json j;

	json_init(&j, b, pretty);
	json_open(&j, NULL, '{');
	json_num(&j, "format", 1);
	json_str(&j, "day", r->day);
	json_str(&j, "made", r->made);
	json_bool(&j, "complete", f->past);
	json_str(&j, "spool", f->spool);
	json_str(&j, "environment", f->environment);
	json_bool(&j, "balanced", f->sound);
	json_num(&j, "exit", f->sound ? 0 : ERR_BOOKS);
	json_str(&j, "why", f->sound ? NULL : f->why);
	balance(&j, r);
	hours(&j, r);
	rules(&j, r);
	json_open(&j, "runs", '[');
	for (size_t i = 0; i < r->runs.n; i++)
		run(&j, &r->runs.v[i]);
	json_close(&j, ']');
	held(&j, r);
	acts(&j, r);
	removed(&j, r);
	ledger(&j, f);
	folders(&j, f->now);
	json_close(&j, '}');
}
