#include "schemas/lexical.h"

#include <ctype.h>
#include <string.h>

/*
 * The readers below move a cursor over what they know and return whether it
 * was there.  A reader that fails leaves the cursor anywhere.
 */

static bool
eat(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static size_t
eat_digits(const char **p)
{
	size_t n = strspn(*p, "0123456789");

	*p += n;
	return n;
}

static void
eat_sign(const char **p)
{
	if (**p == '+' || **p == '-')
		(*p)++;
}

/* Exactly two digits, from least to most. */
static bool
eat_two(const char **p, int least, int most, int *out)
{
	const char *s = *p;

	if (strspn(s, "0123456789") < 2)
		return false;
	*out = (s[0] - '0') * 10 + (s[1] - '0');
	*p += 2;
	return *out >= least && *out <= most;
}

/* Four digits or more, no year 0; *out is the year modulo 400. */
static bool
eat_year(const char **p, int *out)
{
	const char *s = *p;
	size_t n;

	*out = 0;
	if (*s == '-')
		s++;
	n = strspn(s, "0123456789");
	if (n < 4 || (n > 4 && *s == '0') || strspn(s, "0") == n)
		return false;
	for (size_t i = 0; i < n; i++)
		*out = (*out * 10 + (s[i] - '0')) % 400;
	*p = s + n;
	return true;
}

static int
days_in(int month, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Z, +hh:mm or -hh:mm up to 14 hours, or nothing; then the end. */
static bool
ends_in_zone(const char *p)
{
	int hour, minute;

	if (eat(&p, 'Z') || *p == '\0')
		return *p == '\0';
	if (*p != '+' && *p != '-')
		return false;
	p++;
	return eat_two(&p, 0, 14, &hour) && eat(&p, ':') &&
	    eat_two(&p, 0, hour == 14 ? 0 : 59, &minute) && *p == '\0';
}

static bool
eat_date(const char **p)
{
	int year, month, day;

	return eat_year(p, &year) && eat(p, '-') &&
	    eat_two(p, 1, 12, &month) && eat(p, '-') &&
	    eat_two(p, 1, days_in(month, year), &day);
}

/* hh:mm:ss and a fraction; 24:00:00 is the end of a day. */
static bool
eat_time(const char **p)
{
	int hour, minute, second;
	const char *fraction;

	if (!eat_two(p, 0, 24, &hour) || !eat(p, ':') ||
	    !eat_two(p, 0, hour == 24 ? 0 : 59, &minute) || !eat(p, ':') ||
	    !eat_two(p, 0, hour == 24 ? 0 : 59, &second))
		return false;
	if (!eat(p, '.'))
		return true;
	fraction = *p;
	return eat_digits(p) > 0 && (hour < 24 ||
	    strspn(fraction, "0") == (size_t)(*p - fraction));
}

bool
lexical_date(const char *p)
{
	return eat_date(&p) && ends_in_zone(p);
}

bool
lexical_date_time(const char *p)
{
	return eat_date(&p) && eat(&p, 'T') && eat_time(&p) &&
	    ends_in_zone(p);
}

bool
lexical_time(const char *p)
{
	return eat_time(&p) && ends_in_zone(p);
}

static bool
is_year(const char *p)
{
	int year;

	return eat_year(&p, &year) && ends_in_zone(p);
}

static bool
is_year_month(const char *p)
{
	int year, month;

	return eat_year(&p, &year) && eat(&p, '-') &&
	    eat_two(&p, 1, 12, &month) && ends_in_zone(p);
}

static bool
is_month(const char *p)
{
	int month;

	return eat(&p, '-') && eat(&p, '-') && eat_two(&p, 1, 12, &month) &&
	    ends_in_zone(p);
}

static bool
is_month_day(const char *p)
{
	int month, day;

	return eat(&p, '-') && eat(&p, '-') && eat_two(&p, 1, 12, &month) &&
	    eat(&p, '-') && eat_two(&p, 1, days_in(month, 0), &day) &&
	    ends_in_zone(p);
}

static bool
is_day(const char *p)
{
	int day;

	return eat(&p, '-') && eat(&p, '-') && eat(&p, '-') &&
	    eat_two(&p, 1, 31, &day) && ends_in_zone(p);
}

static bool
is_base64(const char *p)
{
	size_t digits = 0, pad = 0;

	for (; *p != '\0'; p++) {
		if (*p == ' ')
			continue;
		if (*p == '=')
			pad++;
		else if (pad > 0 || (!isalnum((unsigned char)*p) &&
		    *p != '+' && *p != '/'))
			return false;
		else
			digits++;
	}
	return pad <= 2 && (digits + pad) % 4 == 0 &&
	    (pad == 0 || digits % 4 == 4 - pad);
}

static bool
is_hex(const char *p)
{
	size_t n = strspn(p, "0123456789abcdefABCDEF");

	return p[n] == '\0' && n % 2 == 0;
}

static const struct {
	const char *builtin;
	bool (*is)(const char *);
} by_name[] = {
	{ "gYear", is_year },
	{ "gYearMonth", is_year_month },
	{ "gMonth", is_month },
	{ "gMonthDay", is_month_day },
	{ "gDay", is_day },
	{ "base64Binary", is_base64 },
	{ "hexBinary", is_hex },
};

bool
lexical_named(const char *builtin, const char *text)
{
	for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++)
		if (strcmp(by_name[i].builtin, builtin) == 0)
			return by_name[i].is(text);
	return false;
}

/* nX for each X of `units` in order, each at most once; counts them. */
static size_t
eat_units(const char **p, const char *units)
{
	const char *start, *unit;
	size_t n = 0;

	for (;; n++) {
		start = *p;
		if (eat_digits(p) == 0)
			return n;
		unit = **p != '\0' ? strchr(units, **p) : NULL;
		if (unit == NULL) {
			*p = start;
			return n;
		}
		units = unit + 1;
		(*p)++;
	}
}

/* n.nS, of which eat_units() has left the whole. */
static bool
eat_second_fraction(const char **p)
{
	const char *s = *p;

	if (eat_digits(&s) == 0 || !eat(&s, '.') || eat_digits(&s) == 0 ||
	    !eat(&s, 'S'))
		return false;
	*p = s;
	return true;
}

bool
lexical_duration(const char *p)
{
	size_t days, times;

	eat(&p, '-');
	if (!eat(&p, 'P'))
		return false;
	days = eat_units(&p, "YMD");
	if (!eat(&p, 'T'))
		return days > 0 && *p == '\0';
	times = eat_units(&p, "HMS");
	if ((times == 0 || p[-1] != 'S') && eat_second_fraction(&p))
		times++;
	return times > 0 && *p == '\0';
}

bool
lexical_boolean(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "1") == 0 || strcmp(text, "0") == 0;
}

