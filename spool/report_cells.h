#ifndef SPOOL_REPORT_CELLS_H
#define SPOOL_REPORT_CELLS_H

#include <stdint.h>

/*
 * report_cells: the pieces of the HTML report; all text is escaped here.
 */

struct buf;

void report_escape(struct buf *, const char *text);

/* A section with its heading; closed by the next one's, or report_close(). */
void report_section(struct buf *, const char *id, const char *heading);
void report_close(struct buf *);

/* A paragraph; the text is ours and may hold tags. */
void report_say(struct buf *, const char *html);

/*
 * A table: heads end in NULL, one that begins with # is over numbers.  It
 * scrolls by itself where the screen is narrow.
 */
void report_table(struct buf *, const char *caption,
    const char *const *heads);
void report_table_end(struct buf *);
void report_tr(struct buf *, const char *kind);	/* NULL, or its class */
void report_th(struct buf *, const char *text);	/* at the head of a row */
void report_td(struct buf *, const char *text);
void report_td_code(struct buf *, const char *text);
void report_td_num(struct buf *, int64_t);
void report_td_time(struct buf *, const char *stamp);
void report_num(struct buf *, int64_t);		/* 12 345, no cell */

#endif
