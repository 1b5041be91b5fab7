#ifndef TRANSFORM_PROVE_H
#define TRANSFORM_PROVE_H

#include <stdio.h>

/*
 * prove: what can be known of a route before there is a package.
 *
 * A fault is what no package, or no value, could ever pass, and what Altinn
 * answers with an error: the configuration is refused.  A warning is what
 * some packages may fail at; only map check shows those.  Each names its
 * file, line and column, and each is told once.
 */

struct config;
struct faults;
struct route;

/* The route may be half, as route_scope.prove says. */
void prove_route(const struct route *, struct faults *);

/*
 * What map check tells of a configuration that has no faults: its routes, how
 * many rows each fills, and which sources need a whole form in memory.
 */
void prove_report(const struct config *, const struct faults *, FILE *);

#endif
