#include "spool/crew_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/conf.h"
#include "spool/err.h"
#include "spool/mem.h"
#include "spool/sum.h"
#include "spool/weigh.h"

static int
start(struct crew *c, struct member *m, struct err *e)
{
	*m = (struct member){ .since = crew_now() };
	return worker_start(&m->worker, c->conf, c->path, c->tmp,
	    c->started++, e);
}

/* -------------------------------------------------------------- handing */

static void
write_job(struct wire_job *v, const struct job *j)
{
	v->item = j->item;
	v->mode = (uint8_t)j->mode;
	v->fd = j->fd;
	v->replay = j->replay;
	v->earlier = j->earlier;
	memcpy(v->sha256, j->sha256, sizeof v->sha256);
	snprintf(v->name, sizeof v->name, "%s", j->name);
}

static int
hand(struct crew *c, struct member *m, struct jobs *from, size_t n,
    struct err *e)
{
	struct wire_job *v = mem_resize(NULL, n * sizeof *v);
	bool idle = m->jobs.n == 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		struct job *j = jobs_pop(from);

		write_job(&v[i], j);
		jobs_push(&m->jobs, j);
	}
	if (idle)
		m->since = crew_now();
	rc = wire_send_jobs(m->worker.sock, v, n, e);
	free(v);
	if (rc == -1 && e->sys == EAGAIN)
		return crew_bury_liar(c, m, "it takes no more packages");
	/* A worker that is gone is found by poll; its jobs are not lost. */
	return rc == -1 && (e->sys == EPIPE || e->sys == ECONNRESET) ? 0 : rc;
}

/*
 * A worker that has read no package yet; one that is idle makes room for it.
 * NULL: none is, or *failed.
 */
static struct member *
fresh_worker(struct crew *c, bool *failed, struct err *e)
{
	struct member *idle = NULL;

	for (size_t i = 0; i < c->n_members && idle == NULL; i++)
		if (c->members[i].worker.pid == 0 ||
		    c->members[i].jobs.n == 0)
			idle = &c->members[i];
	if (idle == NULL)
		return NULL;
	if (idle->worker.pid != 0)
		crew_end(idle, 0);
	*failed = start(c, idle, e) == -1;
	return *failed ? NULL : idle;
}

/* Packages on their second try, one fresh worker each. */
static int
hand_again(struct crew *c, struct err *e)
{
	bool failed = false;

	while (c->again.n > 0) {
		struct member *m = fresh_worker(c, &failed, e);

		if (m == NULL)
			return failed ? -1 : 0;
		m->alone = true;
		if (hand(c, m, &c->again, 1, e) == -1)
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
		if (share > 0 && hand(c, m, &c->waiting, share, e) == -1)
			return -1;
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
	struct job *j = jobs_pop(&c->own);

	*out = (struct crew_answer){ .item = j->item, .answer = j->answer };
	j->answer = NULL;
	job_free(j);
	c->n_open--;
	return 1;
}

int
crew_next(struct crew *c, int wait_ms, struct crew_answer *out,
    struct err *e)
{
	struct pollfd v[CREW_MAX];
	int64_t until = crew_now() + wait_ms;
	int rc = 0;

	while (rc == 0 && c->n_open > 0) {
		if (c->own.n > 0)
			return take_own(c, out);
		if (hand_out(c, e) == -1)
			return -1;
		if (poll_workers(c, wait_ms < 0 ? -1 :
		    (int)(until - crew_now()), v) == -1 && errno != EINTR)
			return err_sys(e, "wait for workers");
		for (size_t i = 0; i < c->n_members && rc == 0; i++)
			if (v[i].fd != -1 && v[i].revents != 0)
				rc = crew_hear(c, &c->members[i], out, e);
		if (rc == 0)
			rc = crew_bury_late(c, v, e);
		if (wait_ms >= 0 && crew_now() >= until)
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
	const int64_t until = m->since + crew_time_of(c, m);
	struct crew_answer none;
	int rc = 0;

	while (rc == 0 && !m->ready) {
		int64_t left = until - crew_now();

		if (left <= 0)
			return crew_not_up(c, e);
		if (poll(&v, 1, (int)left) == 1)
			rc = crew_hear(c, m, &none, e);
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
	if (c->n_members > CREW_MAX)
		c->n_members = CREW_MAX;
	c->sum = sum_new();
	c->weigh = weigh_new(conf, tmp, c->sum, e);
	if (c->weigh == NULL || worker_find(c->path, e) == -1 ||
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
		/* An idle one leaves when its socket closes. */
		if (m->worker.pid != 0)
			crew_end(m, c->n_open > 0 || !m->ready ? 0 : CREW_LEAVE_MS);
	}
	jobs_free(&c->waiting);
	jobs_free(&c->again);
	jobs_free(&c->own);
	weigh_free(c->weigh);
	sum_free(c->sum);
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

/* Its hash is ours; the worker is told it, and hashes no more. */
void
crew_give(struct crew *c, const struct crew_job *given)
{
	struct job *j = job_new(given);

	c->n_open++;
	if (crew_sum(c, j) == -1)
		crew_answer_for(c, j, F_IO_ERROR, "the file cannot be read");
	else
		jobs_push(&c->waiting, j);
}

size_t
crew_open(const struct crew *c)
{
	return c->n_open;
}
