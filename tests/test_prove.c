#include "tests/expect.h"

#include <stdlib.h>

#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/mem.h"
#include "tests/sample.h"
#include "tests/scratch.h"
#include "transform/config.h"

#define N(table) (sizeof (table) / sizeof *(table))

#define CONF "routes/r/route.conf"
#define MAP "routes/r/map.csv"
#define FILES "routes/r/attachments.csv"
#define CODES "routes/r/codes/k.csv"
#define OWNERS "routes/r/owners.csv"
#define A "apps/ttd/sender/config/applicationmetadata.json"
#define B "apps/ttd/mottaker/config/applicationmetadata.json"
#define A_XSD "apps/ttd/sender/models/Skjema.xsd"
#define B_XSD "apps/ttd/mottaker/models/Sak.xsd"

#define ROUTE "[route]\nfrom = ttd/sender\nto = ttd/mottaker\n" \
    "form = skjema\n"
#define OWNER "[owner]\norganisation = /Skjema/orgnr\n"
#define HEAD "target;source;convert;required;default;when\n" \
    "Hode.overskrift;/Skjema/tittel\n"	/* the next is line 3 */
#define TABLE "target;source;required;which\n"

/* A file written anew, or a text in it put in another's place. */
struct edit {
	const char *path, *text, *instead;
};

#define PUT(path, text) { path, text, NULL }

static void
apply(const struct scratch *s, const struct edit *e)
{
	struct buf text = { 0 }, out = { 0 };
	const char *at;

	if (e->instead == NULL) {
		scratch_put(s, e->path, e->text);
		return;
	}
	scratch_read(s, e->path, &text);
	at = strstr(buf_text(&text), e->text);
	if (at == NULL)
		fail_msg("%s has no %s", e->path, e->text);
	buf_add(&out, text.p, (size_t)(at - text.p));
	buf_fmt(&out, "%s%s", e->instead, at + strlen(e->text));
	scratch_put(s, e->path, buf_text(&out));
	buf_free(&text);
	buf_free(&out);
}

static void
load(const struct edit *edits, size_t n, struct faults *f)
{
	struct scratch *s = scratch_new();
	struct conf *conf = mem_alloc(sizeof *conf);
	struct config config = { .conf = NULL };

	sample_write(s);
	scratch_put(s, CONF, ROUTE OWNER);
	scratch_put(s, MAP, HEAD);
	for (size_t i = 0; i < n && edits[i].path != NULL; i++)
		apply(s, &edits[i]);
	conf_load(conf, s->dir, NULL, f);
	config_load(&config, conf, f);
	config_free(&config);
	free(conf);
	scratch_free(s);
}

struct row {
	struct edit edits[3];
	enum fault_level level;
	const char *file;
	long line, column;
	const char *words;
};

/* Just that one fault or warning, and nothing else. */
static void
expect_told(const struct row *r)
{
	struct faults f = { 0 };
	bool ok;

	load(r->edits, N(r->edits), &f);
	ok = f.n == 1 && f.v[0].level == r->level;
	if (!ok || !has_fault(&f, r->file, r->line, r->column, r->words)) {
		show_faults(&f);
		fail_msg("%s: want only %s:%ld:%ld: %s", r->edits[0].text,
		    r->file, r->line, r->column, r->words);
	}
	faults_free(&f);
}

static void
expect_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_told(&rows[i]);
}

/* A map whose third line is this row. */
#define ROW(row) { PUT(MAP, HEAD row "\n") }
#define WARN(column, words) FAULT_WARNING, MAP, 3, column, words
#define FAULT(column, words) FAULT_ERROR, MAP, 3, column, words

