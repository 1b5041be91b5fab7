#include "spool/cmd.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/cmd_multipart.h"
#include "spool/desk.h"
#include "spool/dossier.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/original.h"
#include "spool/record.h"
#include "spool/reread.h"
#include "spool/text.h"

enum { REASON_MAX = 64 << 20 };

struct showing {
	struct desk desk;
	struct dossiers *all;
	bool json;
	struct buf text;
};

typedef int show_fn(struct showing *, const struct dossier *, const char *key,
    struct err *);

static const char *
known(const char *s)
{
	return *s != '\0' ? s : NULL;
}

static int
read_reason(struct showing *s, const struct dossier *x, struct buf *b,
    struct err *e)
{
	if (x->purged)
		return 0;
	return reread_reason(s->desk.spool.root, x->state, x->id, b, e);
}

/* -------------------------------------------------------------------- show */

static void
facts_json(struct json *j, const struct dossier *x)
{
	json_str(j, "id", x->id);
	json_str(j, "package", x->name);
	json_str(j, "sha256", x->sha256);
	json_num(j, "size", x->size);
	json_str(j, "instance", known(x->guid));
	json_str(j, "app", known(x->app));
	json_str(j, "state", state_name(x->state));
	json_str(j, "received", x->received);
	json_str(j, "time", x->time);
}

/* The findings as they were written, or none. */
static void
findings_json(struct showing *s, struct json *j, const struct buf *reason)
{
	const char *raw;
	size_t n;

	buf_reset(&s->text);
	if (json_get_raw(buf_text(reason), "findings", &raw, &n))
		buf_add(&s->text, raw, n);
	else
		buf_str(&s->text, "[]");
	json_raw(j, "findings", buf_text(&s->text));
}

/* Which of the instances a replay has made again. */
static void
replaced_json(struct json *j, const struct dossier *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n_made; i++) {
		if (*x->made[i].replaces == '\0')
			continue;
		if (n++ == 0)
			json_open(j, "replaced", '[');
		json_open(j, NULL, '{');
		json_str(j, "path", x->made[i].replaces);
		json_str(j, "by", x->made[i].path);
		json_close(j, '}');
	}
	if (n > 0)
		json_close(j, ']');
}

static int
show_json(struct showing *s, const struct dossier *x, const char *path,
    struct err *e)
{
	struct buf b = { 0 }, reason = { 0 };
	struct json j;
	int rc = read_reason(s, x, &reason, e);

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	facts_json(&j, x);
	if (x->again > 0)
		json_num(&j, "again", (int64_t)x->again);
	if (x->purged)
		json_bool(&j, "purged", true);
	else
		json_str(&j, "path", path);
	findings_json(s, &j, &reason);
	json_open(&j, "instances", '[');
	for (size_t i = 0; i < x->n_made; i++)
		json_str(&j, NULL, x->made[i].path);
	json_close(&j, ']');
	replaced_json(&j, x);
	json_close(&j, '}');
	if (rc == 0)
		puts(buf_text(&b));
	buf_free(&b);
	buf_free(&reason);
	return rc;
}

static void
line(const char *name, const char *value)
{
	if (*value != '\0')
		printf("%-10s %s\n", name, value);
}

static int
show_text(const struct dossier *x, const char *path)
{
	line("id", x->id);
	line("state", state_name(x->state));
	line("package", x->name);
	line("sha256", x->sha256);
	printf("%-10s %" PRId64 "\n", "size", x->size);
	line("instance", x->guid);
	line("app", x->app);
	line("received", x->received);
	line("since", x->time);
	if (x->again > 0)
		printf("%-10s %" PRIu64 " time%s\n", "came again", x->again,
		    x->again == 1 ? "" : "s");
	line("lies in", x->purged ? "nowhere: removed by retention" : path);
	for (size_t i = 0; i < x->n_made; i++) {
		const char *next = dossier_next(x, x->made[i].path);

		line(i == 0 ? "instances" : "", x->made[i].path);
		if (next != NULL)
			printf("%-10s   replaced by %s\n", "", next);
	}
	if (!x->purged &&
	    (x->state == STATE_HELD || x->state == STATE_REJECTED))
		printf("%-10s flerapp why %s\n", "try", x->id);
	return 0;
}

static int
show(struct showing *s, const struct dossier *x, const char *key,
    struct err *e)
{
	char path[ORIGINAL_PATH];

