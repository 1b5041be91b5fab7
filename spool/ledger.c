#include "spool/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/lines.h"
#include "spool/mem.h"
#include "spool/record.h"

static const char lock_name[] = ".append.lock";
enum { LOCK_MODE = 0640, FILE_MODE = 0640, CHUNK = 64 * 1024 };

struct ledger {
	int dir, lock, fd;		/* fd: the day's file, to append */
	bool write;
	bool broken;			/* a sync failed: nothing more */
	ledger_fn *follow;
	void *arg;
	size_t unread;

	/* Up to here everything was handed on. */
	char day[STAMP_DAY + 1];	/* "" before the first line */
	int64_t end;			/* offset in that day's file */
	int64_t seq;
	struct buf last;		/* the last line, with its newline */

	/* While reading: what is not handed on yet. */
	struct buf held;		/* a `received` line */
	int64_t held_at, bad_at;	/* -1: none */
	size_t bad;

	/* The group that is being written. */
	bool begun;
	char time[STAMP_LEN + 1];
	char prev[DIGEST_HEX + 1];
	int64_t next;
	struct buf group;
	size_t line;			/* where its current line begins */
	struct json json;
};

/* ------------------------------------------------------------- reading */

static int
hand_on(struct ledger *l, const char *text, size_t len, int64_t seq,
    struct err *e)
{
	const struct ledger_line line = { text, len, seq, l->day };

	l->seq = seq;
	buf_reset(&l->last);
	buf_add(&l->last, text, len);
	buf_char(&l->last, '\n');
	return l->follow != NULL ? l->follow(l->arg, &line, e) : 0;
}

static int
hand_on_held(struct ledger *l, struct err *e)
{
	struct record r;

	if (l->held_at == -1)
		return 0;
	l->held_at = -1;
	if (!record_parse(&r, buf_text(&l->held), l->held.len))
		return err_set(e, ERR_BUG, "a line held back changed");
	return hand_on(l, buf_text(&l->held), l->held.len, r.seq, e);
}

/*
 * What is no record is either the end of a write that did not get through
 * (it then has bytes no line has, and nothing sound behind it), or damage,
 * which verify_ledger() reports and nobody cuts.
 */
static int
take_line(void *arg, const char *text, size_t len, int64_t at, struct err *e)
{
	struct ledger *l = arg;
	struct record r;

	if (!record_parse(&r, text, len)) {
		if (!lines_torn(text, len)) {
			l->unread++;
		} else {
			l->bad++;
			if (l->bad_at == -1)
				l->bad_at = at;
		}
		return 0;
	}
	l->unread += l->bad;
	l->bad = 0;
	l->bad_at = -1;
	if (hand_on_held(l, e) == -1)
		return -1;
	if (!record_is(r.event, "received"))
		return hand_on(l, text, len, r.seq, e);
	l->held_at = at;
	buf_reset(&l->held);
	buf_add(&l->held, text, len);
	return 0;
}

/* Read one day from where we are; the tail stays for later if it is last. */
static int
read_day(struct ledger *l, const char *day, bool is_last, int64_t *size,
    struct err *e)
{
	int64_t end;

	if (strcmp(day, l->day) != 0)
		l->end = 0;
	memcpy(l->day, day, STAMP_DAY + 1);
	l->held_at = l->bad_at = -1;
	l->bad = 0;
	if (lines_read(l->dir, day, l->end, take_line, l, &end, size, e) == -1)
		return -1;
	if (*size < l->end)
		return err_set(e, ERR_BOOKS, "ledger/%s.jsonl is shorter "
		    "than it was", day);
	if (!is_last) {
		l->unread += l->bad + (*size > end ? 1 : 0);
		return hand_on_held(l, e);
	}
	if (l->held_at != -1 && l->held_at < end)
		end = l->held_at;
	if (l->bad_at != -1 && l->bad_at < end)
		end = l->bad_at;
	l->end = end;
	return 0;
}

/* *torn: bytes behind the last line that counts. */
static int
catch_up(struct ledger *l, int64_t *torn, struct err *e)
{
	struct fsx_list days = { 0 };
	int64_t size = 0;
	int rc = -1;

	*torn = 0;
	if (l->dir == -1)
		return 0;
	if (lines_days(l->dir, &days, e) == -1)
		goto out;
	for (size_t i = 0; i < days.n; i++) {
		if (strcmp(days.v[i], l->day) < 0)
			continue;
		if (read_day(l, days.v[i], i + 1 == days.n, &size, e) == -1)
			goto out;
		*torn = size - l->end;
	}
	rc = 0;
out:
	fsx_list_free(&days);
	return rc;
}

