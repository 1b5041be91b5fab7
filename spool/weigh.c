#include "spool/weigh.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/ini.h"
#include "spool/jobs.h"
#include "spool/made.h"
#include "spool/mem.h"
#include "spool/number.h"

enum { ROUTE_CONF_MAX = 1 << 20, ORG = 4, FEWEST_FILES = 3 };

struct route {
	char name[ID_ROUTE_MAX + 1];
	char from[ID_APP_MAX + 1], to[ID_APP_MAX + 1];
};

struct weigh {
	const struct conf *conf;
	int tmp, made;
	struct sum *sum;
	unsigned number;		/* of the next that is made */
	struct route *routes;		/* those that were asked for */
	size_t n_routes, cap_routes;
};

struct weigh *
weigh_new(const struct conf *conf, int tmp, struct sum *sum, struct err *e)
{
	struct weigh *w = mem_alloc(sizeof *w);

	*w = (struct weigh){ .conf = conf, .tmp = tmp, .made = -1,
	    .sum = sum };
	if (tmp != -1 && (w->made = fsx_open_dir(tmp, MADE_FOLDER, e)) == -1) {
		free(w);
		return NULL;
	}
	return w;
}

void
weigh_free(struct weigh *w)
{
	if (w == NULL)
		return;
	if (w->made != -1)
		close(w->made);
	free(w->routes);
	free(w);
}

/* ------------------------------------------------------------- the routes */

static void
take_line(void *arg, const struct ini_line *l)
{
	struct route *r = arg;

	if (strcmp(l->section, "route") != 0)
		return;
	if (strcmp(l->key, "from") == 0)
		snprintf(r->from, sizeof r->from, "%s", l->value);
	else if (strcmp(l->key, "to") == 0)
		snprintf(r->to, sizeof r->to, "%s", l->value);
}

static bool
read_route(const struct weigh *w, struct route *r)
{
	struct faults faults = { 0 };
	struct buf path = { 0 }, text = { 0 };
	struct err e;
	bool there;

	buf_fmt(&path, "%s/routes/%s/route.conf", w->conf->dir, r->name);
	there = fsx_read(AT_FDCWD, path.p, ROUTE_CONF_MAX, &text, &e) == 0 &&
	    text.len > 0;
	if (there)
		ini_parse(path.p, text.p, take_line, r, &faults);
	faults_free(&faults);
	buf_free(&path);
	buf_free(&text);
	return there;
}

/* Read when it is first asked for; it is small, and the operator's own. */
static const struct route *
find_route(struct weigh *w, const char *name)
{
	struct route r = { .from = "" };

	for (size_t i = 0; i < w->n_routes; i++)
		if (strcmp(w->routes[i].name, name) == 0)
			return &w->routes[i];
	snprintf(r.name, sizeof r.name, "%s", name);
	if (!id_route_ok(name) || !read_route(w, &r))
		return NULL;
	w->routes = mem_grow(w->routes, &w->cap_routes, w->n_routes + 1,
	    sizeof r);
	w->routes[w->n_routes] = r;
	return &w->routes[w->n_routes++];
}

static bool
goes(struct weigh *w, const char *name, const char *from, const char *to)
{
	const struct route *r = find_route(w, name);

	return r != NULL && strcmp(r->from, from) == 0 &&
	    strcmp(r->to, to) == 0;
}

/*
 * {guid}.{route}, or that and .{0001}; a route's name may look so too.  Only a
 * replay goes on to other generations; which ones, replay.c knows.
 */
static bool
route_ok(struct weigh *w, const struct job *j, const struct answer *a,
    const struct made *m)
{
	char name[ID_KEY_MAX + 1], *dot;

	if (!j->replay && id_key_generation(m->key) != 1)
		return false;
	snprintf(name, sizeof name, "%.*s", (int)id_key_base(m->key) -
	    ID_GUID - 1, m->key + ID_GUID + 1);
	if (goes(w, name, a->app, m->app))
		return true;
	dot = strrchr(name, '.');
	if (dot == NULL)
		return false;
	*dot = '\0';
	return goes(w, name, a->app, m->app);
}

/* -------------------------------------------------------------- the parts */

/* Sample numbers without a check digit are for test environments. */
static bool
owner_ok(const struct conf *c, const char *owner)
{
	return strncmp(owner, "org-", ORG) != 0 || number_org_ok(owner + ORG) ||
	    (c->spool.environment == CONF_TEST &&
	    strstr(c->owners.allow, owner + ORG) != NULL);
}

/* DESIGN 6: instance.json first, manifest.json and SHA256SUMS at the end. */
static bool
files_ok(const struct made *m)
{
	return m->zip || (m->n_files >= FEWEST_FILES &&
	    strcmp(m->files[0].name, "instance.json") == 0 &&
	    strcmp(m->files[m->n_files - 2].name, "manifest.json") == 0);
}

static const char *
weigh_made(struct weigh *w, const struct job *j, const struct answer *a,
    const struct made *m)
{
	bool zip = w->conf->transform.output == OUTPUT_ZIP;

	if (m->zip != zip || !files_ok(m))
		return "it made other files than it is to make";
	if (!owner_ok(w->conf, m->owner))
		return "an owner's number has a wrong check digit";
	if (!route_ok(w, j, a, m))
		return "no route leads there";
	return NULL;
}

static bool
finding_ok(enum finding_code code)
{
	static const enum finding_code ours[] = { F_CONFLICT,
	    F_WORKER_CRASHED, F_WORKER_TIMEOUT, F_WORKER_MEMORY, F_NO_SPACE };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (code == ours[i])
			return false;
	return true;
}

static const char *
weigh_facts(const struct job *j, const struct answer *a)
{
	bool accepted = a->findings.n == 0;

	if (j->sha256[0] != '\0' && (strcmp(a->sha256, j->sha256) != 0 ||
	    a->size != j->size))
		return "it read other bytes";
	if (accepted && ((j->guid[0] != '\0' &&
	    strcmp(a->guid, j->guid) != 0) ||
	    (j->app[0] != '\0' && strcmp(a->app, j->app) != 0)))
		return "it named another instance";
	if ((a->n_made > 0) != (accepted && j->mode == CREW_MAP))
		return "it made too little or too much";
	for (size_t i = 0; i < a->findings.n; i++)
		if (!finding_ok(a->findings.v[i].code))
			return "it told what only we can find";
	return NULL;
}

int
weigh_answer(struct weigh *w, const struct job *j, const char *work,
    struct answer *a, const char **wrong, struct err *e)
{
	*wrong = weigh_facts(j, a);
	for (size_t i = 0; *wrong == NULL && i < a->n_made; i++)
		*wrong = weigh_made(w, j, a, &a->made[i]);
	if (*wrong != NULL || a->n_made == 0)
		return 0;
	if (made_take(w->tmp, work, a, &w->number, wrong, e) == -1)
		return -1;
	return *wrong == NULL ?
	    made_check(w->made, a, w->sum, wrong, e) : 0;
}
