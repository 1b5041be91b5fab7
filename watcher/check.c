#include "watcher/check.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/finding.h"
#include "spool/mem.h"
#include "watcher/form.h"
#include "watcher/rules.h"
#include "watcher/sums.h"

enum { INSTANCE_MAX = 4 << 20, MD5_BASE64 = 24 };

struct checker {
	struct check_rules rules;
	struct form_reader *reader;
	struct digest *sha256, *md5;
	struct buf text;		/* of an entry, or its first bytes */
	char told[DIGEST_HEX + 1];	/* of the next package, or "" */
};

/* An entry that was read, for SHA256SUMS. */
struct seen {
	struct seen *next;
	const char *name;
	char sha256[DIGEST_HEX + 1];
};

/* One package under way. */
struct pass {
	struct checker *c;
	struct checked *out;
	struct findings *f;
	struct seen *seen;
	bool *element_seen;		/* as instance.elements */
	size_t forms_left;
	bool has_instance, has_sums, forms_told, broken;
	struct sums sums;
};

struct checker *
checker_new(const struct check_rules *rules)
{
	struct checker *c = mem_alloc(sizeof *c);

	c->rules = *rules;
	c->reader = form_reader_new();
	c->sha256 = digest_new();
	c->md5 = digest_new_md5();
	return c;
}

void
checker_free(struct checker *c)
{
	if (c == NULL)
		return;
	form_reader_free(c->reader);
	digest_free(c->sha256);
	digest_free(c->md5);
	buf_free(&c->text);
	free(c);
}

void
checker_told(struct checker *c, const char *sha256)
{
	snprintf(c->told, sizeof c->told, "%s", sha256 != NULL ? sha256 : "");
}

/* ------------------------------------------------------------ the instance */

static const struct form_type *
form_of(const struct checked *o, const struct element *x)
{
	const struct form_type *t = o->app != NULL && !x->deleted ?
	    app_form(o->app, x->type) : NULL;

	/* No route starts from an app whose schemas are not all there. */
	return t != NULL && t->model != NULL ? t : NULL;
}

static void
list_forms(struct pass *p)
{
	struct checked *o = p->out;
	size_t n = o->instance.n_elements;

	p->element_seen = arena_zero(o->arena, n + 1);
	o->forms = arena_zero(o->arena, (n + 1) * sizeof *o->forms);
	for (size_t i = 0; i < n; i++) {
		const struct element *x = &o->instance.elements[i];
		const struct form_type *t = form_of(o, x);

		if (t != NULL)
			o->forms[o->n_forms++] = (struct checked_form){
			    .element = x, .type = t };
	}
	p->forms_left = o->n_forms;
}

static void
tell_forms_read(struct pass *p)
{
	if (p->forms_told || p->forms_left > 0 || p->out->app == NULL)
		return;
	p->forms_told = true;
	if (p->c->rules.forms_read != NULL)
		p->c->rules.forms_read(p->c->rules.arg, p->out);
}

static void
require_pdf(struct pass *p)
{
	const struct instance *in = &p->out->instance;

	for (size_t i = 0; i < in->n_elements; i++)
		if (!in->elements[i].deleted &&
		    strcmp(in->elements[i].type, "ref-data-as-pdf") == 0)
			return;
	findings_add(p->f, F_PDF_MISSING, "instance.json", 0, NULL,
	    "no data element of type ref-data-as-pdf");
}

static void
take_instance(struct pass *p)
{
	struct checked *o = p->out;
	struct instance *in = &o->instance;

	if (instance_read(in, o->arena, buf_text(&p->c->text),
	    p->c->text.len, p->f) == -1)
		return;
	p->has_instance = true;
	instance_complete(in, p->f);
	o->app = p->c->rules.app(p->c->rules.arg, in->app);
	list_forms(p);
	if (o->app == NULL) {
		findings_add(p->f, F_APP_UNKNOWN, "instance.json", 0,
		    "appId", "the app %.129s is not in our configuration",
		    in->app);
		return;
	}
	rules_elements(in, o->app, p->f);
	if (p->c->rules.require_pdf)
		require_pdf(p);
}

/* ------------------------------------------------------------- the entries */

/* The whole entry into c->text; hashed too. -1 when it cannot be read. */
static int
read_text(struct pass *p, const char *name, size_t most)
{
	const void *data;
	size_t n;
	int more;

	buf_reset(&p->c->text);
	while ((more = package_read(p->out->package, &data, &n)) == 1) {
		digest_add(p->c->sha256, data, n);
		if (p->c->text.len + n <= most)
			buf_add(&p->c->text, data, n);
		else
			most = 0;
	}
	if (more == 0 && most == 0) {
		findings_add(p->f, F_PACKAGE_TOO_LARGE, name, 0, NULL,
		    "this entry is too large");
		more = -1;
	}
	return more;
}

static int
skip_data(struct pass *p)
{
	const void *data;
	size_t n;
	int more;

	while ((more = package_read(p->out->package, &data, &n)) == 1)
		digest_add(p->c->sha256, data, n);
	return more;
}

