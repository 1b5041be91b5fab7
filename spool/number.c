#include "spool/number.h"

#include <string.h>

static const int org_weights[] = { 3, 2, 7, 6, 5, 4, 3, 2 };
static const int k1_weights[] = { 3, 7, 6, 1, 8, 9, 4, 5, 2 };
static const int k2_weights[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };

/* Synthetic and help numbers add an offset to the month (contract 8.2). */
static const struct {
	int from, offset;
} months[] = {
	{ 81, 80 },	/* Tenor, Skatteetaten */
	{ 66, 65 },	/* Norsk helsenett */
	{ 41, 40 },	/* help numbers, NAV */
};

bool
number_digits(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789") == n;
}

static int
weighted(const char *s, const int *weights, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (s[i] - '0') * weights[i];
	return sum;
}

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

bool
number_org_ok(const char *s)
{
	int r;

	if (!number_digits(s, 9) || strcmp(s, "000000000") == 0)
		return false;
	r = weighted(s, org_weights, 8) % 11;
	return r != 1 && (11 - r) % 11 == s[8] - '0';
}

bool
number_org_real(const char *s)
{
	return s[0] == '8' || s[0] == '9';
}

static int
month_offset(const char *s)
{
	int month = two(s + 2), offset = 0;

	for (size_t i = 0; i < sizeof months / sizeof *months; i++)
		if (month >= months[i].from && month <= months[i].from + 11)
			offset = months[i].offset;
	return offset;
}

/* The century cannot be told from the number: year 00 counts as 2000. */
static bool
date_ok(const char *s)
{
	static const int days[] =
	    { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int day = two(s), month = two(s + 2) - month_offset(s);
	int year = two(s + 4);

	if (day > 40)
		day -= 40;	/* D-number */
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || year % 4 == 0;
}

bool
number_person_ok(const char *s, enum person_rule rule)
{
	int k1, k2;

	if (!number_digits(s, 11) || !date_ok(s))
		return false;
	if (rule == PERSON_FORMAT_ONLY)
		return true;
	k1 = (weighted(s, k1_weights, 9) + s[9] - '0') % 11;
	k2 = (weighted(s, k2_weights, 10) + s[10] - '0') % 11;
	return k2 == 0 && k1 <= (rule == PERSON_ACCEPT_2032 ? 3 : 0);
}

bool
number_person_synthetic(const char *s)
{
	return number_digits(s, 11) && month_offset(s) != 0;
}
