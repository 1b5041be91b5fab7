#include "watcher/container.h"

#include <archive.h>
#include <stddef.h>
#include <string.h>

#include "spool/finding.h"
#include "watcher/member.h"
#include "watcher/source.h"
#include "watcher/tarcheck.h"
#include "watcher/zipdir.h"

enum { HEAD = 512, TAR_MAGIC_AT = 257 };

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

/* A tar as old as V7 has no magic, but its header has a sum. */
static bool
is_old_tar(const char *p, size_t n)
{
	struct members none = { 0 };
	struct findings deaf = { .n = FINDINGS_MAX };
	struct tarcheck *t;
	bool is;

	if (n < HEAD || p[0] == '\0')
		return false;
	t = tarcheck_new(1, &none, &deaf);
	is = tarcheck_feed(t, p, HEAD) == 0;
	tarcheck_free(t);
	members_free(&none);
	return is;
}

int
container_of(struct source *s, struct container *c, struct findings *f)
{
	char head[HEAD];
	uint64_t size = source_size(s);
	size_t n = size < HEAD ? (size_t)size : HEAD;

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
	/* A zip with something before it is a zip all the same: zipcheck
	 * says better than we what is wrong with it. */
	c->zip = zipdir_ends(s);
	if (source_fault(s) != SOURCE_FINE)
		return -1;
	if (c->zip || is_old_tar(head, n))
		return 0;
	findings_add(f, F_PACKAGE_FORMAT, NULL, 0, NULL,
	    "neither a zip nor a tar");
	return -1;
}
