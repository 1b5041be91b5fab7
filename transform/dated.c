#include "transform/dated.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/csv.h"

static const char first_day[] = "0000-00-00", last_day[] = "9999-99-99";

struct dated_row {
	const char *key, *from, *to;	/* of the table, or the open days */
	size_t row;
};

/* ------------------------------------------------------------------ a day */

static int
number(const char *s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + s[i] - '0';
	return v;
}

static bool
shape_ok(const char *s)
{
	static const char shape[] = "####-##-##";

	for (size_t i = 0; i < DATED_DAY; i++)
		if (shape[i] == '#' ? s[i] < '0' || s[i] > '9' :
		    s[i] != shape[i])
			return false;
	return true;
}

bool
dated_day_ok(const char *s)
{
	static const int days[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	bool leap;

	if (!shape_ok(s))
		return false;
	year = number(s, 4);
	month = number(s + 5, 2);
	day = number(s + 8, 2);
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return year > 0 && month >= 1 && month <= 12 && day >= 1 &&
	    day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* -------------------------------------------------------------------- load */

static const char *
take_day(const struct csv *c, size_t row, size_t column, const char *open,
    struct faults *f)
{
	struct csv_place at = csv_place(c, row, column);
	const char *s = csv_cell(c, row, column);

	if (*s == '\0')
		return open;
	if (strlen(s) != DATED_DAY || !dated_day_ok(s)) {
		csv_fault(f, &at, "not a day; want YYYY-MM-DD");
		return open;
	}
	return s;
}

static void
take_row(struct dated *d, const struct csv *c, const struct dated_columns *w,
    size_t row, struct faults *f)
{
	struct csv_place at = csv_place(c, row, w->key);
	struct dated_row *r = &d->rows[d->n_rows];

	r->row = row;
	r->key = csv_cell(c, row, w->key);
	r->from = take_day(c, row, w->from, first_day, f);
	r->to = take_day(c, row, w->to, last_day, f);
	if (*r->key == '\0') {
		csv_fault(f, &at, "the cell is empty");
		return;
	}
	if (strcmp(r->from, r->to) > 0) {
		at = csv_place(c, row, w->to);
		csv_fault(f, &at, "the last day is before the first");
		return;
	}
	d->n_rows++;
}

static int
compare(const void *a, const void *b)
{
	const struct dated_row *x = a, *y = b;
	int k = strcmp(x->key, y->key);

	if (k == 0)
		k = strcmp(x->from, y->from);
	if (k == 0)
		k = x->row < y->row ? -1 : x->row > y->row;
	return k;
}

/* A row may reach beyond the next one, so the one that ends last is kept. */
static void
check_overlaps(const struct dated *d, const struct csv *c,
    const struct dated_columns *w, struct faults *f)
{
	const struct dated_row *last = d->rows;
	struct csv_place at, other;

	for (size_t i = 1; i < d->n_rows; i++) {
		const struct dated_row *r = &d->rows[i];
		bool same = strcmp(r->key, last->key) == 0;

		if (same && strcmp(r->from, last->to) <= 0) {
			at = csv_place(c, r->row, w->key);
			other = csv_place(c, last->row, w->key);
			csv_fault(f, &at, "the same as in line %ld, for days "
			    "that overlap", other.line);
		}
		if (!same || strcmp(r->to, last->to) > 0)
			last = r;
	}
}

static uint32_t
hash(const char *s)
{
	uint32_t h = 2166136261;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619;
	return h;
}

/* The slot that has the key, or the empty one where it would be. */
static size_t
slot_of(const struct dated *d, const char *key)
{
	size_t mask = d->n_slots - 1, i = hash(key) & mask;

	while (d->slots[i] != 0 &&
	    strcmp(d->rows[d->slots[i] - 1].key, key) != 0)
		i = (i + 1) & mask;
	return i;
}

/* Only the first row of a key gets a slot; the others follow it. */
static void
fill_slots(struct dated *d)
{
	size_t i;

	d->n_slots = 8;
	while (d->n_slots < 2 * d->n_rows)
		d->n_slots *= 2;
	d->slots = mem_alloc(d->n_slots * sizeof *d->slots);
	for (size_t r = 0; r < d->n_rows; r++) {
		i = slot_of(d, d->rows[r].key);
		if (d->slots[i] == 0)
			d->slots[i] = r + 1;
	}
}

int
dated_init(struct dated *d, const struct csv *c,
    const struct dated_columns *w, struct faults *f)
{
	size_t before = f->errors;

	*d = (struct dated){ 0 };
	d->rows = mem_alloc(c->n_rows * sizeof *d->rows);
	for (size_t i = 0; i < c->n_rows; i++)
		take_row(d, c, w, i, f);
	qsort(d->rows, d->n_rows, sizeof *d->rows, compare);
	check_overlaps(d, c, w, f);
	fill_slots(d);
	return f->errors > before ? -1 : 0;
}

void
dated_done(struct dated *d)
{
	free(d->rows);
	free(d->slots);
	*d = (struct dated){ 0 };
}

enum dated_answer
dated_find(const struct dated *d, const char *key, const char *day,
    size_t *row)
{
	size_t slot;

	if (d->n_slots == 0)
		return DATED_UNKNOWN;
	slot = d->slots[slot_of(d, key)];
	if (slot == 0)
		return DATED_UNKNOWN;
	for (size_t i = slot - 1; i < d->n_rows &&
	    strcmp(d->rows[i].key, key) == 0; i++)
		if (strncmp(d->rows[i].from, day, DATED_DAY) <= 0 &&
		    strncmp(day, d->rows[i].to, DATED_DAY) <= 0) {
			*row = d->rows[i].row;
			return DATED_FOUND;
		}
	return DATED_OUT_OF_DATE;
}
