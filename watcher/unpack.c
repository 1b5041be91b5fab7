#include "watcher/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/member.h"
#include "watcher/package.h"
#include "watcher/source.h"
#include "watcher/tarcheck.h"
#include "watcher/zipcheck.h"

enum {
	SNIFF = 512,			/* a tar header */
	TAR_MAGIC_AT = 257,
	RATIO_FREE = 1 << 20,		/* max_ratio does not look before it */
	/* What a tar may hold besides content: headers, zeros at its end. */
	TAR_EXTRA = 1 << 20, TAR_EXTRA_ENTRY = 8 * 1024,
};

struct unpack {
	struct source *source;
	struct package_limits limits;
	struct members *members;
	struct findings *findings;
	const struct container *container;
	struct archive *outer;		/* the filter of a tar, or NULL */
	struct archive *archive;	/* NULL while there is nothing to read */
	struct tarcheck *tarcheck;	/* NULL for a zip */
	uint64_t at;			/* libarchive's place in the file */
	uint64_t stream;		/* bytes of the tar so far */
	bool stream_ended;
	uint64_t unpacked;		/* content of all members so far */
	size_t next;			/* number of the next member */
	uint64_t got;			/* content of the current one so far */
	bool ended, spoiled;		/* the current one: read; not to be */
	bool dead;			/* nothing is: a finding says why */
	struct buf shown;
};

static const struct container {
	const char *magic;
	size_t at, len;
	int (*filter)(struct archive *);	/* NULL: none */
	bool zip;
} containers[] = {
	{ "PK\3\4", 0, 4, NULL, true },
	{ "PK\5\6", 0, 4, NULL, true },		/* without members */
	{ "PK\7\10", 0, 4, NULL, true },	/* a split one */
	{ "\x1f\x8b", 0, 2, archive_read_support_filter_gzip, false },
	{ "\x28\xb5\x2f\xfd", 0, 4, archive_read_support_filter_zstd, false },
	{ "\xfd" "7zXZ", 0, 6, archive_read_support_filter_xz, false },
	{ "ustar", TAR_MAGIC_AT, 5, NULL, false },
};
/* A zip with something before it, and a tar as old as V7, have no magic. */
static const struct container late_zip = { .zip = true }, old_tar = { 0 };

/* All that refuses returns -1, so that `return refuse(...)` reads. */
static int
refuse(struct unpack *u, enum finding_code code, const char *what)
{
	findings_add(u->findings, code, NULL, 0, NULL, "%s", what);
	u->dead = true;
	return -1;
}

static int
die(struct unpack *u)
{
	u->dead = true;
	return -1;
}

static const struct member *
current(const struct unpack *u)
{
	return &u->members->v[u->next - 1];
}

static const char *
shown(struct unpack *u)
{
	const struct member *m = current(u);

	buf_reset(&u->shown);
	member_show(&u->shown, m->name, m->name_len);
	return buf_text(&u->shown);
}

/* A second reading finds the same again: once is enough. */
static bool
known(const struct findings *f, enum finding_code code, const char *file)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].code == code && f->v[i].file != NULL &&
		    strcmp(f->v[i].file, file) == 0)
			return true;
	return false;
}

static int
refuse_member(struct unpack *u, enum finding_code code, const char *what)
{
	const char *file = shown(u);

	if (!known(u->findings, code, file))
		findings_add(u->findings, code, file, 0, NULL, "%s", what);
	u->spoiled = true;
	return -1;
}

/* What libarchive says is for people; only "truncated" is for us. */
static int
refuse_archive(struct unpack *u, struct archive *a)
{
	const char *text = archive_error_string(a);
	struct buf b = { 0 };

	if (u->dead || source_fault(u->source) != SOURCE_FINE)
		return die(u);
	if (text == NULL)
		text = "";
	member_show(&b, text, strlen(text));
	findings_add(u->findings, strcasestr(text, "truncated") != NULL ?
	    F_PACKAGE_TRUNCATED : F_PACKAGE_UNREADABLE,
	    u->next > 0 ? shown(u) : NULL, 0, NULL,
	    "the bytes are damaged (%s)", buf_text(&b));
	buf_free(&b);
	return die(u);
}

/* ------------------------------------------------- libarchive's callbacks */

