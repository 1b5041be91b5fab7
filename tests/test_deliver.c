#include "tests/expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/fsx.h"
#include "spool/mem.h"
#include "tests/make_zip.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/config.h"
#include "transform/deliver.h"

#define N(table) (sizeof (table) / sizeof *(table))
#define GUID "6513270e-269e-4d37-b2a7-9a0c7d2e41b5"
#define ID(n) "d23f0824-0000-4000-8000-00000000000" n

#define ROUTE "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n" \
    "form = skjema\n"
#define OWNER "[owner]\norganisation = /Skjema/orgnr\n"
#define MAP "target;source\nHode.overskrift;/Skjema/tittel\n"
#define FILES "target;source;required;which\n"

struct part {
	const char *id, *type, *content_type, *data;
};

static const struct part form = { ID("1"), "skjema", "application/xml",
    sample_skjema };
static const struct part pdf = { ID("2"), "vedlegg", "application/pdf",
    "%PDF-1.4 en" };
static const struct part png = { ID("3"), "vedlegg", "image/png",
    "\x89PNG\r\n\x1a\n to" };

struct bench {
	struct scratch *scratch;
	struct conf *conf;
	struct config config;
	struct faults faults;
	struct deliver *deliver;
	struct answer answer;
	struct err err;
	int work;
	uint32_t item;
};

static void
put_route(struct bench *b, const char *name, const char *conf,
    const char *map, const char *files)
{
	char path[128];

	snprintf(path, sizeof path, "routes/%s/route.conf", name);
	scratch_put(b->scratch, path, conf);
	snprintf(path, sizeof path, "routes/%s/map.csv", name);
	scratch_put(b->scratch, path, map);
	snprintf(path, sizeof path, "routes/%s/attachments.csv", name);
	scratch_put(b->scratch, path, files);
}

static void
begin(struct bench *b, const char *settings)
{
	struct buf text = { 0 };

	*b = (struct bench){ .scratch = scratch_new(),
	    .conf = mem_alloc(sizeof *b->conf), .work = -1 };
	sample_write(b->scratch);
	buf_fmt(&text, "[spool]\nenvironment = test\n%s", settings);
	scratch_put(b->scratch, "flerapp.conf", buf_text(&text));
	scratch_put(b->scratch, "work/.keep", "");
	buf_free(&text);
}

static void
load(struct bench *b)
{
	char path[512];

	scratch_path(b->scratch, path, sizeof path, "work");
	b->work = open(path, O_RDONLY | O_DIRECTORY);
	conf_load(b->conf, b->scratch->dir, NULL, &b->faults);
	config_load(&b->config, b->conf, &b->faults);
	expect_no_errors(&b->faults, "config");
	b->deliver = deliver_new(&b->config, b->work);
}

static void
end(struct bench *b)
{
	deliver_free(b->deliver);
	config_free(&b->config);
	answer_free(&b->answer);
	faults_free(&b->faults);
	scratch_free(b->scratch);
	free(b->conf);
	close(b->work);
}

static void
add_element(struct buf *json, const struct part *p, bool first)
{
	buf_fmt(json, "%s{\"id\":\"%s\",\"dataType\":\"%s\","
	    "\"contentType\":\"%s\",\"size\":%zu}", first ? "" : ",", p->id,
	    p->type, p->content_type, strlen(p->data));
}

/* A package of these parts as they lie in it; NULL: instance.json. */
static int
package(const struct part *const *parts, size_t n)
{
	struct zip_part members[16] = { 0 };
	char names[16][64];
	struct buf json = { 0 }, zip = { 0 };
	int fd = memfd_create("package", MFD_CLOEXEC);
	bool first = true;
	struct err e;

	buf_str(&json, "{\"id\":\"50012345/" GUID "\",\"appId\":"
	    "\"ttd/sender\",\"org\":\"ttd\",\"instanceOwner\":"
	    "{\"partyId\":\"50012345\"},\"process\":{"
	    "\"started\":\"2026-03-02T08:00:00Z\","
	    "\"ended\":\"2026-03-02T08:09:30Z\",\"endEvent\":\"EndEvent_1\"}"
	    ",\"status\":{\"isArchived\":true,"
	    "\"archived\":\"2026-03-02T08:09:30Z\"},\"data\":[");
	for (size_t i = 0; i < n; i++)
		if (parts[i] != NULL) {
			add_element(&json, parts[i], first);
			first = false;
		}
	buf_str(&json, "]}");
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "data/%s",
		    parts[i] != NULL ? parts[i]->id : "");
		members[i].name = parts[i] != NULL ? names[i] :
		    "instance.json";
		members[i].data = parts[i] != NULL ? parts[i]->data :
		    buf_text(&json);
	}
	make_zip(&zip, members, n);
	if (fsx_write(fd, zip.p, zip.len, &e) == -1)
		fail_msg("%s", e.text);
	buf_free(&json);
	buf_free(&zip);
	return fd;
}

