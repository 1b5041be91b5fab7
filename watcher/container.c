#include "watcher/container.h"

#include <archive.h>
#include <stddef.h>
#include <string.h>

#include "spool/finding.h"
#include "watcher/source.h"
#include "watcher/tarcheck.h"
#include "watcher/zipdir.h"

enum { TAR_MAGIC_AT = 257 };

static const struct {
	const char *magic;
	size_t at, len;
	struct container container;
} table[] = {
	{ "PK\3\4", 0, 4, { .zip = true } },
	{ "PK\5\6", 0, 4, { .zip = true } },	/* without members */
	{ "PK\7\10", 0, 4, { .zip = true } },	/* a split one */
	{ "\x1f\x8b", 0, 2, { .gzip = true,
	    .filter = archive_read_support_filter_gzip } },
	{ "\x28\xb5\x2f\xfd", 0, 4,
	    { .filter = archive_read_support_filter_zstd } },
	{ "\xfd" "7zXZ", 0, 6, { .filter = archive_read_support_filter_xz } },
	{ "ustar", TAR_MAGIC_AT, 5, { 0 } },
};

static bool
by_magic(const char *p, size_t n, struct container *c)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].at + table[i].len <= n && memcmp(p + table[i].at,
		    table[i].magic, table[i].len) == 0) {
			*c = table[i].container;
			return true;
		}
	return false;
}

int
container_of(struct source *s, struct container *c, struct findings *f)
{
	char head[TAR_BLOCK];
	uint64_t size = source_size(s);
	size_t n = size < TAR_BLOCK ? (size_t)size : TAR_BLOCK;

	*c = (struct container){ 0 };
	if (n == 0) {
		findings_add(f, F_PACKAGE_TRUNCATED, NULL, 0, NULL,
		    "the file is empty");
		return -1;
	}
	if (source_copy(s, 0, head, n) == -1)
		return -1;
	if (by_magic(head, n, c))
		return 0;
	/*
	 * A zip with something before it is a zip all the same: zipcheck
	 * says better than we what is wrong with it.
	 */
	c->zip = zipdir_ends(s);
	if (source_fault(s) != SOURCE_FINE)
		return -1;
	/* A tar as old as V7 has no magic, but its header has a sum. */
	if (c->zip || (n == TAR_BLOCK && head[0] != '\0' &&
	    tarcheck_sum_ok(head)))
		return 0;
	findings_add(f, F_PACKAGE_FORMAT, NULL, 0, NULL,
	    "neither a zip nor a tar");
	return -1;
}
