#include "transform/csv.h"

#include <csv.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/text.h"

enum { FAULTS_MAX = 100 };

struct csv_row {
	long line;
	const char **cells;		/* as many as the header has */
};

struct csv_name {
	const char *name;
	long place;			/* from 1; 0: not in the file */
};

/*
 * A file under way.  libcsv does not count lines, so it is fed one at a time:
 * a row that is not done at the end of its line goes on in the next.
 */
struct reader {
	struct csv *csv;
	const struct csv_format *format;
	struct faults *faults;
	size_t errors;			/* before this file */
	size_t cap;			/* of csv->rows */
	long line, start;		/* now; where the row began */
	const char *cells[CSV_COLUMNS_MAX + 1];
	size_t n_cells;			/* may be more than there is room for */
	size_t n_named;			/* columns of the header */
	bool row_open, headed, stopped, encoding_told;
};

static void
stop(struct reader *r, const char *why)
{
	if (!r->stopped)
		faults_add(r->faults, r->csv->label, r->start, 0, "%s", why);
	r->stopped = true;
}

/* ------------------------------------------------------------------- cells */

static bool
has_control(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 && s[i] != '\t' &&
		    s[i] != '\n' && s[i] != '\r')
			return true;
	return false;
}

static bool
cell_ok(struct reader *r, const char *s, size_t n)
{
	const char *why = NULL;

	if (n > CSV_CELL_MAX)
		why = "the cell is too long";
	else if (has_control(s, n))
		why = "a control character in the cell";
	else if (!text_utf8_ok(s, n) && !r->encoding_told) {
		why = "not UTF-8; save the file as CSV UTF-8";
		r->encoding_told = true;
	}
	if (why != NULL)
		faults_add(r->faults, r->csv->label, r->start,
		    (long)r->n_cells + 1, "%s", why);
	return why == NULL;
}

static void
take_cell(void *bytes, size_t n, void *arg)
{
	struct reader *r = arg;
	const char *s = n > 0 ? bytes : "";

	if (r->stopped)
		return;
	if (!cell_ok(r, s, n))
		n = 0;
	if (r->n_cells <= CSV_COLUMNS_MAX)
		r->cells[r->n_cells] =
		    n > 0 ? arena_dupn(&r->csv->arena, s, n) : "";
	r->n_cells++;
}

static bool
blank(const struct reader *r)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (i > CSV_COLUMNS_MAX || r->cells[i][0] != '\0')
			return false;
	return true;
}

/* ------------------------------------------------------------------ header */

static size_t
place_in_format(const struct csv_format *f, const char *name)
{
	size_t i = 0;

	while (i < f->n_columns && strcmp(f->columns[i].name, name) != 0)
		i++;
	return i;
}

static bool
is_header(const struct reader *r)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (place_in_format(r->format, r->cells[i]) <
		    r->format->n_columns)
			return true;
	return false;
}

static void
no_header(struct reader *r)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < r->format->n_columns; i++)
		buf_fmt(&b, "%s%s", i > 0 ? ";" : "",
		    r->format->columns[i].name);
	faults_add(r->faults, r->csv->label, r->start, 0,
	    "no header row; the first row names the columns: %s",
	    buf_text(&b));
	r->stopped = true;
	buf_free(&b);
}

static void
name_fault(struct reader *r, long place, const char *name, const char *why)
{
	struct buf b = { 0 };

	text_show(&b, name, strlen(name));
	faults_add(r->faults, r->csv->label, r->start, place, "%s: %s",
	    buf_text(&b), why);
	buf_free(&b);
}

/* Where the name belongs among the csv's columns, or NULL and a fault. */
static struct csv_name *
name_slot(struct reader *r, long place, const char *name)
{
	struct csv *c = r->csv;
	size_t i = 0;

	while (i < c->n_columns && strcmp(c->columns[i].name, name) != 0)
		i++;
	if (*name == '\0') {
		faults_add(r->faults, c->label, r->start, place,
		    "a column without a name");
		return NULL;
	}
	if (i == c->n_columns && !r->format->others) {
		name_fault(r, place, name, "unknown column");
		return NULL;
	}
	if (i == c->n_columns)
		c->columns[c->n_columns++].name = name;
	if (c->columns[i].place != 0) {
		name_fault(r, place, name, "the column is there twice");
		return NULL;
	}
	return &c->columns[i];
}

