#include "spool/crew_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/house.h"
#include "spool/made.h"
#include "spool/weigh.h"

enum { SPARE_BYTES = 1 << 20 };

static void
drop_answer(struct answer *a)
{
	answer_free(a);
	free(a);
}

static int
take_nonsense(struct crew *c, struct member *m, struct err *e)
{
	return m->ready ? crew_bury_liar(c, m, "it said what no worker says") :
	    err_set(e, ERR_SYSTEM, "this is no worker of ours (%s)", c->path);
}

/*
 * Nobody gets a package after one that was tried alone: its worker may be
 * what the package has made of it.
 */
static void
answered(struct crew *c, struct member *m, struct answer *a,
    struct crew_answer *out)
{
	*out = (struct crew_answer){ .item = m->jobs.head->item,
	    .answer = a, .work = MADE_FOLDER };
	job_free(jobs_pop(&m->jobs));
	c->n_open--;
	m->since = crew_now();
	if (m->alone)
		crew_end(m, 0);
}

/* An answer must be about the package that is next: they go in order. */
static int
take_answer(struct crew *c, struct member *m, struct wire_news *news,
    struct crew_answer *out, struct err *e)
{
	const struct job *j = m->jobs.head;
	struct answer *a = news->answer;
	const char *wrong = NULL;
	int rc = 0;

	if (!m->ready) {
		drop_answer(a);
		return take_nonsense(c, m, e);
	}
	if (j == NULL || j->item != news->item)
		wrong = "it was asked about another package";
	else
		rc = weigh_answer(c->weigh, j, m->worker.work, a, &wrong, e);
	if (rc == 0 && wrong == NULL &&
	    (j->tries > 0 || !findings_has(&a->findings, F_IO_ERROR))) {
		answered(c, m, a, out);
		return 1;
	}
	drop_answer(a);
	return rc == -1 ? -1 : crew_bury_liar(c, m, wrong);
}

/*
 * Before it has read a package it is what we started, and may be believed.
 * After that its trouble is its package's, unless we have it too.
 */
static int
take_trouble(struct crew *c, struct member *m, const struct err *trouble,
    struct err *e)
{
	const struct job *j = m->jobs.head;
	uint64_t room = SPARE_BYTES + (j != NULL ? 2 * j->size : 0);

	if (!m->ready) {
		*e = *trouble;
		return -1;
	}
	/* First it goes, and with it what it may have filled the disk with. */
	crew_bury(c, m, &(struct blame){ F_IO_ERROR, "could not go on",
	    trouble->text });
	return c->tmp != -1 ? house_check(c->conf, c->tmp, room, e) : 0;
}

/* A worker that came up later must have read the same configuration. */
static int
take_ready(struct crew *c, struct member *m, const struct wire_news *news,
    struct err *e)
{
	m->ready = true;
	m->since = crew_now();
	if (c->config[0] == '\0')
		memcpy(c->config, news->config_sha256, sizeof c->config);
	return strcmp(c->config, news->config_sha256) == 0 ? 0 :
	    err_set(e, ERR_AGAIN, "the configuration changed while we work "
	    "(%s)", c->conf->dir);
}

/* A worker that ends before it was ready could not load what we gave it. */
static int
take_end(struct crew *c, struct member *m, struct err *e)
{
	int status;

	if (m->ready)
		return crew_bury(c, m, NULL);
	status = crew_end(m, CREW_LEAVE_MS);
	if (WIFEXITED(status) && WEXITSTATUS(status) == ERR_CONFIG)
		return err_set(e, ERR_CONFIG, "%s", "");
	return err_set(e, ERR_SYSTEM, "a worker cannot start (%s: %s %d)",
	    c->path, WIFEXITED(status) ? "exit" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

int
crew_hear(struct crew *c, struct member *m, struct crew_answer *out,
    struct err *e)
{
	struct wire_news news;

	switch (wire_recv(m->worker.sock, &m->reader, &news)) {
	case WIRE_NOTHING:
		return 0;
	case WIRE_READY:
		return take_ready(c, m, &news, e);
	case WIRE_ANSWER:
		return take_answer(c, m, &news, out, e);
	case WIRE_TROUBLE:
		return take_trouble(c, m, &news.trouble, e);
	case WIRE_NONSENSE:
		return take_nonsense(c, m, e);
	case WIRE_GONE:
		return take_end(c, m, e);
	}
	return 0;
}

