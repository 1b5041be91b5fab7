#include "spool/report_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spool/books.h"
#include "spool/json.h"
#include "spool/mem.h"
#include "spool/stamp.h"

/* Runs that never end (a crash) would else pile up while it streams. */
enum { OPEN_RUNS = 64 };

static const char *const facts[] = {
	[REPORT_VERSION] = "version", [REPORT_PROGRAM] = "program",
	[REPORT_WORKER] = "worker", [REPORT_SETTINGS] = "settings",
	[REPORT_CONFIG] = "config", [REPORT_SANDBOX] = "sandbox",
};

_Static_assert(sizeof facts / sizeof *facts == REPORT_FACTS,
    "every fact needs a member");

const char *
report_fact_name(enum report_fact f)
{
	return facts[f];
}

/* A new place at the end of a list, zeroed. */
#define MORE(list)							\
	((list)->v = mem_grow((list)->v, &(list)->cap, (list)->n + 1,	\
	    sizeof *(list)->v),						\
	    memset(&(list)->v[(list)->n], 0, sizeof *(list)->v),	\
	    &(list)->v[(list)->n++])

struct report_app *
report_app_of(struct report *r, const char *name)
{
	struct report_app *a;

	for (size_t i = r->apps.n; i > 0; i--)
		if (strcmp(r->apps.v[i - 1].name, name) == 0)
			return &r->apps.v[i - 1];
	a = MORE(&r->apps);
	snprintf(a->name, sizeof a->name, "%s", name);
	return a;
}

/* -------------------------------------------------------------------- runs */

struct report_run *
report_run_of(struct report *r, struct slice id)
{
	for (size_t i = r->runs.n; i > 0; i--)
		if (record_is(id, r->runs.v[i - 1].id))
			return &r->runs.v[i - 1];
	return NULL;
}

static void
forget_run(struct report *r, size_t i)
{
	memmove(&r->runs.v[i], &r->runs.v[i + 1],
	    (--r->runs.n - i) * sizeof *r->runs.v);
}

static void
take_word(struct report *r, const char *line, const char *key, char *to,
    size_t room)
{
	char *shown;

	if (!json_get_str(line, key, &r->codes))
		return;
	shown = report_masked(r, buf_text(&r->codes), true);
	snprintf(to, room, "%s", shown);
	free(shown);
}

static void
start_run(struct report *r, const struct record *l, const char *line,
    bool of_day)
{
	struct report_run *run;

	if (!of_day && r->runs.n >= OPEN_RUNS)
		forget_run(r, 0);
	run = MORE(&r->runs);
	record_copy(run->id, sizeof run->id, l->run);
	record_copy(run->started, sizeof run->started, l->time);
	take_word(r, line, "mode", run->mode, sizeof run->mode);
	run->of_day = of_day;
	run->first = r->previous.id[0] == '\0';
	for (int i = 0; i < REPORT_FACTS; i++) {
		take_word(r, line, facts[i], run->facts[i],
		    sizeof run->facts[i]);
		if (run->first ||
		    strcmp(run->facts[i], r->previous.facts[i]) == 0)
			continue;
		run->changed |= 1u << i;
		snprintf(run->was[i], sizeof run->was[i], "%.*s",
		    REPORT_SHORT, r->previous.facts[i]);
	}
	r->previous = *run;
}

bool
report_run_line(struct report *r, const struct record *l, const char *line,
    bool of_day)
{
	struct report_run *run;

	if (record_is(l->event, "started")) {
		start_run(r, l, line, of_day);
		return true;
	}
	if (!record_is(l->event, "ended"))
		return false;
	run = report_run_of(r, l->run);
	if (run != NULL && of_day) {
		record_copy(run->ended, sizeof run->ended, l->time);
		run->of_day = true;
	} else if (run != NULL) {
		forget_run(r, (size_t)(run - r->runs.v));
	}
	return true;
}

/* ----------------------------------------------------- held, refused, acts */

static int64_t
seconds(const char *stamp)
{
	time_t t;

	return stamp_read(stamp, &t) ? (int64_t)t : 0;
}

void
report_hold(struct report *r, const struct package *p)
{
	struct report_held *h = MORE(&r->held);

	memcpy(h->id, p->id, sizeof h->id);
	memcpy(h->app, p->app, sizeof h->app);
	memcpy(h->received, p->received, sizeof h->received);
	memcpy(h->since, p->time, sizeof h->since);
	h->package = report_masked(r, p->name, true);
	h->age = seconds(r->until) - seconds(h->since);
	if (h->age < 0)
		h->age = 0;
}

static struct report_rule *
rule_of(struct report *r, const char *code, const struct report_refused *f)
{
	struct report_rule *u;

	for (size_t i = 0; i < r->rules.n; i++) {
		u = &r->rules.v[i];
		if (u->to == f->to && strcmp(u->code, code) == 0 &&
		    strcmp(u->app, f->app) == 0)
			return u;
	}
	u = MORE(&r->rules);
	snprintf(u->code, sizeof u->code, "%s", code);
	snprintf(u->app, sizeof u->app, "%s", f->app);
	u->to = f->to;
	return u;
}

