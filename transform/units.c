#include "transform/units.h"

#include <stdlib.h>
#include <string.h>

#include "spool/fault.h"
#include "spool/mem.h"
#include "spool/number.h"
#include "transform/csv.h"

enum { ORGANISATION, UNIT_TYPE, COLUMNS };

static const struct csv_column columns[COLUMNS] = {
	[ORGANISATION] = { "organisation", true },
	[UNIT_TYPE] = { "unit_type", true },
};

static const struct csv_format format = { columns, COLUMNS, true };

struct unit {
	const char *organisation, *type;
};

struct units {
	struct csv csv;
	struct unit *v;			/* by organisation */
	size_t n;
};

static int
by_organisation(const void *a, const void *b)
{
	return strcmp(((const struct unit *)a)->organisation,
	    ((const struct unit *)b)->organisation);
}

static void
read_row(struct units *u, size_t row, struct faults *f)
{
	const char *number = csv_cell(&u->csv, row, ORGANISATION);
	const char *type = csv_cell(&u->csv, row, UNIT_TYPE);
	struct csv_place at = csv_place(&u->csv, row, ORGANISATION);

	if (!number_org_ok(number))
		csv_fault(f, &at, "not an organisation number");
	at = csv_place(&u->csv, row, UNIT_TYPE);
	if (*type == '\0')
		csv_fault(f, &at, "the unit type is empty");
	u->v[u->n++] = (struct unit){ number, type };
}

static void
check_twice(const struct units *u, const char *label, struct faults *f)
{
	struct csv_place at = { .file = label, .name = "organisation" };

	for (size_t i = 1; i < u->n; i++)
		if (by_organisation(&u->v[i - 1], &u->v[i]) == 0)
			csv_fault(f, &at, "%s stands there twice",
			    u->v[i].organisation);
}

/* Takes the table that was read, or gives it up when rc is -1. */
static struct units *
build(struct units *u, int rc, const char *label, struct faults *f)
{
	size_t before = f->errors;

	if (rc == 0) {
		u->v = mem_alloc((u->csv.n_rows + 1) * sizeof *u->v);
		for (size_t i = 0; i < u->csv.n_rows; i++)
			read_row(u, i, f);
		qsort(u->v, u->n, sizeof *u->v, by_organisation);
		check_twice(u, label, f);
	}
	if (rc == -1 || f->errors > before) {
		units_free(u);
		u = NULL;
	}
	return u;
}

struct units *
units_read(const char *label, const char *bytes, size_t n, struct faults *f)
{
	struct units *u = mem_alloc(sizeof *u);

	return build(u, csv_read(&u->csv, label, bytes, n, &format, f), label,
	    f);
}

struct units *
units_load(const char *label, const char *path, struct faults *f)
{
	struct units *u = mem_alloc(sizeof *u);

	return build(u, csv_load(&u->csv, label, path, &format, f), label, f);
}

void
units_free(struct units *u)
{
	if (u == NULL)
		return;
	csv_done(&u->csv);
	free(u->v);
	free(u);
}

const char *
units_find(const struct units *u, const char *organisation)
{
	const struct unit key = { .organisation = organisation }, *hit = NULL;

	if (u != NULL && u->n > 0)
		hit = bsearch(&key, u->v, u->n, sizeof *u->v,
		    by_organisation);
	return hit != NULL ? hit->type : NULL;
}
