#include "tests/expect.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "spool/notify.h"

/* A service manager that listens at the path; '@' stands for NUL. */
static int
listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	memcpy(a.sun_path, path, n);
	if (*path == '@')
		a.sun_path[0] = '\0';
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void
hears(int fd, const char *want)
{
	char said[256];
	ssize_t n = recv(fd, said, sizeof said - 1, 0);

	if (want == NULL) {
		assert_int_equal(n, -1);
		return;
	}
	assert_true(n >= 0);
	said[n] = '\0';
	assert_string_equal(said, want);
}

static void
a_message_is_one_datagram(void **unused)
{
	char path[64];
	int fd;

	(void)unused;
	snprintf(path, sizeof path, "@test_notify.%ld", (long)getpid());
	fd = listen_at(path);
	notify_send("READY=1\nSTATUS=%d waiting", 3);
	hears(fd, "READY=1\nSTATUS=3 waiting");
	hears(fd, NULL);
	close(fd);
	snprintf(path, sizeof path, "/tmp/test_notify.%ld", (long)getpid());
	fd = listen_at(path);
	notify_send("STOPPING=1");
	hears(fd, "STOPPING=1");
	close(fd);
	unlink(path);
}

static void
nobody_there_is_no_error(void **unused)
{
	static const char *const paths[] = { "", "/", "x", "/tmp/nobody/s",
	    "@nobody-listens-here" };
	char longest[300];

	(void)unused;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		setenv("NOTIFY_SOCKET", paths[i], 1);
		notify_send("READY=1");
	}
	memset(longest, '/', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	notify_send("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");
}

static void
the_watchdog_is_ours_only_and_wants_a_sign_twice_as_often(void **unused)
{
	char pid[24];

	(void)unused;
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog(), 0);
	setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(notify_watchdog(), 30000);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog(), 0);
	setenv("WATCHDOG_USEC", "tull", 1);
	assert_int_equal(notify_watchdog(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_datagram),
		cmocka_unit_test(nobody_there_is_no_error),
		cmocka_unit_test(
		    the_watchdog_is_ours_only_and_wants_a_sign_twice_as_often),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
