#ifndef TRANSFORM_OWNER_H
#define TRANSFORM_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/finding.h"
#include "spool/id.h"

/*
 * owner: who gets a B instance (contract 8, DESIGN 4 and 6).
 *
 * Values are taken as they are: a blank inside or around a number makes it
 * invalid.  Nothing here ever shows a value, as it may be a person number.
 */

struct conf;
struct csv_place;
struct faults;
struct owner_table;
struct party_types;

enum owner_kind {
	OWNER_ORGANISATION,
	OWNER_PERSON,
	OWNER_PARTY,
	OWNER_USERNAME,
	OWNER_KINDS
};

enum { OWNER_VALUE_MAX = 320 };

struct owner {
	enum owner_kind kind;
	char value[OWNER_VALUE_MAX + 1];
};

/* Why someone cannot be the owner; `why` is a constant text. */
struct owner_fault {
	enum finding_code code;
	const char *why;
};

/* The word of route.conf and of owners.csv, and back. */
const char *owner_kind_name(enum owner_kind);
bool owner_kind_lookup(const char *, enum owner_kind *);

/*
 * Check a value against [owners] person-number and allow and [spool]
 * environment.  -1: OWNER_MISSING for an empty one, OWNER_INVALID_NUMBER,
 * OWNER_ENVIRONMENT.
 */
int owner_take(struct owner *, const struct conf *, enum owner_kind,
    const char *value, struct owner_fault *);

/*
 * The owner's folder: org-{9 digits}, party-{id}; person-{16 hex} and
 * user-{16 hex} are the beginning of the HMAC-SHA-256 of "person:VALUE" and
 * "username:VALUE" with the key of conf_key().
 */
void owner_tag(const struct owner *, const unsigned char *key, size_t len,
    char tag[ID_OWNER_MAX + 1]);

/*
 * partyTypesAllowed of the app (contract 2.4), as far as it can be told.
 * unit_type is that of an organisation, NULL when it is not known: then it
 * may be a main unit, a sub unit or a bankruptcy estate, and is allowed when
 * one of these is.  What a party is cannot be told: allowed.
 */
bool owner_allowed(const struct owner *, const struct party_types *,
    const char *unit_type);

/*
 * owners.csv: key, one or more of the four kinds (each row fills exactly
 * one), and if wanted enabled (yes, no), valid_from, valid_to and columns of
 * any other name.  Everything is checked at load; NULL when there is a fault.
 */
struct owner_table *owner_table_read(const char *label, const char *bytes,
    size_t n, const struct conf *, struct faults *);
struct owner_table *owner_table_load(const char *label, const char *path,
    const struct conf *, struct faults *);
void owner_table_free(struct owner_table *);

/*
 * The row for the key on that day (YYYY-MM-DD) and its owner.  -1:
 * OWNER_MISSING for an empty key, OWNER_UNKNOWN, OWNER_DISABLED.
 */
int owner_table_find(const struct owner_table *, const char *key,
    const char *day, size_t *row, struct owner *, struct owner_fault *);

/* Row i of the table: whom it names, whether enabled, where it stands. */
size_t owner_table_rows(const struct owner_table *);
const struct owner *owner_table_owner(const struct owner_table *, size_t i,
    bool *enabled, struct csv_place *);

/* For `owner:COLUMN`; a cell is "" where there is none. */
bool owner_table_column(const struct owner_table *, const char *name,
    size_t *column);
const char *owner_table_cell(const struct owner_table *, size_t row,
    size_t column);

#endif
