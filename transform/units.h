#ifndef TRANSFORM_UNITS_H
#define TRANSFORM_UNITS_H

#include <stddef.h>

/*
 * units: what kind of unit an organisation is, from a table of the site's
 * own ([owners] unit-types): organisation;unit_type, as in the register of
 * units.  Without it B's partyTypesAllowed can be judged only as far as the
 * number tells (contract 2.4, 12-27).
 */

struct faults;
struct units;

/* NULL and a fault when the table is faulty. */
struct units *units_read(const char *label, const char *bytes, size_t n,
    struct faults *);
struct units *units_load(const char *label, const char *path,
    struct faults *);
void units_free(struct units *);

/* The type, or NULL: not in the table (or there is none). */
const char *units_find(const struct units *, const char *organisation);

#endif
