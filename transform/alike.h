#ifndef TRANSFORM_ALIKE_H
#define TRANSFORM_ALIKE_H

/*
 * alike: whether two names of fields may mean the same thing.
 *
 * Names are compared folded: without case and signs, without the number that
 * SERES puts behind them (-datadef-123, -grp-123), and with one spelling of
 * æ, ø and å: fødselsnummer, foedselsNummer and Fodselsnummer-datadef-123
 * fold to the same text.
 */

struct buf;

void alike_fold(struct buf *, const char *name);	/* appends */

#endif
