#ifndef TESTS_PAIRED_H
#define TESTS_PAIRED_H

#include "spool/conf.h"
#include "spool/fault.h"
#include "transform/config.h"

/*
 * paired: two apps whose schemas a test writes, ttd/a with the root A and
 * ttd/b with the root B, and a route `r` from the one to the other.
 */

struct scratch;

struct paired {
	struct scratch *scratch;
	struct conf conf;
	struct config config;		/* the route without its map */
	struct faults faults;
};

/*
 * `a` and `b` are what stands in the sequence of the root; `more` is put
 * behind the keys of [route], NULL: an owner by a constant number.
 */
struct paired *paired_new(const char *a, const char *b, const char *more,
    const char *owners);
void paired_free(struct paired *);
const struct route *paired_route(const struct paired *);

#endif