static ssize_t
file_block(struct unpack *u, const void **p)
{
	ssize_t n = source_block(u->source, u->at, p);

	if (n > 0)
		u->at += (uint64_t)n;
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

static int64_t
skip_file(struct archive *a, void *arg, int64_t n)
{
	struct unpack *u = arg;
	uint64_t rest = source_size(u->source) - u->at;

	(void)a;
	if (n < 0)
		return 0;
	if ((uint64_t)n > rest)
		n = (int64_t)rest;
	u->at += (uint64_t)n;
	return n;
}

static int64_t
seek_file(struct archive *a, void *arg, int64_t to, int whence)
{
	struct unpack *u = arg;
	int64_t size = (int64_t)source_size(u->source);

	if (whence == SEEK_CUR)
		to += (int64_t)u->at;
	else if (whence == SEEK_END)
		to += size;
	if (to < 0 || to > size) {
		archive_set_error(a, EIO, "seek error");
		return ARCHIVE_FATAL;
	}
	u->at = (uint64_t)to;
	return to;
}

/* Behind the filter's last byte the file must end too. */
static int
check_filter_end(struct unpack *u)
{
	if (u->outer != NULL && (uint64_t)archive_filter_bytes(u->outer, -1) !=
	    source_size(u->source))
		return refuse(u, F_PACKAGE_LAYOUT,
		    "bytes follow the end of the compressed tar");
	return 0;
}

static ssize_t
filtered_block(struct unpack *u, const void **p)
{
	size_t n = 0;
	la_int64_t offset;
	int rc;

	do {
		rc = archive_read_data_block(u->outer, p, &n, &offset);
	} while (rc == ARCHIVE_OK && n == 0);
	if (rc == ARCHIVE_EOF)
		return 0;
	return rc == ARCHIVE_OK ? (ssize_t)n : refuse_archive(u, u->outer);
}

static int
end_stream(struct unpack *u)
{
	if (u->stream_ended)
		return 0;
	u->stream_ended = true;
	if (check_filter_end(u) == -1)
		return -1;
	return tarcheck_end(u->tarcheck) == -1 ? die(u) : 0;
}

static bool
stream_too_long(const struct unpack *u)
{
	const struct package_limits *l = &u->limits;

	return u->stream > TAR_EXTRA && u->stream - TAR_EXTRA >
	    l->max_unpacked + l->max_entries * TAR_EXTRA_ENTRY;
}

/* The next bytes of the tar: how many, 0 at its end, or -1. */
static ssize_t
tar_block(struct unpack *u, const void **p)
{
	ssize_t n;

	if (u->dead)
		return -1;
	n = u->outer != NULL ? filtered_block(u, p) : file_block(u, p);
	if (n <= 0)
		return n == 0 ? end_stream(u) : die(u);
	u->stream += (uint64_t)n;
	if (stream_too_long(u))
		return refuse(u, F_PACKAGE_BOMB,
		    "the tar is longer than [packages] max-unpacked allows");
	if (tarcheck_feed(u->tarcheck, *p, (size_t)n) == -1)
		return die(u);
	return n;
}

static ssize_t
read_tar(struct archive *a, void *arg, const void **p)
{
	ssize_t n = tar_block(arg, p);

	if (n == -1)
		archive_set_error(a, EIO, "refused");
	return n;
}

/* ------------------------------------------------------- opening, rewinding */

static bool
is_old_tar(const unsigned char *p, size_t n)
{
	struct members none = { 0 };
	struct findings deaf = { .n = FINDINGS_MAX };
	struct tarcheck *t = tarcheck_new(1, &none, &deaf);
	bool is = n == SNIFF && p[0] != '\0' &&
	    tarcheck_feed(t, p, SNIFF) == 0;

	tarcheck_free(t);
	members_free(&none);
	return is;
}

static const struct container *
recognize(struct source *s, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
		const struct container *c = &containers[i];

		if (c->at + c->len <= n &&
		    memcmp(p + c->at, c->magic, c->len) == 0)
			return c;
	}
	if (zipcheck_ends(s))
		return &late_zip;
	return is_old_tar(p, n) ? &old_tar : NULL;
}

static int
sniff(struct unpack *u)
{
	unsigned char head[SNIFF];
	uint64_t size = source_size(u->source);
	size_t n = size < SNIFF ? (size_t)size : SNIFF;

	if (n == 0)
		return refuse(u, F_PACKAGE_TRUNCATED, "the file is empty");
	if (source_copy(u->source, 0, head, n) == -1)
		return -1;
	u->container = recognize(u->source, head, n);
	if (source_fault(u->source) != SOURCE_FINE)
		return -1;
	if (u->container == NULL)
		return refuse(u, F_PACKAGE_FORMAT, "neither a zip nor a tar");
	return 0;
}

