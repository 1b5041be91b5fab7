#include "spool/verify.h"

#include <stdbool.h>
#include <string.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/lines.h"
#include "spool/record.h"

struct walk {
	struct verify_result *result;
	verify_fn *tell;
	void *arg;
	const char *day;
	int64_t line;			/* of this file */
	struct digest *digest;
	int64_t open_at;		/* `received` without verdict, or -1 */
	int64_t torn_at;		/* bytes no line has, or -1 */
};

static void
fault(struct walk *w, const char *what)
{
	struct verify_fault f = { .line = w->line, .what = what };

	memcpy(f.day, w->day, sizeof f.day);
	w->result->faults++;
	if (w->tell != NULL)
		w->tell(w->arg, &f);
}

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

/* A write that did not get through may end in bytes that no line has. */
static int
check_line(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	struct walk *w = arg;
	struct record r;

	(void)e;
	w->line++;
	if (!record_parse(&r, text, len)) {
		if (lines_torn(text, len) && w->torn_at == -1)
			w->torn_at = at;
		else if (w->torn_at == -1)
			fault(w, "not a line of a ledger");
		return 0;
	}
	if (w->torn_at != -1)
		fault(w, "what stands before this line is damaged");
	w->torn_at = -1;
	if (w->open_at != -1 && record_is(r.event, "received"))
		fault(w, "the line before has no verdict");
	w->open_at = record_is(r.event, "received") ? at : -1;
	check_chain(w, &r);
	w->result->lines++;
	w->result->seq = r.seq;
	hash_line(w, text, len);
	return 0;
}

static void
check_end(struct walk *w, bool is_last, int64_t end, int64_t size)
{
	int64_t sound = end;

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
check_day(struct walk *w, int dir, const char *day, bool is_last,
    struct err *e)
{
	int64_t end, size;

	w->day = day;
	w->line = 0;
	w->open_at = w->torn_at = -1;
	w->result->days++;
	if (lines_read(dir, day, 0, check_line, w, &end, &size, e) == -1)
		return -1;
	check_end(w, is_last, end, size);
	return 0;
}

int
verify_ledger(int dir, struct verify_result *v, verify_fn *tell, void *arg,
    struct err *e)
{
	struct walk w = { .result = v, .tell = tell, .arg = arg };
	struct fsx_list days = { 0 };
	int rc = -1;

	*v = (struct verify_result){ .lines = 0 };
	memset(v->head, '0', DIGEST_HEX);
	w.digest = digest_new();
	if (dir != -1 && lines_days(dir, &days, e) == -1)
		goto out;
	for (size_t i = 0; i < days.n; i++)
		if (check_day(&w, dir, days.v[i], i + 1 == days.n, e) == -1)
			goto out;
	rc = 0;
out:
	digest_free(w.digest);
	fsx_list_free(&days);
	return rc;
}
