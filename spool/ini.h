#ifndef SPOOL_INI_H
#define SPOOL_INI_H

/*
 * ini: settings files in the form that systemd uses.
 *
 * [section], key = value, whole-line comments with # or ;.  A comment may
 * also stand behind a value, after blanks, as "# " (so that a # in a path or
 * text stays), never inside double quotes.  Quotes around a whole value are
 * taken off.  A line that is none of these is a fault.
 */

struct faults;

struct ini_line {
	const char *section, *key, *value;	/* "" before any section */
	long line;
};

typedef void ini_fn(void *arg, const struct ini_line *);

/* `text` is changed; `file` is the name that faults show. */
void ini_parse(const char *file, char *text, ini_fn *, void *arg,
    struct faults *);

#endif
