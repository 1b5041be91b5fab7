#ifndef SPOOL_HOUSE_H
#define SPOOL_HOUSE_H

#include <stdint.h>

/*
 * house: whether our own house is in trouble, as we see it ourselves.
 *
 * A worker that says the disk is full or broken may say it of any package,
 * for ever; the coordinator believes what it can try.
 */

struct conf;
struct err;

/*
 * Space and inodes above the marks of [spool], and a file in `tmp` that can
 * be given so many bytes and written.  -1: what fails.
 */
int house_check(const struct conf *, int tmp, uint64_t bytes, struct err *);

#endif