static void
sources_that_cannot_exist_are_told(void **unused)
{
	static const struct row rows[] = {
		{ ROW("Hode.sak-nr;/Skjema/titel"),
		    WARN(2, "no titel there") },
		{ ROW("Hode.sak-nr;/Skjema/Rad[nummer > 1]/kode;first"),
		    WARN(2, "no element nummer anywhere") },
		{ ROW("Hode.sak-nr;concat(//@versjn, '')"),
		    WARN(2, "no attribute versjn anywhere") },
		{ ROW("Hode.sak-nr;tillegg!string(//tittel)"),
		    WARN(2, "no element tittel anywhere") },
		{ ROW("Hode.sak-nr;const:x;;;;not(/Skjema/merkned)"),
		    WARN(6, "no element merkned anywhere") },
		{ ROW("Hode.sak-nr;instance:instanceOwner.party.name"),
		    WARN(2, "no such value") },
		{ ROW("Hode.sak-nr;instance:appIdent"),
		    WARN(2, "no such value") },
		{ ROW("Hode.sak-nr;instance:proses.ended"),
		    WARN(2, "no such value") },
		{ ROW("Hode.sak-nr;instance:process"),
		    WARN(2, "no such value") },
		{ ROW("dataValues:x;instance:data.id"),
		    WARN(2, "no such value") },
		{ { PUT(CONF, ROUTE "when = count(/Skjema/Rod) > 1\n" OWNER) },
		    FAULT_WARNING, CONF, 5, 0, "when: the schema" },
		{ { PUT(CONF, ROUTE "for-each = /Skjema/Rod\n" OWNER),
		    PUT(MAP, "target;source\nHode.overskrift;kode\n") },
		    FAULT_WARNING, CONF, 5, 0, "no Rod there" },
		{ { PUT(CONF, ROUTE "[owner]\nparty = instance:party\n") },
		    FAULT_WARNING, CONF, 6, 0, "no such value" },
		{ { { A, "\"maxCount\": 1,", "" } }, FAULT_WARNING, A, 2, 0,
		    "skjema has no maxCount" },
		{ { { A, "\"minCount\": 1,", "" } }, FAULT_WARNING, A, 2, 0,
		    "skjema has no minCount" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
what_repeats_must_have_a_place(void **unused)
{
	static const struct row rows[] = {
		{ ROW("Hode.sak-nr;/Skjema/Rad/kode"),
		    WARN(2, "may have several values") },
		{ ROW("Hode.sak-nr;/Skjema/Rad/@nr;trim"),
		    WARN(2, "may have several values") },
		{ ROW("Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].nr;ord;count\nLinje[].Del[];Under\n"
		    "Linje[].Del[].far;../ord"), FAULT_WARNING, MAP, 7, 2,
		    "may have several values" },
		{ { PUT(MAP, HEAD "Hode.sak-nr;/Skjema/Rad/kode\n"),
		    { A_XSD, "name='Rad' minOccurs='0'",
		    "name='Rad' minOccurs='2'" } },
		    FAULT(2, "always has several values (2 at least)") },
		{ { PUT(MAP, HEAD "Hode.sak-nr;tillegg!/Tillegg/linje/tekst;"
		    "join(+)\nHode.mottatt;tillegg!count(/Tillegg);date\n"),
		    { MAP, "count(/Tillegg)", "/Tillegg/nei" } },
		    FAULT_WARNING, MAP, 4, 2, "no nei there" },
		{ ROW("Linje[];/Skjema\nLinje[].kode;tittel"),
		    WARN(2, "cannot repeat in A's schema") },
		{ ROW("Linje[];/Skjema/Rad\nLinje[].kode;kode\n"
		    "Linje[].Del[];Under"), FAULT_WARNING, MAP, 5, 1,
		    "no row fills anything" },
		{ { PUT(MAP, HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"),
		    { B_XSD, "'Linje' minOccurs='0' maxOccurs='unbounded'",
		    "'Linje' minOccurs='0' maxOccurs='3'" } },
		    WARN(2, "may give any number, B takes up to 3") },
		{ { PUT(MAP, HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"),
		    { B_XSD, "'Linje' minOccurs='0' maxOccurs='unbounded'",
		    "'Linje' minOccurs='0' maxOccurs='3'" },
		    { A_XSD, "'Rad' minOccurs='0'", "'Rad' minOccurs='4'" } },
		    FAULT(2, "always gives 4 rows at least") },
		{ { PUT(MAP, HEAD "Linje[];/Skjema\nLinje[].kode;tittel\n"),
		    { B_XSD, "'Linje' minOccurs='0'",
		    "'Linje' minOccurs='2'" } },
		    FAULT(2, "gives up to 1, B wants 2") },
		{ { PUT(CONF, ROUTE "for-each = /Skjema\n" OWNER) },
		    FAULT_WARNING, CONF, 5, 0, "cannot repeat" },
		{ { PUT(CONF, ROUTE "[owner]\norganisation = /Skjema/Rad/kode"
		    "\n") }, FAULT_WARNING, CONF, 6, 0, "OWNER_AMBIGUOUS" },
		{ { PUT(CONF, ROUTE "[owner]\norganisation = /Skjema/merknad"
		    "\n") }, FAULT_WARNING, CONF, 6, 0, "OWNER_MISSING" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
what_must_be_there_must_have_a_source(void **unused)
{
	static const struct row rows[] = {
		{ ROW("Hode.sak-nr;/Skjema/merknad;;yes"),
		    WARN(4, "required, but the source is optional") },
		{ ROW("Tall.antall;/Skjema/antall;;yes"),
		    WARN(4, "required, but the source is optional") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/antall;;yes\n"),
		    { A_XSD, "nillable='true' minOccurs='0'",
		    "nillable='true'" } },
		    WARN(4, "required, but the source is optional") },
		{ ROW("Linje[];/Skjema/Rad;;yes\nLinje[].kode;kode"),
		    WARN(4, "required, but the source is optional") },
		{ ROW("Linje[];/Skjema/Rad\nLinje[].kode;../merknad"),
		    FAULT_WARNING, MAP, 4, 2, "B requires this field" },
		{ ROW("Linje[];/Skjema/Rad\nLinje[].kode;kode;;;;@nr = 1"),
		    FAULT_WARNING, MAP, 4, 6, "may be skipped" },
		{ { PUT(MAP, "target;source\nHode.overskrift;/Skjema/merknad"
		    "\n") }, FAULT_WARNING, MAP, 2, 2,
		    "B requires this field" },
		{ { PUT(MAP, HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode\n"),
		    { B_XSD, "'Linje' minOccurs='0'",
		    "'Linje' minOccurs='1'" } },
		    WARN(2, "B requires this field") },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
a_target_must_hold_its_source(void **unused)
{
	static const struct row rows[] = {
		{ ROW("Tall.sum;/Skjema/tittel"), WARN(2, "; use decimal") },
		{ ROW("Tall.antall;/Skjema/tittel"), WARN(2, "; use int") },
		{ ROW("Tall.ja;/Skjema/tittel"), WARN(2, "; use bool") },
		{ ROW("Hode.mottatt;/Skjema/tittel"), WARN(2, "; use date") },
		{ ROW("Tall.antall;/Skjema/belop"),
		    WARN(2, "some values may not fit") },
		{ ROW("Hode.mottatt;/Skjema/tid"),
		    FAULT(2, "no value could ever fit; use date") },
		{ ROW("Hode.tid;/Skjema/dato"),
		    FAULT(2, "no value could ever fit") },
		{ ROW("Hode.mottatt;/Skjema/belop"),
		    FAULT(2, "no value could ever fit") },
		{ ROW("Tall.ja;/Skjema/dato"),
		    FAULT(2, "no value could ever fit") },
		{ ROW("Tall.farge;/Skjema/farge"),
		    FAULT(2, "no value could ever fit; use code(list)") },
		{ ROW("Tall.farge;/Skjema/tittel"),
		    WARN(2, "one out of a list") },
		{ ROW("Tall.farge;/Skjema/tittel;upper"),
		    WARN(3, "convert gives") },
		{ ROW("Hode.tid;/Skjema/tid;date"),
		    FAULT(3, "convert gives xs:date") },
		{ ROW("Tall.sum;/Skjema/dato;decimal"),
		    FAULT(3, "none of its values could be converted") },
		{ ROW("Hode.mottatt;/Skjema/antall;date"),
		    FAULT(3, "none of its values could be converted") },
		{ ROW("dataValues:x;/Skjema/dato;int"),
		    FAULT(3, "none of its values could be converted") },
		{ { PUT(MAP, HEAD "Hode.sak-nr;/Skjema/Rad\n"),
		    { A_XSD, "minOccurs='0' maxOccurs='unbounded'>\n",
		    "minOccurs='0'>\n" } }, WARN(2, "holds other fields") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:byte'" } },
		    WARN(2, "some values may not fit") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { A_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:integer'" },
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:nonNegativeInteger'" } },
		    WARN(2, "some values may not fit") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { A_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:nonNegativeInteger'" },
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:unsignedByte'" } },
		    WARN(2, "some values may not fit") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/Rad;count\n"),
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:negativeInteger'" } },
		    FAULT(3, "no value could ever fit") },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { A_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:negativeInteger'" },
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:unsignedByte'" } },
		    FAULT(2, "no value could ever fit") },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
a_code_list_must_fit_both_sides(void **unused)
{
	static const struct row rows[] = {
		{ { PUT(MAP, HEAD "Tall.farge;/Skjema/farge;code(k)\n"),
		    PUT(CODES, "from;to\nrod;R\ngul;G\n") },
		    WARN(3, "no row for 1 of the values that A may send: "
		    "bla") },
		{ { PUT(MAP, HEAD "Tall.farge;/Skjema/farge;trim|code(k)\n"),
		    PUT(CODES, "from;to\nx;R\n") },
		    WARN(3, "no row for 3 of the values that A may send: "
		    "rod, gul, bla") },
		{ { PUT(MAP, HEAD "Tall.farge;/Skjema/farge;code(k)\n"),
		    PUT(CODES, "from;to\nrod;R\ngul;Gul\nbla;G\n") },
		    FAULT_ERROR, CODES, 3, 2, "Tall.farge cannot hold Gul" },
		{ { PUT(MAP, HEAD "Tall.antall;/Skjema/tittel;code(k)\n"),
		    PUT(CODES, "from;to\na;1\nb;to\n") },
		    FAULT_ERROR, CODES, 3, 2, "Tall.antall cannot hold to" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
files_must_be_taken_by_b(void **unused)
{
#define KOPI(old, new) { B, "\"id\": \"kopi\"," old, \
    "\"id\": \"kopi\"," new }
	static const struct row rows[] = {
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { B, "\"application/pdf\", \"image/png\"",
		    "\"image/png\"" } }, FAULT_WARNING, FILES, 2, 2,
		    "allows application/pdf, which bilag" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { B, "\"application/pdf\", \"image/png\"",
		    "\"image/gif\"" } }, FAULT_WARNING, FILES, 2, 2,
		    "none of its content types" },
		{ { PUT(FILES, TABLE "bilag;ref-data-as-pdf;yes;\n"),
		    { B, "\"application/pdf\", \"image/png\"",
		    "\"image/gif\"" } }, FAULT_ERROR, FILES, 2, 2,
		    "none of its content types" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { A, "\"application/pdf\", \"image/png\"", "" } },
		    FAULT_WARNING, FILES, 2, 2, "allows any content type" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { A, "\"maxSize\": 1,", "" } },
		    FAULT_WARNING, FILES, 2, 2, "has no maxSize" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { A, "\"maxSize\": 1,", "\"maxSize\": 9," } },
		    FAULT_WARNING, FILES, 2, 2, "allows 9 MB" },
		{ { PUT(FILES, TABLE "bilag;vedlegg\n") },
		    FAULT_WARNING, FILES, 2, 1, "A may send 9 files, B takes "
		    "3" },
		{ { PUT(FILES, TABLE "bilag;vedlegg\n"
		    "bilag;ref-data-as-pdf\n") }, FAULT_WARNING, FILES, 3,
		    1, "A may send 10 files, B takes 3" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"
		    "bilag;ref-data-as-pdf\n"),
		    { B, "\"maxCount\": 3", "\"maxCount\": 1" } },
		    FAULT_WARNING, FILES, 3, 1, "A may send 2 files" },
		{ { PUT(FILES, TABLE "kopi;vedlegg\n"),
		    { B, "\"id\": \"sak\"", "\"id\": \"kopi-1\"" } },
		    FAULT_ERROR, B, 9, 0, "would have the same name" },
		{ { PUT(FILES, TABLE "kopi;vedlegg\nkopi;vedlegg;;last\n") },
		    FAULT_WARNING, FILES, 3, 1, "stands in line 2 already" },
		{ { PUT(FILES, TABLE "kopi;vedlegg;yes\n") },
		    FAULT_WARNING, FILES, 2, 2, "required, but optional" },
		{ { PUT(FILES, TABLE "kopi;vedlegg\n"),
		    KOPI("", "\"maxSize\": 0,") }, FAULT_ERROR, B, 9, 0,
		    "maxSize is 0" },
		{ { PUT(FILES, TABLE "kopi;vedlegg\n"),
		    KOPI("", "\"maxSize\": 2048,") }, FAULT_ERROR, B, 9, 0,
		    "too much for Altinn's 32 bits" },
		{ { PUT(FILES, TABLE "kopi;vedlegg\n"),
		    KOPI("", "\"allowedContributers\": [\"app:owned\"],") },
		    FAULT_ERROR, B, 9, 0, "nobody send this type" },
		{ { PUT(FILES, TABLE "instance;vedlegg\n"),
		    { B, "\"id\": \"kopi\"", "\"id\": \"instance\"" } },
		    FAULT_ERROR, B, 9, 0, "no data type can be called so" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { B, "\"application/pdf\", \"image/png\"",
		    "\"application/pdf\", \"image/png\", \"Image/GIF\"" } },
		    FAULT_WARNING, B, 6, 0, "Image/GIF never matches" },
		{ { PUT(FILES, TABLE "bilag;vedlegg;;last\n"),
		    { B, "\"application/pdf\", \"image/png\"",
		    "\"application/pdf\", \"image/png\", \"a/b; c=d\"" } },
		    FAULT_WARNING, B, 6, 0, "files go as a/b" },
		{ { { B, "\"application/xml\"", "\"application/json\"" } },
		    FAULT_ERROR, B, 2, 0, "no application/xml" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
shown_fields_must_be_found_and_reached(void **unused)
{
#define SHOWN(key, list) { { B, "\"partyTypesAllowed\"", \
    "\"" key "\": [\n" list "],\n\"partyTypesAllowed\"" } }
#define FIELD(path, type) \
    "{ \"id\": \"x\", \"path\": \"" path "\", \"dataTypeId\": \"" type "\" }"
	static const struct row rows[] = {
		{ SHOWN("presentationFields", FIELD("Hode.tittel", "sak")),
		    FAULT_ERROR, B, 14, 0, "presentationFields: Hode.tittel: "
		    "B's schema has no such" },
		{ SHOWN("dataFields", FIELD("Hode.overskrift", "sak") ",\n"
		    FIELD("Fot.x", "sak")), FAULT_ERROR, B, 15, 0,
		    "dataFields: Fot.x" },
		{ SHOWN("dataFields", FIELD("Linje.kode", "sak")),
		    FAULT_ERROR, B, 14, 0, "goes on below a list" },
		{ SHOWN("dataFields", FIELD("Hode.overskrift.lengde", "sak")),
		    FAULT_ERROR, B, 14, 0, "goes on below a field" },
		{ SHOWN("dataFields", FIELD("", "sak")),
		    FAULT_ERROR, B, 14, 0, "the path is missing" },
		{ SHOWN("dataFields", FIELD("Hode", "sak")),
		    FAULT_WARNING, B, 14, 0, "holds no text" },
		{ SHOWN("dataFields", FIELD("Linje", "sak")),
		    FAULT_WARNING, B, 14, 0, "holds no text" },
		{ SHOWN("dataFields", FIELD("refdatadef77", "sak")),
		    FAULT_WARNING, B, 14, 0, "write refdatadef77.value" },
		{ SHOWN("dataFields", FIELD("fast", "bilag") ",\n"
		    FIELD("fast", "sak")), FAULT_WARNING, B, 15, 0,
		    "Altinn stops at the first field of another" },
		{ SHOWN("dataFields", FIELD("fast", "sok")),
		    FAULT_WARNING, B, 14, 0, "B has no data type sok" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
b_must_take_the_kind_of_owner(void **unused)
{
	static const struct row rows[] = {
		{ { PUT(CONF, ROUTE "[owner]\nperson = /Skjema/orgnr\n"),
		    { B, ", \"person\": true", "" } }, FAULT_WARNING, CONF,
		    6, 0, "person: ttd/mottaker takes no owner" },
		{ { PUT(CONF, ROUTE "[owner]\nusername = /Skjema/orgnr\n"),
		    { B, ", \"person\": true", "" } }, FAULT_WARNING, CONF,
		    6, 0, "username: ttd/mottaker takes no owner" },
		{ { { B, "\"organisation\": true, ", "" } }, FAULT_WARNING,
		    CONF, 6, 0, "organisation: ttd/mottaker takes no owner" },
		{ { PUT(CONF, ROUTE "[owner]\ntable = owners.csv\n"
		    "key = /Skjema/orgnr\n"),
		    PUT(OWNERS, "key;person;organisation;enabled\n"
		    "a;15867210064;;yes\nb;;310000027;yes\n"
		    "c;15867210064;;no\n"),
		    { B, ", \"person\": true", "" } }, FAULT_WARNING, OWNERS,
		    2, 2, "takes no owner of this kind" },
	};

	(void)unused;
	expect_all(rows, N(rows));
}

static void
a_sound_route_has_no_warnings(void **unused)
{
	static const struct edit sound[][3] = {
		{ PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { A_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:positiveInteger'" } },
		{ PUT(MAP, HEAD "Tall.antall;/Skjema/antall\n"),
		    { A_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:nonNegativeInteger'" },
		    { B_XSD, "'antall' type='xs:int'",
		    "'antall' type='xs:unsignedInt'" } },
		{ PUT(FILES, TABLE "bilag;ref-data-as-pdf\n") },
		{ PUT(CONF, ROUTE "[owner]\nparty = const:50012345\n"),
		    { B, ", \"person\": true", "" } },
		{ PUT(CONF, ROUTE "[owner]\nperson = /Skjema/orgnr\n"),
		    { B, "\"organisation\": true, \"person\": true", "" } },
		{ PUT(MAP, HEAD "Hode.sak-nr;/Skjema/orgnr;;yes\n"
		    "Hode.mottatt;/Skjema/tid;date\nTall.sum;/Skjema/belop\n"
		    "Tall.antall;/Skjema/antall\nTall.ja;/Skjema/ja\n"
		    "Hode.tid;/Skjema/tid\ntom;/Skjema/antall\n"
		    "Ref-datadef-77.value;/Skjema/tittel;upper\n") },
		{ PUT(MAP, HEAD "Tall.farge;/Skjema/farge;code(k)\n"),
		    PUT(CODES, "from;to;valid_to\nrod;R;\ngul;G;\n"
		    "bla;R;2025-12-31\n") },
		{ PUT(MAP, HEAD "Tall.farge;/Skjema/farge;code(k);;R\n"),
		    PUT(CODES, "from;to\nrod;R\n") },
		{ PUT(MAP, HEAD "Tall.antall;/Skjema/tittel;digits\n"
		    "Tall.sum;/Skjema/Rad;count\nTall.ja;/Skjema/belop;bool\n"
		    "Hode.sak-nr;/Skjema/Rad/kode;join(+)\n") },
		{ PUT(MAP, HEAD "Hode.sak-nr;concat(/Skjema/Rad[@nr='1']/kode, "
		    "'-', substring-before(/Skjema/tittel, ' '))\n"
		    "Tall.antall;count(//Under[verdi > 1]);int\n") },
		{ PUT(MAP, HEAD "Linje[];/Skjema/Rad\nLinje[].kode;kode;;yes\n"
		    "Linje[].nr;@nr\nLinje[].ord[];ord\n"
		    "Linje[].Del[];Under\nLinje[].Del[].verdi;verdi\n"
		    "Linje[].Del[].far;../../tittel\n") },
		{ PUT(MAP, HEAD "Linje[];tillegg!/Tillegg/linje\n"
		    "Linje[].kode;tekst;;;-\n") },
		{ PUT(MAP, HEAD "privat;/Skjema/merknad\n"
		    "firma.navn;/Skjema/merknad;;;;/Skjema/ja = 'nei'\n") },
		{ PUT(CONF, ROUTE "for-each = /Skjema/Rad\n" OWNER),
		    PUT(MAP, "target;source;convert\nHode.overskrift;kode\n"
		    "Linje[];Under\nLinje[].kode;verdi\n"
		    "Linje[].nr;/Skjema/antall\n") },
		{ PUT(FILES, TABLE "kopi;vedlegg\nbilag;vedlegg;;last\n"
		    "kopi;ref-data-as-pdf;yes\n") },
		{ PUT(MAP, HEAD "dataValues:a;instance:data.0.id\n"
		    "dataValues:b;instance:dataValues.hva\n"
		    "dataValues:c;instance:process.ended;date\n"
		    "dataValues:d;instance:presentationTexts.Sak\n") },
		SHOWN("presentationFields", FIELD("hode.saknr", "sak") ",\n"
		    FIELD("Ref-datadef-77.value", "sak") ",\n"
		    FIELD("versjon", "sak") ",\n" FIELD("x.y", "bilag")),
		{ PUT(CONF, ROUTE "[owner]\nparty = instance:instanceOwner"
		    ".partyId\n") },
	};

	(void)unused;
	for (size_t i = 0; i < N(sound); i++) {
		struct faults f = { 0 };

		load(sound[i], N(sound[i]), &f);
		expect_no_faults(&f, sound[i][0].text);
	}
}

static void
two_routes_to_one_app_tell_its_faults_once(void **unused)
{
	static const struct edit edits[] = {
		{ B, "\"application/xml\"", "\"application/json\"" },
		{ "routes/s/route.conf", ROUTE OWNER, NULL },
		{ "routes/s/map.csv", HEAD, NULL },
	};
	struct faults f = { 0 };

	(void)unused;
	load(edits, N(edits), &f);
	assert_int_equal(f.n, 1);
	faults_free(&f);
}

static void
a_faulty_map_is_proven_as_far_as_it_goes(void **unused)
{
	static const struct edit edit = { MAP, HEAD "Hode.tull;const:x\n"
	    "Tall.sum;/Skjema/belop;magic\nTall.ja;/Skjema[\n"
	    "Linje[];/Skjema[\nLinje[].kode;kode\n"
	    "Hode.mottatt;/Skjema/tid\nHode.sak-nr;/Skjema/Rad/kode\n", NULL };
	struct faults f = { 0 };

	(void)unused;
	load(&edit, 1, &f);
	expect_fault(&f, MAP, 8, 2, "no value could ever fit", "fault");
	expect_fault(&f, MAP, 9, 2, "may have several", "warning");
	assert_int_equal(f.errors, 5);
	assert_int_equal(f.n, 6);
	faults_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_that_cannot_exist_are_told),
		cmocka_unit_test(what_repeats_must_have_a_place),
		cmocka_unit_test(what_must_be_there_must_have_a_source),
		cmocka_unit_test(a_target_must_hold_its_source),
		cmocka_unit_test(a_code_list_must_fit_both_sides),
		cmocka_unit_test(files_must_be_taken_by_b),
		cmocka_unit_test(shown_fields_must_be_found_and_reached),
		cmocka_unit_test(b_must_take_the_kind_of_owner),
		cmocka_unit_test(a_sound_route_has_no_warnings),
		cmocka_unit_test(two_routes_to_one_app_tell_its_faults_once),
		cmocka_unit_test(a_faulty_map_is_proven_as_far_as_it_goes),
	};

	return cmocka_run_group_tests_name("prove", tests, NULL, NULL);
}