static bool
eat_decimal(const char **p)
{
	size_t n;

	eat_sign(p);
	n = eat_digits(p);
	if (eat(p, '.'))
		n += eat_digits(p);
	return n > 0;
}

bool
lexical_decimal(const char *p)
{
	return eat_decimal(&p) && *p == '\0';
}

bool
lexical_float(const char *p)
{
	if (strcmp(p, "INF") == 0 || strcmp(p, "-INF") == 0 ||
	    strcmp(p, "NaN") == 0)
		return true;
	if (!eat_decimal(&p))
		return false;
	if (*p != 'e' && *p != 'E')
		return *p == '\0';
	p++;
	eat_sign(&p);
	return eat_digits(&p) > 0 && *p == '\0';
}

static int
sign_of(int n)
{
	return (n > 0) - (n < 0);
}

/* A decimal taken apart: neither sign nor zeros that do not count. */
struct parts {
	bool negative;
	const char *whole, *fraction;
	size_t n_whole, n_fraction;
};

static struct parts
take_apart(const char *p)
{
	struct parts d = { .negative = *p == '-' };

	eat_sign(&p);
	p += strspn(p, "0");
	d.whole = p;
	d.n_whole = eat_digits(&p);
	eat(&p, '.');
	d.fraction = p;
	d.n_fraction = eat_digits(&p);
	while (d.n_fraction > 0 && d.fraction[d.n_fraction - 1] == '0')
		d.n_fraction--;
	if (d.n_whole == 0 && d.n_fraction == 0)
		d.negative = false;
	return d;
}

static int
compare_sizes(const struct parts *a, const struct parts *b)
{
	size_t n = a->n_fraction < b->n_fraction ? a->n_fraction :
	    b->n_fraction;
	int c;

	if (a->n_whole != b->n_whole)
		return a->n_whole > b->n_whole ? 1 : -1;
	c = memcmp(a->whole, b->whole, a->n_whole);
	if (c == 0)
		c = memcmp(a->fraction, b->fraction, n);
	if (c == 0)
		c = (a->n_fraction > b->n_fraction) -
		    (a->n_fraction < b->n_fraction);
	return sign_of(c);
}

int
lexical_compare(const char *left, const char *right)
{
	struct parts a = take_apart(left), b = take_apart(right);
	int c;

	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	c = compare_sizes(&a, &b);
	return a.negative ? -c : c;
}

bool
lexical_integer(const char *p)
{
	eat_sign(&p);
	return eat_digits(&p) > 0 && *p == '\0';
}
