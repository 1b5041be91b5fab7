#ifndef SPOOL_ANSWER_H
#define SPOOL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/arena.h"
#include "spool/digest.h"
#include "spool/finding.h"
#include "spool/id.h"

/*
 * answer: what a worker says about one package.
 *
 * Everything in it was said by a process that read hostile bytes: nothing is
 * used before answer_ok() has looked at it.  All strings live in its arena.
 */

struct err;

struct made_file {
	const char *name;
	uint64_t size;
	char sha256[DIGEST_HEX + 1];
};

/* A B instance, lying in the worker's own folder below tmp/. */
struct made {
	const char *app, *owner, *key;
	const char *from;		/* folder or zip, in the worker's folder */
	bool zip;			/* `from` is one file, {key}.zip */
	struct made_file *files;	/* in the order of SHA256SUMS, and it */
	size_t n_files;			/* as the last; for a zip just itself */
	char content[DIGEST_HEX + 1];	/* answer_content() of what is in it */
};

struct answer {
	struct arena arena;
	char sha256[DIGEST_HEX + 1];	/* of the package */
	uint64_t size;
	char guid[ID_GUID + 1];		/* "" where it could not be read */
	char app[ID_APP_MAX + 1];	/* "" likewise */
	struct findings findings;
	struct made *made;
	size_t n_made;
};

enum {
	ANSWER_MADE_MAX = 100000,
	ANSWER_FILES_MAX = 1000,
	ANSWER_BYTES_MAX = 512 << 20,	/* in the arena, all told */
};

/*
 * Whether names, numbers and counts are such as a sound worker gives: ids
 * pass their predicates, keys belong to the GUID, nothing is made where there
 * are findings.  -1 says what is not.
 */
int answer_ok(const struct answer *, struct err *);

/*
 * What two instances of the same content have in common, wherever they come
 * from: the SHA-256 of the lines of SHA256SUMS but that of manifest.json.
 */
void answer_content(const struct made_file *, size_t n,
    char sha256[DIGEST_HEX + 1]);
void answer_content_of(const char *sums, size_t n,
    char sha256[DIGEST_HEX + 1]);
void answer_free(struct answer *);

#endif
