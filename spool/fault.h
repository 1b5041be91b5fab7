#ifndef SPOOL_FAULT_H
#define SPOOL_FAULT_H

#include <stddef.h>

/*
 * fault: what is wrong with the configuration, all of it at once.
 *
 * A fault names file, line and column (0 where there is none) and says what
 * to do.  Warnings do not stop anything.  The list owns its strings.
 */

enum fault_level { FAULT_ERROR, FAULT_WARNING };

struct fault {
	enum fault_level level;
	char *file;
	long line, column;
	char *text;
};

struct faults {
	struct fault *v;
	size_t n, cap;
	size_t errors;
};

void faults_add(struct faults *, const char *file, long line, long column,
    const char *, ...) __attribute__((format(printf, 5, 6)));
void faults_warn(struct faults *, const char *file, long line, long column,
    const char *, ...) __attribute__((format(printf, 5, 6)));
void faults_sort(struct faults *);	/* by file, line and column */
void faults_free(struct faults *);

#endif
