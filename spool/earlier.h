#ifndef SPOOL_EARLIER_H
#define SPOOL_EARLIER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * earlier: which B instances were made of a package before, told to the
 * worker that makes them again.
 *
 * The list goes along with the job as a sealed file in memory: a line
 * `org/app/owner/key` for the newest generation of each key.
 */

struct earlier;
struct err;

enum { EARLIER_MAX = 64 << 20 };	/* bytes of a list */

/* {org}/{app}/{owner}/{key}, each as it must be. */
bool earlier_path_ok(const char *);

/* The coordinator's side: a descriptor that can only be read, or -1. */
int earlier_write(const char *const *paths, size_t n, struct err *);

/* The worker's side; NULL: it cannot be read, or is none of ours. */
struct earlier *earlier_read(int fd, struct err *);
void earlier_free(struct earlier *);

/*
 * `key` (in room for ID_KEY_MAX) becomes its next generation where there was
 * one before; that one's path comes back, which lives as long as the list.
 * Else NULL, and the key stays.
 */
const char *earlier_key(const struct earlier *, char *key);

#endif
