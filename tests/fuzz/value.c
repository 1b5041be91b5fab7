#include <stdlib.h>
#include <string.h>

#include "schemas/lexical.h"
#include "schemas/moment.h"
#include "schemas/value.h"
#include "spool/buf.h"
#include "tests/fuzz/fuzz.h"

/*
 * A text against every built-in type: what fits still fits as we write it,
 * and is then written the same.  Numbers compare as numbers do.
 */

static const char *const names[] = {
	"string", "token", "anyURI", "boolean", "decimal", "integer", "int",
	"unsignedByte", "nonNegativeInteger", "long", "float", "double",
	"date", "dateTime", "time", "gYear", "gYearMonth", "gMonth",
	"gMonthDay", "gDay", "duration", "base64Binary", "hexBinary",
	"NMTOKENS", "anySimpleType", "language", "negativeInteger",
};

static void
check_type(const char *name, const char *text)
{
	const struct simple *s = value_builtin(name);
	struct buf once = { 0 }, twice = { 0 };

	assert(s != NULL && value_holds(s, s));
	if (value_fits(s, text)) {
		value_write(s, text, &once);
		assert(value_fits(s, buf_text(&once)));
		value_write(s, buf_text(&once), &twice);
		assert(strcmp(buf_text(&once), buf_text(&twice)) == 0);
	}
	buf_free(&once);
	buf_free(&twice);
}

static void
check_numbers(const char *a, const char *b)
{
	if (!lexical_decimal(a) || !lexical_decimal(b))
		return;
	assert(lexical_compare(a, b) == -lexical_compare(b, a));
	assert(lexical_compare(a, a) == 0);
}

static void
check_moment(const char *s)
{
	char out[MOMENT_SIZE], back[MOMENT_SIZE], date[MOMENT_DATE_SIZE];
	int64_t at, shifted;

	moment_span(s);
	if (!moment_parse(s, &at))
		return;
	moment_date(s, date);
	assert(strlen(date) == MOMENT_DATE_SIZE - 1);
	moment_shift(s, 0, out);
	assert(moment_parse(out, &shifted) && shifted == at);
	moment_shift(out, 0, back);
	assert(strcmp(out, back) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), piece = fuzz_piece(&in);
	char *a = fuzz_string(piece), *b = fuzz_string(in);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_type(names[i], a);
	check_numbers(a, b);
	check_moment(a);
	free(a);
	free(b);
	return 0;
}
