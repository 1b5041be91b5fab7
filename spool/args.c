#include "spool/args.h"

#include <stdbool.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/err.h"

enum { HELP_COLUMN = 22 };

struct parsing {
	const struct args_option *rows;
	size_t n;
	char *to;
	char **next;			/* what is not read yet */
	struct err *err;
};

static const struct args_option *
find(const struct parsing *p, const char *s)
{
	size_t len = strcspn(s + 2, "=");

	for (size_t i = 0; i < p->n; i++) {
		const struct args_option *o = &p->rows[i];

		if (s[1] == '-' ? strlen(o->name) == len &&
		    strncmp(o->name, s + 2, len) == 0 :
		    o->letter != '\0' && o->letter == s[1] && s[2] == '\0')
			return o;
	}
	return NULL;
}

static bool
is_many(const struct args_option *o)
{
	size_t n = o->value != NULL ? strlen(o->value) : 0;

	return n > 3 && strcmp(o->value + n - 3, "...") == 0;
}

static int
keep(struct parsing *p, const struct args_option *o, const char *value)
{
	struct args_many *many = (void *)(p->to + o->at);

	if (!is_many(o))
		memcpy(p->to + o->at, &value, sizeof value);
	else if (many->n == ARGS_MANY)
		return err_set(p->err, ERR_USAGE, "--%s is given more than "
		    "%d times", o->name, ARGS_MANY);
	else
		many->v[many->n++] = value;
	return 0;
}

static int
take_option(struct parsing *p, const char *s)
{
	const struct args_option *o = find(p, s);
	const char *value = s[1] == '-' ? strchr(s, '=') : NULL;

	if (o == NULL)
		return err_set(p->err, ERR_USAGE, "unknown option (%s)", s);
	if (o->value == NULL) {
		if (value != NULL)
			return err_set(p->err, ERR_USAGE,
			    "--%s takes no value (%s)", o->name, s);
		*(bool *)(p->to + o->at) = true;
		return 0;
	}
	if (value != NULL)
		value++;
	else if (*p->next != NULL)
		value = *p->next++;
	if (value == NULL || *value == '\0')
		return err_set(p->err, ERR_USAGE, "--%s needs a value (%s)",
		    o->name, o->value);
	return keep(p, o, value);
}

int
args_parse(const struct args_option *rows, size_t n, void *to, char **argv,
    size_t *words, struct err *e)
{
	struct parsing p = { rows, n, to, argv, e };
	bool options = true;
	size_t k = 0;

	while (*p.next != NULL) {
		char *s = *p.next++;

		if (options && strcmp(s, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || s[0] != '-' || s[1] == '\0')
			argv[k++] = s;
		else if (take_option(&p, s) == -1)
			return -1;
	}
	argv[k] = NULL;
	*words = k;
	return 0;
}

bool
args_given(const struct args_option *o, const void *to)
{
	const char *at = (const char *)to + o->at, *value;

	if (o->value == NULL)
		return *(const bool *)at;
	if (is_many(o))
		return ((const struct args_many *)(const void *)at)->n > 0;
	memcpy(&value, at, sizeof value);
	return value != NULL;
}

void
args_help(const struct args_option *o, struct buf *b)
{
	size_t from = b->len, width;

	buf_fmt(b, "  --%s%s%s", o->name, o->value != NULL ? " " : "",
	    o->value != NULL ? o->value : "");
	if (o->letter != '\0')
		buf_fmt(b, ", -%c", o->letter);
	width = b->len - from;
	buf_fmt(b, "%*s  %s\n",
	    width < HELP_COLUMN ? (int)(HELP_COLUMN - width) : 0, "",
	    o->help);
}
