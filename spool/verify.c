#include "spool/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/key.h"
#include "spool/lines.h"
#include "spool/merkle.h"
#include "spool/record.h"
#include "spool/seals.h"

enum { LISTING_MAX = 64 << 20 };

struct walk {
	const struct verify_with *with;
	struct verify_result *result;
	verify_fn *tell;
	void *arg;
	char file[LINES_NAME + 8];	/* ledger/DAY.jsonl */
	int64_t line;			/* of this file */
	struct digest *digest;
	struct merkle tree;
	size_t next;			/* the seal that comes next */
	int64_t open_at;		/* `received` without verdict, or -1 */
	int64_t torn_at;		/* bytes no line has, or -1 */
	int dir;
	struct buf text;
};

static void
tell_fault(struct walk *w, const char *file, int64_t line, const char *what)
{
	const struct verify_fault f = { file, line, what };

	w->result->faults++;
	if (w->tell != NULL)
		w->tell(w->arg, &f);
}

static void
fault(struct walk *w, const char *what)
{
	tell_fault(w, w->file, w->line, what);
}

/* ------------------------------------------------------------------- lines */

static bool
lower_case(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

static void
hash_line(struct walk *w, const char *text, size_t len)
{
	digest_begin(w->digest);
	digest_add(w->digest, text, len);
	digest_add(w->digest, "\n", 1);
	digest_end_hex(w->digest, w->result->head);
}

static void
check_chain(struct walk *w, const struct record *r)
{
	if (r->seq != w->result->seq + 1)
		fault(w, "seq does not follow: a line is missing, doubled or "
		    "out of place");
	if (!record_is(r->prev, w->result->head))
		fault(w, "prev is not the hash of the line before: that line "
		    "or this one was changed");
	if (!lower_case(r->event))
		fault(w, "no such event");
}

/* One that came while we read is looked for once more. */
static bool
same_root(struct walk *w, int64_t size, const char *root)
{
	const struct seal *x = seals_find(w->with->seals, size);
	struct seals now = { 0 };
	struct buf text = { 0 };
	bool same = false;
	struct err e;

	if (x == NULL && seals_load(&now, w->dir, &e) == 0)
		x = seals_find(&now, size);
	if (x != NULL) {
		base64_write(&text, x->note.root, sizeof x->note.root);
		same = strcmp(text.p, root) == 0;
	}
	buf_free(&text);
	seals_free(&now);
	return same;
}

/* What it says was sealed must lie in the folder. */
static void
check_sealed(struct walk *w, const struct record *r, const char *line)
{
	buf_reset(&w->text);
	record_text(line, "root", &w->text);
	if (w->with->seals != NULL &&
	    !same_root(w, r->size, buf_text(&w->text)))
		fault(w, "the seal that this line tells of is gone from "
		    "ledger/seals/, or another lies there");
	w->result->told = r->size;
	record_copy(w->result->sealed_time, sizeof w->result->sealed_time,
	    r->time);
}

/* A leaf of the tree, and the seals that end here. */
static void
grow(struct walk *w, const char *text, size_t len)
{
	const struct seals *s = w->with->seals;
	unsigned char root[DIGEST_SIZE];

	merkle_add(&w->tree, text, len);
	for (; s != NULL && w->next < s->n &&
	    s->v[w->next].note.size <= w->tree.size; w->next++) {
		struct seal *x = &s->v[w->next];

		if (x->note.size != w->tree.size)
			continue;	/* it is none, or of no lines */
		merkle_root(&w->tree, root);
		x->reached = true;
		x->fits = memcmp(root, x->note.root, sizeof root) == 0;
		snprintf(x->place, sizeof x->place, "%s:%" PRId64, w->file,
		    w->line);
	}
}

/* A write that did not get through may end in bytes that no line has. */
static void
check_damaged(struct walk *w, const char *text, size_t len, int64_t at)
{
	if (lines_torn(text, len) && w->torn_at == -1)
		w->torn_at = at;
	else if (w->torn_at == -1)
		fault(w, "not a line of a ledger");
	if (w->torn_at == -1)
		grow(w, text, len);
}

static int
check_line(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	struct walk *w = arg;
	bool received;
	struct record r;

	(void)e;
	if (w->with->most > 0 && w->tree.size == w->with->most)
		return 0;
	w->line++;
	if (!record_parse(&r, text, len)) {
		check_damaged(w, text, len, at);
		return 0;
	}
	if (w->torn_at != -1)
		fault(w, "what stands before this line is damaged");
	w->torn_at = -1;
	received = record_is(r.event, "received");
	if (w->open_at != -1 && received)
		fault(w, "the line before has no verdict");
	w->open_at = received ? at : -1;
	check_chain(w, &r);
	w->result->told = 0;
	if (record_is(r.event, "sealed"))
		check_sealed(w, &r, text);
	w->result->lines++;
	w->result->seq = r.seq;
	if (w->result->lines == 1)
		record_copy(w->result->first_time,
		    sizeof w->result->first_time, r.time);
	hash_line(w, text, len);
	grow(w, text, len);
	return 0;
}

static void
check_end(struct walk *w, bool is_last, int64_t end, int64_t size)
{
	int64_t sound = end;

	if (w->with->most > 0 && w->tree.size == w->with->most)
		return;
	if (w->open_at != -1 && w->open_at < sound)
		sound = w->open_at;
	if (w->torn_at != -1 && w->torn_at < sound)
		sound = w->torn_at;
	if (is_last)
		w->result->torn = (size_t)(size - sound);
	else if (size > sound)
		fault(w, "the file ends in the middle of a line");
}

static int
check_day(struct walk *w, const char *day, bool is_last, struct err *e)
{
	int64_t end, size;

	snprintf(w->file, sizeof w->file, "ledger/%s.jsonl", day);
	w->line = 0;
	w->open_at = w->torn_at = -1;
	w->result->days++;
	if (lines_read(w->dir, day, 0, check_line, w, &end, &size, e) == -1)
		return -1;
	check_end(w, is_last, end, size);
	return 0;
}

/* ------------------------------------------------------------------- seals */

static void
check_signature(struct walk *w, struct seal *x)
{
	enum key_verdict v = key_check(w->with->keys, &x->note);

	x->proven = v == KEY_GOOD;
	switch (v) {
	case KEY_GOOD:
		break;
	case KEY_OTHER:
		tell_fault(w, x->file, 0, "the seal was signed by another key "
		    "than is given");
		break;
	case KEY_FALSE:
		tell_fault(w, x->file, 0, "the signature is false: the seal "
		    "was changed or invented");
		break;
	}
}

static void
check_origin(struct walk *w, const struct seal *x, const struct seal *first)
{
	if (first == NULL || strcmp(first->note.origin, x->note.origin) == 0)
		return;
	buf_reset(&w->text);
	buf_fmt(&w->text, "the seal is of another ledger: its origin is %s, "
	    "not %s", x->note.origin, first->note.origin);
	tell_fault(w, x->file, 0, w->text.p);
}

/* Before the lines: what can be said of the seals alone. */
static void
check_seals(struct walk *w)
{
	const struct seals *s = w->with->seals;
	const struct seal *first = s != NULL ? seals_first(s) : NULL;

	for (size_t i = 0; s != NULL && i < s->n; i++) {
		struct seal *x = &s->v[i];

		if (x->bad != NULL) {
			buf_reset(&w->text);
			buf_fmt(&w->text, "no seal: %s", x->bad);
			tell_fault(w, x->file, 0, w->text.p);
			continue;
		}
		check_origin(w, x, first);
		if (w->result->signatures)
			check_signature(w, x);
	}
}

static void
tell_cut(struct walk *w, const struct seal *x)
{
	buf_reset(&w->text);
	buf_fmt(&w->text, "%" PRId64 " lines were sealed, but the ledger ends "
	    "after %" PRId64 " (%s:%" PRId64 "): its tail was cut off, or a "
	    "day is gone", x->note.size, w->tree.size, w->file, w->line);
	tell_fault(w, x->file, 0, w->text.p);
}

/*
 * Where a later seal fits, the lines are as they were and this seal is not;
 * else the lines changed, behind the last one that fits.
 */
static void
tell_misfit(struct walk *w, const struct seal *x, const struct seal *before,
    bool later_fits)
{
	buf_reset(&w->text);
	if (later_fits)
		buf_fmt(&w->text, "this seal is false: a later one has the "
		    "first %" PRId64 " lines as they are", x->note.size);
	else if (before != NULL)
		buf_fmt(&w->text, "lines behind %s and up to %s are not those "
		    "that were sealed", before->place, x->place);
	else
		buf_fmt(&w->text, "lines up to %s are not those that were "
		    "sealed", x->place);
	tell_fault(w, x->file, 0, w->text.p);
}

static bool
counts(const struct walk *w, const struct seal *x)
{
	return x->fits && (x->proven || !w->result->signatures);
}

/* Behind the lines: which seals fit. */
static void
compare_seals(struct walk *w)
{
	const struct seals *s = w->with->seals;
	const struct seal *before = NULL;
	size_t last = 0;

	for (size_t i = 0; s != NULL && i < s->n; i++)
		if (counts(w, &s->v[i]))
			last = i;
	for (size_t i = 0; s != NULL && i < s->n; i++) {
		const struct seal *x = &s->v[i];

		if (counts(w, x))
			before = x;
		else if (x->fits)
			continue;	/* its signature was told of */
		else if (x->reached)
			tell_misfit(w, x, before, i < last);
		else if (x->bad == NULL)
			tell_cut(w, x);
	}
	w->result->sealed = before != NULL ? before->note.size : 0;
}

/* ---------------------------------------------------------------- listings */

static int
check_listing(struct walk *w, int dir, const char *name, struct err *e)
{
	static const char suffix[] = ".txt";
	char hex[DIGEST_HEX + 1], shown[DIGEST_HEX + 32];
	size_t n = strlen(name);

	if (n != DIGEST_HEX + sizeof suffix - 1 || name[0] == '.' ||
	    strcmp(name + DIGEST_HEX, suffix) != 0)
		return 0;
	buf_reset(&w->text);
	if (fsx_read(dir, name, LISTING_MAX, &w->text, e) == -1)
		return -1;
	digest_hex_of(buf_text(&w->text), w->text.len, hex);
	snprintf(shown, sizeof shown, "ledger/config/%.80s", name);
	if (memcmp(hex, name, DIGEST_HEX) != 0)
		tell_fault(w, shown, 0, "its name is not its hash: the "
		    "listing of a configuration was changed");
	return 0;
}

/* ledger/config/: each is called by its hash, as a `started` line has it. */
static int
check_listings(struct walk *w, struct err *e)
{
	int dir = fsx_dir(w->dir, "config", e), rc = -1;
	struct fsx_list names = { 0 };

	if (dir == -1)
		return e->sys == ENOENT ? 0 : -1;
	if (fsx_list(dir, &names, e) == -1)
		goto out;
	for (size_t i = 0; i < names.n; i++)
		if (check_listing(w, dir, names.v[i], e) == -1)
			goto out;
	rc = 0;
out:
	fsx_list_free(&names);
	close(dir);
	return rc;
}

/* ----------------------------------------------------------------- outside */

int
verify_against(int dir, const struct verify_with *with,
    struct verify_result *v, verify_fn *tell, void *arg, struct err *e)
{
	struct walk w = { .with = with, .result = v, .tell = tell,
	    .arg = arg, .dir = dir, .file = "ledger/" };
	struct fsx_list days = { 0 };
	int rc = -1;

	*v = (struct verify_result){ .lines = 0 };
	memset(v->head, '0', DIGEST_HEX);
	v->signatures = with->keys != NULL && with->keys->n > 0;
	w.digest = digest_new();
	merkle_begin(&w.tree);
	check_seals(&w);
	if (dir != -1 && (check_listings(&w, e) == -1 ||
	    lines_days(dir, &days, e) == -1))
		goto out;
	for (size_t i = 0; i < days.n; i++)
		if (check_day(&w, days.v[i], i + 1 == days.n, e) == -1)
			goto out;
	merkle_root(&w.tree, v->root);
	compare_seals(&w);
	rc = 0;
out:
	merkle_free(&w.tree);
	digest_free(w.digest);
	fsx_list_free(&days);
	buf_free(&w.text);
	return rc;
}

int
verify_ledger(int dir, const struct keys *keys, struct verify_result *v,
    verify_fn *tell, void *arg, struct err *e)
{
	struct seals seals = { 0 };
	const struct verify_with with = { .seals = &seals, .keys = keys };
	int rc = seals_load(&seals, dir, e);

	seals_sort(&seals);
	if (rc == 0)
		rc = verify_against(dir, &with, v, tell, arg, e);
	seals_free(&seals);
	return rc;
}
