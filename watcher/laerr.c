#include "watcher/laerr.h"

#include <archive.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/member.h"

/*
 * It, or zlib below it, got no memory: that is not the package's fault.  For
 * what inflateInit2() says there is no number, and nothing else can be wrong.
 */
static bool
no_memory(struct archive *a, const char *text)
{
	return archive_errno(a) == ENOMEM ||
	    strncmp(text, "Can't initialize", 16) == 0;
}

/* The text is for people; only these words and "truncated" are for us. */
int
laerr_tell(struct archive *a, struct findings *f, const char *file)
{
	const char *text = archive_error_string(a);
	struct buf b = { 0 };

	if (text == NULL)
		text = "no reason given";
	if (no_memory(a, text))
		mem_exhausted();
	member_show(&b, text, strlen(text));
	findings_add(f, strcasestr(text, "truncated") != NULL ?
	    F_PACKAGE_TRUNCATED : F_PACKAGE_UNREADABLE, file, 0, NULL,
	    "the bytes are damaged (%s)", buf_text(&b));
	buf_free(&b);
	return -1;
}

struct archive *
laerr_new(void)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		mem_exhausted();
	return a;
}
