#include "tests/torture/play.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "tests/torture/order.h"
#include "tests/torture/starve.h"
#include "tests/torture/world.h"

enum { WORDS = 24, OUTPUT_MAX = 1 << 20 };

struct stage {
	struct stage_set set;
	char spool[PATH_MAX], start[PATH_MAX], taken[PATH_MAX];
	char log[PATH_MAX], libexec[PATH_MAX];
	struct buf want;
	int want_code;
	struct starve *of_main, *of_worker;
};

extern char **environ;

bool
trouble_any(const struct trouble *t)
{
	return t->lost + t->doubled + t->untrue + t->other > 0;
}

static void __attribute__((format(printf, 2, 3)))
say(struct trouble *t, const char *fmt, ...)
{
	size_t n = strlen(t->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->text + n, sizeof t->text - n, fmt, ap);
	va_end(ap);
}

/* --------------------------------------------------------- commands */

struct command {
	char *argv[WORDS];
	struct buf words[WORDS];
	size_t n;
};

static void
command_free(struct command *c)
{
	for (size_t i = 0; i < WORDS; i++)
		buf_free(&c->words[i]);
}

static void
command_add(struct command *c, const char *text, size_t n)
{
	if (c->n + 1 >= WORDS)
		abort();
	buf_add(&c->words[c->n], text, n);
	c->argv[c->n] = c->words[c->n].p;
	c->argv[++c->n] = NULL;
}

/*
 * "flerapp verb …" to a path, the options for where it works, and ids; with
 * "older" before it, with the configuration as it was before.
 */
static void
command_make(const struct stage *s, const char *text, struct command *c)
{
	static const char older[] = "older ";
	bool before = strncmp(text, older, sizeof older - 1) == 0;
	struct buf b = { 0 };

	*c = (struct command){ .n = 0 };
	text += before ? sizeof older - 1 : 0;
	for (size_t k; *text != '\0'; text += k + (text[k] == ' ')) {
		k = strcspn(text, " ");
		buf_reset(&b);
		buf_add(&b, text, k);
		if (c->n == 0) {
			buf_reset(&b);
			buf_fmt(&b, "%s/%.*s", s->set.bin, (int)k, text);
		} else if (text[0] == '@') {
			char *name = mem_dup(b.p + 1);

			if (!world_id(s->spool, name, &b))
				buf_str(&b, "no-such-package");
			free(name);
		}
		command_add(c, buf_text(&b), b.len);
	}
	buf_reset(&b);
	buf_fmt(&b, "%s/%s", s->set.scene, before ? "older" : "config");
	command_add(c, "--config", 8);
	command_add(c, b.p, b.len);
	command_add(c, "--spool", 7);
	command_add(c, s->spool, strlen(s->spool));
	buf_free(&b);
}