static int
deliver(struct bench *b, enum deliver_mode mode, const struct part *const *v,
    size_t n)
{
	struct deliver_job job = { .item = ++b->item, .mode = mode,
	    .fd = package(v, n), .name = "pakke.zip" };
	int rc = deliver_package(b->deliver, &job, &b->answer, &b->err);

	close(job.fd);
	return rc;
}

static void
expect_made(struct bench *b, size_t n, const char *label)
{
	struct answer *a = &b->answer;
	struct err e;

	for (size_t i = 0; i < a->findings.n; i++)
		print_error("  %s %s\n", finding_name(a->findings.v[i].code),
		    a->findings.v[i].message);
	if (a->n_made != n)
		fail_msg("%s: %zu made", label, a->n_made);
	if (answer_ok(a, &e) == -1)
		fail_msg("%s: %s", label, e.text);
}

static void
expect_file(struct bench *b, const struct made *m, const char *name,
    const char *want)
{
	struct buf text = { 0 };
	char path[256], hex[DIGEST_HEX + 1];
	const struct made_file *f = NULL;

	for (size_t i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].name, name) == 0)
			f = &m->files[i];
	if (f == NULL)
		fail_msg("%s has no %s", m->from, name);
	snprintf(path, sizeof path, "work/%s/%s", m->from, name);
	scratch_read(b->scratch, path, &text);
	digest_hex_of(buf_text(&text), text.len, hex);
	assert_string_equal(f->sha256, hex);
	assert_int_equal(f->size, text.len);
	if (want != NULL && strcmp(buf_text(&text), want) != 0)
		fail_msg("%s/%s is %s", m->from, name, buf_text(&text));
	buf_free(&text);
}

static void
parts_may_lie_in_any_order(void **unused)
{
	static const struct part *const orders[][4] = {
		{ NULL, &form, &pdf, &png }, { NULL, &pdf, &png, &form },
		{ NULL, &pdf, &form, &png }, { &png, &form, &pdf, NULL },
		{ &pdf, &png, NULL, &form },
	};
	struct bench b;

	(void)unused;
	begin(&b, "");
	put_route(&b, "r", ROUTE OWNER, MAP, FILES "kopi;vedlegg\n");
	load(&b);
	for (size_t i = 0; i < N(orders); i++) {
		const struct made *m;
		bool swapped = i == 3;

		assert_int_equal(deliver(&b, DELIVER_MAP, orders[i], 4), 0);
		expect_made(&b, 1, "order");
		m = &b.answer.made[0];
		assert_int_equal(m->n_files, 6);
		assert_string_equal(m->key, GUID ".r");
		assert_string_equal(m->owner, "org-310000027");
		assert_string_equal(m->app, "ttd/mottaker");
		expect_file(&b, m, swapped ? "kopi-2.pdf" : "kopi-1.pdf",
		    pdf.data);
		expect_file(&b, m, swapped ? "kopi-1.png" : "kopi-2.png",
		    png.data);
		expect_file(&b, m, "sak.xml", NULL);
		expect_file(&b, m, "manifest.json", NULL);
	}
	end(&b);
}

static void
one_element_may_become_several_parts(void **unused)
{
	static const struct part *const parts[] = { NULL, &form, &pdf };
	static const struct {
		const char *files;
		size_t n;
		const char *last;
	} rows[] = {
		{ FILES "kopi;vedlegg\nbilag;vedlegg\n", 2, "bilag-1.pdf" },
		{ FILES "kopi;vedlegg\nbilag;vedlegg\nkopi;vedlegg\n", 3,
		    "kopi-2.pdf" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct bench b;

		begin(&b, "");
		put_route(&b, "r", ROUTE OWNER, MAP, rows[i].files);
		load(&b);
		assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3), 0);
		expect_made(&b, 1, rows[i].files);
		assert_int_equal(b.answer.made[0].n_files, 4 + rows[i].n);
		expect_file(&b, &b.answer.made[0], "kopi-1.pdf", pdf.data);
		expect_file(&b, &b.answer.made[0], rows[i].last, pdf.data);
		end(&b);
	}
}

static void
a_form_may_travel_as_a_part_too(void **unused)
{
	static const struct part *const parts[] = { NULL, &form, &pdf };
	struct bench b;

	(void)unused;
	begin(&b, "");
	put_route(&b, "r", ROUTE OWNER, MAP,
	    FILES "kopi;skjema\nkopi;vedlegg\n");
	load(&b);
	assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3), 0);
	expect_made(&b, 1, "form");
	expect_file(&b, &b.answer.made[0], "kopi-1.xml", sample_skjema);
	expect_file(&b, &b.answer.made[0], "kopi-2.pdf", pdf.data);
	end(&b);
}

