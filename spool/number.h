#ifndef SPOOL_NUMBER_H
#define SPOOL_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * number: organisation numbers and person numbers (contract 8.1, 8.2).
 *
 * All calls take a NUL-terminated text and want the bare digits: no blanks,
 * no country prefix.  None of them ever shows the number.
 */

enum person_rule {
	PERSON_STRICT_1964,	/* check digits of today */
	PERSON_ACCEPT_2032,	/* also those issued from 2032 on */
	PERSON_FORMAT_ONLY,	/* eleven digits and a date */
};

bool number_org_ok(const char *);
bool number_org_real(const char *);	/* begins with 8 or 9 */
bool number_person_ok(const char *, enum person_rule);
bool number_person_synthetic(const char *);	/* month with an offset */
bool number_digits(const char *, size_t n);	/* exactly n ASCII digits */

#endif
