#include "spool/fault.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/mem.h"

static void
add(struct faults *f, enum fault_level level, const char *file, long line,
    long column, const char *fmt, va_list ap)
{
	struct buf b = { 0 };
	struct fault *x;

	buf_vfmt(&b, fmt, ap);
	f->v = mem_grow(f->v, &f->cap, f->n + 1, sizeof *f->v);
	x = &f->v[f->n++];
	*x = (struct fault){ .level = level, .file = mem_dup(file),
	    .line = line, .column = column,
	    .text = b.p != NULL ? b.p : mem_dup("") };
	if (level == FAULT_ERROR)
		f->errors++;
}

void
faults_add(struct faults *f, const char *file, long line, long column,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FAULT_ERROR, file, line, column, fmt, ap);
	va_end(ap);
}

void
faults_warn(struct faults *f, const char *file, long line, long column,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FAULT_WARNING, file, line, column, fmt, ap);
	va_end(ap);
}

static int
by_number(long a, long b)
{
	return (a > b) - (a < b);
}

static int
by_place(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;
	int c = strcmp(a->file, b->file);

	if (c == 0)
		c = by_number(a->line, b->line);
	if (c == 0)
		c = by_number(a->column, b->column);
	return c != 0 ? c : strcmp(a->text, b->text);
}

void
faults_sort(struct faults *f)
{
	if (f->n > 0)
		qsort(f->v, f->n, sizeof *f->v, by_place);
}

void
faults_free(struct faults *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].file);
		free(f->v[i].text);
	}
	free(f->v);
	*f = (struct faults){ 0 };
}