/* More than are open at a time, their attachments before the form. */
static void
each_of_many_instances_gets_its_parts(void **unused)
{
	enum { MANY = 70 };
	struct part big = form;
	const struct part *const parts[] = { NULL, &pdf, &big, &png };
	struct buf xml = { 0 }, want = { 0 };
	struct bench b;

	(void)unused;
	buf_str(&xml, "<Skjema><tittel>x</tittel><orgnr>310000027</orgnr>");
	for (int i = 0; i < MANY; i++)
		buf_fmt(&xml, "<Rad><kode>k%d</kode></Rad>", i + 1);
	buf_str(&xml, "</Skjema>");
	big.data = buf_text(&xml);
	begin(&b, "");
	put_route(&b, "r", ROUTE "for-each = /Skjema/Rad\n" OWNER,
	    "target;source\nHode.overskrift;kode\n",
	    FILES "kopi;vedlegg\nbilag;vedlegg;;last\n");
	load(&b);
	assert_int_equal(deliver(&b, DELIVER_MAP, parts, 4), 0);
	expect_made(&b, MANY, "many");
	for (int i = 0; i < MANY; i++) {
		const struct made *m = &b.answer.made[i];
		struct buf text = { 0 };
		char path[256];

		expect_file(&b, m, "kopi-1.pdf", pdf.data);
		expect_file(&b, m, "kopi-2.png", png.data);
		expect_file(&b, m, "bilag-1.png", png.data);
		snprintf(path, sizeof path, "work/%s/sak.xml", m->from);
		scratch_read(b.scratch, path, &text);
		buf_reset(&want);
		buf_fmt(&want, "<overskrift>k%d</overskrift>", i + 1);
		assert_non_null(strstr(buf_text(&text), buf_text(&want)));
		buf_reset(&want);
		buf_fmt(&want, GUID ".r.%04d", i + 1);
		assert_string_equal(m->key, buf_text(&want));
		buf_free(&text);
	}
	buf_free(&xml);
	buf_free(&want);
	end(&b);
}

static void
several_routes_are_carried_out_all_or_none(void **unused)
{
	static const struct part *const parts[] = { NULL, &form, &pdf };
	static const struct {
		const char *map, *files;
		size_t made;
		enum finding_code code;
	} rows[] = {
		{ MAP, FILES, 2, F_COUNT },
		{ "target;source;convert;required\n"
		    "Hode.overskrift;/Skjema/merknad;;yes\n", FILES, 0,
		    F_MAP_REQUIRED },
		{ "target;source\nHode.overskrift;/Skjema/merknad\n", FILES,
		    0, F_MODEL_INVALID },
		{ MAP, FILES "kopi;tillegg;yes\n", 0, F_MAP_REQUIRED },
		{ MAP, FILES "kopi;vedlegg\n", 2, F_COUNT },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct bench b;

		begin(&b, "");
		put_route(&b, "a", ROUTE OWNER, MAP, FILES "kopi;vedlegg\n");
		put_route(&b, "b", ROUTE OWNER, rows[i].map, rows[i].files);
		put_route(&b, "c", ROUTE "when = /Skjema/merknad\n" OWNER,
		    MAP, FILES);
		load(&b);
		assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3), 0);
		if (b.answer.n_made != rows[i].made)
			fail_msg("%zu: %zu made", i, b.answer.n_made);
		if (rows[i].code != F_COUNT)
			assert_true(findings_has(&b.answer.findings,
			    rows[i].code));
		assert_int_equal(b.answer.findings.n,
		    rows[i].code == F_COUNT ? 0 : 1);
		end(&b);
	}
}

/* What is wrong behind the form: the files are begun, and count for none. */
static void
a_finding_at_the_very_end_still_stops_everything(void **unused)
{
	struct part bad = pdf;
	const struct part *const parts[] = { NULL, &form, &pdf, &bad };
	struct bench b;

	(void)unused;
	bad.id = ID("9");
	bad.data = "no pdf at all";
	begin(&b, "");
	put_route(&b, "r", ROUTE OWNER, MAP, FILES "kopi;vedlegg\n");
	load(&b);
	assert_int_equal(deliver(&b, DELIVER_MAP, parts, 4), 0);
	assert_int_equal(b.answer.n_made, 0);
	assert_true(findings_has(&b.answer.findings,
	    F_CONTENT_NOT_AS_DECLARED));
	assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3), 0);
	expect_made(&b, 1, "the next one");
	end(&b);
}

