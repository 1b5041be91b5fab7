#include "tests/expect.h"

#include <stdlib.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/multipart.h"

static struct part
part(const char *name, const char *type, const char *filename,
    const char *data)
{
	return (struct part){ .name = name, .type = type,
	    .filename = filename, .data = data, .size = strlen(data) };
}

/* What was written, in memory of its own. */
static char *
written(const char *boundary, const struct part *p, size_t n)
{
	char name[] = "/tmp/test_multipart.XXXXXX";
	int fd = mkstemp(name);
	off_t size;
	struct err e;
	char *s;

	assert_int_not_equal(fd, -1);
	unlink(name);
	assert_int_equal(multipart_write(fd, boundary, p, n, &e), 0);
	size = lseek(fd, 0, SEEK_CUR);
	s = calloc(1, (size_t)size + 1);
	assert_int_equal(pread(fd, s, (size_t)size, 0), size);
	close(fd);
	return s;
}

static void
parts_come_in_order_each_with_its_headers(void **unused)
{
	const struct part p[] = {
		part("instance", "application/json; charset=utf-8", NULL,
		    "{}\n"),
		part("mottak", "application/xml", NULL, "<M/>"),
		part("vedlegg", "application/pdf", "Innsending A.pdf", ""),
	};
	char *s = written("b", p, 3);

	(void)unused;
	assert_string_equal(s,
	    "--b\r\nContent-Type: application/json; charset=utf-8\r\n"
	    "Content-Disposition: form-data; name=\"instance\"\r\n\r\n"
	    "{}\n\r\n"
	    "--b\r\nContent-Type: application/xml\r\n"
	    "Content-Disposition: form-data; name=\"mottak\"\r\n\r\n"
	    "<M/>\r\n"
	    "--b\r\nContent-Type: application/pdf\r\n"
	    "Content-Disposition: form-data; name=\"vedlegg\"; "
	    "filename=\"Innsending A.pdf\"; "
	    "filename*=UTF-8''Innsending%20A.pdf\r\n\r\n"
	    "\r\n"
	    "--b--\r\n");
	free(s);
}

static void
a_file_name_cannot_leave_its_header(void **unused)
{
	static const struct {
		const char *name, *shown;
	} rows[] = {
		{ "a\"b\\c%.pdf", "filename=\"a_b_c_.pdf\"; "
		    "filename*=UTF-8''a%22b%5Cc%25.pdf\r\n" },
		{ "Kart p\xc3\xa5 \xe2\x82\xac.pdf",
		    "filename=\"Kart p_ _.pdf\"; "
		    "filename*=UTF-8''Kart%20p%C3%A5%20%E2%82%AC.pdf\r\n" },
		{ "x\r\ny", "filename=\"x__y\"; "
		    "filename*=UTF-8''x%0D%0Ay\r\n" },
		{ "a!#$&+-.^_`|~'(*)", "filename=\"a!#$&+-.^_`|~'(*)\"; "
		    "filename*=UTF-8''a!#$&+-.^_`|~%27%28%2A%29\r\n" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct part p = part("v", "a/b", rows[i].name, "");
		char *s = written("b", &p, 1);

		if (strstr(s, rows[i].shown) == NULL)
			fail_msg("%s", s);
		free(s);
	}
}

static void
the_boundary_follows_from_the_seed(void **unused)
{
	char a[MULTIPART_BOUNDARY + 1], b[MULTIPART_BOUNDARY + 1];
	const struct part p = part("x", "a/b", NULL, "data");

	(void)unused;
	multipart_boundary(a, "seed", &p, 1);
	multipart_boundary(b, "seed", &p, 1);
	assert_string_equal(a, b);
	multipart_boundary(b, "sead", &p, 1);
	assert_string_not_equal(a, b);
}

/* A part that knows each boundary so far, again and again. */
static void
the_boundary_is_in_no_part_whatever_they_hold(void **unused)
{
	char boundary[MULTIPART_BOUNDARY + 1];
	struct buf hostile = { 0 };
	struct part p[] = { part("x", "a/b", NULL, "data"),
	    part("y", "a/b", NULL, "") };
	size_t longest = 0;

	(void)unused;
	for (int i = 0; i < 40; i++) {
		p[1].data = buf_text(&hostile);
		p[1].size = hostile.len;
		multipart_boundary(boundary, "seed", p, 2);
		assert_null(strstr(buf_text(&hostile), boundary));
		assert_true(strlen(boundary) <= MULTIPART_BOUNDARY);
		if (strlen(boundary) > longest)
			longest = strlen(boundary);
		buf_fmt(&hostile, "\r\n--%s\r\n", boundary);
	}
	assert_true(longest > strlen("flerapp-") + 16);
	buf_free(&hostile);
}

static void
count_rest(void *arg)
{
	++*(int *)arg;
}

/* The boundary that comes first stands across the border of two chunks. */
static void
a_large_part_is_gone_through_in_chunks(void **unused)
{
	enum { SIZE = 3 * MULTIPART_CHUNK };
	char first[MULTIPART_BOUNDARY + 1], next[MULTIPART_BOUNDARY + 1];
	char *data = calloc(1, SIZE), *s;
	int rests = 0;
	struct part p = { .name = "x", .type = "a/b", .data = data,
	    .size = SIZE, .rest = count_rest, .arg = &rests };
	size_t head;

	(void)unused;
	multipart_boundary(first, "seed", &p, 1);
	assert_int_equal(rests, 3);
	memcpy(data + MULTIPART_CHUNK - 5, first, strlen(first));
	multipart_boundary(next, "seed", &p, 1);
	assert_string_not_equal(first, next);
	s = written("b", &p, 1);
	head = strlen("--b\r\nContent-Type: a/b\r\n"
	    "Content-Disposition: form-data; name=\"x\"\r\n\r\n");
	assert_memory_equal(s + head, data, SIZE);
	free(s);
	free(data);
}

static void
the_type_names_the_boundary(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	multipart_type(&b, "flerapp-00");
	assert_string_equal(buf_text(&b),
	    "Content-Type: multipart/form-data; boundary=\"flerapp-00\"");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_in_order_each_with_its_headers),
		cmocka_unit_test(a_file_name_cannot_leave_its_header),
		cmocka_unit_test(the_boundary_follows_from_the_seed),
		cmocka_unit_test(
		    the_boundary_is_in_no_part_whatever_they_hold),
		cmocka_unit_test(a_large_part_is_gone_through_in_chunks),
		cmocka_unit_test(the_type_names_the_boundary),
	};

	return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
