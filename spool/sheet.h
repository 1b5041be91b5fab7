#ifndef SPOOL_SHEET_H
#define SPOOL_SHEET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * sheet: tables for spreadsheets and audit tools, written by libcsv.
 *
 * UTF-8 with a BOM, `;` between cells, CRLF behind rows, quotes where they
 * are needed: what Excel in Norway opens by itself.  A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */

struct buf;

struct sheet {
	struct buf *out;
	bool filled;			/* a cell stands in this row */
};

void sheet_head(struct buf *, const char *const *names);  /* ends in NULL */
void sheet_cell(struct sheet *, const char *text);
void sheet_num(struct sheet *, int64_t);
void sheet_end(struct sheet *);			/* of the row */

#endif
