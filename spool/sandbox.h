#ifndef SPOOL_SANDBOX_H
#define SPOOL_SANDBOX_H

#include <stdint.h>

/*
 * sandbox: what a worker gives up before it reads a stranger's first byte.
 *
 * No new privileges, no core dumps, limits for memory, file size and
 * descriptors, only the descriptors it needs.  CPU time is limited for each
 * package by itself, as a worker lives long.
 */

struct conf;
struct err;

/* Descriptors above `last` are closed. */
int sandbox_enter(const struct conf *, int last, struct err *);

/* From now on so many seconds of CPU, then SIGXCPU. */
void sandbox_cpu(uint64_t seconds);

#endif
