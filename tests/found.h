#ifndef TESTS_FOUND_H
#define TESTS_FOUND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spool/buf.h"
#include "spool/finding.h"

/* found: what the tests of instances, forms and packages say of findings. */

/* All of them as "CODE path; CODE path", the file where there is no path. */
static inline void
found_text(struct buf *b, const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->v[i];
		const char *where = x->path != NULL ? x->path : x->file;

		buf_fmt(b, "%s%s%s%s", i > 0 ? "; " : "",
		    finding_name(x->code), where != NULL ? " " : "",
		    where != NULL ? where : "");
	}
}

static inline void
show_findings(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		print_error("  %s %s:%ld %s: %s\n",
		    finding_name(f->v[i].code),
		    f->v[i].file != NULL ? f->v[i].file : "", f->v[i].line,
		    f->v[i].path != NULL ? f->v[i].path : "",
		    f->v[i].message);
}

/* Just these, in this order; "" is none. */
#define expect_found(f, want, row) do {					\
	struct buf found_ = { 0 };					\
									\
	found_text(&found_, f);						\
	if (strcmp(buf_text(&found_), want) != 0) {			\
		show_findings(f);					\
		fail_msg("%s: found \"%s\", not \"%s\"", row,		\
		    buf_text(&found_), want);				\
	}								\
	buf_free(&found_);						\
} while (0)

static inline bool
found_shows(const struct findings *f, const char *secret)
{
	for (size_t i = 0; i < f->n; i++)
		if (strstr(f->v[i].message, secret) != NULL)
			return true;
	return false;
}

/* `text` with the first `from` made `to`; NULL changes nothing. */
static inline void
edited(struct buf *b, const char *text, const char *from, const char *to)
{
	const char *hit = from != NULL ? strstr(text, from) : text;

	if (hit == NULL)
		fail_msg("there is no %s to change", from);
	buf_add(b, text, (size_t)(hit - text));
	if (from != NULL)
		buf_str(b, to);
	buf_str(b, hit + (from != NULL ? strlen(from) : 0));
}

#endif