static void
a_mere_look_writes_nothing(void **unused)
{
	static const struct part *const parts[] = { NULL, &form, &pdf };
	static const struct {
		enum deliver_mode mode;
		const char *map;
		size_t findings;
	} rows[] = {
		{ DELIVER_CHECK, MAP, 0 }, { DELIVER_PROBE, MAP, 0 },
		{ DELIVER_CHECK, "target;source\n"
		    "Hode.overskrift;/Skjema/merknad\n", 0 },
		{ DELIVER_PROBE, "target;source\n"
		    "Hode.overskrift;/Skjema/merknad\n", 1 },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct bench b;
		struct buf tree = { 0 };

		begin(&b, "");
		put_route(&b, "r", ROUTE OWNER, rows[i].map,
		    FILES "kopi;vedlegg\n");
		load(&b);
		assert_int_equal(deliver(&b, rows[i].mode, parts, 3), 0);
		assert_int_equal(b.answer.n_made, 0);
		if (b.answer.findings.n != rows[i].findings)
			fail_msg("%zu: %zu findings", i,
			    b.answer.findings.n);
		scratch_tree(b.scratch, &tree);
		assert_null(strstr(buf_text(&tree), "sak.xml"));
		buf_free(&tree);
		end(&b);
	}
}

static void
the_facts_are_told_of_a_refused_package_too(void **unused)
{
	static const struct part *const none[] = { NULL, &pdf };
	struct bench b;

	(void)unused;
	begin(&b, "");
	put_route(&b, "r", ROUTE OWNER, MAP, FILES);
	load(&b);
	assert_int_equal(deliver(&b, DELIVER_MAP, none, 2), 0);
	assert_true(findings_has(&b.answer.findings, F_TOO_FEW));
	assert_string_equal(b.answer.guid, GUID);
	assert_string_equal(b.answer.app, "ttd/sender");
	assert_int_equal(strlen(b.answer.sha256), DIGEST_HEX);
	assert_true(b.answer.size > 0);
	end(&b);
}

static void
the_same_package_gives_the_same_bytes(void **unused)
{
	static const struct part *const parts[] = { NULL, &pdf, &form };
	static const char *const kinds[] =
	    { "", "[transform]\noutput = zip\n" };

	(void)unused;
	for (size_t i = 0; i < N(kinds); i++) {
		struct bench b;
		struct buf sums[2] = { { 0 }, { 0 } };

		begin(&b, kinds[i]);
		put_route(&b, "r", ROUTE OWNER, MAP, FILES "kopi;vedlegg\n");
		load(&b);
		for (int k = 0; k < 2; k++) {
			const struct made *m;

			assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3),
			    0);
			expect_made(&b, 1, kinds[i]);
			m = &b.answer.made[0];
			assert_int_equal(m->zip, i == 1);
			for (size_t f = 0; f < m->n_files; f++)
				buf_fmt(&sums[k], "%s %s\n",
				    m->files[f].sha256, m->files[f].name);
		}
		assert_string_equal(buf_text(&sums[0]), buf_text(&sums[1]));
		buf_free(&sums[0]);
		buf_free(&sums[1]);
		end(&b);
	}
}

static void
a_disk_that_fails_makes_the_answer_void(void **unused)
{
	static const struct part *const parts[] = { NULL, &form, &pdf };
	struct bench b;
	struct err e;

	(void)unused;
	begin(&b, "");
	put_route(&b, "r", ROUTE OWNER, MAP, FILES "kopi;vedlegg\n");
	load(&b);
	assert_int_equal(fsx_remove_tree(b.work, ".keep", &e), 0);
	{
		char path[512];

		scratch_path(b.scratch, path, sizeof path, "work");
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(deliver(&b, DELIVER_MAP, parts, 3), -1);
	assert_int_not_equal(b.err.kind, ERR_NONE);
	assert_int_equal(b.answer.n_made, 0);
	end(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_may_lie_in_any_order),
		cmocka_unit_test(one_element_may_become_several_parts),
		cmocka_unit_test(a_form_may_travel_as_a_part_too),
		cmocka_unit_test(each_of_many_instances_gets_its_parts),
		cmocka_unit_test(several_routes_are_carried_out_all_or_none),
		cmocka_unit_test(
		    a_finding_at_the_very_end_still_stops_everything),
		cmocka_unit_test(a_mere_look_writes_nothing),
		cmocka_unit_test(the_facts_are_told_of_a_refused_package_too),
		cmocka_unit_test(the_same_package_gives_the_same_bytes),
		cmocka_unit_test(a_disk_that_fails_makes_the_answer_void),
	};

	return cmocka_run_group_tests_name("deliver", tests, NULL, NULL);
}
