#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/fsx.h"
#include "spool/receipt.h"
#include "tests/scratch.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
/* Synthetic: a month with an offset. */
#define PERSON "17889000074"

static struct receipt
good(void)
{
	return (struct receipt){
		.package = "50012345_a.zip", .sha256 = SUM,
		.id = "sha256-0123456789abcdef0123456789abcdef",
		.time = "2026-03-03T01:15:02Z", .instance = "6513", .app = "",
		.state = STATE_REJECTED,
	};
}

static void
the_keys_are_those_of_the_design_in_order(void **unused)
{
	static const char *const instances[] = { "ttd/b/org-1/k" };
	struct receipt r = good();
	struct buf b = { 0 };

	(void)unused;
	r.state = STATE_PUBLISHED;
	r.instances = instances;
	r.n_instances = 1;
	receipt_json(&b, &r);
	assert_string_equal(buf_text(&b),
	    "{\n"
	    "  \"format\": 1,\n"
	    "  \"package\": \"50012345_a.zip\",\n"
	    "  \"sha256\": \"" SUM "\",\n"
	    "  \"id\": \"sha256-0123456789abcdef0123456789abcdef\",\n"
	    "  \"instance\": \"6513\",\n"
	    "  \"state\": \"published\",\n"
	    "  \"time\": \"2026-03-03T01:15:02Z\",\n"
	    "  \"findings\": [],\n"
	    "  \"instances\": [\n"
	    "    \"ttd/b/org-1/k\"\n"
	    "  ]\n"
	    "}\n");
	buf_reset(&b);
	receipt_line(&b, &r);
	assert_null(strchr(buf_text(&b), '\n'));
	assert_null(strstr(buf_text(&b), "instances"));
	buf_free(&b);
}

static void
findings_say_what_where_and_what_to_do(void **unused)
{
	struct arena a = { 0 };
	struct findings f, more;
	struct receipt r = good();
	struct buf b = { 0 };

	(void)unused;
	findings_init(&f, &a);
	findings_init(&more, &a);
	findings_add(&f, F_XSD, "data/x.xml", 12, "/Melding/Sak", "too long");
	findings_add(&more, F_CONFLICT, NULL, 0, NULL, "other bytes");
	r.findings = &f;
	r.more = &more;
	receipt_line(&b, &r);
	assert_non_null(strstr(b.p, "\"findings\":[{\"code\":\"Xsd\","
	    "\"message\":\"too long\",\"file\":\"data/x.xml\",\"line\":12,"
	    "\"path\":\"/Melding/Sak\",\"action\":\""));
	assert_non_null(strstr(b.p, "{\"code\":\"CONFLICT\",\"message\":"
	    "\"other bytes\",\"action\":\""));
	buf_free(&b);
	arena_free(&a);
}

static void
the_text_is_english_then_norwegian_and_names_every_code(void **unused)
{
	struct arena a = { 0 };
	struct findings f;
	struct receipt r = good();
	struct buf b = { 0 };
	const char *half;

	(void)unused;
	findings_init(&f, &a);
	findings_add(&f, F_XSD, "data/x.xml", 12, "/Melding/Sak", "too long");
	findings_add(&f, F_NOT_ENDED, NULL, 0, NULL, "not ended");
	r.findings = &f;
	receipt_text(&b, &r);
	half = strstr(b.p, "Denne pakken er avvist");
	assert_non_null(half);
	assert_non_null(strstr(b.p, "This package is refused"));
	assert_true(strstr(b.p, "1. Xsd: too long") < half);
	assert_non_null(strstr(half, "1. Xsd: too long"));
	assert_non_null(strstr(half, "2. NOT_ENDED"));
	assert_non_null(strstr(half, "data/x.xml, linje 12, /Melding/Sak"));
	assert_non_null(strstr(half, finding_action_nb(F_XSD)));
	assert_non_null(strstr(b.p, "flerapp requeue sha256-0123"));
	r.state = STATE_HELD;
	buf_reset(&b);
	receipt_text(&b, &r);
	assert_non_null(strstr(b.p, "flerapp release sha256-0123"));
	buf_free(&b);
	arena_free(&a);
}

