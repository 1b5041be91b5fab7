#include "spool/seals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"

static const char suffix[] = ".note";

void
seals_name(char name[SEALS_NAME], int64_t size)
{
	snprintf(name, SEALS_NAME, "%012" PRId64 "%s", size, suffix);
}

/* Bytes that are no note are a seal all the same: a bad one. */
static void
add(struct seals *s, const char *shown, const struct buf *text, bool kept)
{
	struct seal *x;

	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
	x = &s->v[s->n++];
	*x = (struct seal){ .file = mem_dup(shown), .kept = kept };
	x->bad = note_parse(&x->note, buf_text(text), text->len);
	if (x->bad == NULL && x->note.size == 0)
		x->bad = "it is of no lines";
	if (x->bad != NULL)
		x->note.size = -1;
}

static int
load_one(struct seals *s, int dir, const char *name, struct err *e)
{
	char shown[64], right[SEALS_NAME];
	struct buf text = { 0 };
	struct seal *x;
	int rc = fsx_read(dir, name, NOTE_MAX, &text, e);

	if (rc == -1 && e->kind == ERR_DATA)
		rc = 0;			/* too long: note_parse() says so */
	if (rc == 0) {
		snprintf(shown, sizeof shown, "ledger/seals/%.40s", name);
		add(s, shown, &text, true);
		x = &s->v[s->n - 1];
		seals_name(right, x->note.size);
		if (x->bad == NULL && strcmp(name, right) != 0) {
			x->bad = "its name is not its number of lines";
			x->note.size = -1;
		}
	}
	buf_free(&text);
	return rc;
}

static bool
is_seal(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n >= sizeof suffix &&
	    strcmp(name + n - (sizeof suffix - 1), suffix) == 0;
}

int
seals_load(struct seals *s, int ledger, struct err *e)
{
	struct fsx_list names = { 0 };
	int dir, rc = -1;

	if (ledger == -1)
		return 0;
	dir = fsx_dir(ledger, "seals", e);
	if (dir == -1)
		return e->sys == ENOENT ? 0 : -1;
	if (fsx_list(dir, &names, e) == -1)
		goto out;
	for (size_t i = 0; i < names.n; i++)
		if (is_seal(names.v[i]) &&
		    load_one(s, dir, names.v[i], e) == -1)
			goto out;
	rc = 0;
out:
	fsx_list_free(&names);
	close(dir);
	return rc;
}

int
seals_take(struct seals *s, const char *path, struct err *e)
{
	struct buf text = { 0 };
	int rc = fsx_read(AT_FDCWD, path, NOTE_MAX, &text, e);

	if (rc == 0)
		add(s, path, &text, false);
	else if (e->sys == ENOENT)
		e->kind = ERR_NO_INPUT;
	buf_free(&text);
	return rc;
}

static int
by_size(const void *a, const void *b)
{
	const struct seal *x = a, *y = b;

	if (x->note.size != y->note.size)
		return x->note.size < y->note.size ? -1 : 1;
	return y->kept - x->kept;
}

void
seals_sort(struct seals *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof *s->v, by_size);
}

void
seals_free(struct seals *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].file);
	free(s->v);
	*s = (struct seals){ .n = 0 };
}

const struct seal *
seals_find(const struct seals *s, int64_t size)
{
	for (size_t i = s->n; i-- > 0; )
		if (s->v[i].kept && s->v[i].bad == NULL &&
		    s->v[i].note.size == size)
			return &s->v[i];
	return NULL;
}

const struct seal *
seals_first(const struct seals *s)
{
	const struct seal *first = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].bad == NULL && (first == NULL ||
		    s->v[i].kept > first->kept ||
		    (s->v[i].kept == first->kept &&
		    s->v[i].note.size < first->note.size)))
			first = &s->v[i];
	return first;
}

const struct seal *
seals_last(const struct seals *s)
{
	const struct seal *last = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kept && s->v[i].bad == NULL && (last == NULL ||
		    s->v[i].note.size > last->note.size))
			last = &s->v[i];
	return last;
}