	(void)key;
	original_path(path, x->state, x->id, x->name, x->time);
	return s->json ? show_json(s, x, path, e) : show_text(x, path);
}

/* ------------------------------------------------------------------- events */

static void
trace_member(struct showing *s, const char *text, const char *key)
{
	if (json_get_str(text, key, &s->text))
		printf("  %s: %s", key, buf_text(&s->text));
}

static void
trace_event(struct showing *s, const char *text)
{
	char time[STAMP_LEN + 1], event[RECORD_EVENT];
	struct record r;

	if (!record_parse(&r, text, strlen(text)))
		return;
	record_copy(time, sizeof time, r.time);
	record_copy(event, sizeof event, r.event);
	printf("  %s  %-9s  line %" PRId64, time, event, r.seq);
	trace_member(s, text, "run");
	trace_member(s, text, "user");
	trace_member(s, text, "reason");
	putchar('\n');
}

/* --------------------------------------------------------------------- why */

static int
why_json(struct showing *s, const struct dossier *x, struct err *e)
{
	struct buf b = { 0 }, reason = { 0 };
	struct json j;
	int rc = read_reason(s, x, &reason, e);

	if (rc == 0 && reason.len > 0) {
		puts(buf_text(&reason));
	} else if (rc == 0) {
		json_init(&j, &b, false);
		json_open(&j, NULL, '{');
		facts_json(&j, x);
		findings_json(s, &j, &reason);
		json_close(&j, '}');
		puts(buf_text(&b));
	}
	buf_free(&b);
	buf_free(&reason);
	return rc;
}

/* What the ledger still has of it: rules, who removed it, and why. */
static int
print_removed(struct showing *s, const struct dossier *x)
{
	const char *raw;
	size_t n;

	printf("%s: %s since %s; its bytes are removed by retention\n",
	    x->name, state_name(x->state), x->time);
	for (size_t i = 0; i < x->n_lines; i++) {
		if (json_get_raw(x->lines[i], "codes", &raw, &n))
			printf("  codes: %.*s\n", (int)n, raw);
		if (i + 1 == x->n_lines)
			trace_event(s, x->lines[i]);
	}
	return 0;
}

static int
print_reason(struct showing *s, const struct dossier *x, struct err *e)
{
	char path[ID_MAX + 64];
	struct buf b = { 0 };
	int rc;

	snprintf(path, sizeof path, "%s/%s/reason.txt",
	    place_name(state_place(x->state)), x->id);
	rc = fsx_read(s->desk.spool.root, path, REASON_MAX, &b, e);
	if (rc == 0)
		fputs(buf_text(&b), stdout);
	buf_free(&b);
	return rc;
}

static int
why(struct showing *s, const struct dossier *x, const char *key,
    struct err *e)
{
	(void)key;
	if (s->json)
		return why_json(s, x, e);
	if (x->purged)
		return print_removed(s, x);
	if (x->state == STATE_HELD || x->state == STATE_REJECTED)
		return print_reason(s, x, e);
	printf("%s: %s since %s", x->name, state_name(x->state), x->time);
	if (x->guid[0] != '\0')
		printf(", instance %s of %s", x->guid, x->app);
	printf("; nothing is wrong with it%s\n",
	    x->state == STATE_ACCEPTED ? "; try: flerapp run" : "");
	return 0;
}

/* ------------------------------------------------------------------- trace */

/* Whether it still lies there; an owner's system may have taken it. */
static bool
in_outbox(const struct showing *s, const char *made)
{
	const int dir = s->desk.spool.dir[PLACE_OUTBOX];
	char zip[ID_APP_MAX + ID_OWNER_MAX + ID_KEY_MAX + 8];
	struct stat st;

	snprintf(zip, sizeof zip, "%s.zip", made);
	return dir != -1 && (fstatat(dir, made, &st, 0) == 0 ||
	    fstatat(dir, zip, &st, 0) == 0);
}

/* By retention; org/app/owner/key, without the .zip it may have. */
static bool
is_removed(const struct dossier *x, const char *made)
{
	const size_t top = sizeof "outbox/" - 1, n = strlen(made);
	struct record r;

	for (size_t i = 0; i < x->n_lines; i++)
		if (record_parse(&r, x->lines[i], strlen(x->lines[i])) &&
		    record_is(r.what, "instance") && r.path.n >= top + n &&
		    memcmp(r.path.p + top, made, n) == 0 &&
		    (r.path.n == top + n || r.path.p[top + n] == '.'))
			return true;
	return false;
}

