#include "tests/expect.h"

#include "tests/mapped.h"
#include "transform/fill.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define HEAD "Hode.overskrift;/Skjema/tittel\n"

static const char *const outcomes[FILL_OUTCOMES] = {
	[FILL_VALUE] = "value", [FILL_PRESET] = "default",
	[FILL_EMPTY] = "empty", [FILL_SKIPPED] = "skipped",
	[FILL_FAULT] = "fault",
};

/* line[numbers]=outcome(what) */
static void
write_seen(void *arg, const struct fill_seen *s)
{
	struct buf *b = arg;

	buf_fmt(b, "%s%ld", b->len > 0 ? " " : "", s->row != NULL ?
	    s->row->line : s->group->line);
	for (size_t i = 0; i < s->depth; i++)
		buf_fmt(b, "%s%zu", i > 0 ? "." : "/", s->numbers[i]);
	buf_fmt(b, "=%s(", outcomes[s->outcome]);
	if (s->row == NULL)
		buf_fmt(b, "%zu rows", s->n);
	for (size_t i = 0; s->row != NULL && i < s->n; i++)
		buf_fmt(b, "%s,", s->values[i]);
	if (s->result != NULL)
		buf_fmt(b, ">%s", s->result);
	if (s->outcome == FILL_FAULT)
		buf_fmt(b, "!%s", finding_name(s->code));
	buf_char(b, ')');
}

/* What is seen; and that a fill is the same when nobody looks. */
static void
expect_seen(const char *rows, const char *want)
{
	struct sample *s = sample_new();
	struct buf seen = { 0 };
	const struct fill_watch watch = { .row = write_seen, .arg = &seen };
	struct codes_set *codes = codes_set_new();
	struct fill_job job = { .file = "map.csv", .day = "2026-03-02",
	    .env = sample_env(s), .findings = &s->findings };
	struct fill *quiet, *watched;
	size_t found;
	struct map *m;

	sample_form(s, "skjema", sample_skjema);
	m = load_map(s, codes, NULL, rows);
	expect_no_faults(&s->faults, rows);
	job.map = m;
	quiet = fill_map(&job);
	found = s->findings.n;
	job.watch = &watch;
	watched = fill_map(&job);
	if (strcmp(buf_text(&seen), want) != 0)
		fail_msg("%s is seen as\n%s\nwanted\n%s", rows,
		    buf_text(&seen), want);
	assert_int_equal(s->findings.n, 2 * found);
	for (size_t i = 0; i < map_rows(m)->n_rows; i++)
		assert_true(quiet->values[i] == watched->values[i] ||
		    strcmp(quiet->values[i], watched->values[i]) == 0);
	buf_free(&seen);
	map_free(m);
	codes_set_free(codes);
	sample_free(s);
}

static void
who_watches_sees_what_became_of_each_row(void **unused)
{
	static const struct {
		const char *rows, *want;
	} rows[] = {
		{ HEAD, "2=value(En sak,>En sak)" },
		{ HEAD "Tall.antall;/Skjema/antall;;;7\n",
		    "2=value(En sak,>En sak) 3=default(,>7)" },
		{ HEAD "Hode.tid;/Skjema/tid\n",
		    "2=value(En sak,>En sak) 3=empty()" },
		{ HEAD "Tall.sum;/Skjema/belop;;;;/Skjema/belop > 99\n",
		    "2=value(En sak,>En sak) 3=skipped()" },
		{ HEAD "Hode.sak-nr;/Skjema/merknad;;yes\n",
		    "2=value(En sak,>En sak) 3=fault(!MAP_REQUIRED)" },
		{ HEAD "Tall.antall;/Skjema/tittel;int\n",
		    "2=value(En sak,>En sak) 3=fault(En sak,!MAP_CONVERT)" },
		{ HEAD "Hode.sak-nr;/Skjema/Rad/kode;join(+)\n",
		    "2=value(En sak,>En sak) 3=value(a,b,c,>a+b+c)" },
		{ HEAD "dataValues:x;instance:appId\n",
		    "2=value(En sak,>En sak) 3=value(ttd/sender,>ttd/sender)" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++)
		expect_seen(rows[i].rows, rows[i].want);
}

static void
rows_of_lists_are_numbered(void **unused)
{
	(void)unused;
	expect_seen(HEAD "Linje[];/Skjema/Rad[Under]\nLinje[].kode;kode\n"
	    "Linje[].Del[];Under\nLinje[].Del[].verdi;verdi\n",
	    "2=value(En sak,>En sak) 3=value(2 rows) 4/1=value(a,>a) "
	    "5/1=value(2 rows) 6/1.1=value(1,>1) 6/1.2=value(2,>2) "
	    "4/2=value(c,>c) 5/2=value(1 rows) 6/2.1=value(3,>3)");
	expect_seen(HEAD "Linje[];/Skjema/Rad;;;;/Skjema/belop > 99\n"
	    "Linje[].kode;kode\n",
	    "2=value(En sak,>En sak) 3=skipped(0 rows)");
	expect_seen(HEAD "Linje[];/Skjema/Rad[@nr = 9]\nLinje[].kode;kode\n",
	    "2=value(En sak,>En sak) 3=empty(0 rows)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_watches_sees_what_became_of_each_row),
		cmocka_unit_test(rows_of_lists_are_numbered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
