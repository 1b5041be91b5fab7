#ifndef SPOOL_NOTIFY_H
#define SPOOL_NOTIFY_H

#include <stdint.h>

/*
 * notify: the service manager's socket, as sd_notify(3) speaks to it.
 *
 * Without NOTIFY_SOCKET, and when the manager does not listen, nothing
 * happens: a service must not fail for the want of somebody to tell.
 */

/* Lines as "READY=1" or "STATUS=3 waiting", parted by newlines. */
void notify_send(const char *, ...) __attribute__((format(printf, 1, 2)));

/* How often WATCHDOG=1 is due, in milliseconds: half of what kills; or 0. */
int64_t notify_watchdog(void);

#endif
