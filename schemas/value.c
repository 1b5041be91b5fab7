#include "schemas/value.h"

#include <ctype.h>
#include <string.h>

#include "spool/buf.h"

#define BIT(kind) (1u << (kind))

static const char *const names[] = {
	[VALUE_TEXT] = "a text",
	[VALUE_TOKEN] = "a text without extra blanks",
	[VALUE_BOOLEAN] = "true or false",
	[VALUE_DECIMAL] = "a decimal number",
	[VALUE_INTEGER] = "a whole number",
	[VALUE_FLOAT] = "a floating-point number",
	[VALUE_DATE] = "a date",
	[VALUE_DATE_TIME] = "a date and time",
	[VALUE_TIME] = "a time of day",
	[VALUE_PART_DATE] = "a part of a date",
	[VALUE_DURATION] = "a duration",
	[VALUE_BINARY] = "encoded bytes",
	[VALUE_LIST] = "a list of values",
	[VALUE_ANY] = "a value of several types",
};

_Static_assert(sizeof names / sizeof *names == VALUE_KINDS,
    "every kind needs a name");

#define TYPE(name, kind) { VALUE_ ## kind, name, NULL, NULL, NULL, 0 }
#define RANGE(name, least, most) \
	{ VALUE_INTEGER, name, least, most, NULL, 0 }

static const struct simple builtins[] = {
	TYPE("string", TEXT),
	TYPE("normalizedString", TEXT),
	TYPE("token", TOKEN),
	TYPE("language", TOKEN),
	TYPE("Name", TOKEN),
	TYPE("NCName", TOKEN),
	TYPE("NMTOKEN", TOKEN),
	TYPE("ID", TOKEN),
	TYPE("IDREF", TOKEN),
	TYPE("ENTITY", TOKEN),
	TYPE("anyURI", TOKEN),
	TYPE("QName", TOKEN),
	TYPE("NOTATION", TOKEN),
	TYPE("NMTOKENS", LIST),
	TYPE("IDREFS", LIST),
	TYPE("ENTITIES", LIST),
	TYPE("anySimpleType", ANY),
	TYPE("boolean", BOOLEAN),
	TYPE("decimal", DECIMAL),
	TYPE("float", FLOAT),
	TYPE("double", FLOAT),
	TYPE("date", DATE),
	TYPE("dateTime", DATE_TIME),
	TYPE("time", TIME),
	TYPE("gYear", PART_DATE),
	TYPE("gYearMonth", PART_DATE),
	TYPE("gMonth", PART_DATE),
	TYPE("gMonthDay", PART_DATE),
	TYPE("gDay", PART_DATE),
	TYPE("duration", DURATION),
	TYPE("base64Binary", BINARY),
	TYPE("hexBinary", BINARY),
	RANGE("integer", NULL, NULL),
	RANGE("nonPositiveInteger", NULL, "0"),
	RANGE("negativeInteger", NULL, "-1"),
	RANGE("nonNegativeInteger", "0", NULL),
	RANGE("positiveInteger", "1", NULL),
	RANGE("long", "-9223372036854775808", "9223372036854775807"),
	RANGE("int", "-2147483648", "2147483647"),
	RANGE("short", "-32768", "32767"),
	RANGE("byte", "-128", "127"),
	RANGE("unsignedLong", "0", "18446744073709551615"),
	RANGE("unsignedInt", "0", "4294967295"),
	RANGE("unsignedShort", "0", "65535"),
	RANGE("unsignedByte", "0", "255"),
};

enum { N_BUILTINS = sizeof builtins / sizeof *builtins };

const struct simple *
value_builtin(const char *name)
{
	for (size_t i = 0; i < N_BUILTINS; i++)
		if (strcmp(builtins[i].builtin, name) == 0)
			return &builtins[i];
	return NULL;
}

const char *
value_kind_name(enum value_kind kind)
{
	return names[kind];
}

bool
value_collapses(const struct simple *s)
{
	return s->kind != VALUE_TEXT && s->kind != VALUE_ANY;
}

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

static bool
is_date(const struct simple *s, const char *p)
{
	(void)s;
	return eat_date(&p) && ends_in_zone(p);
}

static bool
is_date_time(const struct simple *s, const char *p)
{
	(void)s;
	return eat_date(&p) && eat(&p, 'T') && eat_time(&p) &&
	    ends_in_zone(p);
}

