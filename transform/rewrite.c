#include "transform/rewrite.h"

#include <stdbool.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/text.h"
#include "transform/codes.h"
#include "transform/dated.h"

static const char xml_space[] = " \t\r\n";

/* The buffer's text in the arena; the buffer is let go. */
static const char *
kept(struct rewrite_run *r, struct buf *b)
{
	const char *s = NULL;

	if (b->len > CONVERT_TEXT_MAX)
		r->why = "the result is too long";
	else
		s = arena_dupn(r->arena, buf_text(b), b->len);
	buf_free(b);
	return s;
}

/* Characters that Unicode calls White_Space, as UTF-8. */
static size_t
space_at(const char *s)
{
	static const char *const more[] = {
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe3\x80\x80",
	};

	/* Nearly all of a text is ASCII: say so first. */
	if ((unsigned char)*s < 0x80)
		return *s == ' ' || (*s >= '\t' && *s <= '\r') ? 1 : 0;
	if (strncmp(s, "\xe2\x80", 2) == 0 &&
	    (unsigned char)s[2] >= 0x80 && (unsigned char)s[2] <= 0x8a)
		return 3;		/* U+2000 to U+200A */
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (strncmp(s, more[i], strlen(more[i])) == 0)
			return strlen(more[i]);
	return 0;
}

static const char *
do_trim(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	const char *end;
	size_t k;

	(void)t;
	while ((k = space_at(s)) > 0)
		s += k;
	end = s;
	for (const char *p = s; *p != '\0'; p += k > 0 ? k : 1)
		if ((k = space_at(p)) == 0)
			end = p + 1;
	return arena_dupn(r->arena, s, (size_t)(end - s));
}

static const char *
do_upper(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	struct buf b = { 0 };

	(void)t;
	text_upper(&b, s, strlen(s));
	return kept(r, &b);
}

static const char *
do_lower(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	struct buf b = { 0 };

	(void)t;
	text_lower(&b, s, strlen(s));
	return kept(r, &b);
}

/* Without XML white space at both ends. */
static const char *
collapsed(struct rewrite_run *r, const char *s)
{
	size_t n;

	s += strspn(s, xml_space);
	for (n = strlen(s); n > 0 && strchr(xml_space, s[n - 1]) != NULL; n--)
		;
	return arena_dupn(r->arena, s, n);
}

static size_t
digits_at(const char *s)
{
	return strspn(s, "0123456789");
}

static bool
two_digits(const char *s, int most)
{
	return digits_at(s) >= 2 &&
	    (s[0] - '0') * 10 + s[1] - '0' <= most;
}

static bool
zone_ok(const char *s)
{
	if (*s == '\0' || strcmp(s, "Z") == 0)
		return true;
	return (*s == '+' || *s == '-') && two_digits(s + 1, 14) &&
	    s[3] == ':' && two_digits(s + 4, strncmp(s + 1, "14", 2) == 0 ?
	    0 : 59) && s[6] == '\0';
}

/* hh:mm:ss with a fraction or not; where it ends, or NULL. */
static const char *
time_end(const char *s)
{
	size_t k;

	if (!two_digits(s, 23) || s[2] != ':' || !two_digits(s + 3, 59) ||
	    s[5] != ':' || !two_digits(s + 6, 59))
		return NULL;
	s += 8;
	if (*s == '.') {
		k = digits_at(s + 1);
		if (k == 0)
			return NULL;
		s += 1 + k;
	}
	return s;
}

static const char *
do_date(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	const char *rest;

	(void)t;
	s = collapsed(r, s);
	if (strlen(s) < DATED_DAY || !dated_day_ok(s))
		return NULL;
	rest = s + DATED_DAY;
	if (*rest == 'T')
		rest = time_end(rest + 1);
	if (rest == NULL || !zone_ok(rest))
		return NULL;
	return arena_dupn(r->arena, s, DATED_DAY);
}

/* Behind the sign, if there is one; never past the end. */
static const char *
past_sign(const char *s)
{
	return *s == '+' || *s == '-' ? s + 1 : s;
}

static const char *
do_decimal(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	const char *p;
	size_t k;

	(void)t;
	s = collapsed(r, s);
	p = past_sign(s);
	k = digits_at(p);
	if (k == 0)
		return NULL;
	if (p[k] == '.') {
		if (digits_at(p + k + 1) == 0)
			return NULL;
		k += 1 + digits_at(p + k + 1);
	}
	if (p[k] != '\0')
		return NULL;
	return *s == '+' ? p : s;
}

static const char *
do_int(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	const char *p;

	(void)t;
	s = collapsed(r, s);
	p = past_sign(s);
	if (digits_at(p) == 0 || p[digits_at(p)] != '\0')
		return NULL;
	while (p[0] == '0' && p[1] != '\0')
		p++;
	return *s == '-' && *p != '0' ? arena_fmt(r->arena, "-%s", p) : p;
}

static const char *
do_bool(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	static const struct {
		const char *from, *to;
	} words[] = {
		{ "true", "true" }, { "1", "true" },
		{ "false", "false" }, { "0", "false" },
	};

	(void)t;
	s = collapsed(r, s);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(s, words[i].from) == 0)
			return words[i].to;
	return NULL;
}

static const char *
do_code(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	return codes_find(t->codes, s, r->day);
}