static int
open_with(struct unpack *u, struct archive *a, archive_read_callback *read)
{
	archive_read_set_callback_data(a, u);
	archive_read_set_read_callback(a, read);
	return archive_read_open1(a) == ARCHIVE_OK ? 0 : refuse_archive(u, a);
}

static struct archive *
fresh(void)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		mem_exhausted();
	return a;
}

static int
open_zip(struct unpack *u)
{
	if (u->members->n == 0)
		return 0;
	u->archive = fresh();
	if (archive_read_support_format_zip_seekable(u->archive) != ARCHIVE_OK)
		return refuse_archive(u, u->archive);
	archive_read_set_skip_callback(u->archive, skip_file);
	archive_read_set_seek_callback(u->archive, seek_file);
	return open_with(u, u->archive, read_file);
}

static int
open_filter(struct unpack *u)
{
	struct archive_entry *entry;
	int rc;

	u->outer = fresh();
	if (u->container->filter(u->outer) != ARCHIVE_OK ||
	    archive_read_support_format_raw(u->outer) != ARCHIVE_OK)
		return refuse_archive(u, u->outer);
	if (open_with(u, u->outer, read_file) == -1)
		return -1;
	/* The filter itself, and the file as the last one. */
	if (archive_filter_count(u->outer) != 2)
		return refuse(u, F_PACKAGE_FORMAT,
		    "compressed more than once");
	rc = archive_read_next_header(u->outer, &entry);
	return rc == ARCHIVE_OK ? 0 : refuse_archive(u, u->outer);
}

static int
open_tar(struct unpack *u)
{
	if (u->tarcheck == NULL)
		u->tarcheck = tarcheck_new(u->limits.max_entries, u->members,
		    u->findings);
	tarcheck_begin(u->tarcheck);
	if (u->container->filter != NULL && open_filter(u) == -1)
		return -1;
	u->archive = fresh();
	if (archive_read_support_format_tar(u->archive) != ARCHIVE_OK)
		return refuse_archive(u, u->archive);
	return open_with(u, u->archive, read_tar);
}

static void
close_archives(struct unpack *u)
{
	if (u->archive != NULL)
		archive_read_free(u->archive);
	if (u->outer != NULL)
		archive_read_free(u->outer);
	u->archive = u->outer = NULL;
}

int
unpack_rewind(struct unpack *u)
{
	if (u->dead)
		return -1;
	close_archives(u);
	u->at = u->stream = u->unpacked = u->got = 0;
	u->next = 0;
	u->stream_ended = u->ended = u->spoiled = false;
	return u->container->zip ? open_zip(u) : open_tar(u);
}

struct unpack *
unpack_open(struct source *s, const struct package_limits *limits,
    struct members *l, struct findings *f)
{
	struct unpack *u = mem_alloc(sizeof *u);

	u->source = s;
	u->limits = *limits;
	if (u->limits.max_ratio == 0)
		u->limits.max_ratio = 1;
	u->members = l;
	u->findings = f;
	if (sniff(u) == -1 || (u->container->zip &&
	    zipcheck(s, limits->max_entries, l, f) == -1) ||
	    unpack_rewind(u) == -1) {
		unpack_free(u);
		return NULL;
	}
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	close_archives(u);
	tarcheck_free(u->tarcheck);
	buf_free(&u->shown);
	free(u);
}

/* ----------------------------------------------------------------- reading */

/* Read on to the member's end, so that nothing goes by uncounted. */
static int
drain(struct unpack *u)
{
	const void *p;
	size_t n;
	int rc;

	do {
		rc = unpack_read(u, &p, &n);
	} while (rc == 1);
	return rc;
}

/* After libarchive's last member: no other, and of a tar only zeros. */
static int
finish(struct unpack *u)
{
	const void *p;
	ssize_t n = 0;

	if (u->tarcheck != NULL)
		do {
			n = tar_block(u, &p);
		} while (n > 0);
	if (n == -1)
		return -1;
	if (u->next != u->members->n)
		return refuse(u, F_PACKAGE_LAYOUT,
		    "two ways of reading find different entries");
	return 0;
}

/*
 * libarchive's view of a member that is going to be read.  Of a tar it has
 * the name by its own rules; of a zip zipcheck has compared the bytes.
 */
