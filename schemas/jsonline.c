#include "schemas/jsonline.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct scan {
	const char *p, *end;
	long line;
	int depth;
};

/* Over a string, its quotes included; what is between them. */
static const char *
skip_string(struct scan *s, size_t *len)
{
	const char *from = ++s->p;

	while (s->p < s->end && *s->p != '"')
		s->p += *s->p == '\\' ? 2 : 1;
	if (s->p > s->end)
		s->p = s->end;
	*len = (size_t)(s->p - from);
	if (s->p < s->end)
		s->p++;
	return from;
}

static void
step(struct scan *s)
{
	size_t len;

	if (*s->p == '"') {
		skip_string(s, &len);
		return;
	}
	s->line += *s->p == '\n' ? 1 : 0;
	s->depth += (*s->p == '{' || *s->p == '[') -
	    (*s->p == '}' || *s->p == ']');
	s->p++;
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end && strchr(" \t\r\n", *s->p) != NULL)
		step(s);
}

/* Behind the [ of the list that a key of the outermost object has. */
static bool
find_list(struct scan *s, const char *key)
{
	const char *name;
	size_t len;

	while (s->p < s->end) {
		if (*s->p != '"' || s->depth != 1) {
			step(s);
			continue;
		}
		name = skip_string(s, &len);
		skip_blanks(s);
		if (s->p == s->end || *s->p != ':')
			continue;
		step(s);
		skip_blanks(s);
		if (len == strlen(key) && strncasecmp(name, key, len) == 0 &&
		    s->p < s->end && *s->p == '[') {
			step(s);
			return true;
		}
	}
	return false;
}

long
jsonline_item(const char *text, size_t n, const char *key, size_t item)
{
	struct scan s = { .p = text, .end = text + n, .line = 1 };

	if (!find_list(&s, key))
		return 0;
	skip_blanks(&s);
	while (s.p < s.end && s.depth >= 2 && *s.p != ']') {
		if (item == 0)
			return s.line;
		while (s.p < s.end && (s.depth > 2 || *s.p != ',') &&
		    (s.depth > 2 || *s.p != ']'))
			step(&s);
		if (s.p < s.end && *s.p == ',')
			step(&s);
		skip_blanks(&s);
		item--;
	}
	return 0;
}