/* ------------------------------------------------------------- locking */

static int
lock(struct ledger *l, int how, struct err *e)
{
	if (l->lock == -1 && l->dir != -1)
		l->lock = openat(l->dir, lock_name, l->write ?
		    O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC,
		    LOCK_MODE);
	if (l->lock == -1)
		return l->write ? err_sys(e, "open ledger/%s", lock_name) : 0;
	if (fsx_lock(l->lock, how) == -1)
		return err_sys(e, "lock ledger/%s", lock_name);
	return 0;
}

static void
unlock(struct ledger *l)
{
	if (l->lock != -1)
		flock(l->lock, LOCK_UN);
	l->begun = false;
}

/* ------------------------------------------------------------- writing */

static void
start_group(struct ledger *l)
{
	stamp_now(l->time);
	buf_reset(&l->group);
	l->next = l->seq + 1;
	if (l->seq == 0)
		memset(l->prev, '0', DIGEST_HEX);
	else
		digest_hex_of(buf_text(&l->last), l->last.len, l->prev);
	l->prev[DIGEST_HEX] = '\0';
	l->begun = true;
}

/* Later than the last day, even when the clock was set back. */
static int
open_day(struct ledger *l, bool *made, struct err *e)
{
	char today[STAMP_DAY + 1], name[LINES_NAME];

	stamp_day(today, l->time);
	*made = strcmp(today, l->day) > 0;
	if (*made) {
		memcpy(l->day, today, sizeof today);
		l->end = 0;
	}
	if (l->fd != -1)
		close(l->fd);
	lines_file(name, l->day);
	l->fd = openat(l->dir, name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC,
	    FILE_MODE);
	return l->fd == -1 ? err_sys(e, "open ledger/%s", name) : 0;
}

static int
sync_day(struct ledger *l, bool made, struct err *e)
{
	if (fsx_sync_data(l->fd, "the ledger", e) == -1 ||
	    (made && fsx_sync(l->dir, "ledger/", e) == -1)) {
		l->broken = true;
		return -1;
	}
	return 0;
}

/* Our own lines, to the one who follows. */
static int
follow_group(struct ledger *l, struct err *e)
{
	char *p = l->group.p, *nl;
	struct record r;

	for (; *p != '\0'; p = nl + 1) {
		nl = strchr(p, '\n');
		*nl = '\0';
		if (!record_parse(&r, p, (size_t)(nl - p)))
			return err_set(e, ERR_BUG, "a line of ours: %.200s",
			    p);
		if (hand_on(l, p, (size_t)(nl - p), r.seq, e) == -1)
			return -1;
	}
	return 0;
}

static int
write_group(struct ledger *l, struct err *e)
{
	bool made;

	if (open_day(l, &made, e) == -1)
		return -1;
	if (fsx_write(l->fd, l->group.p, l->group.len, e) == -1 ||
	    sync_day(l, made, e) == -1) {
		/*
		 * Back to what it was.  After a failed sync too: what only
		 * the cache still holds must not be read as if it were kept.
		 */
		if (ftruncate(l->fd, l->end) == -1)
			l->broken = true;
		return -1;
	}
	l->end += (int64_t)l->group.len;
	if (follow_group(l, e) == -1) {
		l->broken = true;	/* written, but not understood */
		return -1;
	}
	return 0;
}

static int
sum_tail(struct ledger *l, int64_t len, char hex[DIGEST_HEX + 1],
    struct err *e)
{
	struct digest *d = digest_new();
	char chunk[CHUNK];
	int64_t done = 0;
	ssize_t n = 0;

	while (done < len) {
		n = pread(l->fd, chunk, sizeof chunk, l->end + done);
		if (n <= 0)
			break;
		digest_add(d, chunk, (size_t)n);
		done += n;
	}
	digest_end_hex(d, hex);
	digest_free(d);
	return n == -1 ? err_sys(e, "read the ledger") : 0;
}

/*
 * The line that tells of the cut is written over the torn tail, then the
 * rest of it is cut off: killed in between, the rest is a torn tail again.
 */
