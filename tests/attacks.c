#include "tests/attacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/err.h"
#include "spool/fsx.h"
#include "tests/read_package.h"

#include <archive.h>
#include <fcntl.h>

#define EXAMPLE "tests/example/package/"
#define ITS_GUID "7b1f6a90-3c2d-4e5f-8a6b-9c0d1e2f3a4b"
#define ITS_FORM "0a4f4a7e-6a0b-4a52-9d0f-6b7d5f1c2e31"
#define ITS_FILE "5d1c7e22-9b54-4c3e-8f1a-2f6f0e9d7c42"
#define ITS_PDF "c2b7f1de-3f8d-4e61-b0a9-7e5a4c3d2b53"
#define ITS_SIZE "\"size\": 380"

enum { FILE_MAX = 1 << 20, GZIP_HEAD = 10, GZIP_TAIL = 8,
	NOISE_UNIT = 4096, NOISE_TIMES = 6 };

void
attack_replace(struct buf *b, const char *from, const char *to, size_t n)
{
	struct buf old = *b;
	const char *hit = memmem(old.p, old.len, from, strlen(from));

	if (hit == NULL) {
		fprintf(stderr, "there is no %s to change\n", from);
		abort();
	}
	*b = (struct buf){ 0 };
	buf_add(b, old.p, (size_t)(hit - old.p));
	buf_add(b, to, n);
	hit += strlen(from);
	buf_add(b, hit, (size_t)(old.p + old.len - hit));
	buf_free(&old);
}

/* The sum of the PDF and of the file are nowhere: SHA256SUMS is optional. */
static void
read_honest(struct honest *h, unsigned n)
{
	static const char *const names[HONEST] = { "instance.json",
	    "data/" ITS_FORM, "data/" ITS_FILE, "data/" ITS_PDF };
	struct buf *texts[HONEST] = { &h->instance, &h->form, &h->file,
	    &h->pdf };
	char path[128], guid[sizeof ITS_GUID];
	struct err e;

	snprintf(guid, sizeof guid, "7b1f6a90-3c2d-4e5f-8a6b-%012x", n);
	for (size_t i = 0; i < HONEST; i++) {
		snprintf(path, sizeof path, EXAMPLE "%s", names[i]);
		if (fsx_read(AT_FDCWD, path, FILE_MAX, texts[i], &e) == -1) {
			fprintf(stderr, "%s\n", e.text);
			abort();
		}
		h->parts[i] = (struct zip_part){ .name = names[i] };
	}
	while (strstr(h->instance.p, ITS_GUID) != NULL)
		attack_replace(&h->instance, ITS_GUID, guid, strlen(guid));
}

static void
free_honest(struct honest *h)
{
	buf_free(&h->instance);
	buf_free(&h->form);
	buf_free(&h->file);
	buf_free(&h->pdf);
}

/* The texts as they are now become the parts'. */
static void
fill_parts(struct honest *h)
{
	const struct buf *texts[HONEST] = { &h->instance, &h->form, &h->file,
	    &h->pdf };

	for (size_t i = 0; i < HONEST; i++) {
		h->parts[i].data = buf_text(texts[i]);
		h->parts[i].len = texts[i]->len;
	}
}

void
attack_make(struct buf *out, const struct attack *a, unsigned n)
{
	struct honest h = { .parts = { { .name = NULL } } };

	read_honest(&h, n);
	fill_parts(&h);
	a->make(out, &h, a);
	free_honest(&h);
}

void
attack_zip(struct buf *out, struct honest *h)
{
	fill_parts(h);
	make_zip(out, h->parts, HONEST);
}

void
attack_form_is(struct honest *h, const struct buf *form)
{
	char size[40];

	buf_reset(&h->form);
	buf_add(&h->form, form->p, form->len);
	snprintf(size, sizeof size, "\"size\": %zu", form->len);
	attack_replace(&h->instance, ITS_SIZE, size, strlen(size));
}

void
attack_noise(struct buf *b, size_t n)
{
	struct buf unit = { 0 };
	size_t end = b->len + n;

	for (unsigned seed = 0; b->len < end; seed++) {
		buf_reset(&unit);
		make_noise(&unit, NOISE_UNIT);
		for (size_t i = 0; i < NOISE_UNIT; i++)
			unit.p[i] = (char)('a' + ((unsigned char)unit.p[i] +
			    seed * i) % 26);
		for (int k = 0; k < NOISE_TIMES; k++)
			buf_add(b, unit.p, unit.len);
	}
	b->len = end;
	buf_free(&unit);
}

void
attack_gzip(struct buf *out, const struct buf *in)
{
	make_packed(out, in, archive_write_add_filter_gzip);
}

/* What libarchive's gzip has between its head and its tail. */
void
attack_deflate(struct buf *out, const char *p, size_t n)
{
	struct buf in = { 0 }, gz = { 0 };

	buf_add(&in, p, n);
	attack_gzip(&gz, &in);
	buf_add(out, gz.p + GZIP_HEAD, gz.len - GZIP_HEAD - GZIP_TAIL);
	buf_free(&in);
	buf_free(&gz);
}
