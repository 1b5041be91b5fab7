#include "spool/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spool/bundle.h"
#include "spool/dossier.h"
#include "spool/earlier.h"
#include "spool/err.h"
#include "spool/mem.h"

/* -------------------------------------------------------------- before */

static const char *
key_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
by_key(const void *a, const void *b)
{
	const struct replay_before *x = a, *y = b;
	const char *k = key_of(x->path), *l = key_of(y->path);
	int c = id_key_order(k, l);

	if (c == 0)
		c = id_key_generation(k) < id_key_generation(l) ? -1 :
		    id_key_generation(k) > id_key_generation(l);
	return c;
}

/* Of each key the last, which is the newest. */
static void
keep_newest(struct replay *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_before; i++)
		if (i + 1 == r->n_before ||
		    id_key_order(key_of(r->before[i].path),
		    key_of(r->before[i + 1].path)) != 0)
			r->before[n++] = r->before[i];
	r->n_before = n;
}

/* The ledger is older than its content: what is still there says it. */
static int
look_into(struct replay_before *b, int outbox, struct err *e)
{
	struct bundle *bundle = bundle_open(outbox, b->path, e);
	const void *data;
	size_t n;
	int rc = 0;

	if (bundle == NULL)
		return e->kind == ERR_NO_INPUT ? 0 : -1;
	if (bundle_file(bundle, "SHA256SUMS", &data, &n, e) == 0)
		answer_content_of(n > 0 ? data : "", n, b->content);
	else
		rc = e->kind == ERR_BOOKS || e->sys == ENOENT ? 0 : -1;
	bundle_free(bundle);
	return rc;
}

int
replay_init(struct replay *r, const struct dossier *x, int outbox,
    struct err *e)
{
	*r = (struct replay){ .x = x };
	r->before = arena_zero(&r->arena, (x->n_made + 1) *
	    sizeof *r->before);
	for (size_t i = 0; i < x->n_made; i++) {
		struct replay_before *b = &r->before[r->n_before];

		b->path = x->made[i].path;
		if (!earlier_path_ok(b->path))
			return err_set(e, ERR_BOOKS, "the ledger names an "
			    "instance of %s that cannot be", x->id);
		if (id_hex_ok(x->made[i].content, DIGEST_HEX))
			memcpy(b->content, x->made[i].content,
			    sizeof b->content);
		r->n_before++;
	}
	if (r->n_before > 1)
		qsort(r->before, r->n_before, sizeof *r->before, by_key);
	keep_newest(r);
	for (size_t i = 0; outbox != -1 && i < r->n_before; i++)
		if (r->before[i].content[0] == '\0' &&
		    look_into(&r->before[i], outbox, e) == -1)
			return -1;
	return 0;
}

void
replay_free(struct replay *r)
{
	struct arena arena = r->arena;

	arena_free(&arena);
	*r = (struct replay){ .x = NULL };
}

int
replay_tell(const struct replay *r, struct err *e)
{
	const char **paths = mem_alloc((r->n_before + 1) * sizeof *paths);
	int fd;

	for (size_t i = 0; i < r->n_before; i++)
		paths[i] = r->before[i].path;
	fd = earlier_write(paths, r->n_before, e);
	free(paths);
	return fd;
}

/* ------------------------------------------------------------- compared */

static struct replay_before *
find(const struct replay *r, const char *key)
{
	size_t low = 0, high = r->n_before;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = id_key_order(key, key_of(r->before[mid].path));

		if (c == 0)
			return &r->before[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* For the same app; the owner is part of the content. */
static bool
same(const struct replay_before *b, const struct made *m)
{
	size_t n = strlen(m->app);

	return strncmp(b->path, m->app, n) == 0 && b->path[n] == '/' &&
	    strcmp(b->content, m->content) == 0;
}

/* The key must be the next one, or the first of its kind, and just once. */
static bool
key_ok(const struct replay_before *b, const char *key)
{
	unsigned next = b == NULL ? 1 :
	    id_key_generation(key_of(b->path)) + 1;

	return id_key_generation(key) == next && (b == NULL || !b->met);
}

static void
add_path(struct deed_paths *p, const char *path)
{
	p->v[p->n++] = path;
}

static void
take(struct replay *r, const struct made *m, struct replay_before *b)
{
	size_t n = r->made.n_made;

	if (b != NULL && same(b, m)) {
		add_path(&r->unchanged, b->path);
		return;
	}
	r->made.made[n] = *m;
	r->replaces[n] = b != NULL ? b->path : NULL;
	r->blind[n] = b != NULL && b->content[0] == '\0';
	r->made.n_made++;
}

static void
make_room(struct replay *r, const struct answer *a)
{
	size_t n = a->n_made + 1, m = r->n_before + 1;

	r->made.made = arena_zero(&r->arena, n * sizeof *r->made.made);
	r->replaces = arena_zero(&r->arena, n * sizeof *r->replaces);
	r->blind = arena_zero(&r->arena, n * sizeof *r->blind);
	r->unchanged.v = arena_zero(&r->arena, m * sizeof *r->unchanged.v);
	r->gone.v = arena_zero(&r->arena, m * sizeof *r->gone.v);
}

void
replay_compare(struct replay *r, const struct answer *a, const char *work,
    const char **wrong)
{
	*wrong = NULL;
	r->work = work;
	make_room(r, a);
	if (strcmp(a->sha256, r->x->sha256) != 0)
		*wrong = "its original is not what was published any more";
	else if (strcmp(a->guid, r->x->guid) != 0 ||
	    strcmp(a->app, r->x->app) != 0)
		*wrong = "the worker named another instance";
	for (size_t i = 0; *wrong == NULL && i < a->n_made; i++) {
		struct replay_before *b = find(r, a->made[i].key);

		if (!key_ok(b, a->made[i].key)) {
			*wrong = "the worker chose another key";
			break;
		}
		take(r, &a->made[i], b);
		if (b != NULL)
			b->met = true;
	}
	for (size_t i = 0; *wrong == NULL && i < r->n_before; i++)
		if (!r->before[i].met)
			add_path(&r->gone, r->before[i].path);
}
