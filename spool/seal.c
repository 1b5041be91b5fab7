#include "spool/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/json.h"
#include "spool/key.h"
#include "spool/ledger.h"

static const char lock_name[] = ".seal.lock";
enum { FILE_MODE = 0640 };

/* ------------------------------------------------------------ on the disk */

static int
lock(int ledger, struct err *e)
{
	int fd = openat(ledger, lock_name, O_RDWR | O_CREAT | O_CLOEXEC,
	    FILE_MODE);

	if (fd == -1)
		return err_sys(e, "open ledger/%s", lock_name);
	if (fsx_lock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(e, ERR_AGAIN, "the ledger is being sealed by another "
		    "process");
	else
		err_sys(e, "lock ledger/%s", lock_name);
	close(fd);
	return -1;
}

/* Whole, and on disk, before anybody tells of it. */
static int
put_note(int ledger, const char *name, const struct buf *text, struct err *e)
{
	int dir = fsx_open_dir(ledger, "seals", e), rc = -1;

	if (dir == -1)
		return -1;
	if (fsx_sync(ledger, "ledger/", e) == 0)
		rc = fsx_keep(dir, name, text->p, text->len, e);
	close(dir);
	return rc;
}

/* ------------------------------------------------------------- the sealing */

static int
write_note(int ledger, const struct seal_tools *t, struct seal_result *r,
    struct err *e)
{
	struct buf text = { 0 };
	int rc = key_sign(t->key, &r->note, e);

	note_write(&r->note, &text);
	if (rc == 0)
		rc = put_note(ledger, r->name, &text, e);
	buf_free(&text);
	return rc;
}

static int
write_line(struct ledger *l, const struct seal_tools *t,
    const struct seal_result *r, struct err *e)
{
	struct buf text = { 0 };
	struct json *j;

	if (ledger_begin(l, e) == -1)
		return -1;
	j = ledger_add(l, "sealed");
	json_num(j, "size", r->note.size);
	base64_write(&text, r->note.root, sizeof r->note.root);
	json_str(j, "root", text.p);
	buf_reset(&text);
	buf_fmt(&text, "seals/%s", r->name);
	json_str(j, "note", text.p);
	buf_reset(&text);
	key_text(t->key, r->note.origin, &text);
	json_str(j, "key", text.p);
	ledger_end(l);
	buf_free(&text);
	return ledger_commit(l, e);
}

/*
 * The lines that are committed by now, and every seal over them.  Lines that
 * another process is just writing are none of ours yet.
 */
static int
prove(int dir, const struct ledger *l, const struct seal_tools *t,
    struct seals *seals, struct verify_result *v, struct err *e)
{
	const struct verify_with with = { .seals = seals, .keys = t->keys,
	    .most = ledger_seq(l) };

	if (seals_load(seals, dir, e) == -1)
		return -1;
	seals_sort(seals);
	if (verify_against(dir, &with, v, t->tell, t->arg, e) == -1)
		return -1;
	if (v->faults > 0 || v->seq != ledger_seq(l) || v->lines != v->seq)
		return err_set(e, ERR_BOOKS, "the ledger or a seal of it was "
		    "changed: nothing is signed");
	return 0;
}

/* One log has one name for ever, or witnesses could not follow it. */
static int
check_origin(const struct seal *last, const char *origin, struct err *e)
{
	if (last == NULL || strcmp(last->note.origin, origin) == 0)
		return 0;
	return err_set(e, ERR_CONFIG, "the seals before have the origin %s, "
	    "not %s: set [ledger] origin", last->note.origin, origin);
}

static void
new_note(struct seal_result *r, const struct seal_tools *t,
    const struct verify_result *v)
{
	r->note.size = v->seq;
	memcpy(r->note.root, v->root, sizeof v->root);
	snprintf(r->note.origin, sizeof r->note.origin, "%s", t->origin);
}

static int
seal_lines(int dir, struct ledger *l, const struct seal_tools *t,
    struct seal_result *r, struct err *e)
{
	struct seals seals = { 0 };
	const struct seal *last;
	struct verify_result v;
	bool known;
	int rc = -1;

	if (prove(dir, l, t, &seals, &v, e) == -1)
		goto out;
	last = seals_last(&seals);
	if (check_origin(last, t->origin, e) == -1)
		goto out;
	/* All is sealed, or only the line that tells of it is missing. */
	known = last != NULL && (v.told == last->note.size ||
	    v.seq == last->note.size);
	if (known)
		r->note = last->note;
	else
		new_note(r, t, &v);
	seals_name(r->name, r->note.size);
	if (!known && write_note(dir, t, r, e) == -1)
		goto out;
	r->made = v.told != r->note.size;
	if (r->made && write_line(l, t, r, e) == -1)
		goto out;
	rc = 0;
out:
	seals_free(&seals);
	return rc;
}

int
seal_ledger(int dir, const struct seal_tools *t, struct seal_result *r,
    struct err *e)
{
	int fd = lock(dir, e), rc = -1;
	struct ledger *l;

	*r = (struct seal_result){ .made = false };
	if (fd == -1)
		return -1;
	l = ledger_open(dir, true, NULL, NULL, e);
	if (l != NULL)
		rc = ledger_seq(l) == 0 ? 0 : seal_lines(dir, l, t, r, e);
	ledger_close(l);
	close(fd);
	return rc;
}

/* ------------------------------------------------------------ the settings */

void
seal_key_file(const struct conf *c, char path[PATH_MAX])
{
	const char *given = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (given != NULL) {
		n = snprintf(path, PATH_MAX, "%s/signing-key", given);
		if (n > 0 && n < PATH_MAX && access(path, F_OK) == 0)
			return;
	}
	snprintf(path, PATH_MAX, "%s", c->ledger.signing_key);
}

int
seal_origin(const struct conf *c, char origin[NOTE_ORIGIN + 1],
    struct err *e)
{
	const char *given = c->ledger.origin;

	if (*given == '\0')
		given = c->spool.environment == CONF_TEST ?
		    "flerapp/test/ledger" : "flerapp/prod/ledger";
	if (!note_origin_ok(given))
		return err_set(e, ERR_CONFIG, "[ledger] origin = %s: want up "
		    "to %d letters, without blanks and +", given,
		    NOTE_ORIGIN);
	memcpy(origin, given, strlen(given) + 1);
	return 0;
}

int
seal_keys(const struct conf *c, struct keys *keys, struct err *e)
{
	char path[PATH_MAX];

	if (c->ledger.public_key[0] != '\0' &&
	    keys_read(keys, c->ledger.public_key, e) == -1)
		return -1;
	seal_key_file(c, path);
	/* Only who seals may read that one; what is wrong with it he learns. */
	if (*path != '\0')
		(void)keys_read(keys, path, e);
	return 0;
}
