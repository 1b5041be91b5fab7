#ifndef TRANSFORM_DELIVER_H
#define TRANSFORM_DELIVER_H

#include "spool/answer.h"

/*
 * deliver: a package's whole way inside a worker, from its bytes to the
 * files of the B instances it makes and the answer about it.
 *
 * Attachments are written while they stream by, where it is already known to
 * whom they go; the rest takes another pass over the package.
 */

struct config;
struct deliver;
struct earlier;
struct err;
struct plan_watch;

enum deliver_mode {
	DELIVER_CHECK,		/* is the package sound? */
	DELIVER_PROBE,		/* and could it be mapped? nothing written */
	DELIVER_MAP,		/* write the B instances */
	DELIVER_MODES
};

struct deliver_job {
	uint32_t item;		/* makes the names in the folder unique */
	enum deliver_mode mode;
	int fd;			/* the package; the caller's */
	const char *name;	/* as shown, for the manifest */
	const char *sha256;	/* of the package; NULL or "": find out */
	const struct earlier *earlier;	/* a replay: made before; or NULL */
};

/* `work` is the folder to make files in, -1 where nothing is written. */
struct deliver *deliver_new(const struct config *, int work);
void deliver_free(struct deliver *);

/* Have the planning watched from now on. */
void deliver_watch(struct deliver *, const struct plan_watch *);

/*
 * Fills the answer (its arena is reset first).  -1 when our own house failed,
 * as the disk: then the answer is void.
 */
int deliver_package(struct deliver *, const struct deliver_job *,
    struct answer *, struct err *);

#endif
