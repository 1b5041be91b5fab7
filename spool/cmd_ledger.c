#include "spool/cmd.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/key.h"
#include "spool/log.h"
#include "spool/seal.h"
#include "spool/seals.h"
#include "spool/text.h"
#include "spool/verify.h"

struct proof {
	int dir;			/* ledger/, or -1 */
	struct keys keys;
	struct seals seals;
	size_t kept;			/* of them, in ledger/seals/ */
	struct verify_result result;
	struct buf found;		/* the faults, a JSON list */
	struct json list;
};

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	static const char hint[] = "compare it with the last backup";
	struct proof *p = arg;
	struct buf shown = { 0 };

	text_name(&shown, f->file, strlen(f->file));
	json_open(&p->list, NULL, '{');
	json_str(&p->list, "file", buf_text(&shown));
	if (f->line > 0)
		json_num(&p->list, "line", f->line);
	json_str(&p->list, "what", f->what);
	json_close(&p->list, '}');
	buf_free(&shown);
	if (f->line > 0)
		log_line(LEVEL_CRITICAL, "%s (%s:%" PRId64 "); try: %s",
		    f->what, f->file, f->line, hint);
	else
		log_line(LEVEL_CRITICAL, "%s (%s); try: %s", f->what, f->file,
		    hint);
}

static void
root_text(const struct verify_result *r, struct buf *b)
{
	buf_reset(b);
	base64_write(b, r->root, sizeof r->root);
}

static void
print_json(const struct proof *p)
{
	const struct verify_result *r = &p->result;
	struct buf b = { 0 }, root = { 0 };
	struct json j;

	root_text(r, &root);
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_bool(&j, "sound", r->faults == 0);
	json_num(&j, "faults", r->faults);
	json_num(&j, "days", r->days);
	json_num(&j, "lines", r->lines);
	json_num(&j, "seq", r->seq);
	json_str(&j, "head", r->lines > 0 ? r->head : NULL);
	json_str(&j, "root", r->lines > 0 ? root.p : NULL);
	json_num(&j, "torn", (int64_t)r->torn);
	json_num(&j, "seals", (int64_t)p->seals.n);
	json_num(&j, "sealed", r->sealed);
	json_bool(&j, "signatures", r->signatures);
	json_raw(&j, "found", p->found.p);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
	buf_free(&root);
}

static void
print_seals(const struct proof *p)
{
	const struct verify_result *r = &p->result;

	if (p->seals.n == 0) {
		if (r->lines > 0)
			puts("no seal: what was cut off at the end, or made "
			    "anew, is not found");
		return;
	}
	printf("%zu seals, %zu of them kept elsewhere; signatures %s\n",
	    p->seals.n, p->seals.n - p->kept, r->signatures ? "checked" :
	    "NOT CHECKED: no public key is given");
	printf("sealed: the first %" PRId64 " lines; the last %" PRId64
	    " are not sealed yet\n", r->sealed, r->lines - r->sealed);
}

static void
print_text(const struct proof *p)
{
	const struct verify_result *r = &p->result;
	struct buf root = { 0 };

	root_text(r, &root);
	printf("%" PRId64 " lines of %" PRId64 " days: %s\n", r->lines,
	    r->days, r->faults == 0 ? "sound" : "NOT SOUND");
	if (r->lines > 0)
		printf("last line: %" PRId64 ", sha256 %s\ntree hash: %s\n",
		    r->seq, r->head, root.p);
	print_seals(p);
	if (r->torn > 0)
		printf("a torn tail of %zu bytes, never acknowledged; the "
		    "next run cuts and records it\n", r->torn);
	buf_free(&root);
}

/* ------------------------------------------------------------------- to do */

static bool
has_settings(const struct cmdline *c)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/flerapp.conf",
	    conf_dir(c->config));

	return n > 0 && n < PATH_MAX && access(path, R_OK) == 0;
}

/*
 * With --spool nothing of the settings is needed: an auditor has a copy and
 * no flerapp.conf.  Where there is one it may name the public key.
 */
static int
settle(const struct cmdline *c, struct proof *p, const char **root,
    struct conf *conf)
{
	struct err e;
	int rc = 0;

	*root = c->spool;
	if (c->key != NULL)
		rc = keys_read(&p->keys, c->key, &e) == -1 ? cmd_fail(&e) : 0;
	if (rc != 0 || (c->spool != NULL && (c->key != NULL ||
	    (c->config == NULL && !has_settings(c)))))
		return rc;
	if ((rc = cmd_conf(c, conf)) != 0)
		return rc;
	*root = conf->spool.root;
	if (c->key == NULL && seal_keys(conf, &p->keys, &e) == -1)
		rc = cmd_fail(&e);
	return rc;
}

static int
load_seals(const struct cmdline *c, struct proof *p, struct err *e)
{
	if (seals_load(&p->seals, p->dir, e) == -1)
		return -1;
	p->kept = p->seals.n;
	for (size_t i = 0; i < c->seals.n; i++)
		if (seals_take(&p->seals, c->seals.v[i], e) == -1)
			return -1;
	seals_sort(&p->seals);
	return 0;
}

static int
prove(const struct cmdline *c, struct proof *p, const char *root)
{
	const struct verify_with with = { .seals = &p->seals,
	    .keys = &p->keys };
	struct err e;

	json_init(&p->list, &p->found, false);
	json_open(&p->list, NULL, '[');
	if (cmd_open_ledger(root, &p->dir, &e) == -1 ||
	    load_seals(c, p, &e) == -1 || verify_against(p->dir, &with,
	    &p->result, tell_fault, p, &e) == -1)
		return cmd_fail(&e);
	if (p->dir == -1)
		log_line(LEVEL_WARNING, "there is no ledger yet (%s/ledger)",
		    root);
	json_close(&p->list, ']');
	(c->json ? print_json : print_text)(p);
	return p->result.faults == 0 ? 0 : ERR_BOOKS;
}

int
cmd_ledger(const struct cmdline *c)
{
	struct proof p = { .dir = -1 };
	const char *root;
	struct conf conf;
	int rc = settle(c, &p, &root, &conf);

	if (rc == 0)
		rc = prove(c, &p, root);
	seals_free(&p.seals);
	buf_free(&p.found);
	if (p.dir != -1)
		close(p.dir);
	return rc;
}
