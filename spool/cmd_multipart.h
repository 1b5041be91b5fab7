#ifndef SPOOL_CMD_MULTIPART_H
#define SPOOL_CMD_MULTIPART_H

struct cmdline;

/*
 * cmd_multipart: `flerapp show --multipart KEY`, a part of cmd_show().  The
 * body goes to stdout and its Content-Type line to stderr; with --header the
 * line goes to stdout, alone.
 */
int cmd_multipart(const struct cmdline *);

#endif
