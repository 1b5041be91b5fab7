#include "tests/expect.h"

#include <stdlib.h>
#include <unistd.h>

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/earlier.h"
#include "spool/err.h"
#include "spool/mem.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/config.h"
#include "transform/plan.h"
#include "transform/route.h"

#define N(table) (sizeof (table) / sizeof *(table))

#define ROUTE "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n" \
    "form = skjema\n"
#define OWNER "[owner]\norganisation = /Skjema/orgnr\n"
#define MAP "target;source;convert;required\nHode.overskrift;/Skjema/tittel\n"
#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"

/* An instance of ttd/sender on the table of a configuration of one route. */
struct bench {
	struct sample *sample;		/* its instance; its apps are not used */
	struct conf *conf;
	struct config config;
	struct planner planner;
	struct plan plan;
	struct checked checked;
};

static void
load(struct bench *b, const char *conf, const char *map, const char *files)
{
	struct scratch *s;

	*b = (struct bench){ .sample = sample_new(),
	    .conf = mem_alloc(sizeof *b->conf) };
	s = b->sample->scratch;
	scratch_put(s, "routes/r/route.conf", conf);
	scratch_put(s, "routes/r/map.csv", map);
	scratch_put(s, "routes/r/owners.csv", "key;person;organisation\n"
	    "p;15867210064;\no;;310000027\n");
	if (files != NULL)
		scratch_put(s, "routes/r/attachments.csv", files);
	conf_load(b->conf, s->dir, NULL, &b->sample->faults);
	config_load(&b->config, b->conf, &b->sample->faults);
	expect_no_errors(&b->sample->faults, conf);
	planner_init(&b->planner, &b->config);
}

static void
make(struct bench *b, const char *form, struct element *v, size_t n)
{
	struct checked *c = &b->checked;

	sample_form(b->sample, "skjema", form);
	*c = b->sample->checked;
	c->app = config_app(&b->config, "ttd/sender");
	c->forms[0].type = app_form(c->app, "skjema");
	strcpy(c->instance.guid, GUID);
	c->instance.elements = v;
	c->instance.n_elements = n;
	plan_make(&b->planner, c, &b->plan);
}

static void
end(struct bench *b)
{
	planner_done(&b->planner);
	config_free(&b->config);
	free(b->conf);
	sample_free(b->sample);
}

/* The codes of all findings, parted by blanks. */
static const char *
codes(struct bench *b)
{
	struct buf t = { 0 };
	const char *s;

	for (size_t i = 0; i < b->sample->findings.n; i++)
		buf_fmt(&t, "%s%s", i > 0 ? " " : "",
		    finding_name(b->sample->findings.v[i].code));
	s = arena_dup(&b->sample->package, buf_text(&t));
	buf_free(&t);
	return s;
}

static void
one_instance_is_planned_whole(void **unused)
{
	struct bench b;
	const struct plan_instance *p;

	(void)unused;
	load(&b, ROUTE "due-after = 30d\nvisible-after = 0d\n" OWNER, MAP
	    "dataValues:kilde;instance:id\n", NULL);
	make(&b, sample_skjema, NULL, 0);
	assert_string_equal(codes(&b), "");
	assert_int_equal(b.plan.n, 1);
	p = &b.plan.v[0];
	assert_string_equal(p->key, GUID ".r");
	assert_string_equal(p->tag, "org-310000027");
	assert_string_equal(p->owner.value, "310000027");
	assert_string_equal(p->due, "2026-04-01T08:09:30.5Z");
	assert_string_equal(p->visible, "2026-03-02T08:09:30.5Z");
	assert_int_equal(p->n_values, 1);
	assert_string_equal(p->values[0].key, "kilde");
	assert_string_equal(p->values[0].value, "50012345/" GUID);
	assert_null(p->prefill);
	assert_int_equal(strlen(p->form), p->form_size);
	assert_int_equal(p->index, 1);
	assert_int_equal(p->of, 1);
	end(&b);
}

