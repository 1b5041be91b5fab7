#include "schemas/value.h"

#include <string.h>

#include "schemas/lexical.h"
#include "spool/buf.h"

#define BIT(kind) (1u << (kind))

static const char *const names[] = {
	[VALUE_TEXT] = "a text",
	[VALUE_TOKEN] = "a text without extra blanks",
	[VALUE_BOOLEAN] = "true or false",
	[VALUE_DECIMAL] = "a decimal number",
	[VALUE_INTEGER] = "a whole number",
	[VALUE_FLOAT] = "a floating-point number",
	[VALUE_DATE] = "a date",
	[VALUE_DATE_TIME] = "a date and time",
	[VALUE_TIME] = "a time of day",
	[VALUE_PART_DATE] = "a part of a date",
	[VALUE_DURATION] = "a duration",
	[VALUE_BINARY] = "encoded bytes",
	[VALUE_LIST] = "a list of values",
	[VALUE_ANY] = "a value of several types",
};

_Static_assert(sizeof names / sizeof *names == VALUE_KINDS,
    "every kind needs a name");

#define TYPE(name, kind) { VALUE_ ## kind, name, NULL, NULL, NULL, 0 }
#define RANGE(name, least, most) \
	{ VALUE_INTEGER, name, least, most, NULL, 0 }

static const struct simple builtins[] = {
	TYPE("string", TEXT),
	TYPE("normalizedString", TEXT),
	TYPE("token", TOKEN),
	TYPE("language", TOKEN),
	TYPE("Name", TOKEN),
	TYPE("NCName", TOKEN),
	TYPE("NMTOKEN", TOKEN),
	TYPE("ID", TOKEN),
	TYPE("IDREF", TOKEN),
	TYPE("ENTITY", TOKEN),
	TYPE("anyURI", TOKEN),
	TYPE("QName", TOKEN),
	TYPE("NOTATION", TOKEN),
	TYPE("NMTOKENS", LIST),
	TYPE("IDREFS", LIST),
	TYPE("ENTITIES", LIST),
	TYPE("anySimpleType", ANY),
	TYPE("boolean", BOOLEAN),
	TYPE("decimal", DECIMAL),
	TYPE("float", FLOAT),
	TYPE("double", FLOAT),
	TYPE("date", DATE),
	TYPE("dateTime", DATE_TIME),
	TYPE("time", TIME),
	TYPE("gYear", PART_DATE),
	TYPE("gYearMonth", PART_DATE),
	TYPE("gMonth", PART_DATE),
	TYPE("gMonthDay", PART_DATE),
	TYPE("gDay", PART_DATE),
	TYPE("duration", DURATION),
	TYPE("base64Binary", BINARY),
	TYPE("hexBinary", BINARY),
	RANGE("integer", NULL, NULL),
	RANGE("nonPositiveInteger", NULL, "0"),
	RANGE("negativeInteger", NULL, "-1"),
	RANGE("nonNegativeInteger", "0", NULL),
	RANGE("positiveInteger", "1", NULL),
	RANGE("long", "-9223372036854775808", "9223372036854775807"),
	RANGE("int", "-2147483648", "2147483647"),
	RANGE("short", "-32768", "32767"),
	RANGE("byte", "-128", "127"),
	RANGE("unsignedLong", "0", "18446744073709551615"),
	RANGE("unsignedInt", "0", "4294967295"),
	RANGE("unsignedShort", "0", "65535"),
	RANGE("unsignedByte", "0", "255"),
};

enum { N_BUILTINS = sizeof builtins / sizeof *builtins };

const struct simple *
value_builtin(const char *name)
{
	for (size_t i = 0; i < N_BUILTINS; i++)
		if (strcmp(builtins[i].builtin, name) == 0)
			return &builtins[i];
	return NULL;
}

const char *
value_kind_name(enum value_kind kind)
{
	return names[kind];
}

