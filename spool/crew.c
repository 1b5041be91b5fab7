#include "spool/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/mem.h"
#include "spool/wire.h"

enum { WORKERS_MAX = 256, HIGH_FD = 16, START_MS = 120000 };

static const char program[] = "flerapp-worker";

/* A job, in the queue or with a worker. */
struct open_job {
	struct open_job *next;
	uint32_t item;
	enum crew_mode mode;
	char *name;
	int fd;
	int tries;			/* workers it has ended */
};

struct queue {
	struct open_job *head, **tail;
	size_t n;
};

struct worker {
	pid_t pid;			/* 0: not running */
	int sock;
	char work[16];
	bool alone;			/* holds a package on its second try */
	bool ready, killed;		/* killed: by us, it took too long */
	int64_t since;			/* its last sign of life, ms */
	struct queue jobs;		/* in the order given */
	struct wire_reader reader;
};

struct crew {
	const struct conf *conf;
	int tmp;
	char path[PATH_MAX];		/* of the program */
	char config[DIGEST_HEX + 1];
	struct worker workers[WORKERS_MAX];
	size_t n_workers;
	unsigned started;		/* so many, for their folders' names */
	struct queue waiting, again;	/* again: to be tried alone */
	size_t n_open;
	/* an answer made here, for a package that ended two workers */
	struct crew_answer own;
	bool has_own;
};

/* --------------------------------------------------------------- queues */

static void
push(struct queue *q, struct open_job *j)
{
	if (q->head == NULL)
		q->tail = &q->head;
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
	q->n++;
}

static struct open_job *
pop(struct queue *q)
{
	struct open_job *j = q->head;

	if (j != NULL) {
		q->head = j->next;
		q->n--;
		if (q->head == NULL)
			q->tail = &q->head;
	}
	return j;
}