static void
the_dictionary_is_planned_where_it_says_the_same(void **unused)
{
	struct bench b;

	(void)unused;
	load(&b, ROUTE OWNER, MAP, NULL);
	make(&b, sample_skjema, NULL, 0);
	assert_int_equal(b.plan.v[0].n_prefill, 1);
	assert_string_equal(b.plan.v[0].prefill[0].key, "Hode.overskrift");
	assert_null(b.plan.v[0].due);
	end(&b);
	load(&b, ROUTE OWNER, MAP "Hode.tid;const:2026-03-01T10:00:00Z\n",
	    NULL);
	make(&b, sample_skjema, NULL, 0);
	assert_null(b.plan.v[0].prefill);
	end(&b);
}

static void
each_node_of_for_each_is_an_instance(void **unused)
{
	struct bench b;

	(void)unused;
	load(&b, ROUTE "for-each = /Skjema/Rad\n"
	    "[owner]\ntable = owners.csv\nkey = kode\n",
	    "target;source\nHode.overskrift;@nr\n", NULL);
	make(&b, "<Skjema><Rad nr='1'><kode>p</kode></Rad>"
	    "<Rad nr='2'><kode>o</kode></Rad></Skjema>", NULL, 0);
	assert_string_equal(codes(&b), "");
	assert_int_equal(b.plan.n, 2);
	assert_string_equal(b.plan.v[0].key, GUID ".r.0001");
	assert_string_equal(b.plan.v[1].key, GUID ".r.0002");
	assert_memory_equal(b.plan.v[0].tag, "person-", 7);
	assert_string_equal(b.plan.v[1].tag, "org-310000027");
	assert_int_equal(b.plan.v[1].index, 2);
	assert_int_equal(b.plan.v[1].of, 2);
	assert_non_null(strstr(b.plan.v[1].form,
	    "<overskrift>2</overskrift>"));
	end(&b);
}

static void
a_replay_goes_on_where_the_keys_ended(void **unused)
{
	static const char *const before[] = {
		"ttd/mottaker/org-310000027/" GUID ".r.0002~4",
		"ttd/mottaker/org-310000027/" GUID ".annen",
	};
	struct bench b;
	struct earlier *earlier;
	struct err e;
	int list;

	(void)unused;
	load(&b, ROUTE "for-each = /Skjema/Rad\n"
	    "[owner]\ntable = owners.csv\nkey = kode\n",
	    "target;source\nHode.overskrift;@nr\n", NULL);
	list = earlier_write(before, N(before), &e);
	earlier = earlier_read(list, &e);
	assert_non_null(earlier);
	b.planner.earlier = earlier;
	make(&b, "<Skjema><Rad nr='1'><kode>p</kode></Rad>"
	    "<Rad nr='2'><kode>o</kode></Rad></Skjema>", NULL, 0);
	assert_string_equal(b.plan.v[0].key, GUID ".r.0001");
	assert_null(b.plan.v[0].replaces);
	assert_string_equal(b.plan.v[1].key, GUID ".r.0002~5");
	assert_string_equal(b.plan.v[1].replaces, before[0]);
	earlier_free(earlier);
	close(list);
	end(&b);
}

