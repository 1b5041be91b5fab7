#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/cmd.h"
#include "spool/conf.h"
#include "spool/crew_ask.h"
#include "spool/err.h"
#include "spool/id.h"
#include "spool/mem.h"

/* Which word of the command line is what. */
enum { NO_WORD = -1 };

static const struct question {
	const char *verb, *option;	/* ours, the worker's */
	int route, file;		/* where in the words */
	bool sandboxed;
} questions[] = {
	{ "map check", "--map-check", 0, NO_WORD, false },
	{ "map explain", "--map-explain", NO_WORD, 0, true },
	{ "map init", "--map-init", 0, NO_WORD, false },
	{ "map import", "--map-import", 0, 1, false },
};

static const struct question *
find_question(const char *verb)
{
	const struct question *q = questions;

	while (strcmp(q->verb, verb) != 0)
		q++;
	return q;
}

static const char *
word(const struct cmdline *line, int at)
{
	return at >= 0 && (size_t)at < line->n_args ? line->args[at] : NULL;
}

static bool
route_exists(const struct conf *conf, const char *name)
{
	struct buf path = { 0 };
	struct stat st;
	bool yes;

	buf_fmt(&path, "%s/routes/%s", conf->dir, name);
	yes = id_route_ok(name) && stat(path.p, &st) == 0 &&
	    S_ISDIR(st.st_mode);
	buf_free(&path);
	return yes;
}

static int
ask(const struct cmdline *line, const struct conf *conf)
{
	const struct question *q = find_question(line->verb);
	const char *route = word(line, q->route), *path = word(line, q->file);
	const char *args[8] = { q->option };
	char *shown = NULL;
	size_t n = 1;
	int fd = -1, rc = 0;
	struct err e;

	if (route != NULL && !route_exists(conf, route))
		return cmd_usage(line, "there is no such route (%s)", route);
	if (path != NULL)
		rc = cmd_open(path, &fd, &e);
	if (route != NULL) {
		args[n++] = "--route";
		args[n++] = route;
	}
	if (path != NULL) {
		shown = cmd_shown(path);
		args[n++] = "--file";
		args[n++] = shown;
	}
	if (line->json)
		args[n++] = "--json";
	if (rc == 0)
		rc = crew_ask(conf, args, fd, &e);
	/* In the sandbox there is nowhere to say so. */
	if (rc == MEM_EXIT && q->sandboxed)
		rc = err_set(&e, ERR_SYSTEM, "the worker came to its end "
		    "before the package did, perhaps for want of memory (%s)",
		    shown);
	if (fd != -1)
		close(fd);
	free(shown);
	return rc == -1 ? cmd_fail(&e) : rc;
}

int
cmd_map(const struct cmdline *line)
{
	struct conf *conf = mem_alloc(sizeof *conf);
	int rc = cmd_conf(line, conf);

	if (rc == 0)
		rc = ask(line, conf);
	free(conf);
	return rc;
}
