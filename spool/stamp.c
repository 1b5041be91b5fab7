#include "spool/stamp.h"

#include <string.h>

void
stamp_of(char text[STAMP_LEN + 1], time_t t)
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, STAMP_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(text, "1970-01-01T00:00:00Z", STAMP_LEN + 1);
}

void
stamp_now(char text[STAMP_LEN + 1])
{
	stamp_of(text, time(NULL));
}

void
stamp_day(char day[STAMP_DAY + 1], const char *stamp)
{
	memcpy(day, stamp, STAMP_DAY);
	day[STAMP_DAY] = '\0';
}

bool
stamp_day_ok(const char *s)
{
	for (size_t i = 0; i < STAMP_DAY; i++) {
		bool dash = i == 4 || i == 7;

		if (dash ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	}
	return s[STAMP_DAY] == '\0';
}

bool
stamp_read(const char *stamp, time_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		return false;
	*t = timegm(&tm);
	return true;
}

int64_t
stamp_ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
