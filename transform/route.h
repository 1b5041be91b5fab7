#ifndef TRANSFORM_ROUTE_H
#define TRANSFORM_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/digest.h"
#include "transform/map.h"
#include "transform/owner.h"

/*
 * route: routes/{route}/ (DESIGN 4): from which app to which, when, for
 * whom, and what travels.
 */

struct app;
struct codes_set;
struct conf;
struct data_type;
struct faults;
struct origin_takes;
struct owner_table;

struct route_attachment {
	const char *source;		/* a data type of A */
	const struct data_type *target;	/* of B */
	bool last, required;
	long line;
	long source_column, target_column;	/* from 1 */
};

struct route {
	const char *name;
	const char *folder;		/* routes/{route} */
	const char *file;		/* routes/{route}/map.csv */
	const struct app *from, *to;
	const struct form_type *form;	/* A's; NULL: paths name theirs */
	const struct form_type *target;
	struct origin *when, *for_each;	/* NULL: always; once */
	const char *when_text, *for_each_text, *owner_text;	/* as written */
	int64_t due_after, visible_after;	/* seconds, or -1 */
	enum owner_kind owner_kind;
	struct origin *owner;		/* the value, or the table's key */
	long when_line, for_each_line, owner_line;	/* in route.conf */
	struct owner_table *owners;	/* NULL: no table */
	struct codes_set *codes;
	struct route_attachment *attachments;
	size_t n_attachments;
	struct map *map;
	bool may_create;		/* create.json can say the same */
	char sha256[DIGEST_HEX + 1];	/* of all files behind it (DESIGN 6) */
};

struct route_scope {
	const char *dir;		/* the configuration folder */
	const struct conf *conf;
	struct arena *arena;
	struct origin_takes *takes;
	const struct app *(*app)(void *arg, const char *name);
	bool (*app_faulty)(void *arg, const char *name);
	void *arg;
	bool without_map;		/* it may not be written yet */
	/*
	 * Called when all is read, with faults too: then the map, owners and
	 * origins may be NULL, and rows without field, origin or convert.
	 */
	void (*prove)(const struct route *, struct faults *);
};

/* NULL when there is any fault. */
struct route *route_load(const char *name, const struct route_scope *,
    struct faults *);
void route_free(struct route *);

#endif
