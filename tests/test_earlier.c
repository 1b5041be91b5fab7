#include "tests/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/earlier.h"
#include "spool/err.h"
#include "spool/id.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define TO "ttd/mottak-b/org-310000027/"

static const char *const paths[] = {
	TO GUID ".r.0002~12", TO GUID ".r", "ttd/b/party-7/" GUID ".a~3",
	"ttd/b/person-0123456789abcdef/" GUID ".r.0001",
};

static void
a_key_becomes_the_next_of_its_kind(void **unused)
{
	static const struct {
		const char *key, *next, *before;
	} rows[] = {
		{ GUID ".r", GUID ".r~2", TO GUID ".r" },
		{ GUID ".a", GUID ".a~4", "ttd/b/party-7/" GUID ".a~3" },
		{ GUID ".r.0001", GUID ".r.0001~2",
		    "ttd/b/person-0123456789abcdef/" GUID ".r.0001" },
		{ GUID ".r.0002", GUID ".r.0002~13", TO GUID ".r.0002~12" },
		{ GUID ".r.0003", GUID ".r.0003", NULL },
		{ GUID ".r.000", GUID ".r.000", NULL },
		{ GUID ".", GUID ".", NULL },
	};
	struct earlier *x;
	struct err e;
	int fd;

	(void)unused;
	fd = earlier_write(paths, N(paths), &e);
	assert_int_not_equal(fd, -1);
	for (int again = 0; again < 2; again++) {
		x = earlier_read(fd, &e);
		assert_non_null(x);
		for (size_t i = 0; i < N(rows); i++) {
			char key[ID_KEY_MAX + 1];
			const char *before;

			snprintf(key, sizeof key, "%s", rows[i].key);
			before = earlier_key(x, key);
			assert_string_equal(key, rows[i].next);
			if (rows[i].before == NULL)
				assert_null(before);
			else
				assert_string_equal(before, rows[i].before);
		}
		earlier_free(x);
	}
	close(fd);
}

static void
an_empty_list_has_nothing_before(void **unused)
{
	char key[ID_KEY_MAX + 1] = GUID ".r";
	struct earlier *x;
	struct err e;
	int fd;

	(void)unused;
	fd = earlier_write(NULL, 0, &e);
	x = earlier_read(fd, &e);
	assert_non_null(x);
	assert_null(earlier_key(x, key));
	assert_string_equal(key, GUID ".r");
	earlier_free(x);
	close(fd);
}

/* The next worker is told the same, whatever the one before has tried. */
static void
no_worker_can_change_the_list(void **unused)
{
	struct err e;
	int fd;

	(void)unused;
	fd = earlier_write(paths, N(paths), &e);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 4096), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
	close(fd);
}

static void
a_list_that_is_none_of_ours_is_not_used(void **unused)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
#define ROW(s) { s, sizeof(s) - 1 }
		ROW(TO GUID ".r"), ROW("\n"), ROW("x\n"),
		ROW(TO GUID ".r\n" TO GUID ".r~2\n"),
		ROW(TO GUID ".r\n" "ttd/b/party-7/" GUID ".r\n"),
		ROW("ttd/mottak-b/org-310000027\n"),
		ROW("../mottak-b/org-310000027/" GUID ".r\n"),
		ROW("ttd/mottak-b/../" GUID ".r\n"),
		ROW("/ttd/mottak-b/org-310000027/" GUID ".r\n"),
		ROW(TO "../" GUID ".r\n"), ROW(TO GUID ".r~1\n"),
		ROW(TO GUID ".r\0\n"),
#undef ROW
	};
	struct err e;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		int fd = memfd_create("list", MFD_CLOEXEC);

		assert_int_equal(write(fd, rows[i].text, rows[i].n),
		    (ssize_t)rows[i].n);
		if (earlier_read(fd, &e) != NULL)
			fail_msg("row %zu was taken", i);
		assert_int_equal(e.kind, ERR_BUG);
		close(fd);
	}
	assert_null(earlier_read(-1, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_becomes_the_next_of_its_kind),
		cmocka_unit_test(an_empty_list_has_nothing_before),
		cmocka_unit_test(no_worker_can_change_the_list),
		cmocka_unit_test(a_list_that_is_none_of_ours_is_not_used),
	};

	return cmocka_run_group_tests_name("earlier", tests, NULL, NULL);
}