static void
job_free(struct open_job *j)
{
	if (j != NULL)
		free(j->name);
	free(j);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ a process */

/* DESIGN 8: $FLERAPP_LIBEXEC, ../libexec/flerapp beside us, or with us. */
int
crew_find(char path[PATH_MAX], struct err *e)
{
	const char *libexec = getenv("FLERAPP_LIBEXEC");
	char self[PATH_MAX];
	struct buf b = { 0 };
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	int rc = -1;

	if (n == -1)
		return err_sys(e, "find our own program");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	if (libexec != NULL && *libexec != '\0') {
		buf_fmt(&b, "%s/%s", libexec, program);
	} else {
		buf_fmt(&b, "%s/../libexec/flerapp/%s", self, program);
		if (access(b.p, X_OK) == -1) {
			buf_reset(&b);
			buf_fmt(&b, "%s/%s", self, program);
		}
	}
	if (b.len >= PATH_MAX || access(b.p, X_OK) == -1)
		err_sys(e, "find the worker %s", buf_text(&b));
	else
		rc = 0;
	if (rc == 0)
		memcpy(path, b.p, b.len + 1);
	buf_free(&b);
	return rc;
}

/* A worker inherits nothing but this. */
static size_t
environment(char **env, size_t most)
{
	static const char *const names[] = {
		"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
		"LLVM_PROFILE_FILE", "GCOV_PREFIX",
	};
	size_t n = 0;

	env[n++] = mem_dup("LC_ALL=C.UTF-8");
	for (size_t i = 0; i < sizeof names / sizeof *names && n + 1 < most;
	    i++) {
		const char *v = getenv(names[i]);
		struct buf b = { 0 };

		if (v == NULL)
			continue;
		buf_fmt(&b, "%s=%s", names[i], v);
		env[n++] = b.p;
	}
	env[n] = NULL;
	return n;
}

static int
spawn(const char *path, char *const *args, posix_spawn_file_actions_t *acts,
    pid_t *pid, struct err *e)
{
	char *env[8];
	size_t n = environment(env, 8);
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawn(pid, path, acts, &attr, args, env);
	posix_spawnattr_destroy(&attr);
	while (n > 0)
		free(env[--n]);
	if (rc != 0) {
		errno = rc;
		return err_sys(e, "start %s", path);
	}
	return 0;
}

/* A descriptor that none of the worker's own numbers can hit. */
static int
high(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	close(fd);
	return up;
}

static int
start_process(struct crew *c, struct worker *w, int sock, int work,
    struct err *e)
{
	char *args[] = { (char *)program, "--config",
	    (char *)c->conf->dir, work == -1 ? "--no-output" : NULL, NULL };
	posix_spawn_file_actions_t acts;
	int rc;

	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_addopen(&acts, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&acts, sock, WIRE_SOCKET);
	if (work != -1)
		posix_spawn_file_actions_adddup2(&acts, work, WIRE_WORK);
	rc = spawn(c->path, args, &acts, &w->pid, e);
	posix_spawn_file_actions_destroy(&acts);
	return rc;
}

static int
start(struct crew *c, struct worker *w, struct err *e)
{
	int pair[2] = { -1, -1 }, work = -1, rc = -1;

	*w = (struct worker){ .sock = -1, .since = now_ms() };
	snprintf(w->work, sizeof w->work, "w%u", c->started++);
	if (c->tmp != -1) {
		work = fsx_open_dir(c->tmp, w->work, e);
		if (work == -1)
			goto out;
		work = high(work);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
		err_sys(e, "make a socket for a worker");
		goto out;
	}
	pair[0] = high(pair[0]);
	pair[1] = high(pair[1]);
	if (start_process(c, w, pair[1], work, e) == -1)
		goto out;
	w->sock = pair[0];
	pair[0] = -1;
	rc = 0;
out:
	if (pair[0] != -1)
		close(pair[0]);
	if (pair[1] != -1)
		close(pair[1]);
	if (work != -1)
		close(work);
	return rc;
}

/* Wait for a worker's end; its wait status. */
static int
reap(struct worker *w)
{
	int status = 0;

	close(w->sock);
	w->sock = -1;
	while (waitpid(w->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	w->pid = 0;
	wire_reader_done(&w->reader);
	return status;
}

/* ----------------------------------------------------------- the answer */

/* The answer about a package whose reader died twice is ours. */
static int
own_answer(struct crew *c, struct open_job *j, enum finding_code code,
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
why_dead(const struct worker *w, int status, const char **what)
{
	if (w->killed || (WIFSIGNALED(status) &&
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
bury(struct crew *c, struct worker *w, struct err *e)
{
	struct open_job *j, *culprit = pop(&w->jobs);
	const char *what;
	struct queue rest = { 0 };
	int rc = 0;
	enum finding_code code = why_dead(w, reap(w), &what);

	while ((j = pop(&w->jobs)) != NULL)
		push(&rest, j);
	while ((j = pop(&c->waiting)) != NULL)
		push(&rest, j);
	while ((j = pop(&rest)) != NULL)
		push(&c->waiting, j);
	if (culprit != NULL && ++culprit->tries < 2) {
		push(&c->again, culprit);
	} else if (culprit != NULL) {
		rc = own_answer(c, culprit, code, what, e);
		job_free(culprit);
	}
	return rc;
}

/* -------------------------------------------------------------- handing */

static int
hand(struct worker *w, struct queue *from, size_t n, struct err *e)
{
	struct wire_job *v = mem_alloc(n * sizeof *v);
	bool idle = w->jobs.n == 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		struct open_job *j = pop(from);

		v[i].item = j->item;
		v[i].mode = (uint8_t)j->mode;
		v[i].fd = j->fd;
		snprintf(v[i].name, sizeof v[i].name, "%s", j->name);
		push(&w->jobs, j);
	}
	if (idle)
		w->since = now_ms();
	rc = wire_send_jobs(w->sock, v, n, e);
	free(v);
	/* A worker that is gone is found by poll; its jobs are not lost. */
	return rc == -1 && (e->sys == EPIPE || e->sys == ECONNRESET) ? 0 : rc;
}

/* A free worker, started when need be; NULL: none, or *failed. */
static struct worker *
free_worker(struct crew *c, bool *failed, struct err *e)
{
	struct worker *idle = NULL;

	for (size_t i = 0; i < c->n_workers && idle == NULL; i++)
		if (c->workers[i].pid == 0 || (c->workers[i].jobs.n == 0 &&
		    !c->workers[i].alone))
			idle = &c->workers[i];
	if (idle != NULL && idle->pid == 0 && start(c, idle, e) == -1) {
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
		struct worker *w = free_worker(c, &failed, e);

		if (w == NULL)
			return failed ? -1 : 0;
		w->alone = true;
		if (hand(w, &c->again, 1, e) == -1)
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
	for (size_t i = 0; i < c->n_workers && c->waiting.n > 0; i++) {
		struct worker *w = &c->workers[i];
		size_t share = (c->waiting.n + c->n_workers - 1) /
		    c->n_workers;

		if (w->alone || w->jobs.n > batch / 2)
			continue;
		if (w->pid == 0 && start(c, w, e) == -1)
			return -1;
		if (share > batch - w->jobs.n)
			share = batch - w->jobs.n;
		if (share > 0 && hand(w, &c->waiting, share, e) == -1)
			return -1;
	}
	return 0;
}

/* ------------------------------------------------------------ listening */

static void
kill_late(struct crew *c)
{
	int64_t most = (int64_t)c->conf->workers.timeout, now = now_ms();

	for (size_t i = 0; i < c->n_workers; i++) {
		struct worker *w = &c->workers[i];

		if (w->pid == 0 || w->jobs.n == 0 || now - w->since < most +
		    (w->ready ? 0 : START_MS))
			continue;
		w->killed = true;
		kill(w->pid, SIGKILL);
	}
}

/* An answer must be about the package that is next: they go in order. */
static int
take_answer(struct crew *c, struct worker *w, struct wire_news *news,
    struct crew_answer *out, struct err *e)
{
	struct open_job *j = w->jobs.head;

	if (j == NULL || j->item != news->item) {
		answer_free(news->answer);
		free(news->answer);
		kill(w->pid, SIGKILL);
		return bury(c, w, e);
	}
	job_free(pop(&w->jobs));
	w->since = now_ms();
	w->alone = false;
	*out = (struct crew_answer){ .item = news->item,
	    .answer = news->answer };
	memcpy(out->work, w->work, sizeof out->work);
	c->n_open--;
	return 1;
}

/* A worker that came up later must have read the same configuration. */
static int
take_ready(struct crew *c, struct worker *w, const struct wire_news *news,
    struct err *e)
{
	w->ready = true;
	w->since = now_ms();
	if (c->config[0] == '\0')
		memcpy(c->config, news->config_sha256, sizeof c->config);
	return strcmp(c->config, news->config_sha256) == 0 ? 0 :
	    err_set(e, ERR_AGAIN, "the configuration changed while we work "
	    "(%s)", c->conf->dir);
}

/* A worker that ends before it was ready could not load what we gave it. */
static int
take_end(struct crew *c, struct worker *w, struct err *e)
{
	int status;

	if (w->ready)
		return bury(c, w, e);
	status = reap(w);
	if (WIFEXITED(status) && WEXITSTATUS(status) == ERR_CONFIG)
		return err_set(e, ERR_CONFIG, "%s", "");
	return err_set(e, ERR_SYSTEM, "a worker cannot start (%s: %s %d)",
	    c->path, WIFEXITED(status) ? "exit" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static int
listen_to(struct crew *c, struct worker *w, struct crew_answer *out,
    struct err *e)
{
	struct wire_news news;

	switch (wire_recv(w->sock, &w->reader, &news)) {
	case WIRE_NOTHING:
		return 0;
	case WIRE_READY:
		return take_ready(c, w, &news, e);
	case WIRE_ANSWER:
		return take_answer(c, w, &news, out, e);
	case WIRE_TROUBLE:
		*e = news.trouble;
		return -1;
	case WIRE_NONSENSE:
		kill(w->pid, SIGKILL);
		return bury(c, w, e);
	case WIRE_GONE:
		return take_end(c, w, e);
	}
	return 0;
}

static int
poll_workers(struct crew *c, int wait_ms, struct pollfd *v)
{
	int step = 1000;

	for (size_t i = 0; i < c->n_workers; i++)
		v[i] = (struct pollfd){ .events = POLLIN,
		    .fd = c->workers[i].pid != 0 ? c->workers[i].sock : -1 };
	if (wait_ms >= 0 && wait_ms < step)
		step = wait_ms;
	return poll(v, c->n_workers, step);
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
		for (size_t i = 0; i < c->n_workers && rc == 0; i++)
			if (v[i].fd != -1 && v[i].revents != 0 &&
			    !c->has_own)
				rc = listen_to(c, &c->workers[i], out, e);
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
	struct worker *w = &c->workers[0];
	struct pollfd v = { .fd = w->sock, .events = POLLIN };
	struct crew_answer none;
	int rc = 0;

	while (rc == 0 && !w->ready) {
		if (poll(&v, 1, START_MS) == 0)
			return err_set(e, ERR_SYSTEM, "a worker does not come "
			    "up (%s)", c->path);
		rc = listen_to(c, w, &none, e);
	}
	return rc;
}

struct crew *
crew_new(const struct conf *conf, int tmp, struct err *e)
{
	struct crew *c = mem_alloc(sizeof *c);

	c->conf = conf;
	c->tmp = tmp;
	c->n_workers = (size_t)conf->workers.count;
	if (c->n_workers > WORKERS_MAX)
		c->n_workers = WORKERS_MAX;
	if (crew_find(c->path, e) == -1 ||
	    start(c, &c->workers[0], e) == -1 || wait_ready(c, e) == -1) {
		crew_free(c);
		return NULL;
	}
	return c;
}

static void
drain(struct queue *q)
{
	struct open_job *j;

	while ((j = pop(q)) != NULL)
		job_free(j);
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_workers; i++) {
		struct worker *w = &c->workers[i];

		drain(&w->jobs);
		if (w->pid == 0)
			continue;
		/* An idle one leaves when its socket closes. */
		if (c->n_open > 0)
			kill(w->pid, SIGKILL);
		reap(w);
	}
	drain(&c->waiting);
	drain(&c->again);
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
crew_give(struct crew *c, const struct crew_job *job)
{
	struct open_job *j = mem_alloc(sizeof *j);

	j->item = job->item;
	j->mode = job->mode;
	j->name = mem_dup(job->name);
	j->fd = job->fd;
	push(&c->waiting, j);
	c->n_open++;
}

size_t
crew_open(const struct crew *c)
{
	return c->n_open;
}

/* It died while it worked on the file, or on the configuration. */
static int
ask_died(int how, bool on_file, struct err *e)
{
	if (how == SIGPIPE)
		return err_set(e, ERR_IO, "nobody reads stdout any more");
	return err_set(e, on_file ? ERR_DATA : ERR_BUG, "the worker %s "
	    "(signal %d)", how == SIGXCPU || how == SIGKILL ?
	    "took too long" : "died", how);
}

static int
ask(const struct conf *conf, const char *const *args, int file, int out,
    int complaints, struct err *e)
{
	char path[PATH_MAX], *v[16] = { (char *)program, "--config",
	    (char *)conf->dir };
	posix_spawn_file_actions_t acts;
	size_t n = 3;
	int status, rc;
	pid_t pid;

	if (crew_find(path, e) == -1)
		return -1;
	while (*args != NULL && n < 15)
		v[n++] = (char *)*args++;
	posix_spawn_file_actions_init(&acts);
	if (file != -1)
		posix_spawn_file_actions_adddup2(&acts, file, WIRE_SOCKET);
	posix_spawn_file_actions_adddup2(&acts, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&acts, complaints, STDERR_FILENO);
	posix_spawn_file_actions_addopen(&acts, 0, "/dev/null", O_RDONLY, 0);
	rc = spawn(path, v, &acts, &pid, e);
	posix_spawn_file_actions_destroy(&acts);
	if (rc == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    ask_died(WTERMSIG(status), file != -1, e);
}

int
crew_ask_on(const struct conf *conf, const char *const *args, int out,
    int complaints, struct err *e)
{
	return ask(conf, args, -1, out, complaints, e);
}

int
crew_ask(const struct conf *conf, const char *const *args, int file,
    struct err *e)
{
	return ask(conf, args, file, STDOUT_FILENO, STDERR_FILENO, e);
}
