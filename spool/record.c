#include "spool/record.h"

#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/json.h"

enum kind { TEXT, NUMBER, LIST };

static const struct {
	const char *key;
	enum kind kind;
	size_t at;
} members[] = {
	{ "seq", NUMBER, offsetof(struct record, seq) },
	{ "prev", TEXT, offsetof(struct record, prev) },
	{ "time", TEXT, offsetof(struct record, time) },
	{ "event", TEXT, offsetof(struct record, event) },
	{ "id", TEXT, offsetof(struct record, id) },
	{ "package", TEXT, offsetof(struct record, package) },
	{ "sha256", TEXT, offsetof(struct record, sha256) },
	{ "size", NUMBER, offsetof(struct record, size) },
	{ "instance", TEXT, offsetof(struct record, instance) },
	{ "app", TEXT, offsetof(struct record, app) },
	{ "claim", TEXT, offsetof(struct record, claim) },
	{ "taken", TEXT, offsetof(struct record, taken) },
	{ "drop", TEXT, offsetof(struct record, drop) },
	{ "run", TEXT, offsetof(struct record, run) },
	{ "group", NUMBER, offsetof(struct record, group) },
	{ "act", TEXT, offsetof(struct record, act) },
	{ "state", TEXT, offsetof(struct record, state) },
	{ "checked", TEXT, offsetof(struct record, checked) },
	{ "instances", LIST, offsetof(struct record, instances) },
};

struct cursor {
	const char *p, *end;
};

/* The string at the cursor, without its quotes. */
static bool
take_string(struct cursor *c, struct slice *s)
{
	if (c->p == c->end || *c->p != '"')
		return false;
	s->p = ++c->p;
	while (c->p < c->end && *c->p != '"') {
		if ((unsigned char)*c->p < 0x20)
			return false;
		c->p += *c->p == '\\' ? 2 : 1;
	}
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

		if (!record_is(key, members[i].key))
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
	if (len < 2 || *c.p++ != '{')
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