/* The exit code, or -1: it was ended by a signal. */
static int
run(const struct stage *s, const char *text, const char *log)
{
	posix_spawn_file_actions_t acts;
	struct command c;
	int status, rc;
	pid_t pid;

	command_make(s, text, &c);
	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_addopen(&acts, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&acts, 1, log, O_WRONLY | O_CREAT |
	    O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&acts, 1, 2);
	rc = posix_spawn(&pid, c.argv[0], &acts, NULL, c.argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	command_free(&c);
	if (rc != 0)
		return -1;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* "past COMMAND" is run three days ago. */
static int
run_before(const struct stage *s, const char *text)
{
	static const char past[] = "past ";
	char shim[PATH_MAX];
	int code;

	if (strncmp(text, past, sizeof past - 1) != 0)
		return run(s, text, s->log);
	snprintf(shim, sizeof shim, "%.*s/clock.so",
	    (int)(strrchr(s->set.shim, '/') - s->set.shim), s->set.shim);
	setenv("LD_PRELOAD", shim, 1);
	setenv("FLERAPP_CLOCK", "-259200", 1);
	code = run(s, text + sizeof past - 1, s->log);
	unsetenv("LD_PRELOAD");
	unsetenv("FLERAPP_CLOCK");
	return code;
}

static void
run_struck(const struct stage *s, const struct strike *plan,
    struct strike_result *r, struct order *o)
{
	struct command c;

	command_make(s, s->set.play->act, &c);
	strike_run(c.argv, s->log, plan, r, o != NULL ? order_see : NULL, o);
	command_free(&c);
}

/* ------------------------------------------------------------- checks */

static bool
log_has(const struct stage *s, const char *words)
{
	struct buf b = { 0 };
	struct err e;
	bool has = fsx_read(AT_FDCWD, s->log, OUTPUT_MAX, &b, &e) == 0 &&
	    strstr(buf_text(&b), words) != NULL;

	buf_free(&b);
	return has;
}

static void
add_log(const struct stage *s, struct trouble *t)
{
	struct buf b = { 0 };
	struct err e;

	if (fsx_read(AT_FDCWD, s->log, OUTPUT_MAX, &b, &e) == 0)
		say(t, "  output: %.1500s\n", buf_text(&b) +
		    (b.len > 1500 ? b.len - 1500 : 0));
	buf_free(&b);
}

/* Anybody may ask at any time, before recovery too. */
static void
check_balanced(const struct stage *s, const char *when, struct trouble *t)
{
	char path[PATH_MAX + 8];
	struct buf b = { 0 };
	struct err e;
	int code;

	snprintf(path, sizeof path, "%s.status", s->log);
	unlink(path);
	code = run(s, "flerapp status --json", path);
	if (fsx_read(AT_FDCWD, path, OUTPUT_MAX, &b, &e) == -1 || code != 0 ||
	    strstr(buf_text(&b), "\"balanced\":true") == NULL) {
		t->untrue++;
		say(t, "  the books do not balance %s: exit %d, %s\n", when,
		    code, buf_text(&b));
	}
	buf_free(&b);
}

static void
check_ledger(const struct stage *s, struct trouble *t)
{
	int code = run(s, "flerapp ledger verify", s->log);

	if (code == 0)
		return;
	t->untrue++;
	say(t, "  flerapp ledger verify: exit %d\n", code);
}

static void
take(const struct stage *s, struct trouble *t)
{
	char key[NAME_MAX + 1] = "";

	if (!s->set.play->takes || world_take(s->spool, s->taken, key))
		return;
	t->doubled++;
	say(t, "  an owner was given %s twice\n", key);
}

/* glibc's loader dies where its own first pages are refused it. */
static bool
died_loading(const struct strike *plan, const struct strike_result *r)
{
	enum { FIRST_PAGES = 2 };

	return plan->how == STRIKE_FAIL && plan->error == ENOMEM &&
	    !plan->children && plan->at < FIRST_PAGES &&
	    WIFSIGNALED(r->status) && WTERMSIG(r->status) == SIGSEGV;
}

static void
check_ended(const struct strike *plan, const struct strike_result *r,
    struct trouble *t)
{
	if (r->hung) {
		t->other++;
		say(t, "  it hung\n");
	} else if (WIFSIGNALED(r->status) &&
	    WTERMSIG(r->status) != SIGKILL && !died_loading(plan, r)) {
		t->other++;
		say(t, "  it died of signal %d\n", WTERMSIG(r->status));
	}
}

static bool
code_fine(const struct play *p, int code)
{
	static const int codes[] = { 0, 3, 65 };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == code)
			return (p->codes >> i & 1) != 0;
	return false;
}

static void
compare(struct stage *s, struct trouble *t)
{
	struct world_difference d;
	struct buf have = { 0 }, report = { 0 };

	world_picture(s->spool, s->taken, &have);
	world_compare(&s->want, &have, &d, &report);
	t->lost += d.lost;
	t->doubled += d.doubled;
	t->untrue += d.untrue;
	say(t, "%.4000s", buf_text(&report));
	buf_free(&have);
	buf_free(&report);
}

/*
 * What is never allowed, whatever failed for how long: an instance that an
 * undisturbed run would not have made, or a file of one with other bytes.
 */
static void
compare_within(struct stage *s, struct trouble *t)
{
	struct buf have = { 0 }, report = { 0 };

	world_picture(s->spool, s->taken, &have);
	if (!world_within(&s->want, &have, "outbox/", &report)) {
		t->doubled++;
		say(t, "%.4000s", buf_text(&report));
	}
	buf_free(&have);
	buf_free(&report);
}

/* The second start, or the third, comes to the end. */
static void
carry_on(struct stage *s, struct trouble *t)
{
	int code = run(s, s->set.play->act, s->log);

	if (!code_fine(s->set.play, code)) {
		t->other++;
		say(t, "  the next start: exit %d\n", code);
	}
	check_balanced(s, "in the end", t);
	check_ledger(s, t);
	take(s, t);
}

/* ------------------------------------------------------------------ stage */

static void
begin(struct stage *s, struct trouble *t)
{
	*t = (struct trouble){ .lost = 0 };
	unlink(s->log);
	world_remove(s->spool);
	world_remove(s->taken);
	world_copy(s->start, s->spool);
}

static void
set_up(struct stage *s)
{
	static const char *const repeated[] = { "d-same.zip", "e-other.zip" };
	char from[PATH_MAX], to[PATH_MAX + 32];

	snprintf(from, sizeof from, "%s/packages", s->set.scene);
	snprintf(to, sizeof to, "%s/incoming", s->spool);
	mkdir(s->spool, 0750);
	world_copy(from, to);
	for (size_t i = 0; s->set.plain && i < 2; i++) {
		snprintf(to, sizeof to, "%s/incoming/%s", s->spool,
		    repeated[i]);
		unlink(to);
	}
	for (size_t i = 0; i < BEFORE_MAX && s->set.play->before[i] != NULL;
	    i++)
		if (!code_fine(&(struct play){ .codes = CODE_OK |
		    CODE_PARTIAL }, run_before(s, s->set.play->before[i]))) {
			fprintf(stderr, "cannot set up %s: %s (%s)\n",
			    s->set.play->name, s->set.play->before[i],
			    s->log);
			exit(1);
		}
	world_copy(s->spool, s->start);
}

/* Undisturbed, and by the same checks without fault. */
static void
play_undisturbed(struct stage *s)
{
	struct trouble t;

	begin(s, &t);
	take(s, &t);
	s->want_code = run(s, s->set.play->act, s->log);
	if (!code_fine(s->set.play, s->want_code))
		say(&t, "  exit %d\n", s->want_code);
	check_balanced(s, "undisturbed", &t);
	check_ledger(s, &t);
	take(s, &t);
	if (t.text[0] != '\0') {
		add_log(s, &t);
		fprintf(stderr, "%s, undisturbed:\n%s", s->set.play->name,
		    t.text);
		exit(1);
	}
	world_picture(s->spool, s->taken, &s->want);
}

/* A worker that asks for memory at our shim; its environment is empty. */
static void
make_libexec(struct stage *s)
{
	char path[PATH_MAX + 32];
	FILE *f;

	mkdir(s->libexec, 0755);
	snprintf(path, sizeof path, "%s/flerapp-worker", s->libexec);
	f = fopen(path, "we");
	if (f == NULL)
		abort();
	fprintf(f, "#!/bin/sh\nexport LD_PRELOAD='%s' %s='%s'\n"
	    "exec '%s/flerapp-worker' \"$@\"\n", s->set.shim, STARVE_PAGE,
	    starve_path(s->of_worker), s->set.bin);
	fclose(f);
	chmod(path, 0755);
}

struct stage *
stage_new(const struct stage_set *set)
{
	struct stage *s = mem_alloc(sizeof *s);
	char path[PATH_MAX];

	s->set = *set;
	mkdir(set->dir, 0755);
	snprintf(s->spool, sizeof s->spool, "%s/spool", set->dir);
	snprintf(s->start, sizeof s->start, "%s/start", set->dir);
	snprintf(s->taken, sizeof s->taken, "%s/taken", set->dir);
	snprintf(s->log, sizeof s->log, "%s/log", set->dir);
	snprintf(s->libexec, sizeof s->libexec, "%s/libexec", set->dir);
	if (set->shim != NULL) {
		snprintf(path, sizeof path, "%s/main.page", set->dir);
		s->of_main = starve_new(path);
		snprintf(path, sizeof path, "%s/worker.page", set->dir);
		s->of_worker = starve_new(path);
		make_libexec(s);
	}
	set_up(s);
	play_undisturbed(s);
	return s;
}

void
stage_free(struct stage *s)
{
	starve_free(s->of_main);
	starve_free(s->of_worker);
	world_remove(s->set.dir);
	buf_free(&s->want);
	free(s);
}

/* ------------------------------------------------------------------ tries */

/*
 * These get through in spite of it, at once, and say the same.  For ever, it
 * comes to calls that are none of these, too.
 */
static bool
must_get_through(const struct strike *plan, const struct strike_result *r)
{
	static const char *const calls[] = { "read", "pread", "write",
	    "pwrite", "copy_file_range", "poll", "flock", "recvmsg",
	    "sendmsg", "wait4", "close" };

	if (plan->how == STRIKE_SHORT)
		return true;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (plan->how == STRIKE_FAIL && plan->error == EINTR &&
		    !plan->for_ever &&
		    strcmp(r->what, calls[i]) == 0)
			return true;
	return false;
}

static void
check_code(const struct stage *s, const struct strike *plan,
    const struct strike_result *r, struct trouble *t)
{
	int code = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;

	if (!must_get_through(plan, r) || code == s->want_code ||
	    code == 127 || log_has(s, "while loading shared libraries"))
		return;			/* ld.so takes no such care */
	t->other++;
	say(t, "  it did not get through: exit %d\n", code);
}

static void
finish(struct stage *s, bool within, struct trouble *t)
{
	carry_on(s, t);
	if (within)
		compare_within(s, t);
	else
		compare(s, t);
	if (trouble_any(t))
		add_log(s, t);
}

bool
stage_strike(struct stage *s, const struct strike *plan,
    const struct strike *again, struct trouble *t)
{
	struct strike_result r, r2;

	begin(s, t);
	run_struck(s, plan, &r, NULL);
	if (!r.hit)
		return false;
	say(t, "  struck at %s\n", r.what);
	check_ended(plan, &r, t);
	check_code(s, plan, &r, t);
	check_balanced(s, "after the strike", t);
	take(s, t);
	if (again != NULL) {
		run_struck(s, again, &r2, NULL);
		if (!r2.hit)
			return false;
		say(t, "  and again at %s\n", r2.what);
		check_ended(again, &r2, t);
		check_balanced(s, "after the second strike", t);
		take(s, t);
	}
	finish(s, plan->for_ever && plan->children, t);
	return true;
}

static void
set_environment(const struct stage *s, bool on)
{
	if (on) {
		setenv("FLERAPP_LIBEXEC", s->libexec, 1);
		setenv(STARVE_PAGE, starve_path(s->of_main), 1);
		setenv("LD_PRELOAD", s->set.shim, 1);
	} else {
		unsetenv("LD_PRELOAD");
		unsetenv(STARVE_PAGE);
		unsetenv("FLERAPP_LIBEXEC");
	}
}

bool
stage_starve(struct stage *s, bool worker, long at, bool for_ever,
    struct trouble *t)
{
	struct starve *page = worker ? s->of_worker : s->of_main;
	int code;

	begin(s, t);
	starve_set(s->of_main, -1, false);
	starve_set(s->of_worker, -1, false);
	starve_set(page, at, for_ever);
	set_environment(s, true);
	code = run(s, s->set.play->act, s->log);
	set_environment(s, false);
	if (!starve_hit(page))
		return false;
	if (code == -1) {
		t->other++;
		say(t, "  it died of a signal\n");
	}
	check_balanced(s, "after the strike", t);
	take(s, t);
	finish(s, for_ever && worker, t);
	return true;
}

bool
stage_order(struct stage *s, const struct strike *plan, struct trouble *t)
{
	struct strike none = { .how = STRIKE_NOT };
	struct strike_result r = { .hit = false };
	bool undisturbed = plan->how == STRIKE_NOT;
	struct order *o;

	begin(s, t);
	if (plan->how == STRIKE_KILL_ALL) {
		run_struck(s, plan, &r, NULL);
		if (!r.hit)
			return false;
		say(t, "  recovery from a strike at %s\n", r.what);
		plan = &none;
	}
	o = order_new(s->spool);
	run_struck(s, plan, &r, o);
	if (plan->how != STRIKE_NOT && !r.hit) {
		order_free(o);
		return false;
	}
	order_end(o, r.status);
	check_ended(plan, &r, t);
	if (order_broken(o) > 0) {
		t->other++;
		say(t, "  the order is broken %zu times: %s\n",
		    order_broken(o), order_why(o));
	}
	if (undisturbed && (order_seen(o)->syncs == 0 ||
	    order_seen(o)->lines == 0)) {
		t->other++;
		say(t, "  the checker saw no line of the ledger\n");
	}
	order_free(o);
	finish(s, false, t);
	return true;
}
