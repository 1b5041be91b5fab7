#ifndef SPOOL_ID_H
#define SPOOL_ID_H

#include <stdbool.h>
#include <stddef.h>

/*
 * id: the names that may become part of a path.
 *
 * Whatever comes from a package or a worker passes one of these predicates
 * before it is used below the spool.  None of them lets a slash (but for the
 * one of an app), a control character, a leading dot or a person number
 * through.
 */

enum {
	ID_GUID = 36,			/* 8-4-4-4-12, lower case */
	ID_MAX = 80,			/* a package id */
	ID_APP_MAX = 129,		/* org/app */
	ID_KEY_MAX = 160,		/* a B instance */
	ID_OWNER_MAX = 40,
	ID_TYPE_MAX = 150,		/* a data type */
	ID_ROUTE_MAX = 64,
};

bool id_guid_ok(const char *);
bool id_app_ok(const char *);		/* {org}/{app} */
bool id_route_ok(const char *);
bool id_type_ok(const char *);
bool id_owner_ok(const char *);		/* org-, party-, person-, user- */
bool id_key_ok(const char *);		/* {guid}.{route}[.{0001}][~{2}] */
bool id_hex_ok(const char *, size_t n);	/* exactly n lower-case hex digits */
bool id_plain_ok(const char *);		/* a file name as we make them */

/*
 * A key's generation: what a replay makes in place of KEY is KEY~2, then
 * KEY~3.  No route's name has a tilde, so none looks like a generation.
 */
enum { ID_GENERATION_MAX = 999999 };
unsigned id_key_generation(const char *key);	/* 1 where none is told */
size_t id_key_base(const char *key);		/* so long without it */
int id_key_order(const char *, const char *);	/* strcmp(3), without it */

/*
 * A package is known by {guid}-{first 12 of its sha256}, or, where no GUID
 * could be read, by sha256-{first 32}.  guid may be NULL.
 */
void id_make(char id[ID_MAX + 1], const char *guid, const char *sha256);
bool id_ok(const char *);

#endif
