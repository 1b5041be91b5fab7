#ifndef TRANSFORM_PROVE_H
#define TRANSFORM_PROVE_H

#include <stdio.h>

/*
 * prove: what map check tells of a configuration that has no faults: its
 * routes, how many rows each fills, and which sources need a whole form in
 * memory because they are more than plain paths.
 */

struct config;

void prove_report(const struct config *, FILE *);

#endif