static struct checked_form *
checked_form(struct pass *p, const struct element *x)
{
	for (size_t i = 0; i < p->out->n_forms; i++)
		if (p->out->forms[i].element == x)
			return &p->out->forms[i];
	return NULL;
}

static void
begin_form(struct pass *p, const struct checked_form *form)
{
	const struct check_rules *rules = &p->c->rules;
	struct form_job job = {
		.type = form->type,
		.take = rules->take != NULL ?
		    rules->take(rules->arg, form->type) : NULL,
		.file = rules_place(form->element, p->f),
		.max_depth = rules->max_xml_depth,
		.arena = p->out->arena, .findings = p->f,
	};

	form_begin(p->c->reader, &job);
}

static void
check_bytes(struct pass *p, const struct element *x, uint64_t size)
{
	unsigned char md5[DIGEST_MD5];
	char text[MD5_BASE64 + 1];

	if (size != (uint64_t)x->size)
		findings_add(p->f, F_SIZE_MISMATCH, rules_place(x, p->f), 0,
		    NULL, "%" PRIu64 " bytes; instance.json says %" PRId64,
		    size, x->size);
	if (x->content_hash == NULL)
		return;
	digest_end(p->c->md5, md5);
	EVP_EncodeBlock((unsigned char *)text, md5, sizeof md5);
	if (strcmp(text, x->content_hash) != 0)
		findings_add(p->f, F_HASH_MISMATCH, rules_place(x, p->f), 0,
		    NULL, "the bytes are not those of contentHash");
}

/* Some bytes of an element, to all who want them. */
static void
take_bytes(struct pass *p, const struct element *x, bool is_form,
    const void *data, size_t n)
{
	const struct check_rules *rules = &p->c->rules;
	struct buf *head = &p->c->text;
	size_t room = RULES_HEAD - head->len;

	digest_add(p->c->sha256, data, n);
	if (x->content_hash != NULL)
		digest_add(p->c->md5, data, n);
	if (is_form) {
		form_feed(p->c->reader, data, n);
		return;
	}
	buf_add(head, data, n < room ? n : room);
	if (rules->element != NULL)
		rules->element(rules->arg, x, data, n);
}

static void
end_file(struct pass *p, const struct element *x)
{
	const struct check_rules *rules = &p->c->rules;
	const struct buf *head = &p->c->text;

	if (head->len > 0)
		rules_content(x, head->p, head->len, p->f);
	if (rules->element != NULL)
		rules->element(rules->arg, x, NULL, 0);
}

static int
read_element(struct pass *p, const struct element *x)
{
	struct checked_form *form = checked_form(p, x);
	uint64_t size = 0;
	const void *data;
	size_t n;
	int more;

	buf_reset(&p->c->text);
	if (x->content_hash != NULL)
		digest_begin(p->c->md5);
	if (form != NULL)
		begin_form(p, form);
	while ((more = package_read(p->out->package, &data, &n)) == 1) {
		take_bytes(p, x, form != NULL, data, n);
		size += n;
	}
	if (form != NULL)
		form->doc = form_end(p->c->reader);
	else
		end_file(p, x);
	if (more == 0)
		check_bytes(p, x, size);
	if (form != NULL && --p->forms_left == 0)
		tell_forms_read(p);
	return more;
}

static int
element_entry(struct pass *p, const struct package_entry *entry)
{
	const struct instance *in = &p->out->instance;
	const struct element *x = p->has_instance ?
	    instance_element(in, entry->element) : NULL;

	if (x != NULL && !x->deleted) {
		p->element_seen[x - in->elements] = true;
		return read_element(p, x);
	}
	if (x == NULL && p->has_instance)
		findings_add(p->f, F_UNLISTED_FILE, entry->name, 0, NULL,
		    "instance.json lists no such data element");
	return skip_data(p);
}

static int
sums_entry(struct pass *p)
{
	int rc = read_text(p, "SHA256SUMS", SUMS_MAX_BYTES);

	if (rc == -1)
		return rc;
	p->has_sums = true;
	if (sums_parse(&p->sums, p->out->arena, buf_text(&p->c->text),
	    p->c->text.len) == -1)
		findings_add(p->f, F_SUMS_MALFORMED, "SHA256SUMS",
		    p->sums.bad_line, NULL, "not a line as sha256sum writes");
	return 0;
}

static void
other_entry(struct pass *p, const struct package_entry *entry)
{
	findings_add(p->f, F_UNLISTED_FILE, entry->name, 0, NULL,
	    "instance.json lists no such data element");
}

static void
remember(struct pass *p, const struct package_entry *entry)
{
	struct seen *s = arena_zero(p->out->arena, sizeof *s);

	s->name = arena_dup(p->out->arena, entry->name);
	digest_end_hex(p->c->sha256, s->sha256);
	s->next = p->seen;
	p->seen = s;
}

