#ifndef SPOOL_JOBS_H
#define SPOOL_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/crew.h"
#include "spool/digest.h"
#include "spool/id.h"

/*
 * jobs: packages that were given and are not answered, in a row.
 */

struct job {
	struct job *next;
	uint32_t item;
	enum crew_mode mode;
	char *name;
	int fd;
	char sha256[DIGEST_HEX + 1];	/* of its bytes; "" too many to hash */
	uint64_t size;
	char guid[ID_GUID + 1];		/* as the ledger has them, or "" */
	char app[ID_APP_MAX + 1];
	bool replay;
	int earlier;
	int tries;			/* workers it has ended */
	struct answer *answer;		/* ours: it is given out no more */
};

struct jobs {
	struct job *head, **tail;
	size_t n;
};

struct job *job_new(const struct crew_job *);
void job_free(struct job *);

void jobs_push(struct jobs *, struct job *);		/* at the end */
struct job *jobs_pop(struct jobs *);			/* NULL: none */
void jobs_put_before(struct jobs *, struct jobs *first);	/* then empty */
void jobs_free(struct jobs *);

#endif
