#include "spool/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/json.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"

struct want {
	char id[ID_MAX + 1], guid[ID_GUID + 1];
	char sha256[DIGEST_HEX + 1], key[ID_KEY_MAX + 1];
};

struct dossiers {
	struct want *wants;
	size_t n_wants, cap_wants;
	struct dossier **v;
	size_t n, cap;
	struct buf text;
};

struct dossiers *
dossiers_new(void)
{
	return mem_alloc(sizeof(struct dossiers));
}

static void
free_texts(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static void
free_made(struct dossier *x)
{
	for (size_t i = 0; i < x->n_made; i++) {
		free(x->made[i].path);
		free(x->made[i].content);
		free(x->made[i].replaces);
	}
	free(x->made);
}

void
dossiers_free(struct dossiers *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i]->name);
		free_texts(d->v[i]->lines, d->v[i]->n_lines);
		free_made(d->v[i]);
		free(d->v[i]);
	}
	free(d->v);
	free(d->wants);
	buf_free(&d->text);
	free(d);
}

/* ------------------------------------------------------------- questions */

/* Any part of a path that is a key, with or without .zip behind it. */
static void
find_key(struct want *w, const char *path)
{
	char part[ID_KEY_MAX + 1];
	size_t n;

	for (; *path != '\0'; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n > ID_KEY_MAX)
			continue;
		memcpy(part, path, n);
		part[n] = '\0';
		if (n > 4 && strcmp(part + n - 4, ".zip") == 0)
			part[n - 4] = '\0';
		if (!id_key_ok(part))
			continue;
		memcpy(w->key, part, sizeof part);
		memcpy(w->guid, part, ID_GUID);
		w->guid[ID_GUID] = '\0';
	}
}

bool
dossiers_want(struct dossiers *d, const char *text)
{
	struct want w = { .id = "" };

	if (id_guid_ok(text))
		memcpy(w.guid, text, ID_GUID + 1);
	else if (id_hex_ok(text, DIGEST_HEX))
		memcpy(w.sha256, text, DIGEST_HEX + 1);
	else if (id_ok(text))
		memcpy(w.id, text, strlen(text) + 1);
	else
		find_key(&w, text);
	d->wants = mem_grow(d->wants, &d->cap_wants, d->n_wants + 1,
	    sizeof w);
	d->wants[d->n_wants++] = w;
	return w.id[0] != '\0' || w.guid[0] != '\0' || w.sha256[0] != '\0';
}

const char *
dossiers_key(const struct dossiers *d, size_t i)
{
	return d->wants[i].key;
}

static bool
answers(const struct want *w, const struct dossier *x)
{
	if (w->key[0] != '\0')
		return dossier_made(x, w->key) != NULL;
	if (w->guid[0] != '\0')
		return strcmp(w->guid, x->guid) == 0;
	if (w->sha256[0] != '\0')
		return strcmp(w->sha256, x->sha256) == 0;
	return strcmp(w->id, x->id) == 0;
}

const struct dossier *
dossiers_next(const struct dossiers *d, size_t i,
    const struct dossier *before)
{
	bool past = before == NULL;

	for (size_t k = 0; k < d->n; k++) {
		if (past && answers(&d->wants[i], d->v[k]))
			return d->v[k];
		past = past || d->v[k] == before;
	}
	return NULL;
}

const char *
dossier_made(const struct dossier *x, const char *key)
{
	for (size_t i = 0; i < x->n_made; i++) {
		const char *slash = strrchr(x->made[i].path, '/');

		if (slash != NULL && strcmp(slash + 1, key) == 0)
			return x->made[i].path;
	}
	return NULL;
}

const char *
dossier_next(const struct dossier *x, const char *path)
{
	for (size_t i = 0; x->replays > 0 && i < x->n_made; i++)
		if (strcmp(x->made[i].replaces, path) == 0)
			return x->made[i].path;
	return NULL;
}

