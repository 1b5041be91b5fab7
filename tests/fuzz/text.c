#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "spool/buf.h"
#include "spool/id.h"
#include "spool/receipt.h"
#include "spool/text.h"
#include "tests/fuzz/fuzz.h"

/* What is shown is UTF-8 without a person number, however often. */

static void
check_shown(void (*show)(struct buf *, const char *, size_t),
    struct fuzz in)
{
	struct buf once = { 0 }, twice = { 0 };

	show(&once, in.p, in.n);
	assert(text_utf8_ok(buf_text(&once), once.len));
	assert(text_printable(buf_text(&once), once.len));
	fuzz_no_person(buf_text(&once), once.len);
	show(&twice, buf_text(&once), once.len);
	fuzz_no_person(buf_text(&twice), twice.len);
	buf_free(&once);
	buf_free(&twice);
}

static void
check_case(struct fuzz in)
{
	struct buf upper = { 0 }, lower = { 0 };

	text_upper(&upper, in.p, in.n);
	text_lower(&lower, in.p, in.n);
	if (text_utf8_ok(in.p, in.n)) {
		assert(text_utf8_ok(buf_text(&upper), upper.len));
		assert(text_utf8_ok(buf_text(&lower), lower.len));
	}
	buf_free(&upper);
	buf_free(&lower);
}

/* Nothing that may become a path holds a slash, a control, a number. */
static void
check_names(const char *s)
{
	size_t n = strlen(s);
	bool plain = id_plain_ok(s) || id_route_ok(s) || id_owner_ok(s) ||
	    id_key_ok(s) || id_guid_ok(s) || id_ok(s);

	if (!plain)
		return;
	assert(n > 0 && *s != '.' && strchr(s, '/') == NULL);
	assert(text_printable(s, n) && !text_has_person(s, n));
	fuzz_no_person(s, n);
}

static void
check_receipt_name(const char *s)
{
	char name[256];
	struct buf b = { 0 };

	receipt_shown(&b, s);
	if (*s != '.' && strchr(s, '/') == NULL) {
		receipt_name(name, buf_text(&b), "0123456789abcdef");
		assert(strlen(name) < sizeof name);
		assert(text_utf8_ok(name, strlen(name)));
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = { fuzz_copy(fuzz_input(data, size)), size };
	char *s = fuzz_string(in);

	setlocale(LC_CTYPE, "C.UTF-8");
	check_shown(text_show, in);
	check_shown(text_name, in);
	if (!text_has_person(in.p, in.n))
		fuzz_no_person(in.p, in.n);
	check_case(in);
	check_names(s);
	if (id_app_ok(s))
		assert(strchr(s, '/') == strrchr(s, '/') && *s != '/');
	check_receipt_name(s);
	free(s);
	free((void *)in.p);
	return 0;
}
