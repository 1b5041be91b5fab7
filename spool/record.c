#include "spool/record.h"

#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/json.h"

enum kind { TEXT, NUMBER, LIST };

#define ROW(name, kind)	\
	{ #name, sizeof #name - 1, kind, offsetof(struct record, name) }

static const struct {
	const char *key;
	size_t n;			/* its length */
	enum kind kind;
	size_t at;
} members[] = {
	ROW(seq, NUMBER),
	ROW(prev, TEXT),
	ROW(time, TEXT),
	ROW(event, TEXT),
	ROW(id, TEXT),
	ROW(package, TEXT),
	ROW(sha256, TEXT),
	ROW(size, NUMBER),
	ROW(instance, TEXT),
	ROW(app, TEXT),
	ROW(claim, TEXT),
	ROW(taken, TEXT),
	ROW(drop, TEXT),
	ROW(run, TEXT),
	ROW(group, NUMBER),
	ROW(act, TEXT),
	ROW(state, TEXT),
	ROW(checked, TEXT),
	ROW(what, TEXT),
	ROW(path, TEXT),
	ROW(instances, LIST),
};

struct cursor {
	const char *p, *end;
};

/* A byte below 0x20 is in no line: looked for once, eight at a time. */
static bool
has_control(const char *s, size_t n)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word, below = 0;
	size_t i;

	for (i = 0; i + sizeof word <= n; i += sizeof word) {
		memcpy(&word, s + i, sizeof word);
		below |= (word - ones * 0x20) & ~word;
	}
	if ((below & ones * 0x80) != 0)
		return true;
	for (; i < n; i++)
		if ((unsigned char)s[i] < 0x20)
			return true;
	return false;
}

/* The string at the cursor, without its quotes. */
static bool
take_string(struct cursor *c, struct slice *s)
{
	const char *quote;

	if (c->p == c->end || *c->p != '"')
		return false;
	s->p = ++c->p;
	quote = memchr(c->p, '"', (size_t)(c->end - c->p));
	if (quote == NULL)
		return false;
	if (memchr(c->p, '\\', (size_t)(quote - c->p)) == NULL)
		c->p = quote;
	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' ? 2 : 1;
	if (c->p >= c->end)
		return false;
	s->n = (size_t)(c->p++ - s->p);
	return true;
}

/* A list or an object, with the number of things in the outermost one. */
static bool
take_nested(struct cursor *c, struct slice *s, size_t *count)
{
	struct slice text;
	int depth = 0;

	s->p = c->p;
	*count = 0;
	while (c->p < c->end) {
		char ch = *c->p;

		if (depth == 1 && *count == 0 && ch != ']' && ch != '}')
			*count = 1;
		if (ch == '"') {
			if (!take_string(c, &text))
				return false;
			continue;
		}
		c->p++;
		if (ch == '[' || ch == '{')
			depth++;
		else if (ch == ']' || ch == '}')
			depth--;
		else if (ch == ',' && depth == 1)
			(*count)++;
		if (depth == 0)
			break;
	}
	s->n = (size_t)(c->p - s->p);
	return depth == 0 && s->n > 0;
}

/* A number, or one of the three words. */
static bool
take_bare(struct cursor *c, struct slice *s)
{
	s->p = c->p;
	while (c->p < c->end && ((*c->p >= '0' && *c->p <= '9') ||
	    (*c->p >= 'a' && *c->p <= 'z') || *c->p == '-'))
		c->p++;
	s->n = (size_t)(c->p - s->p);
	return s->n > 0;
}

static bool
take_value(struct cursor *c, struct slice *s, enum kind *kind, size_t *count)
{
	bool ok = c->p < c->end;

	*count = 0;
	if (ok && *c->p == '"') {
		*kind = TEXT;
		ok = take_string(c, s);
	} else if (ok && (*c->p == '[' || *c->p == '{')) {
		*kind = LIST;
		ok = take_nested(c, s, count);
	} else if (ok) {
		*kind = NUMBER;
		ok = take_bare(c, s);
	}
	return ok;
}