/* ----------------------------------------------------------- the reading */

static struct dossier *
known(const struct dossiers *d, struct slice id)
{
	for (size_t i = 0; i < d->n; i++)
		if (record_is(id, d->v[i]->id))
			return d->v[i];
	return NULL;
}

static bool
is_wanted(const struct dossiers *d, const struct record *r)
{
	for (size_t i = 0; i < d->n_wants; i++) {
		const struct want *w = &d->wants[i];

		if ((w->guid[0] != '\0' && record_is(r->instance, w->guid)) ||
		    (w->id[0] != '\0' && record_is(r->id, w->id)) ||
		    (w->sha256[0] != '\0' && record_is(r->sha256, w->sha256)))
			return true;
	}
	return false;
}

static struct dossier *
begin(struct dossiers *d, const struct record *r, const char *line)
{
	struct dossier *x = mem_alloc(sizeof *x);

	record_copy(x->id, sizeof x->id, r->id);
	record_copy(x->sha256, sizeof x->sha256, r->sha256);
	record_copy(x->guid, sizeof x->guid, r->instance);
	record_copy(x->app, sizeof x->app, r->app);
	record_copy(x->received, sizeof x->received, r->time);
	record_text(line, "package", &d->text);
	x->name = mem_dup(buf_text(&d->text));
	x->size = r->size;
	x->state = STATE_CLAIMED;
	d->v = mem_grow(d->v, &d->cap, d->n + 1, sizeof(void *));
	return d->v[d->n++] = x;
}

static void
add_text(char ***v, size_t *n, size_t *cap, const char *s, size_t len)
{
	*v = mem_grow(*v, cap, *n + 1, sizeof **v);
	(*v)[(*n)++] = mem_dupn(s, len);
}

static char *
text_of(struct dossiers *d, struct slice object, const char *key)
{
	return mem_dup(json_get_str(object.p, key, &d->text) ?
	    buf_text(&d->text) : "");
}

static void
add_made(struct dossiers *d, struct dossier *x, struct slice list)
{
	struct slice object;

	while (record_next(&list, &object)) {
		x->made = mem_grow(x->made, &x->cap_made, x->n_made + 1,
		    sizeof *x->made);
		x->made[x->n_made++] = (struct dossier_made){
		    text_of(d, object, "path"),
		    text_of(d, object, "content"),
		    text_of(d, object, "replaces") };
	}
}

/* A repetition goes under the id of what it repeats and changes nothing. */
static void
add_line(struct dossiers *d, struct dossier *x, const struct record *r,
    const struct ledger_line *l)
{
	enum state to;

	add_text(&x->lines, &x->n_lines, &x->cap_lines, l->text, l->len);
	if (record_purged(r, &to))
		x->purged = true;
	if (record_is(r->event, "replayed")) {
		x->replays++;
		add_made(d, x, r->instances);
	}
	if (!record_state(r, &to) || to == STATE_CLAIMED)
		return;
	if (to == STATE_DUPLICATE && x->state != STATE_CLAIMED) {
		x->again++;
		return;
	}
	x->state = to;
	record_copy(x->time, sizeof x->time, r->time);
	if (x->guid[0] == '\0') {
		record_copy(x->guid, sizeof x->guid, r->instance);
		record_copy(x->app, sizeof x->app, r->app);
	}
	if (to == STATE_PUBLISHED)
		add_made(d, x, r->instances);
}

int
dossiers_feed(void *arg, const struct ledger_line *l, struct err *e)
{
	struct dossiers *d = arg;
	struct dossier *x;
	struct record r;

	(void)e;
	if (!record_parse(&r, l->text, l->len) || r.id.n == 0)
		return 0;
	x = known(d, r.id);
	if (x == NULL && record_is(r.event, "received") && is_wanted(d, &r))
		x = begin(d, &r, l->text);
	if (x != NULL)
		add_line(d, x, &r, l);
	return 0;
}
