#ifndef SCHEMAS_JSONIN_H
#define SCHEMAS_JSONIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * jsonin: JSON that others wrote, by jansson.
 *
 * Strict for packages (RFC 8259; duplicate keys and bad UTF-8 refused);
 * lenient for an app's own metadata, as Altinn's loader is: BOM, trailing
 * commas and any case of names are fine, comments are not (contract 2).
 */

enum { JSONIN_DEPTH = 32, JSONIN_MAX = 4 << 20 };

struct jsonin_error {
	long line, column;
	char text[160];
};

/* NULL and the error; the caller frees with json_decref(). */
json_t *jsonin_strict(const char *, size_t, struct jsonin_error *);
json_t *jsonin_lenient(const char *, size_t, struct jsonin_error *);

/* A member that is absent or null is NULL. */
json_t *jsonin_get(const json_t *, const char *name);
json_t *jsonin_get_any_case(const json_t *, const char *name);

/*
 * The scalar at a path of names parted by dots (instance:process.ended) as
 * text in `out`, a list by its number from 0; NULL when it is not there or is
 * no scalar.
 */
const char *jsonin_text(const json_t *, const char *path, char *out,
    size_t size);

/* Before a sandbox closes: jansson wants random numbers once. */
void jsonin_prepare(void);

#endif
