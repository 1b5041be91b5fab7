#include "spool/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/log.h"
#include "spool/spool.h"
#include "spool/verify.h"

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	(void)arg;
	log_line(LEVEL_CRITICAL, "%s (ledger/%s.jsonl:%" PRId64 "); try: "
	    "compare it with the last backup", f->what, f->day, f->line);
}

static void
print_json(const struct verify_result *r)
{
	struct buf b = { 0 };
	struct json j;

	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_bool(&j, "sound", r->faults == 0);
	json_num(&j, "faults", r->faults);
	json_num(&j, "days", r->days);
	json_num(&j, "lines", r->lines);
	json_num(&j, "seq", r->seq);
	json_str(&j, "head", r->lines > 0 ? r->head : NULL);
	json_num(&j, "torn", (int64_t)r->torn);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
}

static void
print_text(const struct verify_result *r)
{
	printf("%" PRId64 " lines of %" PRId64 " days: %s\n", r->lines,
	    r->days, r->faults == 0 ? "sound" : "NOT SOUND");
	if (r->lines > 0)
		printf("last line: %" PRId64 ", sha256 %s\n", r->seq,
		    r->head);
	if (r->torn > 0)
		printf("a torn tail of %zu bytes, never acknowledged; the "
		    "next run cuts and records it\n", r->torn);
}

static int
verify(const struct cmdline *c, const struct spool *s)
{
	struct verify_result r = { 0 };
	struct err e;

	if (verify_ledger(s->dir[PLACE_LEDGER], &r, tell_fault, NULL,
	    &e) == -1)
		return cmd_fail(&e);
	(c->json ? print_json : print_text)(&r);
	return r.faults == 0 ? 0 : ERR_BOOKS;
}

int
cmd_ledger(const struct cmdline *c)
{
	struct conf conf;
	struct spool s;
	struct err e;
	int rc = cmd_conf(c, &conf);

	if (rc != 0)
		return rc;
	if (spool_open(&s, &conf, false, &e) == -1)
		return cmd_fail(&e);
	rc = verify(c, &s);
	spool_close(&s);
	return rc;
}
