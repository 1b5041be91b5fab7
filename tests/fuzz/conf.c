#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "transform/config.h"
#include "transform/route.h"

/*
 * flerapp.conf, or a route.conf in a folder where all else is in order (its
 * attachments.csv is the second piece).
 */

static void
check_conf(struct fuzz in)
{
	struct conf *c = mem_alloc(sizeof *c);
	struct faults f = { 0 };
	int rc;

	fuzz_put("flerapp.conf", in);
	rc = conf_load(c, fuzz_path(), NULL, &f);
	assert((rc == -1) == (f.errors > 0));
	if (rc == 0) {
		assert(c->spool.root[0] == '/');
		assert(c->workers.count > 0 && c->workers.batch > 0);
		assert(c->packages.max_entries > 0);
		assert(memchr(c->owners.allow, '\0', CONF_TEXT) != NULL);
	}
	fuzz_faults(&f);
	faults_free(&f);
	free(c);
}

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
	static const char owners[] = "key;organisation;name\n"
	    "9901;310000108;X\n";
	static const char map[] = "target;source\n"
	    "Sak.tittel;const:x\nSak.mottatt;const:2026-01-01\n"
	    "Sak.kommune;const:y\nInnsender.navn;const:z\n";
	static bool made;

	if (made)
		return;
	made = true;
	mkdirat(fuzz_folder(), "routes", 0700);
	mkdirat(fuzz_folder(), "routes/r", 0700);
	mkdirat(fuzz_folder(), "apps", 0700);
	mkdirat(fuzz_folder(), "apps/eks", 0700);
	mkdirat(fuzz_folder(), "apps/eks/skademelding", 0700);
	mkdirat(fuzz_folder(), "apps/eks/kommunesak", 0700);
	fuzz_put("routes/r/owners.csv", (struct fuzz){ owners,
	    sizeof owners - 1 });
	fuzz_put("routes/r/map.csv", (struct fuzz){ map, sizeof map - 1 });
}

static void
check_route(struct fuzz in)
{
	const struct config *house = house_config();
	struct origin_takes takes = { .n = 0 };
	struct arena arena = { 0 };
	struct faults f = { 0 };
	const struct route_scope scope = { .dir = fuzz_path(),
	    .conf = house->conf, .arena = &arena, .takes = &takes,
	    .app = app_named, .app_faulty = app_faulty,
	    .arg = (void *)house };
	struct route *r;

	make_folder();
	fuzz_put("routes/r/route.conf", fuzz_piece(&in));
	if (in.n > 0)
		fuzz_put("routes/r/attachments.csv", in);
	else
		unlinkat(fuzz_folder(), "routes/r/attachments.csv", 0);
	r = route_load("r", &scope, &f);
	assert((r == NULL) == (f.errors > 0));
	if (r != NULL) {
		assert(r->from != NULL && r->to != NULL && r->map != NULL);
		assert(r->owner != NULL && r->due_after >= -1);
		assert(r->visible_after >= -1);
	}
	fuzz_faults(&f);
	route_free(r);
	faults_free(&f);
	origin_takes_done(&takes);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);

	if ((fuzz_byte(&in) & 1) != 0)
		check_conf(in);
	else
		check_route(in);
	return 0;
}
