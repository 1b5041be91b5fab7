#ifndef TRANSFORM_CONFIG_H
#define TRANSFORM_CONFIG_H

#include <stddef.h>

#include "spool/arena.h"
#include "spool/digest.h"
#include "transform/origin.h"

/*
 * config: all apps and all routes of a configuration folder, loaded and
 * proven before the first package; nothing is read from it afterwards.
 */

struct conf;
struct faults;
struct route;

struct config {
	const struct conf *conf;
	struct arena arena;
	struct app **apps;
	size_t n_apps, cap_apps;
	struct route **routes;		/* by name */
	size_t n_routes, cap_routes;
	const char **faulty;		/* apps that could not be loaded */
	size_t n_faulty, cap_faulty;
	struct origin_takes takes;
	struct units *units;		/* NULL: no table of unit types */
	unsigned char *key;		/* for owner tags */
	size_t key_len;
	char sha256[DIGEST_HEX + 1];	/* of all files in apps/ and routes/ */
};

/* -1 when there is any fault; config_free() either way. */
int config_load(struct config *, const struct conf *, struct faults *);
void config_free(struct config *);

/*
 * The same for one route and its two apps; without its map, which is then
 * NULL, when the map is yet to be written.  There is no key and no hash.
 */
enum config_map { CONFIG_WITH_MAP, CONFIG_WITHOUT_MAP };

int config_load_route(struct config *, const struct conf *, const char *name,
    enum config_map, struct faults *);

const struct app *config_app(const struct config *, const char *name);

#endif