static bool
agrees(const struct unpack *u, struct archive_entry *e, const struct member *m)
{
	const char *name;

	if (m->type != MEMBER_FILE)
		return true;
	if (archive_entry_filetype(e) != AE_IFREG ||
	    archive_entry_hardlink(e) != NULL ||
	    archive_entry_sparse_count(e) > 0 ||
	    (archive_entry_size_is_set(e) &&
	    (uint64_t)archive_entry_size(e) != m->size))
		return false;
	if (u->tarcheck == NULL)
		return true;
	name = archive_entry_pathname(e);
	/* No name: bytes that are no text; a NUL: it sees less than is there. */
	return name == NULL || strlen(m->name) < m->name_len ||
	    strcmp(name, m->name) == 0;
}

int
unpack_next(struct unpack *u, const struct member **m)
{
	struct archive_entry *e;
	int rc;

	if (u->dead || (u->tarcheck != NULL && u->next > 0 &&
	    drain(u) == -1 && u->dead))
		return -1;
	if (u->archive == NULL)
		return 0;
	u->ended = u->spoiled = false;
	u->got = 0;
	rc = archive_read_next_header(u->archive, &e);
	if (rc == ARCHIVE_EOF)
		return u->dead ? -1 : finish(u);
	/* It warns of names it cannot convert; those are judged by others. */
	if (rc != ARCHIVE_OK && (rc != ARCHIVE_WARN ||
	    archive_entry_pathname(e) != NULL))
		return refuse_archive(u, u->archive);
	if (u->next >= u->members->n)
		return refuse(u, F_PACKAGE_LAYOUT,
		    "two ways of reading find different entries");
	*m = &u->members->v[u->next++];
	if (!agrees(u, e, *m)) {
		refuse_member(u, F_PACKAGE_LAYOUT,
		    "two ways of reading see this entry differently");
		return die(u);
	}
	return 1;
}

/* What the member's bytes so far have taken in the file. */
static uint64_t
packed(const struct unpack *u)
{
	if (u->tarcheck == NULL)
		return current(u)->packed;
	if (u->outer == NULL)
		return u->got;
	return (uint64_t)archive_filter_bytes(u->outer, -1);
}

static bool
over_ratio(const struct unpack *u)
{
	return u->got > RATIO_FREE &&
	    (u->got - 1) / u->limits.max_ratio >= packed(u);
}

static int
count(struct unpack *u, size_t n)
{
	u->got += n;
	u->unpacked += n;
	if (u->unpacked > u->limits.max_unpacked) {
		refuse_member(u, F_PACKAGE_TOO_LARGE,
		    "with it the package unpacks to more than max-unpacked");
		return die(u);
	}
	if (over_ratio(u)) {
		refuse_member(u, F_PACKAGE_BOMB,
		    "unpacks to more than max-ratio times its bytes");
		return die(u);
	}
	if (u->got > current(u)->size) {
		refuse_member(u, F_PACKAGE_BOMB,
		    "unpacks to more than its header says");
		return die(u);
	}
	return 0;
}

static int
end_member(struct unpack *u)
{
	u->ended = true;
	if (u->got == current(u)->size)
		return 0;
	return refuse_member(u, F_PACKAGE_LAYOUT,
	    "unpacks to less than its header says");
}

static int
refuse_data(struct unpack *u, int rc)
{
	if (rc != ARCHIVE_WARN)
		return refuse_archive(u, u->archive);
	/* The CRC, or a length: the next member can still be read. */
	return refuse_member(u, F_PACKAGE_UNREADABLE,
	    "the bytes are damaged (they do not give the sum in its header)");
}

int
unpack_read(struct unpack *u, const void **p, size_t *n)
{
	la_int64_t offset = 0;
	int rc;

	if (u->dead || u->spoiled)
		return -1;
	if (u->ended)
		return 0;
	do {
		rc = archive_read_data_block(u->archive, p, n, &offset);
	} while (rc == ARCHIVE_OK && *n == 0);
	if (rc == ARCHIVE_EOF)
		return end_member(u);
	if (rc != ARCHIVE_OK)
		return refuse_data(u, rc);
	if ((uint64_t)offset != u->got) {
		refuse_member(u, F_PACKAGE_FORMAT, "a file with holes");
		return die(u);
	}
	return count(u, *n) == -1 ? -1 : 1;
}
