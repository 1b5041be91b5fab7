#include "spool/cmd_multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/bundle.h"
#include "spool/cmd.h"
#include "spool/desk.h"
#include "spool/digest.h"
#include "spool/dossier.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/mem.h"
#include "spool/multipart.h"
#include "spool/record.h"
#include "spool/reread.h"
#include "spool/text.h"

struct body {
	struct bundle *bundle;
	const char *path;		/* below the outbox */
	struct buf manifest, text;
	struct arena arena;
	struct part *parts;
	size_t n, cap;
};

static struct part *
add_part(struct body *b)
{
	b->parts = mem_grow(b->parts, &b->cap, b->n + 1, sizeof *b->parts);
	b->parts[b->n] = (struct part){ .rest = bundle_rest,
	    .arg = b->bundle };
	return &b->parts[b->n++];
}

/* A member that may become part of a header line; NULL: it may not. */
static const char *
header_text(struct body *b, struct slice object, const char *key)
{
	if (!json_get_str(object.p, key, &b->text) ||
	    !text_printable(buf_text(&b->text), b->text.len))
		return NULL;
	return arena_dup(&b->arena, buf_text(&b->text));
}

static int
add_instance(struct body *b, struct err *e)
{
	struct part *p = add_part(b);

	p->name = "instance";
	p->type = "application/json; charset=utf-8";
	return bundle_file(b->bundle, "instance.json", &p->data, &p->size, e);
}

static void
sum_part(const struct part *p, char hex[DIGEST_HEX + 1])
{
	struct digest *d = digest_new();
	const char *data = p->data;
	size_t n;

	for (size_t at = 0; at < p->size; at += n) {
		n = p->size - at < MULTIPART_CHUNK ? p->size - at :
		    MULTIPART_CHUNK;
		digest_add(d, data + at, n);
		p->rest(p->arg);
	}
	digest_end_hex(d, hex);
	digest_free(d);
}

static int
add_listed(struct body *b, struct slice object, struct err *e)
{
	struct part *p = add_part(b);
	char hex[DIGEST_HEX + 1];
	const char *file = header_text(b, object, "file");

	p->name = header_text(b, object, "name");
	p->type = header_text(b, object, "contentType");
	p->filename = header_text(b, object, "filename");
	if (file == NULL || p->name == NULL || p->type == NULL ||
	    strchr(file, '/') != NULL || strchr(p->name, '"') != NULL)
		return err_set(e, ERR_BOOKS, "manifest.json has a part that "
		    "is none of ours (outbox/%s)", b->path);
	if (bundle_file(b->bundle, file, &p->data, &p->size, e) == -1)
		return -1;
	sum_part(p, hex);
	if (!json_get_str(object.p, "sha256", &b->text) ||
	    strcmp(buf_text(&b->text), hex) != 0)
		return err_set(e, ERR_BOOKS, "%s is not the file that "
		    "manifest.json names (outbox/%s)", file, b->path);
	return 0;
}

static int
collect(struct body *b, struct err *e)
{
	struct slice list, object;
	const void *data;
	size_t n;

	if (bundle_file(b->bundle, "manifest.json", &data, &n, e) == -1)
		return -1;
	reread_squeeze(&b->manifest, data, n);
	if (!json_get_raw(buf_text(&b->manifest), "parts", &list.p, &list.n))
		return err_set(e, ERR_BOOKS, "manifest.json names no parts "
		    "(outbox/%s)", b->path);
	if (add_instance(b, e) == -1)
		return -1;
	while (record_next(&list, &object))
		if (add_listed(b, object, e) == -1)
			return -1;
	return 0;
}

static int
print(const struct body *b, bool header_only, struct err *e)
{
	char boundary[MULTIPART_BOUNDARY + 1];
	struct buf type = { 0 };
	int rc = 0;

	/* The manifest has the hash of each part: so does the boundary. */
	multipart_boundary(boundary, buf_text(&b->manifest), b->parts, b->n);
	multipart_type(&type, boundary);
	fprintf(header_only ? stdout : stderr, "%s\n", buf_text(&type));
	if (!header_only)
		rc = multipart_write(STDOUT_FILENO, boundary, b->parts, b->n,
		    e);
	buf_free(&type);
	return rc;
}

static int
write_body(int outbox, const char *path, bool header_only, struct err *e)
{
	struct body b = { .path = path };
	int rc = -1;

	b.bundle = bundle_open(outbox, path, e);
	if (b.bundle != NULL && collect(&b, e) == 0)
		rc = print(&b, header_only, e);
	bundle_free(b.bundle);
	arena_free(&b.arena);
	buf_free(&b.manifest);
	buf_free(&b.text);
	free(b.parts);
	return rc;
}

/* The ledger knows whose the key is, and so where it lies. */
static int
find_and_write(const struct cmdline *c, const struct desk *d,
    const struct dossiers *all)
{
	const struct dossier *x = dossiers_next(all, 0, NULL);
	struct err e;

	if (x == NULL)
		err_set(&e, ERR_NO_INPUT, "no such instance (%s)",
		    dossiers_key(all, 0));
	else if (write_body(d->spool.dir[PLACE_OUTBOX],
	    dossier_made(x, dossiers_key(all, 0)), c->header, &e) == 0)
		return 0;
	return cmd_fail(&e);
}

int
cmd_multipart(const struct cmdline *c)
{
	struct dossiers *all = dossiers_new();
	struct desk d = { .first = dossiers_feed, .arg = all };
	int rc = 0;

	if (c->n_args != 1 || !c->multipart || c->json)
		rc = cmd_usage(c, "--multipart takes one KEY, and --header "
		    "only beside it");
	else if (dossiers_want(all, c->args[0]),
	    *dossiers_key(all, 0) == '\0')
		rc = cmd_usage(c, "--multipart needs the KEY of a B instance, "
		    "as in flerapp show (%s)", c->args[0]);
	if (rc != 0) {
		dossiers_free(all);
		return rc;
	}
	rc = desk_open(&d, c, false);
	if (rc == 0)
		rc = find_and_write(c, &d, all);
	desk_close(&d);
	dossiers_free(all);
	return rc;
}
