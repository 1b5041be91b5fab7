#include "spool/desk.h"

#include "spool/books.h"
#include "spool/cmd.h"
#include "spool/err.h"

static int
follow(void *arg, const struct ledger_line *l, struct err *e)
{
	struct desk *d = arg;

	if (d->first != NULL && d->first(d->arg, l, e) == -1)
		return -1;
	return books_feed(d->books, l, e);
}

int
desk_open(struct desk *d, const struct cmdline *c, bool write)
{
	struct err e;
	int rc;

	d->ledger = NULL;
	d->books = NULL;
	d->spool.root = -1;
	if ((rc = cmd_conf(c, &d->conf)) != 0)
		return rc;
	if (spool_open(&d->spool, &d->conf, write, &e) == -1)
		return cmd_fail(&e);
	d->books = books_new();
	d->ledger = ledger_open(d->spool.dir[PLACE_LEDGER], write, follow, d,
	    &e);
	return d->ledger != NULL ? 0 : cmd_fail(&e);
}

void
desk_close(struct desk *d)
{
	ledger_close(d->ledger);
	books_free(d->books);
	if (d->spool.root != -1)
		spool_close(&d->spool);
}
