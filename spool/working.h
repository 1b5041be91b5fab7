#ifndef SPOOL_WORKING_H
#define SPOOL_WORKING_H

/*
 * working: who works with what, said in the ledger at a run's beginning and
 * beside it, so that an auditor can tell what a change changed.
 */

struct conf;
struct crew;
struct err;
struct ledger;
struct run;
struct spool;

/* ERR_AGAIN: it is not the configuration any more that the crew has read. */
int working_began(const struct spool *, struct ledger *, const struct conf *,
    const struct crew *, const struct run *, const char *mode, struct err *);

/* checked: when all bytes were found as the ledger says, or "". */
int working_ended(struct ledger *, const struct run *, const char *checked,
    struct err *);

#endif
