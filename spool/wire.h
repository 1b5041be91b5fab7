#ifndef SPOOL_WIRE_H
#define SPOOL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/answer.h"
#include "spool/err.h"

/*
 * wire: what coordinator and worker say to each other.
 *
 * A SOCK_SEQPACKET pair; each message is a list of records, each record a
 * kind and its fields, texts with their length in front.  Jobs come with
 * their packages' descriptors.  The reader on the coordinator's side takes
 * the worker for hostile: a record that does not fit ends the talk.
 */

enum {
	WIRE_SOCKET = 3, WIRE_WORK = 4,		/* in the worker */
	WIRE_JOBS_MAX = 64,
	WIRE_FDS_MAX = 2 * WIRE_JOBS_MAX,
	WIRE_MESSAGE_MAX = 64 * 1024,
	WIRE_NAME_MAX = 2048,			/* a name as shown */
};

struct wire_job {
	uint32_t item;
	uint8_t mode;
	bool replay;			/* or `earlier` is not looked at */
	char name[WIRE_NAME_MAX + 1];
	char sha256[DIGEST_HEX + 1];	/* of its bytes; "": not known */
	int fd, earlier;		/* the package; earlier.h */
};

/*
 * At most WIRE_JOBS_MAX. -1: the worker is gone (errno EPIPE), or has not read
 * for longer than the socket waits (EAGAIN), or worse.
 */
int wire_send_jobs(int sock, const struct wire_job *, size_t n, struct err *);

/* The worker's side: their number, 0 when the coordinator is gone, -1. */
int wire_recv_jobs(int sock, struct wire_job *, struct err *);
void wire_job_done(const struct wire_job *);	/* closes what came with it */

int wire_send_ready(int sock, const char config_sha256[DIGEST_HEX + 1],
    struct err *);
int wire_send_answer(int sock, uint32_t item, const struct answer *,
    struct err *);

/* The house failed in the worker: the disk, not the package. */
int wire_send_trouble(int sock, const struct err *);

enum wire_event {
	WIRE_NOTHING,			/* more must come */
	WIRE_READY, WIRE_ANSWER, WIRE_TROUBLE,
	WIRE_GONE,			/* the worker has closed its end */
	WIRE_NONSENSE,			/* it said what no sound worker says */
};

/* What has come of the answer under way. */
struct wire_reader {
	bool ready;			/* it may say so just once */
	struct answer *answer;
	uint32_t item;
	size_t made_cap;
	size_t files_left;		/* of the last made */
};

struct wire_news {
	uint32_t item;
	struct answer *answer;		/* WIRE_ANSWER: the taker frees it */
	char config_sha256[DIGEST_HEX + 1];	/* WIRE_READY */
	struct err trouble;
};

/* One message; it does not block when there is none. */
enum wire_event wire_recv(int sock, struct wire_reader *, struct wire_news *);
void wire_reader_done(struct wire_reader *);

#endif
