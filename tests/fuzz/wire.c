#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/mem.h"
#include "spool/wire.h"
#include "tests/fuzz/fuzz.h"

/*
 * Messages of a hostile peer, each with its length in two bytes before it and
 * some with descriptors.  What the coordinator takes for an answer is sound
 * and says the same when it is sent again; no descriptor is left open.
 */

enum { OTHER_SIDE = 1, WITH_FDS = 2, FDS = 3 };

static void
talk(int pair[2])
{
	assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) == 0);
}

static void
hang_up(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static void
send_raw(int sock, struct fuzz m, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(FDS * sizeof(int))];
	} control;
	const int fds[FDS] = { 2, 2, 2 };
	struct iovec io = { .iov_base = (void *)m.p, .iov_len = m.n };
	struct msghdr h = { .msg_iov = &io, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (n_fds > 0) {
		memset(&control, 0, sizeof control);
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	assert(sendmsg(sock, &h, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)m.n);
}

/* The next message of the input; false when there is none. */
static bool
message(struct fuzz *in, struct fuzz *m)
{
	size_t n;

	if (in->n < 3)
		return false;
	n = fuzz_byte(in);
	n |= (size_t)fuzz_byte(in) << 8;
	*m = (struct fuzz){ in->p, n < in->n ? n : in->n };
	in->p += m->n;
	in->n -= m->n;
	return m->n > 0;
}

static void
tell(struct buf *b, const struct answer *a)
{
	buf_fmt(b, "%s %llu %s %s\n", a->sha256, (unsigned long long)a->size,
	    a->guid, a->app);
	fuzz_tell(b, &a->findings);
	for (size_t i = 0; i < a->n_made; i++) {
		const struct made *m = &a->made[i];

		buf_fmt(b, "%s %s %s %s %d %s\n", m->app, m->owner, m->key,
		    m->from, (int)m->zip, m->content);
		for (size_t k = 0; k < m->n_files; k++)
			buf_fmt(b, "%s %llu %s\n", m->files[k].name,
			    (unsigned long long)m->files[k].size,
			    m->files[k].sha256);
	}
}

static void
drop(struct answer *a)
{
	answer_free(a);
	free(a);
}

/* An answer that was taken is sent and taken once more. */
static void
check_again(const struct answer *a)
{
	struct wire_reader r = { .answer = NULL };
	struct wire_news news = { .answer = NULL };
	struct buf one = { 0 }, two = { 0 };
	enum wire_event event;
	struct err e;
	int pair[2];

	talk(pair);
	assert(wire_send_answer(pair[0], 7, a, &e) == 0);
	do {
		event = wire_recv(pair[1], &r, &news);
	} while (event == WIRE_NOTHING);
	assert(event == WIRE_ANSWER && news.item == 7);
	tell(&one, a);
	tell(&two, news.answer);
	assert(strcmp(buf_text(&one), buf_text(&two)) == 0);
	drop(news.answer);
	wire_reader_done(&r);
	buf_free(&one);
	buf_free(&two);
	hang_up(pair);
}

static void
as_coordinator(struct fuzz in, bool with_fds)
{
	struct wire_reader r = { .answer = NULL };
	enum wire_event event = WIRE_NOTHING;
	struct fuzz m;
	struct err e;
	int pair[2];

	talk(pair);
	while ((event == WIRE_NOTHING || event == WIRE_READY) &&
	    message(&in, &m)) {
		struct wire_news news = { .answer = NULL };

		send_raw(pair[0], m, with_fds ? m.n % (FDS + 1) : 0);
		event = wire_recv(pair[1], &r, &news);
		assert(event != WIRE_GONE);
		if (event == WIRE_READY)
			assert(id_hex_ok(news.config_sha256, DIGEST_HEX));
		if (event == WIRE_TROUBLE)
			assert(strlen(news.trouble.text) <
			    sizeof news.trouble.text);
		if (event == WIRE_ANSWER) {
			assert(answer_ok(news.answer, &e) == 0);
			fuzz_findings(&news.answer->findings);
			check_again(news.answer);
			drop(news.answer);
			event = WIRE_NOTHING;
		}
	}
	wire_reader_done(&r);
	hang_up(pair);
}

static void
as_worker(struct fuzz in, bool with_fds)
{
	struct wire_job *jobs = mem_alloc(WIRE_JOBS_MAX * sizeof *jobs);
	struct fuzz m;
	struct err e;
	int pair[2], n = 1;

	talk(pair);
	while (n > 0 && message(&in, &m)) {
		send_raw(pair[0], m, with_fds ? m.n % (FDS + 1) : 0);
		n = wire_recv_jobs(pair[1], jobs, &e);
		assert(n >= -1 && n <= FDS);
		for (int i = 0; i < n; i++) {
			assert(strlen(jobs[i].name) <= WIRE_NAME_MAX);
			assert(!jobs[i].replay || jobs[i].earlier >= 0);
			wire_job_done(&jobs[i]);
		}
	}
	hang_up(pair);
	free(jobs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size);
	unsigned options = fuzz_byte(&in);
	int descriptors = fuzz_descriptors();

	if ((options & OTHER_SIDE) != 0)
		as_worker(in, (options & WITH_FDS) != 0);
	else
		as_coordinator(in, (options & WITH_FDS) != 0);
	assert(fuzz_descriptors() == descriptors);
	return 0;
}
