#include "schemas/xsd_locate.h"

#include <fcntl.h>
#include <libxml/uri.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"

static bool
has_scheme(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return n > 0 && s[n] == ':';
}

static void
drop_last(struct buf *path)
{
	while (path->len > 0 && path->p[path->len - 1] != '/')
		path->len--;
	path->len -= path->len > 0 ? 1 : 0;
	path->p[path->len] = '\0';
}

/*
 * `location` seen from the folder of `from`, below the app's folder, or NULL
 * when it leaves that.
 */
static char *
resolve(struct arena *a, const char *from, const char *location)
{
	struct buf path = { 0 };
	char *found = NULL;
	size_t n;

	buf_str(&path, from);
	drop_last(&path);
	for (const char *p = location; *p != '\0'; p += n + (p[n] == '/')) {
		n = strcspn(p, "/");
		if (n == 0 || (n == 1 && *p == '.'))
			continue;
		if (n == 2 && strncmp(p, "..", 2) == 0) {
			if (path.len == 0)
				goto out;
			drop_last(&path);
			continue;
		}
		if (path.len > 0)
			buf_char(&path, '/');
		buf_add(&path, p, n);
	}
	if (path.len > 0)
		found = arena_dup(a, path.p);
out:
	buf_free(&path);
	return found;
}

static char *
locate(struct arena *a, int dir, const char *from, const char *location,
    const char **why)
{
	char *path;

	if (has_scheme(location)) {
		*why = "nothing is fetched; copy it into the app's folder and "
		    "name it by a relative path";
		return NULL;
	}
	if (*location == '/') {
		*why = "it must be a relative path inside the app's folder";
		return NULL;
	}
	path = resolve(a, from, location);
	if (path == NULL)
		*why = "it leaves the app's folder";
	else if (faccessat(dir, path, R_OK, 0) == -1)
		*why = "there is no such file that can be read; copy it into "
		    "the app's folder";
	else
		return path;
	return NULL;
}

char *
xsd_locate(struct arena *a, int dir, const char *from, const char *location,
    const char **why)
{
	char *path = locate(a, dir, from, location, why), *plain;
	const char *ignored;

	if (path != NULL || strchr(location, '%') == NULL)
		return path;
	plain = xmlURIUnescapeString(location, 0, NULL);
	if (plain != NULL)
		path = locate(a, dir, from, plain, &ignored);
	xmlFree(plain);
	return path;
}
