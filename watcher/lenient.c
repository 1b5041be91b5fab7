#include "watcher/lenient.h"

#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/buf.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

enum { STRIDE = 5, DATE_LENGTH = 10, ZONE_MAX = 6 };
enum { NAME, PREFIX, NS, VALUE, VALUE_END };

static const char midnight[] = "T00:00:00";

bool
lenient_in_xsi(const xmlChar **a)
{
	return a[NS] != NULL && strcmp((const char *)a[NS], XSI) == 0;
}

static const struct field *
field_of(const struct field_type *t, const xmlChar **a)
{
	return model_attribute(t, (const char *)a[NAME],
	    (const char *)a[NS]);
}

static bool
idle(const struct form_leniency *l, const struct field_type *t,
    const xmlChar **a)
{
	if (a[PREFIX] == NULL &&
	    strcmp((const char *)a[NAME], "altinnRowId") == 0)
		return true;
	return l->unknown && t != NULL && !t->open && !lenient_in_xsi(a) &&
	    field_of(t, a) == NULL;
}

int
lenient_attributes(const struct form_leniency *l, const struct field_type *t,
    const xmlChar **a, int n)
{
	int left = 0;

	for (int i = 0; i < n; i++) {
		if (idle(l, t, a + STRIDE * i))
			continue;
		if (left != i)
			memmove(a + STRIDE * left, a + STRIDE * i,
			    STRIDE * sizeof *a);
		left++;
	}
	return left;
}

static bool
is_true(const xmlChar **a)
{
	const char *s = (const char *)a[VALUE];
	size_t n = (size_t)(a[VALUE_END] - a[VALUE]);

	return (n == 4 && memcmp(s, "true", 4) == 0) || (n == 1 && *s == '1');
}

bool
lenient_absent(const struct form_leniency *l, const struct field *f,
    const xmlChar **a, int n)
{
	if (!l->nil || f == NULL || f->nillable)
		return false;
	for (int i = 0; i < n; i++, a += STRIDE)
		if (lenient_in_xsi(a) &&
		    strcmp((const char *)a[NAME], "nil") == 0)
			return is_true(a);
	return false;
}

void
lenient_fixed(const struct form_leniency *l, const struct field_type *t,
    const xmlChar **a, int n)
{
	const struct field *f;

	for (int i = 0; i < n && l->fixed && t != NULL; i++, a += STRIDE) {
		f = field_of(t, a);
		if (f == NULL || f->fixed == NULL)
			continue;
		a[VALUE] = (const xmlChar *)f->fixed;
		a[VALUE_END] = a[VALUE] + strlen(f->fixed);
	}
}

bool
lenient_holds(const struct form_leniency *l, const struct field_type *t)
{
	if (t->simple == NULL)
		return false;
	return t->simple->kind == VALUE_DATE ||
	    (t->simple->kind == VALUE_DATE_TIME && l->date_time);
}

/* Nothing, Z, or what looks like +01:00; what it says does not count. */
static bool
is_zone(const char *s)
{
	static const char shape[] = "+dd:dd";

	if (*s == '\0' || strcmp(s, "Z") == 0)
		return true;
	for (size_t i = 0; i < ZONE_MAX; i++)
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' :
		    s[i] != shape[i] && (i > 0 || s[i] != '-'))
			return false;
	return s[ZONE_MAX] == '\0';
}

/* A date that was written with midnight behind it: only the date. */
static void
cut_midnight(struct buf *b)
{
	const char *p = buf_text(b) + DATE_LENGTH;
	size_t k = sizeof midnight - 1;

	if (b->len < DATE_LENGTH + k || strncmp(p, midnight, k) != 0)
		return;
	p += k;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0");
	if (!is_zone(p))
		return;
	b->len = DATE_LENGTH;
	b->p[DATE_LENGTH] = '\0';
}

/* A date where a date-time belongs: its midnight, the zone behind it. */
static void
add_midnight(struct buf *b)
{
	char zone[ZONE_MAX + 1] = "";
	size_t n = b->len > DATE_LENGTH ? b->len - DATE_LENGTH : 0;

	if (b->len < DATE_LENGTH || n > ZONE_MAX || strchr(b->p, 'T') != NULL)
		return;
	memcpy(zone, b->p + DATE_LENGTH, n);
	b->len = DATE_LENGTH;
	buf_str(b, midnight);
	buf_str(b, zone);
}

void
lenient_text(const struct field_type *t, struct buf *b)
{
	if (t->simple->kind == VALUE_DATE)
		cut_midnight(b);
	else
		add_midnight(b);
}
