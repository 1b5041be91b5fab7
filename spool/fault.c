#include "spool/fault.h"

#include <stdarg.h>
#include <stdlib.h>

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
