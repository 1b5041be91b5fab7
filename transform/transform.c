/*
 * flerapp-transform: the nightly batch.  What is accepted becomes B
 * instances: accepted/ to outbox/ and done/, once, then it ends.
 */

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/log.h"
#include "spool/mem.h"
#include "spool/run.h"

static const char usage[] =
    "usage: flerapp-transform [--config DIR] [--spool DIR] [-v]\n"
    "\n"
    "Makes the instances of the receiving apps from all packages that wait\n"
    "in accepted/, then ends.  Exit code 0: all published; 3: something was\n"
    "refused or held; others as in flerapp(1).\n";

struct options {
	const char *config, *spool;
	bool verbose;
};

/* 0 to go on, else the exit code + 1. */
static int
parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "spool", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "v", longs, NULL)) != -1) {
		if (c == 'c') {
			o->config = optarg;
		} else if (c == 's') {
			o->spool = optarg;
		} else if (c == 'v') {
			o->verbose = true;
		} else if (c == 'h') {
			fputs(usage, stdout);
			return 1;
		} else if (c == 'V') {
			puts("flerapp-transform " FLERAPP_VERSION);
			return 1;
		} else {
			fputs(usage, stderr);
			return ERR_USAGE + 1;
		}
	}
	if (optind < argc) {
		fputs(usage, stderr);
		return ERR_USAGE + 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .config = NULL };
	struct faults faults = { 0 };
	struct conf *conf;
	int rc;

	setlocale(LC_CTYPE, "C.UTF-8");
	rc = parse(&o, argc, argv);
	if (rc != 0)
		return rc - 1;
	log_start("flerapp-transform", o.verbose ? LEVEL_DEBUG : LEVEL_INFO);
	conf = mem_alloc(sizeof *conf);
	if (conf_load(conf, conf_dir(o.config), o.spool, &faults) == -1) {
		log_faults(&faults);
		rc = ERR_CONFIG;
	} else {
		rc = run_pass(conf, BATCH_TRANSFORM, PROGRESS_AUTO);
	}
	faults_free(&faults);
	free(conf);
	return rc;
}
