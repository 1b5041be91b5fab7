#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spool/fault.h"

/* expect: what the tests of configuration say about faults. */

static inline void
show_faults(const struct faults *f)
{
	for (size_t i = 0; i < f->n; i++)
		print_error("  %s:%ld:%ld: %s\n", f->v[i].file, f->v[i].line,
		    f->v[i].column, f->v[i].text);
}

/* One of the faults is there, and its text holds these words. */
static inline bool
has_fault(const struct faults *f, const char *file, long line, long column,
    const char *words)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].file, file) == 0 &&
		    f->v[i].line == line && f->v[i].column == column &&
		    strstr(f->v[i].text, words) != NULL)
			return true;
	return false;
}

static inline bool
shows(const struct faults *f, const char *secret)
{
	for (size_t i = 0; i < f->n; i++)
		if (strstr(f->v[i].text, secret) != NULL)
			return true;
	return false;
}

#define expect_fault(f, file, line, column, words, row) do {		\
	if (!has_fault(f, file, line, column, words)) {			\
		show_faults(f);						\
		fail_msg("%s: no fault %s:%ld:%ld: %s", row, file,	\
		    (long)(line), (long)(column), words);		\
	}								\
} while (0)

/* Warnings may be there. */
#define expect_no_errors(f, row) do {					\
	if ((f)->errors > 0) {						\
		show_faults(f);						\
		fail_msg("%s: faults where there are none", row);	\
	}								\
} while (0)

#define expect_no_faults(f, row) do {					\
	if ((f)->n > 0) {						\
		show_faults(f);						\
		fail_msg("%s: faults where there are none", row);	\
	}								\
} while (0)

#endif
