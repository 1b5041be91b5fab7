#include "spool/marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "spool/mem.h"

enum { FIRST = 64 };

static int64_t
nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
mark_of(struct drop_mark *m, const struct stat *st)
{
	m->ino = st->st_ino;
	m->size = (uint64_t)st->st_size;
	m->mtime = nanoseconds(st->st_mtim);
	m->ctime = nanoseconds(st->st_ctim);
}

bool
mark_same_bytes(const struct drop_mark *a, const struct drop_mark *b)
{
	return a->ino == b->ino && a->size == b->size && a->mtime == b->mtime;
}

bool
mark_same(const struct drop_mark *a, const struct drop_mark *b)
{
	return mark_same_bytes(a, b) && a->ctime == b->ctime;
}

void
mark_write(char text[MARK_TEXT], const struct drop_mark *m)
{
	snprintf(text, MARK_TEXT, "%" PRIu64 "-%" PRIu64 "-%" PRId64 "-%"
	    PRId64, m->ino, m->size, m->mtime, m->ctime);
}

bool
mark_read(struct drop_mark *m, const char *text)
{
	return sscanf(text, "%" SCNu64 "-%" SCNu64 "-%" SCNd64 "-%" SCNd64,
	    &m->ino, &m->size, &m->mtime, &m->ctime) == 4;
}

static size_t
slot_of(const struct marks *m, uint64_t ino)
{
	return (size_t)(ino * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
	    (m->cap - 1);
}

static struct mark_row *
probe(const struct marks *m, const struct drop_mark *mark)
{
	size_t i = slot_of(m, mark->ino);

	while (m->rows[i].kind != MARK_FREE &&
	    !mark_same(&m->rows[i].mark, mark))
		i = (i + 1) & (m->cap - 1);
	return &m->rows[i];
}

/* Into a table of this size, without those that `keep` turns down. */
static void
rebuild(struct marks *m, size_t cap, bool (*keep)(const struct marks *,
    const struct mark_row *))
{
	struct marks old = *m;

	m->rows = mem_alloc(cap * sizeof *m->rows);
	m->cap = cap;
	m->n = 0;
	for (size_t i = 0; i < old.cap; i++) {
		const struct mark_row *row = &old.rows[i];

		if (row->kind == MARK_FREE || !keep(&old, row))
			continue;
		*probe(m, &row->mark) = *row;
		m->n++;
	}
	free(old.rows);
}

static bool
keep_all(const struct marks *m, const struct mark_row *row)
{
	(void)m;
	(void)row;
	return true;
}

static bool
keep_met(const struct marks *m, const struct mark_row *row)
{
	return row->kind == MARK_CLAIMED || row->scan == m->scan;
}

struct mark_row *
marks_find(struct marks *m, const struct drop_mark *mark)
{
	struct mark_row *row;

	if (m->n == 0)
		return NULL;
	row = probe(m, mark);
	if (row->kind == MARK_FREE)
		return NULL;
	row->scan = m->scan;
	return row;
}

void
marks_add(struct marks *m, const struct drop_mark *mark, enum mark_kind kind,
    int64_t since)
{
	struct mark_row *row;

	if ((m->n + 1) * 2 > m->cap)
		rebuild(m, m->cap > 0 ? m->cap * 2 : FIRST, keep_all);
	row = probe(m, mark);
	if (row->kind == MARK_FREE)
		m->n++;
	*row = (struct mark_row){ *mark, kind, since, m->scan };
}

/* Close the gap, so that no search ends in it. */
void
marks_remove(struct marks *m, const struct drop_mark *mark)
{
	struct mark_row *row, moved;
	size_t i;

	if (m->n == 0 || (row = probe(m, mark))->kind == MARK_FREE)
		return;
	row->kind = MARK_FREE;
	m->n--;
	i = (size_t)(row - m->rows);
	while (i = (i + 1) & (m->cap - 1), m->rows[i].kind != MARK_FREE) {
		moved = m->rows[i];
		m->rows[i].kind = MARK_FREE;
		*probe(m, &moved.mark) = moved;
	}
}

void
marks_next_scan(struct marks *m)
{
	if (m->n > 0)
		rebuild(m, m->cap, keep_met);
	m->scan++;
}

void
marks_free(struct marks *m)
{
	free(m->rows);
	*m = (struct marks){ .n = 0 };
}
