#ifndef SPOOL_LOG_H
#define SPOOL_LOG_H

/*
 * log: one line per event on stderr, for the journal and for people.
 *
 * Only programs log; modules fill a struct err.  In the journal (stderr is
 * the stream that JOURNAL_STREAM names) a line begins with its priority as
 * <N>, elsewhere with the program's name.  Every text is made printable and
 * person numbers are masked on the way; each line is one write.
 */

struct batch_event;
struct err;
struct faults;

enum log_level {			/* the journal's numbers */
	LEVEL_CRITICAL = 2,		/* books or ledger: page someone */
	LEVEL_ERROR = 3,
	LEVEL_WARNING = 4,
	LEVEL_NOTICE = 5,
	LEVEL_INFO = 6,
	LEVEL_DEBUG = 7,
};

/* Lines above `most` are left out.  Before it: no name, LEVEL_INFO. */
void log_start(const char *program, enum log_level most);

void log_line(enum log_level, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* id=… state=… codes=… app=… instances=… package="…" */
void log_package(const struct batch_event *);

/* All of them, each as "TEXT (FILE:LINE); try: flerapp doctor". */
void log_faults(const struct faults *);

/*
 * "TEXT; try: HINT"; gives the exit code.  An err without a text was told
 * already.
 */
int log_err(const struct err *);

#endif
