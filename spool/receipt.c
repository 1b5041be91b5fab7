#include "spool/receipt.h"

#include <stdio.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/err.h"
#include "spool/finding.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/text.h"

enum {
	SHORT_SUM = 12,
	NAME_ROOM = 232,		/* of the shown name: all must fit */
	NAME_CUT = 220,
	NAME_TAG = 8,
	RECEIPT_MAX = 64 << 20,
};

void
receipt_shown(struct buf *b, const char *raw)
{
	text_name(b, raw, strlen(raw));
}

void
receipt_masked(struct buf *b, const char *text)
{
	text_show(b, text, strlen(text));
}

/* ------------------------------------------------------------------ JSON */

static void
shown(struct json *j, const char *key, const char *s)
{
	struct buf b = { 0 };

	if (s == NULL)
		return;
	text_show(&b, s, strlen(s));
	json_str(j, key, buf_text(&b));
	buf_free(&b);
}

static void
write_finding(struct json *j, const struct finding *f)
{
	json_open(j, NULL, '{');
	json_str(j, "code", finding_name(f->code));
	shown(j, "message", f->message);
	shown(j, "file", f->file);
	if (f->line > 0)
		json_num(j, "line", f->line);
	shown(j, "path", f->path);
	json_str(j, "action", finding_action(f->code));
	json_close(j, '}');
}

static void
write_findings(struct json *j, const struct receipt *r)
{
	const struct findings *const lists[] = { r->findings, r->more };

	if (r->findings_json != NULL) {
		json_raw(j, "findings", r->findings_json);
		return;
	}
	json_open(j, "findings", '[');
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
		for (size_t i = 0; lists[k] != NULL && i < lists[k]->n; i++)
			write_finding(j, &lists[k]->v[i]);
	json_close(j, ']');
}

static const char *
known(const char *s)
{
	return s != NULL && *s != '\0' ? s : NULL;
}

static void
write_json(struct buf *b, const struct receipt *r, bool pretty)
{
	struct json j;

	json_init(&j, b, pretty);
	json_open(&j, NULL, '{');
	json_num(&j, "format", 1);
	json_str(&j, "package", r->package);
	json_str(&j, "sha256", r->sha256);
	json_str(&j, "id", r->id);
	json_str(&j, "instance", known(r->instance));
	json_str(&j, "app", known(r->app));
	json_str(&j, "state", state_name(r->state));
	json_str(&j, "time", r->time);
	write_findings(&j, r);
	if (pretty) {
		json_open(&j, "instances", '[');
		for (size_t i = 0; i < r->n_instances; i++)
			json_str(&j, NULL, r->instances[i]);
		json_close(&j, ']');
	}
	json_close(&j, '}');
}

void
receipt_json(struct buf *b, const struct receipt *r)
{
	write_json(b, r, true);
}

void
receipt_line(struct buf *b, const struct receipt *r)
{
	write_json(b, r, false);
}

/* ------------------------------------------------------------------ text */

struct tongue {
	const char *held, *rejected, *package, *instance, *app;
	const char *where, *line, *remedy, *note, *kept, *again;
	const char *held_can, *rejected_can;
	const char *(*action)(enum finding_code);
};

static const struct tongue english = {
	.held = "This package is held: it needs a person, or time.",
	.rejected = "This package is refused.",
	.package = "Package: ", .instance = "Instance:", .app = "App:     ",
	.where = "where:", .line = "line", .remedy = "do:   ",
	.note = "The operator says:", .kept = "It is kept under the id",
	.again = "To read this again:  flerapp why",
	.held_can = "To let it go on:     flerapp release %s --reason TEXT\n"
	    "To refuse it:        flerapp reject %s --reason TEXT\n",
	.rejected_can = "To have it judged again, after a change of the "
	    "configuration:\n                     flerapp requeue %s "
	    "--reason TEXT\n",
	.action = finding_action,
};

static const struct tongue norwegian = {
	.held = "Denne pakken er holdt tilbake: den trenger et menneske, "
	    "eller tid.",
	.rejected = "Denne pakken er avvist.",
	.package = "Pakke:   ", .instance = "Instans: ", .app = "App:     ",
	.where = "hvor:", .line = "linje", .remedy = "gjør:",
	.note = "Operatøren sier:", .kept = "Den er tatt vare på under id",
	.again = "Les dette igjen:     flerapp why",
	.held_can = "La den gå videre:    flerapp release %s --reason TEKST\n"
	    "Avvis den:           flerapp reject %s --reason TEKST\n",
	.rejected_can = "Få den vurdert på nytt, etter en endring av "
	    "konfigurasjonen:\n                     flerapp requeue %s "
	    "--reason TEKST\n",
	.action = finding_action_nb,
};

static void
add_shown(struct buf *b, const char *before, const char *s)
{
	buf_str(b, before);
	text_show(b, s, strlen(s));
}

