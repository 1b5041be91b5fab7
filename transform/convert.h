#ifndef TRANSFORM_CONVERT_H
#define TRANSFORM_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/value.h"

/*
 * convert: the column `convert` of a map: functions joined by `|`.
 *
 *	trim		white space (Unicode's) at both ends taken away
 *	upper, lower	Unicode simple mapping
 *	date		a date or date-time, zone and fraction allowed, to
 *			YYYY-MM-DD as it is written: zones are not reckoned
 *	decimal		[+-]digits[.digits]; scale kept, plus sign dropped
 *	int		[+-]digits; plus sign and leading zeros dropped
 *	bool		true, false, 1, 0, in just this spelling
 *	code(list)	what the code list has for it
 *	substr(a,n)	n characters from the a-th, counted from 1
 *	pad(n,c)	c on the left, up to n characters
 *	replace(a,b)	each a by b
 *	prefix(t), suffix(t)
 *	digits		only 0-9 kept
 *	join(sep)	all values, sep between them
 *	first		the first value
 *	count		how many values
 *
 * An argument is what stands between the signs, blanks included; in double
 * quotes it may hold , ) | and "" for a quote.  What is empty stays empty in
 * each of them, so that the default of the row is used; only count makes "0"
 * of no values.  date, decimal, int and bool overlook XML white space at
 * both ends, as XML Schema does.
 *
 * join, first and count take many values: one of them at most in a chain.
 * What stands before join works on each value, before first on that value
 * only; before count nothing may stand.  join counts empty values too,
 * unless all are empty: that is empty.
 */

struct arena;
struct codes;
struct codes_set;
struct convert;
struct csv_place;
struct faults;

enum { CONVERT_STEPS_MAX = 32, CONVERT_TEXT_MAX = 16 << 20 };

enum convert_status {
	CONVERT_ONE,		/* the text, which may be "" */
	CONVERT_SEVERAL,	/* more than one value is left: MAP_SOURCE */
	CONVERT_FAILED,		/* MAP_CONVERT */
	CONVERT_MISSED,		/* not in the code list: default, or MAP_CODE */
};

struct convert_result {
	enum convert_status status;
	const char *text;	/* in the arena or one of the values */
	const char *step;	/* which function failed; NULL */
	const char *why;	/* what it wanted, without the value; NULL */
};

/*
 * Compile.  An empty text is a chain that changes nothing.  The set (NULL is
 * an empty one) must outlive the chain.  NULL and at least one fault at the
 * place when it cannot be understood.
 */
struct convert *convert_new(const char *text, const struct codes_set *,
    const struct csv_place *, struct faults *);
void convert_free(struct convert *);

/* Day is that of the archived instance: it chooses rows of code lists. */
struct convert_result convert_run(const struct convert *,
    const char *const *values, size_t n, const char *day, struct arena *);

/* Whether several values for one target are fine: join, first or count. */
bool convert_takes_many(const struct convert *);

/* What comes out, as far as it can be told before there is a value. */
enum convert_origin {
	YIELD_SOURCE,		/* of the type that the source has */
	YIELD_KIND,		/* of `kind`; VALUE_TEXT: any text */
	YIELD_CODES,		/* an output of `codes` */
};

struct convert_yield {
	enum convert_origin origin;
	enum value_kind kind;
	bool not_negative;	/* an integer from 0 up */
	const struct codes *codes;	/* NULL: the list has faults */
};

struct convert_yield convert_yields(const struct convert *);

/*
 * What the first function that cares wants of the source's own values: those
 * of a kind, or an entry of a code list.  False: it takes any text.
 */
bool convert_wants(const struct convert *, struct convert_yield *);

#endif
