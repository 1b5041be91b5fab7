#ifndef SPOOL_BUNDLE_H
#define SPOOL_BUNDLE_H

#include <stddef.h>

/*
 * bundle: the files of one B instance in the outbox, folder or zip.
 *
 * Files are mapped, not read; what is handed out lives as long as the bundle.
 */

struct bundle;
struct err;

/* path: org/app/owner/key.  Not (or no longer) there: ERR_NO_INPUT. */
struct bundle *bundle_open(int outbox, const char *path, struct err *);
void bundle_free(struct bundle *);

int bundle_file(struct bundle *, const char *name, const void **data,
    size_t *size, struct err *);

/* Give back the memory of what was looked at; it is read anew when needed. */
void bundle_rest(void *bundle);

#endif
