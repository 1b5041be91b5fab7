#include "transform/owner.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/appmeta.h"
#include "spool/buf.h"
#include "spool/conf.h"
#include "spool/digest.h"
#include "spool/fault.h"
#include "spool/mem.h"
#include "spool/number.h"
#include "spool/text.h"
#include "transform/csv.h"
#include "transform/dated.h"

enum { ORG_DIGITS = 9, PERSON_DIGITS = 11, TAG_BYTES = 8 };

/* ------------------------------------------------------------------- values */

static bool
organisation_ok(const struct conf *c, const char *s)
{
	(void)c;
	return number_org_ok(s);
}

static bool
person_ok(const struct conf *c, const char *s)
{
	return number_person_ok(s, c->owners.person_number);
}

/* No leading zero: a party has one folder. */
static bool
party_ok(const struct conf *c, const char *s)
{
	size_t n = strlen(s);

	(void)c;
	return n >= 1 && n <= 10 && number_digits(s, n) && s[0] != '0' &&
	    strtoll(s, NULL, 10) <= INT32_MAX;
}

/* Printable is what text_show() has nothing to hide in, blanks alone not. */
static bool
username_ok(const struct conf *c, const char *s)
{
	(void)c;
	return strlen(s) <= OWNER_VALUE_MAX && text_printable(s, strlen(s)) &&
	    s[strspn(s, " ")] != '\0';
}

static const char *
organisation_strange(const struct conf *c, const char *s)
{
	if (c->spool.environment == CONF_PROD && !number_org_real(s))
		return "a synthetic organisation number in production: real "
		    "ones begin with 8 or 9";
	return NULL;
}

static const char *
person_strange(const struct conf *c, const char *s)
{
	bool synthetic = number_person_synthetic(s);

	if (c->spool.environment == CONF_PROD && synthetic)
		return "a synthetic person number in production";
	if (c->spool.environment == CONF_TEST && !synthetic)
		return "a real person number in a test environment; sample "
		    "numbers must be named in [owners] allow";
	return NULL;
}

/* What a kind is called, its folder, and what a value must be like. */
static const struct {
	const char *name, *prefix;
	bool secret;			/* the folder shows a tag */
	bool (*ok)(const struct conf *, const char *);
	const char *want;
	/* Why the value belongs to another environment, or NULL. */
	const char *(*strange)(const struct conf *, const char *);
} kinds[] = {
	[OWNER_ORGANISATION] = { "organisation", "org-", false,
	    organisation_ok, "not an organisation number: want nine digits "
	    "with a right check digit", organisation_strange },
	[OWNER_PERSON] = { "person", "person-", true, person_ok,
	    "not a person number: want eleven digits with a date and right "
	    "check digits", person_strange },
	[OWNER_PARTY] = { "party", "party-", false, party_ok,
	    "not a party id: want a number from 1 to 2147483647", NULL },
	[OWNER_USERNAME] = { "username", "user-", true, username_ok,
	    "not a user name: want printable text, at most 320 bytes", NULL },
};

_Static_assert(sizeof kinds / sizeof *kinds == OWNER_KINDS,
    "every kind needs a row");

const char *
owner_kind_name(enum owner_kind kind)
{
	return kinds[kind].name;
}

bool
owner_kind_lookup(const char *name, enum owner_kind *kind)
{
	for (enum owner_kind k = 0; k < OWNER_KINDS; k++)
		if (strcmp(kinds[k].name, name) == 0) {
			*kind = k;
			return true;
		}
	return false;
}

/* The list is for test environments, whatever it holds. */
static bool
on_allow_list(const struct conf *c, enum owner_kind kind, const char *s)
{
	const char *p = c->owners.allow;
	size_t k, n = strlen(s);

	if (c->spool.environment != CONF_TEST ||
	    !((kind == OWNER_PERSON && number_digits(s, PERSON_DIGITS)) ||
	    (kind == OWNER_ORGANISATION && number_digits(s, ORG_DIGITS))))
		return false;
	for (; *p != '\0'; p += k) {
		p += strspn(p, " \t,");
		k = strcspn(p, " \t,");
		if (k == n && memcmp(p, s, n) == 0)
			return true;
	}
	return false;
}

static int
refuse(struct owner_fault *f, enum finding_code code, const char *why)
{
	*f = (struct owner_fault){ code, why };
	return -1;
}

