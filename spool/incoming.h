#ifndef SPOOL_INCOMING_H
#define SPOOL_INCOMING_H

#include <stdbool.h>

/*
 * incoming: what lies in the drop box, for people to see; nothing is taken.
 */

struct err;
struct spool;

typedef void incoming_fn(void *arg, const char *shown);

/*
 * The files that wait to be taken; or, with `odd`, what is no file and will
 * never be taken.  Names that are not dropped yet are neither.
 */
int incoming_each(const struct spool *, bool odd, incoming_fn *, void *arg,
    struct err *);

#endif
