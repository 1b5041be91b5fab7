#include "tests/expect.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "schemas/app.h"
#include "spool/conf.h"
#include "spool/mem.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/config.h"
#include "transform/route.h"

#define ROUTE "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n" \
    "form = skjema\n[owner]\norganisation = /Skjema/orgnr\n"
#define MAP "target;source\nHode.overskrift;/Skjema/tittel\n"

struct bench {
	struct scratch *scratch;
	struct conf *conf;
	struct config config;
	struct faults faults;
};

static void
add_route(struct bench *b, const char *name, const char *conf,
    const char *map)
{
	char path[128];

	snprintf(path, sizeof path, "routes/%s/route.conf", name);
	scratch_put(b->scratch, path, conf);
	snprintf(path, sizeof path, "routes/%s/map.csv", name);
	scratch_put(b->scratch, path, map);
}

static void
begin(struct bench *b)
{
	*b = (struct bench){ .scratch = scratch_new(),
	    .conf = mem_alloc(sizeof *b->conf) };
	sample_write(b->scratch);
	assert_int_equal(conf_load(b->conf, b->scratch->dir, NULL,
	    &b->faults), 0);
}

static int
load(struct bench *b)
{
	config_free(&b->config);
	faults_free(&b->faults);
	return config_load(&b->config, b->conf, &b->faults);
}

static void
end(struct bench *b)
{
	config_free(&b->config);
	faults_free(&b->faults);
	scratch_free(b->scratch);
	free(b->conf);
}

static void
all_apps_and_routes_are_loaded_by_name(void **unused)
{
	struct bench b;

	(void)unused;
	begin(&b);
	add_route(&b, "b", ROUTE, MAP);
	add_route(&b, "a", ROUTE, MAP);
	scratch_put(b.scratch, "routes/.git/x", "");
	scratch_put(b.scratch, "routes/README", "");
	scratch_put(b.scratch, "apps/README", "");
	assert_int_equal(load(&b), 0);
	expect_no_faults(&b.faults, "config");
	assert_int_equal(b.config.n_apps, 2);
	assert_int_equal(b.config.n_routes, 2);
	assert_string_equal(b.config.routes[0]->name, "a");
	assert_string_equal(b.config.routes[1]->name, "b");
	assert_non_null(config_app(&b.config, "ttd/sender"));
	assert_null(config_app(&b.config, "ttd/Sender"));
	assert_null(config_app(&b.config, "ttd"));
	end(&b);
}

static void
nothing_at_all_is_a_configuration(void **unused)
{
	struct bench b = { .scratch = scratch_new(),
	    .conf = mem_alloc(sizeof *b.conf) };

	(void)unused;
	scratch_put(b.scratch, "flerapp.conf", "[spool]\nenvironment=test\n");
	assert_int_equal(conf_load(b.conf, b.scratch->dir, NULL, &b.faults),
	    0);
	assert_int_equal(load(&b), 0);
	assert_int_equal(b.config.n_apps + b.config.n_routes, 0);
	end(&b);
}

static void
faults_of_all_apps_and_routes_are_told_at_once(void **unused)
{
	static const struct {
		const char *file;
		long line;
		const char *words;
	} want[] = {
		{ "apps/ttd/a b", 0, "want apps/{org}/{app}" },
		{ "apps/ttd/tom", 0, "no config/applicationmetadata.json" },
		{ "apps/ttd/syk/applicationmetadata.json", 1, "" },
		{ "routes/a/route.conf", 2, "faults of its own" },
		{ "routes/b/map.csv", 2, "no such field" },
		{ "routes/c/map.csv", 3, "no such field" },
	};
	struct bench b;

	(void)unused;
	begin(&b);
	scratch_put(b.scratch, "apps/ttd/a b/x", "");
	scratch_put(b.scratch, "apps/ttd/tom/x", "");
	scratch_put(b.scratch, "apps/ttd/syk/applicationmetadata.json", "[]");
	add_route(&b, "a", "[route]\nfrom = ttd/syk\nto = ttd/mottaker\n", "");
	add_route(&b, "b", ROUTE,
	    "target;source\ntull;const:x\nHode.overskrift;const:x\n");
	add_route(&b, "c", ROUTE, MAP "tull;const:x\n");
	add_route(&b, "d", ROUTE, MAP);
	assert_int_equal(load(&b), -1);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		bool there = false;

		for (size_t k = 0; k < b.faults.n; k++)
			if (strcmp(b.faults.v[k].file, want[i].file) == 0 &&
			    b.faults.v[k].line == want[i].line &&
			    strstr(b.faults.v[k].text, want[i].words) != NULL)
				there = true;
		if (!there) {
			show_faults(&b.faults);
			fail_msg("%s:%ld", want[i].file, want[i].line);
		}
	}
	assert_int_equal(b.config.n_routes, 1);
	end(&b);
}

static void
the_hash_is_that_of_apps_and_routes(void **unused)
{
	static const struct {
		const char *path;
		bool shows;
	} rows[] = {
		{ "flerapp.conf", false }, { "README", false },
		{ "apps/ttd/sender/notes", true },
		{ "routes/a/notes", true }, { "apps/x", true },
	};
	struct bench b;
	char before[DIGEST_HEX + 1];

	(void)unused;
	begin(&b);
	add_route(&b, "a", ROUTE, MAP);
	assert_int_equal(load(&b), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		strcpy(before, b.config.sha256);
		scratch_put(b.scratch, rows[i].path, "");
		assert_int_equal(load(&b), 0);
		if ((strcmp(before, b.config.sha256) != 0) != rows[i].shows)
			fail_msg("%s", rows[i].path);
	}
	end(&b);
}

static void
what_all_routes_read_of_a_form_is_taken(void **unused)
{
	struct bench b;
	const struct app *from;

	(void)unused;
	begin(&b);
	add_route(&b, "a", ROUTE, MAP);
	add_route(&b, "b", ROUTE,
	    MAP "Hode.sak-nr;tillegg!/Tillegg/linje/tekst\n");
	assert_int_equal(load(&b), 0);
	from = config_app(&b.config, "ttd/sender");
	assert_non_null(origin_taken(&b.config.takes,
	    app_form(from, "skjema")));
	assert_non_null(origin_taken(&b.config.takes,
	    app_form(from, "tillegg")));
	assert_null(origin_taken(&b.config.takes,
	    app_form(config_app(&b.config, "ttd/mottaker"), "sak")));
	end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_apps_and_routes_are_loaded_by_name),
		cmocka_unit_test(nothing_at_all_is_a_configuration),
		cmocka_unit_test(
		    faults_of_all_apps_and_routes_are_told_at_once),
		cmocka_unit_test(the_hash_is_that_of_apps_and_routes),
		cmocka_unit_test(what_all_routes_read_of_a_form_is_taken),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
