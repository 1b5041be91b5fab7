#ifndef SPOOL_ORIGINAL_H
#define SPOOL_ORIGINAL_H

#include <stdbool.h>

#include "spool/id.h"
#include "spool/state.h"

/*
 * original: where a package's own bytes lie, by its state.
 */

enum { ORIGINAL_PATH = 160 };

/*
 * Below the spool: accepted/{id}.zip, held/{id}/package.zip,
 * done/{day}/{id}.zip; time is that of `published`, else not looked at.
 */
void original_path(char path[ORIGINAL_PATH], enum state, const char *id,
    const char *name, const char *time);

/* The extension that the name has, one we know, or "". */
const char *original_extension(const char *name);

/* {id}.zip becomes {id}; false: the name is none of ours. */
bool original_id(char id[ID_MAX + 1], const char *file);

#endif
