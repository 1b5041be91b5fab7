#ifndef WATCHER_CHECK_H
#define WATCHER_CHECK_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/instance.h"
#include "spool/digest.h"
#include "watcher/package.h"

/*
 * check: one package, read once from its first byte to its last.
 *
 * instance.json first (a package that has it elsewhere is read twice), then
 * every entry as it comes: forms are validated and what the maps read of them
 * is kept, other elements are handed to whoever asked for them, all are
 * counted and hashed.  The caller says what else is to happen by its hooks.
 */

struct app;
struct arena;
struct checker;
struct findings;
struct form_type;
struct take;

struct checked_form {
	const struct element *element;
	const struct form_type *type;
	xmlDocPtr doc;			/* NULL: the form cannot be used */
};

struct checked {
	struct arena *arena;
	struct findings *findings;
	struct package *package;	/* for another pass; NULL: unreadable */
	struct instance instance;
	const struct app *app;		/* NULL: unknown */
	struct checked_form *forms;	/* in the order of `data` */
	size_t n_forms;
	char sha256[DIGEST_HEX + 1];
	uint64_t size;
};

struct check_rules {
	struct package_limits limits;
	unsigned max_xml_depth;
	bool require_sums, require_pdf;
	void *arg;
	const struct app *(*app)(void *arg, const char *name);
	/* What is read of a form; NULL: nothing. */
	const struct take *(*take)(void *arg, const struct form_type *);
	/* All forms have been read; later elements may be wanted. */
	void (*forms_read)(void *arg, struct checked *);
	/* The bytes of an element that is no form; data is NULL at its end. */
	void (*element)(void *arg, const struct element *, const void *data,
	    size_t n);
};

struct checker *checker_new(const struct check_rules *);
void checker_free(struct checker *);

/* Who gives the next package knows its SHA-256; NULL or "": nobody does. */
void checker_told(struct checker *, const char *sha256);

/*
 * Everything that is wrong goes to findings.  `fd` stays the caller's.  Call
 * check_done() afterwards.
 */
void check_package(struct checker *, int fd, struct arena *,
    struct findings *, struct checked *);
void check_done(struct checked *);

#endif
