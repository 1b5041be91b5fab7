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
	bool has_max_size, has_max_count, has_min_count;	/* not omitted */
	bool auto_create, file_scan, pending_blocks;
	bool app_owned;			/* nobody may write it by the API */
	long line;
};

/* A field of the form that Altinn shows, or keeps (contract 6). */
struct shown_field {
	const char *id, *path, *type;	/* NULL: not given */
	long line;
};

struct shown_fields {
	const char *key;		/* presentationFields or dataFields */
	struct shown_field *v;
	size_t n;
};

struct party_types {
	bool bankruptcy_estate, organisation, person, sub_unit;
};

struct appmeta {
	const char *id, *org;
	struct data_type *types;
	size_t n_types;
	struct party_types parties;
	const char *file;		/* for faults */
	struct shown_fields shown, kept;	/* presentation, data */
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
