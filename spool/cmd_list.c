#include "spool/cmd.h"

#include <stdio.h>
#include <string.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/desk.h"
#include "spool/err.h"
#include "spool/incoming.h"
#include "spool/json.h"
#include "spool/record.h"
#include "spool/reread.h"

struct listing {
	struct desk desk;
	bool json, all;
	enum state only;
	struct buf last;		/* the last line that is `received` */
	struct buf out, text;
};

struct row {
	enum state state;
	const struct package *package;
	char time[STAMP_LEN + 1];
	struct slice made;		/* the list of a published one */
	size_t n_made;
};

static bool
wanted(const struct listing *l, enum state s)
{
	return l->all || l->only == s;
}

static void
json_made(struct listing *l, struct json *j, struct slice list)
{
	struct slice object;

	json_open(j, "instances", '[');
	while (record_next(&list, &object))
		if (json_get_str(object.p, "path", &l->text))
			json_str(j, NULL, buf_text(&l->text));
	json_close(j, ']');
}

static void
json_codes(struct listing *l, struct json *j, struct slice list)
{
	struct slice object;

	json_open(j, "codes", '[');
	while (record_next(&list, &object))
		if (json_get_str(object.p, "code", &l->text))
			json_str(j, NULL, buf_text(&l->text));
	json_close(j, ']');
}

static const char *
known(const char *s)
{
	return *s != '\0' ? s : NULL;
}

static void
row_json(struct listing *l, const struct row *r, struct slice findings)
{
	const struct package *p = r->package;
	struct json j;

	buf_reset(&l->out);
	json_init(&j, &l->out, false);
	json_open(&j, NULL, '{');
	json_str(&j, "id", p->id);
	json_str(&j, "package", p->name);
	json_str(&j, "sha256", p->sha256);
	json_num(&j, "size", (int64_t)p->size);
	json_str(&j, "instance", known(p->guid));
	json_str(&j, "app", known(p->app));
	json_str(&j, "state", state_name(r->state));
	json_str(&j, "received", p->received);
	json_str(&j, "time", r->time);
	if (findings.n > 0)
		json_codes(l, &j, findings);
	if (r->state == STATE_PUBLISHED)
		json_made(l, &j, r->made);
	json_close(&j, '}');
	puts(buf_text(&l->out));
}

/* Up to three codes, each once; the rest is for `why`. */
static void
print_codes(struct listing *l, struct slice list)
{
	struct slice object;
	char before[64] = "";
	int n = 0;

	while (record_next(&list, &object)) {
		if (!json_get_str(object.p, "code", &l->text) ||
		    strcmp(before, buf_text(&l->text)) == 0)
			continue;
		if (++n > 3) {
			fputs(" …", stdout);
			return;
		}
		printf(" %s", buf_text(&l->text));
		snprintf(before, sizeof before, "%s", buf_text(&l->text));
	}
}

static void
row_text(struct listing *l, const struct row *r, struct slice findings)
{
	printf("%-9s  %s  %s  %s", state_name(r->state), r->time,
	    r->package->id, r->package->name);
	if (r->state == STATE_PUBLISHED)
		printf("  (%zu instance%s)", r->n_made,
		    r->n_made == 1 ? "" : "s");
	print_codes(l, findings);
	putchar('\n');
}

static void
print_row(struct listing *l, const struct row *r)
{
	struct slice findings = { "", 0 };
	struct buf reason = { 0 };
	struct err e;

	/* Moved on between the books and now, or torn: then without codes. */
	if (reread_reason(l->desk.spool.root, r->state, r->package->id,
	    &reason, &e) == -1 || !json_get_raw(buf_text(&reason),
	    "findings", &findings.p, &findings.n))
		findings = (struct slice){ "", 0 };
	(l->json ? row_json : row_text)(l, r, findings);
	buf_free(&reason);
}

static int
print_waiting(void *arg, const struct package *p, struct err *e)
{
	struct row r = { .state = p->state, .package = p };

	(void)e;
	memcpy(r.time, p->time, sizeof r.time);
	print_row(arg, &r);
	return 0;
}

