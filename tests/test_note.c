#include "tests/expect.h"

#include <stdlib.h>

#include "spool/base64.h"
#include "spool/buf.h"
#include "spool/note.h"

#define ORIGIN "flerapp/test/ledger"
#define DASH "\xe2\x80\x94 "

/* 32 bytes, and 4 + 64. */
#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define SIGNATURE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HEAD ORIGIN "\n1234\n" ROOT "\n\n"
#define GOOD HEAD DASH ORIGIN " " SIGNATURE "\n"

static void
bytes_become_base64_and_come_back(void **unused)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" }, { "\xfb\xef\xbe", "++++" },
	};
	unsigned char back[8];
	struct buf b = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].bytes);

		buf_reset(&b);
		base64_write(&b, rows[i].bytes, n);
		assert_string_equal(buf_text(&b), rows[i].text);
		assert_true(base64_read(back, n, rows[i].text,
		    strlen(rows[i].text)));
		assert_memory_equal(back, rows[i].bytes, n);
	}
	buf_free(&b);
}

static void
base64_has_one_spelling(void **unused)
{
	static const char *const rows[] = {
		"Zg", "Zg=", "Zh==", "Zg=a", "Z===", "====", "Zg==\n", "Zg==Zg==",
		"Z-==", " Zg=", "Zm8=", "Zm9v",
	};
	unsigned char back[8];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (base64_read(back, 1, rows[i], strlen(rows[i])))
			fail_msg("taken: %s", rows[i]);
	assert_false(base64_read(back, 2, "Zm9=", 4));
	assert_false(base64_read(back, 3, "Z\0\0v", 4));
}

static void
a_note_is_written_as_it_is_read(void **unused)
{
	struct buf b = { 0 };
	struct note n;

	(void)unused;
	assert_null(note_parse(&n, GOOD, strlen(GOOD)));
	assert_string_equal(n.origin, ORIGIN);
	assert_int_equal(n.size, 1234);
	assert_int_equal(n.root[31], 31);
	note_write(&n, &b);
	assert_string_equal(buf_text(&b), GOOD);
	buf_reset(&b);
	note_body(&n, &b);
	assert_string_equal(buf_text(&b), ORIGIN "\n1234\n" ROOT "\n");
	buf_reset(&b);
	note_signature(&n, &b);
	assert_string_equal(buf_text(&b), SIGNATURE);
	buf_free(&b);
}

static void
lines_of_witnesses_may_stand_around_ours(void **unused)
{
	static const char text[] = HEAD DASH "vitne.example AAAAAAAA\n"
	    DASH ORIGIN " " SIGNATURE "\n" DASH "annet AAAAAAAAAAAA\n";
	struct note n;

	(void)unused;
	assert_null(note_parse(&n, text, strlen(text)));
	assert_int_equal(n.size, 1234);
}

