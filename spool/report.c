#include "spool/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spool/books.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"
#include "spool/report_parts.h"
#include "spool/tally.h"
#include "spool/text.h"
#include "spool/verify.h"

/* Who an event is about, as far as anyone knows. */
struct subject {
	char id[ID_MAX + 1], sha256[DIGEST_HEX + 1], guid[ID_GUID + 1];
	char app[ID_APP_MAX + 1], received[STAMP_LEN + 1];
	char *package;			/* masked; ours to free */
	int64_t size;
	enum state from;
	bool fresh, known;
};

/* ------------------------------------------------------------- the subject */

char *
report_masked(struct report *r, const char *text, bool name)
{
	buf_reset(&r->text);
	(name ? text_name : text_show)(&r->text, text, strlen(text));
	return mem_dup(buf_text(&r->text));
}

static bool
from_just(struct report *r, struct subject *s)
{
	struct buf name = { 0 };
	struct record j;

	if (!record_parse(&j, buf_text(&r->just), r->just.len) ||
	    !record_is(j.id, s->id))
		return false;
	record_copy(s->sha256, sizeof s->sha256, j.sha256);
	record_copy(s->guid, sizeof s->guid, j.instance);
	record_copy(s->app, sizeof s->app, j.app);
	record_copy(s->received, sizeof s->received, j.time);
	record_text(buf_text(&r->just), "package", &name);
	s->package = report_masked(r, buf_text(&name), true);
	buf_free(&name);
	s->size = j.size;
	s->from = STATE_CLAIMED;
	s->fresh = s->known = true;
	return true;
}

static void
from_books(struct report *r, const struct books *b, struct subject *s)
{
	const struct package *p = books_find(b, s->id);

	s->package = report_masked(r, p != NULL ? p->name : "", true);
	if (p == NULL)
		return;
	memcpy(s->sha256, p->sha256, sizeof s->sha256);
	memcpy(s->guid, p->guid, sizeof s->guid);
	memcpy(s->app, p->app, sizeof s->app);
	memcpy(s->received, p->received, sizeof s->received);
	s->size = (int64_t)p->size;
	s->from = p->state;
	s->known = true;
}

/* ------------------------------------------------------------ the snapshots */

struct snapshot {
	struct report *report;
	bool closing;
};

static int
count_waiting(void *arg, const struct package *p, struct err *e)
{
	const struct snapshot *s = arg;
	struct report_flow *f = &report_app_of(s->report, p->app)->flow;

	(void)e;
	report_add(s->closing ? &f->closing[p->state] : &f->opening[p->state],
	    report_one((int64_t)p->size, p->sha256));
	if (s->closing && p->state == STATE_HELD)
		report_hold(s->report, p);
	return 0;
}

static int
look_through(struct report *r, struct books *b, bool closing, struct err *e)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };
	struct snapshot s = { r, closing };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (books_each(b, states[i], count_waiting, &s, e) == -1)
			return -1;
	return 0;
}

static int
open_day(struct report *r, struct books *b, struct err *e)
{
	if (r->opened)
		return 0;
	r->opened = true;
	r->stray_before = books_totals(b)->stray;
	return look_through(r, b, false, e);
}

static int
close_day(struct report *r, struct books *b, struct err *e)
{
	if (r->closed)
		return 0;
	if (open_day(r, b, e) == -1)
		return -1;
	r->closed = true;
	r->stray = (int64_t)(books_totals(b)->stray - r->stray_before);
	return look_through(r, b, true, e);
}

/* --------------------------------------------------------------- the events */

