#include <stdlib.h>

#include "spool/cmd.h"
#include "spool/conf.h"
#include "spool/mem.h"
#include "spool/run.h"

int
cmd_run(const struct cmdline *line)
{
	struct conf *conf = mem_alloc(sizeof *conf);
	int rc = cmd_conf(line, conf);

	if (rc == 0)
		rc = run_pass(conf, BATCH_BOTH, line->progress);
	free(conf);
	return rc;
}
