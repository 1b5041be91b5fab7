/*
 * flerapp-worker: the only program that reads a stranger's bytes.
 *
 * It loads the configuration, closes its sandbox, says that it is ready, and
 * then takes packages from its socket until that closes.  It decides nothing:
 * what it answers is checked again by the coordinator.
 */

#include <libxml/parser.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schemas/jsonin.h"
#include "spool/conf.h"
#include "spool/earlier.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/log.h"
#include "spool/mem.h"
#include "spool/sandbox.h"
#include "spool/wire.h"
#include "transform/ask.h"
#include "transform/config.h"
#include "transform/deliver.h"

struct options {
	const char *dir;
	bool no_output;
	struct ask ask;
};

/* libxml2 can go on with wrong data after a failed allocation; we do not. */
static void *
xml_alloc(size_t n)
{
	void *p = malloc(n);

	if (p == NULL)
		mem_exhausted();
	return p;
}

static void *
xml_resize(void *old, size_t n)
{
	void *p = realloc(old, n);

	if (p == NULL)
		mem_exhausted();
	return p;
}

static char *
xml_dup(const char *s)
{
	return mem_dup(s);
}

/* Forms need nothing from outside; schemas bring a loader of their own. */
static xmlParserInputPtr
deny(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

/*
 * What libraries open by themselves, they open before the sandbox closes:
 * the time zone (ours is UTC, which is no file), and the tables of the
 * encodings that an app.conf can allow: they stay while a handler is held.
 */
static const char *const encodings[] = { "ISO-8859-1", "windows-1252" };
enum { N_ENCODINGS = sizeof encodings / sizeof *encodings };

static void
open_early(xmlCharEncodingHandlerPtr held[N_ENCODINGS])
{
	setenv("TZ", "UTC0", 1);
	tzset();
	for (size_t i = 0; i < N_ENCODINGS; i++)
		held[i] = xmlFindCharEncodingHandler(encodings[i]);
}

static void
close_libraries(xmlCharEncodingHandlerPtr held[N_ENCODINGS])
{
	for (size_t i = 0; i < N_ENCODINGS; i++)
		if (held[i] != NULL)
			xmlCharEncCloseFunc(held[i]);
	xmlCleanupParser();
}

static void
prepare_libraries(void)
{
	xmlMemSetup(free, xml_alloc, xml_resize, xml_dup);
	xmlInitParser();
	xmlSetExternalEntityLoader(deny);
	json_set_alloc_funcs(xml_alloc, free);
	jsonin_prepare();
}

static int
one_job(struct deliver *d, const struct conf *conf,
    const struct wire_job *job, struct answer *a, struct err *e)
{
	struct deliver_job j = { .item = job->item, .fd = job->fd,
	    .name = job->name, .sha256 = job->sha256,
	    .mode = (enum deliver_mode)job->mode };
	struct earlier *earlier = NULL;
	int rc;

	if (job->mode >= DELIVER_MODES)
		return err_set(e, ERR_BUG, "a job of an unknown kind");
	sandbox_cpu(conf->workers.cpu_seconds);
	if (job->replay &&
	    (earlier = earlier_read(job->earlier, e)) == NULL)
		return -1;
	j.earlier = earlier;
	rc = deliver_package(d, &j, a, e);
	earlier_free(earlier);
	return rc == -1 ? -1 :
	    wire_send_answer(WIRE_SOCKET, job->item, a, e);
}

static int
serve(struct deliver *d, const struct conf *conf, struct err *e)
{
	struct wire_job *jobs = mem_alloc(WIRE_JOBS_MAX * sizeof *jobs);
	struct answer a = { .n_made = 0 };
	int n, rc = 0;

	while (rc == 0 && (n = wire_recv_jobs(WIRE_SOCKET, jobs, e)) != 0) {
		if (n == -1)
			rc = -1;
		for (int i = 0; i < n; i++) {
			if (rc == 0)
				rc = one_job(d, conf, &jobs[i], &a, e);
			wire_job_done(&jobs[i]);
		}
	}
	answer_free(&a);
	free(jobs);
	return rc;
}

static int
work(const struct config *config, const struct options *o)
{
	int dir = o->no_output ? -1 : WIRE_WORK;
	struct deliver *d = deliver_new(config, dir);
	struct err e;
	int rc = 0;

	if (sandbox_enter(config->conf, dir, o->no_output ? WIRE_SOCKET :
	    WIRE_WORK, &e) == -1 ||
	    wire_send_ready(WIRE_SOCKET, config->sha256, &e) == -1 ||
	    serve(d, config->conf, &e) == -1) {
		wire_send_trouble(WIRE_SOCKET, &e);
		rc = (int)e.kind;
	}
	deliver_free(d);
	return rc;
}

static bool
parse(struct options *o, int argc, char **argv)
{
	int used;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			o->dir = argv[++i];
		else if (strcmp(argv[i], "--no-output") == 0)
			o->no_output = true;
		else if ((used = ask_option(&o->ask, argv + i)) > 0)
			i += used - 1;
		else
			return false;
	}
	return o->dir != NULL;
}

int
main(int argc, char **argv)
{
	struct options o = { .dir = NULL };
	struct faults faults = { 0 };
	struct conf *conf = mem_alloc(sizeof *conf);
	struct config config = { .conf = NULL };
	xmlCharEncodingHandlerPtr held[N_ENCODINGS];
	int rc = ERR_CONFIG;

	if (!parse(&o, argc, argv)) {
		fprintf(stderr, "flerapp-worker is started by flerapp, "
		    "flerapp-watch and flerapp-transform; try: "
		    "flerapp --help\n");
		return ERR_USAGE;
	}
	setlocale(LC_CTYPE, "C.UTF-8");
	prepare_libraries();
	open_early(held);
	if (conf_load(conf, o.dir, NULL, &faults) == -1)
		rc = ERR_CONFIG;
	else if (o.ask.what != ASK_NOTHING)
		rc = ask_run(&o.ask, conf, &faults);
	else if (config_load(&config, conf, &faults) == 0)
		rc = work(&config, &o);
	faults_sort(&faults);
	if (o.ask.what != ASK_NOTHING || faults.errors > 0)
		log_faults(&faults);
	if (config.conf != NULL)
		config_free(&config);
	faults_free(&faults);
	free(conf);
	close_libraries(held);
	return rc;
}