static void
take_codes(struct report *r, const char *line)
{
	const char *raw;
	size_t n;

	buf_reset(&r->codes);
	if (!json_get_raw(line, "codes", &raw, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		if (raw[i] == ',')
			buf_char(&r->codes, ' ');
		else if (strchr("[]\"\\", raw[i]) == NULL)
			buf_char(&r->codes, raw[i]);
	}
}

static void
count_move(struct report *r, const struct subject *s, enum state to,
    const struct record *l)
{
	const struct report_count one = report_one(s->size, s->sha256);
	struct report_flow *f = &report_app_of(r, s->app)->flow;
	struct report_run *run = report_run_of(r, l->run);
	char hour[3] = "";
	long h;

	report_add(&f->in[to], one);
	if (s->known && !s->fresh)
		report_add(&f->left[s->from], one);
	if (to == STATE_PUBLISHED)
		f->instances += (int64_t)l->n_instances;
	if (run != NULL) {
		run->of_day = true;
		run->state[to]++;
		run->received += s->fresh;
		if (to == STATE_PUBLISHED)
			run->instances += (int64_t)l->n_instances;
	}
	memcpy(hour, l->time.p + sizeof "2026-03-03T" - 1, 2);
	h = strtol(hour, NULL, 10);
	if (h >= 0 && h < 24)
		r->hours[h][to]++;
}

static int
tell(struct report *r, const struct subject *s, enum state to,
    const struct record *l, struct err *e)
{
	char time[STAMP_LEN + 1], event[RECORD_EVENT], run[RUN_MAX + 1];
	struct report_event v = { .seq = l->seq, .size = s->size,
	    .time = time, .event = event, .id = s->id,
	    .package = s->package, .sha256 = s->sha256, .instance = s->guid,
	    .app = s->app, .received = s->received, .run = run, .to = to,
	    .codes = buf_text(&r->codes), .fresh = s->fresh };

	if (r->each == NULL)
		return 0;
	record_copy(time, sizeof time, l->time);
	record_copy(event, sizeof event, l->event);
	record_copy(run, sizeof run, l->run);
	if (to == STATE_PUBLISHED)
		v.instances = (int64_t)l->n_instances;
	return r->each(r->arg, &v, e);
}

static int
verdict(struct report *r, const struct books *b, enum state to,
    const struct record *l, const char *line, struct err *e)
{
	struct subject s = { .size = 0 };
	int rc;

	record_copy(s.id, sizeof s.id, l->id);
	if (!from_just(r, &s))
		from_books(r, b, &s);
	buf_reset(&r->just);
	take_codes(r, line);
	count_move(r, &s, to, l);
	if (to == STATE_HELD || to == STATE_REJECTED)
		report_refuse(r, &(struct report_refused){ .id = s.id,
		    .app = s.app, .package = s.package, .to = to,
		    .time = l->time, .codes = buf_text(&r->codes) });
	if (l->act.n > 0)
		report_acted(r, l, s.app, line);
	rc = tell(r, &s, to, l, e);
	free(s.package);
	return rc;
}

/* New instances of what was published before; no package moves. */
static int
replay(struct report *r, const struct record *l, const char *line,
    struct err *e)
{
	struct subject s = { .size = l->size };
	struct report_run *run = report_run_of(r, l->run);
	struct buf name = { 0 };
	int rc;

	record_copy(s.id, sizeof s.id, l->id);
	record_copy(s.sha256, sizeof s.sha256, l->sha256);
	record_copy(s.guid, sizeof s.guid, l->instance);
	record_copy(s.app, sizeof s.app, l->app);
	record_text(line, "package", &name);
	s.package = report_masked(r, buf_text(&name), true);
	buf_free(&name);
	report_app_of(r, s.app)->flow.instances += (int64_t)l->n_instances;
	if (run != NULL) {
		run->of_day = true;
		run->instances += (int64_t)l->n_instances;
	}
	report_acted(r, l, s.app, line);
	rc = tell(r, &s, STATE_PUBLISHED, l, e);
	free(s.package);
	return rc;
}

/* It was received, whether a verdict follows or not. */
static void
receive(struct report *r, const struct record *l, const char *line,
    size_t len)
{
	char app[ID_APP_MAX + 1], sha256[DIGEST_HEX + 1];

	buf_reset(&r->just);
	buf_add(&r->just, line, len);
	record_copy(app, sizeof app, l->app);
	record_copy(sha256, sizeof sha256, l->sha256);
	report_add(&report_app_of(r, app)->flow.received,
	    report_one(l->size, sha256));
}

/* Receipts and reports are told in one line, with their number. */
static void
count_removed(struct report *r, const struct record *l, const char *line)
{
	enum removal_kind kind = REMOVAL_ORIGINAL;
	char what[RECORD_EVENT];
	int64_t n = 1;

	record_copy(what, sizeof what, l->what);
	if (what[0] != '\0' && !removal_lookup(what, &kind))
		return;
	json_get_num(line, "count", &n);
	r->removed[kind] += n;
	if (l->act.n > 0)
		report_purged(r, l, line);
}

static void
purge(struct report *r, const struct books *b, const struct record *l,
    const char *line)
{
	const struct package *p;
	char id[ID_MAX + 1];
	enum state s;

	count_removed(r, l, line);
	record_copy(id, sizeof id, l->id);
	p = books_find(b, id);
	if (record_purged(l, &s) && s != STATE_PUBLISHED && p != NULL)
		report_add(&report_app_of(r, p->app)->flow.purged[p->state],
		    report_one((int64_t)p->size, p->sha256));
}

static int
take_line(struct report *r, const struct books *b,
    const struct ledger_line *line, struct err *e)
{
	struct record l;
	enum state to;

	if (!record_parse(&l, line->text, line->len))
		return 0;
	if (r->first_seq == 0)
		r->first_seq = l.seq;
	r->last_seq = l.seq;
	buf_reset(&r->last_line);
	buf_add(&r->last_line, line->text, line->len);
	buf_char(&r->last_line, '\n');
	if (record_is(l.event, "received"))
		receive(r, &l, line->text, line->len);
	else if (record_is(l.event, "purged"))
		purge(r, b, &l, line->text);
	else if (record_is(l.event, "replayed"))
		return replay(r, &l, line->text, e);
	else if (record_state(&l, &to))
		return verdict(r, b, to, &l, line->text, e);
	else if (!report_run_line(r, &l, line->text, true))
		report_noted(r, &l);
	return 0;
}

/* Of the days before only the runs matter; the event stands near the front. */
static void
take_early(struct report *r, const struct ledger_line *line)
{
	static const char started[] = "\"event\":\"started\"";
	static const char ended[] = "\"event\":\"ended\"";
	const size_t front = line->len < 200 ? line->len : 200;
	struct record l;

	if ((memmem(line->text, front, started, sizeof started - 1) != NULL ||
	    memmem(line->text, front, ended, sizeof ended - 1) != NULL) &&
	    record_parse(&l, line->text, line->len))
		report_run_line(r, &l, line->text, false);
}

int
report_feed(struct report *r, struct books *b, const struct ledger_line *line,
    struct err *e)
{
	int order = strcmp(line->day, r->day);

	if (order < 0) {
		take_early(r, line);
		return 0;
	}
	if (order > 0 || r->closed)
		return close_day(r, b, e);
	if (open_day(r, b, e) == -1)
		return -1;
	return take_line(r, b, line, e);
}

/* ------------------------------------------------------------- the whole */

struct report *
report_new(const char *day, report_fn *each, void *arg)
{
	struct report *r = mem_alloc(sizeof *r);

	memcpy(r->day, day, STAMP_DAY);
	r->each = each;
	r->arg = arg;
	stamp_now(r->made);
	memcpy(r->until, r->made, sizeof r->until);
	if (strncmp(day, r->made, STAMP_DAY) < 0)
		snprintf(r->until, sizeof r->until, "%.10sT23:59:59Z", day);
	return r;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	report_free_parts(r);
	buf_free(&r->last_line);
	buf_free(&r->just);
	buf_free(&r->text);
	buf_free(&r->codes);
	free(r);
}

int
report_end(struct report *r, struct books *b, struct err *e)
{
	if (close_day(r, b, e) == -1)
		return -1;
	report_sort(r);
	return 0;
}

void
report_total(const struct report *r, struct report_flow *total)
{
	*total = (struct report_flow){ .instances = 0 };
	for (size_t i = 0; i < r->apps.n; i++)
		report_flow_add(total, &r->apps.v[i].flow);
}

bool
report_sound(const struct report *r, const struct tally *t,
    const struct verify_result *v, char why[200])
{
	const char *bad = NULL;

	for (size_t i = 0; i < r->apps.n; i++)
		if (bad == NULL && !report_meets(&r->apps.v[i].flow))
			bad = r->apps.v[i].name;
	if (bad != NULL)
		snprintf(why, 200, "what came in and what became of it do "
		    "not meet (%s)", *bad != '\0' ? bad : "app unknown");
	else if (r->stray > 0)
		snprintf(why, 200, "%jd lines of the day are about packages "
		    "the ledger does not know", (intmax_t)r->stray);
	else if (t != NULL && !t->balanced)
		snprintf(why, 200, "now: %s", t->why);
	else if (v->faults > 0)
		snprintf(why, 200, "the ledger is damaged in %jd places",
		    (intmax_t)v->faults);
	else
		return true;
	return false;
}
