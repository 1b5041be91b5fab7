#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/answer.h"
#include "spool/buf.h"
#include "spool/cmd.h"
#include "spool/conf.h"
#include "spool/crew.h"
#include "spool/err.h"
#include "spool/log.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/stamp.h"

enum { OPEN_MAX = 256 };		/* packages that are open at a time */

/* One file of the command line. */
struct file {
	char *shown;
	int fd;
	struct answer *answer;
};

struct checking {
	const struct cmdline *line;
	struct crew *crew;
	struct file *files;
	size_t next_open, next_print;
	bool faults;
};

static int
give_more(struct checking *c, struct err *e)
{
	size_t n = c->line->n_args;

	while (c->next_open < n && crew_open(c->crew) < OPEN_MAX) {
		struct file *f = &c->files[c->next_open];
		struct crew_job job = { .item = (uint32_t)c->next_open,
		    .mode = CREW_PROBE };

		if (cmd_open(c->line->args[c->next_open], &f->fd, e) == -1)
			return -1;
		f->shown = cmd_shown(c->line->args[c->next_open]);
		job.name = f->shown;
		job.fd = f->fd;
		crew_give(c->crew, &job);
		c->next_open++;
	}
	return 0;
}

/* All findings, as reason.txt has them, or a line when there are none. */
static void
print_text(const struct receipt *r)
{
	struct receipt told = *r;
	struct buf b = { 0 };

	if (r->findings->n == 0) {
		printf("%s: ready, instance %s of %s\n", r->package,
		    r->instance, r->app);
		return;
	}
	printf("%s: %s\n", r->package, state_name(r->state));
	told.id = NULL;			/* it is kept nowhere */
	receipt_text(&b, &told);
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

static void
print_json(const struct receipt *r)
{
	struct buf b = { 0 };

	receipt_line(&b, r);
	puts(buf_text(&b));
	buf_free(&b);
}

static void
print_file(struct checking *c, struct file *f)
{
	static const enum state states[] = {
		[VERDICT_ACCEPTED] = STATE_ACCEPTED,
		[VERDICT_HELD] = STATE_HELD,
		[VERDICT_REJECTED] = STATE_REJECTED,
	};
	const struct answer *a = f->answer;
	char id[ID_MAX + 1], time[STAMP_LEN + 1];
	struct receipt r = { .package = f->shown, .sha256 = a->sha256,
	    .instance = a->guid, .app = a->app, .findings = &a->findings,
	    .state = states[findings_verdict(&a->findings)] };

	id_make(id, a->guid, a->sha256);
	stamp_now(time);
	r.id = id;
	r.time = time;
	if (r.state != STATE_ACCEPTED)
		c->faults = true;
	if (c->line->json)
		print_json(&r);
	else
		print_text(&r);
}

static void
file_done(struct file *f)
{
	if (f->answer != NULL)
		answer_free(f->answer);
	free(f->answer);
	free(f->shown);
	if (f->fd != -1)
		close(f->fd);
	*f = (struct file){ .fd = -1 };
}

/* In the order of the command line. */
static void
print_ready(struct checking *c)
{
	while (c->next_print < c->next_open &&
	    c->files[c->next_print].answer != NULL) {
		print_file(c, &c->files[c->next_print]);
		file_done(&c->files[c->next_print++]);
	}
}

static int
check_all(struct checking *c, struct err *e)
{
	struct crew_answer a;
	int rc;

	do {
		if (give_more(c, e) == -1)
			return -1;
		rc = crew_next(c->crew, -1, &a, e);
		if (rc == 1) {
			c->files[a.item].answer = a.answer;
			close(c->files[a.item].fd);
			c->files[a.item].fd = -1;
			print_ready(c);
		}
	} while (rc == 1);
	return rc;
}

static int
check_files(const struct cmdline *line, const struct conf *conf)
{
	struct checking c = { .line = line };
	struct err e = { .kind = ERR_NONE };
	int rc = -1;

	c.files = mem_alloc((line->n_args + 1) * sizeof *c.files);
	for (size_t i = 0; i < line->n_args; i++)
		c.files[i].fd = -1;
	if (crew_unsafe(conf) != NULL)
		log_line(LEVEL_WARNING, "%s", crew_unsafe(conf));
	c.crew = crew_new(conf, -1, &e);
	if (c.crew != NULL)
		rc = check_all(&c, &e);
	rc = rc == -1 ? cmd_fail(&e) : c.faults ? ERR_DATA : 0;
	crew_free(c.crew);
	for (size_t i = 0; i < line->n_args; i++)
		file_done(&c.files[i]);
	free(c.files);
	return rc;
}

int
cmd_check(const struct cmdline *line)
{
	struct conf *conf = mem_alloc(sizeof *conf);
	int rc = cmd_conf(line, conf);

	if (rc == 0)
		rc = check_files(line, conf);
	free(conf);
	return rc;
}
