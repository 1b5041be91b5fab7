#ifndef SCHEMAS_APPMETA_H
#define SCHEMAS_APPMETA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * appmeta: an app's applicationmetadata.json (contract 2), as Altinn's code
 * reads it: an omitted maxCount or minCount is 0, that is no limit.
 */

struct faults;
struct arena;

enum { APPMETA_MEGABYTE = 1048576 };	/* the unit of maxSize, contract 2.2 */

struct data_type {
	const char *id;
	const char *class_ref;		/* NULL: a binary type */
	const char *task;		/* NULL: bound to no task */
	const char *const *content_types;
	size_t n_content_types;		/* 0: all are allowed */
	int64_t max_size, max_count, min_count;	/* 0 or less: no limit */
	bool auto_create, file_scan, pending_blocks;
	long line;			/* 0: jansson does not tell */
};

struct party_types {
	bool bankruptcy_estate, organisation, person, sub_unit;
};

struct appmeta {
	const char *id, *org;
	struct data_type *types;
	size_t n_types;
	struct party_types parties;
};

/* Strings live in the arena. -1 when there is any fault. */
int appmeta_read(struct appmeta *, struct arena *, const char *file,
    const char *text, size_t n, struct faults *);

/* Exact, as Altinn compares them; NULL when there is none. */
const struct data_type *appmeta_type(const struct appmeta *, const char *id);

/*
 * Whether a content type may be used.  Lenient compares what stands before
 * the first ; without case (task end, contract 3.3), strict the whole text
 * (contract 4.4).
 */
bool appmeta_allows(const struct data_type *, const char *content_type,
    bool strict);

#endif
