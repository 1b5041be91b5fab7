#ifndef TRANSFORM_OUTPUT_H
#define TRANSFORM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/answer.h"

/*
 * output: the files of one B instance (DESIGN 6), in a folder or a stored
 * zip, made in the worker's folder and hashed as they are written.
 *
 * SHA256SUMS lists them in the order in which their names were reserved,
 * whatever the order in which their bytes come.  The same files in the same
 * order give the same bytes.
 */

struct arena;
struct err;
struct output;

/* `from` is the folder's name; of the zip it is from + ".zip". */
struct output *output_new(int work, const char *from, const char *key,
    bool zip, struct arena *, struct err *);
void output_free(struct output *);	/* what was written stays there */

void output_reserve(struct output *, const char *name);
int output_put(struct output *, const char *name, const void *, size_t,
    struct err *);

/* A file whose bytes come in pieces; `size` is what will have come. */
int output_open(struct output *, const char *name, uint64_t size,
    struct err *);
int output_write(struct output *, const void *, size_t, struct err *);
int output_close(struct output *, struct err *);

/* A file that was put or closed. */
const struct made_file *output_file(const struct output *, const char *name);

/* Write SHA256SUMS and finish; fills from, zip, files and content of `made`. */
int output_end(struct output *, struct made *, struct err *);

#endif
