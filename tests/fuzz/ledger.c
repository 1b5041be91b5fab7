#include <stdlib.h>
#include <string.h>

#include "spool/books.h"
#include "spool/buf.h"
#include "spool/dossier.h"
#include "spool/err.h"
#include "spool/ledger.h"
#include "spool/mem.h"
#include "spool/record.h"
#include "spool/verify.h"
#include "tests/fuzz/fuzz.h"

/*
 * Two days of a ledger, as they are or put in a sound chain: whatever stands
 * there, its torn tail is cut, one more line goes on behind it, and the next
 * reader sees the same lines.  Books and dossiers are fed from it.
 */

#define GUID "6513270e-269f-4df5-8c7b-1b0c2d6441b5"
#define ID GUID "-0123456789ab"

struct eaten {
	struct books *books;
	struct dossiers *dossiers;
	struct digest *digest;
	int64_t lines, seq;
};

static int
eat(void *arg, const struct ledger_line *l, struct err *e)
{
	struct slice at = { l->text, l->len }, key, raw;
	struct eaten *x = arg;
	const char *last = NULL;
	struct record r;

	assert(l->text[l->len] == '\0' && strlen(l->day) == STAMP_DAY);
	assert(record_parse(&r, l->text, l->len) && r.seq == l->seq);
	while (record_member(&at, &key, &raw))
		last = raw.p + raw.n;
	assert(last == l->text + l->len - 1 && *last == '}');
	digest_add(x->digest, l->text, l->len);
	x->lines++;
	x->seq = l->seq;
	if (dossiers_feed(x->dossiers, l, e) == -1)
		return -1;
	return books_feed(x->books, l, e);
}

static void
check_books(struct books *b)
{
	const struct totals *t = books_totals(b);
	const struct package *p = books_find(b, ID);
	uint64_t sum = 0;

	assert(p == NULL || strcmp(p->id, ID) == 0);
	for (int s = 0; s < STATE_COUNT; s++)
		sum += t->state[s];
	assert(sum == t->received);
}

static void
begin(struct eaten *x)
{
	*x = (struct eaten){ .books = books_new(),
	    .dossiers = dossiers_new(), .digest = digest_new() };
	dossiers_want(x->dossiers, ID);
	dossiers_want(x->dossiers, GUID);
}

static void
end(struct eaten *x, char hex[DIGEST_HEX + 1])
{
	const struct dossier *d = NULL;

	for (size_t i = 0; i < 2; i++)
		while ((d = dossiers_next(x->dossiers, i, d)) != NULL)
			assert(d->n_lines > 0);
	check_books(x->books);
	digest_end_hex(x->digest, hex);
	digest_free(x->digest);
	books_free(x->books);
	dossiers_free(x->dossiers);
}

/* One reading; -1 when the ledger is refused. */
static int
read_it(bool write, const char *note, struct eaten *x,
    char hex[DIGEST_HEX + 1])
{
	struct ledger *l;
	struct err e;
	int rc = -1;

	begin(x);
	l = ledger_open(fuzz_folder(), write, eat, x, &e);
	if (l != NULL)
		rc = 0;
	if (l != NULL && note != NULL)
		rc = ledger_note(l, &e, "purged", "id", note, NULL);
	assert(rc == 0 || *e.text != '\0');
	ledger_close(l);
	end(x, hex);
	return rc;
}

static void
check_folder(void)
{
	char one[DIGEST_HEX + 1], two[DIGEST_HEX + 1];
	struct verify_result v;
	struct eaten a, b;
	struct err e;

	if (verify_ledger(fuzz_folder(), NULL, &v, NULL, NULL, &e) == -1)
		return;
	if (read_it(false, NULL, &a, one) == 0 && v.faults == 0)
		assert(a.seq == 0 || v.seq >= a.seq);
	if (read_it(true, "x", &a, one) == -1)
		return;
	assert(read_it(false, NULL, &b, two) == 0);
	assert(a.lines == b.lines && strcmp(one, two) == 0);
	if (v.faults == 0 && v.torn == 0) {
		assert(verify_ledger(fuzz_folder(), NULL, &v, NULL, NULL, &e) == 0);
		assert(v.faults == 0 && v.torn == 0 && v.lines == b.lines);
	}
}

/* Each line becomes the end of a record that follows on the one before. */
static void
chain(struct fuzz in, struct buf *out)
{
	char prev[DIGEST_HEX + 1];
	struct record r;
	int64_t seq = 1;

	memset(prev, '0', DIGEST_HEX);
	prev[DIGEST_HEX] = '\0';
	while (in.n > 0) {
		const char *nl = memchr(in.p, '\n', in.n);
		size_t n = nl != NULL ? (size_t)(nl - in.p) : in.n;
		struct buf line = { 0 };

		buf_fmt(&line, "{\"seq\":%lld,\"prev\":\"%s\",\"time\":"
		    "\"2026-03-02T08:09:30Z\",", (long long)seq, prev);
		buf_add(&line, in.p, n);
		if (record_parse(&r, line.p, line.len) && r.seq == seq) {
			buf_char(&line, '\n');
			digest_hex_of(line.p, line.len, prev);
			buf_add(out, line.p, line.len);
			seq++;
		}
		buf_free(&line);
		n += nl != NULL;
		in.p += n;
		in.n -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz in = fuzz_input(data, size), first;
	unsigned options = fuzz_byte(&in);
	struct buf b = { 0 };
	int descriptors;

	fuzz_folder_reset();
	descriptors = fuzz_descriptors();
	if ((options & 1) != 0) {
		chain(in, &b);
		fuzz_put("2026-03-02.jsonl",
		    (struct fuzz){ buf_text(&b), b.len });
	} else {
		first = fuzz_piece(&in);
		fuzz_put("2026-03-02.jsonl", first);
		if (in.n > 0)
			fuzz_put("2026-03-03.jsonl", in);
	}
	check_folder();
	assert(fuzz_descriptors() == descriptors);
	buf_free(&b);
	return 0;
}