static void
place_text(struct buf *b, const struct finding *f, const struct tongue *t)
{
	const char *sep = " ";

	if (f->file == NULL && f->path == NULL && f->line <= 0)
		return;
	buf_fmt(b, "   %s", t->where);
	if (f->file != NULL) {
		add_shown(b, sep, f->file);
		sep = ", ";
	}
	if (f->line > 0) {
		buf_fmt(b, "%s%s %ld", sep, t->line, f->line);
		sep = ", ";
	}
	if (f->path != NULL)
		add_shown(b, sep, f->path);
	buf_char(b, '\n');
}

static void
finding_text(struct buf *b, const struct finding *f, size_t n,
    const struct tongue *t)
{
	buf_fmt(b, "%zu. %s: ", n, finding_name(f->code));
	add_shown(b, "", f->message);
	buf_char(b, '\n');
	place_text(b, f, t);
	buf_fmt(b, "   %s %s\n", t->remedy, t->action(f->code));
}

static void
findings_text(struct buf *b, const struct receipt *r, const struct tongue *t)
{
	const struct findings *const lists[] = { r->findings, r->more };
	size_t n = 0;

	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
		for (size_t i = 0; lists[k] != NULL && i < lists[k]->n; i++)
			finding_text(b, &lists[k]->v[i], ++n, t);
	if (r->note != NULL) {
		buf_str(b, t->note);
		add_shown(b, " ", r->note);
		buf_char(b, '\n');
	}
}

static void
tell(struct buf *b, const struct receipt *r, const struct tongue *t)
{
	bool held = r->state == STATE_HELD;

	buf_fmt(b, "%s\n\n", held ? t->held : t->rejected);
	buf_fmt(b, "%s %s\n", t->package, r->package);
	if (known(r->instance) != NULL)
		buf_fmt(b, "%s %s\n", t->instance, r->instance);
	if (known(r->app) != NULL)
		buf_fmt(b, "%s %s\n", t->app, r->app);
	buf_fmt(b, "SHA-256:  %s\n\n", r->sha256);
	findings_text(b, r, t);
	if (r->id == NULL)
		return;
	buf_fmt(b, "\n%s %s\n%s %s\n", t->kept, r->id, t->again, r->id);
	if (held)
		buf_fmt(b, t->held_can, r->id, r->id);
	else
		buf_fmt(b, t->rejected_can, r->id);
}

void
receipt_text(struct buf *b, const struct receipt *r)
{
	tell(b, r, &english);
	buf_str(b, "\n---\n\n");
	tell(b, r, &norwegian);
}

/* ----------------------------------------------------------------- files */

/* Where a name is cut, a tag of the whole keeps two of them apart. */
static void
cut_name(struct buf *b, const char *package)
{
	char hex[DIGEST_HEX + 1];
	size_t n = 0, k, len = strlen(package);

	while ((k = text_utf8(package + n, len - n)) > 0 && n + k <= NAME_CUT)
		n += k;
	digest_hex_of(package, len, hex);
	buf_add(b, package, n);
	buf_fmt(b, "~%.*s", NAME_TAG, hex);
}

void
receipt_name(char name[NAME_MAX + 1], const char *package, const char *sha256)
{
	struct buf b = { 0 };

	if (strlen(package) <= NAME_ROOM)
		buf_str(&b, package);
	else
		cut_name(&b, package);
	snprintf(name, NAME_MAX + 1, "%s.%.*s.json", buf_text(&b), SHORT_SUM,
	    sha256);
	buf_free(&b);
}

static bool
is_answered(int dir, const char *name, const struct receipt *r)
{
	struct buf text = { 0 }, value = { 0 };
	bool yes = false;
	enum state s;
	struct err e;

	if (fsx_read(dir, name, RECEIPT_MAX, &text, &e) == 0 &&
	    json_get_str(buf_text(&text), "sha256", &value) &&
	    strcmp(buf_text(&value), r->sha256) == 0 &&
	    json_get_str(buf_text(&text), "state", &value) &&
	    state_lookup(buf_text(&value), &s))
		yes = s == STATE_ACCEPTED || s == STATE_HELD ||
		    s == STATE_PUBLISHED;
	buf_free(&text);
	buf_free(&value);
	return yes;
}

int
receipt_write(int dir, const struct receipt *r, struct err *e)
{
	char name[NAME_MAX + 1];
	struct buf b = { 0 };
	int rc = 0;

	receipt_name(name, r->package, r->sha256);
	if (r->state == STATE_DUPLICATE && is_answered(dir, name, r))
		return 0;
	receipt_json(&b, r);
	rc = fsx_replace(dir, name, buf_text(&b), b.len, e);
	buf_free(&b);
	return rc;
}

int
receipt_reasons(int dir, const struct receipt *r, struct err *e)
{
	struct buf b = { 0 };
	int rc;

	receipt_json(&b, r);
	rc = fsx_put(dir, "reason.json", b.p, b.len, e);
	buf_reset(&b);
	receipt_text(&b, r);
	if (rc == 0)
		rc = fsx_put(dir, "reason.txt", b.p, b.len, e);
	buf_free(&b);
	return rc;
}
