#include "schemas/moment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRACTION_MAX = 7, DAY = 86400, SPAN_DAYS_MAX = 36500 };

struct parts {
	struct tm tm;
	char fraction[FRACTION_MAX + 2];	/* with its point, or "" */
	int64_t offset;				/* seconds east of UTC */
};

/* Digits at p as the pattern has them: "####-##-##T##:##:##". */
static bool
shape_ok(const char *p, const char *pattern)
{
	for (; *pattern != '\0'; p++, pattern++)
		if (*pattern == '#' ? !isdigit((unsigned char)*p) :
		    *p != *pattern)
			return false;
	return true;
}

static int
number(const char *p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

static bool
day_exists(int year, int month, int day)
{
	static const int days[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 &&
	    day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool
read_zone(const char *p, int64_t *offset)
{
	*offset = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if ((*p != '+' && *p != '-') || !shape_ok(p + 1, "##:##") ||
	    p[6] != '\0' || number(p + 1, 2) > 14 || number(p + 4, 2) > 59)
		return false;
	*offset = number(p + 1, 2) * 3600 + number(p + 4, 2) * 60;
	if (*p == '-')
		*offset = -*offset;
	return true;
}

static bool
read_parts(const char *s, struct parts *x)
{
	const char *p = s + 19;
	size_t n;

	memset(x, 0, sizeof *x);
	if (!shape_ok(s, "####-##-##T##:##:##"))
		return false;
	x->tm.tm_year = number(s, 4) - 1900;
	x->tm.tm_mon = number(s + 5, 2) - 1;
	x->tm.tm_mday = number(s + 8, 2);
	x->tm.tm_hour = number(s + 11, 2);
	x->tm.tm_min = number(s + 14, 2);
	x->tm.tm_sec = number(s + 17, 2);
	if (!day_exists(x->tm.tm_year + 1900, x->tm.tm_mon + 1,
	    x->tm.tm_mday) || x->tm.tm_hour > 23 || x->tm.tm_min > 59 ||
	    x->tm.tm_sec > 59)
		return false;
	if (*p == '.') {
		n = 1 + strspn(p + 1, "0123456789");
		if (n == 1 || n > FRACTION_MAX + 1)
			return false;
		memcpy(x->fraction, p, n);
		p += n;
	}
	return read_zone(p, &x->offset);
}

bool
moment_parse(const char *s, int64_t *seconds)
{
	struct parts x;

	if (!read_parts(s, &x))
		return false;
	*seconds = (int64_t)timegm(&x.tm) - x.offset;
	return true;
}

void
moment_shift(const char *s, int64_t shift, char out[MOMENT_SIZE])
{
	struct parts x;
	struct tm tm;
	time_t t;
	size_t n;

	out[0] = '\0';
	if (!read_parts(s, &x))
		return;
	t = (time_t)((int64_t)timegm(&x.tm) - x.offset + shift);
	if (gmtime_r(&t, &tm) == NULL)
		return;
	/* %Y alone writes the year 1, .NET's least, as one digit. */
	n = strftime(out, MOMENT_SIZE, "%04Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, MOMENT_SIZE - n, "%sZ", x.fraction);
}

void
moment_date(const char *s, char out[MOMENT_DATE_SIZE])
{
	char utc[MOMENT_SIZE];

	moment_shift(s, 0, utc);
	snprintf(out, MOMENT_DATE_SIZE, "%.10s", utc);
}

int64_t
moment_span(const char *s)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'd', DAY }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	const int64_t most = (int64_t)SPAN_DAYS_MAX * DAY;
	char *end;
	int64_t n;

	if (!isdigit((unsigned char)*s))
		return -1;
	n = strtoll(s, &end, 10);
	if (*end == '\0')
		return n == 0 ? 0 : -1;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (*end == units[i].unit && end[1] == '\0')
			return n <= most / units[i].seconds ?
			    n * units[i].seconds : -1;
	return -1;
}
