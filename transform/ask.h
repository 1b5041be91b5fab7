#ifndef TRANSFORM_ASK_H
#define TRANSFORM_ASK_H

#include <stdbool.h>

/*
 * ask: what flerapp has the worker answer itself, on stdout: map check,
 * explain, init, import.
 *
 * The file a question is about is open as ASK_FILE.  A package is read in the
 * sandbox of a job, with two descriptors more, to which only text is written:
 * stdout and stderr, which the sandbox takes away by their own numbers.  A
 * prefill file is configuration, as the app's metadata are.
 */

struct conf;
struct faults;

enum { ASK_FILE = 3, ASK_OUT = 4, ASK_COMPLAINTS = 5 };

enum ask_what {
	ASK_NOTHING, ASK_CHECK, ASK_EXPLAIN, ASK_INIT, ASK_IMPORT, ASK_COUNT
};

struct ask {
	enum ask_what what;
	const char *route;		/* NULL: all of them */
	const char *file;		/* the name of ASK_FILE, as shown */
	bool json;
};

/* How many words from argv on are an option of ours; 0: it is none. */
int ask_option(struct ask *, char *const *argv);

/*
 * The exit code.  Faults of the configuration, and warnings, go to the list,
 * which the caller tells; what else goes wrong is told here.
 */
int ask_run(const struct ask *, const struct conf *, struct faults *);

#endif
