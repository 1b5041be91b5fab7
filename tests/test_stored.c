#include "tests/expect.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/stored.h"

static void
two(struct buf *b, unsigned n)
{
	buf_char(b, (char)(n & 0xff));
	buf_char(b, (char)(n >> 8 & 0xff));
}

static void
four(struct buf *b, size_t n)
{
	two(b, (unsigned)(n & 0xffff));
	two(b, (unsigned)(n >> 16 & 0xffff));
}

struct member {
	const char *name, *data;
	unsigned flags, method;
};

static size_t
add_local(struct buf *b, const struct member *m)
{
	size_t at = b->len, n = strlen(m->data);

	buf_str(b, "PK\3\4");
	two(b, 20), two(b, m->flags), two(b, m->method), four(b, 0);
	four(b, 0), four(b, n), four(b, n);
	two(b, (unsigned)strlen(m->name)), two(b, 3);
	buf_str(b, m->name);
	buf_str(b, "xxx");		/* an extra field */
	buf_str(b, m->data);
	return at;
}

static void
add_central(struct buf *b, const struct member *m, size_t at)
{
	size_t n = strlen(m->data);

	buf_str(b, "PK\1\2");
	two(b, 20), two(b, 20), two(b, m->flags), two(b, m->method);
	four(b, 0), four(b, 0), four(b, n), four(b, n);
	two(b, (unsigned)strlen(m->name)), two(b, 5), two(b, 0), two(b, 0);
	two(b, 0), four(b, 0), four(b, at);
	buf_str(b, m->name);
	buf_str(b, "extra");
}

static void
make_zip(struct buf *b, const struct member *m, size_t n)
{
	size_t at[8], start;

	for (size_t i = 0; i < n; i++)
		at[i] = add_local(b, &m[i]);
	start = b->len;
	for (size_t i = 0; i < n; i++)
		add_central(b, &m[i], at[i]);
	buf_str(b, "PK\5\6");
	two(b, 0), two(b, 0), two(b, (unsigned)n), two(b, (unsigned)n);
	four(b, b->len - start - 12), four(b, start), two(b, 0);
}

static bool
holds(const struct buf *zip, const char *name, const char *want)
{
	const void *data;
	size_t n;

	return stored_find(zip->p, zip->len, name, &data, &n) &&
	    n == strlen(want) && memcmp(data, want, n) == 0;
}

static const struct member members[] = {
	{ "instance.json", "{}", 8, 0 },
	{ "tom.txt", "", 0, 0 },
	{ "skjema-\xc3\xa5.xml", "<A/>", 0x808, 0 },
};

static void
members_are_found_by_name(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	make_zip(&b, members, 3);
	assert_true(holds(&b, "instance.json", "{}"));
	assert_true(holds(&b, "tom.txt", ""));
	assert_true(holds(&b, "skjema-\xc3\xa5.xml", "<A/>"));
	assert_false(holds(&b, "instance.jso", "{}"));
	assert_false(holds(&b, "", ""));
	buf_free(&b);
}

static void
what_we_do_not_write_is_not_read(void **unused)
{
	static const struct member others[] = {
		{ "a", "deflated", 0, 8 }, { "a", "encrypted", 1, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct buf b = { 0 };

		make_zip(&b, &others[i], 1);
		assert_false(holds(&b, "a", others[i].data));
		buf_free(&b);
	}
}

/* With sanitizers: nothing outside is read, wherever it is cut or bent. */
static void
damage_never_leads_outside(void **unused)
{
	struct buf b = { 0 };
	const void *data;
	size_t n;

	(void)unused;
	make_zip(&b, members, 3);
	for (size_t len = 0; len <= b.len; len++) {
		char *copy = malloc(len + 1);

		memcpy(copy, b.p, len);
		assert_int_equal(stored_find(copy, len, "instance.json",
		    &data, &n), len == b.len);
		free(copy);
	}
	for (size_t i = 0; i < b.len * 2; i++) {
		char *copy = malloc(b.len);

		memcpy(copy, b.p, b.len);
		copy[i / 2] = (char)(i % 2 == 0 ? 0xff : 0x7f);
		if (stored_find(copy, b.len, "tom.txt", &data, &n))
			assert_true((const char *)data >= copy &&
			    (const char *)data + n <= copy + b.len);
		free(copy);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(what_we_do_not_write_is_not_read),
		cmocka_unit_test(damage_never_leads_outside),
	};

	return cmocka_run_group_tests_name("stored", tests, NULL, NULL);
}
