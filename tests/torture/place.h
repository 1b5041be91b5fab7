#ifndef TESTS_TORTURE_PLACE_H
#define TESTS_TORTURE_PLACE_H

#include <stdbool.h>
#include <string.h>

/* place: what lies where in a spool, told by its path below it. */

static inline bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static inline bool
ends(const char *s, const char *with)
{
	size_t n = strlen(s), k = strlen(with);

	return n >= k && strcmp(s + n - k, with) == 0;
}

static inline const char *
base(const char *path)
{
	const char *p = strrchr(path, '/');

	return p != NULL ? p + 1 : path;
}

/* The path itself, or what lies below it. */
static inline bool
at_or_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/');
}

static inline bool
is_instance(const char *path)
{
	int depth = 0;

	for (const char *p = path; *p != '\0'; p++)
		depth += *p == '/';
	return begins(path, "outbox/") && depth == 4;
}

/* claimed/{run}, tmp/{run}, claimed/.{run}.lock: what tells of a run */
static inline bool
is_trace(const char *path)
{
	return (begins(path, "claimed/") || begins(path, "tmp/")) &&
	    strchr(strchr(path, '/') + 1, '/') == NULL;
}

/* A drop that was taken away: claimed/{run}/{n}.{name} */
static inline bool
is_taken_drop(const char *path)
{
	return begins(path, "claimed/") && !is_trace(path) &&
	    strspn(base(path), "0123456789") > 0 &&
	    strchr(base(path), '.') != NULL;
}

static inline bool
is_day(const char *path)
{
	return begins(path, "ledger/") && ends(path, ".jsonl");
}

static inline bool
of_a_run(const char *path)
{
	return begins(path, "claimed/") || begins(path, "tmp/");
}

static inline bool
is_lock(const char *path)
{
	return ends(path, ".lock");
}

#endif
