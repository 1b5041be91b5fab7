#include <stdlib.h>
#include <string.h>

#include "spool/cmd.h"
#include "spool/conf.h"
#include "spool/crew.h"
#include "spool/err.h"
#include "spool/mem.h"

int
cmd_map(const struct cmdline *line)
{
	static const char *const check[] = { "--map-check", NULL };
	struct conf *conf = mem_alloc(sizeof *conf);
	struct err e;
	int rc = cmd_conf(line, conf);

	if (rc == 0)
		rc = crew_ask(conf, check, &e);
	if (rc == -1)
		rc = cmd_fail(&e);
	free(conf);
	return rc;
}
