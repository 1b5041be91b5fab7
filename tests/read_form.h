#ifndef TESTS_READ_FORM_H
#define TESTS_READ_FORM_H

#include "tests/found.h"

#include "schemas/app.h"
#include "spool/arena.h"
#include "watcher/form.h"
#include "watcher/take.h"

/*
 * read_form: a form read against one of the schemas of tests/data/forms, at
 * once and in pieces, by a reader that read others before and by a new one.
 */

#define N(table) (sizeof (table) / sizeof *(table))
#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""

/* A form type of that schema; what app.conf may say is the caller's to set. */
struct form_type *form_type_new(const char *schema);
void form_type_free(struct form_type *);

struct reading {
	struct arena arena;
	struct findings findings;
	bool usable;			/* form_end() gave a document */
	struct buf kept;		/* name[@a=v](child, child) or ='text' */
};

/*
 * `take`: "" nothing, "*" all, else paths with blanks between them, one that
 * ends in * is whole.  `piece` bytes at a time, 0 is all at once; `old` makes
 * the reader that all readings share read it.
 */
void read_form(struct reading *, const struct form_type *, const char *take,
    const char *text, size_t n, size_t piece, bool old);
void reading_done(struct reading *);

/* For another job than the usual one. */
extern const struct form_job usual_job;
void read_job(struct reading *, const struct form_job *, const char *take,
    const char *text, size_t n, size_t piece, bool old);

/*
 * Read in every way, the same is found and kept each time.  `kept` NULL: the
 * form cannot be used.
 */
void expect_form(const char *label, const struct form_type *,
    const char *take, const char *text, const char *found, const char *kept);
void expect_bytes(const char *label, const struct form_type *,
    const char *take, const struct buf *, const char *found,
    const char *kept);

/* The reader that all share. */
void read_form_end(void);

#endif
