#include "schemas/model.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/dom.h"
#include "schemas/model_read.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "spool/text.h"

/* ----------------------------------------------------------------- names */

static bool
plain(unsigned char c)
{
	return c < 0x80;
}

static int
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Case does not count; hyphens do. */
static bool
same_folded(const char *a, const char *b)
{
	struct buf left = { 0 }, right = { 0 };
	bool same;

	text_lower(&left, a, strlen(a));
	text_lower(&right, b, strlen(b));
	same = strcmp(buf_text(&left), buf_text(&right)) == 0;
	buf_free(&left);
	buf_free(&right);
	return same;
}

static void
add_bare(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s != '-')
			buf_char(out, *s);
}

/* From the first letter on that is not ASCII. */
static bool
same_rest(const char *a, const char *b)
{
	struct buf left = { 0 }, right = { 0 };
	bool same;

	add_bare(&left, a);
	add_bare(&right, b);
	same = same_folded(buf_text(&left), buf_text(&right));
	buf_free(&left);
	buf_free(&right);
	return same;
}

/* As far as the names are ASCII no memory is needed. */
bool
model_same_name(const char *a, const char *b)
{
	const unsigned char *p = (const void *)a, *q = (const void *)b;

	for (;;) {
		while (*p == '-')
			p++;
		while (*q == '-')
			q++;
		if (!plain(*p) && !plain(*q))
			return same_rest((const char *)p, (const char *)q);
		if (lower(*p) != lower(*q))
			return false;
		if (*p == '\0')
			return true;
		p++;
		q++;
	}
}

/*
 * Names that are the same to model_same_name() have the same sum, and so have
 * those that are equal: one index serves both questions.
 */
static uint32_t
sum_of(const char *name)
{
	uint32_t sum = 2166136261u;

	for (const unsigned char *p = (const void *)name; *p != '\0'; p++)
		if (*p != '-' && plain(*p))
			sum = (sum ^ (uint32_t)lower(*p)) * 16777619u;
	return sum ^ sum >> 15;
}

/* ----------------------------------------------------------------- index */

void
model_index(struct arena *a, struct model_index *index,
    const struct field *v, size_t n)
{
	uint32_t size = 4, *slot;

	if (n == 0)
		return;
	while (size < n * 2)
		size *= 2;
	index->mask = size - 1;
	index->first = arena_zero(a, size * sizeof *index->first);
	index->next = arena_zero(a, n * sizeof *index->next);
	for (size_t i = n; i > 0; i--) {
		slot = &index->first[sum_of(v[i - 1].name) & index->mask];
		index->next[i - 1] = *slot;
		*slot = (uint32_t)i;
	}
}

static uint32_t
first_like(const struct model_index *index, const char *name)
{
	return index->first == NULL ? 0 :
	    index->first[sum_of(name) & index->mask];
}

static const struct field *
exact(const struct model_index *index, const struct field *v,
    const char *name, const char *ns)
{
	uint32_t i = first_like(index, name);

	for (; i > 0; i = index->next[i - 1])
		if (strcmp(v[i - 1].name, name) == 0 &&
		    dom_same(v[i - 1].ns, ns))
			return &v[i - 1];
	return NULL;
}

static enum model_match
like(const struct model_index *index, const struct field *v,
    const char *name, const struct field **found)
{
	uint32_t i = first_like(index, name);
	enum model_match match = MODEL_NONE;

	for (; i > 0; i = index->next[i - 1]) {
		if (!model_same_name(v[i - 1].name, name))
			continue;
		if (match != MODEL_NONE)
			return MODEL_SEVERAL;
		match = MODEL_ONE;
		*found = &v[i - 1];
	}
	return match;
}

const struct field *
model_child(const struct field_type *t, const char *name, const char *ns)
{
	return exact(&((const struct model_type *)t)->children, t->children,
	    name, ns);
}

const struct field *
model_attribute(const struct field_type *t, const char *name, const char *ns)
{
	return exact(&((const struct model_type *)t)->attributes,
	    t->attributes, name, ns);
}

enum model_match
model_step(const struct field_type *t, const char *step,
    const struct field **found)
{
	const struct model_type *m = (const struct model_type *)t;
	enum model_match match = MODEL_NONE;

	if (*step == '@')
		step++;
	else
		match = like(&m->children, t->children, step, found);
	return match != MODEL_NONE ? match :
	    like(&m->attributes, t->attributes, step, found);
}

bool
model_required(const struct field *f)
{
	return f->min > 0 && !f->optional_by_choice;
}

/* ------------------------------------------------------- fields under way */

struct field *
model_find(const struct fields *list, const struct field *f)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].name, f->name) == 0 &&
		    dom_same(list->v[i].ns, f->ns))
			return &list->v[i];
	return NULL;
}

void
model_append(struct fields *list, const struct field *f)
{
	list->v = mem_grow(list->v, &list->cap, list->n + 1, sizeof *list->v);
	list->v[list->n++] = *f;
}

/* ----------------------------------------------------------------- whole */

struct model *
model_new(const struct xsd *x, struct faults *faults)
{
	struct model *m = mem_alloc(sizeof *m);
	struct reader r = { .model = m, .xsd = x, .faults = faults };
	size_t before = faults->errors;

	model_read(&r);
	free(r.parts);
	free(r.made);
	arena_free(&r.arena);
	if (faults->errors == before)
		return m;
	model_free(m);
	return NULL;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	arena_free(&m->arena);
	free(m);
}

size_t
model_roots(const struct model *m, const struct field **roots)
{
	*roots = m->roots;
	return m->n_roots;
}

const struct field *
model_root(const struct model *m, const char *name, const char *ns)
{
	for (size_t i = 0; i < m->n_roots; i++)
		if (strcmp(m->roots[i].name, name) == 0 &&
		    dom_same(m->roots[i].ns, ns))
			return &m->roots[i];
	return NULL;
}

static const struct field *
root_called(const struct model *m, const char *name)
{
	const struct field *found = NULL;

	for (size_t i = 0; name != NULL && i < m->n_roots; i++) {
		if (strcmp(m->roots[i].name, name) == 0)
			return &m->roots[i];
		if (found == NULL && same_folded(m->roots[i].name, name))
			found = &m->roots[i];
	}
	return found;
}

const struct field *
model_pick_root(const struct model *m, const char *wanted, const char *also)
{
	const struct field *found = root_called(m, wanted);
	size_t n = 0;

	if (found == NULL)
		found = root_called(m, also);
	if (found != NULL)
		return found;
	for (size_t i = 0; i < m->n_roots; i++) {
		if (m->referred[i])
			continue;
		found = &m->roots[i];
		n++;
	}
	return n == 1 ? found : NULL;
}
