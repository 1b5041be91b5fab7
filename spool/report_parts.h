#ifndef SPOOL_REPORT_PARTS_H
#define SPOOL_REPORT_PARTS_H

#include <stdbool.h>

#include "spool/record.h"
#include "spool/report.h"

/*
 * report_parts: the lists of a report, as they grow.  For report.c only.
 */

struct package;

struct report_refused {
	const char *id, *app, *package, *codes;
	enum state to;
	struct slice time;
};

/* A stranger's or operator's text as it may be shown; the caller frees it. */
char *report_masked(struct report *, const char *text, bool name);

struct report_app *report_app_of(struct report *, const char *name);

/* Started or ended: true; of_day: it belongs to the day itself. */
bool report_run_line(struct report *, const struct record *,
    const char *line, bool of_day);
struct report_run *report_run_of(struct report *, struct slice id);

void report_hold(struct report *, const struct package *);
void report_refuse(struct report *, const struct report_refused *);
void report_acted(struct report *, const struct record *, const char *app,
    const char *line);

/* A purge is one act, however many lines it has. */
void report_purged(struct report *, const struct record *, const char *line);
void report_noted(struct report *, const struct record *);

/* Apps by name, rules by number, what is held by age; idle runs go. */
void report_sort(struct report *);
void report_free_parts(struct report *);

#endif
