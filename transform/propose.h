#ifndef TRANSFORM_PROPOSE_H
#define TRANSFORM_PROPOSE_H

/*
 * propose: a first map.csv for a route, from both schemas (map init).
 *
 * A row for each field of B, in schema order, with a source where a name of
 * A matches.  Where none does the source is left empty, which map check
 * refuses; the note says whether B needs the field or the row may as well be
 * deleted.  Fields that no target can name are told as warnings.
 */

struct buf;
struct faults;
struct route;

void propose_map(const struct route *, struct buf *csv, struct faults *);

#endif