static void
what_cannot_be_delivered_is_found(void **unused)
{
	static const struct {
		const char *conf, *map, *form, *want;
	} rows[] = {
		{ ROUTE "when = /Skjema/belop > 1000\n" OWNER, MAP,
		    sample_skjema, "NO_ROUTE" },
		{ ROUTE "when = count('x')\n" OWNER, MAP, sample_skjema,
		    "MAP_SOURCE" },
		{ ROUTE "for-each = /Skjema/Rad[count('x')]\n" OWNER, MAP,
		    sample_skjema, "MAP_SOURCE" },
		{ ROUTE "for-each = /Skjema/Rad\n" OWNER, MAP,
		    "<Skjema><tittel>x</tittel></Skjema>", "NO_ROUTE" },
		{ ROUTE OWNER, MAP, "<Skjema><tittel>x</tittel></Skjema>",
		    "OWNER_MISSING" },
		{ ROUTE OWNER, MAP, "<Skjema><tittel>x</tittel>"
		    "<orgnr>310000028</orgnr></Skjema>",
		    "OWNER_INVALID_NUMBER" },
		{ ROUTE "[owner]\norganisation = /Skjema/Rad/kode\n", MAP,
		    "<Skjema><tittel>x</tittel><Rad><kode>310000027</kode>"
		    "</Rad><Rad><kode>310000027</kode></Rad></Skjema>",
		    "OWNER_AMBIGUOUS" },
		{ ROUTE "[owner]\norganisation = count('x')\n", MAP,
		    sample_skjema, "OWNER_AMBIGUOUS" },
		{ ROUTE "[owner]\ntable = owners.csv\nkey = const:z\n", MAP,
		    sample_skjema, "OWNER_UNKNOWN" },
		{ ROUTE OWNER, MAP "Hode.sak-nr;/Skjema/merknad;;yes\n",
		    sample_skjema, "MAP_REQUIRED" },
		{ ROUTE OWNER, MAP, "<Skjema><orgnr>310000027</orgnr>"
		    "</Skjema>", "MODEL_INVALID" },
		{ ROUTE OWNER, MAP "privat;const:x\nfirma.navn;const:y\n",
		    sample_skjema, "MODEL_INVALID" },
		/* all that is wrong, of every instance */
		{ ROUTE "for-each = /Skjema/Rad\n[owner]\n"
		    "organisation = kode\n", MAP
		    "Hode.sak-nr;/Skjema/merknad;;yes\n",
		    "<Skjema><tittel>x</tittel><Rad><kode>310000027</kode>"
		    "</Rad><Rad><kode>1</kode></Rad></Skjema>",
		    "MAP_REQUIRED OWNER_INVALID_NUMBER" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct bench b;

		load(&b, rows[i].conf, rows[i].map, NULL);
		make(&b, rows[i].form, NULL, 0);
		if (strcmp(codes(&b), rows[i].want) != 0)
			fail_msg("%s%s%s\ngives %s, not %s", rows[i].conf,
			    rows[i].map, rows[i].form, codes(&b),
			    rows[i].want);
		end(&b);
	}
}

#define FILES "target;source;required;which\n"
#define PDF "application/pdf"

static void
show_parts(struct buf *t, const struct plan_instance *p)
{
	for (size_t i = 0; i < p->n_parts; i++)
		buf_fmt(t, "%s%s=%s(%s)", i > 0 ? " " : "", p->parts[i].file,
		    p->parts[i].element->id, p->parts[i].filename != NULL ?
		    p->parts[i].filename : "-");
}

static void
the_elements_that_the_table_names_travel(void **unused)
{
	static const struct {
		const char *files, *parts, *codes;
	} rows[] = {
		{ FILES "bilag;vedlegg\n",
		    "bilag-1.pdf=1(a.pdf) bilag-2.png=2(-)", "" },
		{ FILES "bilag;vedlegg;;last\n", "bilag-1.pdf=1(a.pdf)", "" },
		{ FILES "kopi;ref-data-as-pdf\n", "kopi-1.pdf=6(-)", "" },
		{ FILES "kopi;ref-data-as-pdf;;all\n",
		    "kopi-1.pdf=4(-) kopi-2.pdf=5(-) kopi-3.pdf=6(-)", "" },
		{ FILES "kopi;ref-data-as-pdf\nkopi;vedlegg\n",
		    "kopi-1.pdf=6(-) kopi-2.pdf=1(a.pdf) kopi-3.png=2(-)",
		    "" },
		{ FILES "bilag;vedlegg\nkopi;vedlegg\n",
		    "bilag-1.pdf=1(a.pdf) bilag-2.png=2(-) "
		    "kopi-1.pdf=1(a.pdf) kopi-2.png=2(-)", "" },
		{ FILES "bilag;vedlegg\nbilag;ref-data-as-pdf;;all\n",
		    "bilag-1.pdf=1(a.pdf) bilag-2.png=2(-) bilag-3.pdf=4(-) "
		    "bilag-4.pdf=5(-) bilag-5.pdf=6(-)", "PART_TOO_MANY" },
		{ FILES "kopi;tillegg;yes\n", "", "MAP_REQUIRED" },
		{ FILES "kopi;tillegg\n", "", "" },
	};
	struct element v[] = {
		{ .id = "1", .type = "vedlegg", .size = 5, .filename = "a.pdf",
		    .content_type = "Application/PDF; charset=binary",
		    .created = "2026-03-02T08:00:01Z" },
		{ .id = "2", .type = "vedlegg", .size = 5,
		    .content_type = "image/png",
		    .created = "2026-03-02T08:00:00Z" },
		{ .id = "3", .type = "vedlegg", .size = 5, .deleted = true,
		    .content_type = PDF },
		{ .id = "4", .type = "ref-data-as-pdf", .size = 5,
		    .content_type = PDF, .created = "2026-03-02T08:00:00Z" },
		{ .id = "5", .type = "ref-data-as-pdf", .size = 5,
		    .content_type = PDF, .created = "2026-03-02T08:00:02Z" },
		{ .id = "6", .type = "ref-data-as-pdf", .size = 5,
		    .content_type = PDF, .created = "2026-03-02T08:00:02Z" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct bench b;
		struct buf t = { 0 };

		load(&b, ROUTE OWNER, MAP, rows[i].files);
		make(&b, sample_skjema, v, N(v));
		show_parts(&t, &b.plan.v[0]);
		if (strcmp(buf_text(&t), rows[i].parts) != 0 ||
		    strcmp(codes(&b), rows[i].codes) != 0)
			fail_msg("%sgives %s %s", rows[i].files,
			    buf_text(&t), codes(&b));
		buf_free(&t);
		end(&b);
	}
}

static void
a_part_that_altinn_would_refuse_is_found(void **unused)
{
	static const struct {
		const char *type;
		int64_t size;
		const char *want;
	} rows[] = {
		{ PDF, 1048576, "" },
		{ PDF, 1048577, "PART_TOO_LARGE" },
		{ PDF, 0, "PART_EMPTY" },
		{ "APPLICATION/PDF", 1, "" },
		{ "image/gif", 1, "PART_CONTENT_TYPE" },
		{ "application/pdfx", 1, "PART_CONTENT_TYPE" },
		{ "", 1, "PART_CONTENT_TYPE" },
		{ NULL, 0, "PART_CONTENT_TYPE PART_EMPTY" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct element x = { .id = "1", .type = "vedlegg",
		    .size = rows[i].size, .content_type = rows[i].type };
		struct bench b;

		load(&b, ROUTE OWNER, MAP, FILES "bilag;vedlegg\n");
		make(&b, sample_skjema, &x, 1);
		if (strcmp(codes(&b), rows[i].want) != 0)
			fail_msg("%zu: %s", i, codes(&b));
		end(&b);
	}
}

static void
a_file_name_is_for_people_only(void **unused)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "Et bilag.pdf", "Et bilag.pdf" },
		{ "../../etc/passwd", ".._.._etc_passwd" },
		{ "a\\b\"c.pdf", "a_b_c.pdf" },
		{ "bl\xc3\xa5.pdf", "bl\xc3\xa5.pdf" },
	};
	struct buf longest = { 0 };

	(void)unused;
	for (size_t i = 0; i < N(rows) + 1; i++) {
		struct element x = { .id = "1", .type = "vedlegg", .size = 1,
		    .content_type = PDF };
		struct bench b;
		const char *got;

		for (int k = 0; i == N(rows) && k < 200; k++)
			buf_str(&longest, "\xc3\xa5");
		x.filename = i < N(rows) ? rows[i].name : buf_text(&longest);
		load(&b, ROUTE OWNER, MAP, FILES "bilag;vedlegg\n");
		make(&b, sample_skjema, &x, 1);
		got = b.plan.v[0].parts[0].filename;
		if (i < N(rows) && strcmp(got, rows[i].want) != 0)
			fail_msg("%s is shown as %s", rows[i].name, got);
		if (i == N(rows))
			assert_int_equal(strlen(got), 254);
		end(&b);
	}
	buf_free(&longest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_instance_is_planned_whole),
		cmocka_unit_test(
		    the_dictionary_is_planned_where_it_says_the_same),
		cmocka_unit_test(each_node_of_for_each_is_an_instance),
		cmocka_unit_test(a_replay_goes_on_where_the_keys_ended),
		cmocka_unit_test(what_cannot_be_delivered_is_found),
		cmocka_unit_test(the_elements_that_the_table_names_travel),
		cmocka_unit_test(a_part_that_altinn_would_refuse_is_found),
		cmocka_unit_test(a_file_name_is_for_people_only),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
