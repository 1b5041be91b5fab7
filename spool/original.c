#include "spool/original.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "spool/id.h"
#include "spool/stamp.h"

static const char *const extensions[] =
    { ".tar.gz", ".tar.zst", ".tar.xz", ".tgz", ".tar", ".zip" };

const char *
original_extension(const char *name)
{
	size_t n = strlen(name), k;

	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		k = strlen(extensions[i]);
		if (n > k && strcasecmp(name + n - k, extensions[i]) == 0)
			return extensions[i];
	}
	return "";
}

void
original_path(char path[ORIGINAL_PATH], enum state s, const char *id,
    const char *name, const char *time)
{
	const char *top = place_name(state_place(s));
	const char *ext = original_extension(name);

	if (s == STATE_PUBLISHED)
		snprintf(path, ORIGINAL_PATH, "%s/%.*s/%s%s", top, STAMP_DAY,
		    time, id, ext);
	else if (s == STATE_ACCEPTED)
		snprintf(path, ORIGINAL_PATH, "%s/%s%s", top, id, ext);
	else
		snprintf(path, ORIGINAL_PATH, "%s/%s/package%s", top, id,
		    ext);
}

bool
original_id(char id[ID_MAX + 1], const char *file)
{
	size_t n = strlen(file) - strlen(original_extension(file));

	if (n > ID_MAX)
		return false;
	memcpy(id, file, n);
	id[n] = '\0';
	return id_ok(id);
}
