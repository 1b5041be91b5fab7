#include "transform/adopt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/jsonin.h"
#include "schemas/model.h"
#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "spool/text.h"
#include "transform/alike.h"
#include "transform/draft.h"
#include "transform/guess.h"
#include "transform/owner.h"
#include "transform/route.h"

/* In the order in which Altinn asks them (contract 5.1). */
static const struct {
	const char *name;
	bool open;			/* any field may stand there */
} sections[] = {
	{ "UserProfile", true }, { "ER", false }, { "DSF", false },
	{ "QueryParameters", true },
};

enum { SECTIONS = sizeof sections / sizeof *sections };

/* What the registers have, and what it is of B's owner. */
static const struct known {
	const char *section, *name;
	const char *kind;		/* the owner's number of this kind */
	const char *column;		/* of owners.csv */
} fields[] = {
	{ "UserProfile", "UserName", "username", NULL },
	{ "UserProfile", "PartyId", "party", NULL },
	{ "UserProfile", "Party.PartyId", "party", NULL },
	{ "UserProfile", "Party.OrgNumber", "organisation", NULL },
	{ "UserProfile", "Party.SSN", "person", NULL },
	{ "UserProfile", "Party.Name", NULL, "name" },
	{ "ER", "OrgNumber", "organisation", NULL },
	{ "ER", "Name", NULL, "name" },
	{ "ER", "UnitType", NULL, NULL }, { "ER", "UnitStatus", NULL, NULL },
	{ "ER", "TelephoneNumber", NULL, "telephone" },
	{ "ER", "MobileNumber", NULL, "mobile" },
	{ "ER", "FaxNumber", NULL, "fax" },
	{ "ER", "EMailAddress", NULL, "email" },
	{ "ER", "InternetAddress", NULL, NULL },
	{ "ER", "MailingAddress", NULL, NULL },
	{ "ER", "MailingPostalCode", NULL, NULL },
	{ "ER", "MailingPostalCity", NULL, NULL },
	{ "ER", "BusinessAddress", NULL, NULL },
	{ "ER", "BusinessPostalCode", NULL, NULL },
	{ "ER", "BusinessPostalCity", NULL, NULL },
	{ "DSF", "SSN", "person", NULL }, { "DSF", "Name", NULL, "name" },
	{ "DSF", "FirstName", NULL, NULL }, { "DSF", "MiddleName", NULL, NULL },
	{ "DSF", "LastName", NULL, NULL },
	{ "DSF", "TelephoneNumber", NULL, "telephone" },
	{ "DSF", "MobileNumber", NULL, "mobile" },
	{ "DSF", "MailingAddress", NULL, NULL },
	{ "DSF", "MailingPostalCode", NULL, NULL },
	{ "DSF", "MailingPostalCity", NULL, NULL },
	{ "DSF", "AddressMunicipalNumber", NULL, NULL },
	{ "DSF", "AddressMunicipalName", NULL, NULL },
	{ "DSF", "AddressStreetName", NULL, NULL },
	{ "DSF", "AddressHouseNumber", NULL, NULL },
	{ "DSF", "AddressHouseLetter", NULL, NULL },
	{ "DSF", "AddressPostalCode", NULL, NULL },
	{ "DSF", "AddressCity", NULL, NULL },
};

/* A pair of the file, and the row it makes. */
struct pair {
	const char *section, *from, *target;	/* as written */
	const struct field *field;
	const char *path;		/* the target as the schema spells it */
	const char *names[GUESS_DEPTH_MAX];
	size_t n_names;
	const char *source, *convert, *note;	/* source NULL: none */
	bool of_owner;
};

struct adopting {
	const struct route *route;
	const char *label;
	struct faults *faults;
	struct guess *guess;
	struct arena arena;
	bool overwrite;			/* allowOverwrite */
	struct pair *pairs;
	size_t n, cap;
};

static void
wrong(struct adopting *a, const struct pair *p, const char *why)
{
	faults_add(a->faults, a->label, 0, 0, "%s.%s: %s: %s", p->section,
	    p->from, p->target, why);
}

/* -------------------------------------------------------------- targets */

