/*
 * flerapp-watch: takes what is dropped, has it checked, files the verdict.
 * Needs no network and parses nothing: its workers do.
 */

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "spool/args.h"
#include "spool/batch.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/log.h"
#include "spool/notify.h"
#include "spool/spool.h"
#include "watcher/wake.h"

enum {
	TURN_MS = 2000,			/* until the other may be done */
	SPACE_MS = 5000,		/* until there may be space again */
};

struct options {
	const char *config, *spool;
	bool once, verbose, help, version;
};

struct watch {
	struct options opt;
	struct conf conf;
	struct wake *wake;
	struct batch *batch;		/* NULL: there is no space for one */
	dev_t device;			/* of the spool, as it began */
	int64_t watchdog, pinged;	/* how often, when last; ms */
	bool ready, waits_turn, waits_space;
	uint64_t state[STATE_COUNT];	/* settled since the start */
};

#define AT(member) offsetof(struct options, member)

static const struct args_option rows[] = {
	{ "config", 0, "DIR", AT(config),
	    "the configuration [FLERAPP_CONFIG or /etc/flerapp]" },
	{ "spool", 0, "DIR", AT(spool),
	    "the spool [[spool] root of flerapp.conf]" },
	{ "once", 0, NULL, AT(once), "settle what is there, and end" },
	{ "verbose", 'v', NULL, AT(verbose), "say more" },
	{ "help", 'h', NULL, AT(help), "this text" },
	{ "version", 0, NULL, AT(version), "the version" },
};

enum { ROWS = sizeof rows / sizeof *rows };

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
ping(struct watch *w)
{
	int64_t now = now_ms();

	if (w->watchdog == 0 || now - w->pinged < w->watchdog)
		return;
	notify_send("WATCHDOG=1");
	w->pinged = now;
}

/* --------------------------------------------------- what the batch says */

static void
on_event(void *arg, const struct batch_event *v)
{
	struct watch *w = arg;

	w->state[v->state]++;
	log_package(v);
}

static void
on_note(void *arg, const char *text)
{
	(void)arg;
	log_line(LEVEL_NOTICE, "%s", text);
}

static void
on_progress(void *arg, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	ping(arg);
}

static bool
on_stop(void *arg)
{
	struct watch *w = arg;

	ping(w);
	return wake_stopping(w->wake);
}

/* ------------------------------------------------------------ beginning */

static int
load(const struct watch *w, struct conf *conf)
{
	struct faults f = { 0 };
	int rc = conf_load(conf, conf_dir(w->opt.config), w->opt.spool, &f);

	log_faults(&f);
	faults_free(&f);
	return rc == 0 ? 0 : ERR_CONFIG;
}

/*
 * What a full disk leaves of a batch is not gone on with: the next one puts
 * right what was cut off, when there is space again.
 */
static void
wait_for_space(struct watch *w, const struct err *e)
{
	batch_free(w->batch);
	w->batch = NULL;
	if (!w->waits_space)
		log_line(LEVEL_WARNING, "waiting for space: %s; try: free "
		    "space or inodes, it then goes on by itself", e->text);
	w->waits_space = true;
	notify_send("%sSTATUS=waiting for space: %s",
	    w->ready ? "" : "READY=1\n", e->text);
	w->ready = true;
}

static int
begin(struct watch *w)
{
	const struct batch_hooks hooks = { .arg = w, .event = on_event,
	    .note = on_note, .progress = on_progress, .stop = on_stop };
	char incoming[PATH_MAX + 16];
	struct stat st;
	struct err e;

	w->batch = batch_new(&w->conf, BATCH_INTAKE, &hooks, &e);
	if (w->batch == NULL && (e.kind != ERR_SPACE || w->opt.once))
		return log_err(&e);
	if (w->batch == NULL)
		wait_for_space(w, &e);
	if (stat(w->conf.spool.root, &st) == -1) {
		err_sys(&e, "look at the spool %s", w->conf.spool.root);
		return log_err(&e);
	}
	w->device = st.st_dev;
	snprintf(incoming, sizeof incoming, "%s/%s", w->conf.spool.root,
	    place_name(PLACE_INCOMING));
	wake_watch(w->wake, incoming, w->conf.watch.poll);
	return 0;
}

