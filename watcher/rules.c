#include "watcher/rules.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/instance.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/text.h"

/* Altinn makes it itself, in every app, whether its metadata names it or not. */
static const char receipt_type[] = "ref-data-as-pdf";

const char *
rules_place(const struct element *x, struct findings *f)
{
	return arena_fmt(f->arena, "data/%s", x->id);
}

static void
check_content_type(const struct element *x, const struct data_type *t,
    const char *place, struct findings *f)
{
	if (x->content_type == NULL || x->content_type[0] == '\0')
		findings_add(f, F_CONTENT_TYPE_MISSING, place, 0, NULL,
		    "the element of type %s has no contentType", t->id);
	else if (!appmeta_allows(t, x->content_type, false))
		findings_add(f, F_CONTENT_TYPE_NOT_ALLOWED, place, 0, NULL,
		    "the type %s does not allow %.100s", t->id,
		    x->content_type);
}

static void
check_element(const struct element *x, const struct data_type *t,
    struct findings *f)
{
	const char *place = rules_place(x, f);

	check_content_type(x, t, place, f);
	if (t->max_size > 0 && x->size / APPMETA_MEGABYTE >= t->max_size &&
	    x->size > t->max_size * APPMETA_MEGABYTE)
		findings_add(f, F_ELEMENT_TOO_LARGE, place, 0, NULL,
		    "%" PRId64 " bytes; the type %s allows %" PRId64 " MB",
		    x->size, t->id, t->max_size);
	if (!t->file_scan || x->scan == NULL)
		return;
	if (strcmp(x->scan, "Infected") == 0)
		findings_add(f, F_FILE_INFECTED, place, 0, NULL,
		    "the file scan says Infected");
	/* Altinn lets Pending pass by default; we hold it (contract 12-11). */
	if (strcmp(x->scan, "Pending") == 0)
		findings_add(f, F_SCAN_PENDING, place, 0, NULL,
		    "the file scan has not finished");
}

static void
check_count(const struct instance *in, const struct data_type *t,
    struct findings *f)
{
	int64_t n = 0;

	for (size_t i = 0; i < in->n_elements; i++)
		if (!in->elements[i].deleted &&
		    strcmp(in->elements[i].type, t->id) == 0)
			n++;
	if (t->max_count > 0 && n > t->max_count)
		findings_add(f, F_TOO_MANY, "instance.json", 0, NULL,
		    "%" PRId64 " elements of type %s; %" PRId64 " allowed", n,
		    t->id, t->max_count);
	if (t->min_count > 0 && n < t->min_count)
		findings_add(f, F_TOO_FEW, "instance.json", 0, NULL,
		    "%" PRId64 " elements of type %s; %" PRId64 " required",
		    n, t->id, t->min_count);
}

static void
unknown_type(const struct element *x, struct findings *f)
{
	struct buf b = { 0 };

	text_show(&b, x->type, strnlen(x->type, 100));
	findings_add(f, F_DATATYPE_UNKNOWN, rules_place(x, f), 0, NULL,
	    "the app has no data type %s", buf_text(&b));
	buf_free(&b);
}

void
rules_elements(const struct instance *in, const struct app *app,
    struct findings *f)
{
	for (size_t i = 0; i < in->n_elements; i++) {
		const struct element *x = &in->elements[i];
		const struct data_type *t = appmeta_type(&app->meta, x->type);

		if (x->deleted)
			continue;
		if (t == NULL && strcmp(x->type, receipt_type) != 0)
			unknown_type(x, f);
		else if (t != NULL && t->task != NULL)
			check_element(x, t, f);
	}
	for (size_t i = 0; i < app->meta.n_types; i++)
		if (app->meta.types[i].task != NULL)
			check_count(in, &app->meta.types[i], f);
}

/* ------------------------------------------------------- first bytes */

static bool
begins(const void *data, size_t n, const char *magic, size_t k)
{
	return n >= k && memcmp(data, magic, k) == 0;
}

static bool
is_pdf(const void *data, size_t n)
{
	/* Readers of PDF look for it within the first KiB. */
	return memmem(data, n < RULES_HEAD ? n : RULES_HEAD, "%PDF-", 5) !=
	    NULL;
}

static bool
is_png(const void *data, size_t n)
{
	return begins(data, n, "\x89PNG\r\n\x1a\n", 8);
}

static bool
is_jpeg(const void *data, size_t n)
{
	return begins(data, n, "\xff\xd8\xff", 3);
}

static bool
is_zip(const void *data, size_t n)
{
	return begins(data, n, "PK\3\4", 4) || begins(data, n, "PK\5\6", 4);
}

/* The first character of a text, behind a BOM and white space. */
static char
first(const void *data, size_t n)
{
	static const char blanks[] = { ' ', '\t', '\r', '\n' };
	const char *s = data;
	size_t i = begins(data, n, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (i < n && memchr(blanks, s[i], sizeof blanks) != NULL)
		i++;
	return i < n ? s[i] : '\0';
}

static bool
is_xml(const void *data, size_t n)
{
	return first(data, n) == '<';
}

static bool
is_json(const void *data, size_t n)
{
	char c = first(data, n);

	return c != '\0' && strchr("{[\"-0123456789tfn", c) != NULL;
}

static const struct {
	const char *type, *name;
	bool (*is)(const void *, size_t);
} magics[] = {
	{ "application/pdf", "a PDF", is_pdf },
	{ "image/png", "a PNG", is_png },
	{ "image/jpeg", "a JPEG", is_jpeg },
	{ "application/zip", "a zip", is_zip },
	{ "application/xml", "XML", is_xml },
	{ "text/xml", "XML", is_xml },
	{ "application/json", "JSON", is_json },
};

void
rules_content(const struct element *x, const void *data, size_t n,
    struct findings *f)
{
	size_t k;

	if (x->content_type == NULL)
		return;
	k = strcspn(x->content_type, "; ");
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (strlen(magics[i].type) == k &&
		    strncasecmp(magics[i].type, x->content_type, k) == 0 &&
		    !magics[i].is(data, n))
			findings_add(f, F_CONTENT_NOT_AS_DECLARED,
			    rules_place(x, f), 0, NULL, "declared as %s, but "
			    "its first bytes are not those of %s",
			    magics[i].type, magics[i].name);
}
