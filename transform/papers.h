#ifndef TRANSFORM_PAPERS_H
#define TRANSFORM_PAPERS_H

#include <stdint.h>

/*
 * papers: the JSON documents of a B instance (DESIGN 6): two spaces deep,
 * keys in the documented order, what is absent left out.
 */

struct buf;
struct checked;
struct conf;
struct output;
struct plan_instance;

/* The part "instance" (contract 4.1). */
void papers_instance(struct buf *, const struct plan_instance *);

/* The body for /instances/create (contract 4.2); only with prefill. */
void papers_create(struct buf *, const struct plan_instance *);

/* Where it came from; package_name is the name as shown. */
void papers_manifest(struct buf *, const struct plan_instance *,
    const struct checked *, const struct conf *, const char *package_name,
    const struct output *);

/* {dataTypeId}.xml */
const char *papers_form_name(struct buf *, const struct plan_instance *);

#endif