static void
take_header(struct reader *r)
{
	const struct csv_format *f = r->format;
	struct csv *c = r->csv;
	struct csv_name *slot;

	while (r->n_cells > 0 && r->n_cells <= CSV_COLUMNS_MAX &&
	    r->cells[r->n_cells - 1][0] == '\0')
		r->n_cells--;		/* separators at the end of the line */
	if (r->n_cells > CSV_COLUMNS_MAX) {
		stop(r, "too many columns");
		return;
	}
	if (!is_header(r)) {
		no_header(r);
		return;
	}
	r->headed = true;
	r->n_named = r->n_cells;
	for (size_t i = 0; i < r->n_cells; i++)
		if ((slot = name_slot(r, (long)i + 1, r->cells[i])) != NULL)
			slot->place = (long)i + 1;
	for (size_t i = 0; i < f->n_columns; i++)
		if (f->columns[i].required && c->columns[i].place == 0)
			name_fault(r, 0, f->columns[i].name,
			    "the column is missing");
}

/* -------------------------------------------------------------------- rows */

static void
take_row(struct reader *r)
{
	struct csv *c = r->csv;
	struct csv_row *row;

	for (size_t i = r->n_named; i < r->n_cells; i++)
		if (i > CSV_COLUMNS_MAX || r->cells[i][0] != '\0') {
			faults_add(r->faults, c->label, r->start,
			    (long)i + 1, "more cells than the header has "
			    "columns; quote a cell that holds a %c",
			    c->separator);
			return;
		}
	if (c->n_rows == CSV_ROWS_MAX) {
		stop(r, "too many rows");
		return;
	}
	c->rows = mem_grow(c->rows, &r->cap, c->n_rows + 1, sizeof *c->rows);
	row = &c->rows[c->n_rows++];
	row->line = r->start;
	row->cells = arena_take(&c->arena, r->n_named * sizeof *row->cells);
	for (size_t i = 0; i < r->n_named; i++)
		row->cells[i] = i < r->n_cells ? r->cells[i] : "";
}

static void
end_row(int end, void *arg)
{
	struct reader *r = arg;

	(void)end;
	if (!r->stopped && !blank(r)) {
		if (r->headed)
			take_row(r);
		else
			take_header(r);
	}
	if (r->faults->errors - r->errors >= FAULTS_MAX)
		stop(r, "too many faults; the rest of the file was not read");
	r->n_cells = 0;
	r->row_open = false;
}

/* ------------------------------------------------------------------- lines */

static size_t
line_length(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && s[k] != '\n' && s[k] != '\r')
		k++;
	if (k + 1 < n && s[k] == '\r' && s[k + 1] == '\n')
		k++;
	return k < n ? k + 1 : n;
}

static bool
line_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(" \t\r\n", s[i]) == NULL || s[i] == '\0')
			return false;
	return true;
}

static void
feed_line(struct reader *r, struct csv_parser *p, const char *s, size_t n)
{
	if (!r->row_open) {
		r->start = r->line;
		r->row_open = !line_blank(s, n);
	}
	if (csv_parse(p, s, n, take_cell, end_row, r) == n || r->stopped)
		return;
	r->start = r->line;
	stop(r, "a quote inside a cell; put the whole cell in quotes and "
	    "write \"\" for a quote");
}

/* The header's separator, seen before anything is parsed. */
static char
find_separator(const char *s, size_t n)
{
	bool quoted = false, text = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == ';' && !quoted)
			return ';';
		else if ((s[i] == '\n' || s[i] == '\r') && text && !quoted)
			break;
		text = text || strchr(" \t\r\n", s[i]) == NULL;
	}
	return ',';
}