static int
read_entry(struct pass *p, const struct package_entry *entry)
{
	int rc = -1;

	digest_begin(p->c->sha256);
	switch (entry->kind) {
	case ENTRY_ELEMENT:
		rc = element_entry(p, entry);
		break;
	case ENTRY_SUMS:
		rc = sums_entry(p);
		break;
	case ENTRY_OTHER:
		other_entry(p, entry);
		rc = skip_data(p);
		break;
	case ENTRY_INSTANCE:
	case ENTRY_EVENTS:
		rc = skip_data(p);
		break;
	}
	if (rc == 0 && entry->kind != ENTRY_SUMS)
		remember(p, entry);
	return rc;
}

/*
 * Find instance.json and read it: 1 when it was the first entry and the pass
 * goes on behind it, 2 when the pass starts anew, 0 when there is none.
 */
static int
find_instance(struct pass *p)
{
	struct package_entry entry;
	int more, place = 1;

	while ((more = package_next(p->out->package, &entry)) == 1 &&
	    entry.kind != ENTRY_INSTANCE)
		place = 2;
	if (more == 0)
		findings_add(p->f, F_INSTANCE_MISSING, "instance.json", 0,
		    NULL, "the package holds no instance.json");
	if (more != 1) {
		p->broken = true;
		return 0;
	}
	digest_begin(p->c->sha256);
	if (read_text(p, "instance.json", INSTANCE_MAX) == -1) {
		p->broken = true;
		return 0;
	}
	if (place == 1)
		remember(p, &entry);
	take_instance(p);
	tell_forms_read(p);
	if (place == 2 && package_rewind(p->out->package) == -1) {
		p->broken = true;
		place = 0;
	}
	return place;
}

static void
read_entries(struct pass *p)
{
	struct package_entry entry;
	int more;

	if (find_instance(p) == 0)
		return;
	while ((more = package_next(p->out->package, &entry)) == 1)
		if (read_entry(p, &entry) == -1) {
			p->broken = true;
			return;
		}
	p->broken = more == -1;
}

/* -------------------------------------------------- when all has been read */

static void
missing_elements(struct pass *p)
{
	const struct instance *in = &p->out->instance;

	for (size_t i = 0; i < in->n_elements; i++) {
		const struct element *x = &in->elements[i];

		/* One that is listed twice is a finding already. */
		if (x->deleted || p->element_seen[i] ||
		    instance_element(in, x->id) != x)
			continue;
		findings_add(p->f, F_ELEMENT_MISSING, rules_place(x, p->f), 0,
		    NULL, "instance.json lists this element of type %.100s, "
		    "but the package has no such file", x->type);
	}
}

static bool
entries_passed_over(const struct findings *f)
{
	return findings_has(f, F_ENTRY_NAME) ||
	    findings_has(f, F_ENTRY_TYPE) ||
	    findings_has(f, F_ENTRY_DUPLICATE) ||
	    findings_has(f, F_ENTRY_UNEXPECTED);
}

static void
check_sums(struct pass *p)
{
	for (const struct seen *s = p->seen; s != NULL; s = s->next) {
		struct sum *sum = sums_find(&p->sums, s->name);

		if (sum == NULL)
			findings_add(p->f, F_HASH_MISMATCH, s->name, 0, NULL,
			    "SHA256SUMS does not list this file");
		else if (strcmp(sum->hex, s->sha256) != 0)
			findings_add(p->f, F_HASH_MISMATCH, s->name, 0, NULL,
			    "the bytes are not those that SHA256SUMS lists");
		if (sum != NULL)
			sum->seen = true;
	}
	for (size_t i = 0; i < p->sums.n; i++)
		if (!p->sums.v[i].seen && !entries_passed_over(p->f))
			findings_add(p->f, F_HASH_MISMATCH, "SHA256SUMS", 0,
			    NULL, "lists %.100s, which is not in the package",
			    p->sums.v[i].path);
}

static void
finish(struct pass *p)
{
	if (p->has_instance)
		missing_elements(p);
	if (!p->has_sums && p->c->rules.require_sums)
		findings_add(p->f, F_SUMS_MISSING, "SHA256SUMS", 0, NULL,
		    "the package holds no SHA256SUMS");
	if (p->has_sums && p->sums.bad_line == 0)
		check_sums(p);
}

void
check_package(struct checker *c, int fd, struct arena *arena,
    struct findings *f, struct checked *out)
{
	struct pass p = { .c = c, .out = out, .f = f };

	*out = (struct checked){ .arena = arena, .findings = f };
	out->package = package_open(fd, &c->rules.limits,
	    c->told[0] != '\0' ? c->told : NULL, f);
	if (out->package == NULL) {
		if (package_hash_file(fd, out->sha256, &out->size) == -1)
			findings_add(f, F_IO_ERROR, NULL, 0, NULL,
			    "the file cannot be read");
		return;
	}
	out->size = package_size(out->package);
	read_entries(&p);
	if (!p.broken)
		finish(&p);
	package_hash(out->package, out->sha256);
}

void
check_done(struct checked *o)
{
	instance_done(&o->instance);
	package_free(o->package);
	o->package = NULL;
}
