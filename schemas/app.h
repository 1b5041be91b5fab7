#ifndef SCHEMAS_APP_H
#define SCHEMAS_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/appmeta.h"
#include "schemas/xsd.h"
#include "spool/arena.h"

/*
 * app: one app of the configuration, apps/{org}/{app}/ (DESIGN 4): its
 * metadata, the schema and field model of each of its form types, and what
 * app.conf adds.
 */

struct faults;
struct field;
struct model;

enum form_encoding {
	FORM_UTF_8 = 1, FORM_ISO_8859_1 = 2, FORM_WINDOWS_1252 = 4
};

/*
 * What Altinn lets pass and we refuse, unless a site wants it (contract 7.3).
 * What makes Altinn lose data that a person filled in (a wrong order, a
 * repeated element) has no key.
 */
struct form_leniency {
	bool namespace;		/* a document without the schema's namespace */
	bool nil;		/* xsi:nil where the schema does not allow it:
				 * the element counts as absent */
	bool unknown;		/* elements and attributes that the schema does
				 * not know are dropped */
	bool fixed;		/* fixed attributes with another value */
	bool date_time;		/* a date for an xs:dateTime: its midnight */
};

struct form_type {
	const struct data_type *type;
	const char *schema;		/* file of the schema, for people */
	struct xsd *xsd;		/* NULL, as model: no schema found */
	struct model *model;
	const struct field *root;	/* as B's form; NULL: cannot be told */
	const char *root_name;		/* app.conf root=, or NULL */
	struct form_leniency lenient;
	enum xsd_patterns patterns;
	unsigned encodings;
};

struct app {
	const char *name;		/* org/app */
	struct arena arena;
	struct appmeta meta;
	struct form_type *forms;
	size_t n_forms;
};

/* `dir` is the configuration folder. NULL when there is any fault. */
struct app *app_load(const char *dir, const char *name, struct faults *);
void app_free(struct app *);

/* Only an app that a route uses must have its schemas: tell it then. */
void app_schema_missing(const struct app *, const struct form_type *,
    struct faults *);

const struct form_type *app_form(const struct app *, const char *type);

/* The data type that paths read when none is named: the only form type. */
const struct form_type *app_only_form(const struct app *);

#endif
