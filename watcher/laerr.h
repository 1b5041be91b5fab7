#ifndef WATCHER_LAERR_H
#define WATCHER_LAERR_H

/*
 * laerr: what libarchive complains of, as a finding.
 */

struct archive;
struct findings;

/* file may be NULL.  Returns -1, so that `return laerr_tell(...)` reads. */
int laerr_tell(struct archive *, struct findings *, const char *file);

struct archive *laerr_new(void);	/* archive_read_new(), or no memory */

#endif
