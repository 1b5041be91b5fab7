#ifndef TRANSFORM_PLAN_PARTS_H
#define TRANSFORM_PLAN_PARTS_H

#include "schemas/moment.h"
#include "transform/origin.h"
#include "transform/plan.h"

/*
 * plan_parts: what the files of plan share; nobody else includes this.
 */

/* One instance under way. */
struct plan_making {
	struct planner *planner;
	struct checked *checked;
	const struct route *route;
	struct plan_instance *out;
	struct origin_env env;
	char day[MOMENT_DATE_SIZE];
};

/* The attachments that travel (contract 4.4). */
void plan_attach(struct plan_making *);

#endif
