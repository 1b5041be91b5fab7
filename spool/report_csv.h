#ifndef SPOOL_REPORT_CSV_H
#define SPOOL_REPORT_CSV_H

/*
 * report_csv: the report's tables for spreadsheets and audit tools.
 */

struct buf;
struct report;
struct report_event;
struct report_refusal;

void report_packages_head(struct buf *);
void report_packages_row(struct buf *, const struct report_event *);

/* A row for each of the findings, squeezed; NULL: for each of the codes. */
void report_rejects_head(struct buf *);
void report_rejects_rows(struct buf *, const struct report_refusal *,
    const char *findings);

void report_balance_csv(struct buf *, const struct report *);
void report_actions_csv(struct buf *, const struct report *);

#endif
