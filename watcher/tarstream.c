#include "watcher/tarstream.h"

#include <archive.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/container.h"
#include "watcher/crc.h"
#include "watcher/laerr.h"
#include "watcher/package.h"
#include "watcher/source.h"
#include "watcher/tarcheck.h"

/* What a tar may hold besides content: headers, and zeros at its end. */
enum { EXTRA = 1 << 20, EXTRA_ENTRY = 8 * 1024 };

enum { GZIP_TRAILER = 8 };		/* CRC and length */

struct tarstream {
	struct source *source;
	struct findings *findings;
	uint64_t most;			/* bytes of the tar */
	struct archive *filter;		/* NULL when there is none */
	struct tarcheck *check;
	uint64_t at;			/* place in the file */
	uint64_t got;			/* bytes of the tar so far */
	bool ended, dead;
	bool gzip;
	uint32_t crc, crc_table[CRC_TABLE];	/* of gzip */
};

static int
die(struct tarstream *t)
{
	t->dead = true;
	return -1;
}

static int
refuse(struct tarstream *t, enum finding_code code, const char *what)
{
	findings_add(t->findings, code, NULL, 0, NULL, "%s", what);
	return die(t);
}

static int
refuse_filter(struct tarstream *t)
{
	if (source_fault(t->source) == SOURCE_FINE)
		laerr_tell(t->filter, t->findings, NULL);
	return die(t);
}

static ssize_t
file_block(struct tarstream *t, const void **p)
{
	ssize_t n = source_block(t->source, t->at, p);

	if (n > 0)
		t->at += (uint64_t)n;
	return n;
}

static ssize_t
read_file(struct archive *a, void *arg, const void **p)
{
	ssize_t n = file_block(arg, p);

	if (n == -1)
		archive_set_error(a, EIO, "read error");
	return n;
}

static int
open_filter(struct tarstream *t, int (*filter)(struct archive *))
{
	struct archive_entry *entry;

	t->filter = laerr_new();
	archive_read_set_callback_data(t->filter, t);
	archive_read_set_read_callback(t->filter, read_file);
	if (filter(t->filter) != ARCHIVE_OK ||
	    archive_read_support_format_raw(t->filter) != ARCHIVE_OK ||
	    archive_read_open1(t->filter) != ARCHIVE_OK)
		return refuse_filter(t);
	/* The one filter, and the file as the last. */
	if (archive_filter_count(t->filter) != 2)
		return refuse(t, F_PACKAGE_FORMAT, "compressed more than once");
	if (archive_read_next_header(t->filter, &entry) != ARCHIVE_OK)
		return refuse_filter(t);
	return 0;
}

static uint64_t
most_bytes(const struct package_limits *l)
{
	uint64_t extra = EXTRA + l->max_entries * EXTRA_ENTRY;

	return l->max_unpacked > UINT64_MAX - extra ? UINT64_MAX :
	    l->max_unpacked + extra;
}

struct tarstream *
tarstream_open(struct source *s, const struct container *c,
    const struct package_limits *limits, struct members *l,
    struct findings *f)
{
	struct tarstream *t = mem_alloc(sizeof *t);

	t->source = s;
	t->findings = f;
	t->most = most_bytes(limits);
	t->check = tarcheck_new(limits->max_entries, l, f);
	t->gzip = c->gzip;
	if (t->gzip)
		crc_table(t->crc_table);
	if (c->filter != NULL && open_filter(t, c->filter) == -1) {
		tarstream_free(t);
		return NULL;
	}
	return t;
}

void
tarstream_free(struct tarstream *t)
{
	if (t == NULL)
		return;
	if (t->filter != NULL)
		archive_read_free(t->filter);
	tarcheck_free(t->check);
	free(t);
}

bool
tarstream_dead(const struct tarstream *t)
{
	return t->dead;
}

static ssize_t
filtered_block(struct tarstream *t, const void **p)
{
	la_int64_t offset;
	size_t n = 0;
	int rc;

	do {
		rc = archive_read_data_block(t->filter, p, &n, &offset);
	} while (rc == ARCHIVE_OK && n == 0);
	if (rc == ARCHIVE_EOF)
		return 0;
	return rc == ARCHIVE_OK ? (ssize_t)n : refuse_filter(t);
}

uint64_t
tarstream_packed(const struct tarstream *t)
{
	return t->filter != NULL ?
	    (uint64_t)archive_filter_bytes(t->filter, -1) : 0;
}

static uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* One gzip of the whole tar, not one behind the other: its sum is known. */
static int
check_gzip(struct tarstream *t)
{
	unsigned char trailer[GZIP_TRAILER];
	uint64_t size = source_size(t->source);

	if (size < GZIP_TRAILER || source_copy(t->source,
	    size - GZIP_TRAILER, trailer, GZIP_TRAILER) == -1)
		return die(t);
	if (le32(trailer) != t->crc || le32(trailer + 4) != (uint32_t)t->got)
		return refuse(t, F_PACKAGE_UNREADABLE,
		    "the bytes are damaged, or several gzips lie one behind "
		    "the other (gzip's sum is another)");
	return 0;
}

static int
end(struct tarstream *t)
{
	if (t->ended)
		return 0;
	t->ended = true;
	if (t->filter != NULL && tarstream_packed(t) != source_size(t->source))
		return refuse(t, F_PACKAGE_LAYOUT,
		    "bytes follow the end of the compressed tar");
	if (t->gzip && check_gzip(t) == -1)
		return -1;
	return tarcheck_end(t->check) == 0 ? 0 : die(t);
}

ssize_t
tarstream_block(struct tarstream *t, const void **p)
{
	ssize_t n;

	if (t->dead)
		return -1;
	n = t->filter != NULL ? filtered_block(t, p) : file_block(t, p);
	if (n == 0)
		return end(t);
	if (n == -1)
		return die(t);
	t->got += (uint64_t)n;
	if (t->gzip)
		t->crc = crc_add(t->crc_table, t->crc, *p, (size_t)n);
	if (t->got > t->most)
		return refuse(t, F_PACKAGE_BOMB,
		    "the tar is longer than max-unpacked allows");
	return tarcheck_feed(t->check, *p, (size_t)n) == 0 ? n : die(t);
}
