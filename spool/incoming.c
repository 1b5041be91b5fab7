#include "spool/incoming.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "spool/buf.h"
#include "spool/fsx.h"
#include "spool/intake.h"
#include "spool/receipt.h"
#include "spool/spool.h"

int
incoming_each(const struct spool *s, bool odd, incoming_fn *fn, void *arg,
    struct err *e)
{
	const int dir = s->dir[PLACE_INCOMING];
	struct fsx_list names = { 0 };
	struct buf shown = { 0 };
	struct stat st;
	int rc = dir == -1 ? 0 : fsx_list(dir, &names, e);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (!intake_name_ok(names.v[i]) || fstatat(dir, names.v[i],
		    &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    S_ISREG(st.st_mode) == odd)
			continue;
		buf_reset(&shown);
		receipt_shown(&shown, names.v[i]);
		fn(arg, buf_text(&shown));
	}
	buf_free(&shown);
	fsx_list_free(&names);
	return rc;
}
