#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "schemas/moment.h"

#define N(table) (sizeof (table) / sizeof *(table))

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static void
a_date_time_is_read_in_utc(void **unused)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2026-03-02T08:09:30Z", 1772438970 },
		{ "2026-03-02T08:09:30.5Z", 1772438970 },
		{ "2026-03-02T08:09:30.1234567Z", 1772438970 },
		{ "2026-03-02T08:09:30.0", 1772438970 },
		{ "2026-03-02T09:09:30+01:00", 1772438970 },
		{ "2026-03-02T02:39:30.9999999-05:30", 1772438970 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "2000-02-29T23:59:59Z", 951868799 },
		{ "9999-12-31T23:59:59.9999999Z", 253402300799 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
	};
	int64_t got;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		if (!moment_parse(rows[i].text, &got))
			fail_msg("not taken: %s", rows[i].text);
		if (got != rows[i].want)
			fail_msg("%s: %" PRId64, rows[i].text, got);
	}
}

static void
what_altinn_never_writes_is_no_date_time(void **unused)
{
	static const char *const rows[] = {
		"", "2", "2026", "2026-03-02", "2026-03-02T08:09",
		"2026-03-02 08:09:30Z", "2026-03-02t08:09:30Z",
		"2026-03-02T08:09:30z", "2026-3-02T08:09:30Z",
		"26-03-02T08:09:30Z", "+2026-03-02T08:09:30Z",
		" 2026-03-02T08:09:30Z", "2026-03-02T08:09:30Z ",
		"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-03-02T24:00:00Z", "2026-03-02T08:60:00Z",
		"2026-03-02T08:09:60Z", "2026-03-02T08:09:30.Z",
		"2026-03-02T08:09:30.12345678Z", "2026-03-02T08:09:30,5Z",
		"2026-03-02T08:09:30+1:00", "2026-03-02T08:09:30+0100",
		"2026-03-02T08:09:30+01:0", "2026-03-02T08:09:30+01:000",
		"2026-03-02T08:09:30+15:00", "2026-03-02T08:09:30+01:60",
		"2026-03-02T08:09:30+", "2026-03-02T08:09:30*01:00",
		"2026-03-02T08:09:30ZZ", "/Date(1772439000000)/",
	};
	int64_t got = 7;

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		if (moment_parse(rows[i], &got))
			fail_msg("taken: %s", rows[i]);
	assert_int_equal(got, 7);
}

static void
a_shifted_moment_keeps_its_fraction_and_is_utc(void **unused)
{
	static const struct {
		const char *text;
		int64_t shift;
		const char *want;
	} rows[] = {
		{ "2026-03-02T08:09:30.5Z", 0, "2026-03-02T08:09:30.5Z" },
		{ "2026-03-02T08:09:30", 0, "2026-03-02T08:09:30Z" },
		{ "2026-03-02T00:30:00.1234567+01:00", 0,
		    "2026-03-01T23:30:00.1234567Z" },
		{ "2026-03-02T08:09:30.50Z", 30 * DAY,
		    "2026-04-01T08:09:30.50Z" },
		{ "2024-02-28T23:59:59Z", 1, "2024-02-29T00:00:00Z" },
		{ "2026-01-01T00:00:00Z", -1, "2025-12-31T23:59:59Z" },
		{ "0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00Z" },
		{ "0999-12-31T23:59:59Z", 1, "1000-01-01T00:00:00Z" },
		{ "9999-12-31T23:59:59Z", 0, "9999-12-31T23:59:59Z" },
		{ "no moment", 0, "" },
		{ "", 0, "" },
	};
	char out[MOMENT_SIZE];

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		moment_shift(rows[i].text, rows[i].shift, out);
		if (strcmp(out, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].text, out);
	}
}

static void
a_date_is_the_day_in_utc(void **unused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "2026-03-02T00:30:00+01:00", "2026-03-01" },
		{ "2026-03-02T23:30:00-01:00", "2026-03-03" },
		{ "2026-03-02T23:59:59.9999999", "2026-03-02" },
		{ "0001-01-01T00:00:00", "0001-01-01" },
		{ "0001-01-01T00:00:00+01:00", "0000-12-31" },
		{ "rubbish", "" },
	};
	char out[MOMENT_DATE_SIZE];

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		moment_date(rows[i].text, out);
		if (strcmp(out, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].text, out);
	}
}

static void
a_span_is_a_number_with_its_unit(void **unused)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "30d", 30 * DAY }, { "12h", 12 * HOUR },
		{ "45m", 45 * MINUTE }, { "10s", 10 }, { "0", 0 },
		{ "0d", 0 }, { "0s", 0 }, { "36500d", 36500LL * DAY },
		{ "86400s", DAY }, { "876000h", 36500LL * DAY },
		{ "36501d", -1 }, { "876001h", -1 }, { "3153600001s", -1 },
		{ "99999999999999999999d", -1 }, { "", -1 }, { "d", -1 },
		{ "30", -1 }, { "30D", -1 }, { "30 d", -1 }, { "30dd", -1 },
		{ "-1d", -1 }, { "+1d", -1 }, { " 1d", -1 }, { "1.5h", -1 },
		{ "1w", -1 }, { "P30D", -1 },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		if (moment_span(rows[i].text) != rows[i].want)
			fail_msg("%s: %" PRId64, rows[i].text,
			    moment_span(rows[i].text));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_time_is_read_in_utc),
		cmocka_unit_test(what_altinn_never_writes_is_no_date_time),
		cmocka_unit_test(
		    a_shifted_moment_keeps_its_fraction_and_is_utc),
		cmocka_unit_test(a_date_is_the_day_in_utc),
		cmocka_unit_test(a_span_is_a_number_with_its_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
