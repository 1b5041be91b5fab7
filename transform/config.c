#include "transform/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/id.h"
#include "spool/listing.h"
#include "spool/mem.h"
#include "transform/prove.h"
#include "transform/route.h"
#include "transform/units.h"

typedef void entry_fn(struct config *, const char *below, const char *name,
    struct faults *);

static int
folders_only(const struct dirent *d)
{
	return d->d_name[0] != '.' && (d->d_type == DT_DIR ||
	    d->d_type == DT_LNK || d->d_type == DT_UNKNOWN);
}

/* Each folder below dir/below, by name. */
static void
each_folder(struct config *c, const char *below, entry_fn *fn,
    struct faults *f)
{
	struct dirent **list = NULL;
	struct buf path = { 0 };
	struct err e;
	int n;

	buf_fmt(&path, "%s/%s", c->conf->dir, below);
	n = scandir(path.p, &list, folders_only, alphasort);
	if (n == -1 && errno != ENOENT)
		faults_add(f, below, 0, 0, "cannot be read: %s",
		    strerror(errno));
	for (int i = 0; i < n; i++) {
		buf_reset(&path);
		buf_fmt(&path, "%s/%s/%s", c->conf->dir, below,
		    list[i]->d_name);
		switch (fsx_there(path.p, S_IFDIR, &e)) {
		case 1:
			fn(c, below, list[i]->d_name, f);
			break;
		case -1:		/* a route less would not be seen */
			faults_add(f, below, 0, 0, "%s", e.text);
			break;
		}
		free(list[i]);
	}
	free(list);
	buf_free(&path);
}

static void
load_app(struct config *c, const char *below, const char *name,
    struct faults *f)
{
	char *full = arena_fmt(&c->arena, "%s/%s", below + sizeof "apps/" - 1,
	    name);
	struct app *a = NULL;

	if (id_app_ok(full))
		a = app_load(c->conf->dir, full, f);
	else
		faults_add(f, arena_fmt(&c->arena, "apps/%s", full), 0, 0,
		    "want apps/{org}/{app}, in letters, digits and hyphens");
	if (a == NULL) {
		c->faulty = mem_grow(c->faulty, &c->cap_faulty,
		    c->n_faulty + 1, sizeof *c->faulty);
		c->faulty[c->n_faulty++] = full;
		return;
	}
	c->apps = mem_grow(c->apps, &c->cap_apps, c->n_apps + 1,
	    sizeof *c->apps);
	c->apps[c->n_apps++] = a;
}

static void
load_org(struct config *c, const char *below, const char *name,
    struct faults *f)
{
	struct buf path = { 0 };

	buf_fmt(&path, "%s/%s", below, name);
	each_folder(c, path.p, load_app, f);
	buf_free(&path);
}

static bool
has_folder(const struct config *c, const char *name, struct faults *f)
{
	struct buf path = { 0 };
	struct err e;
	int there;

	buf_fmt(&path, "%s/%s", c->conf->dir, name);
	there = fsx_there(path.p, S_IFDIR, &e);
	if (there == -1)
		faults_add(f, name, 0, 0, "%s", e.text);
	buf_free(&path);
	return there == 1;
}

/* Who asks for the apps of a route. */
struct reading {
	struct config *config;
	struct faults *faults;
	bool on_demand;			/* apps are loaded as they are named */
	bool without_map;
};

static bool
app_faulty(void *arg, const char *name)
{
	const struct reading *g = arg;
	const struct config *c = g->config;

	for (size_t i = 0; i < c->n_faulty; i++)
		if (strcmp(c->faulty[i], name) == 0)
			return true;
	return false;
}

static void
demand_app(struct reading *g, const char *name)
{
	char *below = arena_fmt(&g->config->arena, "apps/%s", name);

	if (!id_app_ok(name) || app_faulty(g, name) ||
	    !has_folder(g->config, below, g->faults))
		return;
	*strrchr(below, '/') = '\0';
	load_app(g->config, below, strchr(name, '/') + 1, g->faults);
}

static const struct app *
app_for_route(void *arg, const char *name)
{
	struct reading *g = arg;

	if (g->on_demand && config_app(g->config, name) == NULL)
		demand_app(g, name);
	return config_app(g->config, name);
}

static void
read_route(struct reading *g, const char *name)
{
	struct config *c = g->config;
	struct route_scope scope = { .dir = c->conf->dir, .conf = c->conf,
	    .arena = &c->arena, .takes = &c->takes, .app = app_for_route,
	    .app_faulty = app_faulty, .arg = g, .prove = prove_route,
	    .without_map = g->without_map };
	struct route *r = route_load(name, &scope, g->faults);

	if (r == NULL)
		return;
	c->routes = mem_grow(c->routes, &c->cap_routes, c->n_routes + 1,
	    sizeof *c->routes);
	c->routes[c->n_routes++] = r;
}

static void
load_route(struct config *c, const char *below, const char *name,
    struct faults *f)
{
	struct reading g = { .config = c, .faults = f };

	(void)below;
	read_route(&g, name);
}

static void
hash_all(struct config *c, struct faults *f)
{
	struct buf lines = { 0 };

	listing_config(c->conf->dir, &lines, f);
	digest_hex_of(buf_text(&lines), lines.len, c->sha256);
	buf_free(&lines);
}

int
config_load(struct config *c, const struct conf *conf, struct faults *f)
{
	size_t before = f->errors;

	*c = (struct config){ .conf = conf };
	conf_key(conf, &c->key, &c->key_len, f);
	if (conf->owners.unit_types[0] != '\0')
		c->units = units_load(conf->owners.unit_types,
		    conf->owners.unit_types, f);
	each_folder(c, "apps", load_org, f);
	each_folder(c, "routes", load_route, f);
	hash_all(c, f);
	return f->errors > before ? -1 : 0;
}

int
config_load_route(struct config *c, const struct conf *conf, const char *name,
    enum config_map map, struct faults *f)
{
	struct reading g = { .config = c, .faults = f, .on_demand = true,
	    .without_map = map == CONFIG_WITHOUT_MAP };
	size_t before = f->errors;

	*c = (struct config){ .conf = conf };
	read_route(&g, name);
	return f->errors > before ? -1 : 0;
}

void
config_free(struct config *c)
{
	struct arena arena = c->arena;

	for (size_t i = 0; i < c->n_routes; i++)
		route_free(c->routes[i]);
	for (size_t i = 0; i < c->n_apps; i++)
		app_free(c->apps[i]);
	free(c->routes);
	free(c->apps);
	free(c->faulty);
	free(c->key);
	units_free(c->units);
	origin_takes_done(&c->takes);
	arena_free(&arena);
	*c = (struct config){ .conf = NULL };
}

const struct app *
config_app(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_apps; i++)
		if (strcmp(c->apps[i]->name, name) == 0)
			return c->apps[i];
	return NULL;
}
