#ifndef SPOOL_RUN_H
#define SPOOL_RUN_H

#include "spool/batch.h"
#include "spool/cmd.h"

/*
 * run: one pass of a coordinator for a person or a timer: progress, a line
 * for each package that is not simply published, a summary, the exit code.
 *
 * SIGTERM and SIGINT stop it between packages (exit 75): what it had not
 * settled stays where it was.
 */

struct conf;

int run_pass(const struct conf *, enum batch_mode, enum cmd_progress);

#endif
