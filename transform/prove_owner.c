#include "transform/prove_parts.h"

#include "schemas/app.h"
#include "transform/owner.h"

/* As far as the kind tells: not what unit an organisation is. */
static bool
kind_allowed(const struct proof *p, enum owner_kind kind)
{
	const struct owner any = { .kind = kind };

	return owner_allowed(&any, &p->route->to->meta.parties, NULL);
}

static void
look_at_table(struct proof *p)
{
	const struct owner_table *t = p->route->owners;

	for (size_t i = 0; i < owner_table_rows(t); i++) {
		struct csv_place at;
		bool enabled;
		const struct owner *o = owner_table_owner(t, i, &enabled,
		    &at);

		if (enabled && !kind_allowed(p, o->kind))
			prove_tell(p, FAULT_WARNING, &at, "%s takes no owner "
			    "of this kind (partyTypesAllowed): no package can "
			    "go to this row", p->route->to->name);
	}
}

/*
 * B may be opened to a kind of owner any day and the packages wait for none
 * of us, so that this is a warning; each of them is refused meanwhile.
 */
void
prove_owner(struct proof *p)
{
	const struct route *r = p->route;
	const char *kind = owner_kind_name(r->owner_kind);
	struct csv_place at = prove_conf(p, r->owner_line, kind);

	if (r->owners != NULL)
		look_at_table(p);
	else if (r->owner != NULL && !kind_allowed(p, r->owner_kind))
		prove_tell(p, FAULT_WARNING, &at, "%s takes no owner of this "
		    "kind (partyTypesAllowed): every package of this route "
		    "is refused", r->to->name);
}