int
owner_take(struct owner *o, const struct conf *c, enum owner_kind kind,
    const char *value, struct owner_fault *f)
{
	const char *why = NULL;

	if (*value == '\0')
		return refuse(f, F_OWNER_MISSING, "there is no owner");
	if (!on_allow_list(c, kind, value)) {
		if (!kinds[kind].ok(c, value))
			return refuse(f, F_OWNER_INVALID_NUMBER,
			    kinds[kind].want);
		if (kinds[kind].strange != NULL)
			why = kinds[kind].strange(c, value);
		if (why != NULL)
			return refuse(f, F_OWNER_ENVIRONMENT, why);
	}
	o->kind = kind;
	memcpy(o->value, value, strlen(value) + 1);
	return 0;
}

void
owner_tag(const struct owner *o, const unsigned char *key, size_t len,
    char tag[ID_OWNER_MAX + 1])
{
	unsigned char mac[DIGEST_SIZE];
	char hex[2 * TAG_BYTES + 1];
	struct buf b = { 0 };

	if (kinds[o->kind].secret) {
		buf_fmt(&b, "%s:%s", kinds[o->kind].name, o->value);
		digest_hmac(key, len, b.p, b.len, mac);
		digest_hex(hex, mac, TAG_BYTES);
		buf_free(&b);
	}
	snprintf(tag, ID_OWNER_MAX + 1, "%s%.16s", kinds[o->kind].prefix,
	    kinds[o->kind].secret ? hex : o->value);
}

/* An estate counts as a main unit too; exact case, as Altinn compares. */
static bool
unit_allowed(const struct party_types *p, const char *type)
{
	if (type == NULL)
		return p->organisation || p->sub_unit || p->bankruptcy_estate;
	if (strcmp(type, "BEDR") == 0 || strcmp(type, "AAFY") == 0)
		return p->sub_unit;
	return p->organisation ||
	    (strcmp(type, "KBO") == 0 && p->bankruptcy_estate);
}

bool
owner_allowed(const struct owner *o, const struct party_types *p,
    const char *unit_type)
{
	bool house = p->organisation || p->sub_unit || p->bankruptcy_estate;
	bool allowed = true;

	if (o->kind == OWNER_ORGANISATION)
		allowed = unit_allowed(p, unit_type);
	else if (o->kind != OWNER_PARTY)
		allowed = p->person;
	return allowed || (!house && !p->person);
}

/* -------------------------------------------------------------------- table */

enum {
	KEY, KINDS, ENABLED = KINDS + OWNER_KINDS, VALID_FROM, VALID_TO,
	COLUMNS
};

static const struct csv_column columns[] = {
	[KEY] = { "key", true },
	[KINDS + OWNER_ORGANISATION] = { "organisation", false },
	[KINDS + OWNER_PERSON] = { "person", false },
	[KINDS + OWNER_PARTY] = { "party", false },
	[KINDS + OWNER_USERNAME] = { "username", false },
	[ENABLED] = { "enabled", false },
	[VALID_FROM] = { "valid_from", false },
	[VALID_TO] = { "valid_to", false },
};

_Static_assert(sizeof columns / sizeof *columns == COLUMNS,
    "every column needs a row");

static const struct csv_format format = { columns, COLUMNS, .others = true };
static const struct dated_columns dates = { KEY, VALID_FROM, VALID_TO };

struct entry {
	struct owner owner;
	bool enabled;
};

struct owner_table {
	struct csv csv;
	struct dated dated;
	struct entry *entries;		/* one for each row */
};

/* Which of the four columns the row fills: one of them, or it is a fault. */
static bool
row_kind(const struct csv *c, size_t row, enum owner_kind *kind,
    struct faults *f)
{
	struct csv_place at = csv_place(c, row, KEY);
	size_t filled = 0;

	for (enum owner_kind k = 0; k < OWNER_KINDS; k++)
		if (*csv_cell(c, row, KINDS + k) != '\0') {
			*kind = k;
			filled++;
		}
	if (filled != 1)
		faults_add(f, at.file, at.line, 0, filled == 0 ?
		    "the row names no owner; fill one of organisation, "
		    "person, party, username" :
		    "the row names several owners; fill only one of "
		    "organisation, person, party, username");
	return filled == 1;
}

