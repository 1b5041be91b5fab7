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
 * It, or zlib below it, got no memory: that is not the package's fault.  It
 * does not always say so, but malloc(3) left it in errno.
 */
static bool
no_memory(struct archive *a)
{
	return archive_errno(a) == ENOMEM || errno == ENOMEM;
}

/* The text is for people; only the word "truncated" is for us. */
int
laerr_tell(struct archive *a, struct findings *f, const char *file)
{
	const char *text = archive_error_string(a);
	struct buf b = { 0 };

	if (no_memory(a))
		mem_exhausted();
	if (text == NULL)
		text = "no reason given";
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

	errno = 0;			/* see no_memory() */
	if (a == NULL)
		mem_exhausted();
	return a;
}
