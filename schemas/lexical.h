#ifndef SCHEMAS_LEXICAL_H
#define SCHEMAS_LEXICAL_H

#include <stdbool.h>

/*
 * lexical: what the texts of XML Schema's built-in types look like.
 *
 * Each predicate takes the whole text, without white space around it.  Days
 * must exist in the calendar; a time zone may follow any date or time.
 */

bool lexical_boolean(const char *);
bool lexical_decimal(const char *);	/* no exponent */
bool lexical_integer(const char *);
bool lexical_float(const char *);	/* also INF, -INF, NaN */
bool lexical_date(const char *);
bool lexical_date_time(const char *);
bool lexical_time(const char *);
bool lexical_duration(const char *);

/* The same for gYear, gMonth and so on, base64Binary and hexBinary. */
bool lexical_named(const char *builtin, const char *);

/* Two decimals of any length as numbers: -1, 0 or 1. */
int lexical_compare(const char *, const char *);

#endif
