#include "spool/ini.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "spool/fault.h"

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* Cut "   # remark" off, outside of quotes. */
static void
cut_comment(char *value)
{
	bool quoted = false;

	for (char *p = value; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (!quoted && p > value && *p == '#' &&
		    isblank((unsigned char)p[-1]) &&
		    (p[1] == '\0' || isblank((unsigned char)p[1]))) {
			*p = '\0';
			return;
		}
	}
}

static char *
unquote(char *value)
{
	size_t n;

	cut_comment(value);
	value = trim(value);
	n = strlen(value);
	if (n >= 2 && value[0] == '"' && strchr(value + 1, '"') ==
	    value + n - 1) {
		value[n - 1] = '\0';
		value++;
	}
	return value;
}

static void
parse_line(const char *file, char *text, const char **section, long line,
    ini_fn *fn, void *arg, struct faults *f)
{
	char *s = trim(text), *sign;
	size_t n = strlen(s);
	struct ini_line found;

	if (n == 0 || *s == '#' || *s == ';')
		return;
	if (*s == '[' && s[n - 1] == ']' &&
	    strcspn(s + 1, "[]") == n - 2 && strspn(s + 1, " \t") < n - 2) {
		s[n - 1] = '\0';
		*section = trim(s + 1);
		return;
	}
	sign = strchr(s, '=');
	if (sign == NULL || sign == s) {
		faults_add(f, file, line, 0, "neither [section] nor "
		    "key = value; put # before a remark");
		return;
	}
	*sign = '\0';
	found = (struct ini_line){ .section = *section, .key = trim(s),
	    .value = unquote(sign + 1), .line = line };
	fn(arg, &found);
}

void
ini_parse(const char *file, char *text, ini_fn *fn, void *arg,
    struct faults *f)
{
	const char *section = "";
	long line = 1;
	char *next;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (; text != NULL; text = next, line++) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		parse_line(file, text, &section, line, fn, arg, f);
	}
}
