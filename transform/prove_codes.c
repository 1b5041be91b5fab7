#include "transform/prove_parts.h"

#include <string.h>

#include "schemas/model.h"
#include "spool/buf.h"
#include "transform/codes.h"
#include "transform/convert.h"

enum { SHOWN_MAX = 20 };		/* codes in one message */

/* What a list gives, and B's field does not take. */
static void
look_at_outputs(struct proof *p, const struct map_row *r)
{
	struct convert_yield y = convert_yields(r->convert);
	const struct simple *to = r->field != NULL ?
	    r->field->type->simple : NULL;

	if (y.origin != YIELD_CODES || y.codes == NULL || to == NULL)
		return;
	for (size_t i = 0; i < codes_count(y.codes); i++) {
		struct csv_place at = codes_place(y.codes, i);
		const char *text = codes_output(y.codes, i);

		if (!value_fits(to, text))
			prove_tell(p, FAULT_ERROR, &at, "%s cannot hold %s; "
			    "want %s%s (%s:%ld)", r->target, text,
			    value_kind_name(to->kind),
			    to->n_codes > 0 ? " out of its list" : "",
			    p->route->file, r->line);
	}
}

static bool
has_input(const struct codes *c, const char *from)
{
	for (size_t i = 0; i < codes_count(c); i++)
		if (strcmp(codes_input(c, i), from) == 0)
			return true;
	return false;
}

/* A's values for which the list has no row. */
static void
look_at_gaps(struct proof *p, const struct map_row *r)
{
	struct origin_facts f = origin_facts(r->origin);
	struct convert_yield wants;
	const struct simple *from;
	struct buf missing = { 0 };
	size_t n = 0;

	if (f.sort != SORT_FIELD || *r->preset != '\0' ||
	    (from = f.field->type->simple) == NULL ||
	    !convert_wants(r->convert, &wants) || wants.codes == NULL)
		return;
	for (size_t i = 0; i < from->n_codes; i++)
		if (!has_input(wants.codes, from->codes[i]) &&
		    n++ < SHOWN_MAX)
			buf_fmt(&missing, "%s%s", n > 1 ? ", " : "",
			    from->codes[i]);
	if (n > 0)
		prove_row(p, FAULT_WARNING, r, MAP_CONVERT, "the code list "
		    "has no row for %zu of the values that A may send: %s%s; "
		    "add them, or a default", n, buf_text(&missing),
		    n > SHOWN_MAX ? "…" : "");
	buf_free(&missing);
}

void
prove_codes(struct proof *p)
{
	prove_each_row(p, map_rows(p->route->map), look_at_outputs);
	prove_each_row(p, map_rows(p->route->map), look_at_gaps);
}