static void
a_malformed_note_is_refused_with_a_reason(void **unused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "origin" },
		{ ORIGIN, "origin" },
		{ "\n1234\n" ROOT "\n\n", "origin" },
		{ "a b\n1234\n", "origin" },
		{ "a+b\n1234\n", "origin" },
		{ "a\tb\n1234\n", "origin" },
		{ "a\xc3\xb8\n1234\n", "origin" },
		{ ORIGIN "\r\n1234\n", "origin" },
		{ ORIGIN "\n", "number" },
		{ ORIGIN "\n\n", "number" },
		{ ORIGIN "\n01\n", "number" },
		{ ORIGIN "\n-1\n", "number" },
		{ ORIGIN "\n+1\n", "number" },
		{ ORIGIN "\n1 \n", "number" },
		{ ORIGIN "\n0x1\n", "number" },
		{ ORIGIN "\n1234567890123456\n", "number" },
		{ ORIGIN "\n18446744073709551617\n", "number" },
		{ ORIGIN "\n1234\n", "tree hash" },
		{ ORIGIN "\n1234\nAAAA\n", "tree hash" },
		{ ORIGIN "\n1234\n" ROOT "=\n", "tree hash" },
		{ ORIGIN "\n1234\n" ROOT, "tree hash" },
		{ ORIGIN "\n1234\n" ROOT "\n", "fourth" },
		{ ORIGIN "\n1234\n" ROOT "\nmore\n\n" DASH ORIGIN " "
		    SIGNATURE "\n", "fourth" },
		{ ORIGIN "\n1234\n" ROOT "\n" DASH ORIGIN " " SIGNATURE "\n",
		    "fourth" },
		{ HEAD, "no signature" },
		{ HEAD DASH "another " SIGNATURE "\n", "no signature" },
		{ HEAD DASH ORIGIN " " SIGNATURE, "middle" },
		{ HEAD "- " ORIGIN " " SIGNATURE "\n", "is none" },
		{ HEAD DASH "\n", "is none" },
		{ HEAD DASH ORIGIN "\n", "is none" },
		{ HEAD DASH ORIGIN " \n", "is none" },
		{ HEAD DASH " " SIGNATURE "\n", "is none" },
		{ HEAD DASH ORIGIN " AAAA\n", "is none" },
		{ HEAD DASH ORIGIN " AAAAAAAA\n", "Ed25519" },
		{ HEAD DASH ORIGIN " " SIGNATURE " \n", "Ed25519" },
		{ HEAD DASH ORIGIN "  " SIGNATURE "\n", "Ed25519" },
		{ GOOD "\n", "is none" },
		{ GOOD "x", "middle" },
	};
	struct note n;

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *why = note_parse(&n, rows[i].text,
		    strlen(rows[i].text));

		if (why == NULL || strstr(why, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, why != NULL ? why :
			    "taken");
	}
}

static void
a_note_has_bounds(void **unused)
{
	struct buf b = { 0 };
	struct note n;

	(void)unused;
	buf_str(&b, HEAD DASH ORIGIN " " SIGNATURE "\n");
	for (int i = 1; i < NOTE_SIGNERS; i++)
		buf_str(&b, DASH "vitne AAAAAAAA\n");
	assert_null(note_parse(&n, b.p, b.len));
	buf_str(&b, DASH "vitne AAAAAAAA\n");
	assert_non_null(note_parse(&n, b.p, b.len));
	buf_reset(&b);
	for (int i = 0; i <= NOTE_ORIGIN; i++)
		buf_char(&b, 'a');
	assert_false(note_origin_ok(b.p));
	assert_true(note_origin_ok(b.p + 1));
	buf_str(&b, "\n1\n" ROOT "\n\n");
	assert_non_null(note_parse(&n, b.p, b.len));
	buf_reset(&b);
	buf_str(&b, HEAD DASH "vitne ");
	while (b.len < NOTE_MAX)
		buf_str(&b, "AAAA");
	buf_str(&b, "\n" DASH ORIGIN " " SIGNATURE "\n");
	assert_non_null(note_parse(&n, b.p, b.len));
	buf_free(&b);
}

static void
no_byte_of_a_note_can_be_exchanged_unseen(void **unused)
{
	struct buf b = { 0 }, back = { 0 };
	struct note n;

	(void)unused;
	buf_str(&b, GOOD);
	for (size_t i = 0; i < b.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			buf_reset(&back);
			if (note_parse(&n, b.p, b.len) == NULL)
				note_write(&n, &back);
			/* Refused, or another note, but never this one. */
			assert_string_not_equal(buf_text(&back), GOOD);
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
		}
	buf_free(&b);
	buf_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_base64_and_come_back),
		cmocka_unit_test(base64_has_one_spelling),
		cmocka_unit_test(a_note_is_written_as_it_is_read),
		cmocka_unit_test(lines_of_witnesses_may_stand_around_ours),
		cmocka_unit_test(a_malformed_note_is_refused_with_a_reason),
		cmocka_unit_test(a_note_has_bounds),
		cmocka_unit_test(no_byte_of_a_note_can_be_exchanged_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
