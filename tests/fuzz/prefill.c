#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/paired.h"
#include "transform/adopt.h"
#include "transform/csv.h"
#include "transform/propose.h"

/*
 * B's prefill file, then the fields of A and of B, where they are not those
 * below: what is proposed from the file, and from the schemas alone, is a
 * table that we read, each row with a target of its own and a note.
 */

enum { TARGET, SOURCE, NOTE, COLUMNS };

#define FIELD(name, type) "<xs:element name='" name "' type='xs:" type \
	"' minOccurs='0'/>"

static const char a_fields[] = FIELD("navn", "string") FIELD("tlf", "int")
    FIELD("dato", "dateTime") "<xs:element name='rad' maxOccurs='9'>"
    "<xs:complexType><xs:sequence>" FIELD("kode", "string")
    "</xs:sequence></xs:complexType></xs:element>";
static const char b_fields[] = FIELD("orgnr", "string")
    FIELD("navn", "string") FIELD("Dato-datadef-4", "date") "<xs:element name='liste' maxOccurs='5'>"
    "<xs:complexType><xs:sequence>" FIELD("kode", "token")
    "</xs:sequence><xs:attribute name='nr' type='xs:int'/></xs:complexType>"
    "</xs:element>";
static const char owner[] = "[owner]\ntable = owners.csv\nkey = /A/navn\n";
static const char owners[] = "key;organisation;name;email\n"
    "1;310000027;Eksempel;post@eksempel.no\n";

static void
check_rows(const struct buf *text)
{
	static const struct csv_column columns[COLUMNS] = {
		{ "target", true }, { "source", true }, { "note", true } };
	static const struct csv_format format = { columns, COLUMNS, true };
	struct faults f = { 0 };
	struct csv csv;

	assert(text_utf8_ok(buf_text(text), text->len));
	assert(csv_read(&csv, "map.csv", text->p, text->len, &format,
	    &f) == 0);
	for (size_t i = 0; i < csv.n_rows; i++)
		assert(*csv_cell(&csv, i, TARGET) != '\0');
	csv_done(&csv);
	faults_free(&f);
}

static void
propose(const struct route *r, struct fuzz in)
{
	struct faults f = { 0 };
	struct buf csv = { 0 };
	int rc;

	propose_map(r, &csv, &f);
	check_rows(&csv);
	assert(f.errors == 0);
	buf_reset(&csv);
	rc = adopt_prefill(r, "b.prefill.json", in.p, in.n, &csv, &f);
	assert((rc == -1) == (f.errors > 0));
	fuzz_no_person(buf_text(&csv), csv.len);
	if (csv.len > 0)
		check_rows(&csv);
	fuzz_faults(&f);
	faults_free(&f);
	buf_free(&csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), json = fuzz_piece(&in);
	char *a = fuzz_string(fuzz_piece(&in)), *b = fuzz_string(in);
	void *copy = fuzz_copy(json);
	struct paired *p = paired_new(*a != '\0' ? a : a_fields,
	    *b != '\0' ? b : b_fields, owner, owners);
	const struct route *r = paired_route(p);

	assert((r == NULL) == (p->faults.errors > 0));
	if (r != NULL)
		propose(r, (struct fuzz){ copy, json.n });
	paired_free(p);
	free(copy);
	free(a);
	free(b);
	return 0;
}
