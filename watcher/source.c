#include "watcher/source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/mem.h"

struct source {
	int fd;
	uint64_t size;
	struct timespec modified;	/* both as they were at the start */
	enum source_fault fault;
	unsigned char *block;		/* SOURCE_BLOCK of room, or size */
	uint64_t at;			/* the block holds at ... at + len */
	size_t len;
	struct digest *digest;
	uint64_t hashed;		/* all bytes before this one */
	char sha256[DIGEST_HEX + 1];	/* "" while it is not known */
};

struct source *
source_open(int fd, enum source_fault *fault)
{
	struct source *s;
	struct stat st;

	if (fstat(fd, &st) == -1) {
		*fault = SOURCE_IO;
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		*fault = SOURCE_NOT_A_FILE;
		return NULL;
	}
	s = mem_alloc(sizeof *s);
	s->fd = fd;
	s->size = (uint64_t)st.st_size;
	s->modified = st.st_mtim;
	s->digest = digest_new();
	*fault = SOURCE_FINE;
	return s;
}

void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	digest_free(s->digest);
	free(s->block);
	free(s);
}

uint64_t
source_size(const struct source *s)
{
	return s->size;
}

enum source_fault
source_fault(const struct source *s)
{
	return s->fault;
}

static int
fail(struct source *s, enum source_fault fault)
{
	s->fault = fault;
	return -1;
}

static int
fetch(struct source *s, uint64_t at, unsigned char *p, size_t n)
{
	ssize_t got;

	while (n > 0) {
		got = pread(s->fd, p, n, (off_t)at);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return fail(s, SOURCE_IO);
		if (got == 0)
			return fail(s, SOURCE_CHANGED);
		p += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return 0;
}

/* Hash those of the bytes that carry on where the hash stands. */
static void
hash_along(struct source *s, uint64_t at, const unsigned char *p, size_t n)
{
	size_t known;

	if (at > s->hashed || at + n <= s->hashed)
		return;
	known = (size_t)(s->hashed - at);
	digest_add(s->digest, p + known, n - known);
	s->hashed = at + n;
}

static bool
holds(const struct source *s, uint64_t at)
{
	return s->block != NULL && at >= s->at && at - s->at < s->len;
}

static int
load(struct source *s, uint64_t at)
{
	bool whole = s->size <= SOURCE_BLOCK;
	uint64_t from = whole ? 0 : at;
	size_t n = SOURCE_BLOCK;

	if (s->size - from < n)
		n = (size_t)(s->size - from);
	if (s->block == NULL)
		s->block = mem_resize(NULL, whole ? n : SOURCE_BLOCK);
	s->len = 0;
	if (fetch(s, from, s->block, n) == -1)
		return -1;
	s->at = from;
	s->len = n;
	hash_along(s, from, s->block, n);
	return 0;
}

ssize_t
source_block(struct source *s, uint64_t at, const void **p)
{
	size_t skip, n;

	if (s->fault != SOURCE_FINE)
		return -1;
	if (at >= s->size)
		return 0;
	if (!holds(s, at) && load(s, at) == -1)
		return -1;
	skip = (size_t)(at - s->at);
	n = s->len - skip;
	hash_along(s, at, s->block + skip, n);
	*p = s->block + skip;
	return (ssize_t)n;
}

int
source_copy(struct source *s, uint64_t at, void *to, size_t n)
{
	if (s->fault != SOURCE_FINE)
		return -1;
	if (s->size <= SOURCE_BLOCK && s->block == NULL && n > 0 &&
	    load(s, at) == -1)
		return -1;
	if (holds(s, at) && s->len - (size_t)(at - s->at) >= n)
		memcpy(to, s->block + (at - s->at), n);
	else if (fetch(s, at, to, n) == -1)
		return -1;
	hash_along(s, at, to, n);
	return 0;
}

static bool
as_before(const struct source *s)
{
	struct stat st;

	return fstat(s->fd, &st) == 0 && (uint64_t)st.st_size == s->size &&
	    st.st_mtim.tv_sec == s->modified.tv_sec &&
	    st.st_mtim.tv_nsec == s->modified.tv_nsec;
}

void
source_told(struct source *s, const char *sha256)
{
	snprintf(s->sha256, sizeof s->sha256, "%s", sha256);
	s->hashed = s->size;
}

int
source_hash(struct source *s, char sha256[DIGEST_HEX + 1])
{
	const void *p;

	while (s->hashed < s->size)
		if (source_block(s, s->hashed, &p) == -1)
			return -1;
	if (s->fault != SOURCE_FINE)
		return -1;
	if (!as_before(s))
		return fail(s, SOURCE_CHANGED);
	if (s->sha256[0] == '\0')
		digest_end_hex(s->digest, s->sha256);
	memcpy(sha256, s->sha256, sizeof s->sha256);
	return 0;
}
