#ifndef SPOOL_REPORT_PAGE_H
#define SPOOL_REPORT_PAGE_H

#include <stdbool.h>

#include "spool/digest.h"

/*
 * report_page: the report for people (HTML, plain text) and programs (JSON).
 *
 * The HTML is one file without scripts and without references to others, and
 * its Content-Security-Policy allows nothing but its own style sheet, by its
 * hash.
 */

struct buf;
struct report;
struct tally;
struct verify_result;

struct report_facts {
	const struct report *report;
	const struct tally *now;	/* NULL: no right to see all folders */
	const struct verify_result *ledger;
	const char *spool, *environment;
	bool sound;
	const char *why;		/* when it is not */
	char head[DIGEST_HEX + 1];	/* hash of the day's last line, or "" */
	bool past;			/* the day is over */
};

void report_html(struct buf *, const struct report_facts *);
void report_json(struct buf *, const struct report_facts *, bool pretty);
void report_text(struct buf *, const struct report_facts *);

/* For what the page is put together from. */
void report_charts(struct buf *, const struct report *);
void report_items(struct buf *, const struct report_facts *);
void report_runs(struct buf *, const struct report_facts *);
void report_head(struct buf *, const char *title);
const char *report_rule_name(const char *code);
const char *report_rule_action(const char *code);

#endif
