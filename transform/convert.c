#include "transform/convert.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "spool/text.h"
#include "transform/codes.h"
#include "transform/csv.h"
#include "transform/rewrite.h"

enum { NUMBER_DIGITS = 4 };

static const char blanks[] = " \t\r\n";

struct step {
	const struct rewrite *fn;
	struct rewrite_args args;
};

struct convert {
	struct step steps[CONVERT_STEPS_MAX];
	size_t n_steps;
	size_t many;			/* the step that is one; else n_steps */
};

/* --------------------------------------------------------------------- run */

static struct convert_result
one(const char *text)
{
	return (struct convert_result){ .status = CONVERT_ONE, .text = text };
}

static struct convert_result
failed(const struct rewrite_run *r, const struct step *t)
{
	return (struct convert_result){
		.status = t->fn->yield.origin == YIELD_CODES ?
		    CONVERT_MISSED : CONVERT_FAILED,
		.step = t->fn->name,
		.why = r->why != NULL ? r->why : t->fn->want,
	};
}

static struct convert_result
run_steps(struct rewrite_run *r, const struct convert *c, size_t from,
    size_t to, const char *s)
{
	for (size_t i = from; i < to && *s != '\0'; i++) {
		s = c->steps[i].fn->one(r, &c->steps[i].args, s);
		if (s == NULL)
			return failed(r, &c->steps[i]);
	}
	return one(s);
}

/* What stands before a join works on each value. */
static struct convert_result
run_join(struct rewrite_run *r, const struct convert *c,
    const char *const *values, size_t n)
{
	const char **made = arena_take(r->arena, n * sizeof *made);
	const struct step *t = &c->steps[c->many];
	struct convert_result x;

	for (size_t i = 0; i < n; i++) {
		x = run_steps(r, c, 0, c->many, values[i]);
		if (x.status != CONVERT_ONE)
			return x;
		made[i] = x.text;
	}
	x = one(rewrite_join(r, t->args.texts[0], made, n));
	return x.text != NULL ? x : failed(r, t);
}

struct convert_result
convert_run(const struct convert *c, const char *const *values, size_t n,
    const char *day, struct arena *a)
{
	struct rewrite_run r = { .arena = a, .day = day };
	struct convert_result x;
	enum rewrite_many many = MANY_NONE;

	if (c->many < c->n_steps)
		many = c->steps[c->many].fn->many;
	if (many == MANY_NONE && n > 1)
		return (struct convert_result){ .status = CONVERT_SEVERAL };
	if (many == MANY_COUNT)
		x = one(arena_fmt(a, "%zu", n));
	else if (n == 0)
		x = one("");
	else if (many == MANY_JOIN)
		x = run_join(&r, c, values, n);
	else
		x = run_steps(&r, c, 0, c->many, values[0]);
	if (x.status == CONVERT_ONE && many != MANY_NONE)
		x = run_steps(&r, c, c->many + 1, c->n_steps, x.text);
	return x;
}

bool
convert_takes_many(const struct convert *c)
{
	return c->many < c->n_steps;
}

struct convert_yield
convert_yields(const struct convert *c)
{
	struct convert_yield y = { .origin = YIELD_SOURCE };

	for (size_t i = 0; i < c->n_steps; i++)
		if (c->steps[i].fn->yield.origin != YIELD_SOURCE) {
			y = c->steps[i].fn->yield;
			y.codes = c->steps[i].args.codes;
		}
	return y;
}

/* trim and first hand on what the source has. */
bool
convert_wants(const struct convert *c, struct convert_yield *y)
{
	size_t i = 0;

	while (i < c->n_steps && (c->steps[i].fn->many == MANY_FIRST ||
	    strcmp(c->steps[i].fn->name, "trim") == 0))
		i++;
	if (i == c->n_steps || c->steps[i].fn->want == NULL ||
	    c->steps[i].fn->yield.origin == YIELD_SOURCE)
		return false;
	*y = c->steps[i].fn->yield;
	y->codes = c->steps[i].args.codes;
	return true;
}

