#ifndef TESTS_LIES_H
#define TESTS_LIES_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/answer.h"
#include "spool/wire.h"

/*
 * lies: what a worker that was taken over could do, each by its name.
 */

#define LIES_OTHER_SUM							\
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* One answer on its way, its instance in the folder `dir`. */
struct tale {
	const struct wire_job *job;
	struct answer a;
	int dir;
	bool quiet;			/* all is said already */
	int kept;			/* a folder to write to later, or -1 */
	/* of the tale before it, "" for the first */
	char last_sum[DIGEST_HEX + 1], last_guid[ID_GUID + 1];
	uint64_t last_size;
};

void lies_must(int rc);		/* who cannot lie as it was told to ends */
void lies_say(struct tale *, uint32_t item);
void lies_trouble(enum err_kind, const char *text);
void lies_garbage(void);
void lies_sleep(void);

/* As the package X.LIE.zip is called; any other name is for the truth. */
void lies_tell(struct tale *);

#endif