size_t
rewrite_characters(const char *s, size_t n, size_t *have)
{
	size_t len = strlen(s), i = 0, k;

	for (*have = 0; i < len && *have < n; (*have)++) {
		k = text_utf8(s + i, len - i);
		i += k > 0 ? k : 1;
	}
	return i;
}

static const char *
do_substr(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	size_t have;

	s += rewrite_characters(s, t->numbers[0] - 1, &have);
	return arena_dupn(r->arena, s, rewrite_characters(s, t->numbers[1], &have));
}

static const char *
do_pad(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	struct buf b = { 0 };
	size_t have;

	rewrite_characters(s, t->numbers[0], &have);
	for (; have < t->numbers[0]; have++)
		buf_str(&b, t->texts[1]);
	buf_str(&b, s);
	return kept(r, &b);
}

static const char *
do_replace(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	struct buf b = { 0 };
	const char *hit;

	while ((hit = strstr(s, t->texts[0])) != NULL &&
	    b.len <= CONVERT_TEXT_MAX) {
		buf_add(&b, s, (size_t)(hit - s));
		buf_str(&b, t->texts[1]);
		s = hit + strlen(t->texts[0]);
	}
	buf_str(&b, s);
	return kept(r, &b);
}

static const char *
do_prefix(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	return arena_fmt(r->arena, "%s%s", t->texts[0], s);
}

static const char *
do_suffix(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	return arena_fmt(r->arena, "%s%s", s, t->texts[0]);
}

static const char *
do_digits(struct rewrite_run *r, const struct rewrite_args *t, const char *s)
{
	struct buf b = { 0 };

	(void)t;
	for (; *s != '\0'; s++)
		if (*s >= '0' && *s <= '9')
			buf_char(&b, *s);
	return kept(r, &b);
}

const char *
rewrite_join(struct rewrite_run *r, const char *sep,
    const char *const *values, size_t n)
{
	struct buf b = { 0 };
	bool empty = true;

	for (size_t i = 0; i < n && b.len <= CONVERT_TEXT_MAX; i++) {
		empty = empty && *values[i] == '\0';
		buf_str(&b, i > 0 ? sep : "");
		buf_str(&b, values[i]);
	}
	if (empty)
		buf_reset(&b);
	return kept(r, &b);
}

#define AS_IT_WAS { .origin = YIELD_SOURCE }
#define GIVES(k) { .origin = YIELD_KIND, .kind = (k) }
#define COUNTS { .origin = YIELD_KIND, .kind = VALUE_INTEGER, \
    .not_negative = true }
#define GIVES_CODES { .origin = YIELD_CODES }
#define NO_ARGS { ARG_NONE, ARG_NONE }

static const struct rewrite table[] = {
	{ "trim", NO_ARGS, MANY_NONE, do_trim, AS_IT_WAS, NULL },
	{ "upper", NO_ARGS, MANY_NONE, do_upper, GIVES(VALUE_TEXT), NULL },
	{ "lower", NO_ARGS, MANY_NONE, do_lower, GIVES(VALUE_TEXT), NULL },
	{ "date", NO_ARGS, MANY_NONE, do_date, GIVES(VALUE_DATE),
	    "not a date of the calendar as YYYY-MM-DD, nor a date-time" },
	{ "decimal", NO_ARGS, MANY_NONE, do_decimal, GIVES(VALUE_DECIMAL),
	    "not a decimal number as -12.50" },
	{ "int", NO_ARGS, MANY_NONE, do_int, GIVES(VALUE_INTEGER),
	    "not a whole number" },
	{ "bool", NO_ARGS, MANY_NONE, do_bool, GIVES(VALUE_BOOLEAN),
	    "not one of true, false, 1, 0" },
	{ "code", { ARG_LIST, ARG_NONE }, MANY_NONE, do_code, GIVES_CODES,
	    "the code list has no row for the value on that day" },
	{ "substr", { ARG_NUMBER, ARG_NUMBER }, MANY_NONE, do_substr,
	    GIVES(VALUE_TEXT), NULL },
	{ "pad", { ARG_NUMBER, ARG_CHARACTER }, MANY_NONE, do_pad,
	    GIVES(VALUE_TEXT), NULL },
	{ "replace", { ARG_SOME, ARG_TEXT }, MANY_NONE, do_replace,
	    GIVES(VALUE_TEXT), NULL },
	{ "prefix", { ARG_SOME, ARG_NONE }, MANY_NONE, do_prefix,
	    GIVES(VALUE_TEXT), NULL },
	{ "suffix", { ARG_SOME, ARG_NONE }, MANY_NONE, do_suffix,
	    GIVES(VALUE_TEXT), NULL },
	{ "digits", NO_ARGS, MANY_NONE, do_digits, COUNTS, NULL },
	{ "join", { ARG_TEXT, ARG_NONE }, MANY_JOIN, NULL, GIVES(VALUE_TEXT),
	    NULL },
	{ "first", NO_ARGS, MANY_FIRST, NULL, AS_IT_WAS, NULL },
	{ "count", NO_ARGS, MANY_COUNT, NULL, COUNTS, NULL },
};

size_t
rewrite_table(const struct rewrite **rows)
{
	*rows = table;
	return sizeof table / sizeof *table;
}

const struct rewrite *
rewrite_named(const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}
