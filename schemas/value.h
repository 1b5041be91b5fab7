#ifndef SCHEMAS_VALUE_H
#define SCHEMAS_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * value: the simple types of XML Schema, as far as a map must know them.
 *
 * What a text must look like to fit a field, and the form in which we write
 * it (contract 5.3).  Facets other than enumerations are left to the
 * validation of the finished document.
 */

struct buf;

enum value_kind {
	VALUE_TEXT,		/* string, normalizedString: kept as it is */
	VALUE_TOKEN,		/* token, anyURI, ID…: white space collapsed */
	VALUE_BOOLEAN,
	VALUE_DECIMAL,
	VALUE_INTEGER,		/* the whole xs:integer family, ranges below */
	VALUE_FLOAT,		/* float, double */
	VALUE_DATE,
	VALUE_DATE_TIME,
	VALUE_TIME,
	VALUE_PART_DATE,	/* gYear, gYearMonth, gMonth, gMonthDay, gDay */
	VALUE_DURATION,
	VALUE_BINARY,		/* base64Binary, hexBinary */
	VALUE_LIST,		/* xs:list, NMTOKENS…: items not looked at */
	VALUE_ANY,		/* union, anySimpleType: not looked at */
	VALUE_KINDS
};

/*
 * A simple type: its kind, for integers the range as decimal texts (NULL is
 * unbounded), and its enumeration (n_codes 0 is none).
 */
struct simple {
	enum value_kind kind;
	const char *builtin;		/* "decimal", "int", "string"… */
	const char *least, *most;
	const char *const *codes;
	size_t n_codes;
};

/* The simple type of an XML Schema built-in by local name, or NULL. */
const struct simple *value_builtin(const char *name);

const char *value_kind_name(enum value_kind);	/* for people: "a date" */

/* Whether white space around the text counts for nothing in this type. */
bool value_collapses(const struct simple *);

/* Append the text with its white space collapsed, as XML Schema has it. */
void value_collapse(const char *text, struct buf *out);

/*
 * Whether `text` (white space collapsed by the caller where the type does
 * that) is in the lexical space of the kind, the integer range and the
 * enumeration.  Dates must exist in the calendar.
 */
bool value_fits(const struct simple *, const char *text);

/*
 * Append the text as we write it: booleans true and false, numbers without
 * a plus sign, decimals with their scale, the rest as it is.  The text fits.
 */
void value_write(const struct simple *, const char *text, struct buf *);

/*
 * Whether every text of `from` fits `to`: used by map check.  An answer of
 * false means that some texts of `from` cannot fit.
 */
bool value_holds(const struct simple *to, const struct simple *from);

#endif