/* Without a key, all of them. */
static bool
is_asked(const struct dossier *x, size_t i, const char *key)
{
	return *key == '\0' || x->made[i].path == dossier_made(x, key);
}

static void
trace_made(const struct showing *s, const struct dossier *x,
    const struct dossier_made *m)
{
	const char *next = dossier_next(x, m->path);

	printf("  -> outbox/%s%s\n", m->path, in_outbox(s, m->path) ? "" :
	    is_removed(x, m->path) ? "  (removed by retention)" :
	    "  (taken away since)");
	if (*m->replaces != '\0')
		printf("     in place of outbox/%s\n", m->replaces);
	if (next != NULL)
		printf("     replaced by outbox/%s\n", next);
}

static void
trace_json(struct showing *s, const struct dossier *x, const char *key)
{
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	facts_json(&j, x);
	json_open(&j, "instances", '[');
	for (size_t i = 0; i < x->n_made; i++) {
		if (!is_asked(x, i, key))
			continue;
		json_open(&j, NULL, '{');
		json_str(&j, "path", x->made[i].path);
		json_bool(&j, "outbox", in_outbox(s, x->made[i].path));
		json_str(&j, "replaces", known(x->made[i].replaces));
		json_str(&j, "replacedBy", dossier_next(x, x->made[i].path));
		if (is_removed(x, x->made[i].path))
			json_bool(&j, "removed", true);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "events", '[');
	for (size_t i = 0; i < x->n_lines; i++)
		json_raw(&j, NULL, x->lines[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
}

static int
trace(struct showing *s, const struct dossier *x, const char *key,
    struct err *e)
{
	(void)e;
	if (s->json) {
		trace_json(s, x, key);
		return 0;
	}
	printf("%s\n  id %s, sha256 %s\n", x->name, x->id, x->sha256);
	if (x->guid[0] != '\0')
		printf("  instance %s of %s\n", x->guid, x->app);
	for (size_t i = 0; i < x->n_lines; i++)
		trace_event(s, x->lines[i]);
	for (size_t i = 0; i < x->n_made; i++)
		if (is_asked(x, i, key))
			trace_made(s, x, &x->made[i]);
	return 0;
}

/* ---------------------------------------------------------------- together */

static int
no_such(const char *text, struct err *e)
{
	struct buf shown = { 0 };

	text_name(&shown, text, strlen(text));
	err_set(e, ERR_NO_INPUT, "no such package (%s)", buf_text(&shown));
	buf_free(&shown);
	return cmd_fail(e);
}

static int
each(struct showing *s, const struct cmdline *c, size_t i, show_fn *fn)
{
	const struct dossier *x = NULL;
	struct err e;
	size_t n = 0;

	while ((x = dossiers_next(s->all, i, x)) != NULL) {
		if (!s->json && (i > 0 || n > 0))
			putchar('\n');
		n++;
		if (fn(s, x, dossiers_key(s->all, i), &e) == -1)
			return cmd_fail(&e);
	}
	return n > 0 ? 0 : no_such(c->args[i], &e);
}

static int
look_up(const struct cmdline *c, show_fn *fn)
{
	struct showing s = { .json = c->json, .all = dossiers_new() };
	int rc, one;
	bool opened;

	for (size_t i = 0; i < c->n_args; i++)
		dossiers_want(s.all, c->args[i]);
	s.desk.first = dossiers_feed;
	s.desk.arg = s.all;
	rc = desk_open(&s.desk, c, false);
	opened = rc == 0;
	for (size_t i = 0; opened && i < c->n_args; i++)
		if ((one = each(&s, c, i, fn)) != 0)
			rc = one;
	desk_close(&s.desk);
	dossiers_free(s.all);
	buf_free(&s.text);
	return rc;
}

int
cmd_show(const struct cmdline *c)
{
	if (c->multipart || c->header)
		return cmd_multipart(c);
	return look_up(c, show);
}

int
cmd_why(const struct cmdline *c)
{
	return look_up(c, why);
}

int
cmd_trace(const struct cmdline *c)
{
	return look_up(c, trace);
}
