#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include <stddef.h>

#include "schemas/instance.h"
#include "spool/arena.h"
#include "spool/fault.h"
#include "spool/finding.h"
#include "transform/origin.h"
#include "watcher/check.h"

/*
 * sample: two apps in a folder of their own, ttd/sender and ttd/mottaker,
 * and an instance of the first on the table.
 */

struct scratch;

struct sample {
	struct scratch *scratch;
	struct arena arena;		/* of the configuration */
	struct faults faults;
	struct app *from, *to;
	struct origin_takes takes;
	xmlXPathContextPtr xpath;
	/* the package */
	struct arena package;
	struct findings findings;
	struct checked checked;
};

/* flerapp.conf and both apps. */
void sample_write(const struct scratch *);

/* Written and loaded, without faults. */
struct sample *sample_new(void);
void sample_free(struct sample *);

/* What paths are read against: the form `skjema` of ttd/sender. */
struct origin_scope sample_scope(struct sample *);

/* Another form of the instance, after those that are there. */
void sample_form(struct sample *, const char *type, const char *xml);
struct origin_env sample_env(struct sample *);

/* The usual form, and the usual instance.json. */
extern const char sample_skjema[], sample_instance[];

#endif