static bool
number_of(struct slice s, int64_t *n)
{
	char digits[24], *end;

	if (s.n == 0 || s.n >= sizeof digits)
		return false;
	memcpy(digits, s.p, s.n);
	digits[s.n] = '\0';
	*n = strtoll(digits, &end, 10);
	return *end == '\0';
}

/* Members that are not in the table are for people. */
static bool
store(struct record *r, struct slice key, struct slice value, enum kind kind,
    size_t count)
{
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		void *to = (char *)r + members[i].at;

		if (key.n != members[i].n ||
		    memcmp(key.p, members[i].key, key.n) != 0)
			continue;
		if (members[i].kind != kind)
			return false;
		if (kind == NUMBER)
			return number_of(value, to);
		memcpy(to, &value, sizeof value);
		if (kind == LIST)
			r->n_instances = count;
		return true;
	}
	return true;
}

static bool
take_member(struct record *r, struct cursor *c)
{
	struct slice key, value;
	enum kind kind;
	size_t count;

	if (!take_string(c, &key) || c->p == c->end || *c->p++ != ':' ||
	    !take_value(c, &value, &kind, &count))
		return false;
	return store(r, key, value, kind, count);
}

bool
record_parse(struct record *r, const char *line, size_t len)
{
	struct cursor c = { line, line + len };

	*r = (struct record){ .seq = 0 };
	if (len < 2 || *c.p++ != '{' || has_control(line, len))
		return false;
	while (take_member(r, &c)) {
		if (c.p == c.end)
			return false;
		if (*c.p == ',') {
			c.p++;
			continue;
		}
		return *c.p == '}' && c.p + 1 == c.end && r->seq > 0 &&
		    r->prev.n == DIGEST_HEX && r->time.n == STAMP_LEN &&
		    r->event.n > 0 && r->event.n < RECORD_EVENT;
	}
	return false;
}

bool
record_is(struct slice s, const char *text)
{
	return strlen(text) == s.n && memcmp(s.p, text, s.n) == 0;
}

void
record_copy(char *to, size_t room, struct slice s)
{
	size_t n = s.n < room ? s.n : room - 1;

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

bool
record_text(const char *line, const char *key, struct buf *b)
{
	return json_get_str(line, key, b);
}

bool
record_state(const struct record *r, enum state *s)
{
	char event[RECORD_EVENT];

	record_copy(event, sizeof event, r->event);
	return state_of_event(event, s);
}

bool
record_purged(const struct record *r, enum state *s)
{
	char name[RECORD_EVENT];

	if (!record_is(r->event, "purged") ||
	    (r->what.n > 0 && !record_is(r->what, "original")))
		return false;
	record_copy(name, sizeof name, r->state);
	return state_lookup(name, s);
}

bool
record_next(struct slice *at, struct slice *object)
{
	struct cursor c;
	size_t count;

	if (at->n == 0)
		return false;
	c = (struct cursor){ at->p, at->p + at->n };
	while (c.p < c.end && (*c.p == '[' || *c.p == ','))
		c.p++;
	if (c.p == c.end || *c.p != '{' || !take_nested(&c, object, &count))
		return false;
	*at = (struct slice){ c.p, (size_t)(c.end - c.p) };
	return true;
}

bool
record_member(struct slice *at, struct slice *key, struct slice *raw)
{
	struct cursor c = { at->p, at->p + at->n };
	struct slice value;
	enum kind kind;
	size_t count;

	if (at->n == 0 || (*c.p != '{' && *c.p != ','))
		return false;
	c.p++;
	if (!take_string(&c, key) || c.p == c.end || *c.p++ != ':')
		return false;
	raw->p = c.p;
	if (!take_value(&c, &value, &kind, &count))
		return false;
	raw->n = (size_t)(c.p - raw->p);
	*at = (struct slice){ c.p, (size_t)(c.end - c.p) };
	return true;
}
