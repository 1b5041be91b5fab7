#include "spool/cmd.h"

#include <stdarg.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/err.h"
#include "spool/fault.h"
#include "spool/log.h"

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
