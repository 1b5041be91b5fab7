#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/batch.h"
#include "spool/err.h"
#include "spool/log.h"

/* A valid synthetic person number (contract 8.2). */
#define PERSON "15867210064"

static char file[] = "/tmp/test_log.XXXXXX";
static char said[4096];
static int saved;

/* stderr goes to a file of its own; with `journal` it is the journal's. */
static void
listen_in(bool journal)
{
	char stream[64];
	struct stat st;
	int fd = open(file, O_RDWR | O_TRUNC | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &st), 0);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", journal ? stream : "1:1", 1);
	saved = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_start("prog", LEVEL_INFO);
}

static const char *
heard(void)
{
	ssize_t n = pread(STDERR_FILENO, said, sizeof said - 1, 0);

	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_true(n >= 0);
	said[n] = '\0';
	return said;
}

static void
the_journal_gets_priorities_and_people_the_name(void **unused)
{
	(void)unused;
	listen_in(true);
	log_line(LEVEL_WARNING, "full %d", 1);
	assert_string_equal(heard(), "<4>full 1\n");
	listen_in(false);
	log_line(LEVEL_WARNING, "full %d", 1);
	log_line(LEVEL_DEBUG, "not wanted");
	assert_string_equal(heard(), "prog: full 1\n");
}

static void
a_package_is_one_line_with_its_id_first(void **unused)
{
	const struct batch_event refused = { .id = "sha256-ab", .app = "",
	    .package = "a \"b\".zip", .state = STATE_REJECTED,
	    .codes = "Xsd NOT_ENDED" };
	const struct batch_event made = { .id = "x-1", .app = "ttd/a",
	    .package = "p.zip", .state = STATE_PUBLISHED, .codes = "",
	    .instances = 2 };

	(void)unused;
	listen_in(true);
	log_package(&refused);
	log_package(&made);
	assert_string_equal(heard(),
	    "<4>id=sha256-ab state=rejected codes=Xsd,NOT_ENDED "
	    "package=\"a \\\"b\\\".zip\"\n"
	    "<6>id=x-1 state=published app=ttd/a instances=2 "
	    "package=\"p.zip\"\n");
	listen_in(false);
	log_package(&made);
	assert_string_equal(heard(), "prog: id=x-1 state=published "
	    "app=ttd/a instances=2 package=\"p.zip\"\n");
}

static void
a_strangers_name_can_neither_forge_a_line_nor_tell_a_number(void **unused)
{
	const struct batch_event v = { .id = "x", .app = "",
	    .package = PERSON "\nid=y\x1b[2J\xff.zip",
	    .state = STATE_HELD, .codes = "CONFLICT" };

	(void)unused;
	listen_in(true);
	log_package(&v);
	log_line(LEVEL_INFO, "%s", PERSON "\nforged");
	assert_string_equal(heard(),
	    "<4>id=x state=held codes=CONFLICT "
	    "package=\"***********\\x0aid=y\\x1b[2J\\xff.zip\"\n"
	    "<6>***********\\x0aforged\n");
}

static void
faults_and_errors_say_where_and_what_to_try(void **unused)
{
	struct faults f = { 0 };
	struct err e;

	(void)unused;
	faults_add(&f, "/c/flerapp.conf", 5, 0, "unknown key antall");
	faults_add(&f, "/c/x.csv", 0, 0, "empty");
	faults_warn(&f, "/c/y.csv", 2, 7, "odd");
	err_set(&e, ERR_NO_INPUT, "no such package (x)");
	listen_in(false);
	log_faults(&f);
	assert_int_equal(log_err(&e), 66);
	e.text[0] = '\0';
	e.kind = ERR_CONFIG;
	assert_int_equal(log_err(&e), 78);
	assert_string_equal(heard(),
	    "prog: unknown key antall (/c/flerapp.conf:5); try: flerapp "
	    "doctor\n"
	    "prog: empty (/c/x.csv); try: flerapp doctor\n"
	    "prog: warning: odd (/c/y.csv:2:7); try: flerapp doctor\n"
	    "prog: no such package (x); try: flerapp list; or ls, for a file\n");
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_journal_gets_priorities_and_people_the_name),
		cmocka_unit_test(a_package_is_one_line_with_its_id_first),
		cmocka_unit_test(
		    a_strangers_name_can_neither_forge_a_line_nor_tell_a_number),
		cmocka_unit_test(faults_and_errors_say_where_and_what_to_try),
	};
	int fd = mkstemp(file), rc;

	if (fd == -1)
		return 1;
	close(fd);
	rc = cmocka_run_group_tests_name("log", tests, NULL, NULL);
	unlink(file);
	return rc;
}
