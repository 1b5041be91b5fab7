#include "spool/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spool/mem.h"

enum { GUID_BYTES = 16, SUM_BYTES = 15, FREE = 0, GONE = 255, FIRST = 64 };

struct seen_row {
	unsigned char guid[GUID_BYTES], sum[SUM_BYTES];
	unsigned char state;		/* FREE, GONE, or a state plus one */
};

_Static_assert(sizeof(struct seen_row) == 32, "a row is 32 bytes");

static unsigned
nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

/* Hex digits, dashes skipped, into n bytes. */
static void
unhex(unsigned char *to, size_t n, const char *s)
{
	for (size_t i = 0; i < 2 * n; s++) {
		if (*s == '-')
			continue;
		if (i % 2 == 0)
			to[i / 2] = (unsigned char)(nibble(*s) << 4);
		else
			to[i / 2] |= (unsigned char)nibble(*s);
		i++;
	}
}

static size_t
slot_of(const unsigned char *guid)
{
	uint64_t a, b;

	memcpy(&a, guid, sizeof a);
	memcpy(&b, guid + sizeof a, sizeof b);
	a = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) *
	    UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(a ^ a >> 31);
}

/* The row of this GUID, or the free one where the search ended. */
static struct seen_row *
find(const struct seen *s, const unsigned char *guid)
{
	size_t i = slot_of(guid) & (s->cap - 1);

	while (s->rows[i].state != FREE &&
	    memcmp(s->rows[i].guid, guid, GUID_BYTES) != 0)
		i = (i + 1) & (s->cap - 1);
	return &s->rows[i];
}

/* At most three quarters full. */
static void
make_room(struct seen *s)
{
	struct seen old = *s;

	if (s->cap > 0 && (s->used + 1) * 4 <= s->cap * 3)
		return;
	s->cap = s->cap > 0 ? s->cap * 2 : FIRST;
	if (s->cap > SIZE_MAX / 2 / sizeof *s->rows)
		mem_exhausted();
	s->rows = mem_alloc(s->cap * sizeof *s->rows);
	s->used = 0;
	for (size_t i = 0; i < old.cap; i++) {
		if (old.rows[i].state == FREE || old.rows[i].state == GONE)
			continue;
		*find(s, old.rows[i].guid) = old.rows[i];
		s->used++;
	}
	free(old.rows);
}

void
seen_free(struct seen *s)
{
	free(s->rows);
	*s = (struct seen){ .cap = 0 };
}

void
seen_set(struct seen *s, const char *guid, const char *sha256, enum state to)
{
	unsigned char key[GUID_BYTES];
	struct seen_row *row;

	make_room(s);
	unhex(key, sizeof key, guid);
	row = find(s, key);
	if (row->state == FREE)
		s->used++;
	memcpy(row->guid, key, sizeof key);
	unhex(row->sum, sizeof row->sum, sha256);
	row->state = (unsigned char)(to + 1);
}

void
seen_remove(struct seen *s, const char *guid, const char *sha256)
{
	unsigned char key[GUID_BYTES], sum[SUM_BYTES];
	struct seen_row *row;

	if (s->cap == 0)
		return;
	unhex(key, sizeof key, guid);
	unhex(sum, sizeof sum, sha256);
	row = find(s, key);
	if (row->state != FREE && memcmp(row->sum, sum, sizeof sum) == 0)
		row->state = GONE;
}

bool
seen_get(const struct seen *s, const char *guid, const char *sha256,
    enum state *state, bool *same)
{
	unsigned char key[GUID_BYTES], sum[SUM_BYTES];
	const struct seen_row *row;

	if (s->cap == 0)
		return false;
	unhex(key, sizeof key, guid);
	row = find(s, key);
	if (row->state == FREE || row->state == GONE)
		return false;
	unhex(sum, sizeof sum, sha256);
	*state = (enum state)(row->state - 1);
	*same = memcmp(row->sum, sum, sizeof sum) == 0;
	return true;
}
