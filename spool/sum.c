#include "spool/sum.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/mem.h"

enum { CHUNK = 256 * 1024 };

struct sum {
	struct digest *digest;
	char *chunk;
};

struct sum *
sum_new(void)
{
	struct sum *s = mem_alloc(sizeof *s);

	s->digest = digest_new();
	s->chunk = mem_resize(NULL, CHUNK);
	return s;
}

void
sum_free(struct sum *s)
{
	if (s == NULL)
		return;
	digest_free(s->digest);
	free(s->chunk);
	free(s);
}

int
sum_file(struct sum *s, int fd, uint64_t most, char hex[DIGEST_HEX + 1],
    uint64_t *size)
{
	int fault = 0;
	ssize_t n;

	digest_begin(s->digest);
	*size = 0;
	while (fault == 0 && *size < most) {
		n = pread(fd, s->chunk, most - *size < CHUNK ?
		    (size_t)(most - *size) : CHUNK, (off_t)*size);
		if (n == 0)
			break;
		if (n == -1) {
			fault = errno == EINTR ? 0 : errno;
			continue;
		}
		digest_add(s->digest, s->chunk, (size_t)n);
		*size += (uint64_t)n;
	}
	digest_end_hex(s->digest, hex);
	errno = fault;
	return fault == 0 ? 0 : -1;
}

void
sum_text(struct sum *s, const void *p, size_t n, char hex[DIGEST_HEX + 1])
{
	digest_begin(s->digest);
	digest_add(s->digest, p, n);
	digest_end_hex(s->digest, hex);
}
