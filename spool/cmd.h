#ifndef SPOOL_CMD_H
#define SPOOL_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "spool/args.h"
#include "spool/stamp.h"

/*
 * cmd: the verbs of flerapp.  Each is one function that is given the command
 * line, prints what it has to say and returns the exit code (DESIGN 8).
 */

struct conf;
struct err;

enum cmd_progress {
	PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE
};

struct cmdline {
	const char *verb;		/* "run", "map check": as in the table */
	const char *config, *spool;	/* NULL: not given */
	const char *reason, *state;	/* likewise */
	const char *date, *key;		/* likewise */
	struct args_many seals;
	enum cmd_progress progress;
	bool json, dry_run, multipart, header;
	char *const *args;		/* the words behind the verb */
	size_t n_args;			/* as many as the table allows */
};

/* Load the settings; every fault is told on stderr.  0, or an exit code. */
int cmd_conf(const struct cmdline *, struct conf *);

/* Tell an err with its hint; gives the exit code. */
int cmd_fail(const struct err *);

/* The command line is not as it should be: tell it; gives the exit code. */
int cmd_usage(const struct cmdline *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* 2026-03-03, today or yesterday; NULL is today.  False: none of them. */
bool cmd_day(const char *text, char day[STAMP_DAY + 1]);

/* Verbs that change need --reason, but for --dry-run; 0, or the exit code. */
int cmd_reason(const struct cmdline *);

enum { CMD_USER_MAX = 64 };

void cmd_user(char user[CMD_USER_MAX]);		/* who asks, for the ledger */

/* Open a file of the command line to read; ERR_NO_INPUT: there is none. */
int cmd_open(const char *path, int *fd, struct err *);

/*
 * ledger/ below a spool, whose other folders need not be there; *fd is -1
 * where nothing was written yet.
 */
int cmd_open_ledger(const char *spool, int *fd, struct err *e);

char *cmd_shown(const char *path);	/* its name as shown; malloc(3) */

int cmd_run(const struct cmdline *);
int cmd_check(const struct cmdline *);
int cmd_drop(const struct cmdline *);

int cmd_status(const struct cmdline *);
int cmd_list(const struct cmdline *);
int cmd_show(const struct cmdline *);
int cmd_why(const struct cmdline *);
int cmd_trace(const struct cmdline *);

int cmd_move(const struct cmdline *);	/* hold, release, requeue, reject */
int cmd_replay(const struct cmdline *);

int cmd_purge(const struct cmdline *);

int cmd_map(const struct cmdline *);	/* map check, explain, init, import */
int cmd_ledger(const struct cmdline *);	/* ledger verify */
int cmd_seal(const struct cmdline *);	/* ledger seal */
int cmd_export(const struct cmdline *);	/* ledger export */

int cmd_report(const struct cmdline *);
int cmd_doctor(const struct cmdline *);

#endif
