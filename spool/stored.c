#include "spool/stored.h"

#include <stdint.h>
#include <string.h>

enum { END_SIZE = 22, CENTRAL_SIZE = 46, LOCAL_SIZE = 30 };

static const unsigned char end_mark[] = { 'P', 'K', 5, 6 };
static const unsigned char central_mark[] = { 'P', 'K', 1, 2 };
static const unsigned char local_mark[] = { 'P', 'K', 3, 4 };

struct central {			/* as far as it is needed */
	size_t size, at;		/* of the bytes; of the local header */
	const unsigned char *name;
	size_t name_len;
	const unsigned char *next;
};

static size_t
two(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8;
}

static size_t
four(const unsigned char *p)
{
	return two(p) | two(p + 2) << 16;
}

static bool
has_mark(const unsigned char *p, size_t room, const unsigned char *mark,
    size_t need)
{
	return room >= need && memcmp(p, mark, 4) == 0;
}

static bool
read_central(const unsigned char *p, size_t room, struct central *c)
{
	size_t more;

	if (!has_mark(p, room, central_mark, CENTRAL_SIZE) ||
	    (two(p + 8) & 1) != 0 || two(p + 10) != 0 ||
	    four(p + 20) != four(p + 24))
		return false;
	more = two(p + 28) + two(p + 30) + two(p + 32);
	if (room - CENTRAL_SIZE < more)
		return false;
	*c = (struct central){ .size = four(p + 24), .at = four(p + 42),
	    .name = p + CENTRAL_SIZE, .name_len = two(p + 28),
	    .next = p + CENTRAL_SIZE + more };
	return true;
}

static bool
bytes_of(const unsigned char *zip, size_t room, const struct central *c,
    const void **data, size_t *n)
{
	const unsigned char *p = zip + c->at;
	size_t skip;

	if (c->at > room ||
	    !has_mark(p, room - c->at, local_mark, LOCAL_SIZE))
		return false;
	skip = LOCAL_SIZE + two(p + 26) + two(p + 28);
	if (skip > room - c->at || c->size > room - c->at - skip)
		return false;
	*data = p + skip;
	*n = c->size;
	return true;
}

bool
stored_find(const void *zip, size_t size, const char *name,
    const void **data, size_t *n)
{
	const unsigned char *z = zip, *end = z + size - END_SIZE, *p;
	struct central c;
	size_t count;

	if (size < END_SIZE || !has_mark(end, END_SIZE, end_mark, END_SIZE) ||
	    two(end + 20) != 0 || four(end + 16) > size - END_SIZE)
		return false;
	p = z + four(end + 16);
	for (count = two(end + 10); count > 0; count--, p = c.next) {
		if (!read_central(p, (size_t)(end - p), &c))
			return false;
		if (c.name_len == strlen(name) &&
		    memcmp(c.name, name, c.name_len) == 0)
			return bytes_of(z, size, &c, data, n);
	}
	return false;
}
