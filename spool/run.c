#include "spool/run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "spool/err.h"
#include "spool/log.h"
#include "spool/progress.h"

static volatile sig_atomic_t stop_asked;

static void
on_signal(int sig)
{
	(void)sig;
	stop_asked = 1;
}

static bool
asked_to_stop(void *arg)
{
	(void)arg;
	return stop_asked != 0;
}

static void
on_event(void *arg, const struct batch_event *event)
{
	if (event->state == STATE_PUBLISHED ||
	    event->state == STATE_ACCEPTED)
		return;
	progress_clear(arg);
	log_package(event);
}

static void
on_note(void *arg, const char *text)
{
	progress_clear(arg);
	log_line(LEVEL_WARNING, "%s", text);
}

static void
on_progress(void *arg, uint64_t done, uint64_t total)
{
	progress_show(arg, done, total);
}

static void
summary(const struct batch_result *r, double seconds)
{
	static const enum state states[] = {
		STATE_PUBLISHED, STATE_ACCEPTED, STATE_REJECTED, STATE_HELD,
		STATE_DUPLICATE,
	};

	const char *sep = ":";

	printf("%" PRIu64 " package%s in %.2f s", r->taken,
	    r->taken == 1 ? "" : "s", seconds);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		if (r->state[states[i]] == 0)
			continue;
		printf("%s %" PRIu64 " %s", sep, r->state[states[i]],
		    state_name(states[i]));
		sep = ",";
	}
	if (r->instances > 0)
		printf("; %" PRIu64 " instance%s", r->instances,
		    r->instances == 1 ? "" : "s");
	if (r->young > 0)
		printf("; %" PRIu64 " not yet settled", r->young);
	fputs("\n", stdout);
	if (r->state[STATE_REJECTED] + r->state[STATE_HELD] > 0)
		printf("try: flerapp list --state %s; flerapp why ID\n",
		    state_name(r->state[STATE_REJECTED] > 0 ?
		    STATE_REJECTED : STATE_HELD));
}

static int
exit_code(const struct batch_result *r)
{
	if (r->stopped)
		return ERR_AGAIN;
	return r->state[STATE_REJECTED] + r->state[STATE_HELD] > 0 ?
	    ERR_PARTIAL : 0;
}

int
run_pass(const struct conf *conf, enum batch_mode mode,
    enum cmd_progress how)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct progress p;
	struct batch_hooks hooks = { .arg = &p, .event = on_event,
	    .note = on_note, .progress = on_progress,
	    .stop = asked_to_stop };
	struct batch_result r;
	struct batch *b;
	struct err e = { .kind = ERR_NONE };
	int rc, end;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	progress_start(&p, how);
	b = batch_new(conf, mode, &hooks, &e);
	if (b == NULL)
		return log_err(&e);
	rc = batch_pass(b, true, &r, &e);
	progress_clear(&p);
	if (rc == 0 || r.taken > 0)
		summary(&r, progress_seconds(&p));
	if (rc == 0) {
		rc = batch_balance(b, &e) == -1 ? log_err(&e) :
		    exit_code(&r);
	} else {
		rc = log_err(&e);
	}
	end = batch_free(b);
	return end != 0 && (rc == 0 || rc == ERR_PARTIAL) ? end : rc;
}
