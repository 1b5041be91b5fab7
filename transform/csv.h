#ifndef TRANSFORM_CSV_H
#define TRANSFORM_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/arena.h"

/*
 * csv: a table of the operator, read with libcsv.
 *
 * UTF-8 with or without BOM; the first row names the columns and shows the
 * separator: `;` when there is one in it, else `,`.  Blanks around a cell
 * that is not quoted do not belong to it.  Quoted cells keep theirs and may
 * hold line breaks; "" stands for a quote.  Rows without any text are
 * skipped.  Rows count from 0, without the header.
 *
 * Columns are told by where they stand in the format, whatever their order
 * in the file.  A struct csv owns everything that it gives.
 */

struct faults;

enum {
	CSV_FILE_MAX = 32 << 20,
	CSV_ROWS_MAX = 500000,
	CSV_COLUMNS_MAX = 64,
	CSV_CELL_MAX = 64 << 10,
};

struct csv_column {
	const char *name;		/* case counts */
	bool required;			/* must be in the header */
};

struct csv_format {
	const struct csv_column *columns;
	size_t n_columns;
	bool others;			/* further columns may stand there */
};

struct csv {
	struct arena arena;
	const char *label;		/* the name that faults show */
	char separator;
	size_t n_rows;
	struct csv_row *rows;
	size_t n_columns;		/* those of the format, then others */
	struct csv_name *columns;
};

/* Where a cell stands: what faults name. */
struct csv_place {
	const char *file;
	long line;			/* in which the row begins */
	long column;			/* from 1; 0 is not in the file */
	const char *name;
};

/*
 * Read bytes, or the file at path.  All faults go to the list; -1 when there
 * was any.  csv_done() either way; a zeroed struct is an empty table.
 */
int csv_read(struct csv *, const char *label, const char *bytes, size_t n,
    const struct csv_format *, struct faults *);
int csv_load(struct csv *, const char *label, const char *path,
    const struct csv_format *, struct faults *);
void csv_done(struct csv *);		/* csv_free is libcsv's */

/* The column's index, of the format or another; false: not in the file. */
bool csv_find(const struct csv *, const char *name, size_t *column);
bool csv_has(const struct csv *, size_t column);

/* Never NULL: "" where there is no such cell. */
const char *csv_cell(const struct csv *, size_t row, size_t column);
struct csv_place csv_place(const struct csv *, size_t row, size_t column);

/* A fault at a place; the name of the column goes before the text. */
void csv_fault(struct faults *, const struct csv_place *, const char *, ...)
    __attribute__((format(printf, 3, 4)));

#endif