/* ----------------------------------------------------------------- compile */

struct parser {
	const char *p;
	struct convert *convert;
	const struct codes_set *set;
	const struct csv_place *at;
	struct faults *faults;
	bool failed;
};

static void
fault(struct parser *g, const char *what, const char *why)
{
	struct buf b = { 0 };

	text_show(&b, what, strlen(what));
	csv_fault(g->faults, g->at, "%s: %s", buf_text(&b), why);
	g->failed = true;
	buf_free(&b);
}

static void
skip_blanks(struct parser *g)
{
	g->p += strspn(g->p, blanks);
}

static void
unknown(struct parser *g, const char *name)
{
	const struct rewrite *table;
	size_t n = rewrite_table(&table);
	struct buf b = { 0 };

	buf_str(&b, "no such function; there are");
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%s", i > 0 ? ", " : " ", table[i].name);
	fault(g, name, buf_text(&b));
	buf_free(&b);
}

/* "" is a quote, what comes after the closing one is the caller's. */
static void
quoted(struct parser *g, struct buf *b)
{
	for (g->p++; *g->p != '\0'; g->p++) {
		if (*g->p == '"' && g->p[1] != '"') {
			g->p++;
			skip_blanks(g);
			return;
		}
		if (*g->p == '"')
			g->p++;
		buf_char(b, *g->p);
	}
}

/* One argument, up to the sign that ends it. */
static char *
argument(struct parser *g)
{
	struct buf b = { 0 };
	size_t k;

	if (g->p[strspn(g->p, blanks)] == '"') {
		skip_blanks(g);
		quoted(g, &b);
	} else {
		k = strcspn(g->p, ",)|");
		buf_add(&b, g->p, k);
		g->p += k;
	}
	return b.p != NULL ? b.p : mem_dup("");
}

/*
 * From the opening parenthesis to the closing one.  How many arguments there
 * were, or SIZE_MAX where the end is missing; REWRITE_ARGS of them are kept.
 */
static size_t
arguments(struct parser *g, struct step *t)
{
	size_t n = 0;
	char *s;

	do {
		g->p++;
		s = argument(g);
		if (n < REWRITE_ARGS)
			t->args.texts[n] = s;
		else
			free(s);
		n++;
	} while (*g->p == ',');
	if (*g->p != ')')
		return SIZE_MAX;
	g->p++;
	return n;
}

static bool
number(const char *s, size_t *n)
{
	size_t k;

	s += strspn(s, blanks);
	k = strspn(s, "0123456789");
	*n = strtoul(s, NULL, 10);
	return k > 0 && k <= NUMBER_DIGITS && *n > 0 &&
	    s[k + strspn(s + k, blanks)] == '\0';
}

static const char *
take_list(struct parser *g, struct step *t, char *name)
{
	size_t n;

	name += strspn(name, blanks);
	for (n = strlen(name); n > 0 && strchr(blanks, name[n - 1]) != NULL;)
		name[--n] = '\0';
	switch (codes_set_find(g->set, name, &t->args.codes)) {
	case CODES_UNKNOWN:
		fault(g, name, "no such code list; want the file "
		    "codes/{list}.csv in the route's folder");
		break;
	case CODES_FAULTY:	/* its own faults are told */
	case CODES_KNOWN:
		break;
	}
	return NULL;
}

/* What is wrong with the i-th argument, or NULL. */
static const char *
take_argument(struct parser *g, struct step *t, size_t i)
{
	char *s = t->args.texts[i];
	size_t have;

	switch (t->fn->args[i]) {
	case ARG_NUMBER:
		return number(s, &t->args.numbers[i]) ? NULL :
		    "want a number from 1 to 9999";
	case ARG_CHARACTER:
		return *s != '\0' && s[rewrite_characters(s, 1, &have)] == '\0' ?
		    NULL : "want a single character";
	case ARG_SOME:
		return *s != '\0' ? NULL : "the argument is empty";
	case ARG_LIST:
		return take_list(g, t, s);
	case ARG_NONE:
	case ARG_TEXT:
		break;
	}
	return NULL;
}

