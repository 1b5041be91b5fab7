#ifndef SCHEMAS_INSTANCE_H
#define SCHEMAS_INSTANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/id.h"

/*
 * instance: Altinn's Instance document (contract 1), in the Storage or the
 * app dialect.  Members that are absent and members that are null are alike;
 * unknown ones are passed over.  instanceOwner.party is never read.
 */

struct arena;
struct findings;

enum { INSTANCE_ELEMENTS_MAX = 2000 };

struct element {
	const char *id;			/* a canonical GUID */
	const char *type;
	const char *content_type;	/* NULL: none */
	const char *filename;		/* for people only; NULL: none */
	const char *created;		/* NULL: none */
	const char *content_hash;	/* base64 MD5; NULL: none */
	const char *scan;		/* fileScanResult; NULL: none */
	int64_t size;
	bool deleted;			/* listed, but counts as absent */
};

struct instance {
	json_t *root;			/* for instance:PATH */
	char guid[ID_GUID + 1];
	const char *id, *app, *org, *party;
	const char *started, *ended, *end_event, *archived;
	bool has_task, is_archived, is_deleted;
	struct element *elements;	/* in the order of `data` */
	size_t n_elements;
};

/*
 * Read it.  -1 when it is no instance document (INSTANCE_MALFORMED); what can
 * be read is in the struct then.  0 with findings (INSTANCE_INCONSISTENT)
 * when its parts contradict each other.  Strings live in the arena.
 */
int instance_read(struct instance *, struct arena *, const char *, size_t,
    struct findings *);
void instance_done(struct instance *);

/* Contract 3.1: NOT_ENDED, NOT_ARCHIVED, DELETED, PROCESS_INCONSISTENT. */
void instance_complete(const struct instance *, struct findings *);

const struct element *instance_element(const struct instance *,
    const char *id);

#endif
