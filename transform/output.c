#include "transform/output.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/digest.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"

enum { FILE_MODE = 0640, DIR_MODE = 0750 };

struct output {
	struct arena *arena;
	const char *from;		/* in the worker's folder */
	const char *zip_name;		/* {key}.zip, or NULL: a folder */
	int dir, fd;			/* the folder; the file or zip */
	struct archive *zip;
	struct digest *digest;		/* of the file under way */
	struct digest *whole;		/* of the zip */
	uint64_t whole_size;
	struct err *err;		/* of the write callback */
	struct made_file *files;
	size_t n_files, cap_files;
	size_t at;			/* the file under way */
};

/* ------------------------------------------------------------------ zip */

static la_ssize_t
write_zip(struct archive *a, void *arg, const void *data, size_t n)
{
	struct output *o = arg;
	struct err e;

	digest_add(o->whole, data, n);
	o->whole_size += n;
	if (fsx_write(o->fd, data, n, o->err != NULL ? o->err : &e) == -1) {
		archive_set_error(a, EIO, "write");
		return -1;
	}
	return (la_ssize_t)n;
}

static int
zip_failed(struct output *o, struct err *e)
{
	return e->kind != ERR_NONE ? -1 : err_set(e, ERR_SYSTEM,
	    "write zip: %s", archive_error_string(o->zip));
}

static int
zip_begin(struct output *o, struct err *e)
{
	o->whole = digest_new();
	o->zip = archive_write_new();
	if (o->zip == NULL)
		mem_exhausted();
	o->err = e;
	e->kind = ERR_NONE;
	if (archive_write_set_format_zip(o->zip) != ARCHIVE_OK ||
	    archive_write_zip_set_compression_store(o->zip) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(o->zip, 1) != ARCHIVE_OK ||
	    archive_write_open(o->zip, o, NULL, write_zip, NULL) !=
	    ARCHIVE_OK)
		return zip_failed(o, e);
	return 0;
}

static int
zip_open_entry(struct output *o, const char *name, uint64_t size,
    struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	int rc;

	if (entry == NULL)
		mem_exhausted();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, FILE_MODE);
	archive_entry_set_size(entry, (la_int64_t)size);
	o->err = e;
	e->kind = ERR_NONE;
	rc = archive_write_header(o->zip, entry);
	archive_entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : zip_failed(o, e);
}

/* --------------------------------------------------------------------- */

struct output *
output_new(int work, const char *from, const char *key, bool zip,
    struct arena *arena, struct err *e)
{
	struct output *o = mem_alloc(sizeof *o);

	*o = (struct output){ .arena = arena, .dir = -1, .fd = -1,
	    .from = arena_fmt(arena, "%s%s", from, zip ? ".zip" : ""),
	    .zip_name = zip ? arena_fmt(arena, "%s.zip", key) : NULL,
	    .digest = digest_new() };
	if (zip) {
		o->fd = openat(work, o->from, O_WRONLY | O_CREAT | O_EXCL |
		    O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
		if (o->fd == -1)
			err_sys(e, "create %s", o->from);
		else if (zip_begin(o, e) == 0)
			return o;
	} else if (mkdirat(work, o->from, DIR_MODE) == -1) {
		err_sys(e, "make folder %s", o->from);
	} else {
		o->dir = openat(work, o->from, O_PATH | O_DIRECTORY |
		    O_CLOEXEC);
		if (o->dir != -1)
			return o;
		err_sys(e, "open folder %s", o->from);
	}
	output_free(o);
	return NULL;
}

void
output_free(struct output *o)
{
	struct err none = { 0 };

	if (o == NULL)
		return;
	o->err = &none;
	archive_write_free(o->zip);
	if (o->fd != -1)
		close(o->fd);
	if (o->dir != -1)
		close(o->dir);
	digest_free(o->digest);
	digest_free(o->whole);
	free(o->files);
	free(o);
}

void
output_reserve(struct output *o, const char *name)
{
	o->files = mem_grow(o->files, &o->cap_files, o->n_files + 1,
	    sizeof *o->files);
	o->files[o->n_files++] = (struct made_file){
	    .name = arena_dup(o->arena, name) };
}

const struct made_file *
output_file(const struct output *o, const char *name)
{
	for (size_t i = 0; i < o->n_files; i++)
		if (strcmp(o->files[i].name, name) == 0)
			return &o->files[i];
	return NULL;
}

int
output_open(struct output *o, const char *name, uint64_t size, struct err *e)
{
	if (output_file(o, name) == NULL)
		output_reserve(o, name);
	o->at = (size_t)(output_file(o, name) - o->files);
	digest_begin(o->digest);
	if (o->zip != NULL)
		return zip_open_entry(o, name, size, e);
	o->fd = openat(o->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, FILE_MODE);
	return o->fd != -1 ? 0 : err_sys(e, "create %s", name);
}

int
output_write(struct output *o, const void *data, size_t n, struct err *e)
{
	digest_add(o->digest, data, n);
	o->files[o->at].size += n;
	if (o->zip == NULL)
		return fsx_write(o->fd, data, n, e);
	o->err = e;
	e->kind = ERR_NONE;
	if (n > 0 && archive_write_data(o->zip, data, n) != (la_ssize_t)n)
		return zip_failed(o, e);
	return 0;
}

int
output_close(struct output *o, struct err *e)
{
	int rc = 0;

	digest_end_hex(o->digest, o->files[o->at].sha256);
	if (o->zip != NULL) {
		o->err = e;
		e->kind = ERR_NONE;
		if (archive_write_finish_entry(o->zip) != ARCHIVE_OK)
			rc = zip_failed(o, e);
		return rc;
	}
	/* Interrupted, it is closed all the same (close(2) on Linux). */
	if (close(o->fd) == -1 && errno != EINTR)
		rc = err_sys(e, "close %s", o->files[o->at].name);
	o->fd = -1;
	return rc;
}

int
output_put(struct output *o, const char *name, const void *data, size_t n,
    struct err *e)
{
	if (output_open(o, name, n, e) == -1 ||
	    output_write(o, data, n, e) == -1)
		return -1;
	return output_close(o, e);
}

static int
put_sums(struct output *o, char content[DIGEST_HEX + 1], struct err *e)
{
	struct buf b = { 0 };
	int rc;

	for (size_t i = 0; i < o->n_files; i++)
		buf_fmt(&b, "%s  %s\n", o->files[i].sha256, o->files[i].name);
	answer_content_of(buf_text(&b), b.len, content);
	rc = output_put(o, "SHA256SUMS", buf_text(&b), b.len, e);
	buf_free(&b);
	return rc;
}

static int
end_zip(struct output *o, struct made *m, struct err *e)
{
	struct made_file *f = arena_zero(o->arena, sizeof *f);
	int rc = 0;

	o->err = e;
	e->kind = ERR_NONE;
	if (archive_write_close(o->zip) != ARCHIVE_OK)
		rc = zip_failed(o, e);
	f->name = o->zip_name;
	f->size = o->whole_size;
	digest_end_hex(o->whole, f->sha256);
	m->files = f;
	m->n_files = 1;
	m->zip = true;
	return rc;
}

int
output_end(struct output *o, struct made *m, struct err *e)
{
	if (put_sums(o, m->content, e) == -1)
		return -1;
	m->from = o->from;
	if (o->zip != NULL)
		return end_zip(o, m, e);
	m->zip = false;
	m->files = arena_take(o->arena, o->n_files * sizeof *m->files);
	memcpy(m->files, o->files, o->n_files * sizeof *m->files);
	m->n_files = o->n_files;
	return 0;
}
