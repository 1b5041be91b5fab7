#include "transform/prove_parts.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/app.h"
#include "schemas/model.h"
#include "spool/mem.h"

/* Why Altinn could not follow a path (contract 5.2, 6), or NULL. */
static const char *
follow(const struct field *f, char *path, const struct field **end)
{
	char *step = path, *dot;
	bool leaf;

	for (; step != NULL; step = dot) {
		dot = strchr(step, '.');
		if (dot != NULL)
			*dot++ = '\0';
		if (f->max == MODEL_UNBOUNDED || f->max > 1)
			return "goes on below a list";
		leaf = f->type->simple != NULL;
		if (leaf && f->type->n_attributes > 0 &&
		    strcasecmp(step, "value") == 0 && dot == NULL) {
			*end = NULL;		/* the text of a SERES leaf */
			return NULL;
		}
		if (*step == '@' || model_step(f->type, step, &f) !=
		    MODEL_ONE)
			return leaf ? "goes on below a field with a text" :
			    "B's schema has no such field, or several";
	}
	*end = f;
	return NULL;
}

static void
look_at_end(struct proof *p, const struct shown_field *x,
    const struct field *f, const struct csv_place *at)
{
	if (f == NULL)
		return;
	if (f->max == MODEL_UNBOUNDED || f->max > 1 ||
	    f->type->simple == NULL)
		prove_tell(p, FAULT_WARNING, at, "%s holds no text: Altinn "
		    "shows the name of a type instead", x->path);
	else if (f->type->n_attributes > 0)
		prove_tell(p, FAULT_WARNING, at, "%s has attributes: Altinn "
		    "shows the name of a type instead; write %s.value",
		    x->path, x->path);
}

/* A path of the form that we send: Altinn saves it, and follows the path. */
static void
look_at_path(struct proof *p, const struct shown_field *x,
    const struct csv_place *at)
{
	const struct field *end = NULL;
	char *path;
	const char *why;

	if (x->path == NULL || *x->path == '\0') {
		prove_tell(p, FAULT_ERROR, at, "the path is missing; Altinn "
		    "answers with an error");
		return;
	}
	path = mem_dup(x->path);
	why = follow(p->route->target->root, path, &end);
	free(path);
	if (why != NULL)
		prove_tell(p, FAULT_ERROR, at, "%s: %s; Altinn answers each "
		    "instance with an error: mend B's metadata", x->path,
		    why);
	else
		look_at_end(p, x, end, at);
}

/* Altinn stops at the first field of another data type. */
static void
look_at_fields(struct proof *p, const struct shown_fields *l)
{
	const char *mine = p->route->target->type->id;
	bool stopped = false;

	for (size_t i = 0; i < l->n; i++) {
		const struct shown_field *x = &l->v[i];
		struct csv_place at = { .file = p->route->to->meta.file,
		    .line = x->line, .name = l->key };

		if (x->type == NULL ||
		    appmeta_type(&p->route->to->meta, x->type) == NULL) {
			prove_tell(p, FAULT_WARNING, &at, "%s: B has no data "
			    "type %s; Altinn takes no value from it, and "
			    "none from the fields behind it", x->id != NULL ?
			    x->id : "?", x->type != NULL ? x->type : "?");
			stopped = true;
		} else if (strcmp(x->type, mine) != 0) {
			stopped = true;
		} else if (stopped) {
			prove_tell(p, FAULT_WARNING, &at, "%s: Altinn stops at "
			    "the first field of another data type and skips "
			    "this one; put the fields of %s first",
			    x->id != NULL ? x->id : "?", mine);
		} else {
			look_at_path(p, x, &at);
		}
	}
}

void
prove_shown(struct proof *p)
{
	look_at_fields(p, &p->route->to->meta.shown);
	look_at_fields(p, &p->route->to->meta.kept);
}