static void
no_person_number_gets_out(void **unused)
{
	struct arena a = { 0 };
	struct findings f;
	struct receipt r = good();
	struct buf b = { 0 }, name = { 0 };

	(void)unused;
	findings_init(&f, &a);
	findings_add(&f, F_XSD, "data/" PERSON ".xml", 1, "/a[" PERSON "]",
	    "'%s' and 178890 00074", PERSON);
	r.findings = &f;
	r.note = "ringte " PERSON;
	receipt_shown(&name, PERSON "_x.zip");
	r.package = buf_text(&name);
	receipt_json(&b, &r);
	receipt_line(&b, &r);
	receipt_text(&b, &r);
	assert_null(strstr(b.p, PERSON));
	assert_null(strstr(b.p, "178890 00074"));
	assert_string_equal(buf_text(&name), "***********_x.zip");
	buf_free(&b);
	buf_free(&name);
	arena_free(&a);
}

static void
a_strangers_text_cannot_draw_on_the_terminal(void **unused)
{
	struct arena a = { 0 };
	struct findings f;
	struct receipt r = good();
	struct buf b = { 0 };

	(void)unused;
	findings_init(&f, &a);
	findings_add(&f, F_ENTRY_NAME, "a\x1b[31m\n\xff", 0, NULL, "m\x07");
	r.findings = &f;
	receipt_text(&b, &r);
	receipt_json(&b, &r);
	assert_null(strchr(b.p, '\x1b'));
	assert_null(strchr(b.p, '\x07'));
	assert_null(strchr(b.p, 0xff));
	assert_non_null(strstr(b.p, "\\x1b[31m"));
	buf_free(&b);
	arena_free(&a);
}

static void
its_name_is_the_packages_and_twelve_digits(void **unused)
{
	char name[NAME_MAX + 1], other[NAME_MAX + 1], raw[1200];

	(void)unused;
	receipt_name(name, "50012345_a.zip", SUM);
	assert_string_equal(name, "50012345_a.zip.0123456789ab.json");
	/* Long ones are cut between characters, and still differ. */
	for (size_t i = 0; i < 600; i++)
		memcpy(raw + 2 * i, "\xc3\xa5", 2);
	raw[sizeof raw - 1] = '\0';
	raw[sizeof raw - 2] = '1';
	receipt_name(name, raw, SUM);
	raw[sizeof raw - 2] = '2';
	receipt_name(other, raw, SUM);
	assert_true(strlen(name) < NAME_MAX - 1);
	assert_string_not_equal(name, other);
	assert_non_null(strstr(name, "\xc3\xa5~"));
}

static void
a_duplicate_does_not_cover_the_answer_that_is_there(void **unused)
{
	static const struct {
		enum state before, after;
	} rows[] = {
		{ STATE_PUBLISHED, STATE_PUBLISHED },
		{ STATE_ACCEPTED, STATE_ACCEPTED },
		{ STATE_HELD, STATE_HELD },
		{ STATE_REJECTED, STATE_DUPLICATE },
	};
	struct scratch *s = scratch_new();
	struct receipt r = good();
	struct buf b = { 0 };
	char want[64];
	struct err e;
	int dir = fsx_dir(AT_FDCWD, s->dir, &e);

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r.state = rows[i].before;
		assert_int_equal(receipt_write(dir, &r, &e), 0);
		r.state = STATE_DUPLICATE;
		assert_int_equal(receipt_write(dir, &r, &e), 0);
		scratch_read(s, "50012345_a.zip.0123456789ab.json", &b);
		snprintf(want, sizeof want, "\"state\": \"%s\"",
		    state_name(rows[i].after));
		if (strstr(b.p, want) == NULL)
			fail_msg("after %s: not %s",
			    state_name(rows[i].before), want);
	}
	buf_free(&b);
	close(dir);
	scratch_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_are_those_of_the_design_in_order),
		cmocka_unit_test(findings_say_what_where_and_what_to_do),
		cmocka_unit_test(
		    the_text_is_english_then_norwegian_and_names_every_code),
		cmocka_unit_test(no_person_number_gets_out),
		cmocka_unit_test(a_strangers_text_cannot_draw_on_the_terminal),
		cmocka_unit_test(its_name_is_the_packages_and_twelve_digits),
		cmocka_unit_test(
		    a_duplicate_does_not_cover_the_answer_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