static void
take_arguments(struct parser *g, struct step *t, size_t n)
{
	const char *name = t->fn->name, *why;
	size_t want = 0;

	while (want < REWRITE_ARGS && t->fn->args[want] != ARG_NONE)
		want++;
	if (n == SIZE_MAX)
		fault(g, name, "the ) is missing; put an argument that holds "
		    ", ) or | in quotes");
	else if (n != want)
		csv_fault(g->faults, g->at, "%s: wants %zu argument%s, has "
		    "%zu; put an argument that holds a comma in quotes",
		    name, want, want == 1 ? "" : "s", n);
	else
		for (size_t i = 0; i < want; i++)
			if ((why = take_argument(g, t, i)) != NULL)
				fault(g, name, why);
	g->failed = g->failed || n != want;
}

static void
take_many(struct parser *g, const struct step *t)
{
	struct convert *c = g->convert;
	size_t here = c->n_steps - 1;

	if (t->fn->many == MANY_NONE)
		return;
	if (c->many != SIZE_MAX)
		fault(g, t->fn->name, "only one of join, first and count can "
		    "stand in a chain");
	else if (t->fn->many == MANY_COUNT && here > 0)
		fault(g, t->fn->name, "nothing can stand before count");
	c->many = here;
}

static char *
take_name(struct parser *g)
{
	size_t k = strcspn(g->p, "(|"), n = k;
	char *name;

	while (n > 0 && strchr(blanks, g->p[n - 1]) != NULL)
		n--;
	name = mem_dupn(g->p, n);
	g->p += k;
	return name;
}

/* One function with its arguments, up to the | or the end. */
static void
take_step(struct parser *g)
{
	struct convert *c = g->convert;
	struct step *t = &c->steps[c->n_steps++];
	size_t n = 0;
	char *name;

	skip_blanks(g);
	name = take_name(g);
	t->fn = rewrite_named(name);
	if (*g->p == '(')
		n = arguments(g, t);
	if (n == 1 && *t->args.texts[0] == '\0' && t->fn != NULL &&
	    t->fn->args[0] == ARG_NONE)
		n = 0;			/* trim() */
	skip_blanks(g);
	if (*name == '\0')
		fault(g, "|", "a function is missing beside it");
	else if (t->fn == NULL)
		unknown(g, name);
	else {
		take_arguments(g, t, n);
		take_many(g, t);
	}
	if (n != SIZE_MAX && *g->p != '\0' && *g->p != '|')
		fault(g, name, "want | or the end after it");
	g->failed = g->failed || t->fn == NULL;
	free(name);
}

struct convert *
convert_new(const char *text, const struct codes_set *set,
    const struct csv_place *at, struct faults *f)
{
	struct parser g = { .p = text, .set = set, .at = at, .faults = f };
	struct convert *c = mem_alloc(sizeof *c);

	g.convert = c;
	c->many = SIZE_MAX;
	skip_blanks(&g);
	while (*g.p != '\0' && !g.failed) {
		take_step(&g);
		if (*g.p == '|' && g.p[1 + strspn(g.p + 1, blanks)] == '\0')
			fault(&g, "|", "a function is missing beside it");
		if (*g.p == '|')
			g.p++;
		if (c->n_steps == CONVERT_STEPS_MAX && *g.p != '\0')
			fault(&g, text, "too many functions in a chain");
	}
	if (c->many == SIZE_MAX)
		c->many = c->n_steps;
	if (g.failed) {
		convert_free(c);
		c = NULL;
	}
	return c;
}

void
convert_free(struct convert *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_steps; i++)
		for (size_t k = 0; k < REWRITE_ARGS; k++)
			free(c->steps[i].args.texts[k]);
	free(c);
}
