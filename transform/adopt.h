#ifndef TRANSFORM_ADOPT_H
#define TRANSFORM_ADOPT_H

#include <stddef.h>

/*
 * adopt: rows of a map.csv from B's prefill file (map import; contract 5.4).
 *
 * Altinn looks B's owner up in a register; here no register is asked.  What
 * is known of the owner, by the route or its table, becomes a source, as does
 * a field of A whose name matches; all others become rows without a source,
 * whose note names the register's field.  Where sections fill the same field,
 * the one that Altinn would take stands, if it has a source.
 */

struct buf;
struct faults;
struct route;

/*
 * `label` is the file's name in faults.  -1 when there is any: targets that
 * B's schema does not have, what Altinn would answer with an exception.  The
 * rows that can be made are written all the same.
 */
int adopt_prefill(const struct route *, const char *label, const char *text,
    size_t n, struct buf *csv, struct faults *);

#endif
