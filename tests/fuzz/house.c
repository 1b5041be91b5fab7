#include "tests/fuzz/house.h"

#include <stdio.h>
#include <stdlib.h>

#include "schemas/app.h"
#include "spool/conf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "tests/fuzz/fuzz.h"
#include "transform/config.h"

const char house_a[] = "eks/skademelding";
const char house_b[] = "eks/kommunesak";

static struct config config;
static struct conf *conf;

static void
leave(void)
{
	config_free(&config);
	free(conf);
}

const struct config *
house_config(void)
{
	struct faults f = { 0 };

	if (conf != NULL)
		return &config;
	conf = mem_alloc(sizeof *conf);
	if (conf_load(conf, HOUSE, NULL, &f) == -1 ||
	    config_load(&config, conf, &f) == -1) {
		for (size_t i = 0; i < f.n; i++)
			fprintf(stderr, "%s:%ld: %s\n", f.v[i].file,
			    f.v[i].line, f.v[i].text);
		abort();
	}
	faults_free(&f);
	atexit(leave);
	return &config;
}

const struct app *
house_app(const char *name)
{
	const struct app *a = config_app(house_config(), name);

	assert(a != NULL);
	return a;
}