/* A new configuration that is faulty leaves the one that works at work. */
static int
reload(struct watch *w)
{
	struct conf fresh;

	notify_send("RELOADING=1\nMONOTONIC_USEC=%jd",
	    (intmax_t)now_ms() * 1000);
	if (load(w, &fresh) != 0) {
		log_line(LEVEL_ERROR, "the configuration is not taken over; "
		    "going on with the old one");
		notify_send("READY=1");
		return 0;
	}
	batch_free(w->batch);
	w->batch = NULL;
	w->conf = fresh;
	log_line(LEVEL_NOTICE, "reading the configuration again");
	w->ready = false;
	return begin(w);
}

/* An empty spool must not be made where a file system was taken away. */
static int
find_again(struct watch *w)
{
	struct stat st;

	if (stat(w->conf.spool.root, &st) == -1 ||
	    st.st_dev != w->device) {
		log_line(LEVEL_CRITICAL, "the spool is gone, perhaps its file "
		    "system was unmounted (%s); try: findmnt",
		    w->conf.spool.root);
		return ERR_IO;
	}
	log_line(LEVEL_WARNING, "incoming/ was replaced (%s); watching the "
	    "new one", w->conf.spool.root);
	batch_free(w->batch);
	w->batch = NULL;
	return begin(w);
}

/* ---------------------------------------------------------------- at work */

static void
tell_status(struct watch *w, const struct batch_result *r)
{
	notify_send("%sSTATUS=%ju accepted, %ju held, %ju rejected, %ju "
	    "duplicate since the start; %ju too young%s",
	    w->ready ? "" : "READY=1\n",
	    (uintmax_t)w->state[STATE_ACCEPTED],
	    (uintmax_t)w->state[STATE_HELD],
	    (uintmax_t)w->state[STATE_REJECTED],
	    (uintmax_t)w->state[STATE_DUPLICATE], (uintmax_t)r->young,
	    wake_polls(w->wake) ? "; polling" : "");
	w->ready = true;
}

/* By the marks; what else there is to say of the spool begin() will. */
static bool
has_space(const struct watch *w)
{
	struct spool s;
	struct err e;
	bool yes;

	if (spool_open(&s, &w->conf, false, &e) == -1)
		return true;
	yes = spool_check_space(&s, &e) == 0 || e.kind != ERR_SPACE;
	spool_close(&s);
	return yes;
}

/* An error of a pass: 0 when it is one to wait for. */
static int
failed(struct watch *w, const struct err *e, int64_t *wait)
{
	if (e->kind == ERR_SPACE) {
		*wait = SPACE_MS;
		wait_for_space(w, e);
		return 0;
	}
	if (e->kind != ERR_AGAIN)
		return log_err(e);
	*wait = TURN_MS;
	if (!w->waits_turn)
		log_line(LEVEL_NOTICE, "waiting for its turn: %s", e->text);
	w->waits_turn = true;
	return 0;
}

static void
went_well(struct watch *w, const struct batch_result *r)
{
	if (w->waits_space)
		log_line(LEVEL_NOTICE, "there is space again; going on");
	w->waits_turn = w->waits_space = false;
	log_line(LEVEL_DEBUG, "settled %ju, too young %ju",
	    (uintmax_t)r->taken, (uintmax_t)r->young);
}

/* *wait: when to look again although nothing stirs. */
static int
pass(struct watch *w, int64_t *wait)
{
	struct batch_result r = { 0 };
	struct err e;
	int rc = 0;

	*wait = SPACE_MS;
	if (w->batch == NULL && has_space(w))
		rc = begin(w);
	if (rc != 0 || w->batch == NULL)
		return rc;
	*wait = (int64_t)w->conf.watch.rescan;
	if (batch_pass(w->batch, false, &r, &e) == -1)
		rc = failed(w, &e, wait);
	else
		went_well(w, &r);
	if (rc != 0 || w->batch == NULL)
		return rc;
	if (r.young > 0 && r.wait_ms < *wait)
		*wait = r.wait_ms;
	tell_status(w, &r);
	return 0;
}

