#include "spool/cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/log.h"
#include "spool/record.h"
#include "spool/sheet.h"

/*
 * The columns, for ever in this order: new members go to `other`, as JSON.
 * Of lists the texts, or what the objects call `list`, parted by blanks.
 */
static const struct {
	const char *name, *list;
} columns[] = {
	{ "seq", NULL }, { "time", NULL }, { "event", NULL }, { "id", NULL },
	{ "package", NULL }, { "sha256", NULL }, { "size", NULL },
	{ "instance", NULL }, { "app", NULL }, { "state", NULL },
	{ "act", NULL }, { "reason", NULL }, { "user", NULL },
	{ "codes", "" }, { "instances", "path" }, { "run", NULL },
	{ "group", NULL }, { "other", NULL }, { "prev", NULL },
};

enum { COLUMNS = sizeof columns / sizeof *columns, OTHER = COLUMNS - 2 };
enum { CHUNK = 64 * 1024 };

struct export {
	const char *day;		/* NULL: all of them */
	struct buf cells[COLUMNS];
	struct buf out, text;
};

static size_t
column_of(struct slice key)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (i != OTHER && record_is(key, columns[i].name))
			return i;
	return OTHER;
}

static void
add_text(struct buf *b, const char *text, size_t n)
{
	if (b->len > 0)
		buf_char(b, ' ');
	buf_add(b, text, n);
}

/* A list of texts: they are codes, and have nothing escaped in them. */
static void
add_texts(struct buf *b, struct slice raw)
{
	const char *p = raw.p, *end = raw.p + raw.n, *open, *close;

	while ((open = memchr(p, '"', (size_t)(end - p))) != NULL &&
	    (close = memchr(open + 1, '"', (size_t)(end - open - 1))) != NULL) {
		add_text(b, open + 1, (size_t)(close - open - 1));
		p = close + 1;
	}
}

static void
add_objects(struct export *x, struct buf *b, struct slice raw,
    const char *member)
{
	struct slice object;

	while (record_next(&raw, &object))
		if (json_get_str(object.p, member, &x->text))
			add_text(b, x->text.p, x->text.len);
}

static void
add_other(struct buf *b, struct slice key, struct slice raw)
{
	buf_char(b, b->len == 0 ? '{' : ',');
	buf_char(b, '"');
	buf_add(b, key.p, key.n);
	buf_str(b, "\":");
	buf_add(b, raw.p, raw.n);
}

static void
take_member(struct export *x, const char *line, struct slice key,
    struct slice raw)
{
	const size_t i = column_of(key);
	const char *list = columns[i].list;
	struct buf *b = &x->cells[i];

	if (i == OTHER)
		add_other(b, key, raw);
	else if (list != NULL && *raw.p == '[' && *list == '\0')
		add_texts(b, raw);
	else if (list != NULL && *raw.p == '[')
		add_objects(x, b, raw, list);
	else if (*raw.p != '"')
		buf_add(b, raw.p, raw.n);
	else if (memchr(raw.p, '\\', raw.n) == NULL)
		buf_add(b, raw.p + 1, raw.n - 2);
	else
		json_get_str(line, columns[i].name, b);
}

static int
flush(struct export *x, size_t from, struct err *e)
{
	size_t n = x->out.len;

	if (n <= from)
		return 0;
	if (fwrite(x->out.p, 1, n, stdout) != n || fflush(stdout) == EOF)
		return err_sys(e, "write to stdout");
	buf_reset(&x->out);
	return 0;
}

static int
export_line(void *arg, const struct ledger_line *l, struct err *e)
{
	struct slice at = { l->text, l->len }, key, raw;
	struct export *x = arg;
	struct sheet row = { .out = &x->out };

	if (x->day != NULL && strcmp(l->day, x->day) != 0)
		return 0;
	for (size_t i = 0; i < COLUMNS; i++)
		buf_reset(&x->cells[i]);
	while (record_member(&at, &key, &raw))
		take_member(x, l->text, key, raw);
	if (x->cells[OTHER].len > 0)
		buf_char(&x->cells[OTHER], '}');
	for (size_t i = 0; i < COLUMNS; i++)
		sheet_cell(&row, buf_text(&x->cells[i]));
	sheet_end(&row);
	return flush(x, CHUNK, e);
}

/* What is no record any more is not in the table: that must be seen. */
static int
export(struct export *x, int dir)
{
	const char *names[COLUMNS + 1] = { NULL };
	struct ledger *l;
	int rc = 0;
	struct err e;

	for (size_t i = 0; i < COLUMNS; i++)
		names[i] = columns[i].name;
	sheet_head(&x->out, names);
	l = ledger_open(dir, false, export_line, x, &e);
	if (l == NULL || flush(x, 0, &e) == -1) {
		rc = cmd_fail(&e);
	} else if (ledger_unread(l) > 0) {
		rc = ERR_BOOKS;
		log_line(LEVEL_CRITICAL, "%zu lines are no records and were "
		    "left out; try: flerapp ledger verify",
		    ledger_unread(l));
	}
	ledger_close(l);
	return rc;
}

static int
open_ledger(const struct cmdline *c, int *dir)
{
	const char *root = c->spool;
	struct conf conf;
	struct err e;
	int rc;

	if (root == NULL) {
		if ((rc = cmd_conf(c, &conf)) != 0)
			return rc;
		root = conf.spool.root;
	}
	return cmd_open_ledger(root, dir, &e) == -1 ? cmd_fail(&e) : 0;
}

int
cmd_export(const struct cmdline *c)
{
	struct export x = { .day = NULL };
	char day[STAMP_DAY + 1];
	int dir = -1, rc;

	if (c->date != NULL && !cmd_day(c->date, day))
		return cmd_usage(c, "--date is a day as 2026-03-03, today or "
		    "yesterday (%s)", c->date);
	if (c->date != NULL)
		x.day = day;
	rc = open_ledger(c, &dir);
	if (rc == 0)
		rc = export(&x, dir);
	if (dir != -1)
		close(dir);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_free(&x.cells[i]);
	buf_free(&x.out);
	buf_free(&x.text);
	return rc;
}
