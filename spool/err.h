#ifndef SPOOL_ERR_H
#define SPOOL_ERR_H

/*
 * err: why our own side failed, and the exit code it gives (DESIGN 8).
 *
 * What is wrong with a package is never an err but a finding; what is wrong
 * with the configuration is a fault.  An err is about this house: the disk,
 * the rights, the worker.  The caller owns the struct; it needs no heap.
 */

enum err_kind {
	ERR_NONE = 0,
	ERR_PARTIAL = 3,	/* done, something was refused or held */
	ERR_BOOKS = 4,		/* the books do not balance, ledger broken */
	ERR_USAGE = 64,
	ERR_DATA = 65,		/* check found faults */
	ERR_NO_INPUT = 66,	/* no such package */
	ERR_BUG = 70,
	ERR_SYSTEM = 71,
	ERR_SPACE = 73,
	ERR_IO = 74,
	ERR_AGAIN = 75,		/* stopped before the end; try again */
	ERR_RIGHTS = 77,
	ERR_CONFIG = 78,
};

struct err {
	enum err_kind kind;
	int sys;		/* errno, or 0 */
	char text[480];		/* one printable line: what (where) */
};

/* Both fill the struct and return -1, so that `return err_set(...)` reads. */
int err_set(struct err *, enum err_kind, const char *, ...)
    __attribute__((format(printf, 3, 4)));
int err_sys(struct err *, const char *, ...)	/* kind and reason from errno */
    __attribute__((format(printf, 2, 3)));

const char *err_hint(enum err_kind);	/* what to try; "" when nothing fits */

#endif
