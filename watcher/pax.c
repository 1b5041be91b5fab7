#include "watcher/pax.h"

#include <string.h>

enum {
	LENGTH_MAX = 6,			/* digits of a record's length */
	SIZE_MAX_DIGITS = 16,
};

/* A key that ends in a dot stands for all that begin so. */
static const char *const harmless_keys[] = {
	"mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment",
	"linkpath", "LIBARCHIVE.creationtime", "LIBARCHIVE.xattr.",
	"SCHILY.xattr.", "SCHILY.acl.", "SCHILY.fflags", "SCHILY.dev",
	"SCHILY.ino", "SCHILY.nlink",
};

/* "LENGTH KEY=VALUE\n" at p; how many bytes, or 0 when it is none. */
static size_t
record(const char *p, size_t n, const char **key, const char **v)
{
	size_t len = 0, i = 0;
	const char *equals;

	for (; i < n && i < LENGTH_MAX && p[i] >= '0' && p[i] <= '9'; i++)
		len = len * 10 + (size_t)(p[i] - '0');
	if (i == 0 || i >= n || p[i] != ' ' || len > n || len < i + 4 ||
	    p[len - 1] != '\n')
		return 0;
	*key = p + i + 1;
	equals = memchr(*key, '=', len - i - 2);
	if (equals == NULL)
		return 0;
	*v = equals + 1;
	return len;
}

static bool
key_is(const char *key, size_t n, const char *want)
{
	size_t k = strlen(want);

	if (want[k - 1] == '.')
		return n > k && memcmp(key, want, k) == 0;
	return n == k && memcmp(key, want, k) == 0;
}

static bool
key_harmless(const char *key, size_t n)
{
	for (size_t i = 0; i < sizeof harmless_keys / sizeof *harmless_keys;
	    i++)
		if (key_is(key, n, harmless_keys[i]))
			return true;
	return false;
}

static int
decimal(const char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0 || n > SIZE_MAX_DIGITS)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (uint64_t)(p[i] - '0');
	}
	*out = v;
	return 0;
}

static const char *
value(struct pax *x, const char *key, size_t key_len, const char *p, size_t n,
    enum finding_code *code)
{
	*code = F_PACKAGE_LAYOUT;
	if (key_is(key, key_len, "path")) {
		if (x->path != NULL)
			return "a pax header with two paths";
		*code = F_ENTRY_NAME;
		if (n == 0)
			return "a pax header with an empty path";
		x->path = p;
		x->path_len = n;
		return NULL;
	}
	if (key_is(key, key_len, "size")) {
		if (x->has_size || decimal(p, n, &x->size) == -1)
			return "a pax header with a faulty size";
		x->has_size = true;
		return NULL;
	}
	*code = F_PACKAGE_FORMAT;
	return key_harmless(key, key_len) ? NULL :
	    "a sparse file, or another pax key that is not taken";
}

const char *
pax_parse(struct pax *x, const char *p, size_t n, bool global,
    enum finding_code *code)
{
	const char *key, *v, *why;
	size_t k, key_len;

	*x = (struct pax){ 0 };
	for (; n > 0; p += k, n -= k) {
		k = record(p, n, &key, &v);
		if (k == 0) {
			*code = F_PACKAGE_UNREADABLE;
			return "a damaged pax header";
		}
		key_len = (size_t)(v - 1 - key);
		if (global && !key_is(key, key_len, "comment")) {
			*code = F_PACKAGE_FORMAT;
			return "a global pax header that sets something";
		}
		why = value(x, key, key_len, v, (size_t)(p + k - 1 - v), code);
		if (why != NULL)
			return why;
	}
	return NULL;
}
