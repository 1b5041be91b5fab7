#ifndef SPOOL_ARGS_H
#define SPOOL_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * args: the options of a command line, before, between or after its words.
 *
 * One table row per option: --name VALUE or --name=VALUE, -x where a row has
 * a letter, and -- ends the options.  Names are never abbreviated.  A value
 * that help calls FILE... may be given again and again: of an args_many.
 */

struct buf;
struct err;

struct args_option {
	const char *name;		/* without the dashes */
	char letter;			/* 0: none */
	const char *value;		/* as help calls it; NULL: a flag */
	size_t at;			/* of a bool, or of a const char * */
	const char *help;
};

enum { ARGS_MANY = 64 };

struct args_many {
	const char *v[ARGS_MANY];
	size_t n;
};

/*
 * Fill `to` as the rows say.  argv is without the program's name and ends in
 * NULL; its words are moved to the front, *words of them.  -1: ERR_USAGE.
 */
int args_parse(const struct args_option *, size_t n, void *to, char **argv,
    size_t *words, struct err *);

/* Whether a row's option was given (and not with an empty value). */
bool args_given(const struct args_option *, const void *to);

void args_help(const struct args_option *, struct buf *);	/* one line */

#endif
