#include "spool/id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/number.h"
#include "spool/text.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define HEX "0123456789abcdef"
#define PLAIN LOWER UPPER DIGIT "._-"

static const char unreadable[] = "sha256-";
enum { SHORT_SUM = 12, LONG_SUM = 32, TAG = 16, INDEX_MIN = 4, INDEX_MAX = 9,
    GENERATION_MAX = 6 };

static bool
made_of(const char *s, const char *set, size_t least, size_t most)
{
	size_t n = strnlen(s, most + 1);

	return n >= least && n <= most && strspn(s, set) == n;
}

bool
id_hex_ok(const char *s, size_t n)
{
	return made_of(s, HEX, n, n);
}

bool
id_guid_ok(const char *s)
{
	for (size_t i = 0; i < ID_GUID; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (s[i] == '\0' || (s[i] == '-') != dash ||
		    (!dash && strchr(HEX, s[i]) == NULL))
			return false;
	}
	return s[ID_GUID] == '\0';
}

bool
id_route_ok(const char *s)
{
	return made_of(s, PLAIN, 1, ID_ROUTE_MAX) && s[0] != '.' &&
	    s[0] != '-' && !text_has_person(s, strlen(s));
}

bool
id_app_ok(const char *s)
{
	char org[ID_ROUTE_MAX + 1];
	const char *slash = strchr(s, '/');
	size_t n = slash != NULL ? (size_t)(slash - s) : 0;

	if (slash == NULL || n > ID_ROUTE_MAX)
		return false;
	memcpy(org, s, n);
	org[n] = '\0';
	return id_route_ok(org) && id_route_ok(slash + 1);
}

bool
id_type_ok(const char *s)
{
	size_t n = strnlen(s, ID_TYPE_MAX + 1);

	return n > 0 && n <= ID_TYPE_MAX && s[0] != '.' &&
	    strpbrk(s, "/\\\"") == NULL && text_printable(s, n) &&
	    !text_has_person(s, n);
}

bool
id_owner_ok(const char *s)
{
	if (strncmp(s, "org-", 4) == 0)
		return number_digits(s + 4, 9);
	if (strncmp(s, "party-", 6) == 0)
		return made_of(s + 6, DIGIT, 1, 10) && s[6] != '0';
	if (strncmp(s, "person-", 7) == 0)
		return id_hex_ok(s + 7, TAG);
	return strncmp(s, "user-", 5) == 0 && id_hex_ok(s + 5, TAG);
}

/* {route}, or {route}.{0001}; a route's name may look like the latter. */
static bool
route_and_index_ok(const char *s)
{
	const char *dot = strrchr(s, '.');
	char route[ID_ROUTE_MAX + 1];

	if (id_route_ok(s))
		return true;
	if (dot == NULL || dot - s > ID_ROUTE_MAX ||
	    !made_of(dot + 1, DIGIT, INDEX_MIN, INDEX_MAX))
		return false;
	memcpy(route, s, (size_t)(dot - s));
	route[dot - s] = '\0';
	return id_route_ok(route);
}

size_t
id_key_base(const char *key)
{
	return strcspn(key, "~");
}

int
id_key_order(const char *a, const char *b)
{
	size_t n = id_key_base(a), m = id_key_base(b);
	int c = memcmp(a, b, n < m ? n : m);

	return c != 0 ? c : n < m ? -1 : n > m;
}

unsigned
id_key_generation(const char *key)
{
	const char *s = key + id_key_base(key);

	return *s == '~' ? (unsigned)strtoul(s + 1, NULL, 10) : 1;
}

/* From 2, without zeros in front: a generation has one name. */
static bool
generation_ok(const char *s)
{
	return *s == '\0' || (made_of(s + 1, DIGIT, 1, GENERATION_MAX) &&
	    s[1] != '0' && strcmp(s + 1, "1") != 0);
}

bool
id_key_ok(const char *s)
{
	char guid[ID_GUID + 1], rest[ID_KEY_MAX + 1];
	size_t n = strnlen(s, ID_KEY_MAX + 1);

	if (n > ID_KEY_MAX || n < ID_GUID + 2 || s[ID_GUID] != '.')
		return false;
	memcpy(guid, s, ID_GUID);
	guid[ID_GUID] = '\0';
	n = id_key_base(s);
	if (n < ID_GUID + 2)
		return false;
	memcpy(rest, s + ID_GUID + 1, n - ID_GUID - 1);
	rest[n - ID_GUID - 1] = '\0';
	return id_guid_ok(guid) && route_and_index_ok(rest) &&
	    generation_ok(s + n);
}

bool
id_plain_ok(const char *s)
{
	return id_type_ok(s);
}

void
id_make(char id[ID_MAX + 1], const char *guid, const char *sha256)
{
	if (guid != NULL && guid[0] != '\0')
		snprintf(id, ID_MAX + 1, "%s-%.*s", guid, SHORT_SUM, sha256);
	else
		snprintf(id, ID_MAX + 1, "%s%.*s", unreadable, LONG_SUM,
		    sha256);
}

/* A package judged again gets its id with a number behind: ID.2, ID.3 … */
static bool
tail_ok(const char *s)
{
	return s[0] == '\0' || (s[0] == '.' && made_of(s + 1, DIGIT, 1, 6));
}

bool
id_ok(const char *s)
{
	char part[ID_MAX + 1];
	size_t n = sizeof unreadable - 1;

	if (strnlen(s, ID_MAX + 1) > ID_MAX)
		return false;
	if (strncmp(s, unreadable, n) == 0) {
		snprintf(part, sizeof part, "%.*s", LONG_SUM, s + n);
		return id_hex_ok(part, LONG_SUM) &&
		    tail_ok(s + n + LONG_SUM);
	}
	snprintf(part, sizeof part, "%.*s", ID_GUID, s);
	if (!id_guid_ok(part) || s[ID_GUID] != '-')
		return false;
	snprintf(part, sizeof part, "%.*s", SHORT_SUM, s + ID_GUID + 1);
	return id_hex_ok(part, SHORT_SUM) &&
	    tail_ok(s + ID_GUID + 1 + SHORT_SUM);
}
