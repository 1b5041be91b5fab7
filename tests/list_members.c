#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/digest.h"
#include "spool/finding.h"
#include "watcher/package.h"

/*
 * list_members: what one reader sees in archives, for tests/agree.py.
 *
 * "ours" is ours; "seekable" is libarchive with a file it can seek in, and
 * "streaming" is libarchive with nothing but the bytes as they come.  Of each
 * file: `file NAME`, a line `SIZE SHA256 NAME` for each member that is no
 * folder, and `ok` or `bad WHY`.
 */

enum { CHUNK = 10240 };

static void
say(const char *folder, const char *name, uint64_t size, struct digest *d)
{
	char hex[DIGEST_HEX + 1];

	digest_end_hex(d, hex);
	printf("%llu %s %s%s%s\n", (unsigned long long)size, hex, folder,
	    *folder != '\0' ? "/" : "", name);
}

/* ------------------------------------------------------------------- ours */

static bool
read_ours(struct package *p, struct digest *d)
{
	struct package_entry e;
	const void *data;
	uint64_t size;
	int more, rc;
	size_t n;

	while ((more = package_next(p, &e)) == 1) {
		digest_begin(d);
		for (size = 0; (rc = package_read(p, &data, &n)) == 1;
		    size += n)
			digest_add(d, data, n);
		if (rc == -1)
			return false;
		say(package_folder(p), e.name, size, d);
	}
	return more == 0;
}

static void
list_ours(int fd, struct digest *d)
{
	static const struct package_limits limits = { .max_bytes = 64 << 20,
	    .max_unpacked = 64 << 20, .max_entries = 2000,
	    .max_ratio = 10000 };
	struct arena arena = { 0 };
	struct findings f;
	struct package *p;
	bool whole;

	findings_init(&f, &arena);
	p = package_open(fd, &limits, NULL, &f);
	whole = p != NULL && read_ours(p, d) && f.n == 0;
	printf("%s%s\n", whole ? "ok" : "bad ", whole ? "" :
	    finding_name(f.v[0].code));
	package_free(p);
	arena_free(&arena);
}

/* ------------------------------------------------------------- libarchive */

static ssize_t
read_chunk(struct archive *a, void *arg, const void **p)
{
	static char chunk[CHUNK];

	(void)a;
	*p = chunk;
	return read(*(int *)arg, chunk, sizeof chunk);
}

static int
open_archive(struct archive *a, int *fd, bool seekable)
{
	char magic[2] = "";

	if (pread(*fd, magic, sizeof magic, 0) == 2 &&
	    memcmp(magic, "PK", 2) == 0) {
		if (seekable)
			archive_read_support_format_zip_seekable(a);
		else
			archive_read_support_format_zip_streamable(a);
	} else {
		archive_read_support_format_tar(a);
		archive_read_support_filter_gzip(a);
		archive_read_support_filter_zstd(a);
		archive_read_support_filter_xz(a);
	}
	return seekable ? archive_read_open_fd(a, *fd, CHUNK) :
	    archive_read_open(a, fd, NULL, read_chunk, NULL);
}

static int
read_member(struct archive *a, struct archive_entry *e, struct digest *d)
{
	const char *name = archive_entry_pathname(e);
	la_int64_t offset;
	const void *data;
	uint64_t size = 0;
	size_t n;
	int rc;

	if (archive_entry_filetype(e) == AE_IFDIR)
		return ARCHIVE_OK;
	digest_begin(d);
	while ((rc = archive_read_data_block(a, &data, &n, &offset)) ==
	    ARCHIVE_OK) {
		digest_add(d, data, n);
		size += n;
	}
	if (rc == ARCHIVE_EOF)
		say("", name != NULL && archive_entry_filetype(e) == AE_IFREG &&
		    archive_entry_hardlink(e) == NULL ? name : "(no file)",
		    size, d);
	return rc == ARCHIVE_EOF ? ARCHIVE_OK : rc;
}

static void
list_archive(int fd, bool seekable, struct digest *d)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	int rc = open_archive(a, &fd, seekable);

	while (rc == ARCHIVE_OK &&
	    (rc = archive_read_next_header(a, &e)) == ARCHIVE_OK)
		rc = read_member(a, e, d);
	if (rc == ARCHIVE_EOF)
		printf("ok\n");
	else
		printf("bad %d\n", rc);
	archive_read_free(a);
}

int
main(int argc, char **argv)
{
	struct digest *d = digest_new();

	setlocale(LC_CTYPE, "C.UTF-8");
	for (int i = 2; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

		if (fd == -1) {
			perror(argv[i]);
			return 1;
		}
		printf("file %s\n", argv[i]);
		if (strcmp(argv[1], "ours") == 0)
			list_ours(fd, d);
		else
			list_archive(fd, strcmp(argv[1], "seekable") == 0, d);
		close(fd);
	}
	digest_free(d);
	return argc < 3;
}
