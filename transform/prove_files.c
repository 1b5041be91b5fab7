#include "transform/prove_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "schemas/app.h"

enum { SIZE_OVERFLOWS = 2048 };		/* MB in 32 bits (contract 4.4) */

static const char receipt[] = "ref-data-as-pdf";

/* A's type of a row; NULL: the receipt, which A need not name. */
static const struct data_type *
source_of(const struct proof *p, const struct route_attachment *a)
{
	return appmeta_type(&p->route->from->meta, a->source);
}

static struct csv_place
cell(struct proof *p, const struct route_attachment *a, long column,
    const char *name)
{
	return (struct csv_place){ .line = a->line, .column = column,
	    .name = name, .file = arena_fmt(&p->arena, "%s/attachments.csv",
	    p->route->folder) };
}

static struct csv_place
metadata(const struct proof *p, const struct data_type *t)
{
	return (struct csv_place){ .file = p->route->to->meta.file,
	    .line = t->line };
}

/* ------------------------------------------------------ one row of files */

static const char *
bare(struct proof *p, const char *type)
{
	char *s = arena_dupn(&p->arena, type, strcspn(type, "; "));

	for (char *c = s; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return s;
}

/* Binary parts go as bare lower-case types, compared as a whole (4.4). */
static void
look_at_content(struct proof *p, const struct route_attachment *a)
{
	static const char *const pdf[] = { "application/pdf" };
	const struct data_type *from = source_of(p, a), *to = a->target;
	const char *const *v = from != NULL ? from->content_types : pdf;
	size_t n = from != NULL ? from->n_content_types : 1, fits = 0;
	struct csv_place at = cell(p, a, a->source_column, "source");
	const char *misfit = NULL;

	for (size_t i = 0; i < n; i++)
		if (appmeta_allows(to, bare(p, v[i]), true))
			fits++;
		else
			misfit = v[i];
	if (to->n_content_types == 0 || (n > 0 && fits == n))
		return;
	if (n > 0 && fits == 0)
		prove_tell(p, a->required ? FAULT_ERROR : FAULT_WARNING, &at,
		    "%s: none of its content types is allowed by %s of %s: "
		    "every such file is refused", a->source, to->id,
		    p->route->to->name);
	else
		prove_tell(p, FAULT_WARNING, &at, "%s: %s %s, which %s of %s "
		    "does not allow: packages with such a file are refused",
		    a->source, n == 0 ? "allows any content type" :
		    "allows", n == 0 ? "and so some" : misfit, to->id,
		    p->route->to->name);
}

static void
look_at_size(struct proof *p, const struct route_attachment *a)
{
	const struct data_type *from = source_of(p, a), *to = a->target;
	struct csv_place at = cell(p, a, a->source_column, "source");

	/* Nobody sets how large a receipt may be. */
	if (to->max_size <= 0 || strcmp(a->source, receipt) == 0 ||
	    (from->max_size > 0 && from->max_size <= to->max_size))
		return;
	if (from->max_size <= 0)
		prove_tell(p, FAULT_WARNING, &at, "%s: has no maxSize, %s of "
		    "%s takes %" PRId64 " MB: packages with a larger file "
		    "are refused", a->source, to->id, p->route->to->name,
		    to->max_size);
	else
		prove_tell(p, FAULT_WARNING, &at, "%s: allows %" PRId64 " MB, "
		    "%s of %s takes %" PRId64 ": packages with a larger file "
		    "are refused", a->source, from->max_size, to->id,
		    p->route->to->name, to->max_size);
}

/* How many files a row may bring; -1: any number. */
static int64_t
most_files(const struct proof *p, const struct route_attachment *a)
{
	const struct data_type *from = source_of(p, a);

	if (a->last)
		return 1;
	return from != NULL && from->max_count > 0 ? from->max_count : -1;
}

/* All rows of one target together, told at the last of them. */
static void
look_at_number(struct proof *p, size_t row)
{
	const struct route *r = p->route;
	const struct route_attachment *a = &r->attachments[row];
	struct csv_place at = cell(p, a, a->target_column, "target");
	int64_t sum = 0;

	for (size_t i = row + 1; i < r->n_attachments; i++)
		if (r->attachments[i].target == a->target)
			return;
	for (size_t i = 0; i <= row && sum != -1; i++) {
		int64_t n = most_files(p, &r->attachments[i]);

		if (r->attachments[i].target == a->target)
			sum = n == -1 ? -1 : sum + n;
	}
	if (a->target->max_count <= 0 ||
	    (sum != -1 && sum <= a->target->max_count))
		return;
	prove_tell(p, FAULT_WARNING, &at, "%s: A may send %s files, B takes "
	    "%" PRId64 ": packages with more are refused", a->target->id,
	    sum == -1 ? "any number of" :
	    arena_fmt(&p->arena, "%" PRId64, sum), a->target->max_count);
}

static void
look_at_twin(struct proof *p, size_t row)
{
	const struct route *r = p->route;
	const struct route_attachment *a = &r->attachments[row];
	struct csv_place at = cell(p, a, a->target_column, "target");

	for (size_t i = 0; i < row; i++)
		if (r->attachments[i].target == a->target &&
		    strcmp(r->attachments[i].source, a->source) == 0)
			prove_tell(p, FAULT_WARNING, &at, "%s from %s stands "
			    "in line %ld already: each file goes twice",
			    a->target->id, a->source,
			    r->attachments[i].line);
}

static void
look_at_source(struct proof *p, const struct route_attachment *a)
{
	const struct data_type *from = source_of(p, a);
	struct csv_place at = cell(p, a, a->source_column, "source");

	if (a->required && (from == NULL || from->min_count <= 0) &&
	    strcmp(a->source, receipt) != 0)
		prove_tell(p, FAULT_WARNING, &at, "%s: required, but optional "
		    "in A (minCount): packages without it are refused",
		    a->source);
}

/* --------------------------------------------------- B's data type itself */

/* {type}-{n}.xml must not be the file of B's form. */
static bool
names_meet(const char *type, const char *form)
{
	size_t n = strlen(type);

	return strncmp(form, type, n) == 0 && form[n] == '-' &&
	    form[n + 1] != '\0' &&
	    form[n + 1 + strspn(form + n + 1, "0123456789")] == '\0';
}

static void
look_at_id(struct proof *p, const struct data_type *t)
{
	static const char *const taken[] = { "instance", "notification" };
	struct csv_place at = metadata(p, t);

	for (size_t i = 0; i < 2; i++)
		if (strcmp(t->id, taken[i]) == 0)
			prove_tell(p, FAULT_ERROR, &at, "%s: Altinn takes a "
			    "part of this name for something else; no data "
			    "type can be called so", t->id);
	if (t->app_owned)
		prove_tell(p, FAULT_ERROR, &at, "%s: allowedContributors is "
		    "app:owned: Altinn lets nobody send this type", t->id);
}

static void
look_at_max_size(struct proof *p, const struct data_type *t)
{
	struct csv_place at = metadata(p, t);

	if (t->has_max_size && t->max_size <= 0)
		prove_tell(p, FAULT_ERROR, &at, "%s: maxSize is %" PRId64
		    ": Altinn refuses every file then; leave it out for no "
		    "limit", t->id, t->max_size);
	else if (t->max_size >= SIZE_OVERFLOWS)
		prove_tell(p, FAULT_ERROR, &at, "%s: maxSize is %" PRId64
		    ", which is too much for Altinn's 32 bits: it refuses "
		    "files that it should take; want 2047 at most", t->id,
		    t->max_size);
}

static void
look_at_allowed(struct proof *p, const struct data_type *t)
{
	struct csv_place at = metadata(p, t);

	for (size_t i = 0; i < t->n_content_types; i++) {
		const char *type = t->content_types[i];

		if (strcmp(type, bare(p, type)) != 0)
			prove_tell(p, FAULT_WARNING, &at, "%s: %s never "
			    "matches a file: Altinn compares exactly, and "
			    "files go as %s; write it so", t->id, type,
			    bare(p, type));
	}
}

static void
look_at_target(struct proof *p, const struct data_type *t)
{
	const struct form_type *form = p->route->target;
	struct csv_place at = metadata(p, t);

	look_at_id(p, t);
	look_at_max_size(p, t);
	look_at_allowed(p, t);
	if (names_meet(t->id, form->type->id) &&
	    appmeta_allows(t, "application/xml", true))
		prove_tell(p, FAULT_ERROR, &at, "%s: its files and the form "
		    "%s would have the same name", t->id, form->type->id);
}

/* B's form is sent as application/xml. */
static void
look_at_form(struct proof *p)
{
	const struct data_type *t = p->route->target->type;
	struct csv_place at = metadata(p, t);

	look_at_id(p, t);
	if (!appmeta_allows(t, "application/xml", true))
		prove_tell(p, FAULT_ERROR, &at, "%s: allowedContentTypes has "
		    "no application/xml: Altinn refuses the form", t->id);
}

void
prove_files(struct proof *p)
{
	const struct route *r = p->route;

	look_at_form(p);
	for (size_t i = 0; i < r->n_attachments; i++) {
		const struct route_attachment *a = &r->attachments[i];

		if (a->target == NULL || a->target->class_ref != NULL)
			continue;	/* a fault of the row */
		look_at_target(p, a->target);
		look_at_number(p, i);
		look_at_twin(p, i);
		if (source_of(p, a) == NULL && strcmp(a->source, receipt) != 0)
			continue;
		look_at_content(p, a);
		look_at_size(p, a);
		look_at_source(p, a);
	}
}