static bool
row_enabled(const struct csv *c, size_t row, struct faults *f)
{
	struct csv_place at = csv_place(c, row, ENABLED);
	const char *s = csv_cell(c, row, ENABLED);

	if (!csv_has(c, ENABLED) || strcmp(s, "yes") == 0)
		return true;
	if (strcmp(s, "no") != 0)
		csv_fault(f, &at, "want yes or no");
	return false;
}

static void
take_row(struct owner_table *t, size_t row, const struct conf *conf,
    struct faults *f)
{
	struct entry *e = &t->entries[row];
	struct owner_fault why;
	struct csv_place at;
	enum owner_kind kind;

	e->enabled = row_enabled(&t->csv, row, f);
	if (!row_kind(&t->csv, row, &kind, f))
		return;
	if (owner_take(&e->owner, conf, kind,
	    csv_cell(&t->csv, row, KINDS + kind), &why) == -1) {
		at = csv_place(&t->csv, row, KINDS + kind);
		csv_fault(f, &at, "%s (%s)", why.why, finding_name(why.code));
	}
}

static void
check_columns(const struct csv *c, struct faults *f)
{
	for (enum owner_kind k = 0; k < OWNER_KINDS; k++)
		if (csv_has(c, KINDS + k))
			return;
	faults_add(f, c->label, 1, 0, "no column says who the owner is; want "
	    "one of organisation, person, party, username");
}

static struct owner_table *
finish(struct owner_table *t, int rc, const struct conf *conf,
    struct faults *f)
{
	size_t before = f->errors;

	if (rc == 0)
		check_columns(&t->csv, f);
	if (rc == 0 && f->errors == before) {
		t->entries = mem_alloc(t->csv.n_rows * sizeof *t->entries);
		for (size_t i = 0; i < t->csv.n_rows; i++)
			take_row(t, i, conf, f);
		dated_init(&t->dated, &t->csv, &dates, f);
	}
	if (rc == -1 || f->errors > before) {
		owner_table_free(t);
		t = NULL;
	}
	return t;
}

struct owner_table *
owner_table_read(const char *label, const char *bytes, size_t n,
    const struct conf *conf, struct faults *f)
{
	struct owner_table *t = mem_alloc(sizeof *t);

	return finish(t, csv_read(&t->csv, label, bytes, n, &format, f),
	    conf, f);
}

struct owner_table *
owner_table_load(const char *label, const char *path,
    const struct conf *conf, struct faults *f)
{
	struct owner_table *t = mem_alloc(sizeof *t);

	return finish(t, csv_load(&t->csv, label, path, &format, f), conf, f);
}

void
owner_table_free(struct owner_table *t)
{
	if (t == NULL)
		return;
	dated_done(&t->dated);
	csv_done(&t->csv);
	free(t->entries);
	free(t);
}

int
owner_table_find(const struct owner_table *t, const char *key,
    const char *day, size_t *row, struct owner *o, struct owner_fault *f)
{
	enum dated_answer found;
	size_t i;

	if (*key == '\0')
		return refuse(f, F_OWNER_MISSING, "the key is empty");
	found = dated_find(&t->dated, key, day, &i);
	if (found == DATED_UNKNOWN)
		return refuse(f, F_OWNER_UNKNOWN, "no row has this key");
	if (found == DATED_OUT_OF_DATE)
		return refuse(f, F_OWNER_DISABLED, "no row with this key "
		    "holds on the day the instance was archived");
	if (!t->entries[i].enabled)
		return refuse(f, F_OWNER_DISABLED,
		    "the row with this key is not enabled");
	*row = i;
	*o = t->entries[i].owner;
	return 0;
}

size_t
owner_table_rows(const struct owner_table *t)
{
	return t->csv.n_rows;
}

const struct owner *
owner_table_owner(const struct owner_table *t, size_t i, bool *enabled,
    struct csv_place *place)
{
	const struct entry *e = &t->entries[i];

	*enabled = e->enabled;
	*place = csv_place(&t->csv, i, KINDS + e->owner.kind);
	return &e->owner;
}

bool
owner_table_column(const struct owner_table *t, const char *name,
    size_t *column)
{
	return csv_find(&t->csv, name, column);
}

const char *
owner_table_cell(const struct owner_table *t, size_t row, size_t column)
{
	return csv_cell(&t->csv, row, column);
}
