#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/house.h"
#include "transform/adopt.h"
#include "transform/config.h"
#include "transform/csv.h"

/*
 * B's prefill file: the rows that are proposed are a table that we read, each
 * with a target of its own and a note.
 */

enum { TARGET, SOURCE, NOTE, COLUMNS };

static void
check_rows(const struct buf *text)
{
	static const struct csv_column columns[COLUMNS] = {
		{ "target", true }, { "source", true }, { "note", true } };
	static const struct csv_format format = { columns, COLUMNS, true };
	struct faults f = { 0 };
	struct csv csv;

	assert(csv_read(&csv, "map.csv", text->p, text->len, &format,
	    &f) == 0);
	for (size_t i = 0; i < csv.n_rows; i++) {
		const char *target = csv_cell(&csv, i, TARGET);

		assert(*target != '\0' && *csv_cell(&csv, i, NOTE) != '\0');
		for (size_t k = 0; k < i; k++)
			assert(strcmp(csv_cell(&csv, k, TARGET),
			    target) != 0);
	}
	csv_done(&csv);
	faults_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	const struct config *house = house_config();
	struct faults f = { 0 };
	struct buf csv = { 0 };
	int rc = adopt_prefill(house->routes[0], "b.prefill.json", in.p, in.n,
	    &csv, &f);

	assert((rc == -1) == (f.errors > 0));
	assert(text_utf8_ok(buf_text(&csv), csv.len));
	fuzz_no_person(buf_text(&csv), csv.len);
	if (csv.len > 0)
		check_rows(&csv);
	fuzz_faults(&f);
	faults_free(&f);
	buf_free(&csv);
	free((void *)in.p);
	return 0;
}
