#include "spool/crew.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/intake.h"
#include "spool/jobs.h"
#include "spool/mem.h"
#include "spool/wire.h"
#include "spool/worker.h"

enum { WORKERS_MAX = 256, START_MS = 120000 };

/* A worker, and what it has to do. */
struct member {
	struct worker worker;
	bool alone;			/* holds a package on its second try */
	bool ready, killed;		/* killed: by us, it took too long */
	int64_t since;			/* its last sign of life, ms */
	struct jobs jobs;		/* in the order given */
	struct wire_reader reader;
};

struct crew {
	const struct conf *conf;
	int tmp;
	char path[PATH_MAX];		/* of the program */
	char config[DIGEST_HEX + 1];
	struct member members[WORKERS_MAX];
	size_t n_members;
	unsigned started;		/* so many, for their folders' names */
	struct jobs waiting, again;	/* again: to be tried alone */
	size_t n_open;
	/* an answer made here, for a package that ended two workers */
	struct crew_answer own;
	bool has_own;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
start(struct crew *c, struct member *m, struct err *e)
{
	*m = (struct member){ .since = now_ms() };
	return worker_start(&m->worker, c->conf, c->path, c->tmp,
	    c->started++, e);
}

static int
reap(struct member *m)
{
	wire_reader_done(&m->reader);
	return worker_reap(&m->worker);
}

/* ----------------------------------------------------------- the answer */

/* The answer about a package whose reader died twice is ours. */
static int
own_answer(struct crew *c, struct job *j, enum finding_code code,
    const char *what, struct err *e)
{
	struct answer *a = mem_alloc(sizeof *a);

	findings_init(&a->findings, &a->arena);
	if (intake_sum(j->fd, c->conf->packages.max_bytes, a->sha256, &a->size,
	    e) == -1) {
		answer_free(a);
		free(a);
		return -1;
	}
	findings_add(&a->findings, code, NULL, 0, NULL, "its reader %s, "
	    "twice", what);
	c->own = (struct crew_answer){ .item = j->item, .answer = a };
	c->has_own = true;
	return 0;
}

static enum finding_code
why_dead(const struct member *m, int status, const char **what)
{
	if (m->killed || (WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGXCPU)) {
		*what = "took too long";
		return F_WORKER_TIMEOUT;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == MEM_EXIT) {
		*what = "ran out of memory";
		return F_WORKER_MEMORY;
	}
	*what = "crashed";
	return F_WORKER_CRASHED;
}

/*
 * The first package it has not answered is the one it was on; the others go
 * back in front of the queue.
 */
static int
bury(struct crew *c, struct member *m, struct err *e)
{
	struct job *culprit = jobs_pop(&m->jobs);
	const char *what;
	int rc = 0;
	enum finding_code code = why_dead(m, reap(m), &what);

	jobs_put_before(&c->waiting, &m->jobs);
	if (culprit != NULL && ++culprit->tries < 2) {
		jobs_push(&c->again, culprit);
	} else if (culprit != NULL) {
		rc = own_answer(c, culprit, code, what, e);
		job_free(culprit);
	}
	return rc;
}

/* -------------------------------------------------------------- handing */

static int
hand(struct member *m, struct jobs *from, size_t n, struct err *e)
{
	struct wire_job *v = mem_alloc(n * sizeof *v);
	bool idle = m->jobs.n == 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		struct job *j = jobs_pop(from);

		v[i].item = j->item;
		v[i].mode = (uint8_t)j->mode;
		v[i].fd = j->fd;
		snprintf(v[i].name, sizeof v[i].name, "%s", j->name);
		jobs_push(&m->jobs, j);
	}
	if (idle)
		m->since = now_ms();
	rc = wire_send_jobs(m->worker.sock, v, n, e);
	free(v);
	/* A worker that is gone is found by poll; its jobs are not lost. */
	return rc == -1 && (e->sys == EPIPE || e->sys == ECONNRESET) ? 0 : rc;
}

