#ifndef SPOOL_FSX_H
#define SPOOL_FSX_H

#include <stddef.h>
#include <sys/types.h>

/*
 * fsx: files by directory descriptor and plain name, bounded and durable.
 *
 * The only place that calls rename, link, fsync and syncfs.  A sync that
 * fails is never tried again (reliability: the second call lies): it comes
 * back as an err of kind ERR_IO or ERR_SPACE, and the program must stop.
 */

struct buf;
struct err;

/*
 * 1: it is there; 0: it is not; -1: nobody knows.  A disk that cannot tell
 * must never read as "not there".  fsx_look does not follow a link at the end,
 * fsx_there does, and wants a file or a folder (S_IFREG, S_IFDIR).
 */
struct stat;
int fsx_look(int dir, const char *name, struct stat *, struct err *);
int fsx_there(const char *path, mode_t type, struct err *);

/* The whole file, at most `most` bytes, appended to the buffer. */
int fsx_read(int dir, const char *name, size_t most, struct buf *,
    struct err *);

/* A folder, made when missing (mode 0750 less umask); a descriptor or -1. */
int fsx_open_dir(int dir, const char *name, struct err *);
int fsx_make_dir(int dir, const char *name, struct err *);
int fsx_make_path(int dir, const char *path, struct err *);	/* a/b/c */
int fsx_dir(int dir, const char *name, struct err *);	/* never makes it */

/* The names in a folder but for . and .., sorted by their bytes. */
struct fsx_list {
	char **v;
	size_t n, cap;
};

int fsx_list(int dir, struct fsx_list *, struct err *);
void fsx_list_free(struct fsx_list *);

/* Write all of it, whatever write(2) feels like. */
int fsx_write(int fd, const void *, size_t, struct err *);

/*
 * Create dir/name (mode 0640) holding the bytes; not synced: that is the
 * group's business.  Fails when the name exists.
 */
int fsx_put(int dir, const char *name, const void *, size_t, struct err *);

/* dir/name replaced as a whole by way of a name that begins with a dot. */
int fsx_replace(int dir, const char *name, const void *, size_t,
    struct err *);

/*
 * The same, and on disk, its name too, when it returns: for what a line of
 * the ledger will tell of.
 */
int fsx_keep(int dir, const char *name, const void *, size_t, struct err *);

int fsx_rename(int from, const char *name, int to, const char *new_name,
    struct err *);		/* replaces what is there */
int fsx_rename_new(int from, const char *name, int to, const char *new_name,
    struct err *);		/* errno EEXIST when something is there */
int fsx_unlink(int dir, const char *name, struct err *); /* gone is fine */
int fsx_remove_tree(int dir, const char *name, struct err *);

/* flock(2) that no signal interrupts; -1 and errno. */
int fsx_lock(int fd, int how);

int fsx_sync(int fd, const char *what, struct err *);
int fsx_sync_data(int fd, const char *what, struct err *);
int fsx_sync_fs(int fd, const char *what, struct err *);

#endif
