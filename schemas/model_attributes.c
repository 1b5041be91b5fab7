#include "schemas/dom.h"
#include "schemas/model_read.h"

/* The attribute as its use sees it: what stands there goes first. */
static void
take_use(struct reader *r, xmlNodePtr n, struct field *f)
{
	struct arena *a = &r->model->arena;
	const char *fixed = dom_text(a, n, "fixed");
	const char *preset = dom_text(a, n, "default");

	if (fixed != NULL || preset != NULL) {
		f->fixed = fixed;
		f->preset = preset;
	}
	f->min = dom_same(dom_token(&r->arena, n, "use"), "required") ? 1 : 0;
	f->max = 1;
}

static void
drop(struct fields *list, struct field *f)
{
	for (; f + 1 < list->v + list->n; f++)
		f[0] = f[1];
	list->n--;
}

/* Later definitions take the place of those of the base. */
static void
take_attribute(struct reader *r, xmlNodePtr n, struct fields *list)
{
	struct qname ref = model_qname(r, n, "ref");
	xmlNodePtr declared = n;
	struct field f = { 0 }, *before;
	struct part *p;

	if (ref.name != NULL) {
		p = model_part(r, PART_ATTRIBUTE, n, ref);
		if (p == NULL)
			return;
		declared = p->node;
	}
	model_declare(r, declared, FIELD_ATTRIBUTE, &f);
	take_use(r, n, &f);
	before = model_find(list, &f);
	if (dom_same(dom_token(&r->arena, n, "use"), "prohibited")) {
		if (before != NULL)
			drop(list, before);
	} else if (before != NULL)
		*before = f;
	else
		model_append(list, &f);
}

static void
take_all(struct reader *r, xmlNodePtr owner, struct fields *list)
{
	struct part *p;

	if (!model_enter(r, owner))
		return;
	for (xmlNodePtr n = dom_first(owner); n != NULL; n = dom_next(n)) {
		if (dom_is(n, "attribute"))
			take_attribute(r, n, list);
		else if (dom_is(n, "anyAttribute"))
			list->open = true;
		else if (dom_is(n, "attributeGroup")) {
			p = model_part(r, PART_ATTRIBUTES, n,
			    model_qname(r, n, "ref"));
			if (p != NULL)
				take_all(r, p->node, list);
		}
	}
	model_leave(r);
}

static void
take_base(struct reader *r, xmlNodePtr derivation, struct fields *list)
{
	struct qname base = model_qname(r, derivation, "base");
	struct part *p;

	if (base.name == NULL || dom_same(base.ns, DOM_XSD_NS))
		return;
	p = model_part(r, PART_TYPE, derivation, base);
	if (p != NULL && dom_is(p->node, "complexType"))
		model_attributes(r, p->node, list);
}

void
model_attributes(struct reader *r, xmlNodePtr type, struct fields *list)
{
	xmlNodePtr content = dom_child(type, "simpleContent"), n;

	if (!model_enter(r, type))
		return;
	if (content == NULL)
		content = dom_child(type, "complexContent");
	if (content == NULL)
		take_all(r, type, list);
	else if ((n = dom_child(content, "extension")) != NULL ||
	    (n = dom_child(content, "restriction")) != NULL) {
		take_base(r, n, list);
		if (dom_is(n, "restriction"))
			list->open = false;
		take_all(r, n, list);
	}
	model_leave(r);
}
