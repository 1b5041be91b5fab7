#ifndef TRANSFORM_PLAN_H
#define TRANSFORM_PLAN_H

#include <libxml/xpath.h>
#include <stdbool.h>
#include <stddef.h>

#include "spool/buf.h"
#include "spool/id.h"
#include "transform/fill.h"
#include "transform/owner.h"

/*
 * plan: the B instances that one package makes, worked out in memory.
 *
 * All routes that apply, each for each of its nodes: owner, form, data
 * values, attachments, everything checked that can be known before a byte is
 * written (contract 4).  All or none: a finding anywhere stops the package.
 */

struct checked;
struct config;
struct earlier;
struct element;
struct fill;
struct form_reader;
struct route;

/* An attachment that travels. */
struct plan_part {
	const struct element *element;
	const char *type;		/* the data type of B */
	const char *file;		/* {type}-{n}.{ext} */
	const char *content_type;	/* bare, lower case */
	const char *filename;		/* for people, or NULL */
};

struct plan_pair {
	const char *key, *value;
};

struct plan_instance {
	const struct route *route;
	size_t index, of;		/* counted from 1, within the route */
	struct owner owner;
	char tag[ID_OWNER_MAX + 1];
	char key[ID_KEY_MAX + 1];
	const char *replaces;		/* org/app/owner/key, or NULL */
	const char *due, *visible;	/* NULL: none */
	const char *form;		/* the document's bytes */
	size_t form_size;
	struct plan_pair *values;	/* dataValues */
	size_t n_values;
	struct plan_pair *prefill;	/* of create.json; NULL: none */
	size_t n_prefill;
	struct plan_part *parts;
	size_t n_parts;
};

struct plan {
	struct plan_instance *v;
	size_t n, cap;
};

enum { PLAN_INSTANCES_MAX = 100000 };

/* Whether a route applies to the package, and if not, why. */
enum plan_applies {
	PLAN_APPLIES, PLAN_WHEN_FALSE, PLAN_NO_NODES, PLAN_FAILED
};

/* For who wants to see how it is done (map explain). */
struct plan_watch {
	/* A route of the package's app; so many instances will follow. */
	void (*route)(void *arg, const struct route *, enum plan_applies,
	    size_t instances);
	/* Its map is filled next, when the owner was found. */
	void (*instance)(void *arg, const struct plan_instance *,
	    bool has_owner);
	void *arg;
	struct fill_watch fill;
};

/* What planning needs besides the package. */
struct planner {
	const struct config *config;
	struct form_reader *reader;	/* for B's forms */
	xmlXPathContextPtr xpath;
	struct buf text;
	const struct plan_watch *watch;	/* NULL: nobody */
	const struct earlier *earlier;	/* a replay: made before; or NULL */
};

void planner_init(struct planner *, const struct config *);
void planner_done(struct planner *);

/* In the package's arena; what is wrong goes to its findings. */
void plan_make(struct planner *, struct checked *, struct plan *);

#endif
