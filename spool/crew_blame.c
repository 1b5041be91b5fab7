#include "spool/crew_parts.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/sum.h"

enum {
	START_MS = 10000,		/* at least, to come up */
	SUM_TRIES = 2,
};

int64_t
crew_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
crew_end(struct member *m, int grace_ms)
{
	wire_reader_done(&m->reader);
	m->alone = m->ready = false;
	return worker_end(&m->worker, grace_ms);
}

/* ---------------------------------------------------------- our own answer */

/*
 * What cannot be read to its end has no hash: that of a part would be a false
 * one, and the ledger would tell it.  Nor has what is larger than any package
 * may be, which is refused by its size.
 */
int
crew_sum(struct crew *c, struct job *j)
{
	struct stat st;

	for (int i = 0; i < SUM_TRIES; i++) {
		if (fstat(j->fd, &st) == -1)
			continue;
		if ((uint64_t)st.st_size > c->conf->packages.max_bytes ||
		    sum_file(c->sum, j->fd, (uint64_t)st.st_size, j->sha256,
		    &j->size) == 0)
			return 0;
	}
	j->sha256[0] = '\0';
	j->size = 0;
	return -1;
}

/* The answer about a package that no worker gives is ours. */
void
crew_answer_for(struct crew *c, struct job *j, enum finding_code code,
    const char *text)
{
	struct answer *a = mem_alloc(sizeof *a);

	findings_init(&a->findings, &a->arena);
	if (j->sha256[0] == '\0')
		crew_sum(c, j);
	memcpy(a->sha256, j->sha256, sizeof a->sha256);
	a->size = j->size;
	findings_add(&a->findings, code, NULL, 0, NULL, "%s", text);
	j->answer = a;
	jobs_push(&c->own, j);
}

/* Its second worker has failed it too. */
static void
give_up(struct crew *c, struct job *j, const struct blame *b)
{
	struct buf text = { 0 }, detail = { 0 };

	buf_fmt(&text, "its reader %s, twice", b->what);
	if (b->detail != NULL) {
		receipt_masked(&detail, b->detail);
		buf_fmt(&text, ": %s", buf_text(&detail));
	}
	crew_answer_for(c, j, b->code, text.p);
	buf_free(&text);
	buf_free(&detail);
}

/* --------------------------------------------------------------- the blame */

static struct blame
why_dead(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return (struct blame){ F_WORKER_TIMEOUT, "took too long",
		    NULL };
	if (WIFEXITED(status) && WEXITSTATUS(status) == MEM_EXIT)
		return (struct blame){ F_WORKER_MEMORY, "ran out of memory",
		    NULL };
	return (struct blame){ F_WORKER_CRASHED, "crashed", NULL };
}

/* What it was told of lies elsewhere; where this fails, the run's end tries. */
static void
clear_away(const struct crew *c, const struct member *m)
{
	struct err e;

	if (c->tmp != -1)
		fsx_remove_tree(c->tmp, m->worker.work, &e);
}

int
crew_bury(struct crew *c, struct member *m, const struct blame *why)
{
	struct job *culprit = jobs_pop(&m->jobs);
	struct blame b = why_dead(crew_end(m, 0));

	clear_away(c, m);
	jobs_put_before(&c->waiting, &m->jobs);
	if (culprit != NULL && ++culprit->tries < 2)
		jobs_push(&c->again, culprit);
	else if (culprit != NULL)
		give_up(c, culprit, why != NULL ? why : &b);
	return 0;
}

int
crew_bury_liar(struct crew *c, struct member *m, const char *detail)
{
	return crew_bury(c, m, &(struct blame){ F_WORKER_CRASHED,
	    "did not do its work", detail });
}

int
crew_not_up(const struct crew *c, struct err *e)
{
	return err_set(e, ERR_SYSTEM, "a worker does not come up (%s)",
	    c->path);
}

int64_t
crew_time_of(const struct crew *c, const struct member *m)
{
	int64_t most = (int64_t)c->conf->workers.timeout;

	return m->ready || most > START_MS ? most : START_MS;
}

int
crew_bury_late(struct crew *c, const struct pollfd *v, struct err *e)
{
	static const struct blame late = { F_WORKER_TIMEOUT, "took too long",
	    NULL };
	int64_t now = crew_now();

	for (size_t i = 0; i < c->n_members; i++) {
		struct member *m = &c->members[i];

		if (m->worker.pid == 0 || m->jobs.n == 0 ||
		    v[i].fd == -1 || v[i].revents != 0 ||
		    now - m->since < crew_time_of(c, m))
			continue;
		if (!m->ready)
			return crew_not_up(c, e);
		crew_bury(c, m, &late);
	}
	return 0;
}
