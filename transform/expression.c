#include "transform/expression.h"

#include <ctype.h>
#include <string.h>

struct scan {
	const char *p;
	expression_fn *fn;
	void *arg;
	bool operand;			/* the token before ends an operand */
	bool attribute;			/* @ or attribute:: stands before */
};

static const char blanks[] = " \t\r\n";

static bool
one_of(const char *const *words, const char *s, size_t n)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == n && strncmp(*words, s, n) == 0)
			return true;
	return false;
}

bool
expression_function(const struct expression_name *name)
{
	static const char *const known[] = { "last", "position", "count",
	    "id", "local-name", "namespace-uri", "name", "string", "concat",
	    "starts-with", "contains", "substring-before",
	    "substring-after", "substring", "string-length",
	    "normalize-space", "translate", "boolean", "not", "true",
	    "false", "lang", "number", "sum", "floor", "ceiling", "round",
	    "comment", "text", "processing-instruction", "node", NULL };

	return one_of(known, name->text, name->len);
}

static size_t
name_length(const char *p)
{
	size_t n = 0;

	while (isalpha((unsigned char)p[n]) || p[n] == '_' ||
	    (unsigned char)p[n] >= 0x80 || (n > 0 &&
	    (isdigit((unsigned char)p[n]) || p[n] == '-' || p[n] == '.')))
		n++;
	return n;
}

static const char *
after_blanks(const char *p)
{
	return p + strspn(p, blanks);
}

static void
tell(const struct scan *s, enum expression_kind kind, size_t n)
{
	struct expression_name name = { kind, s->p, n };

	s->fn(s->arg, &name);
}

/* A name: what follows and what stands before tell what it is. */
static void
take_name(struct scan *s, size_t n)
{
	static const char *const operators[] =
	    { "and", "or", "div", "mod", NULL };
	const char *next = after_blanks(s->p + n);
	bool axis = strncmp(next, "::", 2) == 0, operand = s->operand;

	s->operand = false;
	if (operand && one_of(operators, s->p, n)) {
		axis = false;
	} else if (axis) {
		s->attribute = n == 9 && strncmp(s->p, "attribute", n) == 0;
		n = (size_t)(next - s->p) + 2;
	} else if (*next == '(') {
		tell(s, EXPRESSION_FUNCTION, n);
	} else if (*next == ':') {
		tell(s, EXPRESSION_PREFIX, n);
		n = (size_t)(next - s->p) + 1;
		n += s->p[n] == '*' ? 1 : name_length(s->p + n);
		s->operand = true;
	} else {
		tell(s, s->attribute ? EXPRESSION_ATTRIBUTE :
		    EXPRESSION_ELEMENT, n);
		s->operand = true;
	}
	s->attribute = axis && s->attribute;
	s->p += n;
}

static void
take_quoted(struct scan *s)
{
	const char *end = strchr(s->p + 1, *s->p);

	s->p = end != NULL ? end + 1 : s->p + strlen(s->p);
	s->operand = true;
}

static void
take_number(struct scan *s)
{
	s->p += strspn(s->p, "0123456789.");
	s->operand = true;
}

static void
take_variable(struct scan *s)
{
	size_t n;

	s->p++;
	n = name_length(s->p);
	tell(s, EXPRESSION_VARIABLE, n);
	s->p += n;
	s->operand = true;
}

/* A * is a name when an operand is due, else it multiplies. */
static void
take_sign(struct scan *s)
{
	char c = *s->p++;

	s->attribute = c == '@' || (s->attribute && strchr(blanks, c));
	s->operand = c == ')' || c == ']' || (c == '*' && !s->operand) ||
	    (strchr(blanks, c) != NULL && s->operand);
}

void
expression_names(const char *text, expression_fn *fn, void *arg)
{
	struct scan s = { .p = text, .fn = fn, .arg = arg };
	size_t n;

	while (*s.p != '\0') {
		if (*s.p == '"' || *s.p == '\'')
			take_quoted(&s);
		else if ((n = name_length(s.p)) > 0)
			take_name(&s, n);
		else if (isdigit((unsigned char)*s.p) || *s.p == '.')
			take_number(&s);
		else if (*s.p == '$')
			take_variable(&s);
		else
			take_sign(&s);
	}
}

bool
expression_closed(const char *text)
{
	const char *p = text, *end;
	long round = 0, square = 0;

	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\'') {
			end = strchr(p + 1, *p);
			if (end == NULL)
				return false;
			p = end;
		}
		round += (*p == '(') - (*p == ')');
		square += (*p == '[') - (*p == ']');
	}
	return round == 0 && square == 0;
}