static const char *
folded(struct arena *arena, const char *name)
{
	struct buf b = { 0 };
	const char *s;

	alike_fold(&b, name);
	s = arena_dup(arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* One step on; NULL, or why it cannot be gone. */
static const char *
take_step(struct adopting *a, struct pair *p, const char *step)
{
	const struct field *f;
	enum model_match match = model_step(p->field->type, step, &f);

	if (match == MODEL_SEVERAL)
		return "the name is ambiguous: Altinn answers with an error";
	if (match == MODEL_NONE || p->n_names == GUESS_DEPTH_MAX)
		return "B's schema has no such field";
	if (f->max == MODEL_UNBOUNDED || f->max > 1)
		return "it leads into a list, which Altinn's prefill cannot";
	p->field = f;
	p->path = arena_fmt(&a->arena, "%s%s%s%s", p->path,
	    *p->path != '\0' ? "." : "", f->kind == FIELD_ATTRIBUTE &&
	    *step == '@' ? "@" : "", f->name);
	p->names[p->n_names++] = folded(&a->arena, f->name);
	return NULL;
}

static bool
is_value(const struct pair *p, const char *step)
{
	return p->field->type->simple != NULL &&
	    p->field->kind == FIELD_ELEMENT && strcasecmp(step, "value") == 0;
}

static const char *
resolve(struct adopting *a, struct pair *p)
{
	char *step = arena_dup(&a->arena, p->target), *dot;
	const char *why = NULL;

	p->field = a->route->target->root;
	p->path = "";
	for (; why == NULL && step != NULL; step = dot) {
		dot = strchr(step, '.');
		if (dot != NULL)
			*dot++ = '\0';
		if (dot != NULL || !is_value(p, step))
			why = take_step(a, p, step);
	}
	if (why == NULL && p->field->type->simple == NULL)
		why = "it holds other fields, not a text";
	if (why == NULL && p->field->fixed != NULL)
		why = "the schema fixes its value";
	return why;
}

/* -------------------------------------------------------------- sources */

static const struct known *
find_known(const struct pair *p)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(fields[i].section, p->section) == 0 &&
		    strcmp(fields[i].name, p->from) == 0)
			return &fields[i];
	return NULL;
}

static const char *
column(struct adopting *a, const char *name)
{
	size_t at;

	if (name == NULL || a->route->owners == NULL ||
	    !owner_table_column(a->route->owners, name, &at))
		return NULL;
	return arena_fmt(&a->arena, "owner:%s", name);
}

/* What the route knows of B's owner, or NULL. */
static const char *
owner_source(struct adopting *a, const struct known *k)
{
	const struct route *r = a->route;

	if (k == NULL)
		return NULL;
	if (k->kind == NULL)
		return column(a, k->column) != NULL ? column(a, k->column) :
		    column(a, k->name);
	if (r->owners != NULL)
		return column(a, k->kind);
	return strcmp(owner_kind_name(r->owner_kind), k->kind) == 0 ?
	    r->owner_text : NULL;
}

static void
take_hit(struct adopting *a, struct pair *p)
{
	struct guess_wish w = { .field = p->field, .names = p->names,
	    .n_names = p->n_names, .within = guess_base(a->guess) };
	struct guess_hit h = guess_find(a->guess, &w);

	p->source = h.source;
	p->convert = h.convert;
	p->note = h.source == NULL ? arena_fmt(&a->arena, "%s.%s: no register "
	    "is asked here: fill in%s%s%s", p->section, p->from, h.note !=
	    NULL ? " (" : "", h.note != NULL ? h.note : "", h.note != NULL ?
	    ")" : "") :
	    arena_fmt(&a->arena, "%s.%s: not the register, but A's form: %s",
	    p->section, p->from, h.note);
}

static void
find_source(struct adopting *a, struct pair *p)
{
	const char *of_owner = owner_source(a, find_known(p));
	const char *convert = guess_convert(p->field->type->simple, NULL);

	if (of_owner == NULL || convert == NULL) {
		take_hit(a, p);
		return;
	}
	p->source = of_owner;
	p->convert = convert;
	p->of_owner = true;
	p->note = arena_fmt(&a->arena, "%s.%s: that of the owner", p->section,
	    p->from);
}

/* ---------------------------------------------------------------- pairs */

/* Which of two that fill the same field Altinn would take, if it could. */
static bool
wins(const struct adopting *a, const struct pair *p, const struct pair *old)
{
	int rank = p->of_owner ? 2 : p->source != NULL ? 1 : 0;
	int old_rank = old->of_owner ? 2 : old->source != NULL ? 1 : 0;

	return rank > old_rank || (rank == old_rank && a->overwrite);
}

