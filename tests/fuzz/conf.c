#include <stdlib.h>
#include <string.h>

#include "spool/conf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "tests/fuzz/fuzz.h"

/* flerapp.conf: a fault, or settings that can be worked with. */

static void
check_conf(const struct conf *c)
{
	assert(c->spool.root[0] == '/');
	assert(c->workers.count > 0 && c->workers.batch > 0);
	assert(c->packages.max_entries > 0);
	assert(memchr(c->owners.allow, '\0', CONF_TEXT) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c = mem_alloc(sizeof *c);
	struct faults f = { 0 };
	int rc;

	fuzz_put("flerapp.conf", fuzz_input(data, size));
	rc = conf_load(c, fuzz_path(), NULL, &f);
	assert((rc == -1) == (f.errors > 0));
	if (rc == 0)
		check_conf(c);
	fuzz_faults(&f);
	faults_free(&f);
	free(c);
	return 0;
}
