#ifndef SPOOL_DESK_H
#define SPOOL_DESK_H

#include <stdbool.h>

#include "spool/conf.h"
#include "spool/ledger.h"
#include "spool/spool.h"

/*
 * desk: what most verbs look at, opened together: settings, spool, ledger
 * and books.
 */

struct books;
struct cmdline;
struct err;

struct desk {
	struct conf conf;
	struct spool spool;
	struct ledger *ledger;
	struct books *books;
	ledger_fn *first;		/* sees each line before the books */
	void *arg;
};

/*
 * The caller sets `first` and `arg`, or leaves them NULL, and frees the desk
 * with desk_close() whatever comes back: 0, or an exit code; why is told.
 */
int desk_open(struct desk *, const struct cmdline *, bool write);
void desk_close(struct desk *);

#endif
