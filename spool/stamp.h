#ifndef SPOOL_STAMP_H
#define SPOOL_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
 * stamp: points in time as ledger, receipts and folders write them, in UTC;
 * and how much time has passed, whatever the clock is set to.
 */

enum { STAMP_LEN = 20, STAMP_DAY = 10 };

void stamp_of(char text[STAMP_LEN + 1], time_t);  /* 2026-03-03T01:15:02Z */
void stamp_now(char text[STAMP_LEN + 1]);
void stamp_day(char day[STAMP_DAY + 1], const char *stamp);  /* 2026-03-03 */
bool stamp_day_ok(const char *);		/* the form of one, no more */
bool stamp_read(const char *stamp, time_t *);	/* what stamp_of() wrote */

int64_t stamp_ticks(void);			/* milliseconds */

#endif
