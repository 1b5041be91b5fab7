#include "watcher/entryname.h"

#include <string.h>

#include "spool/buf.h"
#include "spool/id.h"
#include "spool/text.h"

#define DATA "data"
#define DATA_SLASH DATA "/"
enum { DATA_SLASH_LEN = sizeof DATA_SLASH - 1 };

static const struct {
	const char *name;
	enum entry_kind kind;
} fixed[] = {
	{ "instance.json", ENTRY_INSTANCE },
	{ "SHA256SUMS", ENTRY_SUMS },
	{ "instanceevents.json", ENTRY_EVENTS },
};

/* The sharp ear of text_name(): what it would change is unfit to be shown. */
static bool
shows_as_it_is(const char *name, size_t n)
{
	struct buf b = { 0 };
	bool same;

	text_name(&b, name, n);
	same = b.len == n && memcmp(buf_text(&b), name, n) == 0;
	buf_free(&b);
	return same;
}

static const char *
part_fault(const char *part, size_t n)
{
	if (n == 0)
		return "a part of the path is empty";
	if (part[0] == '.' && (n == 1 || (n == 2 && part[1] == '.')))
		return "the path has a part that is . or ..";
	return NULL;
}

const char *
entryname_fault(const char *name, size_t n)
{
	const char *fault, *slash, *end = name + n;

	if (n == 0)
		return "the name is empty";
	if (n > ENTRY_NAME_MAX)
		return "the name is too long";
	if (name[0] == '/')
		return "the path is absolute";
	if (memchr(name, '\\', n) != NULL || memchr(name, ':', n) != NULL)
		return "the name has a backslash or a colon";
	if (!shows_as_it_is(name, n))
		return "the name has characters that cannot be shown";
	for (const char *p = name; p <= end; p = slash + 1) {
		slash = memchr(p, '/', (size_t)(end - p));
		if (slash == NULL)
			slash = end;
		if ((fault = part_fault(p, (size_t)(slash - p))) != NULL)
			return fault;
	}
	return NULL;
}

static bool
copy_part(char *to, size_t room, const char *from, size_t n)
{
	if (n >= room)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

static bool
app_ok(const char *name, size_t n)
{
	char app[ID_APP_MAX + 1];

	return copy_part(app, sizeof app, name, n) && id_app_ok(app);
}

static bool
guid_ok(const char *name, size_t n)
{
	char guid[ID_GUID + 1];

	return copy_part(guid, sizeof guid, name, n) && id_guid_ok(guid);
}

size_t
entryname_folder(const char *name)
{
	const char *org, *app, *guid;

	if ((org = strchr(name, '/')) == NULL ||
	    (app = strchr(org + 1, '/')) == NULL ||
	    (guid = strchr(app + 1, '/')) == NULL)
		return 0;
	if (!app_ok(name, (size_t)(app - name)) ||
	    !guid_ok(app + 1, (size_t)(guid - app - 1)))
		return 0;
	return (size_t)(guid - name);
}

/* Another code base of Altinn calls the document as the folder it is in. */
static bool
is_folder_guid(const char *name, const char *folder)
{
	const char *slash = strrchr(folder, '/');

	return slash != NULL && strcmp(slash + 1, name) == 0;
}

bool
entryname_kind(const char *name, const char *folder, enum entry_kind *kind)
{
	const char *id = name + DATA_SLASH_LEN;

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strcmp(name, fixed[i].name) == 0) {
			*kind = fixed[i].kind;
			return true;
		}
	if (is_folder_guid(name, folder)) {
		*kind = ENTRY_INSTANCE;
		return true;
	}
	if (strncmp(name, DATA_SLASH, DATA_SLASH_LEN) != 0 ||
	    strchr(id, '/') != NULL)
		return false;
	*kind = id_guid_ok(id) ? ENTRY_ELEMENT : ENTRY_OTHER;
	return true;
}

/* Is `name` the folder itself or one above it? */
static bool
leads_to(const char *name, const char *folder)
{
	size_t n = strlen(name);

	return strncmp(name, folder, n) == 0 &&
	    (folder[n] == '/' || folder[n] == '\0');
}

bool
entryname_folder_ok(const char *name, const char *folder)
{
	size_t n = strlen(folder);

	if (n == 0)
		return strcmp(name, DATA) == 0;
	return leads_to(name, folder) || (strncmp(name, folder, n) == 0 &&
	    strcmp(name + n, "/" DATA) == 0);
}
