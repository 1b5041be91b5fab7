#include "spool/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/fault.h"
#include "spool/mem.h"

enum needs { NOTHING, SETTINGS, SPOOL };

static const struct {
	const char *name;
	void (*check)(struct doctor *);
	enum needs needs;
} checks[] = {
	{ "settings", doctor_settings, NOTHING },
	{ "key", doctor_key, SETTINGS },
	{ "signing", doctor_signing_key, SETTINGS },
	{ "maps", doctor_maps, SETTINGS },
	{ "worker", doctor_worker, NOTHING },
	{ "memory", doctor_memory, SETTINGS },
	{ "kernel", doctor_kernel, NOTHING },
	{ "folders", doctor_folders, NOTHING },
	{ "space", doctor_space, SPOOL },
	{ "clock", doctor_clock, NOTHING },
	{ "incoming", doctor_incoming, SPOOL },
	{ "runs", doctor_runs, SPOOL },
	{ "ledger", doctor_ledger, SPOOL },
	{ "books", doctor_books, SPOOL },
	{ "retention", doctor_retention, SPOOL },
};

enum { CHECKS = sizeof checks / sizeof *checks };

/*
 * What was lost or changed comes first, then what keeps everything from
 * starting, then what keeps it from going on.
 */
static const enum err_kind worst_first[] = {
	ERR_BOOKS, ERR_CONFIG, ERR_RIGHTS, ERR_IO, ERR_SYSTEM, ERR_SPACE,
};

static const char *const level_names[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning",
	[DOCTOR_FAULT] = "fault",
};

/* -------------------------------------------------------------------- rows */

bool
doctor_said(const struct doctor *d, const char *text)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->rows[i].text, text) == 0)
			return true;
	return false;
}

static void
add(struct doctor *d, struct doctor_row row, const char *fmt, va_list ap)
{
	struct buf b = { 0 };

	buf_vfmt(&b, fmt, ap);
	row.check = d->check;
	row.text = mem_dup(buf_text(&b));
	row.hint = mem_dup(row.hint);
	d->rows = mem_grow(d->rows, &d->cap, d->n + 1, sizeof row);
	d->rows[d->n++] = row;
	buf_free(&b);
}

void
doctor_ok(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, (struct doctor_row){ .level = DOCTOR_OK }, fmt, ap);
	va_end(ap);
}

void
doctor_warn(struct doctor *d, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, (struct doctor_row){ .level = DOCTOR_WARNING,
	    .hint = (char *)hint }, fmt, ap);
	va_end(ap);
}

void
doctor_fault(struct doctor *d, enum err_kind kind, const char *hint,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, (struct doctor_row){ .level = DOCTOR_FAULT, .kind = kind,
	    .hint = (char *)hint }, fmt, ap);
	va_end(ap);
}

const char *
doctor_level_name(enum doctor_level level)
{
	return level_names[level];
}

int
doctor_exit(const struct doctor *d)
{
	for (size_t k = 0; k < sizeof worst_first / sizeof *worst_first; k++)
		for (size_t i = 0; i < d->n; i++)
			if (d->rows[i].level == DOCTOR_FAULT &&
			    d->rows[i].kind == worst_first[k])
				return (int)worst_first[k];
	return 0;
}

/* ------------------------------------------------------------------ checks */

static bool
can(struct doctor *d, enum needs needs)
{
	if (needs == SETTINGS && d->faults->errors > 0) {
		doctor_warn(d, NULL, "not looked at: the settings come first");
		return false;
	}
	if (needs == SPOOL && d->spool.root == -1) {
		doctor_warn(d, NULL, "not looked at: the spool cannot be "
		    "opened");
		return false;
	}
	return true;
}

bool
doctor_step(struct doctor *d)
{
	if (d->next == CHECKS)
		return false;
	d->check = checks[d->next].name;
	if (can(d, checks[d->next].needs))
		checks[d->next].check(d);
	d->next++;
	return true;
}

void
doctor_init(struct doctor *d, const struct conf *conf,
    const struct faults *faults)
{
	struct stat st;
	struct err e;

	*d = (struct doctor){ .conf = conf, .faults = faults };
	d->spool.root = -1;
	d->owner = geteuid() == 0;
	if (conf->spool.root[0] == '\0')
		return;
	if (stat(conf->spool.root, &st) == 0 && st.st_uid == geteuid())
		d->owner = true;
	if (spool_open(&d->spool, conf, false, &e) == -1)
		d->spool.root = -1;
}

void
doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->rows[i].text);
		free(d->rows[i].hint);
	}
	free(d->rows);
	if (d->spool.root != -1)
		spool_close(&d->spool);
}