static int
cut_tail(struct ledger *l, int64_t torn, struct err *e)
{
	char hex[DIGEST_HEX + 1], name[LINES_NAME];
	struct json *j;
	ssize_t n;

	lines_file(name, l->day);
	if (l->fd != -1)
		close(l->fd);
	l->fd = openat(l->dir, name, O_RDWR | O_CLOEXEC);
	if (l->fd == -1)
		return err_sys(e, "open ledger/%s", name);
	if (sum_tail(l, torn, hex, e) == -1)
		return -1;
	start_group(l);
	j = ledger_add(l, "recovered");
	json_str(j, "file", name);
	json_num(j, "offset", l->end);
	json_num(j, "length", torn);
	json_str(j, "sha256", hex);
	ledger_end(l);
	n = pwrite(l->fd, l->group.p, l->group.len, l->end);
	if (n != (ssize_t)l->group.len || ftruncate(l->fd, l->end + n) == -1)
		return err_sys(e, "cut the torn tail of ledger/%s", name);
	if (sync_day(l, true, e) == -1)
		return -1;
	l->end += n;
	return follow_group(l, e);
}

/* ------------------------------------------------------------- outside */

int
ledger_begin(struct ledger *l, struct err *e)
{
	int64_t torn;

	if (l->broken)
		return err_set(e, ERR_IO, "the ledger could not be synced");
	if (lock(l, LOCK_EX, e) == -1)
		return -1;
	if (catch_up(l, &torn, e) == -1 ||
	    (torn > 0 && cut_tail(l, torn, e) == -1)) {
		unlock(l);
		return -1;
	}
	start_group(l);
	return 0;
}

struct json *
ledger_add(struct ledger *l, const char *event)
{
	l->line = l->group.len;
	json_init(&l->json, &l->group, false);
	json_open(&l->json, NULL, '{');
	json_num(&l->json, "seq", l->next++);
	json_str(&l->json, "prev", l->prev);
	json_str(&l->json, "time", l->time);
	json_str(&l->json, "event", event);
	return &l->json;
}

void
ledger_end(struct ledger *l)
{
	json_close(&l->json, '}');
	buf_char(&l->group, '\n');
	digest_hex_of(l->group.p + l->line, l->group.len - l->line, l->prev);
}

int
ledger_commit(struct ledger *l, struct err *e)
{
	int rc = l->group.len > 0 ? write_group(l, e) : 0;

	unlock(l);
	return rc;
}

void
ledger_abort(struct ledger *l)
{
	if (l->begun)
		unlock(l);
}

int
ledger_note(struct ledger *l, struct err *e, const char *event, ...)
{
	const char *key;
	struct json *j;
	va_list ap;

	if (ledger_begin(l, e) == -1)
		return -1;
	j = ledger_add(l, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL)
		json_str(j, key, va_arg(ap, const char *));
	va_end(ap);
	ledger_end(l);
	return ledger_commit(l, e);
}

const char *
ledger_time(const struct ledger *l)
{
	return l->time;
}

int64_t
ledger_seq(const struct ledger *l)
{
	return l->seq;
}

bool
ledger_broken(const struct ledger *l)
{
	return l->broken;
}

size_t
ledger_unread(const struct ledger *l)
{
	return l->unread;
}

/*
 * Under the lock, so that lines of a writer who may yet have to take them
 * back are not seen.
 */
int
ledger_refresh(struct ledger *l, struct err *e)
{
	int64_t torn;
	int rc;

	if (lock(l, LOCK_SH, e) == -1)
		return -1;
	rc = catch_up(l, &torn, e);
	unlock(l);
	return rc;
}

static int
first_look(struct ledger *l, struct err *e)
{
	if (!l->write)
		return ledger_refresh(l, e);
	if (ledger_begin(l, e) == -1)
		return -1;
	ledger_abort(l);
	return 0;
}

struct ledger *
ledger_open(int dir, bool write, ledger_fn *follow, void *arg, struct err *e)
{
	struct ledger *l = mem_alloc(sizeof *l);

	l->dir = dir;
	l->lock = l->fd = -1;
	l->write = write;
	l->follow = follow;
	l->arg = arg;
	if (first_look(l, e) == -1) {
		ledger_close(l);
		return NULL;
	}
	return l;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->lock != -1)
		close(l->lock);
	if (l->fd != -1)
		close(l->fd);
	buf_free(&l->last);
	buf_free(&l->held);
	buf_free(&l->group);
	free(l);
}

int
ledger_scan(int dir, ledger_fn *fn, void *arg, struct err *e)
{
	struct ledger *l = ledger_open(dir, false, fn, arg, e);

	if (l == NULL)
		return -1;
	ledger_close(l);
	return 0;
}
