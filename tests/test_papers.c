#include "tests/expect.h"

#include <fcntl.h>
#include <unistd.h>

#include "schemas/app.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "tests/scratch.h"
#include "transform/output.h"
#include "transform/papers.h"
#include "transform/plan.h"
#include "transform/route.h"
#include "watcher/check.h"

#define N(table) (sizeof (table) / sizeof *(table))

static const struct data_type type = { .id = "sak" };
static const struct form_type form = { .type = &type };
static const struct app from = { .name = "ttd/sender" };
static const struct app to = { .name = "ttd/mottaker" };
static const struct route route = { .name = "r", .from = &from, .to = &to,
    .target = &form, .sha256 = "aa11" };

static void
the_instance_has_one_owner_and_nothing_that_is_absent(void **unused)
{
	struct plan_pair values[] = { { "b", "1" }, { "a", "\"\xc3\xa5\"" } };
	static const struct {
		enum owner_kind kind;
		const char *value, *due, *visible;
		size_t n_values;
		const char *want;
	} rows[] = {
		{ OWNER_ORGANISATION, "310000027", NULL, NULL, 0,
		    "{\n  \"instanceOwner\": {\n"
		    "    \"organisationNumber\": \"310000027\"\n  }\n}\n" },
		{ OWNER_PERSON, "15867210064", "2026-04-01T00:00:00Z", NULL,
		    0, "{\n  \"instanceOwner\": {\n"
		    "    \"personNumber\": \"15867210064\"\n  },\n"
		    "  \"dueBefore\": \"2026-04-01T00:00:00Z\"\n}\n" },
		{ OWNER_PARTY, "50012345", NULL, "2026-03-02T08:09:30.5Z", 0,
		    "{\n  \"instanceOwner\": {\n"
		    "    \"partyId\": \"50012345\"\n  },\n"
		    "  \"visibleAfter\": \"2026-03-02T08:09:30.5Z\"\n}\n" },
		{ OWNER_USERNAME, "epost:a@b.no", NULL, NULL, 2,
		    "{\n  \"instanceOwner\": {\n"
		    "    \"username\": \"epost:a@b.no\"\n  },\n"
		    "  \"dataValues\": {\n    \"b\": \"1\",\n"
		    "    \"a\": \"\\\"\xc3\xa5\\\"\"\n  }\n}\n" },
	};

	(void)unused;
	for (size_t i = 0; i < N(rows); i++) {
		struct plan_instance p = { .due = rows[i].due,
		    .visible = rows[i].visible, .values = values,
		    .n_values = rows[i].n_values };
		struct buf b = { 0 };

		p.owner.kind = rows[i].kind;
		strcpy(p.owner.value, rows[i].value);
		papers_instance(&b, &p);
		assert_string_equal(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
create_json_holds_the_dictionary(void **unused)
{
	struct plan_pair pairs[] = { { "Hode.overskrift", "En sak" } };
	struct plan_instance p = { .prefill = pairs, .n_prefill = 1,
	    .due = "2026-04-01T00:00:00Z" };
	struct buf b = { 0 };

	(void)unused;
	strcpy(p.owner.value, "310000027");
	papers_create(&b, &p);
	assert_string_equal(buf_text(&b), "{\n  \"instanceOwner\": {\n"
	    "    \"organisationNumber\": \"310000027\"\n  },\n"
	    "  \"dueBefore\": \"2026-04-01T00:00:00Z\",\n"
	    "  \"prefill\": {\n    \"Hode.overskrift\": \"En sak\"\n  }\n"
	    "}\n");
	p.n_prefill = 0;
	p.due = NULL;
	buf_reset(&b);
	papers_create(&b, &p);
	assert_non_null(strstr(buf_text(&b), "\"prefill\": {}"));
	buf_free(&b);
}

#define SUM_A \
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

static void
the_manifest_tells_where_all_of_it_came_from(void **unused)
{
	struct scratch *s = scratch_new();
	struct plan_part part = { .type = "bilag", .file = "bilag-1.pdf",
	    .content_type = "application/pdf", .filename = "Et bilag.pdf" };
	struct plan_instance p = { .route = &route, .index = 2, .of = 3,
	    .tag = "org-310000027", .key = "g.r.0002", .parts = &part,
	    .n_parts = 1 };
	struct checked c = { .app = &from, .sha256 = "bb22", .size = 1234,
	    .instance = { .guid = "6513270e-269e-4d37-b2a7-9a0c7d2e41b5",
	    .archived = "2026-03-02T08:09:30.5Z" } };
	struct conf conf = { .spool.environment = CONF_PROD };
	struct arena arena = { 0 };
	struct buf b = { 0 };
	struct output *o;
	struct err e;
	int work = open(s->dir, O_RDONLY | O_DIRECTORY);

	(void)unused;
	o = output_new(work, "1", "key", false, &arena, &e);
	output_put(o, "sak.xml", "a", 1, &e);
	output_put(o, "bilag-1.pdf", "a", 1, &e);
	papers_manifest(&b, &p, &c, &conf, "pakke \xc3\xa5.zip", o);
	assert_string_equal(buf_text(&b),
	    "{\n  \"format\": 1,\n  \"environment\": \"prod\",\n"
	    "  \"key\": \"g.r.0002\",\n  \"source\": {\n"
	    "    \"instance\": \"6513270e-269e-4d37-b2a7-9a0c7d2e41b5\",\n"
	    "    \"app\": \"ttd/sender\",\n"
	    "    \"archived\": \"2026-03-02T08:09:30.5Z\",\n"
	    "    \"package\": {\n      \"name\": \"pakke \xc3\xa5.zip\",\n"
	    "      \"sha256\": \"bb22\",\n      \"size\": 1234\n    }\n"
	    "  },\n  \"target\": {\n    \"app\": \"ttd/mottaker\",\n"
	    "    \"owner\": \"org-310000027\"\n  },\n  \"route\": {\n"
	    "    \"name\": \"r\",\n    \"index\": 2,\n    \"of\": 3,\n"
	    "    \"sha256\": \"aa11\"\n  },\n  \"parts\": [\n    {\n"
	    "      \"name\": \"sak\",\n      \"file\": \"sak.xml\",\n"
	    "      \"contentType\": \"application/xml\",\n"
	    "      \"size\": 1,\n      \"sha256\": \"" SUM_A "\"\n    },\n"
	    "    {\n      \"name\": \"bilag\",\n"
	    "      \"file\": \"bilag-1.pdf\",\n"
	    "      \"contentType\": \"application/pdf\",\n"
	    "      \"filename\": \"Et bilag.pdf\",\n"
	    "      \"size\": 1,\n      \"sha256\": \"" SUM_A "\"\n    }\n"
	    "  ]\n}\n");
	p.replaces = "ttd/mottaker/org-310000027/g.r";
	buf_reset(&b);
	papers_manifest(&b, &p, &c, &conf, "pakke.zip", o);
	assert_non_null(strstr(buf_text(&b), "\n  \"key\": \"g.r.0002\",\n"
	    "  \"replaces\": \"ttd/mottaker/org-310000027/g.r\",\n"
	    "  \"source\": {\n"));
	buf_free(&b);
	output_free(o);
	arena_free(&arena);
	close(work);
	scratch_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_instance_has_one_owner_and_nothing_that_is_absent),
		cmocka_unit_test(create_json_holds_the_dictionary),
		cmocka_unit_test(the_manifest_tells_where_all_of_it_came_from),
	};

	return cmocka_run_group_tests_name("papers", tests, NULL, NULL);
}
