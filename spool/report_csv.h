#ifndef SPOOL_REPORT_CSV_H
#define SPOOL_REPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>

/*
 * report_csv: tables for spreadsheets and audit tools.
 *
 * UTF-8 with a BOM, `;` between cells, CRLF behind rows, quotes where they
 * are needed: what Excel in Norway opens by itself.  A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */

struct buf;
struct report;
struct report_event;
struct report_refusal;

struct report_csv {
	struct buf *out;
	bool filled;			/* a cell stands in this row */
};

void report_cell(struct report_csv *, const char *text);
void report_cell_num(struct report_csv *, int64_t);
void report_row_end(struct report_csv *);

void report_packages_head(struct buf *);
void report_packages_row(struct buf *, const struct report_event *);

/* A row for each of the findings, squeezed; NULL: for each of the codes. */
void report_rejects_head(struct buf *);
void report_rejects_rows(struct buf *, const struct report_refusal *,
    const char *findings);

void report_balance_csv(struct buf *, const struct report *);
void report_actions_csv(struct buf *, const struct report *);

#endif
