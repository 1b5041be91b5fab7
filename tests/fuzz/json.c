#include <stdlib.h>
#include <string.h>

#include "schemas/jsonin.h"
#include "spool/buf.h"
#include "spool/json.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"

/*
 * JSON of others: what strict takes lenient takes too, as the same.  Ours:
 * the reader stands any line, and what is written can be read by both.
 */

static void
check_others(struct fuzz in)
{
	struct jsonin_error e = { .line = 0 };
	json_t *strict = jsonin_strict(in.p, in.n, &e), *lenient;
	char room[64];

	assert(strict != NULL || *e.text != '\0');
	lenient = jsonin_lenient(in.p, in.n, &e);
	assert(lenient != NULL || (*e.text != '\0' && strict == NULL));
	if (strict != NULL) {
		assert(json_equal(strict, lenient));
		jsonin_text(strict, "a.0.b", room, sizeof room);
		jsonin_get(strict, "a");
		jsonin_get_any_case(strict, "A");
	}
	json_decref(strict);
	json_decref(lenient);
}

static void
check_line(const char *line)
{
	static const char *const keys[] = { "seq", "event", "a", "" };
	struct buf b = { 0 };
	const char *raw;
	int64_t n;
	size_t len;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		buf_reset(&b);
		json_get_str(line, keys[i], &b);
		json_get_num(line, keys[i], &n);
		if (json_get_raw(line, keys[i], &raw, &len))
			assert(raw >= line && raw + len <= line +
			    strlen(line));
	}
	buf_free(&b);
}

static void
check_written(const char *text, bool pretty)
{
	struct jsonin_error e = { .line = 0 };
	struct buf b = { 0 }, back = { 0 };
	struct json j;
	json_t *root;

	json_init(&j, &b, pretty);
	json_open(&j, NULL, '{');
	json_str(&j, "x", "\",\"t\":\"");
	json_str(&j, "t", text);
	json_close(&j, '}');
	root = jsonin_strict(buf_text(&b), b.len, &e);
	assert(root != NULL);
	assert(strcmp(json_string_value(json_object_get(root, "t")),
	    text) == 0);
	assert(json_get_str(buf_text(&b), "t", &back));
	assert(strcmp(buf_text(&back), text) == 0);
	json_decref(root);
	buf_free(&b);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	char *s = fuzz_string(in);

	check_others(in);
	check_line(s);
	if (text_utf8_ok(s, strlen(s))) {
		check_written(s, false);
		check_written(s, true);
	}
	free(s);
	free((void *)in.p);
	return 0;
}
