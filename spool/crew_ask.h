#ifndef SPOOL_CREW_ASK_H
#define SPOOL_CREW_ASK_H

/*
 * crew_ask: one question to a worker of its own, and no crew.
 */

struct conf;
struct err;

/*
 * Run the worker for a question, its output on ours: args end in NULL, `file`
 * is what the question is about, -1: the configuration.  Its exit code, or -1.
 */
int crew_ask(const struct conf *, const char *const *args, int file,
    struct err *);

/* About the configuration, its output and its complaints on these two. */
int crew_ask_on(const struct conf *, const char *const *args, int out,
    int complaints, struct err *);

#endif