static bool
is_time(const struct simple *s, const char *p)
{
	(void)s;
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

/* Kinds of which the built-in's name alone tells what a text looks like. */
static bool
is_named(const struct simple *s, const char *text)
{
	for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++)
		if (strcmp(by_name[i].builtin, s->builtin) == 0)
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

static bool
is_duration(const struct simple *s, const char *p)
{
	size_t days, times;

	(void)s;
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

static bool
is_boolean(const struct simple *s, const char *text)
{
	(void)s;
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

static bool
is_decimal(const struct simple *s, const char *p)
{
	(void)s;
	return eat_decimal(&p) && *p == '\0';
}

static bool
is_float(const struct simple *s, const char *p)
{
	(void)s;
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

/* Two decimal texts of any length as numbers: -1, 0 or 1. */
static int
compare(const char *left, const char *right)
{
	struct parts a = take_apart(left), b = take_apart(right);
	int c;

	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	c = compare_sizes(&a, &b);
	return a.negative ? -c : c;
}

static bool
takes_sign(const struct simple *s)
{
	return strncmp(s->builtin, "unsigned", strlen("unsigned")) != 0;
}

static bool
is_integer(const struct simple *s, const char *text)
{
	const char *p = text;

	if (takes_sign(s))
		eat_sign(&p);
	if (eat_digits(&p) == 0 || *p != '\0')
		return false;
	return (s->least == NULL || compare(text, s->least) >= 0) &&
	    (s->most == NULL || compare(text, s->most) <= 0);
}

static bool
is_anything(const struct simple *s, const char *text)
{
	(void)s;
	(void)text;
	return true;
}

/*
 * A kind's own look, and the kinds of which each text has that look.  Kinds
 * that take anything take all kinds.
 */
static const struct {
	bool (*is)(const struct simple *, const char *);
	unsigned holds;
} rules[] = {
	[VALUE_TEXT] = { is_anything, ~0u },
	[VALUE_TOKEN] = { is_anything, ~0u },
	[VALUE_BOOLEAN] = { is_boolean, BIT(VALUE_BOOLEAN) },
	[VALUE_DECIMAL] = { is_decimal,
	    BIT(VALUE_DECIMAL) | BIT(VALUE_INTEGER) },
	[VALUE_INTEGER] = { is_integer, BIT(VALUE_INTEGER) },
	[VALUE_FLOAT] = { is_float,
	    BIT(VALUE_FLOAT) | BIT(VALUE_DECIMAL) | BIT(VALUE_INTEGER) },
	[VALUE_DATE] = { is_date, BIT(VALUE_DATE) },
	[VALUE_DATE_TIME] = { is_date_time, BIT(VALUE_DATE_TIME) },
	[VALUE_TIME] = { is_time, BIT(VALUE_TIME) },
	[VALUE_PART_DATE] = { is_named, BIT(VALUE_PART_DATE) },
	[VALUE_DURATION] = { is_duration, BIT(VALUE_DURATION) },
	[VALUE_BINARY] = { is_named, BIT(VALUE_BINARY) },
	[VALUE_LIST] = { is_anything, ~0u },
	[VALUE_ANY] = { is_anything, ~0u },
};

_Static_assert(sizeof rules / sizeof *rules == VALUE_KINDS,
    "every kind needs a rule");

static bool
is_number(enum value_kind kind)
{
	return kind == VALUE_DECIMAL || kind == VALUE_INTEGER;
}

static bool
is_code(const struct simple *s, const char *text)
{
	for (size_t i = 0; i < s->n_codes; i++)
		if (is_number(s->kind) ? compare(text, s->codes[i]) == 0 :
		    strcmp(text, s->codes[i]) == 0)
			return true;
	return false;
}

bool
value_fits(const struct simple *s, const char *text)
{
	return rules[s->kind].is(s, text) &&
	    (s->n_codes == 0 || is_code(s, text));
}

static void
write_boolean(const char *text, struct buf *out)
{
	buf_str(out, *text == 't' || *text == '1' ? "true" : "false");
}

/* XML Schema lets a point stand alone at either end; Altinn does not. */
static void
write_number(const char *text, struct buf *out)
{
	size_t n;

	if (*text == '-')
		buf_char(out, '-');
	text += *text == '-' || *text == '+' ? 1 : 0;
	if (*text == '.')
		buf_char(out, '0');
	n = strlen(text);
	if (n > 0 && text[n - 1] == '.')
		n--;
	buf_add(out, text, n);
}

void
value_write(const struct simple *s, const char *text, struct buf *out)
{
	if (s->kind == VALUE_BOOLEAN)
		write_boolean(text, out);
	else if (is_number(s->kind))
		write_number(text, out);
	else if (s->kind == VALUE_FLOAT)
		buf_str(out, *text == '+' ? text + 1 : text);
	else
		buf_str(out, text);
}

static bool
codes_fit(const struct simple *to, const struct simple *from)
{
	for (size_t i = 0; i < from->n_codes; i++)
		if (!value_fits(to, from->codes[i]))
			return false;
	return true;
}

static bool
range_holds(const struct simple *to, const struct simple *from)
{
	return (to->least == NULL || (from->least != NULL &&
	    compare(from->least, to->least) >= 0)) &&
	    (to->most == NULL || (from->most != NULL &&
	    compare(from->most, to->most) <= 0));
}

bool
value_holds(const struct simple *to, const struct simple *from)
{
	if (from->n_codes > 0)
		return codes_fit(to, from);
	if (to->n_codes > 0 || (rules[to->kind].holds & BIT(from->kind)) == 0)
		return false;
	if (to->kind == VALUE_INTEGER)
		return range_holds(to, from);
	if (rules[to->kind].is == is_named)
		return strcmp(to->builtin, from->builtin) == 0;
	return true;
}
