#ifndef SPOOL_SANDBOX_H
#define SPOOL_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/*
 * sandbox: what a worker gives up before it reads a stranger's first byte.
 *
 * Always: new privileges, core dumps, being looked into by others of its
 * user, and all descriptors but those it works with; limits for memory, file
 * size, processes and descriptors.  CPU time is limited for each package by
 * itself, as a worker lives long.
 *
 * With [workers] sandbox = enforce also, by Landlock, every way to a file but
 * one: to make new folders and new files beneath its own work folder; and, by
 * seccomp, every system call that its work does not need, so that it has no
 * sockets, programs, processes and signals; and its standard streams.  A
 * forbidden call ends the process.  A kernel that has no Landlock or no
 * seccomp is an error: there is no half a sandbox.
 *
 * What stays open: stat(2) and O_PATH tell whether a path is there, since no
 * filter can see a path's text.
 *
 * Under AddressSanitizer there is no filter of calls and no limit of memory,
 * and Landlock lets read, for the sanitizers do all this themselves.
 */

struct conf;
struct err;

bool sandbox_whole(void);		/* not under AddressSanitizer */

/*
 * `work` is the descriptor of the folder to make files in, -1 for none.
 * Descriptors above `last` are closed.
 */
int sandbox_enter(const struct conf *, int work, int last, struct err *);

/* From now on so many seconds of CPU, then SIGXCPU. */
void sandbox_cpu(uint64_t seconds);

/* Parts of sandbox_enter(). */
int sandbox_files(int work, struct err *);
int sandbox_calls(struct err *);

#endif
