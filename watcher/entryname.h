#ifndef WATCHER_ENTRYNAME_H
#define WATCHER_ENTRYNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "watcher/package.h"

/*
 * entryname: what an entry's name tells (DESIGN 3).
 *
 * Names are judged as bytes, before anybody takes them for text.
 */

enum {
	ENTRY_NAME_MAX = 255,
	/* {org}/{app}/{guid} */
	ENTRY_FOLDER_MAX = ID_APP_MAX + 1 + ID_GUID,
};

/* What makes the name dangerous or unfit to be shown; NULL when nothing. */
const char *entryname_fault(const char *name, size_t n);

/* Length of {org}/{app}/{guid} when the name lies below it, else 0. */
size_t entryname_folder(const char *name);

/*
 * What the entry is by its name, `name` being below `folder`, which is "" in
 * the short form.  False when it may not be in a package.  The names passed
 * from here on are without fault.
 */
bool entryname_kind(const char *name, const char *folder, enum entry_kind *);

/* May there be a folder of this name (no slash at its end)? */
bool entryname_folder_ok(const char *name, const char *folder);

#endif
