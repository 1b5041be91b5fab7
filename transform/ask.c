#include "transform/ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schemas/jsonin.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/log.h"
#include "spool/sandbox.h"
#include "transform/adopt.h"
#include "transform/config.h"
#include "transform/explain.h"
#include "transform/propose.h"
#include "transform/prove.h"

enum { BLOCK = 64 * 1024 };

typedef int answer_fn(const struct ask *, const struct config *,
    struct faults *);

static int
write_out(const struct buf *b)
{
	struct err e;

	if (b->len > 0 && fsx_write(STDOUT_FILENO, b->p, b->len, &e) == -1)
		return log_err(&e);
	return 0;
}

static int
check(const struct ask *q, const struct config *c, struct faults *f)
{
	(void)q;
	prove_report(c, f, stdout);
	return 0;
}

/* stderr is not there any more. */
static int
complain(const struct err *e)
{
	struct buf b = { 0 };
	struct err unheard;

	buf_fmt(&b, "flerapp: %s\n", e->text);
	(void)fsx_write(ASK_COMPLAINTS, b.p, b.len, &unheard);
	buf_free(&b);
	return (int)e->kind;
}

static int
explain(const struct ask *q, const struct config *c, struct faults *f)
{
	struct explain_job job = { .fd = ASK_FILE, .name = q->file,
	    .out = ASK_OUT, .json = q->json };
	bool findings = false;
	struct err e;

	(void)f;
	if (dup2(STDOUT_FILENO, ASK_OUT) == -1 ||
	    dup2(STDERR_FILENO, ASK_COMPLAINTS) == -1) {
		err_sys(&e, "keep stdout and stderr");
		return log_err(&e);
	}
	if (sandbox_enter(c->conf, -1, ASK_COMPLAINTS, &e) == -1)
		return complain(&e);
	sandbox_cpu(c->conf->workers.cpu_seconds);
	if (explain_package(c, &job, &findings, &e) == -1)
		return complain(&e);
	return findings ? ERR_DATA : 0;
}

static int
init(const struct ask *q, const struct config *c, struct faults *f)
{
	struct buf csv = { 0 };
	int rc;

	(void)q;
	propose_map(c->routes[0], &csv, f);
	rc = write_out(&csv);
	buf_free(&csv);
	return rc;
}

/* One byte more than may be, so that too much is seen as such. */
static int
read_file(struct buf *b, struct err *e)
{
	ssize_t n = 1;

	while (n > 0 && b->len <= JSONIN_MAX) {
		buf_reserve(b, BLOCK);
		n = read(ASK_FILE, b->p + b->len, BLOCK);
		if (n == -1)
			return err_sys(e, "read the prefill file");
		b->len += (size_t)n;
	}
	return 0;
}

static int
import(const struct ask *q, const struct config *c, struct faults *f)
{
	struct buf text = { 0 }, csv = { 0 };
	struct err e;
	int rc, bad = 0;

	if (read_file(&text, &e) == -1) {
		rc = log_err(&e);
	} else {
		bad = adopt_prefill(c->routes[0], q->file, buf_text(&text),
		    text.len, &csv, f);
		rc = write_out(&csv);
	}
	buf_free(&text);
	buf_free(&csv);
	return rc == 0 && bad == -1 ? ERR_DATA : rc;
}

static const struct {
	const char *option;
	answer_fn *answer;
	enum config_map map;		/* of the one route */
	bool one_route;			/* it must be named */
} questions[] = {
	[ASK_NOTHING] = { NULL, NULL, CONFIG_WITH_MAP, false },
	[ASK_CHECK] = { "--map-check", check, CONFIG_WITH_MAP, false },
	[ASK_EXPLAIN] = { "--map-explain", explain, CONFIG_WITH_MAP, false },
	[ASK_INIT] = { "--map-init", init, CONFIG_WITHOUT_MAP, true },
	[ASK_IMPORT] = { "--map-import", import, CONFIG_WITHOUT_MAP, true },
};

_Static_assert(sizeof questions / sizeof *questions == ASK_COUNT,
    "every question needs a row");

int
ask_option(struct ask *q, char *const *argv)
{
	for (enum ask_what i = ASK_NOTHING + 1; i < ASK_COUNT; i++)
		if (strcmp(questions[i].option, argv[0]) == 0) {
			q->what = i;
			return 1;
		}
	if (strcmp(argv[0], "--json") == 0) {
		q->json = true;
		return 1;
	}
	if (argv[1] != NULL && strcmp(argv[0], "--route") == 0)
		q->route = argv[1];
	else if (argv[1] != NULL && strcmp(argv[0], "--file") == 0)
		q->file = argv[1];
	else
		return 0;
	return 2;
}

int
ask_run(const struct ask *q, const struct conf *conf, struct faults *f)
{
	struct config c = { .conf = NULL };
	int rc;

	if (questions[q->what].one_route && q->route == NULL)
		return ERR_USAGE;
	if (q->route != NULL)
		rc = config_load_route(&c, conf, q->route,
		    questions[q->what].map, f);
	else
		rc = config_load(&c, conf, f);
	/* Only map check shows what might be amiss in some package. */
	if (rc == 0 && q->what != ASK_CHECK)
		faults_free(f);
	rc = rc == -1 ? ERR_CONFIG : questions[q->what].answer(q, &c, f);
	config_free(&c);
	return rc;
}