static unsigned
rest(struct watch *w, int64_t ms)
{
	const int64_t end = now_ms() + ms;
	int64_t left = ms;
	unsigned why = 0;

	while (why == 0 && left > 0) {
		ping(w);
		why = wake_wait(w->wake, w->watchdog > 0 &&
		    w->watchdog < left ? w->watchdog : left);
		/* New drops make no space. */
		if (w->batch == NULL)
			why &= ~(unsigned)WAKE_FILES;
		left = end - now_ms();
	}
	return why;
}

static int
serve(struct watch *w)
{
	int64_t wait;
	unsigned why;
	int rc;

	do {
		if ((rc = pass(w, &wait)) != 0)
			return rc;
		why = rest(w, wait);
		if ((why & WAKE_STOP) != 0)
			return 0;
		if ((why & WAKE_RELOAD) != 0)
			rc = reload(w);
		else if ((why & WAKE_LOST) != 0)
			rc = find_again(w);
	} while (rc == 0);
	return rc;
}

static int
once(struct watch *w)
{
	struct batch_result r = { 0 };
	struct err e;

	if (batch_pass(w->batch, true, &r, &e) == -1)
		return log_err(&e);
	if (r.stopped)
		return ERR_AGAIN;
	return r.state[STATE_HELD] + r.state[STATE_REJECTED] > 0 ?
	    ERR_PARTIAL : 0;
}

static int
watch(struct watch *w)
{
	struct err e;
	int rc, end;

	if ((rc = load(w, &w->conf)) != 0)
		return rc;
	if ((w->wake = wake_new(on_note, NULL, &e)) == NULL)
		return log_err(&e);
	w->watchdog = notify_watchdog();
	if ((rc = begin(w)) == 0)
		rc = w->opt.once ? once(w) : serve(w);
	notify_send("STOPPING=1");
	end = batch_free(w->batch);
	if (end != 0 && (rc == 0 || rc == ERR_PARTIAL))
		rc = end;
	wake_free(w->wake);
	return rc;
}

static int
help(void)
{
	struct buf b = { 0 };

	buf_str(&b, "examples:\n  flerapp-watch\n"
	    "  flerapp-watch --once --config ./config --spool /tmp/spool\n"
	    "\nusage: flerapp-watch [options]\n  take what is dropped in "
	    "incoming/, have it checked, file the verdict\n\noptions:\n");
	for (size_t i = 0; i < ROWS; i++)
		args_help(&rows[i], &b);
	fputs(buf_text(&b), stdout);
	buf_free(&b);
	return 0;
}

static int
parse(struct options *o, char **argv)
{
	struct err e;
	size_t n;

	if (args_parse(rows, ROWS, o, argv, &n, &e) == -1)
		return log_err(&e);
	if (n == 0)
		return 0;
	log_line(LEVEL_ERROR, "takes no words (%s); try: flerapp-watch "
	    "--help", argv[0]);
	return ERR_USAGE;
}

int
main(int argc, char **argv)
{
	static struct watch w;
	int rc;

	setlocale(LC_CTYPE, "C.UTF-8");
	umask(027);
	log_start("flerapp-watch", LEVEL_INFO);
	if (argc < 1)
		return ERR_USAGE;
	if ((rc = parse(&w.opt, argv + 1)) != 0)
		return rc;
	if (w.opt.help)
		return help();
	if (w.opt.version) {
		puts("flerapp-watch " FLERAPP_VERSION);
		return 0;
	}
	log_start("flerapp-watch", w.opt.verbose ? LEVEL_DEBUG : LEVEL_INFO);
	return watch(&w);
}
