#include "tests/sample.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/jsonin.h"
#include "spool/mem.h"
#include "tests/scratch.h"

enum { FORMS_MAX = 8 };

#define XSD "<?xml version='1.0' encoding='utf-8'?>\n" \
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'" \
    " elementFormDefault='qualified'>\n"
#define END "</xs:schema>\n"
#define OPTIONAL " minOccurs='0'/>\n"
#define GROUP "<xs:complexType><xs:sequence>\n"
#define END_GROUP "</xs:sequence></xs:complexType></xs:element>\n"

static const char from_meta[] =
    "{ \"id\": \"ttd/sender\", \"org\": \"ttd\", \"dataTypes\": [\n"
    "  { \"id\": \"skjema\", \"taskId\": \"Task_1\", \"maxCount\": 1,\n"
    "    \"minCount\": 1, \"allowedContentTypes\": [\"application/xml\"],\n"
    "    \"appLogic\": { \"classRef\": \"App.Models.Skjema\" } },\n"
    "  { \"id\": \"tillegg\", \"taskId\": \"Task_1\", \"maxCount\": 9,\n"
    "    \"minCount\": 0, \"allowedContentTypes\": [\"application/xml\"],\n"
    "    \"appLogic\": { \"classRef\": \"App.Models.Tillegg\" } },\n"
    "  { \"id\": \"vedlegg\", \"taskId\": \"Task_1\", \"maxCount\": 9,\n"
    "    \"minCount\": 0, \"maxSize\": 1,\n"
    "    \"allowedContentTypes\": [\"application/pdf\", \"image/png\"] },\n"
    "  { \"id\": \"ref-data-as-pdf\",\n"
    "    \"allowedContentTypes\": [\"application/pdf\"] } ],\n"
    "  \"partyTypesAllowed\": {} }\n";

static const char skjema_xsd[] = XSD
    "<xs:simpleType name='Farge'><xs:restriction base='xs:string'>\n"
    "<xs:enumeration value='rod'/><xs:enumeration value='gul'/>\n"
    "<xs:enumeration value='bla'/></xs:restriction></xs:simpleType>\n"
    "<xs:element name='Skjema'>" GROUP
    "<xs:element name='tittel' type='xs:string'/>\n"
    "<xs:element name='orgnr' type='xs:string'/>\n"
    "<xs:element name='merknad' type='xs:string'" OPTIONAL
    "<xs:element name='dato' type='xs:date'" OPTIONAL
    "<xs:element name='tid' type='xs:dateTime'" OPTIONAL
    "<xs:element name='belop' type='xs:decimal'" OPTIONAL
    "<xs:element name='antall' type='xs:int' nillable='true'" OPTIONAL
    "<xs:element name='ja' type='xs:boolean'" OPTIONAL
    "<xs:element name='farge' type='Farge'" OPTIONAL
    "<xs:element name='Rad' minOccurs='0' maxOccurs='unbounded'>\n"
    "<xs:complexType><xs:sequence>\n"
    "<xs:element name='kode' type='xs:string'/>\n"
    "<xs:element name='ord' type='xs:string' minOccurs='0'"
    " maxOccurs='unbounded'/>\n"
    "<xs:element name='Under' minOccurs='0' maxOccurs='unbounded'>" GROUP
    "<xs:element name='verdi' type='xs:int'/>\n" END_GROUP
    "</xs:sequence><xs:attribute name='nr' type='xs:int'/>\n"
    "</xs:complexType></xs:element>\n"
    "</xs:sequence><xs:attribute name='versjon' type='xs:string'/>\n"
    "</xs:complexType></xs:element>\n" END;

static const char tillegg_xsd[] = XSD
    "<xs:element name='Tillegg'>" GROUP
    "<xs:element name='linje' minOccurs='0' maxOccurs='unbounded'>" GROUP
    "<xs:element name='tekst' type='xs:string'" OPTIONAL END_GROUP END_GROUP
    END;

