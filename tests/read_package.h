#ifndef TESTS_READ_PACKAGE_H
#define TESTS_READ_PACKAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "watcher/package.h"

/*
 * read_package: a package read to its end, and what came of it.
 */

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define GUID "6513270e-269f-4df5-8c7b-1b0c2d6441b5"
#define OTHER "d23f0824-0000-4000-8000-0000000000aa"
#define FOLDER "ttd/innsending-a/" GUID
#define ELEMENT "data/" OTHER

struct archive;

struct reading {
	struct arena arena;
	struct findings findings;
	bool opened;
	int end;			/* what package_next() said last */
	struct buf seen;		/* "kind name size;" per entry */
	struct buf content;		/* of all entries */
	char folder[256];
	char hash[DIGEST_HEX + 1];
};

/* With them, unless others are given. */
struct package_limits usual_limits(void);

void read_package(struct reading *, const struct buf *,
    const struct package_limits *, int times);
void reading_done(struct reading *);

/* All the findings are of this code, and there is one; F_COUNT: none. */
void expect_code(const char *label, const struct buf *,
    const struct package_limits *, enum finding_code);

/* No findings, and just these entries. */
void expect_entries(const char *label, const struct buf *, const char *seen);

/* The bytes in a filter of libarchive's. */
void make_packed(struct buf *, const struct buf *,
    int (*filter)(struct archive *));

/* n bytes that cannot be compressed. */
void make_noise(struct buf *, size_t n);

#endif
