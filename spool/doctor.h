#ifndef SPOOL_DOCTOR_H
#define SPOOL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/err.h"
#include "spool/spool.h"

/*
 * doctor: everything that may keep the programs from working, all at once.
 *
 * A table of checks, each of which says what it found in rows: ok, warning
 * or fault, and what to do.  What a check needs and is not there, and what
 * this user may not see, are warnings: an auditor can ask, too.
 */

struct conf;
struct faults;

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAULT };

struct doctor_row {
	enum doctor_level level;
	const char *check;		/* "settings" */
	enum err_kind kind;		/* of a fault */
	char *text, *hint;		/* hint may be NULL */
};

struct doctor {
	const struct conf *conf;
	const struct faults *faults;	/* of the settings */
	struct spool spool;		/* root -1: cannot be opened */
	bool owner;			/* root, or the spool's own user */
	bool blind;			/* some folder may not be read */
	const char *check;		/* the one at work */
	struct doctor_row *rows;
	size_t n, cap;
	size_t next;			/* check */
	size_t told;			/* faults of bytes */
};

/* conf as conf_load() left it, with the faults it found. */
void doctor_init(struct doctor *, const struct conf *,
    const struct faults *);
void doctor_done(struct doctor *);

/* Do one check; false when all are done. */
bool doctor_step(struct doctor *);

const char *doctor_level_name(enum doctor_level);

/* The worst fault of all rows as an exit code; 0: none. */
int doctor_exit(const struct doctor *);

/* What the checks say. */
void doctor_ok(struct doctor *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_warn(struct doctor *, const char *hint, const char *, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_fault(struct doctor *, enum err_kind, const char *hint,
    const char *, ...) __attribute__((format(printf, 4, 5)));

bool doctor_said(const struct doctor *, const char *text);

/* The checks: doctor_config.c, _system.c, _spool.c, _books.c, _retention.c. */
void doctor_settings(struct doctor *);
void doctor_key(struct doctor *);
void doctor_signing_key(struct doctor *);
void doctor_maps(struct doctor *);
void doctor_worker(struct doctor *);
void doctor_memory(struct doctor *);
void doctor_kernel(struct doctor *);
void doctor_folders(struct doctor *);
void doctor_space(struct doctor *);
void doctor_clock(struct doctor *);
void doctor_incoming(struct doctor *);
void doctor_runs(struct doctor *);
void doctor_ledger(struct doctor *);
void doctor_books(struct doctor *);
void doctor_retention(struct doctor *);

#endif
