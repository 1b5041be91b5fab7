#ifndef TRANSFORM_PROVE_PARTS_H
#define TRANSFORM_PROVE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/arena.h"
#include "spool/fault.h"
#include "transform/csv.h"
#include "transform/map.h"
#include "transform/route.h"

/*
 * prove_parts: what the files of prove share; nobody else includes this.
 */

struct proof {
	const struct route *route;
	struct faults *faults;
	struct arena arena;		/* of this proof */
};

/* Once for each place and text: two routes may share an app. */
void prove_tell(struct proof *, enum fault_level, const struct csv_place *,
    const char *, ...) __attribute__((format(printf, 4, 5)));

/* The same at a cell of map.csv. */
void prove_row(struct proof *, enum fault_level, const struct map_row *,
    enum map_column, const char *, ...)
    __attribute__((format(printf, 5, 6)));

/* A line of route.conf. */
struct csv_place prove_conf(const struct proof *, long line,
    const char *key);

/* "at most 3", "any number of" */
const char *prove_count(struct proof *, long most);

/* Every row that gives a value, in the order of the file's groups. */
typedef void prove_row_fn(struct proof *, const struct map_row *);

void prove_each_row(struct proof *, const struct map_group *, prove_row_fn *);

/* One file for each subject. */
void prove_sources(struct proof *);	/* can they exist at all */
void prove_counts(struct proof *);	/* groups, repeats, what may lack */
void prove_types(struct proof *);	/* can targets hold their sources */
void prove_codes(struct proof *);	/* code lists */
void prove_files(struct proof *);	/* attachments and B's data types */
void prove_shown(struct proof *);	/* presentation and data fields */
void prove_owner(struct proof *);	/* B's party types */

#endif
