#include "spool/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/crew_ask.h"
#include "spool/fault.h"
#include "spool/fsx.h"

enum { ANSWER_MAX = 16 << 20 };

static const char edit_hint[] = "correct it there, then: flerapp doctor";

/*
 * One fault, which both we and the worker may have found.  One of missing
 * rights is a warning for whoever is not the owner.
 */
static void
tell(struct doctor *d, bool warning, const char *text)
{
	if (doctor_said(d, text))
		return;
	if (!d->owner && strstr(text, strerror(EACCES)) != NULL)
		doctor_warn(d, "ask the owner of the service", "%s", text);
	else if (warning)
		doctor_warn(d, edit_hint, "%s", text);
	else
		doctor_fault(d, ERR_CONFIG, edit_hint, "%s", text);
}

static void
tell_faults(struct doctor *d, const struct faults *f)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		const struct fault *x = &f->v[i];

		buf_reset(&b);
		buf_fmt(&b, "%s (%s", x->text, x->file);
		if (x->line > 0)
			buf_fmt(&b, ":%ld", x->line);
		if (x->column > 0)
			buf_fmt(&b, ":%ld", x->column);
		buf_char(&b, ')');
		tell(d, x->level == FAULT_WARNING, buf_text(&b));
	}
	buf_free(&b);
}

void
doctor_settings(struct doctor *d)
{
	tell_faults(d, d->faults);
	if (d->faults->errors == 0)
		doctor_ok(d, "%s/flerapp.conf, environment %s", d->conf->dir,
		    d->conf->spool.environment == CONF_TEST ? "test" : "prod");
}

/* -------------------------------------------------------------------- keys */

/* Whoever can read a key can undo what it hides; who can write it, too. */
static void
key_rights(struct doctor *d, const char *file)
{
	struct stat st;

	if (stat(file, &st) == -1) {
		doctor_warn(d, NULL, "its rights cannot be seen: %s (%s)",
		    strerror(errno), file);
		return;
	}
	if ((st.st_mode & 027) != 0)
		doctor_fault(d, ERR_RIGHTS, "chmod 0640 or less",
		    "others than its owner and group can read it, or others "
		    "than its owner change it (%s, mode %04o)", file,
		    st.st_mode & 07777u);
	else
		doctor_ok(d, "%s, mode %04o", file, st.st_mode & 07777u);
}

void
doctor_key(struct doctor *d)
{
	struct faults f = { 0 };
	unsigned char *key = NULL;
	size_t len;

	if (conf_key(d->conf, &key, &len, &f) == 0) {
		explicit_bzero(key, len);
		free(key);
	}
	tell_faults(d, &f);
	if (d->conf->privacy.key_file[0] != '\0')
		key_rights(d, d->conf->privacy.key_file);
	else if (f.errors == 0)
		doctor_ok(d, "the published test key, as environment = test");
	faults_free(&f);
}

void
doctor_signing_key(struct doctor *d)
{
	const char *file = d->conf->ledger.signing_key;

	if (file[0] != '\0')
		key_rights(d, file);
	else if (d->conf->spool.environment == CONF_PROD)
		doctor_warn(d, "set [ledger] signing-key",
		    "the ledger is not signed: a tail that is cut off whole "
		    "is not found");
	else
		doctor_ok(d, "no key: nothing is signed in a test");
}

/* -------------------------------------------------------------------- maps */

static int
answer_file(const char *name, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	return fd == -1 ? err_sys(e, "make a file in memory") : fd;
}

/* The line without the hint that leads here. */
static void
tell_line(struct doctor *d, char *line)
{
	static const char start[] = "warning: ";
	char *hint = strstr(line, "; try: flerapp doctor");
	const bool warning = strncmp(line, start, sizeof start - 1) == 0;

	if (hint != NULL)
		*hint = '\0';
	if (*line != '\0')
		tell(d, warning, warning ? line + sizeof start - 1 : line);
}

static void
tell_lines(struct doctor *d, struct buf *text)
{
	char *save = NULL;

	for (char *line = text->p != NULL ? strtok_r(text->p, "\n", &save) :
	    NULL; line != NULL; line = strtok_r(NULL, "\n", &save))
		tell_line(d, line);
}

/* "2 apps, 1 routes, no faults" */
static const char *
last_line(struct buf *text)
{
	char *nl;

	while (text->len > 0 && text->p[text->len - 1] == '\n')
		text->p[--text->len] = '\0';
	nl = text->len > 0 ? strrchr(text->p, '\n') : NULL;
	return nl != NULL ? nl + 1 : buf_text(text);
}

static int
read_answer(int fd, struct buf *b, struct err *e)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return fsx_read(-1, path, ANSWER_MAX, b, e);
}

static int
ask_worker(struct doctor *d, int out, int complaints, struct err *e)
{
	static const char *const args[] = { "--map-check", NULL };
	struct buf said = { 0 }, bad = { 0 };
	int code = crew_ask_on(d->conf, args, out, complaints, e), rc = -1;

	if (code == -1 || read_answer(complaints, &bad, e) == -1 ||
	    read_answer(out, &said, e) == -1)
		goto out;
	code = code == ERR_CONFIG && bad.len > 0 ? -1 : code;
	tell_lines(d, &bad);
	if (code == 0)
		doctor_ok(d, "%s", last_line(&said));
	else if (code != -1)	/* it has not said why */
		doctor_fault(d, ERR_CONFIG, "flerapp map check",
		    "the worker could not read the configuration (exit %d)",
		    code);
	rc = 0;
out:
	buf_free(&said);
	buf_free(&bad);
	return rc;
}

void
doctor_maps(struct doctor *d)
{
	int out = -1, complaints = -1;
	struct err e;

	if ((out = answer_file("out", &e)) == -1 ||
	    (complaints = answer_file("complaints", &e)) == -1 ||
	    ask_worker(d, out, complaints, &e) == -1)
		doctor_fault(d, e.kind, err_hint(e.kind), "%s", e.text);
	if (out != -1)
		close(out);
	if (complaints != -1)
		close(complaints);
}
