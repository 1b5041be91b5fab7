#include "watcher/tarstream.h"

#include <archive.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/container.h"
#include "watcher/laerr.h"
#include "watcher/package.h"
#include "watcher/source.h"
#include "watcher/tarcheck.h"

/* What a tar may hold besides content: headers, and zeros at its end. */
enum { EXTRA = 1 << 20, EXTRA_ENTRY = 8 * 1024 };

struct tarstream {
	struct source *source;
	struct findings *findings;
	uint64_t most;			/* bytes of the tar */
	struct archive *filter;		/* NULL when there is none */
	struct tarcheck *check;
	uint64_t at;			/* place in the file */
	uint64_t got;			/* bytes of the tar so far */
	bool ended, dead;
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

static int
end(struct tarstream *t)
{
	if (t->ended)
		return 0;
	t->ended = true;
	if (t->filter != NULL && tarstream_packed(t) != source_size(t->source))
		return refuse(t, F_PACKAGE_LAYOUT,
		    "bytes follow the end of the compressed tar");
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
	if (t->got > t->most)
		return refuse(t, F_PACKAGE_BOMB,
		    "the tar is longer than max-unpacked allows");
	return tarcheck_feed(t->check, *p, (size_t)n) == 0 ? n : die(t);
}
