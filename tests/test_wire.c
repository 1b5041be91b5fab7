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
send_with_fds(int sock, const void *bytes, size_t n, size_t n_fds)
{
	const int fds[2] = { STDERR_FILENO, STDERR_FILENO };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fds)];
	} control = { .room = { 0 } };
	struct iovec io = { .iov_base = (void *)bytes, .iov_len = n };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = CMSG_SPACE(n_fds * sizeof *fds) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n_fds * sizeof *fds);
	memcpy(CMSG_DATA(c), fds, n_fds * sizeof *fds);
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

/* One that is made again brings its list along, between others. */
static void
a_replay_comes_with_two_descriptors(void **state)
{
	struct wire_job sent[WIRE_JOBS_MAX];
	struct wire_job *got = calloc(WIRE_JOBS_MAX, sizeof *got);
	struct talk *t = *state;
	int free_fd = lowest(), fds[2];
	char text[2] = "";
	struct err e;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "l", 1), 1);
	for (int i = 0; i < WIRE_JOBS_MAX; i++)
		sent[i] = (struct wire_job){ .item = (uint32_t)i,
		    .name = "a.zip", .fd = 2, .replay = i != 1,
		    .earlier = i == 2 ? fds[0] : 2 };
	assert_int_equal(wire_send_jobs(t->near, sent, WIRE_JOBS_MAX, &e), 0);
	assert_int_equal(wire_recv_jobs(t->far, got, &e), WIRE_JOBS_MAX);
	assert_false(got[1].replay);
	assert_int_equal(got[1].earlier, -1);
	assert_true(got[2].replay);
	assert_int_equal(read(got[2].earlier, text, 1), 1);
	assert_string_equal(text, "l");
	for (int i = 0; i < WIRE_JOBS_MAX; i++)
		wire_job_done(&got[i]);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(lowest(), free_fd);
	free(got);
}

static void
a_message_of_jobs_that_is_malformed_leaves_nothing_open(void **state)
{
	/* record, item, mode, replay, the name's length and the name */
	static const struct {
		const char *text;
		size_t n, fds;
	} messages[] = {
#define ROW(s, fds) { s, sizeof(s) - 1, fds }
		ROW("x", 1), ROW("\1\2\3", 1), ROW("\2\2\3\4\5", 1),
		ROW("\1\0\0\0\0\2\1\1\0x\0\0", 1),  /* its list is missing */
		ROW("\1\0\0\0\0\2\2\1\0x\0\0", 2),  /* neither yes nor no */
		ROW("\1\0\0\0\0\2\0\1\0x\0\0" "\1\0\0\0\0\2\0\1\0x\0\0", 1),
		ROW("\1\0\0\0\0\2\0\1\0x\0\0", 2),  /* whose is the other? */
#undef ROW
	};
	struct wire_job *got = calloc(WIRE_JOBS_MAX, sizeof *got);
	struct talk *t = *state;
	int free_fd = lowest();
	struct err e;

	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		send_with_fds(t->near, messages[i].text, messages[i].n,
		    messages[i].fds);
		assert_int_equal(wire_recv_jobs(t->far, got, &e), -1);
		assert_int_equal(e.kind, ERR_BUG);
		assert_int_equal(lowest(), free_fd);
	}
	assert_int_equal(send(t->near, "\1\0\0\0\0\2\0\1\0x\0\0",
	    12, 0), 12);
	assert_int_equal(wire_recv_jobs(t->far, got, &e), -1);
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

		send_with_fds(t->near, rows[i].bytes, rows[i].n, 1);
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

#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"

/* Of a folder all files are told, so that its content can be worked out. */
static void
what_is_in_a_folder_must_be_its_content(void **state)
{
	struct made_file files[] = {
		{ .name = "instance.json", .size = 3, .sha256 = HEX },
		{ .name = "manifest.json", .size = 3, .sha256 = HEX },
		{ .name = "SHA256SUMS", .size = 99, .sha256 = HEX },
	};
	struct made made = { .app = "ttd/b", .owner = "org-310000027",
	    .key = GUID ".r~2", .from = "0", .files = files, .n_files = 3 };
	struct answer a = { .sha256 = HEX, .guid = GUID, .app = "ttd/a",
	    .made = &made, .n_made = 1 };
	struct wire_news news = { .item = 0 };
	const char *line = HEX "  instance.json\n";

	findings_init(&a.findings, &a.arena);
	digest_hex_of(line, strlen(line), made.content);
	assert_int_equal(answered(*state, &a, &news), WIRE_ANSWER);
	assert_string_equal(news.answer->made[0].content, made.content);
	answer_free(news.answer);
	free(news.answer);
	memcpy(made.content, HEX, sizeof HEX);
	assert_int_equal(answered(*state, &a, &news), WIRE_NONSENSE);
	made.zip = true;
	made.n_files = 1;
	assert_int_equal(answered(*state, &a, &news), WIRE_ANSWER);
	answer_free(news.answer);
	free(news.answer);
	made.content[5] = 'x';
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

	send_with_fds(t->far, ready, sizeof ready - 1, 1);
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
		    a_replay_comes_with_two_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_in_a_folder_must_be_its_content, set_up,
		    tear_down),
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
