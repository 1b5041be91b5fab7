/*
 * replay: what a disk holds when the power goes.
 *
 * usage: replay --list LOG                        a line per record
 *        replay BASE LOG IMAGE RECORDS            the first RECORDS, in order
 *        replay BASE LOG IMAGE RECORDS SEED       ... and of what was written
 *            since the last flush any part: each block got there, or not
 *        replay BASE LOG IMAGE RECORDS none       ... none of that
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/torture/power/blocklog.h"

enum { BLOCK = 4096, CHUNK = 1 << 20 };

struct record {
	struct blocklog_head head;
	off_t at;			/* of its bytes, in the log */
};

struct replay {
	int log, image;
	struct record *records;
	size_t n;
	enum { ALL, PART, NONE } rest;	/* of what was not flushed */
	uint64_t random;
	char chunk[CHUNK];
};

static void
read_at(int fd, void *to, size_t n, off_t at)
{
	if (pread(fd, to, n, at) != (ssize_t)n)
		err(1, "read at %jd", (intmax_t)at);
}

/* A record that is not whole is not there: the disk was still being told. */
static void
read_log(struct replay *r, const char *path)
{
	struct blocklog_head h;
	off_t at = 0;

	r->log = open(path, O_RDONLY | O_CLOEXEC);
	if (r->log == -1)
		err(1, "%s", path);
	while (pread(r->log, &h, sizeof h, at) == (ssize_t)sizeof h) {
		if (h.size > CHUNK)
			errx(1, "%s: no log", path);
		r->records = reallocarray(r->records, r->n + 1,
		    sizeof *r->records);
		if (r->records == NULL)
			err(1, NULL);
		at += (off_t)sizeof h;
		r->records[r->n++] = (struct record){ h, at };
		at += (off_t)h.size;
	}
}

static void
list(struct replay *r)
{
	static const char kinds[] = {
		[BLOCKLOG_WRITE] = 'W', [BLOCKLOG_FLUSH] = 'F',
		[BLOCKLOG_MARK] = 'M',
	};

	for (size_t i = 0; i < r->n; i++) {
		const struct blocklog_head *h = &r->records[i].head;

		printf("%zu %c %" PRIu64 " %" PRIu64, i, kinds[h->kind],
		    h->offset, h->size);
		if (h->kind == BLOCKLOG_MARK) {
			read_at(r->log, r->chunk, h->size, r->records[i].at);
			printf(" %.*s", (int)strcspn(r->chunk, "\n"),
			    r->chunk);
		}
		putchar('\n');
	}
}

/* -------------------------------------------------------------- an image */

static void
put(struct replay *r, const char *data, size_t n, uint64_t at)
{
	if (pwrite(r->image, data, n, (off_t)at) != (ssize_t)n)
		err(1, "write the image");
}

static void
copy_range(struct replay *r, int from, off_t at, off_t end)
{
	size_t n;

	for (; at < end; at += (off_t)n) {
		n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		read_at(from, r->chunk, n, at);
		put(r, r->chunk, n, (uint64_t)at);
	}
}

static void
copy_base(struct replay *r, const char *base, const char *image)
{
	int from = open(base, O_RDONLY | O_CLOEXEC);
	struct stat st;
	off_t at = 0, end;

	if (from == -1 || fstat(from, &st) == -1)
		err(1, "%s", base);
	unlink(image);
	r->image = open(image, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (r->image == -1 || ftruncate(r->image, st.st_size) == -1)
		err(1, "%s", image);
	while ((at = lseek(from, at, SEEK_DATA)) != -1) {
		end = lseek(from, at, SEEK_HOLE);
		copy_range(r, from, at, end);
		at = end;
	}
	if (errno != ENXIO)
		err(1, "%s", base);
	close(from);
}

/* xorshift64*: the same images for the same seed, on any machine. */
static bool
lucky(struct replay *r)
{
	r->random ^= r->random >> 12;
	r->random ^= r->random << 25;
	r->random ^= r->random >> 27;
	return (r->random * UINT64_C(2685821657736338717)) >> 63 != 0;
}

static void
redo(struct replay *r, const struct record *w, bool flushed)
{
	const bool sure = flushed || r->rest == ALL;
	size_t n;

	if (!sure && r->rest == NONE)
		return;
	read_at(r->log, r->chunk, w->head.size, w->at);
	for (size_t i = 0; i < w->head.size; i += n) {
		n = w->head.size - i < BLOCK ? w->head.size - i : BLOCK;
		if (sure || lucky(r))
			put(r, r->chunk + i, n, w->head.offset + i);
	}
}

static void
make_image(struct replay *r, size_t records)
{
	size_t flushed = 0;

	if (records > r->n)
		errx(1, "the log has %zu records", r->n);
	for (size_t i = 0; i < records; i++)
		if (r->records[i].head.kind == BLOCKLOG_FLUSH)
			flushed = i;
	for (size_t i = 0; i < records; i++)
		if (r->records[i].head.kind == BLOCKLOG_WRITE)
			redo(r, &r->records[i], i < flushed);
}

int
main(int argc, char **argv)
{
	static struct replay r;

	if (argc == 3 && strcmp(argv[1], "--list") == 0) {
		read_log(&r, argv[2]);
		list(&r);
		return 0;
	}
	if (argc != 5 && argc != 6)
		errx(64, "usage: replay BASE LOG IMAGE RECORDS [SEED|none]");
	read_log(&r, argv[2]);
	copy_base(&r, argv[1], argv[3]);
	if (argc == 6) {
		r.rest = strcmp(argv[5], "none") == 0 ? NONE : PART;
		r.random = strtoull(argv[5], NULL, 10) *
		    UINT64_C(0x9e3779b97f4a7c15) + 1;
	}
	make_image(&r, strtoull(argv[4], NULL, 10));
	return 0;
}