static void
parse(struct reader *r, const char *s, size_t n)
{
	struct csv_parser p;
	size_t k;

	csv_init(&p, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_delim(&p, (unsigned char)r->csv->separator);
	csv_set_realloc_func(&p, mem_resize);
	for (size_t i = 0; i < n && !r->stopped; i += k) {
		k = line_length(s + i, n - i);
		r->line++;
		feed_line(r, &p, s + i, k);
	}
	if (!r->stopped && csv_fini(&p, take_cell, end_row, r) != 0)
		stop(r, "a quote is opened here and never closed");
	if (!r->stopped && !r->headed)
		no_header(r);
	csv_free(&p);
}

static bool
starts(const char *s, size_t n, const char *mark, size_t len)
{
	return n >= len && memcmp(s, mark, len) == 0;
}

int
csv_read(struct csv *c, const char *label, const char *bytes, size_t n,
    const struct csv_format *f, struct faults *faults)
{
	struct reader r = { .csv = c, .format = f, .faults = faults,
	    .errors = faults->errors };

	*c = (struct csv){ 0 };
	c->label = arena_dup(&c->arena, label);
	c->n_columns = f->n_columns;
	c->columns = arena_zero(&c->arena,
	    (f->n_columns + CSV_COLUMNS_MAX) * sizeof *c->columns);
	for (size_t i = 0; i < f->n_columns; i++)
		c->columns[i].name = f->columns[i].name;
	if (starts(bytes, n, "\xef\xbb\xbf", 3)) {
		bytes += 3;
		n -= 3;
	}
	c->separator = find_separator(bytes, n);
	if (n > CSV_FILE_MAX)
		stop(&r, "the file is too large");
	else if (starts(bytes, n, "\xff\xfe", 2) ||
	    starts(bytes, n, "\xfe\xff", 2))
		stop(&r, "UTF-16, not UTF-8; save the file as CSV UTF-8");
	else
		parse(&r, bytes, n);
	return faults->errors > r.errors ? -1 : 0;
}

int
csv_load(struct csv *c, const char *label, const char *path,
    const struct csv_format *f, struct faults *faults)
{
	struct buf b = { 0 };
	struct err e;
	int rc = -1;

	*c = (struct csv){ 0 };
	if (fsx_read(AT_FDCWD, path, CSV_FILE_MAX, &b, &e) == -1)
		faults_add(faults, label, 0, 0, "%s", e.text);
	else
		rc = csv_read(c, label, buf_text(&b), b.len, f, faults);
	buf_free(&b);
	return rc;
}

void
csv_done(struct csv *c)
{
	free(c->rows);
	arena_free(&c->arena);
	*c = (struct csv){ 0 };
}

/* ------------------------------------------------------------------ access */

bool
csv_has(const struct csv *c, size_t column)
{
	return column < c->n_columns && c->columns[column].place != 0;
}

bool
csv_find(const struct csv *c, const char *name, size_t *column)
{
	for (size_t i = 0; i < c->n_columns; i++)
		if (strcmp(c->columns[i].name, name) == 0 && csv_has(c, i)) {
			*column = i;
			return true;
		}
	return false;
}

const char *
csv_cell(const struct csv *c, size_t row, size_t column)
{
	if (row >= c->n_rows || !csv_has(c, column))
		return "";
	return c->rows[row].cells[c->columns[column].place - 1];
}

struct csv_place
csv_place(const struct csv *c, size_t row, size_t column)
{
	return (struct csv_place){
		.file = c->label,
		.line = row < c->n_rows ? c->rows[row].line : 0,
		.column = column < c->n_columns ?
		    c->columns[column].place : 0,
		.name = column < c->n_columns ? c->columns[column].name : "",
	};
}

void
csv_fault(struct faults *f, const struct csv_place *p, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	faults_add(f, p->file, p->line, p->column, "%s: %s", p->name,
	    buf_text(&b));
	buf_free(&b);
}