/* A package from the `received` line that was kept. */
static bool
from_last(struct listing *l, struct package *p)
{
	struct record r;

	if (!record_parse(&r, buf_text(&l->last), l->last.len))
		return false;
	*p = (struct package){ .size = (uint64_t)r.size };
	record_copy(p->id, sizeof p->id, r.id);
	record_copy(p->sha256, sizeof p->sha256, r.sha256);
	record_copy(p->guid, sizeof p->guid, r.instance);
	record_copy(p->app, sizeof p->app, r.app);
	record_copy(p->received, sizeof p->received, r.time);
	buf_reset(&l->text);
	record_text(buf_text(&l->last), "package", &l->text);
	p->name = l->text.p;
	return p->name != NULL;
}

/*
 * Published packages and duplicates are printed as the ledger tells of them:
 * the books, fed behind this, do not keep them.
 */
static void
print_ended(struct listing *l, const struct record *r, enum state to)
{
	char id[ID_MAX + 1];
	struct row row = { .state = to, .made = r->instances,
	    .n_made = r->n_instances };
	struct buf name = { 0 };
	struct package p;

	record_copy(id, sizeof id, r->id);
	record_copy(row.time, sizeof row.time, r->time);
	row.package = books_find(l->desk.books, id);
	if (from_last(l, &p) && strcmp(p.id, id) == 0) {
		buf_str(&name, p.name);
		p.name = name.p;
		row.package = &p;
	}
	if (row.package != NULL)
		print_row(l, &row);
	buf_free(&name);
}

static int
list_line(void *arg, const struct ledger_line *line, struct err *e)
{
	struct listing *l = arg;
	struct record r;
	enum state to;

	(void)e;
	if (!record_parse(&r, line->text, line->len))
		return 0;
	if (record_is(r.event, "received")) {
		buf_reset(&l->last);
		buf_add(&l->last, line->text, line->len);
	} else if (record_state(&r, &to) && wanted(l, to) &&
	    (to == STATE_PUBLISHED || to == STATE_DUPLICATE)) {
		print_ended(l, &r, to);
	}
	return 0;
}

static void
list_incoming(void *arg, const char *shown)
{
	struct listing *l = arg;
	struct json j;

	if (!l->json) {
		printf("%-9s  %s\n", state_name(STATE_INCOMING), shown);
		return;
	}
	buf_reset(&l->out);
	json_init(&j, &l->out, false);
	json_open(&j, NULL, '{');
	json_str(&j, "package", shown);
	json_str(&j, "state", state_name(STATE_INCOMING));
	json_close(&j, '}');
	puts(buf_text(&l->out));
}

static int
list_waiting(struct listing *l, struct err *e)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (wanted(l, states[i]) && books_each(l->desk.books,
		    states[i], print_waiting, l, e) == -1)
			return -1;
	return wanted(l, STATE_INCOMING) ? incoming_each(&l->desk.spool,
	    false, list_incoming, l, e) : 0;
}

static bool
take_state(struct listing *l, const char *name)
{
	l->all = name == NULL;
	if (l->all)
		return true;
	if (strcmp(name, place_name(PLACE_DONE)) == 0)
		name = state_name(STATE_PUBLISHED);
	return state_lookup(name, &l->only);
}

int
cmd_list(const struct cmdline *c)
{
	struct listing l = { .json = c->json };
	struct err e;
	int rc;

	if (!take_state(&l, c->state))
		return cmd_usage(c, "--state is incoming, accepted, held, "
		    "rejected, published or duplicate (%s)", c->state);
	l.desk.first = list_line;
	l.desk.arg = &l;
	rc = desk_open(&l.desk, c, false);
	if (rc == 0 && list_waiting(&l, &e) == -1)
		rc = cmd_fail(&e);
	desk_close(&l.desk);
	buf_free(&l.last);
	buf_free(&l.out);
	buf_free(&l.text);
	return rc;
}
