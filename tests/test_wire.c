#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spool/mem.h"
#include "spool/wire.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct talk {
	int near, far;
};

static int
set_up(void **state)
{
	struct talk *t = mem_alloc(sizeof *t);
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC,
	    0, pair), 0);
	*t = (struct talk){ pair[0], pair[1] };
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct talk *t = *state;

	close(t->near);
	close(t->far);
	free(t);
	return 0;
}

/* The lowest number that is free: it rises when a descriptor leaks. */
static int
lowest(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void
send_with_fd(int sock, const void *bytes, size_t n)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec io = { .iov_base = (void *)bytes, .iov_len = n };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fd = STDERR_FILENO;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	assert_int_equal(sendmsg(sock, &m, 0), (ssize_t)n);
}

static void
jobs_come_with_their_descriptors(void **state)
{
	const struct wire_job sent[2] = {
		{ .item = 7, .mode = 1, .name = "a.zip", .sha256 = HEX,
		    .fd = 2 },
		{ .item = 8, .mode = 2, .name = "b.tar", .fd = 2 },
	};
	struct wire_job *got = calloc(WIRE_JOBS_MAX, sizeof *got);
	struct talk *t = *state;
	int free_fd = lowest();
	struct err e;

	assert_int_equal(wire_send_jobs(t->near, sent, 2, &e), 0);
	assert_int_equal(wire_recv_jobs(t->far, got, &e), 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(got[i].item, sent[i].item);
		assert_int_equal(got[i].mode, sent[i].mode);
		assert_string_equal(got[i].name, sent[i].name);
		assert_string_equal(got[i].sha256, sent[i].sha256);
		close(got[i].fd);
	}
	assert_int_equal(lowest(), free_fd);
	free(got);
}

static void
a_message_of_jobs_that_is_malformed_leaves_nothing_open(void **state)
{
	static const char *const messages[] = { "x", "\1\2\3", "\2\2\3\4\5" };
	struct wire_job *got = calloc(WIRE_JOBS_MAX, sizeof *got);
	struct talk *t = *state;
	int free_fd = lowest();
	struct err e;

	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		send_with_fd(t->near, messages[i], strlen(messages[i]));
		assert_int_equal(wire_recv_jobs(t->far, got, &e), -1);
		assert_int_equal(e.kind, ERR_BUG);
		assert_int_equal(lowest(), free_fd);
	}
	free(got);
}

/* Else a worker that somebody took over could use up the coordinator's. */
static void
a_worker_cannot_leave_a_descriptor_with_the_coordinator(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum wire_event event;
	} rows[] = {
		{ "x", 1, WIRE_NONSENSE }, { "", 1, WIRE_NONSENSE },
		{ "", 0, WIRE_GONE },
	};
	struct talk *t = *state;
	int free_fd = lowest();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wire_reader r = { .answer = NULL };
		struct wire_news news;

		send_with_fd(t->near, rows[i].bytes, rows[i].n);
		assert_int_equal(wire_recv(t->far, &r, &news),
		    rows[i].event);
		assert_int_equal(lowest(), free_fd);
		wire_reader_done(&r);
	}
}

/* What the coordinator makes of an answer. */
static enum wire_event
answered(struct talk *t, const struct answer *a, struct wire_news *news)
{
	struct wire_reader r = { .answer = NULL };
	enum wire_event event;
	struct err e;

	assert_int_equal(wire_send_answer(t->near, 7, a, &e), 0);
	do {
		event = wire_recv(t->far, &r, news);
	} while (event == WIRE_NOTHING);
	wire_reader_done(&r);
	return event;
}

static void
an_answer_leaves_findings_out_only_when_there_is_no_room(void **state)
{
	struct answer a = { .sha256 = HEX, .size = 1 };
	struct wire_news news = { .item = 0 };

	findings_init(&a.findings, &a.arena);
	findings_add(&a.findings, F_XSD, "data/x", 3, "/a", "not valid");
	assert_int_equal(answered(*state, &a, &news), WIRE_ANSWER);
	assert_int_equal(news.item, 7);
	assert_int_equal(news.answer->findings.n, 1);
	answer_free(news.answer);
	free(news.answer);
	a.findings.left_out = 1;
	assert_int_equal(answered(*state, &a, &news), WIRE_NONSENSE);
	answer_free(&a);
}

/* Each "ready" is a sign of life: a worker that hangs must not repeat it. */
static void
a_worker_is_ready_only_once(void **state)
{
	struct wire_reader r = { .answer = NULL };
	struct wire_news news = { .item = 0 };
	struct talk *t = *state;
	struct err e;

	assert_int_equal(wire_send_ready(t->near, HEX, &e), 0);
	assert_int_equal(wire_send_ready(t->near, HEX, &e), 0);
	assert_int_equal(wire_recv(t->far, &r, &news), WIRE_READY);
	assert_string_equal(news.config_sha256, HEX);
	assert_int_equal(wire_recv(t->far, &r, &news), WIRE_NONSENSE);
	wire_reader_done(&r);
	assert_int_equal(wire_send_ready(t->near, HEX, &e), 0);
	assert_int_equal(wire_recv(t->far, &r, &news), WIRE_READY);
	wire_reader_done(&r);
}

/* Its peer ended with a message unread: what it had said comes first. */
static void
what_was_said_before_the_end_is_heard(void **state)
{
	struct wire_job job = { .item = 7, .name = "a.zip", .fd = 2 };
	struct wire_reader r = { .answer = NULL };
	struct wire_news news = { .item = 0 };
	struct talk *t = *state;
	struct err e;

	assert_int_equal(wire_send_jobs(t->near, &job, 1, &e), 0);
	assert_int_equal(wire_send_ready(t->far, HEX, &e), 0);
	close(t->far);
	assert_int_equal(wire_recv(t->near, &r, &news), WIRE_READY);
	assert_int_equal(wire_recv(t->near, &r, &news), WIRE_GONE);
	t->far = open("/dev/null", O_RDONLY | O_CLOEXEC);
	wire_reader_done(&r);
}

static void
a_worker_sends_no_descriptors(void **state)
{
	struct wire_reader r = { .answer = NULL };
	struct wire_news news = { .item = 0 };
	const char ready[] = "\2\100\0" HEX;
	struct talk *t = *state;
	int free_fd = lowest();

	send_with_fd(t->far, ready, sizeof ready - 1);
	assert_int_equal(wire_recv(t->near, &r, &news), WIRE_NONSENSE);
	assert_int_equal(lowest(), free_fd);
	wire_reader_done(&r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    jobs_come_with_their_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_worker_is_ready_only_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_was_said_before_the_end_is_heard, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_worker_sends_no_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_message_of_jobs_that_is_malformed_leaves_nothing_open,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_worker_cannot_leave_a_descriptor_with_the_coordinator,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_answer_leaves_findings_out_only_when_there_is_no_room,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
