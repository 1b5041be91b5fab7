#ifndef SCHEMAS_MOMENT_H
#define SCHEMAS_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * moment: date-times as Altinn writes them (contract 1.2): ISO 8601, 0 to 7
 * digits of fraction, Z, an offset, or no zone, which means UTC.
 */

enum { MOMENT_SIZE = 40, MOMENT_DATE_SIZE = 11 };

/* Seconds since 1970, UTC; the fraction is left out. */
bool moment_parse(const char *, int64_t *seconds);

/*
 * The text `shift` seconds later, in UTC with Z, its fraction kept.  The text
 * is one that moment_parse() takes.
 */
void moment_shift(const char *, int64_t shift, char out[MOMENT_SIZE]);
void moment_date(const char *, char out[MOMENT_DATE_SIZE]);

/* As 30d, 12h, 45m, 10s or 0, up to 100 years; -1: none of these. */
int64_t moment_span(const char *);

#endif
