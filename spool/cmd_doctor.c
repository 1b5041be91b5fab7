#include "spool/cmd.h"

#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/doctor.h"
#include "spool/fault.h"
#include "spool/json.h"
#include "spool/text.h"

/* As log.c: a stranger's text is made printable, person numbers masked. */
static void
shown(struct buf *b, const char *text)
{
	buf_reset(b);
	text_name(b, text, strlen(text));
}

static void
row_json(const struct doctor_row *r)
{
	struct buf b = { 0 }, text = { 0 };
	struct json j;

	shown(&text, r->text);
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_str(&j, "level", doctor_level_name(r->level));
	json_str(&j, "check", r->check);
	json_str(&j, "text", buf_text(&text));
	json_str(&j, "try", r->hint);
	json_close(&j, '}');
	puts(buf_text(&b));
	buf_free(&b);
	buf_free(&text);
}

static void
row_text(const struct doctor_row *r)
{
	struct buf text = { 0 };

	shown(&text, r->text);
	printf("%-7s  %-8s  %s%s%s\n", doctor_level_name(r->level), r->check,
	    buf_text(&text), r->hint != NULL ? "; try: " : "",
	    r->hint != NULL ? r->hint : "");
	buf_free(&text);
}

static void
summary(const struct doctor *d)
{
	size_t n[DOCTOR_FAULT + 1] = { 0 };

	for (size_t i = 0; i < d->n; i++)
		n[d->rows[i].level]++;
	printf("\n%zu faults, %zu warnings\n", n[DOCTOR_FAULT],
	    n[DOCTOR_WARNING]);
}

int
cmd_doctor(const struct cmdline *c)
{
	struct faults f = { 0 };
	struct conf conf;
	struct doctor d;
	size_t told = 0;
	int rc;

	/* What is wrong is in the list; what is right can be looked at. */
	(void)conf_load(&conf, conf_dir(c->config), c->spool, &f);
	doctor_init(&d, &conf, &f);
	while (doctor_step(&d)) {
		for (; told < d.n; told++)
			(c->json ? row_json : row_text)(&d.rows[told]);
		fflush(stdout);
	}
	if (!c->json)
		summary(&d);
	rc = doctor_exit(&d);
	doctor_done(&d);
	faults_free(&f);
	return rc;
}
