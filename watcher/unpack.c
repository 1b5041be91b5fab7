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
#include "watcher/container.h"
#include "watcher/laerr.h"
#include "watcher/member.h"
#include "watcher/package.h"
#include "watcher/source.h"
#include "watcher/tarstream.h"
#include "watcher/zipcheck.h"

enum { RATIO_FREE = 1 << 20 };		/* max_ratio does not look before it */

struct unpack {
	struct source *source;
	struct package_limits limits;
	struct members *members;
	struct findings *findings;
	struct container container;
	struct archive *archive;	/* NULL: a zip without members */
	struct tarstream *tar;		/* NULL: a zip */
	uint64_t at;			/* of a zip: place in the file */
	uint64_t unpacked;		/* content of all members so far */
	size_t next;			/* number of the next member */
	uint64_t got;			/* content of the current one so far */
	bool ended, spoiled;		/* the current one: read; not to be */
	bool finished;			/* there is no next one */
	bool dead;			/* nothing is to be read: told why */
	struct buf shown;
};

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

/* A dead stream has told why already, a source is asked by the caller. */
static int
refuse_archive(struct unpack *u)
{
	bool told = u->tar != NULL && tarstream_dead(u->tar);

	if (!told && source_fault(u->source) == SOURCE_FINE)
		laerr_tell(u->archive, u->findings,
		    u->next > 0 ? shown(u) : NULL);
	return die(u);
}

/* ------------------------------------------------- libarchive's callbacks */

static ssize_t
read_zip(struct archive *a, void *arg, const void **p)
{
	struct unpack *u = arg;
	ssize_t n = source_block(u->source, u->at, p);

	if (n == -1)
		archive_set_error(a, EIO, "read error");
	else
		u->at += (uint64_t)n;
	return n;
}

static int64_t
skip_zip(struct archive *a, void *arg, int64_t n)
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
seek_zip(struct archive *a, void *arg, int64_t to, int whence)
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

static ssize_t
read_tar(struct archive *a, void *arg, const void **p)
{
	struct unpack *u = arg;
	ssize_t n = tarstream_block(u->tar, p);

	if (n == -1)
		archive_set_error(a, EIO, "refused");
	return n;
}

/* ------------------------------------------------------ opening, rewinding */

static int
open_zip(struct unpack *u)
{
	if (u->members->n == 0)
		return 0;
	u->archive = laerr_new();
	archive_read_set_callback_data(u->archive, u);
	archive_read_set_read_callback(u->archive, read_zip);
	archive_read_set_skip_callback(u->archive, skip_zip);
	archive_read_set_seek_callback(u->archive, seek_zip);
	if (archive_read_support_format_zip_seekable(u->archive) !=
	    ARCHIVE_OK || archive_read_open1(u->archive) != ARCHIVE_OK)
		return refuse_archive(u);
	return 0;
}

static int
open_tar(struct unpack *u)
{
	members_reset(u->members);
	u->tar = tarstream_open(u->source, &u->container, &u->limits,
	    u->members, u->findings);
	if (u->tar == NULL)
		return die(u);
	u->archive = laerr_new();
	archive_read_set_callback_data(u->archive, u);
	archive_read_set_read_callback(u->archive, read_tar);
	if (archive_read_support_format_tar(u->archive) != ARCHIVE_OK ||
	    archive_read_open1(u->archive) != ARCHIVE_OK)
		return refuse_archive(u);
	return 0;
}

static void
close_archives(struct unpack *u)
{
	if (u->archive != NULL)
		archive_read_free(u->archive);
	tarstream_free(u->tar);
	u->archive = NULL;
	u->tar = NULL;
}

int
unpack_rewind(struct unpack *u)
{
	if (u->dead)
		return -1;
	close_archives(u);
	u->at = u->unpacked = u->got = 0;
	u->next = 0;
	u->finished = u->ended = u->spoiled = false;
	return u->container.zip ? open_zip(u) : open_tar(u);
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
	if (container_of(s, &u->container, f) == -1 || (u->container.zip &&
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

	if (u->tar != NULL)
		do {
			n = tarstream_block(u->tar, &p);
		} while (n > 0);
	if (n == -1)
		return die(u);
	if (u->next != u->members->n)
		return refuse(u, F_PACKAGE_LAYOUT,
		    "two ways of reading find different entries");
	u->finished = true;
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
	if (u->tar == NULL)
		return true;
	name = archive_entry_pathname(e);
	/* No name: bytes that are no text; a NUL: it sees the part before. */
	return name == NULL || strlen(m->name) < m->name_len ||
	    strcmp(name, m->name) == 0;
}

/*
 * libarchive warns of names it cannot convert.  A package with such a name is
 * refused for it by those who judge names, and they say it better.
 */
static bool
is_ascii(const struct member *m)
{
	for (size_t i = 0; i < m->name_len; i++)
		if ((unsigned char)m->name[i] >= 0x80)
			return false;
	return true;
}

int
unpack_next(struct unpack *u, const struct member **m)
{
	struct archive_entry *e;
	int rc;

	if (u->archive == NULL || u->finished)
		return 0;
	if (u->dead || (u->tar != NULL && u->next > 0 &&
	    drain(u) == -1 && u->dead))
		return -1;
	u->ended = u->spoiled = false;
	u->got = 0;
	rc = archive_read_next_header(u->archive, &e);
	if (rc == ARCHIVE_EOF)
		return u->dead ? -1 : finish(u);
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		return refuse_archive(u);
	if (u->next >= u->members->n)
		return refuse(u, F_PACKAGE_LAYOUT,
		    "two ways of reading find different entries");
	*m = &u->members->v[u->next++];
	if (rc == ARCHIVE_WARN && is_ascii(*m))
		return refuse_archive(u);
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
	if (u->tar == NULL)
		return current(u)->packed;
	return u->container.filter != NULL ? tarstream_packed(u->tar) : u->got;
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
		return refuse_archive(u);
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
