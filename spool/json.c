#include "spool/json.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"

void
json_init(struct json *j, struct buf *out, bool pretty)
{
	*j = (struct json){ .out = out, .pretty = pretty };
}

static void
escape(struct buf *b, const char *s, size_t n)
{
	size_t from = 0;

	buf_char(b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c == '\n')
			buf_str(b, "\\n");
		else
			buf_fmt(b, "\\u%04x", c);
	}
	buf_add(b, s + from, n - from);
	buf_char(b, '"');
}

static void
line_break(struct json *j)
{
	buf_char(j->out, '\n');
	for (int i = 0; i < j->depth; i++)
		buf_str(j->out, "  ");
}

static void
member(struct json *j, const char *key)
{
	if (j->filled[j->depth])
		buf_char(j->out, ',');
	j->filled[j->depth] = true;
	if (j->pretty && j->depth > 0)
		line_break(j);
	if (key == NULL)
		return;
	escape(j->out, key, strlen(key));
	buf_str(j->out, j->pretty ? ": " : ":");
}

void
json_open(struct json *j, const char *key, char bracket)
{
	member(j, key);
	buf_char(j->out, bracket);
	assert(j->depth + 1 < JSON_DEPTH);
	j->filled[++j->depth] = false;
}

void
json_close(struct json *j, char bracket)
{
	bool filled = j->filled[j->depth--];

	if (j->pretty && filled)
		line_break(j);
	buf_char(j->out, bracket);
	if (j->pretty && j->depth == 0)
		buf_char(j->out, '\n');
}

void
json_strn(struct json *j, const char *key, const char *s, size_t n)
{
	member(j, key);
	escape(j->out, s, n);
}

void
json_str(struct json *j, const char *key, const char *s)
{
	if (s != NULL)
		json_strn(j, key, s, strlen(s));
}

void
json_num(struct json *j, const char *key, int64_t n)
{
	member(j, key);
	buf_fmt(j->out, "%" PRId64, n);
}

void
json_bool(struct json *j, const char *key, bool yes)
{
	member(j, key);
	buf_str(j->out, yes ? "true" : "false");
}

void
json_raw(struct json *j, const char *key, const char *text)
{
	member(j, key);
	buf_str(j->out, text);
}

/* The end of the string that begins at p ("), or NULL. */
static const char *
string_end(const char *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (*p == '\0')
			return NULL;
	}
	return p + 1;
}

static const char *
blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *
scalar_end(const char *p)
{
	size_t n = strcspn(p, ",:{}[]\" \t\r\n");

	return n > 0 ? p + n : NULL;
}

/* The end of the value that begins at p, or NULL. */
static const char *
value_end(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			if ((p = string_end(p)) == NULL)
				return NULL;
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (depth == 0)
			return scalar_end(p);
		else if (*p == '}' || *p == ']')
			depth--;
		if (*p++ == '\0')
			return NULL;
	} while (depth > 0);
	return p;
}

bool
json_get_raw(const char *line, const char *key, const char **value,
    size_t *len)
{
	const char *p = blanks(line), *name, *end;
	size_t n = strlen(key);

	if (*p++ != '{')
		return false;
	for (;;) {
		name = blanks(p);
		if (*name != '"' || (end = string_end(name)) == NULL)
			return false;
		p = blanks(end);
		if (*p != ':')
			return false;
		p = blanks(p + 1);
		if (*p == '\0' || (*value = p, p = value_end(p)) == NULL)
			return false;
		*len = (size_t)(p - *value);
		if ((size_t)(end - name) == n + 2 &&
		    strncmp(name + 1, key, n) == 0)
			return true;
		p = blanks(p);
		if (*p++ != ',')
			return false;
	}
}

/* What \u0001 to \u007f stands for: we write no others.  0: none of them. */
static char
code_point(const char *p)
{
	static const char hex[] = "0123456789abcdef";
	const char *high, *low;

	if (p[0] != '0' || p[1] != '0' || p[2] == '\0' || p[3] == '\0')
		return '\0';
	high = strchr(hex, p[2]);
	low = strchr(hex, p[3]);
	if (high == NULL || low == NULL || high - hex > 7)
		return '\0';
	return (char)((high - hex) * 16 + (low - hex));
}

/* The string's inside up to its closing quote; false: not of our writing. */
static bool
unescape(struct buf *b, const char *p, const char *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	char c;

	for (; p < end; p++) {
		if (*p != '\\') {
			buf_char(b, *p);
		} else if (*++p == 'u') {
			if ((c = code_point(p + 1)) == '\0')
				return false;
			buf_char(b, c);
			p += 4;
		} else {
			if ((hit = strchr(from, *p)) == NULL)
				return false;
			buf_char(b, to[hit - from]);
		}
	}
	return true;
}

bool
json_get_str(const char *line, const char *key, struct buf *b)
{
	const char *p;
	size_t n;

	if (!json_get_raw(line, key, &p, &n) || n < 2 || *p != '"')
		return false;
	buf_reset(b);
	return unescape(b, p + 1, p + n - 1);
}

bool
json_get_num(const char *line, const char *key, int64_t *value)
{
	const char *p;
	int64_t x;
	char *end;
	size_t n;

	if (!json_get_raw(line, key, &p, &n) ||
	    (*p != '-' && (*p < '0' || *p > '9')))
		return false;
	errno = 0;
	x = strtoll(p, &end, 10);
	if (errno != 0 || end != p + n)
		return false;
	*value = x;
	return true;
}