static const char to_meta[] =
    "{ \"id\": \"ttd/mottaker\", \"org\": \"ttd\", \"dataTypes\": [\n"
    "  { \"id\": \"sak\", \"taskId\": \"Task_1\", \"maxCount\": 1,\n"
    "    \"minCount\": 1, \"allowedContentTypes\": [\"application/xml\"],\n"
    "    \"appLogic\": { \"autoCreate\": true,\n"
    "      \"classRef\": \"App.Models.Sak\" } },\n"
    "  { \"id\": \"bilag\", \"taskId\": \"Task_1\", \"maxCount\": 3,\n"
    "    \"minCount\": 0, \"maxSize\": 1,\n"
    "    \"allowedContentTypes\": [\"application/pdf\", \"image/png\"] },\n"
    "  { \"id\": \"kopi\", \"taskId\": \"Task_1\", \"maxCount\": 0,\n"
    "    \"minCount\": 0, \"allowedContentTypes\": [] },\n"
    "  { \"id\": \"ref-data-as-pdf\",\n"
    "    \"allowedContentTypes\": [\"application/pdf\"] } ],\n"
    "  \"partyTypesAllowed\": { \"organisation\": true, \"person\": true } }\n";

static const char sak_xsd[] = XSD
    "<xs:simpleType name='Farge'><xs:restriction base='xs:string'>\n"
    "<xs:enumeration value='R'/><xs:enumeration value='G'/>\n"
    "</xs:restriction></xs:simpleType>\n"
    "<xs:element name='Sak'>" GROUP
    "<xs:element name='Hode'>" GROUP
    "<xs:element name='overskrift' type='xs:string'/>\n"
    "<xs:element name='sak-nr' type='xs:string'" OPTIONAL
    "<xs:element name='mottatt' type='xs:date'" OPTIONAL
    "<xs:element name='tid' type='xs:dateTime'" OPTIONAL END_GROUP
    "<xs:element name='Tall' minOccurs='0'>" GROUP
    "<xs:element name='sum' type='xs:decimal'" OPTIONAL
    "<xs:element name='antall' type='xs:int'" OPTIONAL
    "<xs:element name='ja' type='xs:boolean'" OPTIONAL
    "<xs:element name='farge' type='Farge'" OPTIONAL END_GROUP
    "<xs:element name='Linje' minOccurs='0' maxOccurs='unbounded'>\n"
    "<xs:complexType><xs:sequence>\n"
    "<xs:element name='kode' type='xs:string'/>\n"
    "<xs:element name='ord' type='xs:string' minOccurs='0'"
    " maxOccurs='unbounded'/>\n"
    "<xs:element name='Del' minOccurs='0' maxOccurs='unbounded'>" GROUP
    "<xs:element name='verdi' type='xs:int'" OPTIONAL
    "<xs:element name='far' type='xs:string'" OPTIONAL END_GROUP
    "</xs:sequence><xs:attribute name='nr' type='xs:int'/>\n"
    "</xs:complexType></xs:element>\n"
    "<xs:element name='Ref-datadef-77' minOccurs='0'><xs:complexType>\n"
    "<xs:simpleContent><xs:extension base='xs:string'>\n"
    "<xs:attribute name='orid' type='xs:int' use='required' fixed='77'/>\n"
    "</xs:extension></xs:simpleContent></xs:complexType></xs:element>\n"
    "<xs:element name='tom' type='xs:int' nillable='true'/>\n"
    "<xs:element name='fast' type='xs:string' fixed='1'/>\n"
    "<xs:choice minOccurs='0'>\n"
    "<xs:element name='privat' type='xs:string'/>\n"
    "<xs:element name='firma'>" GROUP
    "<xs:element name='navn' type='xs:string'/>\n" END_GROUP "</xs:choice>\n"
    "</xs:sequence><xs:attribute name='versjon' type='xs:string'"
    " use='required' fixed='2'/>\n"
    "</xs:complexType></xs:element>\n" END;

const char sample_skjema[] =
    "<Skjema xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
    " versjon='3'><tittel>En sak</tittel><orgnr>310000027</orgnr>"
    "<dato>2026-03-01</dato><belop>12.50</belop>"
    "<antall xsi:nil='true'/>"
    "<ja>true</ja><farge>gul</farge>"
    "<Rad nr='1'><kode>a</kode><ord>x</ord><ord>y</ord>"
    "<Under><verdi>1</verdi></Under><Under><verdi>2</verdi></Under></Rad>"
    "<Rad nr='2'><kode>b</kode></Rad>"
    "<Rad nr='3'><kode>c</kode><Under><verdi>3</verdi></Under></Rad>"
    "</Skjema>";

