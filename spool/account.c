#include "spool/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/books.h"
#include "spool/err.h"
#include "spool/intake.h"
#include "spool/original.h"
#include "spool/spool.h"
#include "spool/tally.h"

void
account_fault(struct account *a, const char *path, const char *what)
{
	a->faults++;
	if (a->tell != NULL)
		a->tell(a->arg, path, what);
}

static bool
before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec :
	    a->tv_nsec < b->tv_nsec;
}

bool
account_changed(const struct account *a, const struct stat *st)
{
	bool ours = !before(&st->st_ctim, &a->ours[0]) &&
	    !before(&a->ours[1], &st->st_ctim);

	return st->st_ctime >= a->since && !ours;
}

enum account_file
account_sum(int dir, const char *name, char hex[DIGEST_HEX + 1])
{
	enum account_file how = ACCOUNT_UNREADABLE;
	struct stat st;
	uint64_t size;
	struct err e;
	int fd;

	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? ACCOUNT_GONE :
		    ACCOUNT_UNREADABLE;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    intake_sum(fd, UINT64_MAX, hex, &size, &e) == 0)
		how = ACCOUNT_READ;
	close(fd);
	return how;
}

/* ------------------------------------------------------------- originals */

/* Whether it is there, and was not read since it changed. */
static bool
to_read(const struct account *a, const char *path, struct stat *st)
{
	return fstatat(a->spool->root, path, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    account_changed(a, st);
}

static bool
read_original(struct account *a, const char *path, char hex[DIGEST_HEX + 1])
{
	enum account_file how = account_sum(a->spool->root, path, hex);

	if (how == ACCOUNT_UNREADABLE)
		account_fault(a, path, "it cannot be read");
	a->originals += how == ACCOUNT_READ;
	return how == ACCOUNT_READ;
}

static const char other_bytes[] =
    "its bytes are not those that were received";

static int
waiting(void *arg, const struct package *p, struct err *e)
{
	struct account *a = arg;
	char path[ORIGINAL_PATH], hex[DIGEST_HEX + 1];
	struct stat st;

	(void)e;
	original_path(path, p->state, p->id, p->name, p->time);
	if (!to_read(a, path, &st))
		return 0;
	/* The ledger knows only the beginning of what was too large. */
	if (p->state == STATE_REJECTED &&
	    (uint64_t)st.st_size > INTAKE_SUM_MAX)
		return 0;
	if (read_original(a, path, hex) && strcmp(hex, p->sha256) != 0)
		account_fault(a, path, other_bytes);
	return 0;
}

/*
 * The books know what is published by GUID and hash: it must repeat itself.
 * One that got its GUID only when it was published has the hash in its id.
 */
static bool
published_so(const struct account *a, const char *id, const char *hex)
{
	char guid[ID_GUID + 1], unread[ID_MAX + 1];

	id_make(unread, NULL, hex);
	if (strncmp(id, unread, strlen(unread)) == 0)
		return true;
	snprintf(guid, sizeof guid, "%s", id);
	return id_guid_ok(guid) &&
	    books_judge(a->books, guid, hex, id) == BOOKS_DUPLICATE;
}

static int
published(void *arg, const char *id, const char *path, struct err *e)
{
	struct account *a = arg;
	char hex[DIGEST_HEX + 1];
	struct stat st;

	(void)e;
	if (!to_read(a, path, &st) || !read_original(a, path, hex))
		return 0;
	if (!published_so(a, id, hex))
		account_fault(a, path, other_bytes);
	return 0;
}

int
account_take(struct account *a, struct err *e)
{
	static const enum state states[] =
	    { STATE_ACCEPTED, STATE_HELD, STATE_REJECTED };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (books_each(a->books, states[i], waiting, a, e) == -1)
			return -1;
	if (tally_each_done(a->spool, published, a, e) == -1)
		return -1;
	return account_outbox(a, e);
}