static const char *
also(struct adopting *a, const struct pair *p, const struct pair *loser)
{
	return arena_fmt(&a->arena, "%s, also %s.%s", p->note, loser->section,
	    loser->from);
}

static void
add_pair(struct adopting *a, struct pair *p)
{
	for (size_t i = 0; i < a->n; i++) {
		struct pair *old = &a->pairs[i];

		if (strcmp(old->path, p->path) != 0)
			continue;
		if (strcmp(old->section, p->section) == 0) {
			wrong(a, p, "the same target twice in one section: "
			    "Altinn answers with an error");
		} else if (wins(a, p, old)) {
			p->note = also(a, p, old);
			*old = *p;
		} else {
			old->note = also(a, old, p);
		}
		return;
	}
	a->pairs = mem_grow(a->pairs, &a->cap, a->n + 1, sizeof *a->pairs);
	a->pairs[a->n++] = *p;
}

static void
take_pair(struct adopting *a, size_t section, const char *from,
    const json_t *value)
{
	struct pair p = { .section = sections[section].name, .target = "" };
	const char *why = "the target is no text";
	struct buf shown = { 0 };

	text_show(&shown, from, strlen(from));
	p.from = arena_dup(&a->arena, buf_text(&shown));
	buf_free(&shown);
	if (json_is_string(value)) {
		p.target = arena_dup(&a->arena, json_string_value(value));
		why = resolve(a, &p);
	}
	if (why != NULL) {
		wrong(a, &p, why);
		return;
	}
	if (!sections[section].open && find_known(&p) == NULL)
		faults_warn(a->faults, a->label, 0, 0, "%s.%s: the register "
		    "is not known to have this field; case counts",
		    p.section, p.from);
	find_source(a, &p);
	add_pair(a, &p);
}

static void
take_section(struct adopting *a, const json_t *root, size_t section)
{
	json_t *o = jsonin_get(root, sections[section].name);

	if (o != NULL && !json_is_object(o))
		faults_add(a->faults, a->label, 0, 0, "%s: want an object",
		    sections[section].name);
	for (void *i = json_object_iter(o); i != NULL;
	    i = json_object_iter_next(o, i))
		take_pair(a, section, json_object_iter_key(i),
		    json_object_iter_value(i));
}

/* What else stands there may be of a later Altinn. */
static void
look_at_others(struct adopting *a, json_t *root)
{
	for (void *at = json_object_iter(root); at != NULL;
	    at = json_object_iter_next(root, at)) {
		const char *name = json_object_iter_key(at);
		size_t i = 0;

		while (i < SECTIONS && strcmp(sections[i].name, name) != 0)
			i++;
		if (i == SECTIONS &&
		    json_is_object(json_object_iter_value(at)))
			faults_warn(a->faults, a->label, 0, 0, "%s is not a "
			    "section that is known: left out", name);
	}
}

static void
adopt_all(struct adopting *a, json_t *root, struct buf *csv)
{
	a->overwrite = json_is_true(jsonin_get(root, "allowOverwrite"));
	for (size_t i = 0; i < SECTIONS; i++)
		take_section(a, root, i);
	look_at_others(a, root);
	draft_head(csv);
	for (size_t i = 0; i < a->n; i++) {
		const struct pair *p = &a->pairs[i];
		struct draft_row d = { .target = p->path, .source = p->source,
		    .convert = p->convert, .note = p->note };

		draft_add(csv, &d);
	}
}

int
adopt_prefill(const struct route *r, const char *label, const char *text,
    size_t n, struct buf *csv, struct faults *f)
{
	struct adopting a = { .route = r, .label = label, .faults = f };
	size_t before = f->errors;
	struct jsonin_error je;
	json_t *root = jsonin_lenient(text, n, &je);

	if (root == NULL) {
		faults_add(f, label, je.line, je.column, "%s", je.text);
	} else if (!json_is_object(root)) {
		faults_add(f, label, 0, 0, "want an object");
	} else {
		a.guess = guess_new(r, &a.arena);
		adopt_all(&a, root, csv);
		guess_free(a.guess);
	}
	json_decref(root);
	free(a.pairs);
	arena_free(&a.arena);
	return f->errors > before ? -1 : 0;
}
