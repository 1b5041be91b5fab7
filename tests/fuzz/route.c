#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "transform/config.h"
#include "transform/prove.h"
#include "transform/route.h"

/*
 * A route's folder between two fixed apps: route.conf, attachments.csv,
 * owners.csv, map.csv and a code list, a piece each; what has no piece is in
 * order, but for attachments.csv and the list, which are not there then.  It
 * is loaded as it is, and proven; what is proven was loaded before.
 */

static const char owners[] = "key;organisation;name\n9901;310000108;X\n";
static const char map[] = "target;source\n"
    "Sak.tittel;const:x\nSak.mottatt;const:2026-01-01\n"
    "Sak.kommune;const:y\nInnsender.navn;const:z\n";

static const struct app *
app_named(void *arg, const char *name)
{
	return config_app(arg, name);
}

static bool
app_faulty(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "eks/faulty") == 0;
}

/* Where routes/r lies: the apps themselves are in memory. */
static void
make_folder(void)
{
	static const char *const folders[] = { "routes", "routes/r",
	    "routes/r/codes", "apps", "apps/eks", "apps/eks/skademelding",
	    "apps/eks/kommunesak" };
	static bool made;

	for (size_t i = 0; !made && i < sizeof folders / sizeof *folders; i++)
		assert(mkdirat(fuzz_folder(), folders[i], 0700) == 0);
	made = true;
}

static void
put(const char *name, struct fuzz *in, const char *instead)
{
	struct fuzz piece = fuzz_piece(in);

	if (piece.n > 0)
		fuzz_put(name, piece);
	else if (instead != NULL)
		fuzz_put(name, (struct fuzz){ instead, strlen(instead) });
	else
		unlinkat(fuzz_folder(), name, 0);
}

static void
check_route(const struct route *r)
{
	assert(r->from != NULL && r->to != NULL && r->target != NULL);
	assert(r->map != NULL && r->owner != NULL);
	assert(r->due_after >= -1 && r->visible_after >= -1);
	assert(r->owner_kind < OWNER_KINDS);
	assert((r->when == NULL) == (r->when_text == NULL));
	assert((r->for_each == NULL) == (r->for_each_text == NULL));
	assert(strlen(r->sha256) == DIGEST_HEX);
	for (size_t i = 0; i < r->n_attachments; i++) {
		assert(r->attachments[i].source != NULL);
		assert(r->attachments[i].target != NULL);
		assert(r->attachments[i].line > 0);
	}
}

static bool
load(bool prove)
{
	const struct config *house = house_config();
	struct origin_takes takes = { .n = 0 };
	struct arena arena = { 0 };
	struct faults f = { 0 };
	const struct route_scope scope = { .dir = fuzz_path(),
	    .conf = house->conf, .arena = &arena, .takes = &takes,
	    .app = app_named, .app_faulty = app_faulty,
	    .arg = (void *)house, .prove = prove ? prove_route : NULL };
	struct route *r = route_load("r", &scope, &f);
	bool loaded = r != NULL;

	assert(loaded == (f.errors == 0));
	if (loaded)
		check_route(r);
	fuzz_faults(&f);
	route_free(r);
	faults_free(&f);
	origin_takes_done(&takes);
	arena_free(&arena);
	return loaded;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	int descriptors;
	bool loaded;

	make_folder();
	put("routes/r/route.conf", &in, "");
	put("routes/r/attachments.csv", &in, NULL);
	put("routes/r/owners.csv", &in, owners);
	put("routes/r/map.csv", &in, map);
	put("routes/r/codes/k.csv", &in, NULL);
	descriptors = fuzz_descriptors();
	loaded = load(false);
	assert(!load(true) || loaded);
	assert(fuzz_descriptors() == descriptors);
	return 0;
}
