#include "spool/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/fsx.h"
#include "spool/log.h"
#include "spool/mem.h"
#include "spool/receipt.h"
#include "spool/state.h"
#include "spool/text.h"

enum { DAY = 24 * 3600, REASON_MAX = 1000 };

int
cmd_conf(const struct cmdline *c, struct conf *conf)
{
	struct faults f = { 0 };
	int rc = conf_load(conf, conf_dir(c->config), c->spool, &f);

	log_faults(&f);
	faults_free(&f);
	return rc == 0 ? 0 : ERR_CONFIG;
}

int
cmd_fail(const struct err *e)
{
	return log_err(e);
}

int
cmd_usage(const struct cmdline *c, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	log_line(LEVEL_ERROR, "%s; try: flerapp %s%s--help", buf_text(&b),
	    c->verb != NULL ? c->verb : "", c->verb != NULL ? " " : "");
	buf_free(&b);
	return ERR_USAGE;
}

int
cmd_reason(const struct cmdline *c)
{
	if (!c->dry_run && c->reason == NULL)
		return cmd_usage(c, "%s needs --reason TEXT: it goes into the "
		    "ledger", c->verb);
	if (c->reason != NULL && strlen(c->reason) > REASON_MAX)
		return cmd_usage(c, "--reason is longer than %d bytes",
		    REASON_MAX);
	return 0;
}

/* Behind sudo the one who asked, too: sudo alone sets this for root. */
void
cmd_user(char user[CMD_USER_MAX])
{
	const struct passwd *p = getpwuid(getuid());
	const char *asked = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	struct buf b = { 0 };

	if (p != NULL)
		text_show(&b, p->pw_name, strlen(p->pw_name));
	else
		buf_fmt(&b, "uid %ld", (long)getuid());
	if (asked != NULL && *asked != '\0') {
		buf_str(&b, " for ");
		text_show(&b, asked, strnlen(asked, CMD_USER_MAX / 2));
	}
	snprintf(user, CMD_USER_MAX, "%s", buf_text(&b));
	buf_free(&b);
}

char *
cmd_shown(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf b = { 0 };

	receipt_shown(&b, slash != NULL ? slash + 1 : path);
	return b.p != NULL ? b.p : mem_dup("");
}

int
cmd_open_ledger(const char *spool, int *fd, struct err *e)
{
	int root = fsx_dir(AT_FDCWD, spool, e);

	*fd = -1;
	if (root == -1)
		return -1;
	*fd = fsx_dir(root, place_name(PLACE_LEDGER), e);
	close(root);
	return *fd != -1 || e->sys == ENOENT ? 0 : -1;
}

int
cmd_open(const char *path, int *fd, struct err *e)
{
	struct buf b = { 0 };
	struct stat st;
	int rc = 0;

	text_name(&b, path, strlen(path));
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd == -1)
		rc = err_sys(e, "open %s", buf_text(&b));
	else if (fstat(*fd, &st) == -1)
		rc = err_sys(e, "look at %s", buf_text(&b));
	else if (!S_ISREG(st.st_mode))
		rc = err_set(e, ERR_NO_INPUT, "%s is no plain file",
		    buf_text(&b));
	if (rc == -1 && (e->sys == ENOENT || e->sys == ENOTDIR))
		e->kind = ERR_NO_INPUT;
	buf_free(&b);
	return rc;
}

bool
cmd_day(const char *text, char day[STAMP_DAY + 1])
{
	char stamp[STAMP_LEN + 1];
	struct tm tm = { .tm_isdst = 0 };

	if (text == NULL || strcmp(text, "today") == 0)
		stamp_now(stamp);
	else if (strcmp(text, "yesterday") == 0)
		stamp_of(stamp, time(NULL) - DAY);
	else if (strlen(text) == STAMP_DAY && stamp_day_ok(text) &&
	    strptime(text, "%Y-%m-%d", &tm) != NULL)
		stamp_of(stamp, timegm(&tm));
	else
		return false;
	stamp_day(day, stamp);
	return text == NULL || text[0] > '9' || strcmp(text, day) == 0;
}