/* A free worker, started when need be; NULL: none, or *failed. */
static struct member *
free_worker(struct crew *c, bool *failed, struct err *e)
{
	struct member *idle = NULL;

	for (size_t i = 0; i < c->n_members && idle == NULL; i++)
		if (c->members[i].worker.pid == 0 ||
		    (c->members[i].jobs.n == 0 && !c->members[i].alone))
			idle = &c->members[i];
	if (idle != NULL && idle->worker.pid == 0 && start(c, idle, e) == -1) {
		*failed = true;
		return NULL;
	}
	return idle;
}

/* Packages on their second try, one fresh worker each. */
static int
hand_again(struct crew *c, struct err *e)
{
	bool failed = false;

	while (c->again.n > 0) {
		struct member *m = free_worker(c, &failed, e);

		if (m == NULL)
			return failed ? -1 : 0;
		m->alone = true;
		if (hand(m, &c->again, 1, e) == -1)
			return -1;
	}
	return 0;
}

/*
 * Everybody gets an even share, at most a batch, and more before the last of
 * it is done, so that nobody waits for us.
 */
static int
hand_out(struct crew *c, struct err *e)
{
	size_t batch = (size_t)c->conf->workers.batch;

	if (hand_again(c, e) == -1)
		return -1;
	for (size_t i = 0; i < c->n_members && c->waiting.n > 0; i++) {
		struct member *m = &c->members[i];
		size_t share = (c->waiting.n + c->n_members - 1) /
		    c->n_members;

		if (m->alone || m->jobs.n > batch / 2)
			continue;
		if (m->worker.pid == 0 && start(c, m, e) == -1)
			return -1;
		if (share > batch - m->jobs.n)
			share = batch - m->jobs.n;
		if (share > 0 && hand(m, &c->waiting, share, e) == -1)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------ listening */

static void
kill_late(struct crew *c)
{
	int64_t most = (int64_t)c->conf->workers.timeout, now = now_ms();

	for (size_t i = 0; i < c->n_members; i++) {
		struct member *m = &c->members[i];

		if (m->worker.pid == 0 || m->jobs.n == 0 ||
		    now - m->since < most + (m->ready ? 0 : START_MS))
			continue;
		m->killed = true;
		kill(m->worker.pid, SIGKILL);
	}
}

/* An answer must be about the package that is next: they go in order. */
static int
take_answer(struct crew *c, struct member *m, struct wire_news *news,
    struct crew_answer *out, struct err *e)
{
	struct job *j = m->jobs.head;

	if (j == NULL || j->item != news->item) {
		answer_free(news->answer);
		free(news->answer);
		kill(m->worker.pid, SIGKILL);
		return bury(c, m, e);
	}
	job_free(jobs_pop(&m->jobs));
	m->since = now_ms();
	m->alone = false;
	*out = (struct crew_answer){ .item = news->item,
	    .answer = news->answer };
	memcpy(out->work, m->worker.work, sizeof out->work);
	c->n_open--;
	return 1;
}

/* A worker that came up later must have read the same configuration. */
static int
take_ready(struct crew *c, struct member *m, const struct wire_news *news,
    struct err *e)
{
	m->ready = true;
	m->since = now_ms();
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
		return bury(c, m, e);
	status = reap(m);
	if (WIFEXITED(status) && WEXITSTATUS(status) == ERR_CONFIG)
		return err_set(e, ERR_CONFIG, "%s", "");
	return err_set(e, ERR_SYSTEM, "a worker cannot start (%s: %s %d)",
	    c->path, WIFEXITED(status) ? "exit" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static int
listen_to(struct crew *c, struct member *m, struct crew_answer *out,
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
		*e = news.trouble;
		return -1;
	case WIRE_NONSENSE:
		kill(m->worker.pid, SIGKILL);
		return bury(c, m, e);
	case WIRE_GONE:
		return take_end(c, m, e);
	}
	return 0;
}

static int
poll_workers(struct crew *c, int wait_ms, struct pollfd *v)
{
	int step = 1000;

	for (size_t i = 0; i < c->n_members; i++)
		v[i] = (struct pollfd){ .events = POLLIN,
		    .fd = c->members[i].worker.pid != 0 ?
		    c->members[i].worker.sock : -1 };
	if (wait_ms >= 0 && wait_ms < step)
		step = wait_ms;
	return poll(v, c->n_members, step);
}

static int
take_own(struct crew *c, struct crew_answer *out)
{
	*out = c->own;
	c->has_own = false;
	c->n_open--;
	return 1;
}

int
crew_next(struct crew *c, int wait_ms, struct crew_answer *out,
    struct err *e)
{
	struct pollfd v[WORKERS_MAX];
	int64_t until = now_ms() + wait_ms;
	int rc = 0;

	while (rc == 0 && c->n_open > 0) {
		if (c->has_own)
			return take_own(c, out);
		if (hand_out(c, e) == -1)
			return -1;
		kill_late(c);
		if (poll_workers(c, wait_ms < 0 ? -1 :
		    (int)(until - now_ms()), v) == -1 && errno != EINTR)
			return err_sys(e, "wait for workers");
		for (size_t i = 0; i < c->n_members && rc == 0; i++)
			if (v[i].fd != -1 && v[i].revents != 0 &&
			    !c->has_own)
				rc = listen_to(c, &c->members[i], out, e);
		if (wait_ms >= 0 && now_ms() >= until)
			break;
	}
	return rc;
}

/* --------------------------------------------------------------------- */

/* Wait for the first worker: the configuration is good, or it is not. */
static int
wait_ready(struct crew *c, struct err *e)
{
	struct member *m = &c->members[0];
	struct pollfd v = { .fd = m->worker.sock, .events = POLLIN };
	struct crew_answer none;
	int rc = 0;

	while (rc == 0 && !m->ready) {
		if (poll(&v, 1, START_MS) == 0)
			return err_set(e, ERR_SYSTEM, "a worker does not come "
			    "up (%s)", c->path);
		rc = listen_to(c, m, &none, e);
	}
	return rc;
}

struct crew *
crew_new(const struct conf *conf, int tmp, struct err *e)
{
	struct crew *c = mem_alloc(sizeof *c);

	c->conf = conf;
	c->tmp = tmp;
	c->n_members = (size_t)conf->workers.count;
	if (c->n_members > WORKERS_MAX)
		c->n_members = WORKERS_MAX;
	if (worker_find(c->path, e) == -1 ||
	    start(c, &c->members[0], e) == -1 || wait_ready(c, e) == -1) {
		crew_free(c);
		return NULL;
	}
	return c;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_members; i++) {
		struct member *m = &c->members[i];

		jobs_free(&m->jobs);
		if (m->worker.pid == 0)
			continue;
		/* An idle one leaves when its socket closes. */
		if (c->n_open > 0)
			kill(m->worker.pid, SIGKILL);
		reap(m);
	}
	jobs_free(&c->waiting);
	jobs_free(&c->again);
	if (c->has_own) {
		answer_free(c->own.answer);
		free(c->own.answer);
	}
	free(c);
}

const char *
crew_config(const struct crew *c)
{
	return c->config;
}

const char *
crew_program(const struct crew *c)
{
	return c->path;
}

const char *
crew_unsafe(const struct conf *conf)
{
	return conf->workers.sandbox == SANDBOX_ENFORCE ? NULL :
	    "workers read packages without a sandbox: [workers] sandbox = "
	    "open";
}

void
crew_give(struct crew *c, const struct crew_job *given)
{
	jobs_push(&c->waiting, job_new(given));
	c->n_open++;
}

size_t
crew_open(const struct crew *c)
{
	return c->n_open;
}