static void
count_rule(struct report *r, const char *code, const struct report_refused *f)
{
	struct report_rule *u = rule_of(r, code, f);

	if (u->n < REPORT_EXAMPLES)
		snprintf(u->examples[u->n], sizeof u->examples[0], "%s",
		    f->id);
	u->n++;
}

void
report_refuse(struct report *r, const struct report_refused *f)
{
	struct report_refusal *x = MORE(&r->refusals);
	char code[REPORT_CODE];
	const char *p = f->codes;
	size_t n;

	snprintf(x->id, sizeof x->id, "%s", f->id);
	snprintf(x->app, sizeof x->app, "%s", f->app);
	record_copy(x->time, sizeof x->time, f->time);
	x->to = f->to;
	x->package = mem_dup(f->package);
	x->codes = mem_dup(f->codes);
	if (*p == '\0')
		count_rule(r, "", f);
	for (; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		snprintf(code, sizeof code, "%.*s", (int)n, p);
		count_rule(r, code, f);
	}
}

void
report_acted(struct report *r, const struct record *l, const char *app,
    const char *line)
{
	struct report_act *a = MORE(&r->acts);

	record_copy(a->id, sizeof a->id, l->id);
	record_copy(a->time, sizeof a->time, l->time);
	record_copy(a->verb, sizeof a->verb, l->act);
	snprintf(a->app, sizeof a->app, "%s", app);
	a->seq = l->seq;
	buf_reset(&r->codes);
	json_get_str(line, "user", &r->codes);
	a->user = report_masked(r, buf_text(&r->codes), false);
	buf_reset(&r->codes);
	json_get_str(line, "reason", &r->codes);
	a->reason = report_masked(r, buf_text(&r->codes), false);
	buf_reset(&r->codes);
}

void
report_purged(struct report *r, const struct record *l, const char *line)
{
	struct report_act *a, *before;

	report_acted(r, l, "", line);
	a = &r->acts.v[r->acts.n - 1];
	a->id[0] = '\0';
	if (r->acts.n == 1)
		return;
	before = a - 1;
	if (strcmp(before->verb, a->verb) != 0 ||
	    strcmp(before->user, a->user) != 0 ||
	    strcmp(before->reason, a->reason) != 0)
		return;
	free(a->user);
	free(a->reason);
	r->acts.n--;
}

/* All that stands behind the event, as it stands there. */
void
report_noted(struct report *r, const struct record *l)
{
	struct report_note *n = MORE(&r->notes);
	const char *rest = l->event.p + l->event.n + 1;

	record_copy(n->time, sizeof n->time, l->time);
	record_copy(n->event, sizeof n->event, l->event);
	n->details = report_masked(r, *rest == ',' ? rest + 1 : "", true);
	if (*n->details != '\0')
		n->details[strlen(n->details) - 1] = '\0';
}

/* ----------------------------------------------------------------- the end */

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct report_app *)a)->name,
	    ((const struct report_app *)b)->name);
}

static int
by_number(const void *a, const void *b)
{
	const struct report_rule *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->code, y->code) != 0 ? strcmp(x->code, y->code) :
	    strcmp(x->app, y->app);
}

static int
by_age(const void *a, const void *b)
{
	const struct report_held *x = a, *y = b;

	if (x->age != y->age)
		return x->age > y->age ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void
sort(void *v, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(v, n, size, order);
}

void
report_sort(struct report *r)
{
	sort(r->apps.v, r->apps.n, sizeof *r->apps.v, by_name);
	sort(r->rules.v, r->rules.n, sizeof *r->rules.v, by_number);
	sort(r->held.v, r->held.n, sizeof *r->held.v, by_age);
	for (size_t i = r->runs.n; i > 0; i--)
		if (!r->runs.v[i - 1].of_day)
			forget_run(r, i - 1);
}

void
report_free_parts(struct report *r)
{
	for (size_t i = 0; i < r->refusals.n; i++) {
		free(r->refusals.v[i].package);
		free(r->refusals.v[i].codes);
	}
	for (size_t i = 0; i < r->acts.n; i++) {
		free(r->acts.v[i].user);
		free(r->acts.v[i].reason);
	}
	for (size_t i = 0; i < r->notes.n; i++)
		free(r->notes.v[i].details);
	for (size_t i = 0; i < r->held.n; i++) {
		free(r->held.v[i].package);
		free(r->held.v[i].codes);
	}
	free(r->apps.v);
	free(r->rules.v);
	free(r->refusals.v);
	free(r->runs.v);
	free(r->acts.v);
	free(r->notes.v);
	free(r->held.v);
}
