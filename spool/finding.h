#ifndef SPOOL_FINDING_H
#define SPOOL_FINDING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * finding: what is wrong with a package (DESIGN 9).
 *
 * A code says which rule, a row of the table says whether the package is held
 * or refused for it and what to do, in English and Norwegian.  A code is
 * never renamed or reused.  All findings of a package are collected, at most
 * FINDINGS_MAX of them, one that refuses among them if there is any; the
 * strings live in the list's arena.
 */

struct arena;

enum finding_code {
	/* package */
	F_PACKAGE_FORMAT, F_PACKAGE_LAYOUT, F_PACKAGE_UNREADABLE,
	F_PACKAGE_TRUNCATED, F_PACKAGE_ENCRYPTED, F_PACKAGE_TOO_LARGE,
	F_PACKAGE_BOMB, F_PACKAGE_TOO_MANY_ENTRIES, F_ENTRY_NAME,
	F_ENTRY_TYPE, F_ENTRY_DUPLICATE, F_ENTRY_UNEXPECTED, F_NOT_A_FILE,
	F_CHANGED_WHILE_READ, F_HASH_MISMATCH, F_SUMS_MISSING,
	F_SUMS_MALFORMED,
	/* instance */
	F_INSTANCE_MISSING, F_INSTANCE_MALFORMED, F_INSTANCE_INCONSISTENT,
	F_APP_UNKNOWN, F_NOT_ENDED, F_NOT_ARCHIVED, F_DELETED,
	F_PROCESS_INCONSISTENT, F_ELEMENT_MISSING, F_SIZE_MISMATCH,
	F_UNLISTED_FILE, F_PDF_MISSING, F_DATATYPE_UNKNOWN, F_TOO_MANY,
	F_TOO_FEW, F_CONTENT_TYPE_MISSING, F_CONTENT_TYPE_NOT_ALLOWED,
	F_ELEMENT_TOO_LARGE, F_FILE_INFECTED, F_SCAN_PENDING,
	F_CONTENT_NOT_AS_DECLARED,
	/* form */
	F_XML_MALFORMED, F_XML_DTD, F_XML_ENCODING, F_XML_TOO_DEEP,
	F_XML_LIMIT, F_XML_ROOT, F_XSD,
	/* route and owner */
	F_NO_ROUTE, F_OWNER_MISSING, F_OWNER_AMBIGUOUS,
	F_OWNER_INVALID_NUMBER, F_OWNER_UNKNOWN, F_OWNER_DISABLED,
	F_OWNER_ENVIRONMENT, F_PARTY_TYPE_NOT_ALLOWED,
	/* mapping and B */
	F_MAP_REQUIRED, F_MAP_CONVERT, F_MAP_CODE, F_MAP_SOURCE,
	F_PREFILL_TYPE, F_MODEL_INVALID, F_PART_UNKNOWN_TYPE,
	F_PART_CONTENT_TYPE, F_PART_EMPTY, F_PART_TOO_LARGE,
	F_PART_TOO_MANY, F_PART_RESERVED_TYPE,
	/* spool */
	F_CONFLICT, F_WORKER_CRASHED, F_WORKER_TIMEOUT, F_WORKER_MEMORY,
	F_IO_ERROR, F_NO_SPACE,
	F_COUNT
};

enum verdict { VERDICT_ACCEPTED, VERDICT_HELD, VERDICT_REJECTED };

enum { FINDINGS_MAX = 200, FINDING_MESSAGE_MAX = 1000 };

struct finding {
	enum finding_code code;
	const char *message;		/* what; never a value of a form */
	const char *file, *path;	/* where; NULL when there is none */
	long line;			/* 0 when there is none */
};

struct findings {
	struct arena *arena;
	struct finding *v;		/* FINDINGS_MAX of room, or NULL */
	size_t n, left_out;
};

const char *finding_name(enum finding_code);
bool finding_lookup(const char *name, enum finding_code *);
enum verdict finding_verdict(enum finding_code);
const char *finding_action(enum finding_code);		/* English */
const char *finding_action_nb(enum finding_code);	/* Norwegian */

/*
 * A message is UTF-8 of FINDING_MESSAGE_MAX bytes at most, whatever goes into
 * it: it is cut, and what is no UTF-8 becomes ?.
 */
void findings_init(struct findings *, struct arena *);
void findings_add(struct findings *, enum finding_code, const char *file,
    long line, const char *path, const char *, ...)
    __attribute__((format(printf, 6, 7)));

/* Refused when any finding refuses, else held when there is one. */
enum verdict findings_verdict(const struct findings *);
bool findings_has(const struct findings *, enum finding_code);

#endif
