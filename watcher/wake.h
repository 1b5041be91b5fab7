#ifndef WATCHER_WAKE_H
#define WATCHER_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/conf.h"

/*
 * wake: sleeps until there may be something to do.
 *
 * inotify only wakes: what there is to do a scan finds out.  Where inotify
 * cannot see (network file systems) or is used up, wake looks at the clock
 * instead, every two seconds, and says so once.  From wake_new() to
 * wake_free() SIGTERM, SIGINT and SIGHUP are blocked, also for children that
 * are started meanwhile, and come out of wake_wait().
 */

struct err;
struct wake;

enum {					/* bits of why it woke */
	WAKE_FILES = 1,			/* something moved in the folder */
	WAKE_LOST = 2,			/* it is not that folder any more */
	WAKE_RELOAD = 4,		/* SIGHUP */
	WAKE_STOP = 8,			/* SIGTERM or SIGINT */
};

/* A line for the log. */
typedef void wake_note_fn(void *arg, const char *text);

struct wake *wake_new(wake_note_fn *, void *arg, struct err *);
void wake_free(struct wake *);

/* Watch this folder, from now on; after WAKE_LOST it must be told again. */
void wake_watch(struct wake *, const char *dir, enum conf_poll);

/* 0 when ms have passed; a poll ends it earlier, with WAKE_FILES. */
unsigned wake_wait(struct wake *, int64_t ms);

/* Whether SIGTERM or SIGINT has come; wake_wait() will tell it again. */
bool wake_stopping(struct wake *);

bool wake_polls(const struct wake *);

/* Whether a file system of this statfs(2) type is seen by other machines. */
bool wake_is_network(int64_t type);

#endif
