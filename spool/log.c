#include "spool/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/batch.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/text.h"

static const char *program;
static enum log_level most_wanted = LEVEL_INFO;
static bool journal;

/* A child of a service has JOURNAL_STREAM too, but perhaps another stderr. */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) == -1)
		return false;
	snprintf(mine, sizeof mine, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, mine) == 0;
}

void
log_start(const char *name, enum log_level most)
{
	program = name;
	most_wanted = most;
	journal = is_journal();
}

static void
begin(struct buf *b, enum log_level level)
{
	if (journal)
		buf_fmt(b, "<%d>", (int)level);
	else if (program != NULL)
		buf_fmt(b, "%s: ", program);
}

static void
end(struct buf *b)
{
	struct err e;

	buf_char(b, '\n');
	/* There is nowhere to tell that stderr is gone. */
	(void)fsx_write(STDERR_FILENO, b->p, b->len, &e);
	buf_free(b);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	struct buf line = { 0 }, text = { 0 };
	va_list ap;

	if (level > most_wanted)
		return;
	va_start(ap, fmt);
	buf_vfmt(&text, fmt, ap);
	va_end(ap);
	begin(&line, level);
	text_name(&line, buf_text(&text), text.len);
	end(&line);
	buf_free(&text);
}

/* name="…" with what would end it too soon taken out of the way. */
static void
quoted(struct buf *b, const char *name, const char *value)
{
	struct buf shown = { 0 };

	text_name(&shown, value, strlen(value));
	buf_fmt(b, " %s=\"", name);
	for (size_t i = 0; i < shown.len; i++) {
		if (shown.p[i] == '"')
			buf_char(b, '\\');
		buf_char(b, shown.p[i]);
	}
	buf_char(b, '"');
	buf_free(&shown);
}

static void
plain(struct buf *b, const char *name, const char *value)
{
	if (*value == '\0')
		return;
	buf_fmt(b, "%s%s=", b->len > 0 && b->p[b->len - 1] != '>' &&
	    b->p[b->len - 1] != ' ' ? " " : "", name);
	text_name(b, value, strlen(value));
}

static void
codes(struct buf *b, const char *list)
{
	if (*list == '\0')
		return;
	buf_str(b, " codes=");
	for (; *list != '\0'; list++)
		buf_char(b, *list == ' ' ? ',' : *list);
}

void
log_package(const struct batch_event *v)
{
	enum log_level level = v->state == STATE_HELD ||
	    v->state == STATE_REJECTED ? LEVEL_WARNING : LEVEL_INFO;
	struct buf b = { 0 };

	if (level > most_wanted)
		return;
	begin(&b, level);
	plain(&b, "id", v->id);
	plain(&b, "state", state_name(v->state));
	codes(&b, v->codes);
	plain(&b, "app", v->app);
	if (v->instances > 0)
		buf_fmt(&b, " instances=%zu", v->instances);
	quoted(&b, "package", v->package);
	end(&b);
}

static void
log_fault(const struct fault *x)
{
	const bool warning = x->level == FAULT_WARNING;
	struct buf where = { 0 };

	buf_str(&where, x->file);
	if (x->line > 0)
		buf_fmt(&where, ":%ld", x->line);
	if (x->column > 0)
		buf_fmt(&where, ":%ld", x->column);
	log_line(warning ? LEVEL_WARNING : LEVEL_ERROR,
	    "%s%s (%s); try: flerapp doctor", warning ? "warning: " : "",
	    x->text, buf_text(&where));
	buf_free(&where);
}

void
log_faults(const struct faults *f)
{
	for (size_t i = 0; i < f->n; i++)
		log_fault(&f->v[i]);
}

int
log_err(const struct err *e)
{
	const char *hint = err_hint(e->kind);

	if (e->text[0] != '\0')
		log_line(e->kind == ERR_BOOKS ? LEVEL_CRITICAL : LEVEL_ERROR,
		    "%s%s%s", e->text, *hint != '\0' ? "; try: " : "", hint);
	return (int)e->kind;
}
