#include "transform/codes.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "transform/csv.h"
#include "transform/dated.h"

enum { FROM, TO, VALID_FROM, VALID_TO, NOTE, COLUMNS };

static const struct csv_column columns[] = {
	[FROM] = { "from", true },
	[TO] = { "to", true },
	[VALID_FROM] = { "valid_from", false },
	[VALID_TO] = { "valid_to", false },
	[NOTE] = { "note", false },
};

_Static_assert(sizeof columns / sizeof *columns == COLUMNS,
    "every column needs a row");

static const struct csv_format format =
    { columns, COLUMNS, .others = false };
static const struct dated_columns dates = { FROM, VALID_FROM, VALID_TO };

struct codes {
	struct csv csv;
	struct dated dated;
};

struct named {
	char *name;
	struct codes *codes;		/* NULL: it has faults */
};

struct codes_set {
	struct named *v;
	size_t n, cap;
};

/* ---------------------------------------------------------------- one list */

static void
check_outputs(const struct csv *c, struct faults *f)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		struct csv_place at = csv_place(c, i, TO);

		if (*csv_cell(c, i, TO) == '\0')
			csv_fault(f, &at, "the cell is empty");
	}
}

/* What was read, with its days; NULL where there were faults. */
static struct codes *
finish(struct codes *c, int rc, struct faults *f)
{
	size_t before = f->errors;

	if (rc == 0) {
		check_outputs(&c->csv, f);
		rc = dated_init(&c->dated, &c->csv, &dates, f);
	}
	if (rc == -1 || f->errors > before) {
		codes_free(c);
		c = NULL;
	}
	return c;
}

struct codes *
codes_read(const char *label, const char *bytes, size_t n, struct faults *f)
{
	struct codes *c = mem_alloc(sizeof *c);

	return finish(c, csv_read(&c->csv, label, bytes, n, &format, f), f);
}

struct codes *
codes_load(const char *label, const char *path, struct faults *f)
{
	struct codes *c = mem_alloc(sizeof *c);

	return finish(c, csv_load(&c->csv, label, path, &format, f), f);
}

void
codes_free(struct codes *c)
{
	if (c == NULL)
		return;
	dated_done(&c->dated);
	csv_done(&c->csv);
	free(c);
}

const char *
codes_find(const struct codes *c, const char *from, const char *day)
{
	size_t row;

	if (dated_find(&c->dated, from, day, &row) != DATED_FOUND)
		return NULL;
	return csv_cell(&c->csv, row, TO);
}

size_t
codes_count(const struct codes *c)
{
	return c->csv.n_rows;
}

const char *
codes_output(const struct codes *c, size_t i)
{
	return csv_cell(&c->csv, i, TO);
}

const char *
codes_input(const struct codes *c, size_t i)
{
	return csv_cell(&c->csv, i, FROM);
}

struct csv_place
codes_place(const struct codes *c, size_t i)
{
	return csv_place(&c->csv, i, TO);
}

/* --------------------------------------------------------- lists of a route */

static int
is_list(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 4 &&
	    strcmp(e->d_name + n - 4, ".csv") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
load_list(struct codes_set *set, const char *label, const char *folder,
    const char *file, struct faults *f)
{
	struct buf shown = { 0 }, path = { 0 };
	char *name = mem_dupn(file, strlen(file) - 4);

	buf_fmt(&shown, "%s/codes/%s", label, file);
	buf_fmt(&path, "%s/codes/%s", folder, file);
	codes_set_add(set, name,
	    codes_load(buf_text(&shown), buf_text(&path), f));
	free(name);
	buf_free(&shown);
	buf_free(&path);
}

struct codes_set *
codes_set_new(void)
{
	return mem_alloc(sizeof(struct codes_set));
}

struct codes_set *
codes_set_load(const char *label, const char *folder, struct faults *f)
{
	struct codes_set *set = codes_set_new();
	struct dirent **files = NULL;
	struct buf path = { 0 };
	int n;

	buf_fmt(&path, "%s/codes", folder);
	n = scandir(buf_text(&path), &files, is_list, by_bytes);
	if (n == -1 && errno != ENOENT)
		faults_add(f, label, 0, 0, "codes: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		load_list(set, label, folder, files[i]->d_name, f);
		free(files[i]);
	}
	free(files);
	buf_free(&path);
	return set;
}

void
codes_set_add(struct codes_set *set, const char *name, struct codes *c)
{
	set->v = mem_grow(set->v, &set->cap, set->n + 1, sizeof *set->v);
	set->v[set->n++] = (struct named){ mem_dup(name), c };
}

void
codes_set_free(struct codes_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->n; i++) {
		free(set->v[i].name);
		codes_free(set->v[i].codes);
	}
	free(set->v);
	free(set);
}

enum codes_known
codes_set_find(const struct codes_set *set, const char *name,
    const struct codes **c)
{
	*c = NULL;
	for (size_t i = 0; set != NULL && i < set->n; i++)
		if (strcmp(set->v[i].name, name) == 0) {
			*c = set->v[i].codes;
			return *c != NULL ? CODES_KNOWN : CODES_FAULTY;
		}
	return CODES_UNKNOWN;
}