bool
value_collapses(const struct simple *s)
{
	return s->kind != VALUE_TEXT && s->kind != VALUE_ANY;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void
value_collapse(const char *s, struct buf *out)
{
	bool gap = false, begun = false;

	for (; *s != '\0'; s++) {
		if (blank(*s)) {
			gap = begun;
			continue;
		}
		if (gap)
			buf_char(out, ' ');
		buf_char(out, *s);
		begun = true;
		gap = false;
	}
}

/*
 * A kind's own look (NULL: anything, or the built-in's name tells), and the
 * kinds of which each text has that look.
 */
static const struct {
	bool (*is)(const char *);
	bool by_name;
	unsigned holds;
} rules[] = {
	[VALUE_TEXT] = { NULL, false, ~0u },
	[VALUE_TOKEN] = { NULL, false, ~0u },
	[VALUE_BOOLEAN] = { lexical_boolean, false, BIT(VALUE_BOOLEAN) },
	[VALUE_DECIMAL] = { lexical_decimal, false,
	    BIT(VALUE_DECIMAL) | BIT(VALUE_INTEGER) },
	[VALUE_INTEGER] = { lexical_integer, false, BIT(VALUE_INTEGER) },
	[VALUE_FLOAT] = { lexical_float, false,
	    BIT(VALUE_FLOAT) | BIT(VALUE_DECIMAL) | BIT(VALUE_INTEGER) },
	[VALUE_DATE] = { lexical_date, false, BIT(VALUE_DATE) },
	[VALUE_DATE_TIME] = { lexical_date_time, false, BIT(VALUE_DATE_TIME) },
	[VALUE_TIME] = { lexical_time, false, BIT(VALUE_TIME) },
	[VALUE_PART_DATE] = { NULL, true, BIT(VALUE_PART_DATE) },
	[VALUE_DURATION] = { lexical_duration, false, BIT(VALUE_DURATION) },
	[VALUE_BINARY] = { NULL, true, BIT(VALUE_BINARY) },
	[VALUE_LIST] = { NULL, false, ~0u },
	[VALUE_ANY] = { NULL, false, ~0u },
};

_Static_assert(sizeof rules / sizeof *rules == VALUE_KINDS,
    "every kind needs a rule");

static bool
is_number(enum value_kind kind)
{
	return kind == VALUE_DECIMAL || kind == VALUE_INTEGER;
}

static bool
is_code(const struct simple *s, const char *text)
{
	int (*compare)(const char *, const char *) = is_number(s->kind) ?
	    lexical_compare : strcmp;

	for (size_t i = 0; i < s->n_codes; i++)
		if (compare(text, s->codes[i]) == 0)
			return true;
	return false;
}

static bool
looks_right(const struct simple *s, const char *text)
{
	if (rules[s->kind].by_name)
		return lexical_named(s->builtin, text);
	return rules[s->kind].is == NULL || rules[s->kind].is(text);
}

static bool
in_range(const struct simple *s, const char *text)
{
	bool bare = strncmp(s->builtin, "unsigned", strlen("unsigned")) == 0;

	if (bare && (*text == '+' || *text == '-'))
		return false;
	return (s->least == NULL || lexical_compare(text, s->least) >= 0) &&
	    (s->most == NULL || lexical_compare(text, s->most) <= 0);
}

bool
value_fits(const struct simple *s, const char *text)
{
	return looks_right(s, text) && (s->kind != VALUE_INTEGER ||
	    in_range(s, text)) && (s->n_codes == 0 || is_code(s, text));
}

static void
write_boolean(const char *text, struct buf *out)
{
	buf_str(out, *text == 't' || *text == '1' ? "true" : "false");
}

/* XML Schema lets a point stand alone at either end; Altinn does not. */
static void
write_number(const char *text, struct buf *out)
{
	size_t n;

	if (*text == '-')
		buf_char(out, '-');
	text += *text == '-' || *text == '+' ? 1 : 0;
	if (*text == '.')
		buf_char(out, '0');
	n = strlen(text);
	if (n > 0 && text[n - 1] == '.')
		n--;
	buf_add(out, text, n);
}

void
value_write(const struct simple *s, const char *text, struct buf *out)
{
	if (s->kind == VALUE_BOOLEAN)
		write_boolean(text, out);
	else if (is_number(s->kind))
		write_number(text, out);
	else if (s->kind == VALUE_FLOAT)
		buf_str(out, *text == '+' ? text + 1 : text);
	else
		buf_str(out, text);
}

static bool
codes_fit(const struct simple *to, const struct simple *from)
{
	for (size_t i = 0; i < from->n_codes; i++)
		if (!value_fits(to, from->codes[i]))
			return false;
	return true;
}

static bool
range_holds(const struct simple *to, const struct simple *from)
{
	return (to->least == NULL || (from->least != NULL &&
	    lexical_compare(from->least, to->least) >= 0)) &&
	    (to->most == NULL || (from->most != NULL &&
	    lexical_compare(from->most, to->most) <= 0));
}

bool
value_holds(const struct simple *to, const struct simple *from)
{
	if (from->n_codes > 0)
		return codes_fit(to, from);
	if (to->n_codes > 0 || (rules[to->kind].holds & BIT(from->kind)) == 0)
		return false;
	if (to->kind == VALUE_INTEGER)
		return range_holds(to, from);
	if (rules[to->kind].by_name)
		return strcmp(to->builtin, from->builtin) == 0;
	return true;
}
