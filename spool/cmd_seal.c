#include "spool/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/key.h"
#include "spool/log.h"
#include "spool/seal.h"

static void
tell_fault(void *arg, const struct verify_fault *f)
{
	(void)arg;
	log_line(LEVEL_CRITICAL, "%s (%s:%" PRId64 ")", f->what, f->file,
	    f->line);
}

/* The seal once more, where who changes the ledger cannot reach it. */
static void
tell_journal(const struct note *n)
{
	struct buf root = { 0 }, signature = { 0 };

	base64_write(&root, n->root, sizeof n->root);
	note_signature(n, &signature);
	log_line(LEVEL_NOTICE, "sealed origin=%s size=%" PRId64 " root=%s "
	    "signature=%s", n->origin, n->size, root.p, signature.p);
	buf_free(&root);
	buf_free(&signature);
}

static void
print_json(const struct seal_result *r, const struct key *key)
{
	struct buf b = { 0 }, text = { 0 };
	struct json j;

	base64_write(&text, r->note.root, sizeof r->note.root);
	json_init(&j, &b, false);
	json_open(&j, NULL, '{');
	json_bool(&j, "sealed", r->made);
	json_num(&j, "size", r->note.size);
	json_str(&j, "root", r->note.size > 0 ? text.p : NULL);
	json_str(&j, "note", r->note.size > 0 ? r->name : NULL);
	buf_reset(&text);
	if (r->note.size > 0)
		key_text(key, r->note.origin, &text);
	json_str(&j, "key", r->note.size > 0 ? text.p : NULL);
	json_close(&j, '}');
	puts(b.p);
	buf_free(&b);
	buf_free(&text);
}

static void
print_text(const struct seal_result *r, const struct key *key)
{
	struct buf text = { 0 };

	if (r->note.size == 0) {
		puts("nothing to seal: the ledger is empty");
		return;
	}
	key_text(key, r->note.origin, &text);
	if (r->made)
		printf("sealed %" PRId64 " lines: ledger/seals/%s\n",
		    r->note.size, r->name);
	else
		printf("nothing new since ledger/seals/%s\n", r->name);
	printf("public key: %s\n", text.p);
	buf_free(&text);
}

static struct key *
load_key(const struct conf *conf, struct err *e)
{
	char path[PATH_MAX];

	seal_key_file(conf, path);
	if (*path != '\0')
		return key_load(path, e);
	err_set(e, ERR_CONFIG, "there is no key to seal with: [ledger] "
	    "signing-key is not set (%s/flerapp.conf)", conf->dir);
	return NULL;
}

static int
seal(const struct cmdline *c, const struct conf *conf, const struct key *key)
{
	char origin[NOTE_ORIGIN + 1];
	struct keys keys = { .n = 0 };
	const struct seal_tools tools = { .key = key, .origin = origin,
	    .keys = &keys, .tell = tell_fault };
	struct seal_result r = { .made = false };
	int dir, rc = 0;
	struct err e;

	key_public(key, &keys);
	if (seal_origin(conf, origin, &e) == -1 ||
	    seal_keys(conf, &keys, &e) == -1 ||
	    cmd_open_ledger(conf->spool.root, &dir, &e) == -1)
		return cmd_fail(&e);
	if (dir != -1) {
		rc = seal_ledger(dir, &tools, &r, &e);
		close(dir);
	}
	if (rc == -1)
		return cmd_fail(&e);
	if (r.made)
		tell_journal(&r.note);
	(c->json ? print_json : print_text)(&r, key);
	return 0;
}

int
cmd_seal(const struct cmdline *c)
{
	struct conf conf;
	struct key *key;
	struct err e;
	int rc = cmd_conf(c, &conf);

	if (rc != 0)
		return rc;
	if ((key = load_key(&conf, &e)) == NULL)
		return cmd_fail(&e);
	rc = seal(c, &conf, key);
	key_free(key);
	return rc;
}