const char sample_instance[] =
    "{\"id\":\"50012345/6513270e-269e-4d37-b2a7-9a0c7d2e41b5\","
    "\"instanceOwner\":{\"partyId\":\"50012345\"},\"appId\":\"ttd/sender\","
    "\"process\":{\"ended\":\"2026-03-02T08:09:30.5Z\"},"
    "\"data\":[{\"size\":601,\"locked\":true}],\"dataValues\":{\"x\":\"y\"}}";

void
sample_write(const struct scratch *s)
{
	static const struct {
		const char *path, *text;
	} files[] = {
		{ "flerapp.conf", "[spool]\nenvironment = test\n" },
		{ "apps/ttd/sender/config/applicationmetadata.json",
		    from_meta },
		{ "apps/ttd/sender/models/Skjema.xsd", skjema_xsd },
		{ "apps/ttd/sender/models/Tillegg.xsd", tillegg_xsd },
		{ "apps/ttd/mottaker/config/applicationmetadata.json",
		    to_meta },
		{ "apps/ttd/mottaker/models/Sak.xsd", sak_xsd },
	};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		scratch_put(s, files[i].path, files[i].text);
}

static void
must_load(const struct sample *s, const char *what)
{
	for (size_t i = 0; i < s->faults.n; i++)
		fprintf(stderr, "%s: %s: %s\n", what, s->faults.v[i].file,
		    s->faults.v[i].text);
	if (s->faults.n > 0)
		abort();
}

struct sample *
sample_new(void)
{
	struct sample *s = mem_alloc(sizeof *s);
	struct jsonin_error e;

	s->scratch = scratch_new();
	sample_write(s->scratch);
	s->from = app_load(s->scratch->dir, "ttd/sender", &s->faults);
	s->to = app_load(s->scratch->dir, "ttd/mottaker", &s->faults);
	must_load(s, "sample");
	s->xpath = xmlXPathNewContext(NULL);
	s->xpath->error = origin_quiet;
	findings_init(&s->findings, &s->package);
	s->checked = (struct checked){ .arena = &s->package,
	    .findings = &s->findings, .app = s->from };
	s->checked.forms = mem_alloc(FORMS_MAX * sizeof *s->checked.forms);
	s->checked.instance.root = jsonin_strict(sample_instance,
	    strlen(sample_instance), &e);
	s->checked.instance.archived = "2026-03-02T08:09:30.5Z";
	return s;
}

void
sample_free(struct sample *s)
{
	for (size_t i = 0; i < s->checked.n_forms; i++)
		xmlFreeDoc(s->checked.forms[i].doc);
	free(s->checked.forms);
	json_decref(s->checked.instance.root);
	xmlXPathFreeContext(s->xpath);
	origin_takes_done(&s->takes);
	app_free(s->from);
	app_free(s->to);
	arena_free(&s->package);
	arena_free(&s->arena);
	faults_free(&s->faults);
	scratch_free(s->scratch);
	free(s);
}

struct origin_scope
sample_scope(struct sample *s)
{
	return (struct origin_scope){ .arena = &s->arena,
	    .takes = &s->takes, .app = s->from,
	    .form = app_form(s->from, "skjema") };
}

void
sample_form(struct sample *s, const char *type, const char *xml)
{
	struct checked_form *f = &s->checked.forms[s->checked.n_forms++];

	if (s->checked.n_forms > FORMS_MAX)
		abort();
	f->type = app_form(s->from, type);
	f->doc = xmlReadMemory(xml, (int)strlen(xml), type, NULL, 0);
	if (f->type == NULL || f->doc == NULL)
		abort();
}

struct origin_env
sample_env(struct sample *s)
{
	return (struct origin_env){ .arena = &s->package,
	    .xpath = s->xpath, .checked = &s->checked };
}
