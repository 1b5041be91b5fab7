#include "spool/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int sys;
	enum err_kind kind;
} kinds[] = {
	{ ENOSPC, ERR_SPACE }, { EDQUOT, ERR_SPACE },
	{ EIO, ERR_IO }, { EROFS, ERR_IO },
	{ EACCES, ERR_RIGHTS }, { EPERM, ERR_RIGHTS },
};

static const struct {
	enum err_kind kind;
	const char *hint;
} hints[] = {
	{ ERR_BOOKS, "flerapp ledger verify" },
	{ ERR_USAGE, "flerapp --help" },
	{ ERR_DATA, "flerapp why ID" },
	{ ERR_NO_INPUT, "flerapp list; or ls, for a file" },
	{ ERR_BUG, "report it, with the log around this line" },
	{ ERR_SYSTEM, "look at the limits of this service and the disk" },
	{ ERR_SPACE, "free space or inodes; flerapp-watch goes on by itself, "
	    "the others when they are started again" },
	{ ERR_IO, "look at the disk; the work is done anew at the next run" },
	{ ERR_AGAIN, "flerapp run" },
	{ ERR_RIGHTS, "ls -ld on that path; run as the user of the service" },
	{ ERR_CONFIG, "flerapp doctor" },
};

static enum err_kind
kind_of(int sys)
{
	enum err_kind kind = ERR_SYSTEM;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].sys == sys)
			kind = kinds[i].kind;
	return kind;
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	e->kind = kind;
	e->sys = 0;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int sys = errno;
	size_t n;
	va_list ap;

	e->kind = kind_of(sys);
	e->sys = sys;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(sys));
	return -1;
}

const char *
err_hint(enum err_kind kind)
{
	const char *hint = "";

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (hints[i].kind == kind)
			hint = hints[i].hint;
	return hint;
}
